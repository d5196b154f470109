//! Every example of the guides is checked by the program, and every panel among them is rendered on data.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use porthole_tests::guides::{blocks, pages};
use porthole_tests::{Client, Site, places};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");

/// What the examples' tables hold.
const TABLES: [(&str, &str); 7] = [
    (
        "metrics",
        "recorded_at,metric_type,server_name,cpu_percent,memory_percent,value\n\
         2026-01-01 10:00:00,cpu,web-1,41.5,,41.5\n2026-01-01 10:01:00,cpu,web-2,62.0,,62.0\n\
         2026-01-01 10:02:00,memory,web-1,,71.5,71.5\n",
    ),
    (
        "requests",
        "at,count\n2026-01-01 10:00:00,12\n2026-01-01 10:20:00,30\n",
    ),
    (
        "service_health",
        "name,last_check_status,last_checked_at\nshop,0,2026-01-01 10:00:00\nmail,2,2026-01-01 10:00:00\n",
    ),
    (
        "error_logs",
        "timestamp,service,error_message,severity\n2026-01-01 10:00:00,shop,no answer,ERROR\n\
         2026-01-01 10:05:00,mail,disk full,CRITICAL\n",
    ),
    ("network_nodes", "name,status,zone\nedge,up,dmz\ncore,down,lan\n"),
    ("network_links", "node_a,node_b,load_percent\nedge,core,40.5\n"),
    (
        "hourly_traffic",
        "hour,requests,failed,response_ms\n2025-12-31 10:00:00,120,3,80.5\n2026-01-01 10:00:00,150,2,75.0\n",
    ),
];

/// The plugins that examples name; the first word is the component's.
const PLUGINS: [(&str, &str); 3] = [
    ("porthole_example_network_topology", "network_topology"),
    ("porthole_example_daily_summary", "daily_summary"),
    ("porthole_example_calendar_heatmap", "calendar_heatmap"),
];

/// A type that the reader of a guide writes, so that no panel of it can be shown here. The languages' own tests run it.
const OF_THE_READER: &str = "latest";

/// The blocks of YAML of all pages that begin with this key.
fn examples(key: &str) -> Vec<(String, String)> {
    let begins = |text: &str| {
        let lines = text.lines().find(|line| !line.starts_with('#'));
        lines.is_some_and(|line| line.starts_with(&format!("{key}:")))
    };
    let mut found = Vec::new();
    for (path, page) in pages() {
        let page_name = path.file_stem().unwrap().to_string_lossy().into_owned();
        for (language, text) in blocks(&page) {
            if language == "yaml" && begins(&text) {
                found.push((page_name.clone(), text));
            }
        }
    }
    found
}

fn type_of(panel: &str) -> String {
    let yaml: Value = serde_saphyr::from_str(panel).unwrap_or_else(|error| panic!("{panel}: {error}"));
    yaml["panel"]["type"]
        .as_str()
        .unwrap_or_else(|| panic!("{panel}"))
        .to_owned()
}

/// Whether there is something to see.
fn shows_something(view: &Value) -> bool {
    let filled = |key: &str| view[key].as_array().is_some_and(|list| !list.is_empty());
    match view["kind"].as_str() {
        Some("chart") => filled("series"),
        Some("metric") => view["value"].is_number(),
        Some("statuses") => filled("items"),
        Some("table") => filled("rows"),
        Some("image") => view["url"].as_str().is_some_and(|url| !url.is_empty()),
        Some("markup") => view["html"].as_str().is_some_and(|html| html.len() > 20),
        _ => false,
    }
}

fn site() -> Site {
    let site = Site::new();
    site.tenant("one", "sqlite:one.sqlite");
    for (component, file) in PLUGINS {
        site.write_bytes(
            &format!("tenants/one/plugins/{file}.wasm"),
            &places::component(component),
        );
    }
    for (table, rows) in TABLES {
        let file = site.data().join(format!("{table}.csv"));
        std::fs::write(&file, rows).unwrap();
        site.import(&file, "one", table, &[]).ok();
    }
    site
}

