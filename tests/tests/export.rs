//! What a panel shows, as a file: all of it, exactly, on both databases, in little memory, and for nobody without a grant.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::places::component;
use porthole_tests::{Client, Cluster, Host, Nginx, Site};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
const EVENTS: usize = 1_234;
const TABLE: &str = "panel:\n  type: table\n  title: Events\n  data_source:\n    table: events\n    columns:\n      \
                     - {name: timestamp, format: datetime, display: When}\n      - {name: name, display: Name}\n      \
                     - {name: note, display: Note}\n      - {name: n, display: \"=N\"}\n  display:\n    pagination: 50\n    \
                     default_sort: n\n    default_sort_order: desc\n";
const CHART: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: events\n    columns:\n      \
                     timestamp: timestamp\n      value: n\n      series_label: name\n";
const KPI: &str = "panel:\n  type: kpi\n  title: Newest\n  data_source:\n    table: events\n    columns:\n      timestamp: timestamp\n      value: n\n";
const DASHBOARD: &str = "dashboard:\n  name: Board\n  panels:\n    - {id: events, config_file: panels/events.yaml}\n    \
                         - {id: load, config_file: panels/load.yaml}\n    - {id: newest, config_file: panels/newest.yaml}\n";
/// What people write into databases.
const NOTES: [&str; 8] = [
    "=HYPERLINK(\"\"http://evil.example\"\",\"\"click\"\")",
    "+1+1",
    "@SUM(A1)",
    "-2",
    "plain, with a comma",
    "two\nlines",
    "'quoted' ä€😀",
    "",
];

fn tenant(site: &Site, id: &str, url: &str) {
    site.tenant(id, url);
    for (panel, text) in [("events", TABLE), ("load", CHART), ("newest", KPI)] {
        site.write(&format!("tenants/{id}/panels/{panel}.yaml"), text);
    }
    site.write(&format!("tenants/{id}/dashboards/default.yaml"), DASHBOARD);
}

