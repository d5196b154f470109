//! `porthole validate` and `porthole diff`, and what a running host makes of files that become faulty.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::{Client, Site, free_port};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
const PANEL: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      \
                     timestamp: timestamp\n      value: value\n";
const DASHBOARD: &str =
    "dashboard:\n  name: Load\n  panels:\n    - id: load\n      config_file: panels/load.yaml\n";

fn site() -> Site {
    let site = Site::new();
    site.tenant("one", "sqlite:one.sqlite");
    site.write("tenants/one/dashboards/default.yaml", DASHBOARD);
    site.write("tenants/one/panels/load.yaml", PANEL);
    let file = site.data().join("readings.csv");
    std::fs::write(&file, "timestamp,value\n2026-01-01 00:00:00,1.5\n").unwrap();
    site.import(&file, "one", "readings", &[]).ok();
    site
}

#[test]
fn validate_shows_the_line_and_what_to_do_and_ends_with_one() {
    let site = site();
    assert_eq!(site.run(&["validate"]).code, Some(0));
    site.write(
        "tenants/one/panels/load.yaml",
        &PANEL
            .replace("title:", "titel:")
            .replace("value: value", "vaule: value"),
    );
    let outcome = site.run(&["validate"]);
    assert_eq!(outcome.code, Some(1));
    let said = outcome.stdout;
    assert!(
        said.contains("tenants/one/panels/load.yaml:3:3:")
            && said.contains("  3 |   titel: Load")
            && said.contains("did you mean `title`?"),
        "{said}"
    );
}