#[tokio::test]
async fn every_panel_of_the_guides_is_without_faults_and_shows_its_data() {
    let site = site();
    let panels: Vec<(String, String)> = examples("panel")
        .into_iter()
        .filter(|(_, text)| type_of(text) != OF_THE_READER)
        .collect();
    assert!(panels.len() >= 9, "{}", panels.len());
    let mut board = "dashboard:\n  name: All\n  panels:\n".to_owned();
    for (number, (_, text)) in panels.iter().enumerate() {
        site.write(&format!("tenants/one/panels/example_{number}.yaml"), text);
        board += &format!("    - {{id: example_{number}, config_file: panels/example_{number}.yaml}}\n");
    }
    site.write("tenants/one/dashboards/default.yaml", &board);
    site.run(&["validate", "--connect"]).ok();
    site.add_user("reader@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let reader = Client::login(host.url(), "reader@example.org", PASSWORD)
        .await
        .of("one");
    let mut types = BTreeSet::new();
    for (number, (page, text)) in panels.iter().enumerate() {
        let id = format!("example_{number}");
        let mut answer = reader.panel(&id, RANGE, &[]).await;
        // The plugins are being compiled.
        while answer.body["code"] == "busy" {
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            answer = reader.panel(&id, RANGE, &[]).await;
        }
        let answer = answer.ok();
        assert!(shows_something(&answer["view"]), "{page}:\n{text}\n{answer}");
        types.insert(type_of(text));
    }
    for wanted in [
        "timeseries",
        "kpi",
        "health_status",
        "table",
        "custom_image",
        "custom_template",
    ] {
        assert!(types.contains(wanted), "no example of {wanted}");
    }
}

#[test]
fn every_dashboard_of_the_guides_is_without_faults() {
    let boards = examples("dashboard");
    assert!(!boards.is_empty());
    let panels = examples("panel");
    for (page, board) in boards {
        let site = site();
        let yaml: Value = serde_saphyr::from_str(&board).unwrap();
        for panel in yaml["dashboard"]["panels"].as_array().unwrap() {
            let file = panel["config_file"].as_str().unwrap();
            site.write(&format!("tenants/one/{file}"), &panels[0].1);
        }
        site.write("tenants/one/dashboards/default.yaml", &board);
        let said = site.run(&["validate"]);
        assert_eq!(said.code, Some(0), "{page}: {said:?}");
    }
}

#[test]
fn every_tenant_lock_and_aggregation_of_the_guides_is_read() {
    let site = site();
    let mut count = 0;
    let (_, panel) = examples("panel")
        .into_iter()
        .find(|(_, text)| type_of(text) == "timeseries")
        .unwrap();
    let panel = without_aggregation(&panel);
    let board =
        "dashboard:\n  name: Board\n  panels:\n    - {id: load, config_file: panels/load.yaml}\n".to_owned();
    let tenants = examples("tenant")
        .into_iter()
        .map(|(page, text)| (page, "tenant.yaml", text));
    let locks = examples("plugins")
        .into_iter()
        .map(|(page, text)| (page, "plugins.lock", text));
    let aggregations = examples("aggregation").into_iter().map(|(page, text)| {
        let inside: String = text.lines().map(|line| format!("  {line}\n")).collect();
        (page, "panels/load.yaml", format!("{panel}{inside}"))
    });
    for (page, file, text) in tenants.chain(locks).chain(aggregations) {
        let tenant = format!("tenant-{count}");
        let name = "tenant:\n  name: One\n  database:\n    url: sqlite:one.sqlite\n";
        site.write(&format!("tenants/{tenant}/tenant.yaml"), name);
        site.write(&format!("tenants/{tenant}/dashboards/default.yaml"), &board);
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), &panel);
        site.write(&format!("tenants/{tenant}/{file}"), &text);
        let said = site.run(&["validate", "--tenant", &tenant]);
        assert_eq!(said.code, Some(0), "{page}: {text}: {said:?}");
        count += 1;
    }
    assert!(count >= 4, "{count}");
}

/// A panel's file without its block `aggregation:`.
fn without_aggregation(panel: &str) -> String {
    let mut inside = false;
    let outside = panel.lines().filter(|line| {
        inside = line.starts_with("  aggregation:") || (inside && line.starts_with("    "));
        !inside
    });
    outside.map(|line| format!("{line}\n")).collect()
}

#[test]
fn every_setting_of_the_guides_is_taken() {
    let settings = examples("public_url");
    assert!(!settings.is_empty());
    for (page, text) in settings {
        let site = site();
        // What is `${NAME}` there comes from the host's environment.
        let names = text
            .split("${")
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap());
        let variables: Vec<(&str, &str)> = names.map(|name| (name, "as good as any")).collect();
        site.write("guide.yaml", &text);
        let file = site.config().join("guide.yaml");
        let said = site.run_with(&variables, &["validate", "--config", file.to_str().unwrap()]);
        assert!(
            !said.stderr.contains("the settings have faults"),
            "{page}: {said:?}"
        );
    }
}

/// A page that shows YAML which no test looks at would be a page that may be wrong.
#[test]
fn every_block_of_yaml_begins_with_what_a_test_looks_at() {
    let known = [
        "panel",
        "dashboard",
        "tenant",
        "plugins",
        "aggregation",
        "public_url",
    ];
    for (path, page) in pages() {
        for (language, text) in blocks(&page) {
            let first = text.lines().find(|line| !line.starts_with('#'));
            if language != "yaml" || first.is_none() {
                continue;
            }
            let key = first.unwrap().split(':').next().unwrap();
            assert!(known.contains(&key), "{}: {key}", path.display());
        }
    }
}
