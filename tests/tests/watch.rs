//! The host's own dashboard: every panel of it shows what the host has written down about itself, and a disk that refuses for a
//! while costs figures and nothing else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::{Client, Host, Site, free_port};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "ops@example.org";
/// The tenant that the host is.
const OWN: &str = "porthole";
const SOON: Duration = Duration::from_secs(60);
/// Long settled; longer than what is shown point by point.
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
const PANEL: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      \
                     timestamp: timestamp\n      value: value\n";

/// Two tenants that show a chart, of which one has not as much memory as its panel needs. The host looks at itself each second.
fn site() -> Site {
    let site = Site::new().with("PORTHOLE_WATCH", "1s");
    let mut csv = "timestamp,value\n".to_owned();
    for minute in 0..1440 {
        csv += &format!("2026-01-01 {:02}:{:02}:00,{minute}\n", minute / 60, minute % 60);
    }
    let file = site.data().join("readings.csv");
    std::fs::write(&file, csv).unwrap();
    for (tenant, more) in [("one", ""), ("tight", "  limits:\n    memory: 1MiB\n")] {
        site.tenant_with(tenant, &format!("sqlite:{tenant}.sqlite"), more);
        site.write(
            &format!("tenants/{tenant}/dashboards/default.yaml"),
            "dashboard:\n  name: Board\n  panels:\n    - {id: load, config_file: panels/load.yaml}\n",
        );
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), PANEL);
        site.import(&file, tenant, "readings", &[]).ok();
    }
    site.add_admin(EMAIL, PASSWORD, &["one", "tight", OWN]);
    site
}

/// Whether a panel has something to show.
fn shows_something(view: &Value) -> bool {
    let numbers = |value: &Value| {
        value
            .as_array()
            .is_some_and(|all| all.iter().any(Value::is_number))
    };
    match view["kind"].as_str() {
        Some("metric") => view["value"].is_number(),
        Some("statuses") => view["items"].as_array().is_some_and(|items| items.len() == 4),
        Some("chart") => view["series"]
            .as_array()
            .is_some_and(|series| !series.is_empty() && series.iter().all(|one| numbers(&one["values"]))),
        other => panic!("{other:?}"),
    }
}

/// Uses the host until every panel of its own dashboard shows something; what they show, by panel.
async fn shown(host: &Host) -> serde_json::Map<String, Value> {
    let ops = Client::login(host.url(), EMAIL, PASSWORD).await;
    let board = ops.of(OWN).get("/dashboards/default").await.ok();
    let panels = board["panels"].as_array().unwrap();
    assert_eq!(panels.len(), 14, "{board}");
    let deadline = Instant::now() + SOON;
    let mut views = serde_json::Map::new();
    // Once: what fails again and again is left alone.
    let tight = ops.of("tight").panel("load", RANGE, &[]).await;
    assert_eq!(tight.body["limit"], "memory 1 MiB", "{tight:?}");
    loop {
        ops.of("one")
            .panel("load", RANGE, &[("fresh", "true")])
            .await
            .ok();
        for panel in panels {
            let id = panel["id"].as_str().unwrap();
            let answer = ops.of(OWN).get(&format!("/panels/{id}/data?fresh=true")).await;
            // The database is made by the host's first look.
            if answer.status == 200 && shows_something(&answer.body["view"]) {
                views.insert(id.to_owned(), answer.body["view"].clone());
            } else {
                assert!(Instant::now() < deadline, "{id}: {answer:?}\n{}", host.log());
            }
        }
        if views.len() == panels.len() {
            return views;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test]
async fn every_panel_of_the_hosts_own_dashboard_shows_what_the_host_does() {
    let site = site();
    let host = site.serve().await;
    let views = shown(&host).await;
    let series = |panel: &str| {
        let all = views[panel]["series"].as_array().unwrap().iter();
        all.map(|series| series["label"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert!(series("requests").contains(&"2xx".to_owned()), "{views:#?}");
    assert!(series("calls").contains(&"one".to_owned()), "{views:#?}");
    assert_eq!(series("limits"), ["memory"]);
    assert_eq!(series("compile_queue"), ["waiting"]);
    assert!(views["memory_kpi"]["value"].as_f64().unwrap() > 1.0);
    let parts = views["parts"].to_string();
    assert!(
        parts.contains("Central database") && parts.contains("answers"),
        "{parts}"
    );
    // Nobody sees it without a grant.
    site.add_user("ada@example.org", PASSWORD, &["one"]);
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD).await;
    assert_eq!(ada.of(OWN).get("/dashboards/default").await.status, 404);
}

#[tokio::test]
async fn figures_that_cannot_be_written_down_for_a_while_are_written_down_afterwards() {
    let figures = format!("127.0.0.1:{}", free_port());
    let site = site().with("PORTHOLE_METRICS_LISTEN", &figures);
    // What is in the way is a folder.
    let file = site.data().join("watch/figures.sqlite");
    std::fs::create_dir_all(&file).unwrap();
    let mut host = site.serve().await;
    host.says("the host's own figures cannot be written down").await;
    let failures = async || {
        let (_, _, text) = Client::anonymous(&format!("http://{figures}"))
            .bytes("/metrics")
            .await;
        let text = String::from_utf8(text).unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix("porthole_watch_failures_total "));
        line.unwrap_or_else(|| panic!("{text}")).parse::<u64>().unwrap()
    };
    let deadline = Instant::now() + SOON;
    while failures().await < 3 {
        assert!(Instant::now() < deadline, "{}", host.log());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    std::fs::remove_dir(&file).unwrap();
    host.says("the host's own figures are written down again").await;
    let log = host.log();
    assert_eq!(log.matches("cannot be written down").count(), 1, "{log}");
    shown(&host).await;
}
