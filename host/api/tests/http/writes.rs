//! What an account changes is bounded, since each change leaves a line of the audit log.

use http::{Method, StatusCode};
use porthole_api::ApiSettings;
use porthole_identity::Options;

use crate::site::{PASSWORD, Site};

async fn site() -> Site {
    let options = Options {
        changes_per_account: 3,
        ..Options::default()
    };
    Site::with(ApiSettings::default(), options).await
}

#[tokio::test]
async fn an_account_changes_so_much_and_no_more_and_what_is_refused_does_not_count() {
    let site = site().await;
    let (ada, bob) = (site.logged_in("ada").await, site.logged_in("bob").await);
    for _ in 0..5 {
        let refused = ada.post("/api/v1/tenants/beta/select").await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND);
    }
    for _ in 0..3 {
        let done = ada.post("/api/v1/tenants/alpha/select").await;
        assert_eq!(done.status, StatusCode::NO_CONTENT);
    }
    for path in ["/api/v1/tenants/alpha/select", "/api/v1/account/tokens"] {
        let refused = ada.post(path).await;
        assert_eq!(
            refused.refusal(),
            (429, "too_many_requests".into(), None),
            "{path}"
        );
        let wait: u64 = refused.header("retry-after").parse().unwrap();
        assert!((1..=300).contains(&wait), "{wait}");
    }
    // Others do not wait for her.
    let done = bob.post("/api/v1/tenants/beta/select").await;
    assert_eq!(done.status, StatusCode::NO_CONTENT);
    // Whoever has her session as well keeps her from nothing that ends it.
    assert_eq!(ada.get("/api/v1/auth/me").await.status, StatusCode::OK);
    let json = [("content-type", "application/json")];
    let path = "/api/v1/account/password";
    let password = ada.send(Method::POST, path, &json, Some("{}".into())).await;
    assert_eq!(password.status, StatusCode::BAD_REQUEST);
    let ended = ada
        .send(Method::DELETE, "/api/v1/account/sessions", &[], None)
        .await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    site.logged_in("ada").await;
    let out = ada.post("/api/v1/auth/logout").await;
    assert_eq!(out.status, StatusCode::NO_CONTENT);
}

/// Whoever had an administrator's session has made accounts until no more may be made.
#[tokio::test]
async fn an_administrator_undoes_what_was_done_however_much_that_was() {
    let site = site().await;
    let dan = site.logged_in("dan").await;
    let json = [("content-type", "application/json")];
    let make = async |name: &str| {
        let body = format!("{{\"email\": \"{name}@example.com\"}}");
        dan.send(Method::POST, "/api/v1/admin/users", &json, Some(body))
            .await
    };
    for name in ["one", "two", "three"] {
        assert_eq!(make(name).await.status, StatusCode::CREATED);
    }
    assert_eq!(make("four").await.status, StatusCode::TOO_MANY_REQUESTS);
    let id = async |name: &str| {
        let user = site
            .identity
            .find_user(&format!("{name}@example.com"))
            .await
            .unwrap();
        user.unwrap().id
    };
    let (one, two) = (id("one").await, id("two").await);
    for (method, path) in [
        (Method::POST, format!("/api/v1/admin/users/{one}/disable")),
        (Method::DELETE, format!("/api/v1/admin/users/{one}/sessions")),
        (Method::DELETE, format!("/api/v1/admin/users/{two}")),
    ] {
        let done = dan.send(method.clone(), &path, &[], None).await;
        assert_eq!(done.status, StatusCode::NO_CONTENT, "{method} {path}");
    }
    let link = dan.post(&format!("/api/v1/admin/users/{one}/link")).await;
    assert_eq!(link.status, StatusCode::TOO_MANY_REQUESTS);
}

#[tokio::test]
async fn an_account_logs_in_so_often_and_no_more_and_nothing_else_of_it_is_told() {
    let site = site().await;
    for _ in 0..3 {
        site.logged_in("ada").await;
    }
    let nobody = site.nobody();
    let refused = nobody.login("ada@example.com", PASSWORD).await;
    assert_eq!(refused.refusal(), (429, "too_many_requests".into(), None));
    // Who does not know the password learns nothing by it.
    let wrong = nobody.login("ada@example.com", "wrong horse").await;
    let unknown = nobody.login("eve@example.com", "wrong horse").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert_eq!(wrong.body_but_for_the_id(), unknown.body_but_for_the_id());
    site.logged_in("bob").await;
}

#[tokio::test]
async fn the_audit_log_is_taken_as_a_file_so_often_and_read_without_end() {
    let site = site().await;
    let dan = site.logged_in("dan").await;
    let of = async |format: &str| {
        let path = format!("/api/v1/admin/audit?format={format}");
        dan.get(&path).await.status
    };
    for _ in 0..3 {
        assert_eq!(of("csv").await, StatusCode::OK);
    }
    assert_eq!(of("csv").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(of("ndjson").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(of("json").await, StatusCode::OK);
}
