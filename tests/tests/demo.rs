//! `porthole demo`: two living tenants from one command.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::{Client, Host};
use serde_json::Value;

/// Demo data must keep arriving at least this often for dashboards to live.
const NEWER_WITHIN: Duration = Duration::from_secs(90);

/// The example plugins are compiled at the first start.
const COMPILED_WITHIN: Duration = Duration::from_secs(120);

struct Seat {
    tenant: String,
    client: Client,
}

/// Somebody for each of the tenants that the demo's accounts may see.
async fn seats(host: &Host, printed: &Value) -> Vec<Seat> {
    let mut seats: Vec<Seat> = Vec::new();
    for account in printed["accounts"].as_array().unwrap() {
        let text = |key: &str| {
            account[key]
                .as_str()
                .unwrap_or_else(|| panic!("no {key} in {account}"))
        };
        assert!(account["admin"].is_boolean(), "{account}");
        let client = Client::login(host.url(), text("email"), text("password")).await;
        for tenant in account["tenants"].as_array().unwrap() {
            let tenant = tenant.as_str().unwrap().to_owned();
            if !seats.iter().any(|seat| seat.tenant == tenant) {
                seats.push(Seat {
                    client: client.of(&tenant),
                    tenant,
                });
            }
        }
    }
    seats
}

