//! A tenant's database that is down costs that tenant's panels an error, and nobody else anything.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::readings::{self, Reading};
use porthole_tests::{Client, Cluster, Site};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const PANEL: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      \
                     timestamp: timestamp\n      value: value\n";
const DASHBOARD: &str =
    "dashboard:\n  name: Load\n  panels:\n    - id: load\n      config_file: panels/load.yaml\n";

#[tokio::test]
async fn a_database_that_goes_away_is_one_tenants_trouble() {
    let mut cluster = Cluster::start();
    let site = Site::new();
    let start = readings::instant("2026-01-01 00:00:00").unwrap();
    let measured: Vec<Reading> = (0..48)
        .map(|step| Reading {
            instant: start + step * 300_000,
            value: 1.0,
        })
        .collect();
    let file = site.data().join("readings.csv");
    readings::write(&file, &measured);
    for (tenant, url) in [
        ("shaky", cluster.create_database("shaky")),
        ("steady", "sqlite:tenants/steady.sqlite".to_owned()),
        (
            "absent",
            "postgres://porthole:not-a-secret@127.0.0.1:1/absent".to_owned(),
        ),
    ] {
        site.tenant(tenant, &url);
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), PANEL);
        site.write(&format!("tenants/{tenant}/dashboards/default.yaml"), DASHBOARD);
        if tenant != "absent" {
            site.import(&file, tenant, "readings", &[]).ok();
        }
    }
    site.add_user("ops@example.org", PASSWORD, &["shaky", "steady", "absent"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD).await;
    let fresh = [("fresh", "true")];

    client.of("shaky").panel("load", RANGE, &fresh).await.ok();
    client.of("steady").panel("load", RANGE, &fresh).await.ok();
    let absent = client
        .of("absent")
        .panel("load", RANGE, &fresh)
        .await
        .problem(503, "database_down");
    assert!(!absent.to_string().contains("not-a-secret"), "{absent}");
    assert!(absent.to_string().contains("refuses connections"), "{absent}");
    // Whose database it is, why, and how the panel ended.
    let log = host.log();
    let line = |message: &str| {
        let line = log
            .lines()
            .find(|line| line.contains(message) && line.contains("absent"));
        line.unwrap_or_else(|| panic!("{message}: {log}")).to_lowercase()
    };
    assert!(
        line("cannot connect to a tenant's database").contains("connection refused"),
        "{log}"
    );
    assert!(
        line("a panel was not rendered").contains("database_down"),
        "{log}"
    );

    cluster.stop();
    let asked = Instant::now();
    client
        .of("shaky")
        .panel("load", RANGE, &fresh)
        .await
        .problem(503, "database_down");
    assert!(
        asked.elapsed() < Duration::from_secs(15),
        "the error took {:?}",
        asked.elapsed()
    );
    client.of("steady").panel("load", RANGE, &fresh).await.ok();
    Client::anonymous(host.url()).get("/health").await.ok();
    assert!(!host.log().contains("not-a-secret"), "the password is in the log");
}

#[tokio::test]
async fn a_database_that_is_killed_and_comes_back_needs_no_restart_and_shows_nothing_wrong_meanwhile() {
    let mut cluster = Cluster::start();
    let site = Site::new();
    site.tenant("shaky", &cluster.create_database("shaky"));
    site.write(
        "tenants/shaky/panels/load.yaml",
        &PANEL.replace("title: Load\n", "title: Load\n  refresh_interval: 1\n"),
    );
    site.write("tenants/shaky/dashboards/default.yaml", DASHBOARD);
    cluster.sql(
        "shaky",
        "CREATE TABLE readings (timestamp timestamptz, value float8); \
         INSERT INTO readings SELECT now() - n * interval '1 minute', n FROM generate_series(1, 300) AS n",
    );
    site.add_user("ops@example.org", PASSWORD, &["shaky"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("shaky");
    // As a dashboard asks: the last four hours, at each moment.
    let ask = async |parameters: &[(&str, &str)]| {
        let now = chrono::Utc::now();
        let text =
            |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        let range = (text(now - chrono::Duration::hours(4)), text(now));
        client.panel("load", (&range.0, &range.1), parameters).await
    };
    let good = ask(&[]).await.ok();
    assert_eq!(good["cache"], "miss");

    cluster.kill();
    for _ in 0..3 {
        let stale = ask(&[]).await.ok();
        assert_eq!(stale["cache"], "stale", "{stale}");
        // The same view, and it says of when and of which range it is.
        for part in ["view", "generated_at", "range"] {
            assert_eq!(stale[part], good[part]);
        }
    }
    // Another range was never seen, a reader may insist, and a file would be taken for the truth.
    client
        .panel("load", RANGE, &[])
        .await
        .problem(503, "database_down");
    ask(&[("fresh", "true")]).await.problem(503, "database_down");
    client
        .get("/panels/load/export")
        .await
        .problem(503, "database_down");
    let asked = Instant::now();
    ask(&[]).await.ok();
    assert!(
        asked.elapsed() < Duration::from_secs(5),
        "an answer took {:?}",
        asked.elapsed()
    );

    cluster.start_again();
    cluster.sql(
        "shaky",
        "INSERT INTO readings VALUES (now() - interval '30 seconds', 4242)",
    );
    let deadline = Instant::now() + Duration::from_secs(30);
    let back = loop {
        let answer = ask(&[]).await.ok();
        if answer["cache"] != "stale" {
            break answer;
        }
        assert!(Instant::now() < deadline, "{answer}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let values = back["view"]["series"][0]["values"].as_array().unwrap();
    assert!(values.iter().any(|value| value == 4242.0), "{back}");
    ask(&[("fresh", "true")]).await.ok();
}

#[tokio::test]
async fn readers_hear_at_once_that_the_central_database_is_down_and_the_log_says_why() {
    let mut cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    site.tenant("steady", "sqlite:tenants/steady.sqlite");
    site.write("tenants/steady/dashboards/default.yaml", DASHBOARD);
    site.write("tenants/steady/panels/load.yaml", PANEL);
    site.add_user("ops@example.org", PASSWORD, &["steady"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("steady");
    client.get("/dashboards/default").await.ok();

    cluster.stop();
    // Who was there a moment ago is remembered for seconds.
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let answer = client.get("/dashboards/default").await;
        if answer.status != 200 {
            answer.problem(503, "central_database_down");
            break;
        }
        assert!(Instant::now() < deadline, "nobody notices");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // Known by now: one in a second looks, for a second at most, and the others do not wait.
    let asked = Instant::now();
    for _ in 0..20 {
        client
            .get("/dashboards/default")
            .await
            .problem(503, "central_database_down");
    }
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    Client::anonymous(host.url())
        .try_login("ops@example.org", PASSWORD)
        .await
        .problem(503, "central_database_down");
    assert!(
        host.log().contains("the central database cannot be reached: ")
            && host.log().contains("onnection refused"),
        "{}",
        host.log()
    );

    cluster.start_again();
    let deadline = Instant::now() + Duration::from_secs(30);
    while client.get("/dashboards/default").await.status != 200 {
        assert!(Instant::now() < deadline, "the host does not come back");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
