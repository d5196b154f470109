//! Logging in and out.

use http::{Method, StatusCode};
use porthole_api::ApiSettings;
use porthole_identity::Options;
use serde_json::json;

use crate::site::{Client, PASSWORD, Site};

const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn login_answers_who_it_is_and_sets_a_cookie_scripts_cannot_read() {
    let site = Site::new().await;
    let answer = site.nobody().login("Cleo@Example.com", PASSWORD).await;
    assert_eq!(answer.status, StatusCode::OK);
    let me = answer.json();
    assert_eq!(me["email"], "cleo@example.com");
    assert_eq!(
        me["tenants"],
        json!([{"id": "alpha", "name": "ALPHA", "role": "viewer"}, {"id": "beta", "name": "BETA", "role": "viewer"}])
    );
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("porthole_session="), "{cookie}");
    for part in ["HttpOnly", "SameSite=Lax", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"), "{cookie}");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn over_https_the_cookie_is_for_this_host_and_https_only() {
    let settings = ApiSettings {
        public_url: Some("https://dash.test".into()),
        ..ApiSettings::default()
    };
    let site = Site::with(settings, Options::default()).await;
    let answer = site.nobody().login("ada@example.com", PASSWORD).await;
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-porthole_session=") && cookie.contains("Secure"),
        "{cookie}"
    );
    let ada = site.logged_in("ada").await;
    assert_eq!(ada.get("/api/v1/auth/me").await.status, StatusCode::OK);
}

#[tokio::test]
async fn wrong_and_unknown_get_the_same_answer() {
    let site = Site::new().await;
    let wrong = site.nobody().login("ada@example.com", "wrong horse").await;
    let unknown = site.nobody().login("eve@example.com", "wrong horse").await;
    assert_eq!(wrong.refusal(), (401, "wrong_credentials".into(), None));
    assert_eq!(wrong.body_but_for_the_id(), unknown.body_but_for_the_id());
    assert_eq!(wrong.header("set-cookie"), "");
}

