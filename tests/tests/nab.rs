//! Real server metrics, imported with the documented command, seen through the example dashboard: every answer is
//! compared with what this test computes from the files by itself, on PostgreSQL and on SQLite.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};

use porthole_tests::readings::{self, Reading};
use porthole_tests::{Client, Cluster, Host, Site, places};
use serde_json::Value;

const EMAIL: &str = "ops@example.org";
const PASSWORD: &str = "correct horse battery staple";
const TENANTS: [&str; 2] = ["servers-postgres", "servers-sqlite"];

/// Readings by label.
type Measured = BTreeMap<String, Vec<Reading>>;

struct Installation {
    host: Host,
    measured: Measured,
    _site: Site,
    _cluster: Cluster,
}

impl Installation {
    /// Both tenants with the example's dashboard and all files; none where the files are not there.
    async fn new() -> Option<Self> {
        let folder = places::server_metrics()?;
        let cluster = Cluster::start();
        let site = Site::new();
        site.tenant_like(
            TENANTS[0],
            "examples/servers",
            &cluster.create_database("servers"),
        );
        site.tenant_like(TENANTS[1], "examples/servers", "sqlite:tenants/servers.sqlite");

        let mut measured = Measured::new();
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        for file in files {
            let Some(label) = label(file.file_stem().unwrap().to_str().unwrap()) else {
                continue;
            };
            for tenant in TENANTS {
                site.import(
                    &file,
                    tenant,
                    "readings",
                    &["--label", &format!("series={label}")],
                )
                .ok();
            }
            measured.insert(label, readings::read(&file));
        }
        assert!(
            measured.len() > 10,
            "only {} files of server metrics",
            measured.len()
        );

        site.add_user(EMAIL, PASSWORD, &TENANTS);
        let host = site.serve().await;
        Some(Self {
            host,
            measured,
            _site: site,
            _cluster: cluster,
        })
    }

    async fn client(&self, tenant: &str) -> Client {
        Client::login(self.host.url(), EMAIL, PASSWORD).await.of(tenant)
    }
}

/// `ec2_cpu_utilization_24ae8d` → `ec2_24ae8d`; none for what the dashboard does not show.
fn label(stem: &str) -> Option<String> {
    let (metric, server) = stem.rsplit_once('_')?;
    let kind = match metric {
        "ec2_cpu_utilization" => "ec2",
        "rds_cpu_utilization" => "rds",
        "elb_request_count" => "elb",
        _ => return None,
    };
    Some(format!("{kind}_{server}"))
}