#[test]
fn validate_writes_json_for_programs_and_annotations_for_github() {
    let site = site();
    site.write(
        "tenants/one/panels/load.yaml",
        &format!("{PANEL}  query:\n    where: \"value > (SELECT 1)\"\n"),
    );
    let json: Value = serde_json::from_str(&site.run(&["validate", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["faults"][0]["file"], "tenants/one/panels/load.yaml");
    assert_eq!(json["faults"][0]["line"], 10);
    assert_eq!(json["panels"], 1);
    let github = site.run(&["validate", "--format", "github"]).stdout;
    let file = site.config().join("tenants/one/panels/load.yaml");
    assert!(
        github.starts_with(&format!("::error file={},line=10,", file.display())),
        "{github}"
    );
}

#[test]
fn validate_holds_columns_against_the_database_when_asked() {
    let site = site();
    site.write(
        "tenants/one/panels/load.yaml",
        &PANEL.replace("value: value", "value: valeu"),
    );
    assert_eq!(site.run(&["validate"]).code, Some(0));
    let connected = site.run(&["validate", "--connect"]);
    assert_eq!(connected.code, Some(1), "{connected:?}");
    assert!(connected.stdout.contains("load.yaml:8:14:"), "{connected:?}");
    assert!(connected.stdout.contains("valeu"), "{connected:?}");
}

#[test]
fn validate_tells_all_faults_of_a_panel_at_once() {
    let site = site();
    let panel = "panel:
  type: kpi
  title: Load
  titel: Load
  data_source:
    table: readings
    columns: {timestamp: timestamp, value: valeu}
    query: {where: \"value > (SELECT 1)\"}
  display:
    thresholds:
      - {value: 1, color: red}
      - {value: 2, color: \"#ffffff\"}
      - {value: 3, color: blue}
    unti: \"%\"
";
    site.write("tenants/one/panels/load.yaml", panel);
    let places = |outcome: porthole_tests::Outcome| {
        let found: Value = serde_json::from_str(&outcome.stdout).unwrap();
        let faults = found["faults"].as_array().unwrap().iter();
        faults
            .map(|fault| (fault["line"].as_u64().unwrap(), fault["message"].to_string()))
            .collect::<Vec<_>>()
    };
    let said = places(site.run(&["validate", "--format", "json"]));
    let lines: Vec<_> = said.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [4, 8, 11, 13, 14], "{said:?}");
    for (said, part) in said.iter().zip(["titel", "", "red", "blue", "unti"]) {
        assert!(said.1.contains(part), "{said:?}");
    }
    // The column is the database's to know, whatever else is wrong.
    site.write(
        "tenants/one/panels/load.yaml",
        &panel.replace("    query: {where: \"value > (SELECT 1)\"}\n", ""),
    );
    let said = places(site.run(&["validate", "--connect", "--format", "json"]));
    assert_eq!(said.len(), 5, "{said:?}");
    assert!(
        said.iter()
            .any(|(line, said)| *line == 7 && said.contains("valeu")),
        "{said:?}"
    );
}

#[test]
fn what_could_not_be_read_is_not_said_to_be_missing() {
    let site = site();
    for (from, to) in [
        ("      value: value\n", "      value: [value]\n"),
        ("    table: readings\n", "    table: [readings]\n"),
        ("  title: Load\n", "  titel: Load\n"),
    ] {
        site.write("tenants/one/panels/load.yaml", &PANEL.replace(from, to));
        let said = site.run(&["validate", "--format", "json"]).stdout;
        let found: Value = serde_json::from_str(&said).unwrap();
        let faults = found["faults"].as_array().unwrap();
        // A misspelt title is a key that nobody knows, and a title that is missing.
        assert_eq!(faults.len(), if to.contains("titel") { 2 } else { 1 }, "{said}");
    }
}

#[test]
fn validate_tells_faults_of_the_settings_as_it_tells_others() {
    let site = site();
    site.write(
        "porthole.yaml",
        "listen: nowhere\nsession: {idle: soon}\ncentral_database:\n  url: \"hunter2\"\n",
    );
    site.write("tenants/one/panels/load.yaml", &PANEL.replace("title:", "titel:"));
    let outcome = site.run(&["validate"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let said = outcome.stdout;
    for line in [
        "config/porthole.yaml:1:9:",
        "  1 | listen: nowhere\n    |         ^",
        "config/porthole.yaml:2:17:",
        "  4 |   url: …",
        "tenants/one/panels/load.yaml:3:3:",
        "5 faults in 1 tenant",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    assert!(!said.contains("hunter2"), "{said}");
    let found: Value = serde_json::from_str(&site.run(&["validate", "--format", "json"]).stdout).unwrap();
    assert_eq!(found["faults"][0]["text"], "listen: nowhere");
    let github = site.run(&["validate", "--format", "github"]).stdout;
    assert!(
        github.starts_with("::error file=config/porthole.yaml,line=1,col=9,"),
        "{github}"
    );
}

#[test]
fn the_folder_that_the_settings_name_is_checked_whatever_else_is_wrong_with_them() {
    let site = site();
    site.write("../elsewhere/tenants/two/dashboards/default.yaml", DASHBOARD);
    let panel = PANEL.replace("title:", "titel:");
    site.write("../elsewhere/tenants/two/panels/load.yaml", &panel);
    let here = [("PORTHOLE_CONFIG_DIR", "")];
    site.write("../porthole.yaml", "listen: nowhere\nconfig_dir: elsewhere\n");
    let outcome = site.run_with(&here, &["validate"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    for line in ["porthole.yaml:1:9:", "tenants/two/panels/load.yaml:3:3:"] {
        assert!(outcome.stdout.contains(line), "{line}: {outcome:?}");
    }
    site.write("../porthole.yaml", "listen: nowhere\nconfig_dir: nowhere\n");
    let outcome = site.run_with(&here, &["validate"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stderr.contains("nowhere has no folder `tenants`")
            && !outcome.stderr.contains("not known for certain"),
        "{outcome:?}"
    );
}

#[test]
fn what_should_be_otherwise_is_a_warning_and_no_fault() {
    let site = site();
    site.tenant("one", "postgres://reader:hunter2@db/one");
    site.write("tenants/stray.yaml", "tenant: {}\n");
    site.write(
        "porthole.yaml",
        "public_url: https://ops.example.com\nauth:\n  oidc:\n    issuer: https://id.example.com/realms/ops\n    \
         client_id: porthole\n    tenants:\n      - {group: /ops, tenant: gone}\n",
    );
    let outcome = site.run(&["validate"]);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    for line in [
        "tenants/one/tenant.yaml:4:10: warning: `url` holds the database's password itself",
        "tenants/stray.yaml:1:1: warning: this file is not read",
        "config/porthole.yaml:7:31: warning: a group leads to the tenant `gone`",
        "no faults in 1 tenant with 1 panel; 3 warnings\n",
    ] {
        assert!(outcome.stdout.contains(line), "{line}: {outcome:?}");
    }
    assert!(!outcome.stdout.contains("hunter2"), "{outcome:?}");
    let json: Value = serde_json::from_str(&site.run(&["validate", "--format", "json"]).stdout).unwrap();
    assert_eq!(json["warnings"].as_array().unwrap().len(), 3, "{json}");
}

#[test]
fn the_central_database_is_asked_as_well_and_a_login_that_may_write_is_warned_of() {
    let cluster = porthole_tests::Cluster::start();
    let site = site();
    let url = cluster.create_database("one");
    cluster.sql(
        "one",
        "CREATE TABLE readings (timestamp timestamptz, value float8)",
    );
    site.tenant("one", &url);
    let connect = ["validate", "--connect"];
    let outcome = site.run_with(&[("PORTHOLE_CENTRAL_DATABASE_URL", &url)], &connect);
    // One and the same would be a fault of another kind.
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    let central = cluster.create_database("central");
    let outcome = site.run_with(&[("PORTHOLE_CENTRAL_DATABASE_URL", &central)], &connect);
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains("warning: the login of the tenant's database may change data"),
        "{outcome:?}"
    );
    let nobody = format!("postgres://porthole:hunter2@127.0.0.1:{}/none", free_port());
    let outcome = site.run_with(&[("PORTHOLE_CENTRAL_DATABASE_URL", &nobody)], &connect);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains("PORTHOLE_CENTRAL_DATABASE_URL:1:1: the central database cannot be used: "),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains("hunter2"), "{outcome:?}");
}

#[test]
fn a_time_zone_that_there_is_not_is_one_fault_of_the_tenant() {
    let site = site();
    site.write(
        "tenants/one/tenant.yaml",
        "tenant:\n  name: One\n  database:\n    url: \"sqlite:one.sqlite\"\n  time_zone: Mars/Olympus\n",
    );
    let outcome = site.run(&["validate"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome
            .stdout
            .contains("tenants/one/tenant.yaml:5:14: this is not a time zone")
            && outcome.stdout.contains("1 fault in 0 tenants"),
        "{outcome:?}"
    );
}

#[test]
fn a_database_that_does_not_answer_is_told_where_it_is_named() {
    let site = site();
    let nobody = format!("postgres://reader:hunter2@127.0.0.1:{}/none", free_port());
    site.tenant("one", &nobody);
    let outcome = site.run(&["validate", "--connect"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stdout.contains("tenants/one/tenant.yaml:4:10:")
            && outcome.stdout.contains("  4 |     url: …"),
        "{outcome:?}"
    );
    assert!(!outcome.stdout.contains("hunter2"), "{outcome:?}");
}

#[test]
fn files_are_checked_where_there_are_no_secrets() {
    let site = site();
    site.tenant("one", "postgres://reader:${ONE_PASSWORD}@db/one");
    assert_eq!(site.run(&["validate"]).code, Some(1));
    site.run(&["validate", "--without-secrets"]).ok();
    let set = [("ONE_PASSWORD", "secret")];
    assert_eq!(site.run_with(&set, &["validate"]).code, Some(0));
    site.write("tenants/one/panels/load.yaml", &PANEL.replace("title:", "titel:"));
    assert_eq!(site.run(&["validate", "--without-secrets"]).code, Some(1));
    // A database cannot be asked with a secret that is not there.
    assert_eq!(
        site.run(&["validate", "--without-secrets", "--connect"]).code,
        Some(2)
    );
}

#[test]
fn doctor_says_where_a_panel_asks_for_what_its_database_lacks() {
    let site = site();
    let sound = site.run(&["doctor", "--tenant", "one"]);
    assert!(sound.stdout.contains("load.yaml:5:12: load: "), "{sound:?}");
    assert!(!sound.stdout.contains("no column"), "{sound:?}");
    site.write(
        "tenants/one/panels/load.yaml",
        &PANEL.replace("value: value", "value: valeu"),
    );
    let outcome = site.run(&["doctor", "--tenant", "one"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(
        outcome.stdout.contains(
            "load.yaml:8:14: load: the table readings has no column `valeu`\n    did you mean `value`?"
        ),
        "{outcome:?}"
    );
}

#[test]
fn validate_takes_one_tenant_and_ends_with_two_where_nothing_can_be_checked() {
    let site = site();
    site.tenant("two", "sqlite:two.sqlite");
    site.write("tenants/two/dashboards/default.yaml", "dashboard: []\n");
    assert_eq!(site.run(&["validate"]).code, Some(1));
    assert_eq!(site.run(&["validate", "--tenant", "one"]).code, Some(0));
    let missing = site.run(&["validate", "--tenant", "three"]);
    assert_eq!(missing.code, Some(2));
    assert!(missing.stderr.contains("there are one, two"), "{missing:?}");
    assert_eq!(site.run(&["validate", "--config-dir", "/nowhere"]).code, Some(2));
}

#[tokio::test]
async fn a_panel_that_becomes_faulty_is_shown_as_it_was_and_everybody_is_told() {
    let site = site().with("PORTHOLE_RELOAD", "1s");
    site.add_user("ops@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ops = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("one");
    let range = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
    ops.panel("load", range, &[]).await.ok();
    assert_eq!(site.run(&["diff"]).code, Some(0));

    // A fault of the file, and one that shows only where the panel is put together.
    let typing = "panel:\n  type: timeseries\n  title: [\n".to_owned();
    let clause = format!("{PANEL}  query:\n    where: \"value > (SELECT 1)\"\n");
    for text in [typing, clause] {
        site.write("tenants/one/panels/load.yaml", &text);
        let board = until(&ops, |panel| !panel["outdated"].is_null()).await;
        assert_eq!(board["title"], "Load");
        assert!(board["diagnostics"].is_null(), "{board}");
        let fault = &board["outdated"][0];
        assert_eq!(fault["file"], "tenants/one/panels/load.yaml");
        ops.panel("load", range, &[("fresh", "true")]).await.ok();
        // What is served is not what the file says, and `diff` says so, also after the reload that has refused it.
        let differs = site.run(&["diff"]);
        assert_eq!(differs.code, Some(1), "{differs:?}");
        let line = "! tenants/one/panels/load.yaml  (has faults: the last good version stays)\n";
        assert_eq!(differs.stdout, line, "{differs:?}");
        site.write("tenants/one/panels/load.yaml", PANEL);
        until(&ops, |panel| panel["outdated"].is_null()).await;
    }
}

#[tokio::test]
async fn diff_knows_before_a_reload_what_the_reload_will_refuse() {
    let site = site().with("PORTHOLE_RELOAD", "never");
    site.write(
        "tenants/one/panels/own.yaml",
        "panel:\n  type: a_plugin_of_its_own\n  title: Own\n",
    );
    let _host = site.serve().await;
    assert_eq!(site.run(&["diff"]).code, Some(0));
    // Each is a file without a fault, of which no panel can be put together; the type that nobody knows here is somebody's plugin.
    for text in [
        PANEL.replace("      value: value\n", ""),
        format!("{PANEL}  query:\n    where: \"value > (SELECT 1)\"\n"),
        PANEL.replace("value: value", "valeu: value"),
    ] {
        site.write("tenants/one/panels/load.yaml", &text);
        site.write(
            "tenants/one/panels/own.yaml",
            "panel:\n  type: a_plugin_of_its_own\n  title: My own\n",
        );
        let differs = site.run(&["diff"]);
        assert_eq!(differs.code, Some(1), "{differs:?}");
        assert_eq!(
            differs.stdout,
            "! tenants/one/panels/load.yaml  (has faults: the last good version would stay)\n~ tenants/one/panels/own.yaml\n",
            "{text}"
        );
    }
}

#[tokio::test]
async fn settings_that_change_while_the_host_runs_are_told_and_wait_for_the_next_start() {
    let site = site().with("PORTHOLE_RELOAD", "1s");
    // Beside the configuration's folder, where a command looks for it first.
    site.write("../porthole.yaml", "public_url: \"https://one.example.org\"\n");
    let mut host = site.serve().await;
    site.write("../porthole.yaml", "public_url: \"https://two.example.org\"\n");
    host.says("porthole.yaml has changed: this host goes on with the settings that it started with")
        .await;
}

#[tokio::test]
async fn counters_of_what_may_go_wrong_are_there_before_it_does() {
    let figures = format!("127.0.0.1:{}", free_port());
    let site = site().with("PORTHOLE_METRICS_LISTEN", &figures);
    let _host = site.serve().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let answer = http
        .get(format!("http://{figures}/metrics"))
        .send()
        .await
        .unwrap();
    let text = answer.text().await.unwrap();
    for line in [
        "porthole_renders_total{tenant=\"one\",outcome=\"database_down\",cache=\"none\"} 0",
        "porthole_renders_total{tenant=\"one\",outcome=\"view\",cache=\"stale\"} 0",
        "porthole_sandbox_limits_total{tenant=\"one\",limit=\"cpu\"} 0",
        "porthole_buckets_requests_total{outcome=\"partial\"} 0",
        "porthole_buckets_skipped_total{reason=\"clock\"} 0",
        "porthole_buckets_computed_total 0",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
}

#[tokio::test]
async fn a_dashboard_that_becomes_faulty_says_that_it_is_its_last_good_version_and_where_the_fault_is() {
    let site = site().with("PORTHOLE_RELOAD", "1s");
    site.add_user("ops@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ops = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("one");
    let board = until_board(&ops, |_| true).await;
    assert!(
        board["outdated"].is_null() && board["diagnostics"].is_null(),
        "{board}"
    );

    site.write("tenants/one/dashboards/default.yaml", "dashboard:\n  name: [\n");
    let outdated = until_board(&ops, |board| !board["outdated"].is_null()).await;
    assert_eq!(
        (&outdated["title"], &outdated["panels"]),
        (&board["title"], &board["panels"])
    );
    let fault = &outdated["outdated"][0];
    assert_eq!(fault["file"], "tenants/one/dashboards/default.yaml");
    assert!(
        fault["line"].as_u64() >= Some(2) && fault["message"].is_string(),
        "{fault}"
    );

    // Nor is half of a change shown, where something is wrong and something is sound.
    site.write(
        "tenants/one/dashboards/default.yaml",
        &DASHBOARD.replace("name: Load", "name: Loads\n  nonsense: 1"),
    );
    let half = until_board(&ops, |board| board["outdated"][0]["line"] == 3).await;
    assert_eq!(
        (&half["title"], &half["panels"]),
        (&board["title"], &board["panels"])
    );
    assert!(half["diagnostics"].is_null(), "{half}");
    assert_eq!(half["outdated"][0]["column"], 3, "{half}");

    site.write("tenants/one/dashboards/default.yaml", DASHBOARD);
    let mended = until_board(&ops, |board| board["outdated"].is_null()).await;
    assert_eq!(mended, board);
}

#[tokio::test]
async fn links_in_circles_stop_no_reload_and_the_figures_of_a_tenant_that_goes_go_with_it() {
    let site = site();
    site.tenant("two", "sqlite:two.sqlite");
    site.write("tenants/two/dashboards/default.yaml", DASHBOARD);
    site.write("tenants/two/panels/load.yaml", PANEL);
    for number in 0..12 {
        let link = site.config().join(format!("tenants/two/panels/circle{number}"));
        std::os::unix::fs::symlink(".", link).unwrap();
    }
    let figures = format!("127.0.0.1:{}", free_port());
    let site = site
        .with("PORTHOLE_RELOAD", "1s")
        .with("PORTHOLE_METRICS_LISTEN", &figures);
    site.add_user("ops@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let outdated = async |what: &str, tenant: &str| {
        let answer = http
            .get(format!("http://{figures}/metrics"))
            .send()
            .await
            .unwrap();
        let figure = format!("porthole_config_outdated_{what}{{tenant=\"{tenant}\"}} ");
        let text = answer.text().await.unwrap();
        text.lines()
            .find_map(|line| line.strip_prefix(&figure))
            .map(str::to_owned)
    };
    let until_outdated = async |what: &str, tenant: &str, wished: &str| {
        let deadline = Instant::now() + Duration::from_secs(30);
        while outdated(what, tenant).await.as_deref() != Some(wished) {
            assert!(
                Instant::now() < deadline,
                "{what} {tenant} {wished}: {}",
                host.log()
            );
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    assert_eq!(site.run(&["diff"]).code, Some(0));
    site.write("tenants/two/panels/load.yaml", "panel: [\n");
    until_outdated("panels", "two", "1").await;
    until_outdated("dashboards", "two", "0").await;
    site.write(
        "tenants/two/dashboards/default.yaml",
        &DASHBOARD.replace("name: Load", "name: Loads\n  nonsense: 1"),
    );
    until_outdated("dashboards", "two", "1").await;
    std::fs::remove_dir_all(site.config().join("tenants/two")).unwrap();
    until_outdated("panels", "two", "0").await;
    until_outdated("dashboards", "two", "0").await;
    site.write("tenants/one/panels/load.yaml", "panel: [\n");
    until_outdated("panels", "one", "1").await;
}

#[test]
fn a_folder_can_be_compared_with_another() {
    let (one, other) = (site(), site());
    other.write("tenants/one/panels/load.yaml", "panel: {}\n");
    other.write("tenants/one/panels/more.yaml", PANEL);
    let against = one.config();
    let outcome = other.run(&["diff", "--against", against.to_str().unwrap()]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert_eq!(
        outcome.stdout,
        "! tenants/one/panels/load.yaml  (has faults: the last good version would stay)\n\
         + tenants/one/panels/more.yaml\n"
    );
    std::fs::remove_dir_all(other.config().join("tenants")).unwrap();
    assert!(
        other
            .run(&["diff", "--against", against.to_str().unwrap()])
            .failed()
            .contains("no folder `tenants`")
    );
    // Nobody has served from this folder.
    assert!(site().run(&["diff"]).failed().contains("--against"));
    // What could not be compared is not what differs.
    for arguments in [["diff", "--against=/nowhere"], ["doctor", "--tenant=nobody"]] {
        let outcome = other.run(&arguments);
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
    }
}

#[tokio::test]
async fn views_are_made_anew_when_their_tenants_zone_changes() {
    let site = site().with("PORTHOLE_RELOAD", "1s");
    site.add_user("ops@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ops = Client::login(host.url(), "ops@example.org", PASSWORD)
        .await
        .of("one");
    // The only row was written at midnight by a clock on the wall. In Berlin that was an hour earlier.
    let range = ("2025-12-31T20:00:00Z", "2026-01-01T04:00:00Z");
    let answer = async || ops.panel("load", range, &[]).await.ok().to_string();
    assert!(answer().await.contains("1767225600000"));
    site.tenant_with("one", "sqlite:one.sqlite", "  time_zone: \"Europe/Berlin\"\n");
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let shown = answer().await;
        if shown.contains("1767222000000") {
            break;
        }
        assert!(Instant::now() < deadline, "{shown}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// The panel on the dashboard, as soon as it is as wished.
async fn until(client: &Client, wished: impl Fn(&Value) -> bool) -> Value {
    let board = until_board(client, |board| wished(&board["panels"][0])).await;
    board["panels"][0].clone()
}

/// The dashboard, as soon as it is as wished.
async fn until_board(client: &Client, wished: impl Fn(&Value) -> bool) -> Value {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let board = client.get("/dashboards/default").await.ok();
        if wished(&board) {
            return board;
        }
        assert!(Instant::now() < deadline, "{board}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