#[tokio::test]
async fn guessing_has_to_wait() {
    let site = Site::with(
        ApiSettings::default(),
        Options {
            attempts_per_account: 2,
            ..Options::default()
        },
    )
    .await;
    for _ in 0..2 {
        assert_eq!(
            site.nobody().login("ada@example.com", "a guess").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let answer = site.nobody().login("ada@example.com", PASSWORD).await;
    assert_eq!(answer.refusal(), (429, "too_many_requests".into(), None));
    assert!((1..=900).contains(&answer.header("retry-after").parse::<u32>().unwrap()));
}

#[tokio::test]
async fn where_passwords_are_switched_off_nobody_logs_in_with_one() {
    let settings = ApiSettings {
        local_login: false,
        ..ApiSettings::default()
    };
    let site = Site::with(settings, Options::default()).await;
    let nobody = site.nobody();
    assert_eq!(
        nobody.get("/api/v1/auth/methods").await.json(),
        json!({"local": false, "oidc": null})
    );
    let right = nobody.login("ada@example.com", PASSWORD).await;
    assert_eq!(right.refusal(), (403, "forbidden".into(), None));
    let detail = right.problem().detail;
    assert!(detail.contains("switched off"), "{detail}");
    assert_eq!(right.header("set-cookie"), "");
    let wrong = nobody.login("ada@example.com", "wrong horse").await;
    assert_eq!(wrong.body_but_for_the_id(), right.body_but_for_the_id());
    // Before the body is looked at.
    let answer = nobody
        .send(Method::POST, "/api/v1/auth/login", &[], Some("{".into()))
        .await;
    assert_eq!(answer.refusal(), (403, "forbidden".into(), None));
    assert_eq!(
        nobody.post("/api/v1/auth/logout").await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn where_passwords_are_switched_off_no_link_for_one_is_handed_out() {
    let settings = ApiSettings {
        local_login: false,
        ..ApiSettings::default()
    };
    let site = Site::with(settings, Options::default()).await;
    let session = async |name: &str| {
        let email = format!("{name}@example.com");
        let password = PASSWORD.to_owned().into();
        let opened = site
            .identity
            .login(&email, &password, [192, 0, 2, 1].into(), chrono::Utc::now());
        let (_, token) = opened.await.unwrap();
        Client {
            site: &site,
            cookie: Some(site.cookie_of(&token)),
        }
    };
    let (ada, dan) = (session("ada").await, session("dan").await);
    let of_ada = site
        .identity
        .find_user("ada@example.com")
        .await
        .unwrap()
        .unwrap()
        .id;
    let link = format!("/api/v1/admin/users/{of_ada}/link");
    for path in ["/api/v1/admin/users", &link] {
        let refused = dan.post(path).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN, "{path}");
        assert!(refused.problem().detail.contains("Passwords are switched off"));
        // Who is no administrator hears of that.
        let detail = ada.post(path).await.problem().detail;
        assert!(detail.contains("for administrators"), "{detail}");
    }
    let made = site.identity.audit_log(1, None).await.unwrap().remove(0);
    assert_eq!(made.entry.action, "login");
}

#[tokio::test]
async fn who_publishes_without_a_session_hears_of_that_first_whatever_is_sent() {
    let site = Site::new().await;
    for kind in ["application/wasm", "application/octet-stream", "text/plain"] {
        let answer = site
            .nobody()
            .send(
                Method::POST,
                "/api/v1/plugins",
                &[("content-type", kind)],
                Some("x".into()),
            )
            .await;
        assert_eq!(answer.refusal(), (401, "not_logged_in".into(), None), "{kind}");
    }
}

#[tokio::test]
async fn bodies_that_are_none_are_refused() {
    let site = Site::new().await;
    let nobody = site.nobody();
    for body in [
        "",
        "{",
        "[]",
        "null",
        "{\"email\":\"a\"}",
        "{\"email\":1,\"password\":\"x\"}",
        "\u{0}",
    ] {
        let answer = nobody
            .send(Method::POST, "/api/v1/auth/login", &[JSON], Some(body.into()))
            .await;
        assert_eq!(answer.refusal(), (400, "invalid_body".into(), None), "{body:?}");
    }
    let nested = "[".repeat(10_000);
    let answer = nobody
        .send(Method::POST, "/api/v1/auth/login", &[JSON], Some(nested))
        .await;
    assert_eq!(answer.refusal(), (400, "invalid_body".into(), None));
    let large = format!("{{\"email\":\"{}\"}}", "a".repeat(20_000));
    let answer = nobody
        .send(Method::POST, "/api/v1/auth/login", &[JSON], Some(large))
        .await;
    assert_eq!(answer.refusal(), (413, "invalid_body".into(), None));
    let form = ("content-type", "application/x-www-form-urlencoded");
    for headers in [&[form][..], &[("content-type", "text/plain")], &[]] {
        let body = json!({"email": "ada@example.com", "password": PASSWORD}).to_string();
        let answer = nobody
            .send(Method::POST, "/api/v1/auth/login", headers, Some(body))
            .await;
        assert_eq!(answer.refusal(), (415, "invalid_body".into(), None));
    }
}

#[tokio::test]
async fn what_no_password_can_be_is_only_wrong() {
    let site = Site::new().await;
    for (email, password) in [
        ("", ""),
        ("ada@example.com\0", "\0"),
        ("ada@example.com", &"x".repeat(10_000)),
    ] {
        assert_eq!(
            site.nobody().login(email, password).await.refusal(),
            (401, "wrong_credentials".into(), None)
        );
    }
}

#[tokio::test]
async fn logout_ends_the_session_and_takes_the_cookie_and_what_the_browser_has_kept() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    let answer = ada.post("/api/v1/auth/logout").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(
        ada.get("/api/v1/auth/me").await.refusal(),
        (401, "not_logged_in".into(), None)
    );
    assert_eq!(
        ada.post("/api/v1/auth/logout").await.status,
        StatusCode::NO_CONTENT
    );
}

#[tokio::test]
async fn a_new_login_ends_the_session_the_browser_had() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    assert_eq!(
        ada.login("bob@example.com", PASSWORD).await.status,
        StatusCode::OK
    );
    assert_eq!(ada.get("/api/v1/auth/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn without_a_session_nothing_but_the_open_addresses_answers() {
    let site = Site::new().await;
    let nobody = site.nobody();
    for path in [
        "/health",
        "/ready",
        "/api/v1/health",
        "/api/v1/ready",
        "/api/v1/auth/methods",
        "/api/v1/openapi.json",
    ] {
        assert_eq!(nobody.get(path).await.status, StatusCode::OK, "{path}");
    }
    assert_eq!(
        nobody.get("/api/v1/auth/methods").await.json(),
        json!({"local": true, "oidc": null})
    );
    for path in [
        "/api/v1/auth/me",
        "/api/v1/tenants",
        "/api/v1/dashboards",
        "/api/v1/dashboards/default",
        "/api/v1/panels/cpu/data?page=-1",
        "/api/v1/reports/cpu",
        "/api/v1/custom/x",
        "/api/v1/panels/cpu/image",
        "/api/v1/plugins",
        "/api/v1/plugins/heat",
        "/api/v1/plugins/heat/logs",
    ] {
        assert_eq!(
            nobody.get(path).await.refusal(),
            (401, "not_logged_in".into(), None),
            "{path}"
        );
    }
    assert_eq!(
        nobody.post("/api/v1/tenants/alpha/select").await.refusal(),
        (401, "not_logged_in".into(), None)
    );
    for cookie in [
        "porthole_session=",
        "porthole_session=x",
        &format!("porthole_session={}", "A".repeat(43)),
    ] {
        let answer = nobody.get_with("/api/v1/auth/me", &[("cookie", cookie)]).await;
        assert_eq!(answer.refusal(), (401, "not_logged_in".into(), None));
    }
}

#[tokio::test]
async fn other_sites_pages_cannot_change_anything() {
    let site = Site::new().await;
    let ada = site.logged_in("ada").await;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
    ] {
        for path in [
            "/api/v1/auth/login",
            "/api/v1/auth/logout",
            "/api/v1/tenants/alpha/select",
        ] {
            let answer = ada.send(Method::POST, path, headers, None).await;
            assert_eq!(
                answer.refusal(),
                (403, "cross_origin".into(), None),
                "{path} {headers:?}"
            );
        }
    }
    for headers in [
        &[("sec-fetch-site", "same-origin")][..],
        &[("origin", "http://dash.test")],
    ] {
        let answer = ada
            .send(Method::POST, "/api/v1/tenants/alpha/select", headers, None)
            .await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    }
    // Reading is for the browser to guard: it shows a page of another origin nothing.
    assert_eq!(
        ada.get_with("/api/v1/auth/me", &[("sec-fetch-site", "cross-site")])
            .await
            .status,
        StatusCode::OK
    );
}