/// Two tenants with the same events, on PostgreSQL and SQLite.
async fn both(cluster: &Cluster) -> (Site, Host, Client) {
    let site = Site::new();
    tenant(&site, "grown", &cluster.create_database("grown"));
    tenant(&site, "small", "sqlite:small.sqlite");
    tenant(&site, "foreign", "sqlite:small.sqlite");
    let mut csv = "timestamp,name,note,n\n".to_owned();
    for number in 0..EVENTS {
        let (minute, second) = (number / 60, number % 60);
        let note = NOTES[number % NOTES.len()];
        csv.push_str(&format!(
            "2026-01-01 {:02}:{:02}:{second:02},web-{},\"{note}\",{}\n",
            minute / 60,
            minute % 60,
            number % 3,
            number as i64 - 600
        ));
    }
    let file = site.data().join("events.csv");
    std::fs::write(&file, csv).unwrap();
    for id in ["grown", "small"] {
        site.import(&file, id, "events", &[]).ok();
    }
    site.add_user("ops@example.org", PASSWORD, &["grown", "small"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD).await;
    (site, host, client)
}

async fn exported(client: &Client, panel: &str, parameters: &[(&str, &str)]) -> Value {
    let mut all = vec![("start_date", RANGE.0), ("end_date", RANGE.1)];
    all.extend_from_slice(parameters);
    client
        .get_with(&format!("/panels/{panel}/export"), &all)
        .await
        .ok()
}

/// The rows of all pages of a table.
async fn paged(client: &Client, parameters: &[(&str, &str)]) -> Vec<Value> {
    let mut rows = Vec::new();
    for page in 1.. {
        let page = page.to_string();
        let mut all = vec![("page", page.as_str()), ("page_size", "100")];
        all.extend_from_slice(parameters);
        let view = client.panel("events", RANGE, &all).await.ok()["view"].clone();
        rows.extend(view["rows"].as_array().unwrap().iter().cloned());
        if rows.len() as u64 >= view["total"].as_u64().unwrap() {
            break;
        }
    }
    rows
}

fn milliseconds(text: &Value) -> i64 {
    let instant = chrono::DateTime::parse_from_rfc3339(text.as_str().unwrap());
    instant.unwrap().timestamp_millis()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_of_a_table_has_the_rows_of_all_its_pages_in_their_order_on_both_databases() {
    let cluster = Cluster::start();
    let (_site, _host, client) = both(&cluster).await;
    for tenant in ["grown", "small"] {
        let client = client.of(tenant);
        for parameters in [
            &[][..],
            &[("sort", "name,-timestamp")],
            &[("filter[name]", "web-1"), ("sort", "note"), ("order", "desc")],
            &[("filter[note]", "no such text")],
        ] {
            let pages = paged(&client, parameters).await;
            let mut all = vec![("format", "json")];
            all.extend_from_slice(parameters);
            let rows = exported(&client, "events", &all).await;
            let rows: Vec<_> = rows.as_array().unwrap().iter().collect();
            assert_eq!(rows.len(), pages.len(), "{tenant} {parameters:?}");
            for (row, shown) in rows.iter().zip(&pages) {
                assert_eq!(milliseconds(&row["timestamp"]), shown[0].as_i64().unwrap());
                assert_eq!(
                    [&row["name"], &row["note"], &row["n"]],
                    [&shown[1], &shown[2], &shown[3]],
                    "{tenant} {parameters:?}"
                );
            }
        }
        assert_eq!(
            exported(&client, "events", &[("format", "json")])
                .await
                .as_array()
                .unwrap()
                .len(),
            EVENTS
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_for_spreadsheets_is_quoted_and_runs_nothing() {
    let cluster = Cluster::start();
    let (_site, _host, client) = both(&cluster).await;
    let mut files = Vec::new();
    for tenant in ["grown", "small"] {
        let text = exported(&client.of(tenant), "events", &[]).await;
        let text = text.as_str().unwrap().to_owned();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap(), vec!["When", "Name", "Note", "'=N"]);
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), EVENTS);
        for (row, number) in rows.iter().zip((0..EVENTS).rev()) {
            // Numbers are not touched, the negative ones neither.
            assert_eq!(row[3], (number as i64 - 600).to_string());
            let note = NOTES[number % NOTES.len()].replace("\"\"", "\"");
            let expected = match note.chars().next() {
                Some('=' | '+' | '@') => format!("'{note}"),
                _ => note,
            };
            assert_eq!(row[2], expected);
        }
        files.push(text);
    }
    assert_eq!(files[0], files[1], "both databases give the same file");
}

#[tokio::test(flavor = "multi_thread")]
async fn charts_and_metrics_are_exported_as_they_are_shown() {
    let cluster = Cluster::start();
    let (_site, _host, client) = both(&cluster).await;
    for tenant in ["grown", "small"] {
        let client = client.of(tenant);
        for parameters in [
            &[][..],
            &[("disable_aggregation", "true"), ("series_filter", "web-2")],
        ] {
            let view = client.panel("load", RANGE, parameters).await.ok()["view"].clone();
            let mut expected = Vec::new();
            for series in view["series"].as_array().unwrap() {
                let instants = series["instants"].as_array().unwrap().iter();
                for (instant, value) in instants.zip(series["values"].as_array().unwrap()) {
                    expected.push((instant.as_i64().unwrap(), series["label"].clone(), value.clone()));
                }
            }
            assert!(expected.len() > 50);
            let mut all = vec![("format", "json")];
            all.extend_from_slice(parameters);
            let rows = exported(&client, "load", &all).await;
            let found: Vec<_> = rows
                .as_array()
                .unwrap()
                .iter()
                .map(|row| {
                    (
                        milliseconds(&row["timestamp"]),
                        row["series"].clone(),
                        row["value"].clone(),
                    )
                })
                .collect();
            assert_eq!(found, expected, "{tenant} {parameters:?}");
        }
        let metric = exported(&client, "newest", &[]).await;
        let shown = client.panel("newest", RANGE, &[]).await.ok()["view"]["value"].clone();
        let line = metric.as_str().unwrap().lines().nth(1).unwrap();
        assert!(line.starts_with(&format!("{},", shown)), "{line} {shown}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_for_those_with_a_grant_and_says_what_is_wrong() {
    let cluster = Cluster::start();
    let (_site, host, client) = both(&cluster).await;
    let path = "/panels/events/export";
    Client::anonymous(host.url())
        .of("small")
        .get(path)
        .await
        .problem(401, "not_logged_in");
    client.of("foreign").get(path).await.problem(404, "not_found");
    client.of("nobody").get(path).await.problem(404, "not_found");
    client
        .get(&format!("{path}?tenant=foreign"))
        .await
        .problem(404, "not_found");
    let small = client.of("small");
    small
        .get("/panels/nothing/export")
        .await
        .problem(404, "not_found");
    for (query, parameter) in [
        ("format=xml", "format"),
        ("sort=secret", "sort"),
        ("filter[secret]=x", "filter[secret]"),
        ("start_date=yesterday", "start_date"),
        ("evil=1", "evil"),
    ] {
        let problem = small.get(&format!("{path}?{query}")).await;
        assert_eq!(problem.problem(400, "invalid_parameter")["parameter"], parameter);
    }
    // As a link, which sends no header.
    let range = format!("start_date={}&end_date={}", RANGE.0, RANGE.1);
    let (status, kind, bytes) = client.bytes(&format!("/api/v1{path}?tenant=small&{range}")).await;
    assert_eq!(
        (status, kind.as_str()),
        (200, "text/csv; charset=utf-8; header=present")
    );
    assert!(bytes.starts_with(b"When,Name,Note,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_million_rows_are_exported_in_the_memory_of_a_few_and_stop_when_the_reader_goes() {
    const ROWS: usize = 1_000_000;
    let cluster = Cluster::start();
    let site = Site::new();
    tenant(&site, "grown", &cluster.create_database("grown"));
    cluster.sql(
        "grown",
        "CREATE TABLE events (timestamp timestamp, name text, note text, n bigint); \
         INSERT INTO events SELECT timestamp '2026-01-01' + n * interval '50 milliseconds', 'web-' || n % 7, \
         repeat('x', 40), n FROM generate_series(1, 1000000) AS n; ANALYZE events",
    );
    site.add_user("ops@example.org", PASSWORD, &["grown"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("grown");
    exported(&client, "events", &[("filter[note]", "none")]).await;
    let before = host.memory_kib();
    let url = format!(
        "{}/api/v1/panels/events/export?tenant=grown&start_date={}&end_date={}",
        host.url(),
        RANGE.0,
        RANGE.1
    );
    let began = Instant::now();
    let mut answer = client.begin(&url).await;
    let (mut lines, mut most, mut bytes) = (0_usize, before, 0_usize);
    while let Some(chunk) = answer.chunk().await.unwrap() {
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
        bytes += chunk.len();
        most = most.max(host.memory_kib());
    }
    println!(
        "{lines} lines, {} MiB in {:?}; memory {} MiB before, {} MiB at most",
        bytes >> 20,
        began.elapsed(),
        before >> 10,
        most >> 10
    );
    assert_eq!(lines, ROWS + 1);
    assert!(
        most < before + 48 * 1024,
        "{before} KiB before, {most} KiB at most"
    );

    // One at a time; and a reader who goes ends it.
    let mut answer = client.begin(&url).await;
    answer.chunk().await.unwrap().unwrap();
    client.get("/panels/events/export").await.problem(503, "busy");
    drop(answer);
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        let active =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'porthole' AND state <> 'idle'";
        let again = client.get_with("/panels/newest/export", &[]).await;
        if again.status == 200 && cluster.sql("grown", active) == "0" {
            break;
        }
        assert!(Instant::now() < deadline, "{} {}", again.status, again.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_export_reaches_a_slow_reader_through_the_proxy_which_lays_nothing_of_it_down() {
    const ROWS: usize = 400_000;
    let cluster = Cluster::start();
    let site = Site::new();
    tenant(&site, "grown", &cluster.create_database("grown"));
    cluster.sql(
        "grown",
        &format!(
            "CREATE TABLE events (timestamp timestamp, name text, note text, n bigint); \
             INSERT INTO events SELECT timestamp '2026-01-01' + n * interval '50 milliseconds', 'web-' || n % 7, \
             repeat('x', 40), n FROM generate_series(1, {ROWS}) AS n; ANALYZE events"
        ),
    );
    site.add_user("ops@example.org", PASSWORD, &["grown"]);
    let host = site.serve().await;
    let nginx = Nginx::before(&[host.url()]).await;
    let client = Client::login(nginx.url(), "ops@example.org", PASSWORD)
        .await
        .of("grown");
    let url = format!(
        "{}/api/v1/panels/events/export?tenant=grown&start_date={}&end_date={}",
        nginx.url(),
        RANGE.0,
        RANGE.1
    );
    let mut answer = client.begin(&url).await;
    let (mut lines, mut bytes, mut pauses) = (0_usize, 0_usize, 0);
    while let Some(chunk) = answer.chunk().await.unwrap() {
        lines += chunk.iter().filter(|byte| **byte == b'\n').count();
        bytes += chunk.len();
        // Slower than any host: what is under way fills every buffer meanwhile.
        if bytes >> 22 > pauses {
            pauses += 1;
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
    }
    assert_eq!(lines, ROWS + 1);
    assert!(pauses > 5, "{bytes} bytes are too few to fill buffers");
    // It says so where it writes an answer to a file.
    let log = nginx.log();
    assert!(!log.contains("temporary file"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_a_plugin_makes_is_exported_and_what_has_no_rows_is_refused() {
    let site = Site::new();
    tenant(&site, "own", "sqlite:own.sqlite");
    for show in ["table", "markup"] {
        site.write(
            &format!("tenants/own/panels/{show}.yaml"),
            &format!("panel:\n  type: released_0_1_0\n  title: Own\n  parameters:\n    show: {show}\n"),
        );
    }
    site.add_admin("ops@example.org", PASSWORD, &["own"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("own");
    let published = client
        .upload("/plugins", component("porthole_released_0_1_0"), None)
        .await;
    assert_eq!(published.status, 201, "{}", published.body);
    let shown = client.panel("table", RANGE, &[]).await.ok()["view"].clone();
    let rows = exported(&client, "table", &[("format", "json")]).await;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len() as u64, shown["total"].as_u64().unwrap());
    assert_eq!(rows[0]["numbers"], shown["rows"][0][0]);
    assert_eq!(rows[0]["statuses"], "up");
    let text = exported(&client, "table", &[]).await;
    assert!(text.as_str().unwrap().contains(",Up\r\n"), "{text}");
    let refused = client.get("/panels/markup/export").await;
    assert_eq!(refused.problem(400, "invalid_parameter")["parameter"], "format");
}
