//! What is wrong is said, with its place, and costs nothing but itself: no panic, no 500, nothing half loaded.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use porthole_tests::readings::{self, Reading};
use porthole_tests::{Client, Cluster, Host, Site};

const EMAIL: &str = "ops@example.org";
const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");

const GOOD: &str = "panel:
  type: timeseries
  title: Load
  data_source:
    table: readings
    columns:
      timestamp: timestamp
      value: value
";

const TABLE: &str = "panel:
  type: table
  title: Readings
  data_source:
    table: readings
    columns:
      - name: timestamp
        format: datetime
      - name: value
";

/// Faulty panels: id, text, the line of the fault, words that its message must have.
fn faulty() -> Vec<(&'static str, String, u64, &'static str)> {
    let replaced = |from: &str, to: &str| GOOD.replace(from, to);
    let with_where = |clause: &str| format!("{GOOD}  query:\n    where: \"{clause}\"\n");
    vec![
        ("malformed", replaced("title: Load", "title: \"Load"), 0, ""),
        (
            "unknown_type",
            replaced("type: timeseries", "type: timeserie"),
            2,
            "timeseries",
        ),
        ("no_value", replaced("      value: value\n", ""), 0, "value"),
        ("unknown_key", replaced("    table:", "    tabel:"), 5, "table"),
        ("subquery", with_where("value > (SELECT 1)"), 10, ""),
        (
            "two_statements",
            with_where("value > 1; DROP TABLE readings"),
            10,
            "",
        ),
        ("comment", with_where("value > 1 -- and that is that"), 10, ""),
        ("function", with_where("pg_sleep(10) IS NULL"), 10, "pg_sleep"),
    ]
}

fn dashboard(ids: &[&str]) -> String {
    let mut yaml = String::from("dashboard:\n  name: Load\n  panels:\n");
    for id in ids {
        yaml.push_str(&format!("    - id: {id}\n      config_file: panels/{id}.yaml\n"));
    }
    yaml
}

/// A tenant with these panels and an hour of readings.
fn site(database: &str, panels: &[(&str, &str)]) -> Site {
    let site = Site::new();
    site.tenant("acme", database);
    for (id, yaml) in panels {
        site.write(&format!("tenants/acme/panels/{id}.yaml"), yaml);
    }
    let ids: Vec<&str> = panels.iter().map(|(id, _)| *id).collect();
    site.write("tenants/acme/dashboards/default.yaml", &dashboard(&ids));
    site
}

fn load(site: &Site) {
    let start = readings::instant("2026-01-01 00:00:00").unwrap();
    let measured: Vec<Reading> = (0..48)
        .map(|step| Reading {
            instant: start + step * 300_000,
            value: step as f64,
        })
        .collect();
    let file = site.data().join("readings.csv");
    readings::write(&file, &measured);
    site.import(&file, "acme", "readings", &[]).ok();
}

async fn serve(site: &Site) -> (Host, Client) {
    site.add_user(EMAIL, PASSWORD, &["acme"]);
    let host = site.serve().await;
    let client = Client::login(host.url(), EMAIL, PASSWORD).await.of("acme");
    (host, client)
}

#[test]
fn validate_names_file_line_and_column_of_every_fault() {
    for (id, yaml, line, words) in faulty() {
        let site = site("sqlite:acme.sqlite", &[("good", GOOD), (id, &yaml)]);
        let folder = site.config();
        let outcome = site.run(&["validate", "--config-dir", folder.to_str().unwrap()]);
        assert_eq!(
            outcome.code,
            Some(1),
            "{id}: {}{}",
            outcome.stdout,
            outcome.stderr
        );
        let said = outcome.failed();
        let file = format!("tenants/acme/panels/{id}.yaml:");
        let place = said.lines().find_map(|text| Some(text.split_once(&file)?.1));
        let place = place.unwrap_or_else(|| panic!("{id} is not named: {said}"));
        let mut numbers = place.split(':');
        let found: u64 = numbers
            .next()
            .unwrap()
            .parse()
            .unwrap_or_else(|_| panic!("{id} has no line: {said}"));
        let column: u64 = numbers
            .next()
            .unwrap()
            .parse()
            .unwrap_or_else(|_| panic!("{id} has no column: {said}"));
        assert!(column >= 1, "{id}: {said}");
        assert!(line == 0 || found == line, "{id} is in line {line}: {said}");
        assert!(said.contains(words), "{id}: `{words}` is not in {said}");
        assert!(
            !said.contains("panels/good.yaml"),
            "{id}: a good panel is blamed: {said}"
        );
    }
}

#[test]
fn validate_finds_no_fault_where_there_is_none() {
    let site = site("sqlite:acme.sqlite", &[("good", GOOD), ("table", TABLE)]);
    let folder = site.config();
    site.run(&["validate", "--config-dir", folder.to_str().unwrap()])
        .ok();
}

#[test]
fn validate_says_that_a_folder_is_no_configuration() {
    let site = Site::new();
    let folder = site.data().join("nothing");
    let said = site
        .run(&["validate", "--config-dir", folder.to_str().unwrap()])
        .failed();
    assert!(said.contains("nothing"), "{said}");
}

