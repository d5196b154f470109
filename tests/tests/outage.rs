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
