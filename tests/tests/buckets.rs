//! A bucket is asked for once: through the whole host, over HTTP, on both databases, and over a restart.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::readings::{self, Reading};
use porthole_tests::{Client, Cluster, Site, free_port};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
/// Two days by ten minutes, long settled.
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z");
const LATER: (&str, &str) = ("2026-01-01T01:00:00Z", "2026-01-03T01:00:00Z");
const PANEL: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      \
                     timestamp: timestamp\n      value: value\n";
const DASHBOARD: &str =
    "dashboard:\n  name: Load\n  panels:\n    - id: load\n      config_file: panels/load.yaml\n";

/// Where an answer came from, and how many buckets the database was asked for.
fn origin(answer: &Value) -> (&str, u64) {
    (
        answer["cache"].as_str().unwrap(),
        answer["usage"]["buckets_computed"].as_u64().unwrap(),
    )
}

#[tokio::test]
async fn a_settled_bucket_is_asked_for_once() {
    let cluster = Cluster::start();
    let site = Site::new();
    let start = readings::instant("2026-01-01 00:00:00").unwrap();
    let measured: Vec<Reading> = (0..3 * 288)
        .map(|step| Reading {
            instant: start + step * 300_000,
            value: step as f64,
        })
        .collect();
    let file = site.data().join("readings.csv");
    readings::write(&file, &measured);
    let tenants = [
        ("large", cluster.create_database("large")),
        ("small", "sqlite:tenants/small.sqlite".to_owned()),
    ];
    for (tenant, url) in &tenants {
        site.tenant(tenant, url);
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), PANEL);
        site.write(&format!("tenants/{tenant}/dashboards/default.yaml"), DASHBOARD);
        site.import(&file, tenant, "readings", &[]).ok();
    }
    site.add_user("reader@example.org", PASSWORD, &["large", "small"]);
    site.add_admin("editor@example.org", PASSWORD, &["large"]);

    let host = site.serve().await;
    let client = Client::login(host.url(), "reader@example.org", PASSWORD).await;
    let mut views = Vec::new();
    for (tenant, _) in &tenants {
        let client = client.of(tenant);
        let first = client.panel("load", RANGE, &[]).await.ok();
        assert_eq!(origin(&first), ("miss", 288), "{tenant}");
        // The view was made before.
        let again = client.panel("load", RANGE, &[]).await.ok();
        assert_eq!(origin(&again).0, "hit", "{tenant}");
        // It was not, but all of its buckets are known.
        let fresh = client.panel("load", RANGE, &[("fresh", "true")]).await.ok();
        assert_eq!(origin(&fresh), ("partial", 0), "{tenant}");
        assert_eq!(fresh["view"], first["view"], "{tenant}");
        let moved = client.panel("load", LATER, &[]).await.ok();
        assert_eq!(origin(&moved), ("partial", 6), "{tenant}");
        // Who only reads does not decide what is read again.
        let refused = client.call("/panels/load/invalidate").await;
        refused.problem(403, "forbidden");
        views.push(first["view"].clone());
    }
    drop(host);

    let host = site.serve().await;
    let client = Client::login(host.url(), "reader@example.org", PASSWORD).await;
    for ((tenant, _), view) in tenants.iter().zip(views) {
        let after = client.of(tenant).panel("load", RANGE, &[]).await.ok();
        assert_eq!(after["view"], view, "{tenant}");
        assert_eq!(origin(&after), ("partial", 0), "{tenant}");
    }
    // Somebody says that rows have changed.
    let admin = Client::login(host.url(), "editor@example.org", PASSWORD).await;
    let admin = admin.of("large");
    admin
        .call("/panels/unknown/invalidate")
        .await
        .problem(404, "not_found");
    assert_eq!(admin.call("/panels/load/invalidate").await.status, 204);
    let anew = admin.panel("load", RANGE, &[]).await.ok();
    assert_eq!(origin(&anew), ("miss", 288));
    let small = client.of("small").panel("load", LATER, &[]).await.ok();
    assert_eq!(origin(&small), ("partial", 0));

    // Rows are imported for days gone by, while the host runs; it hears of them from the central database.
    let late: Vec<Reading> = measured
        .iter()
        .map(|reading| Reading {
            value: 1_000_000.0,
            ..*reading
        })
        .collect();
    readings::write(&file, &late);
    site.import(&file, "small", "readings", &[]).ok();
    let small = client.of("small");
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = small.panel("load", RANGE, &[("fresh", "true")]).await.ok();
        let first = answer["view"]["series"][0]["values"][0].as_f64().unwrap();
        if first > 100_000.0 {
            assert_eq!(origin(&answer), ("miss", 288));
            break;
        }
        assert!(Instant::now() < deadline, "the host did not hear of it: {answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

const ROWS: &str = "panel:\n  type: table\n  title: Rows\n  data_source:\n    table: readings\n    query:\n      limit: 10\n    \
                    columns:\n      - name: value\n        column: value\n";

#[tokio::test]
async fn what_dashboards_show_first_is_read_before_anybody_asks_for_it() {
    let figures = format!("127.0.0.1:{}", free_port());
    let site = Site::new().with("PORTHOLE_METRICS_LISTEN", &figures);
    let now = chrono::Utc::now().timestamp_millis();
    let measured: Vec<Reading> = (0..2 * 288)
        .map(|step| Reading {
            instant: now - step * 300_000,
            value: step as f64,
        })
        .collect();
    let file = site.data().join("readings.csv");
    readings::write(&file, &measured);
    site.tenant("small", "sqlite:tenants/small.sqlite");
    site.write("tenants/small/panels/load.yaml", PANEL);
    site.write("tenants/small/panels/rows.yaml", ROWS);
    let dashboard = DASHBOARD.replace("  panels:", "  default_range: now-36h\n  panels:")
        + "    - id: rows\n      config_file: panels/rows.yaml\n";
    site.write("tenants/small/dashboards/default.yaml", &dashboard);
    site.import(&file, "small", "readings", &[]).ok();
    site.add_user("reader@example.org", PASSWORD, &["small"]);

    let host = site.serve().await;
    let client = Client::login(host.url(), "reader@example.org", PASSWORD).await;
    let client = client.of("small");
    // Tenants that nobody reads cost nothing: this says that somebody does.
    let written = |at: i64| chrono::DateTime::from_timestamp_millis(at).unwrap().to_rfc3339();
    let range = || {
        let now = chrono::Utc::now().timestamp_millis();
        (
            written(now - 36 * 3_600_000).replace("+00:00", "Z"),
            written(now).replace("+00:00", "Z"),
        )
    };
    let (start, end) = range();
    client.panel("rows", (&start, &end), &[]).await.ok();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let answer = http
            .get(format!("http://{figures}/metrics"))
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let computed = text
            .lines()
            .find_map(|line| line.strip_prefix("porthole_buckets_computed_total "))
            .map_or(0, |count| count.parse::<u64>().unwrap());
        // 36 hours by ten minutes, but for the last ones.
        if computed >= 210 {
            break;
        }
        assert!(Instant::now() < deadline, "{text}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let (start, end) = range();
    let first = client.panel("load", (&start, &end), &[]).await.ok();
    let (outcome, computed) = origin(&first);
    // Those at the ends of the range, which are asked for each time, and one more where time has gone on meanwhile.
    assert!(
        outcome == "partial" && computed <= 5,
        "{outcome}, {computed} computed"
    );
}