#[tokio::test]
async fn a_faulty_panel_says_what_is_wrong_and_its_neighbours_answer() {
    let faulty = faulty();
    let mut panels = vec![("good", GOOD)];
    panels.extend(faulty.iter().map(|(id, yaml, ..)| (*id, yaml.as_str())));
    let site = site("sqlite:acme.sqlite", &panels);
    load(&site);
    let (_host, client) = serve(&site).await;

    let dashboard = client.get("/dashboards/default").await.ok();
    assert_eq!(
        dashboard["panels"].as_array().unwrap().len(),
        panels.len(),
        "{dashboard}"
    );
    for (id, _, line, _) in &faulty {
        let problem = client
            .panel(id, RANGE, &[])
            .await
            .problem(422, "panel_configuration");
        let fault = &problem["diagnostics"][0];
        assert_eq!(
            fault["file"],
            format!("tenants/acme/panels/{id}.yaml"),
            "{problem}"
        );
        assert!(
            fault["line"]
                .as_u64()
                .is_some_and(|found| *line == 0 || found == *line),
            "{problem}"
        );
        assert!(
            fault["column"].as_u64().is_some_and(|column| column > 0),
            "{problem}"
        );
        client.panel("good", RANGE, &[("fresh", "true")]).await.ok();
    }
}

#[tokio::test]
async fn an_unknown_column_or_table_is_named_on_both_databases() {
    let cluster = Cluster::start();
    for url in [cluster.create_database("acme"), "sqlite:acme.sqlite".to_owned()] {
        let column = GOOD.replace("value: value", "value: valeu");
        let table = GOOD.replace("table: readings", "table: redings");
        let clause = format!("{GOOD}  query:\n    where: \"serie = 'a'\"\n");
        let site = site(
            &url,
            &[
                ("good", GOOD),
                ("column", &column),
                ("table", &table),
                ("clause", &clause),
            ],
        );
        load(&site);
        let (_host, client) = serve(&site).await;
        for (id, unknown) in [("column", "valeu"), ("table", "redings"), ("clause", "serie")] {
            let answer = client.panel(id, RANGE, &[]).await;
            assert_eq!(answer.status, 422, "{id}: {answer:?}");
            let fault = &answer.body["diagnostics"][0];
            assert!(fault["message"].to_string().contains(unknown), "{id}: {answer:?}");
            assert!(
                fault["file"]
                    .as_str()
                    .is_some_and(|file| file.ends_with(&format!("{id}.yaml"))),
                "{id}: {answer:?}"
            );
            assert!(fault["line"].as_u64() > Some(1), "{id}: {answer:?}");
            assert_eq!(answer.content_type, "application/problem+json");
        }
        client.panel("good", RANGE, &[]).await.ok();
    }
}

#[tokio::test]
async fn a_bad_parameter_is_named() {
    let site = site("sqlite:acme.sqlite", &[("load", GOOD), ("table", TABLE)]);
    load(&site);
    let (_host, client) = serve(&site).await;

    let (start, end) = RANGE;
    let bad = [
        ("load", (end, start), &[][..], &["start_date", "end_date"][..]),
        ("load", (start, start), &[], &["start_date", "end_date"]),
        ("load", ("2026-02-30T00:00:00Z", end), &[], &["start_date"]),
        ("load", ("yesterday", end), &[], &["start_date"]),
        ("load", (start, "2026-01-01T25:00:00Z"), &[], &["end_date"]),
        (
            "load",
            ("0001-01-01T00:00:00Z", end),
            &[],
            &["start_date", "end_date"],
        ),
        (
            "load",
            RANGE,
            &[("disable_aggregation", "perhaps")],
            &["disable_aggregation"],
        ),
        ("load", RANGE, &[("max_points", "many")], &["max_points"]),
        (
            "load",
            RANGE,
            &[("no_such_parameter", "1")],
            &["no_such_parameter"],
        ),
        ("table", RANGE, &[("page", "-1")], &["page"]),
        ("table", RANGE, &[("page", "0")], &["page"]),
        ("table", RANGE, &[("page", "99999999999999999999")], &["page"]),
        ("table", RANGE, &[("page_size", "0")], &["page_size"]),
        ("table", RANGE, &[("page_size", "1000000")], &["page_size"]),
        ("table", RANGE, &[("sort", "no_such_column")], &["sort"]),
        (
            "table",
            RANGE,
            &[("sort", "value; DROP TABLE readings")],
            &["sort"],
        ),
        (
            "table",
            RANGE,
            &[("sort", "value"), ("order", "sideways")],
            &["order"],
        ),
        (
            "table",
            RANGE,
            &[("filter[no_such_column]", "x")],
            &["filter[no_such_column]", "filter"],
        ),
    ];
    for (panel, range, parameters, named) in bad {
        let problem = client
            .panel(panel, range, parameters)
            .await
            .problem(400, "invalid_parameter");
        let parameter = problem["parameter"].as_str().unwrap_or_default();
        assert!(named.contains(&parameter), "{range:?} {parameters:?}: {problem}");
    }
    // A page after the last is empty, not wrong.
    let answer = client.panel("table", RANGE, &[("page", "1000")]).await.ok();
    assert_eq!(
        (
            answer["view"]["rows"].as_array().unwrap().len(),
            &answer["view"]["total"]
        ),
        (0, &48.into())
    );
}