/// Asks for a panel as a browser does: while its plugin is being compiled, again.
async fn data(seat: &Seat, panel: &str, parameters: &[(&str, &str)]) -> Value {
    let deadline = Instant::now() + COMPILED_WITHIN;
    loop {
        let answer = seat
            .client
            .get_with(&format!("/panels/{panel}/data"), parameters)
            .await;
        if answer.body["code"] != "busy" || Instant::now() > deadline {
            return answer.ok();
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn panels(seat: &Seat) -> Vec<(String, String)> {
    let dashboards = seat.client.get("/dashboards").await.ok();
    let mut panels = Vec::new();
    for dashboard in dashboards["dashboards"].as_array().unwrap() {
        let dashboard = seat
            .client
            .get(&format!("/dashboards/{}", dashboard["name"].as_str().unwrap()))
            .await
            .ok();
        for panel in dashboard["panels"].as_array().unwrap() {
            assert!(panel.get("diagnostics").is_none(), "{}: {panel}", seat.tenant);
            panels.push((
                panel["id"].as_str().unwrap().to_owned(),
                panel["type"].as_str().unwrap().to_owned(),
            ));
        }
    }
    panels.sort();
    panels.dedup();
    panels
}

fn has_data(view: &Value) -> bool {
    match view["kind"].as_str().unwrap() {
        "chart" => {
            let series = view["series"].as_array().unwrap();
            series
                .iter()
                .any(|series| !series["values"].as_array().unwrap().is_empty())
        }
        "metric" => view["value"].is_number(),
        "statuses" => !view["items"].as_array().unwrap().is_empty(),
        "table" => !view["rows"].as_array().unwrap().is_empty(),
        "image" => !view["alternative"].as_str().unwrap().contains("without"),
        "markup" => {
            let html = view["html"].as_str().unwrap();
            html.len() > 100 && !html.contains("No data")
        }
        other => panic!("a view of kind {other}"),
    }
}

fn newest(chart: &Value) -> i64 {
    let series = chart["view"]["series"].as_array().unwrap();
    series
        .iter()
        .filter_map(|series| series["instants"].as_array().unwrap().last()?.as_i64())
        .max()
        .unwrap()
}

#[tokio::test]
async fn every_panel_of_the_demo_shows_data_that_keeps_arriving() {
    let (host, printed) = Host::demo().await;
    let seats = seats(&host, &printed).await;
    assert!(seats.len() >= 2, "the demo has fewer than two tenants: {printed}");

    let mut chart = None;
    for seat in &seats {
        let panels = panels(seat).await;
        assert!(panels.len() >= 4, "{} has {panels:?}", seat.tenant);
        for (id, type_name) in panels {
            let answer = data(seat, &id, &[]).await;
            assert_eq!(answer["type"], type_name.as_str());
            assert!(has_data(&answer["view"]), "{} {id}: {answer}", seat.tenant);
            assert!(answer["usage"]["guest_us"].is_u64(), "{answer}");
            if type_name == "timeseries" && chart.is_none() {
                chart = Some((seat, id));
            }
        }
    }

    // Nothing was said to be missing while its plugins were on their way.
    let log = host.log();
    assert!(
        !log.contains("no panel type") && !log.contains("no plugin"),
        "{log}"
    );

    let (seat, id) = chart.expect("a demo without a chart");
    let fresh = [("fresh", "true"), ("disable_aggregation", "true")];
    let path = format!("/panels/{id}/data");
    let before = newest(&seat.client.get_with(&path, &fresh).await.ok());
    let started = Instant::now();
    while newest(&seat.client.get_with(&path, &fresh).await.ok()) <= before {
        assert!(
            started.elapsed() < NEWER_WITHIN,
            "{id} of {} stands still",
            seat.tenant
        );
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

/// Half of what a call may use by default, microseconds.
const EASILY: u64 = 250_000;

#[tokio::test]
async fn plugins_of_the_demo_draw_for_small_and_large_screens_and_stay_well_within_their_limits() {
    let (host, printed) = Host::demo().await;
    let mut kinds = Vec::new();
    for seat in &seats(&host, &printed).await {
        for (id, _) in panels(seat).await {
            for (width, height, theme) in [
                ("340", "240", "light"),
                ("1400", "400", "dark"),
                ("3800", "2000", "light"),
            ] {
                let screen = [("width", width), ("height", height), ("theme", theme)];
                let answer = data(seat, &id, &screen).await;
                let kind = answer["view"]["kind"].as_str().unwrap().to_owned();
                if kind == "image" || kind == "markup" {
                    let used = answer["usage"]["guest_us"].as_u64().unwrap();
                    assert!(used < EASILY, "{id} for {width} by {height}: {used} µs");
                    kinds.push(kind);
                }
            }
        }
    }
    assert!(kinds.contains(&"image".to_owned()) && kinds.contains(&"markup".to_owned()));
}

#[tokio::test]
async fn a_command_beside_a_demo_makes_nothing_that_the_demo_does_not_have() {
    let (host, printed) = Host::demo().await;
    let admin = &printed["accounts"][0];
    assert_eq!(admin["admin"], true);
    let text = |key: &str| admin[key].as_str().unwrap();
    let admin = Client::login(host.url(), text("email"), text("password")).await;
    let tenants = async || {
        let states = admin.get("/admin/tenants").await.ok();
        let ids = states["tenants"].as_array().unwrap().iter();
        ids.map(|tenant| tenant["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let before = tenants().await;
    assert_eq!(before, ["tenant-alpha", "tenant-beta"]);
    let grant = |tenant: &str| host.run_beside(&["user", "grant", "maria@alpha.example", tenant]);
    grant("tenant-beta").ok();
    host.run_beside(&["tenant", "disable", "tenant-beta"]).ok();
    let listed = host.run_beside(&["tenant", "list"]).ok();
    assert!(
        !listed.lines().any(|line| line.starts_with("porthole ")),
        "{listed}"
    );
    let is_off = |tenant: &str| {
        let line = listed.lines().find(|line| line.starts_with(tenant)).unwrap();
        line.contains("(switched off)")
    };
    assert!(is_off("tenant-beta") && !is_off("tenant-alpha"), "{listed}");
    let refused = grant("porthole").failed();
    assert!(refused.contains("there is no tenant `porthole`"), "{refused}");
    assert_eq!(tenants().await, before);
    // Who did it, and on which machine.
    let log = admin.get("/admin/audit?action=tenant_disabled").await.ok();
    let line = &log["lines"][0];
    let (who, from) = (line["actor"].as_str().unwrap(), line["address"].as_str().unwrap());
    assert!(who.starts_with("command line ("), "{line}");
    assert!(from.starts_with("local ("), "{line}");
}