/// The id of the first panel of a type on the default dashboard.
async fn panel(client: &Client, type_name: &str) -> String {
    let dashboard = client.get("/dashboards/default").await.ok();
    let panels = dashboard["panels"].as_array().unwrap();
    let panel = panels.iter().find(|panel| panel["type"] == type_name);
    panel.unwrap_or_else(|| panic!("no {type_name} in {dashboard}"))["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn is_close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// The points of a chart by label, in ascending order.
fn points(answer: &Value) -> BTreeMap<String, Vec<Reading>> {
    assert_eq!(answer["view"]["kind"], "chart", "{answer}");
    let series = answer["view"]["series"].as_array().unwrap();
    series
        .iter()
        .map(|series| {
            let instants = series["instants"].as_array().unwrap();
            let values = series["values"].as_array().unwrap();
            assert_eq!(instants.len(), values.len());
            let points = instants.iter().zip(values).map(|(instant, value)| Reading {
                instant: instant.as_i64().unwrap(),
                value: value.as_f64().unwrap(),
            });
            (
                series["label"].as_str().unwrap().to_owned(),
                sorted(points.collect()),
            )
        })
        .collect()
}

fn sorted(mut readings: Vec<Reading>) -> Vec<Reading> {
    readings.sort_by(|a, b| a.instant.cmp(&b.instant).then(a.value.total_cmp(&b.value)));
    readings
}

#[track_caller]
fn assert_same(
    found: &BTreeMap<String, Vec<Reading>>,
    expected: &BTreeMap<String, Vec<Reading>>,
    what: &str,
) {
    let labels: BTreeSet<_> = expected.keys().collect();
    assert_eq!(found.keys().collect::<BTreeSet<_>>(), labels, "{what}");
    for (label, expected) in expected {
        let found = &found[label];
        assert_eq!(found.len(), expected.len(), "{what}: points of {label}");
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!(found.instant, expected.instant, "{what}: {label}");
            assert!(
                is_close(found.value, expected.value),
                "{what}: {label} at {}: {} instead of {}",
                readings::rfc3339(found.instant),
                found.value,
                expected.value
            );
        }
    }
}

/// What a chart of this range must show.
fn expected(
    measured: &Measured,
    range: (i64, i64),
    bucket_seconds: Option<i64>,
) -> BTreeMap<String, Vec<Reading>> {
    measured
        .iter()
        .filter_map(|(label, all)| {
            let within = readings::within(all, range.0, range.1);
            let points = match bucket_seconds {
                None => sorted(within),
                Some(seconds) => readings::means(&within, seconds)
                    .into_iter()
                    .map(|(instant, value)| Reading { instant, value })
                    .collect(),
            };
            (!points.is_empty()).then(|| (label.clone(), points))
        })
        .collect()
}

fn at(text: &str) -> i64 {
    readings::instant(text).unwrap()
}

#[tokio::test]
async fn the_example_dashboard_shows_what_the_files_say() {
    let Some(installation) = Installation::new().await else {
        return;
    };
    for tenant in TENANTS {
        let client = installation.client(tenant).await;
        every_rung_of_the_ladder(&client, &installation.measured, tenant).await;
        raw_points_and_chosen_series(&client, &installation.measured, tenant).await;
        the_latest_value(&client, &installation.measured, tenant).await;
        the_state_of_every_server(&client, &installation.measured, tenant).await;
        the_fifty_highest(&client, &installation.measured, tenant).await;
    }
}

async fn every_rung_of_the_ladder(client: &Client, measured: &Measured, tenant: &str) {
    let chart = panel(client, "timeseries").await;
    // Both edges of each rung, aligned and not, and both months that the files speak of.
    let ranges = [
        ("2014-02-20 00:00:00", "2014-02-20 08:00:00", None),
        ("2014-04-05 03:17:30", "2014-04-05 09:02:00", None),
        ("2014-02-20 00:00:00", "2014-02-20 08:00:01", Some(60)),
        ("2014-02-20 00:00:00", "2014-02-21 00:00:00", Some(60)),
        ("2014-02-20 00:00:00", "2014-02-21 00:00:01", Some(600)),
        ("2014-02-20 11:07:09", "2014-02-24 11:07:09", Some(600)),
        ("2014-04-03 00:00:00", "2014-04-07 00:00:00", Some(600)),
        ("2014-02-20 00:00:00", "2014-02-24 00:00:01", Some(3600)),
        ("2014-02-14 14:44:00", "2014-03-01 00:00:00", Some(3600)),
        ("2014-01-01 00:00:00", "2014-05-01 00:00:00", Some(3600)),
    ];
    for (start, end, bucket) in ranges {
        let what = format!("{tenant}, {start} to {end}");
        let range = (at(start), at(end));
        let (from, to) = (readings::rfc3339(range.0), readings::rfc3339(range.1));
        let answer = client.panel(&chart, (&from, &to), &[]).await.ok();
        match bucket {
            None => assert_eq!(answer["aggregation"], Value::Null, "{what}"),
            Some(seconds) => {
                assert_eq!(answer["aggregation"]["bucket_seconds"], seconds, "{what}");
                assert_eq!(answer["aggregation"]["function"], "avg", "{what}");
            }
        }
        let expected = expected(measured, range, bucket);
        assert!(
            !expected.is_empty(),
            "{what}: a range without readings tests nothing"
        );
        assert_same(&points(&answer), &expected, &what);
    }
}

async fn raw_points_and_chosen_series(client: &Client, measured: &Measured, tenant: &str) {
    let chart = panel(client, "timeseries").await;
    let range = (at("2014-02-14 00:00:00"), at("2014-03-01 00:00:00"));
    let (from, to) = (readings::rfc3339(range.0), readings::rfc3339(range.1));

    let answer = client
        .panel(&chart, (&from, &to), &[("disable_aggregation", "true")])
        .await
        .ok();
    assert_eq!(answer["aggregation"], Value::Null);
    assert_same(
        &points(&answer),
        &expected(measured, range, None),
        &format!("{tenant}, raw"),
    );

    let chosen = ["ec2_24ae8d", "ec2_77c1ca"];
    let parameters = chosen.map(|label| ("series_filter", label));
    let answer = client.panel(&chart, (&from, &to), &parameters).await.ok();
    let wanted: Measured = measured
        .clone()
        .into_iter()
        .filter(|(label, _)| chosen.contains(&label.as_str()))
        .collect();
    let expected = expected(&wanted, range, Some(3600));
    assert!(!expected.is_empty());
    assert_same(&points(&answer), &expected, &format!("{tenant}, two series"));
}

async fn the_latest_value(client: &Client, measured: &Measured, tenant: &str) {
    let kpi = panel(client, "kpi").await;
    for (start, end) in [
        ("2014-02-20 00:00:00", "2014-02-21 00:00:00"),
        ("2014-02-14 00:00:00", "2014-03-01 00:00:00"),
        ("2014-04-03 00:00:00", "2014-04-03 12:00:00"),
    ] {
        let range = (at(start), at(end));
        let all: Vec<Reading> = measured
            .values()
            .flat_map(|all| readings::within(all, range.0, range.1))
            .collect();
        let newest = all.iter().map(|reading| reading.instant).max().unwrap();
        // Several servers may have been read in that second: any of them is the latest.
        let latest: Vec<f64> = all
            .iter()
            .filter(|reading| reading.instant == newest)
            .map(|reading| reading.value)
            .collect();
        let (from, to) = (readings::rfc3339(range.0), readings::rfc3339(range.1));
        let answer = client.panel(&kpi, (&from, &to), &[]).await.ok();
        assert_eq!(answer["view"]["kind"], "metric");
        let value = answer["view"]["value"].as_f64().unwrap();
        assert!(
            latest.iter().any(|latest| is_close(*latest, value)),
            "{tenant}: {value} is not among {latest:?}"
        );
    }
    // A range without readings has no value, which is not the value 0.
    let empty = ("2013-01-01T00:00:00Z", "2013-01-02T00:00:00Z");
    assert_eq!(
        client.panel(&kpi, empty, &[]).await.ok()["view"]["value"],
        Value::Null
    );
}

async fn the_state_of_every_server(client: &Client, measured: &Measured, tenant: &str) {
    let health = panel(client, "health_status").await;
    let range = ("2014-02-20T00:00:00Z", "2014-02-21T00:00:00Z");
    let answer = client.panel(&health, range, &[]).await.ok();
    assert_eq!(answer["view"]["kind"], "statuses");
    let items = answer["view"]["items"].as_array().unwrap();
    let found: BTreeMap<&str, f64> = items
        .iter()
        .map(|item| {
            (
                item["name"].as_str().unwrap(),
                item["status"].as_str().unwrap().parse().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        found.len(),
        items.len(),
        "{tenant}: a server is there twice: {answer}"
    );
    assert_eq!(
        found.keys().copied().collect::<Vec<_>>(),
        measured.keys().collect::<Vec<_>>(),
        "{tenant}"
    );
    for (label, all) in measured {
        let latest = sorted(all.clone()).last().copied().unwrap();
        assert!(
            is_close(found[label.as_str()], latest.value),
            "{tenant}: {label}: {latest:?}, {answer}"
        );
    }
}

async fn the_fifty_highest(client: &Client, measured: &Measured, tenant: &str) {
    let table = panel(client, "table").await;
    let range = (at("2014-02-14 00:00:00"), at("2014-03-01 00:00:00"));
    let (from, to) = (readings::rfc3339(range.0), readings::rfc3339(range.1));
    let mut expected: Vec<f64> = measured
        .values()
        .flat_map(|all| readings::within(all, range.0, range.1))
        .map(|reading| reading.value)
        .collect();
    expected.sort_by(|a, b| b.total_cmp(a));
    expected.truncate(50);

    let mut found = Vec::new();
    for page in 1..=3 {
        let page = page.to_string();
        let answer = client
            .panel(&table, (&from, &to), &[("page", &page), ("page_size", "20")])
            .await
            .ok();
        let view = &answer["view"];
        assert_eq!(
            (&view["kind"], &view["total"]),
            (&"table".into(), &50.into()),
            "{tenant}: {answer}"
        );
        let column = view["columns"]
            .as_array()
            .unwrap()
            .iter()
            .position(|column| column["name"] == "value")
            .unwrap();
        found.extend(
            view["rows"]
                .as_array()
                .unwrap()
                .iter()
                .map(|row| row[column].as_f64().unwrap()),
        );
    }
    assert_eq!(found.len(), expected.len());
    for (found, expected) in found.iter().zip(&expected) {
        assert!(
            is_close(*found, *expected),
            "{tenant}: {found} instead of {expected}"
        );
    }
}
