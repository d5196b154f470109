//! One tenant's data is nobody else's: whatever an outsider tries, there is no such thing.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use porthole_tests::readings::{self, Reading};
use porthole_tests::{Answer, Client, Host, Site};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");

/// Two tenants with a panel each that the other has not, and one panel id that both have.
async fn two_tenants() -> (Site, Host) {
    let site = Site::new();
    for (tenant, own, level) in [("one", "secret_of_one", 1.0), ("two", "secret_of_two", 2.0)] {
        site.tenant(tenant, &format!("sqlite:tenants/{tenant}.sqlite"));
        let panel = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      \
                     timestamp: timestamp\n      value: value\n";
        let placed = |id: &str, row| {
            format!(
                "    - id: {id}\n      config_file: panels/{id}.yaml\n      position: {{row: {row}, col: 1, \
                 width: 8, height: 2}}\n"
            )
        };
        site.write(&format!("tenants/{tenant}/panels/{own}.yaml"), panel);
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), panel);
        let dashboard = format!(
            "dashboard:\n  name: Load\n  panels:\n{}{}",
            placed(own, 1),
            placed("load", 3)
        );
        site.write(&format!("tenants/{tenant}/dashboards/default.yaml"), &dashboard);
        site.write(
            &format!("tenants/{tenant}/dashboards/only_{tenant}.yaml"),
            &dashboard,
        );

        let start = readings::instant("2026-01-01 00:00:00").unwrap();
        let measured: Vec<Reading> = (0..48)
            .map(|step| Reading {
                instant: start + step * 300_000,
                value: level,
            })
            .collect();
        let file = site.data().join(format!("{tenant}.csv"));
        readings::write(&file, &measured);
        site.import(&file, tenant, "readings", &[]).ok();
        site.add_user(&format!("{tenant}@example.org"), PASSWORD, &[tenant]);
    }
    let host = site.serve().await;
    (site, host)
}

/// A 404 whose body says nothing that the body of another 404 does not say.
#[track_caller]
fn hidden(answer: Answer) -> Value {
    let mut body = answer.problem(404, "not_found");
    assert!(body["request_id"].take().is_string());
    body
}

fn values(answer: &Value) -> Vec<f64> {
    let values = answer["view"]["series"][0]["values"].as_array().unwrap();
    values.iter().map(|value| value.as_f64().unwrap()).collect()
}

#[tokio::test]
async fn another_tenants_panels_do_not_exist_by_id_by_header_or_by_session() {
    let (_site, host) = two_tenants().await;
    let one = Client::login(host.url(), "one@example.org", PASSWORD).await;
    let two = Client::login(host.url(), "two@example.org", PASSWORD).await;

    // Each sees their own, also under an id that both have.
    assert_eq!(
        values(&one.of("one").panel("load", RANGE, &[]).await.ok()),
        vec![1.0; 48]
    );
    assert_eq!(
        values(&two.of("two").panel("load", RANGE, &[]).await.ok()),
        vec![2.0; 48]
    );
    assert_eq!(values(&two.panel("load", RANGE, &[]).await.ok()), vec![2.0; 48]);

    // What a panel that nobody has looks like.
    let nothing = hidden(two.of("two").panel("no_such_panel", RANGE, &[]).await);

    // By id.
    assert_eq!(hidden(two.panel("secret_of_one", RANGE, &[]).await), nothing);
    assert_eq!(
        hidden(two.of("two").panel("secret_of_one", RANGE, &[]).await),
        nothing
    );
    assert_eq!(hidden(two.of("two").get("/reports/secret_of_one").await), nothing);
    // By header.
    for panel in ["secret_of_one", "load", "no_such_panel"] {
        assert_eq!(hidden(two.of("one").panel(panel, RANGE, &[]).await), nothing);
    }
    assert_eq!(
        hidden(two.of("no-such-tenant").panel("load", RANGE, &[]).await),
        nothing
    );
    // By session.
    hidden(two.call("/tenants/one/select").await);
    assert_eq!(values(&two.panel("load", RANGE, &[]).await.ok()), vec![2.0; 48]);
    assert_eq!(hidden(two.panel("secret_of_one", RANGE, &[]).await), nothing);
}

#[tokio::test]
async fn another_tenants_dashboards_and_name_are_not_shown() {
    let (_site, host) = two_tenants().await;
    let two = Client::login(host.url(), "two@example.org", PASSWORD).await;

    let tenants = two.get("/tenants").await.ok();
    let ids: Vec<&str> = tenants["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tenant| tenant["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["two"]);
    hidden(two.of("one").get("/dashboards").await);
    hidden(two.of("one").get("/dashboards/default").await);
    hidden(two.of("two").get("/dashboards/only_one").await);
    let names = two.get("/dashboards").await.ok();
    assert!(!names.to_string().contains("only_one"), "{names}");
}

#[tokio::test]
async fn nobody_sees_anything_without_logging_in() {
    let (_site, host) = two_tenants().await;
    let stranger = Client::anonymous(host.url());
    for path in [
        "/auth/me",
        "/tenants",
        "/dashboards",
        "/dashboards/default",
        "/panels/load/data",
        "/reports/load",
    ] {
        stranger.get(path).await.problem(401, "not_logged_in");
        stranger.of("one").get(path).await.problem(401, "not_logged_in");
    }
    stranger
        .try_login("one@example.org", "not the password")
        .await
        .problem(401, "wrong_credentials");
    stranger
        .try_login("nobody@example.org", PASSWORD)
        .await
        .problem(401, "wrong_credentials");
    stranger.get("/auth/me").await.problem(401, "not_logged_in");
}

#[tokio::test]
async fn a_session_ends_when_its_user_logs_out() {
    let (_site, host) = two_tenants().await;
    let one = Client::login(host.url(), "one@example.org", PASSWORD).await;
    one.get("/auth/me").await.ok();
    let ended = one.call("/auth/logout").await;
    assert!((200..300).contains(&ended.status), "{ended:?}");
    one.get("/auth/me").await.problem(401, "not_logged_in");
    one.of("one")
        .panel("load", RANGE, &[])
        .await
        .problem(401, "not_logged_in");
}
