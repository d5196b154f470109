//! What is another tenant's does not exist: not by id, not by header, not by session.

use http::StatusCode;
use serde_json::json;

use crate::site::{Client, Site, Telling, rendered};

const ALPHA: (&str, &str) = ("x-porthole-tenant", "alpha");
const BETA: (&str, &str) = ("x-porthole-tenant", "beta");

/// Must be the answer that an unknown panel of one's own tenant gets.
async fn is_as_if_it_did_not_exist(client: &Client<'_>, path: &str, headers: &[(&str, &str)]) {
    let unknown = client
        .get_with("/api/v1/panels/no_such_panel/data", &[BETA])
        .await;
    assert_eq!(unknown.refusal(), (404, "not_found".into(), None));
    let answer = client.get_with(path, headers).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} {headers:?}");
    assert_eq!(
        answer.body_but_for_the_id(),
        unknown.body_but_for_the_id(),
        "{path} {headers:?}"
    );
    let names =
        |answer: &crate::site::Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&answer), names(&unknown), "{path} {headers:?}");
}

#[tokio::test]
async fn another_tenants_panel_is_as_if_it_did_not_exist() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    assert_eq!(
        ada.get("/api/v1/panels/cpu/data").await.json()["title"],
        "Alpha's CPU"
    );
    let bob = site.logged_in("bob").await;
    for path in ["/api/v1/panels/cpu/data", "/api/v1/reports/cpu"] {
        is_as_if_it_did_not_exist(&bob, path, &[]).await;
        is_as_if_it_did_not_exist(&bob, path, &[ALPHA]).await;
        is_as_if_it_did_not_exist(&bob, path, &[BETA]).await;
        is_as_if_it_did_not_exist(&bob, path, &[("x-porthole-tenant", "no-such-tenant")]).await;
        is_as_if_it_did_not_exist(&bob, path, &[("x-porthole-tenant", "")]).await;
        is_as_if_it_did_not_exist(&bob, path, &[("x-porthole-tenant", "ALPHA")]).await;
    }
    // Also where the parameters are wrong: the order of the checks tells nothing.
    is_as_if_it_did_not_exist(&bob, "/api/v1/panels/cpu/data?page=-1", &[ALPHA]).await;
    for path in [
        "/api/v1/dashboards",
        "/api/v1/dashboards/default",
        "/api/v1/custom/x",
        "/api/v1/custom/topology",
        "/api/v1/panels/cpu/image",
        "/api/v1/plugins",
        "/api/v1/plugins/heat",
        "/api/v1/plugins/heat/logs",
    ] {
        is_as_if_it_did_not_exist(&bob, path, &[ALPHA]).await;
    }
}

#[tokio::test]
async fn another_tenant_cannot_be_selected() {
    let site = Site::new().await;
    let bob = site.logged_in("bob").await;
    let unknown = bob.post("/api/v1/tenants/no-such-tenant/select").await;
    let another = bob.post("/api/v1/tenants/alpha/select").await;
    assert_eq!(another.refusal(), (404, "not_found".into(), None));
    assert_eq!(another.body_but_for_the_id(), unknown.body_but_for_the_id());
    assert_eq!(bob.get("/api/v1/tenants").await.json()["selected"], json!(null));
    is_as_if_it_did_not_exist(&bob, "/api/v1/panels/cpu/data", &[]).await;
}

#[tokio::test]
async fn a_grant_taken_back_counts_at_once() {
    let site = Site::new().await;
    let cleo = site.logged_in("cleo").await;
    assert_eq!(
        cleo.post("/api/v1/tenants/alpha/select").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(cleo.get("/api/v1/panels/cpu/data").await.status, StatusCode::OK);
    let user = site
        .identity
        .find_user("cleo@example.com")
        .await
        .unwrap()
        .unwrap();
    site.identity
        .revoke(user.id, "alpha", porthole_identity::AuditEntry::default())
        .await
        .unwrap();
    is_as_if_it_did_not_exist(&cleo, "/api/v1/panels/cpu/data", &[ALPHA]).await;
    is_as_if_it_did_not_exist(&cleo, "/api/v1/panels/cpu/data", &[]).await;
}

#[tokio::test]
async fn one_panel_name_in_two_tenants_is_two_panels() {
    let site = Site::new().await;
    site.panels.tell(
        "beta",
        "cpu",
        Telling::Answer(rendered("Beta's CPU", "tag-of-beta")),
    );
    let cleo = site.logged_in("cleo").await;
    for _ in 0..2 {
        let alpha = cleo.get_with("/api/v1/panels/cpu/data", &[ALPHA]).await;
        let beta = cleo.get_with("/api/v1/panels/cpu/data", &[BETA]).await;
        assert_eq!(
            (&alpha.json()["title"], &beta.json()["title"]),
            (&json!("Alpha's CPU"), &json!("Beta's CPU"))
        );
        assert_ne!(alpha.header("etag"), beta.header("etag"));
    }
}

#[tokio::test]
async fn the_tenant_is_the_headers_then_the_sessions_then_the_only_one() {
    let site = Site::new().await;
    let cleo = site.logged_in("cleo").await;
    let title = async |client: &Client<'_>, headers: &[(&str, &str)]| {
        client
            .get_with("/api/v1/dashboards/default", headers)
            .await
            .json()["title"]
            .clone()
    };
    assert_eq!(
        cleo.get("/api/v1/dashboards").await.refusal(),
        (400, "no_tenant".into(), None)
    );
    assert_eq!(title(&cleo, &[BETA]).await, "Operations of beta");
    assert_eq!(
        cleo.post("/api/v1/tenants/alpha/select").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(title(&cleo, &[]).await, "Operations of alpha");
    assert_eq!(title(&cleo, &[BETA]).await, "Operations of beta");
    assert_eq!(cleo.get("/api/v1/tenants").await.json()["selected"], "alpha");
    assert_eq!(
        cleo.get("/api/v1/auth/me").await.json()["session"]["tenant"],
        "alpha"
    );
    let twice = cleo.get_with("/api/v1/dashboards", &[ALPHA, BETA]).await;
    assert_eq!(
        twice.refusal(),
        (400, "invalid_parameter".into(), Some("X-Porthole-Tenant".into()))
    );

    let ada = site.logged_in("ada").await;
    assert_eq!(title(&ada, &[]).await, "Operations of alpha");
}

#[tokio::test]
async fn an_administrator_without_a_grant_sees_no_tenants_data() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    assert_eq!(dan.get("/api/v1/auth/me").await.json()["is_admin"], true);
    assert_eq!(
        dan.get("/api/v1/tenants").await.json(),
        json!({"tenants": [], "selected": null})
    );
    assert_eq!(
        dan.get("/api/v1/dashboards").await.refusal(),
        (400, "no_tenant".into(), None)
    );
    assert_eq!(
        dan.get_with("/api/v1/panels/cpu/data", &[ALPHA]).await.refusal(),
        (404, "not_found".into(), None)
    );
}