#[tokio::test]
async fn text_from_outside_is_never_a_statement() {
    let site = site("sqlite:acme.sqlite", &[("load", GOOD), ("table", TABLE)]);
    load(&site);
    let (_host, client) = serve(&site).await;
    for text in [
        "' OR 1=1 --",
        "%",
        "_",
        "'; DROP TABLE readings; --",
        "\\",
        "\u{0}",
    ] {
        let answer = client.panel("table", RANGE, &[("filter[value]", text)]).await;
        assert!([200, 400].contains(&answer.status), "{text:?}: {answer:?}");
        if answer.status == 200 {
            assert_eq!(
                answer.body["view"]["total"], 0,
                "{text:?} matches: {}",
                answer.body
            );
        }
        let answer = client.panel("load", RANGE, &[("series_filter", text)]).await;
        assert!([200, 400].contains(&answer.status), "{text:?}: {answer:?}");
    }
    assert_eq!(
        client.panel("table", RANGE, &[("fresh", "true")]).await.ok()["view"]["total"],
        48
    );
}

#[tokio::test]
async fn a_request_that_is_none_of_ours_is_a_problem_too() {
    let site = site("sqlite:acme.sqlite", &[("load", GOOD)]);
    load(&site);
    let (host, client) = serve(&site).await;
    client.get("/no/such/address").await.problem(404, "not_found");
    client
        .get("/panels/..%2F..%2Fetc/data")
        .await
        .problem(404, "not_found");
    assert_eq!(
        client
            .call("/dashboards")
            .await
            .problem(405, "method_not_allowed")["status"],
        405
    );
    let answer = Client::anonymous(host.url())
        .post("/auth/login", &serde_json::json!({"email": 1}))
        .await;
    answer.problem(400, "invalid_body");
}

#[test]
fn a_ragged_file_is_refused_by_line_and_loads_nothing() {
    let cluster = Cluster::start();
    let postgres = cluster.create_database("acme");
    for url in [postgres.as_str(), "sqlite:acme.sqlite"] {
        let site = site(url, &[("load", GOOD)]);
        let file = site.data().join("ragged.csv");
        let mut text = String::from("timestamp,value\n");
        for minute in 0..50 {
            text.push_str(&format!("2026-01-01 00:{minute:02}:00,{minute}\n"));
        }
        // Lines 12 and 33: one field too many, one too few.
        let mut lines: Vec<&str> = text.lines().collect();
        lines[11] = "2026-01-01 00:10:00,10,11";
        lines[32] = "2026-01-01 00:31:00";
        std::fs::write(&file, lines.join("\n")).unwrap();

        let said = site.import(&file, "acme", "readings", &[]).failed();
        for line in [12, 33] {
            assert!(
                said.contains(&format!(":{line}:")) || said.contains(&format!("line {line}")),
                "{line}: {said}"
            );
        }
        assert!(!said.contains(url), "the address is in {said}");
        // The same file without the two lines goes in whole: no table of another shape, no row is in the way.
        lines.remove(32);
        lines.remove(11);
        std::fs::write(&file, lines.join("\n")).unwrap();
        let said = site.import(&file, "acme", "readings", &[]).ok();
        assert!(said.contains("48"), "{said}");
    }
    assert_eq!(cluster.sql("acme", "SELECT count(*) FROM readings"), "48");
}

#[test]
fn a_value_of_another_type_is_refused_by_line_and_the_table_stays_as_it_was() {
    let cluster = Cluster::start();
    let site = site(&cluster.create_database("acme"), &[("load", GOOD)]);
    load(&site);
    let file = site.data().join("other.csv");
    std::fs::write(
        &file,
        "timestamp,value\n2026-01-02 00:00:00,1\n2026-01-02 00:05:00,high\n",
    )
    .unwrap();
    let said = site
        .import(&file, "acme", "readings", &["--column", "value:real"])
        .failed();
    assert!(said.contains(":3:") || said.contains("line 3"), "{said}");
    assert_eq!(
        cluster.sql("acme", "SELECT count(*), max(value) FROM readings"),
        "48|47"
    );
}

#[test]
fn an_import_to_nowhere_says_so() {
    let site = site("sqlite:acme.sqlite", &[("load", GOOD)]);
    let file = site.data().join("readings.csv");
    let said = site.import(&file, "acme", "readings", &[]).failed();
    assert!(said.contains("readings.csv"), "{said}");
    std::fs::write(&file, "timestamp,value\n2026-01-02 00:00:00,1\n").unwrap();
    let said = site.import(&file, "acne", "readings", &[]).failed();
    assert!(said.contains("acne"), "{said}");
    let said = site.import(&file, "acme", "readings; DROP TABLE x", &[]).failed();
    assert!(!said.contains("panicked"), "{said}");
}
