//! Whatever a tenant's data holds, its panels show it, or say what they do not show and why: through the whole host.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::{Client, Cluster, Host, Site};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const DASHBOARD: &str =
    "dashboard:\n  name: Board\n  panels:\n    - {id: a_panel, config_file: panels/a_panel.yaml}\n";
const CHART: &str = "    columns: {timestamp: at, value: value, series_label: label}\n";

/// A tenant on PostgreSQL with these tables and panels: id, type and what is below `data_source:`.
async fn tenant(cluster: &Cluster, tables: &str, panels: &[(&str, &str, &str)]) -> (Site, Host, Client) {
    let site = Site::new();
    site.tenant("grown", &cluster.create_database("grown"));
    cluster.sql("grown", tables);
    site.write("tenants/grown/dashboards/default.yaml", DASHBOARD);
    for (id, kind, source) in panels {
        let text = format!("panel:\n  type: {kind}\n  title: A panel\n  data_source:\n{source}");
        site.write(&format!("tenants/grown/panels/{id}.yaml"), &text);
    }
    site.add_user("ops@example.org", PASSWORD, &["grown"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("grown");
    (site, host, client)
}

async fn exported(client: &Client, panel: &str) -> Value {
    let range = [("start_date", RANGE.0), ("end_date", RANGE.1), ("format", "json")];
    client
        .get_with(&format!("/panels/{panel}/export"), &range)
        .await
        .ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn long_cells_are_cut_with_a_note_and_exported_whole_and_numbers_have_their_digits() {
    let cluster = Cluster::start();
    // Five hundred rows of a page and two columns: more text than a plugin may hand over.
    let tables = "CREATE TABLE notes (id bigint, amount numeric, note text, other text);
                  INSERT INTO notes SELECT n, 12345678901234567890.123456789 + n, repeat('é', 20000), repeat('x', 70000) \
                  FROM generate_series(1, 500) AS n; INSERT INTO notes VALUES (9007199254740993, 1.5, 'short', NULL);
                  CREATE TABLE services (name text, state text, at timestamp);
                  INSERT INTO services VALUES (repeat('n', 30000), repeat('s', 30000), '2026-01-01 00:00:00');";
    let panels = [
        (
            "a_panel",
            "table",
            "    table: notes\n    columns: [{name: id}, {name: amount}, {name: note}, {name: other}]\n    query: {order_by: \"id\"}\n",
        ),
        (
            "services",
            "health_status",
            "    table: services\n    columns: {service_name: name, status_value: state, timestamp: at}\n",
        ),
    ];
    let (_site, _host, client) = tenant(&cluster, tables, &panels).await;
    let first = client.panel("a_panel", RANGE, &[("page_size", "2")]).await.ok();
    let row = &first["view"]["rows"][0];
    let note = row[2].as_str().unwrap();
    assert_eq!((note.chars().count(), note.ends_with("é… (cut)")), (10_000, true));
    assert_eq!(row[1], json!("12345678901234567891.123456789"));
    assert_eq!(
        first["notes"],
        json!([
            "4 texts are longer than can be shown and end in “… (cut)”. An export has more of them: up to 1,048,576 characters in a cell, fewer where there are more than 4 columns."
        ])
    );
    let largest = client.panel("a_panel", RANGE, &[("page_size", "500")]).await.ok();
    assert_eq!(largest["view"]["rows"].as_array().unwrap().len(), 500);
    let last = [("page_size", "2"), ("sort", "-id")];
    let last = client.panel("a_panel", RANGE, &last).await.ok();
    assert_eq!(
        last["view"]["rows"][0],
        json!([9_007_199_254_740_993_i64, 1.5, "short", null])
    );

    let rows = exported(&client, "a_panel").await;
    let rows = rows.as_array().unwrap();
    assert_eq!(rows.len(), 501);
    assert_eq!(rows[0]["note"], "é".repeat(20_000));
    assert_eq!(rows[0]["other"], "x".repeat(70_000));
    assert_eq!(rows[0]["amount"], "12345678901234567891.123456789");
    assert_eq!(rows[500]["id"], json!(9_007_199_254_740_993_i64));

    let services = client.panel("services", RANGE, &[]).await.ok();
    let item = &services["view"]["items"][0];
    assert!(item["name"].as_str().unwrap().ends_with("n… (cut)"));
    assert_eq!(services["notes"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_too_many_series_the_first_are_shown_with_a_note() {
    let cluster = Cluster::start();
    let tables = "CREATE TABLE readings (at timestamp, label text, value double precision);
                  INSERT INTO readings SELECT '2026-01-01 01:00:00', 'series-' || to_char(n, 'FM00000'), n \
                  FROM generate_series(1, 20000) AS n;";
    let source = format!("    table: readings\n{CHART}");
    let (_site, _host, client) =
        tenant(&cluster, tables, &[("a_panel", "timeseries", source.as_str())]).await;
    let answer = client.panel("a_panel", RANGE, &[]).await.ok();
    let series = answer["view"]["series"].as_array().unwrap();
    assert_eq!(
        (series.len(), &series[499]["label"]),
        (500, &json!("series-00500"))
    );
    let note = answer["notes"][0].as_str().unwrap();
    assert!(note.starts_with("This shows 500 of 20000 series."), "{note}");
    let one = client
        .panel("a_panel", RANGE, &[("series_filter", "series-19999")])
        .await
        .ok();
    assert_eq!(one["view"]["series"][0]["values"], json!([19_999.0]));
    assert_eq!(one["notes"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_database_is_waited_for_and_told_as_what_it_is() {
    let cluster = Cluster::start();
    // Longer than a plugin's own time, and longer than a query may run.
    let tables = "CREATE VIEW slow AS SELECT timestamp '2026-01-01 01:00:00' AS at, 'a' AS label, 1.0 AS value \
                  FROM (SELECT pg_sleep(6)) AS s;
                  CREATE VIEW stuck AS SELECT timestamp '2026-01-01 01:00:00' AS at, 'a' AS label, 1.0 AS value \
                  FROM (SELECT pg_sleep(60)) AS s;";
    let (slow, stuck) = (
        format!("    table: slow\n{CHART}"),
        format!("    table: stuck\n{CHART}"),
    );
    let panels = [
        ("a_panel", "timeseries", slow.as_str()),
        ("stuck", "timeseries", stuck.as_str()),
        (
            "rows",
            "table",
            "    table: slow\n    columns: [{name: at}, {name: value}]\n",
        ),
    ];
    let (_site, _host, client) = tenant(&cluster, tables, &panels).await;
    let shown = client.panel("a_panel", RANGE, &[]).await.ok();
    assert_eq!(shown["view"]["series"][0]["values"], json!([1.0]));
    assert!(shown["usage"]["wall_us"].as_u64().unwrap() > 6_000_000);
    let rows = exported(&client, "rows").await;
    assert_eq!(rows.as_array().unwrap().len(), 1);

    let asked = Instant::now();
    let problem = client
        .panel("stuck", RANGE, &[])
        .await
        .problem(504, "query_timed_out");
    assert!(asked.elapsed() < Duration::from_secs(25), "{:?}", asked.elapsed());
    let detail = problem["detail"].as_str().unwrap();
    for said in [
        "`stuck`",
        "15 s",
        "porthole doctor --tenant grown",
        "statement_timeout",
    ] {
        assert!(detail.contains(said), "{said}: {detail}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_configuration_that_the_data_does_not_fit_is_told_by_line() {
    let cluster = Cluster::start();
    let tables = "CREATE TABLE readings (at timestamp, label text, value text);
                  INSERT INTO readings VALUES ('2026-01-01 01:00:00', 'a', 'many');
                  CREATE TABLE sizes (size integer); INSERT INTO sizes VALUES (7), (3), (5);
                  CREATE VIEW one AS SELECT count(*) AS n FROM sizes;";
    let chart = format!("    table: readings\n{CHART}");
    let panels = [
        ("a_panel", "timeseries", chart.as_str()),
        (
            "undecided",
            "kpi",
            "    table: sizes\n    columns: {value: size}\n",
        ),
        (
            "first",
            "kpi",
            "    table: sizes\n    columns: {value: size}\n    query: {order_by: \"size DESC\"}\n",
        ),
        ("only", "kpi", "    table: one\n    columns: {value: n}\n"),
    ];
    let (site, _host, client) = tenant(&cluster, tables, &panels).await;
    let faulty = client
        .panel("a_panel", RANGE, &[])
        .await
        .problem(422, "panel_configuration");
    let fault = &faulty["diagnostics"][0];
    assert_eq!(fault["file"], "tenants/grown/panels/a_panel.yaml");
    assert_eq!(
        (&fault["line"], &fault["column"]),
        (&json!(6), &json!(37)),
        "{fault}"
    );
    assert!(
        fault["message"]
            .as_str()
            .unwrap()
            .contains("a series needs numbers")
    );

    let undecided = client
        .panel("undecided", RANGE, &[])
        .await
        .problem(422, "panel_configuration");
    assert_eq!(undecided["diagnostics"][0]["line"], 5, "{undecided}");
    for (panel, value) in [("first", 7.0), ("only", 3.0)] {
        let answer = client.panel(panel, RANGE, &[]).await.ok();
        assert_eq!(answer["view"]["value"], json!(value), "{panel}");
    }

    let said = site.run(&["validate", "--connect"]).failed();
    assert!(
        said.contains("tenants/grown/panels/a_panel.yaml:6:37: the value column `value`"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_does_not_pass_for_fresh_while_the_database_is_down() {
    let mut cluster = Cluster::start();
    let tables = "CREATE TABLE readings (at timestamp, label text, value double precision);
                  INSERT INTO readings VALUES ('2026-01-01 01:00:00', 'a', 1), ('2026-01-02 11:00:00', 'a', 3);";
    let source = format!("    table: readings\n{CHART}");
    let (_site, _host, client) =
        tenant(&cluster, tables, &[("a_panel", "timeseries", source.as_str())]).await;
    // Two days by ten minutes, all of them settled: the database is not needed for them any more.
    let days = ("2026-01-01T00:00:00Z", "2026-01-03T00:00:00Z");
    client.panel("a_panel", days, &[]).await.ok();
    cluster.stop();
    client
        .panel("a_panel", days, &[("fresh", "true")])
        .await
        .problem(503, "database_down");
    client.panel("a_panel", days, &[]).await.ok();
}

/// A view whose columns a database cannot always compute, and a table of numbers that are more than can be shown.
const NUMBERS: &str = "CREATE TABLE flows (at timestamp, sent bigint, factor double precision);
     INSERT INTO flows VALUES ('2026-01-01 01:00:00', 9223372036854775807, 1e300);
     CREATE VIEW computed AS SELECT at, sent, sent * 8 AS bits, factor * 1e300 AS scaled FROM flows;
     CREATE TABLE sums (id integer, amount numeric, single real);
     INSERT INTO sums VALUES (1, 1e500, 0.1), (2, 12345678901234567890.5, 0.7);";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_database_cannot_compute_is_a_fault_with_its_place_in_tables_metrics_and_exports() {
    let cluster = Cluster::start();
    let panels = [
        (
            "a_panel",
            "table",
            "    table: computed\n    columns: [{name: at}, {name: sent}, {name: bits}]\n",
        ),
        (
            "metric",
            "kpi",
            "    table: computed\n    columns: {timestamp: at, value: scaled}\n",
        ),
        (
            "condition",
            "table",
            "    table: flows\n    columns: [{name: at}]\n    query: {where: \"sent * 8 > 1\"}\n",
        ),
    ];
    let (_site, _host, client) = tenant(&cluster, NUMBERS, &panels).await;
    // More often than a plugin may fail before it is put to rest.
    for _ in 0..7 {
        for (panel, place) in [("a_panel", "6:"), ("metric", "6:"), ("condition", "7:")] {
            let problem = client
                .panel(panel, RANGE, &[])
                .await
                .problem(422, "panel_configuration");
            let diagnostics = problem["diagnostics"].as_array().unwrap();
            assert_eq!(diagnostics.len(), 1, "{problem}");
            let said = diagnostics[0].to_string();
            assert!(said.contains("cannot compute with what the data holds"), "{said}");
            assert_eq!(format!("{}:", diagnostics[0]["line"]), place, "{said}");
        }
    }
    let range = [("start_date", RANGE.0), ("end_date", RANGE.1), ("format", "csv")];
    let problem = client
        .get_with("/panels/a_panel/export", &range)
        .await
        .problem(422, "panel_configuration");
    assert!(problem["diagnostics"].to_string().contains("`bits`"), "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_with_too_many_digits_are_cut_with_a_note_and_exported_whole() {
    let cluster = Cluster::start();
    let source = "    table: sums\n    columns: [{name: id}, {name: amount}, {name: single}]\n    query: {order_by: \"id\"}\n";
    let (_site, _host, client) = tenant(&cluster, NUMBERS, &[("a_panel", "table", source)]).await;
    let answer = client.panel("a_panel", RANGE, &[]).await.ok();
    let rows = &answer["view"]["rows"];
    assert_eq!(rows[0][1], format!("1{}… (cut)", "0".repeat(399)));
    assert_eq!(rows[1], json!([2, "12345678901234567890.5", 0.7]));
    assert_eq!(rows[0][2], json!(0.1));
    let notes = answer["notes"].as_array().unwrap();
    assert_eq!(notes.len(), 1, "{notes:?}");
    let note = notes[0].as_str().unwrap();
    assert!(
        note.starts_with("1 number has more digits than can be shown"),
        "{note}"
    );
    let rows = exported(&client, "a_panel").await;
    assert_eq!(rows[0]["amount"], format!("1{}", "0".repeat(500)));
    assert_eq!(rows[0]["single"], json!(0.1));
}
