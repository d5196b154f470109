//! An identity provider that does not answer: what is said then, and what needs none. With a real one all of this is
//! tested in `tests/tests/keycloak.rs`.

use std::sync::Arc;

use chrono::TimeDelta;
use http::{Method, StatusCode};
use porthole_api::{ApiSettings, Provider};
use porthole_identity::{Options, ProviderRules, ProviderSession};
use porthole_oidc::{Client, Sealer};
use serde_json::json;

use crate::site::{Client as Browser, Site};
use crate::stand_in::StandIn;

/// Nobody listens at the port of discarding.
const ISSUER: &str = "http://127.0.0.1:9/realms/ops";
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

async fn site() -> Site {
    site_of(ISSUER, Options::default()).await
}

async fn site_of(issuer: &str, options: Options) -> Site {
    let client = Client::new(porthole_oidc::Options {
        issuer: issuer.into(),
        client_id: "porthole".into(),
        audience: Some("porthole-api".into()),
        ..porthole_oidc::Options::default()
    });
    let provider = Provider {
        label: "Our login".into(),
        client: client.unwrap(),
        rules: ProviderRules::default(),
        sealer: Sealer::new(b"a secret").unwrap(),
    };
    let settings = ApiSettings {
        public_url: Some("https://dash.test".into()),
        ..ApiSettings::default()
    };
    Site::with_provider(settings, options, Some(Arc::new(provider))).await
}

#[tokio::test]
async fn the_login_page_offers_the_provider_by_its_name() {
    let methods = site().await.nobody().get("/api/v1/auth/methods").await.json();
    assert_eq!(methods, json!({"local": true, "oidc": "Our login"}));
}

#[tokio::test]
async fn a_provider_that_is_down_leads_back_to_the_login_page_with_the_way_on() {
    let site = site().await;
    for (query, page) in [
        ("", "/login?fault=provider_down"),
        (
            "?back_to=/t/alpha?a=b",
            "/login?fault=provider_down&next=%2Ft%2Falpha%3Fa%3Db",
        ),
        ("?back_to=//evil.example", "/login?fault=provider_down"),
        ("?back_to=https://evil.example", "/login?fault=provider_down"),
        ("?back_to=/%5Cevil.example", "/login?fault=provider_down"),
    ] {
        let answer = site.nobody().get(&format!("/api/v1/auth/login{query}")).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{query}");
        assert_eq!(answer.header("location"), page, "{query}");
        assert_eq!(answer.header("set-cookie"), "", "{query}");
    }
    let answer = site.nobody().get("/api/v1/auth/login?to=/x").await;
    assert_eq!(
        answer.refusal(),
        (400, "invalid_parameter".into(), Some("to".into()))
    );
}

#[tokio::test]
async fn a_browser_that_began_no_login_ends_none() {
    let site = site().await;
    for query in ["", "?code=a&state=b", "?error=access_denied", "?state=b"] {
        let mut client = site.nobody();
        client.cookie = Some(format!("__Host-porthole_login={}", "A".repeat(43)));
        for client in [client, site.nobody()] {
            let answer = client.get(&format!("/api/v1/auth/callback{query}")).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{query}");
            assert_eq!(answer.header("location"), "/login?fault=over", "{query}");
            // What ties a browser to a login is of no use when there is none.
            let taken = "__Host-porthole_login=;";
            let is_taken = answer.header("set-cookie").starts_with(taken)
                && answer.header("set-cookie").contains("Max-Age=0");
            assert_eq!(is_taken, client.cookie.is_some(), "{query}");
        }
    }
}

/// Begins a login and comes back without one; where that leads, and whether the login began.
async fn refused_there(site: &Site) -> (String, bool) {
    let begun = site.nobody().get("/api/v1/auth/login").await;
    assert_eq!(begun.status, StatusCode::SEE_OTHER);
    let location = begun.header("location").to_owned();
    let Some((_, state)) = location.split_once("state=") else {
        return (location, false);
    };
    let state = state.split('&').next().unwrap();
    let browser = Browser {
        site,
        cookie: Some(begun.cookie()),
    };
    let back = browser
        .get(&format!(
            "/api/v1/auth/callback?state={state}&error=access_denied"
        ))
        .await;
    (back.header("location").to_owned(), true)
}

#[tokio::test]
async fn an_outsider_who_lets_logins_come_to_nothing_has_to_wait_and_does_not_fill_the_audit_log() {
    let there = StandIn::new().await;
    let options = Options {
        attempts_per_address: 5,
        ..Options::default()
    };
    let site = site_of(&there.issuer, options).await;
    let lines = async |action: &str| {
        let all = site.identity.audit_log(500, None).await.unwrap();
        all.iter().filter(|line| line.entry.action == action).count()
    };
    for _ in 0..5 {
        assert_eq!(
            refused_there(&site).await,
            ("/login?fault=denied".to_owned(), true)
        );
    }
    for _ in 0..20 {
        assert_eq!(
            refused_there(&site).await,
            ("/login?fault=too_many".to_owned(), false)
        );
    }
    assert_eq!(lines("login_refused").await, 5);
    assert_eq!(lines("login_locked").await, 1);
    assert_eq!(site.identity.note_refused_attempts().await.unwrap(), 20);
    assert_eq!(lines("logins_refused").await, 1);
}

#[tokio::test]
async fn an_address_begins_a_bounded_number_of_logins_at_the_provider() {
    let there = StandIn::new().await;
    let options = Options {
        begun_logins_per_address: 3,
        ..Options::default()
    };
    let site = site_of(&there.issuer, options).await;
    for number in 0..5 {
        let begun = site.nobody().get("/api/v1/auth/login?back_to=/t/alpha").await;
        let is_page = begun.header("location") == "/login?fault=too_many&next=%2Ft%2Falpha";
        assert_eq!(is_page, number >= 3, "{number}");
        assert_eq!(begun.header("set-cookie").is_empty(), number >= 3, "{number}");
    }
}

/// A browser with a session that the provider of `issuer` has opened for Ada, and about which it was to be asked so long ago.
async fn session_of_ada<'s>(
    site: &'s Site,
    issuer: &str,
    tokens: Option<Vec<u8>>,
    overdue: TimeDelta,
) -> Browser<'s> {
    let ada = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
    let now = chrono::Utc::now();
    let session = ProviderSession {
        user: format!("{issuer}#ada-1"),
        session: None,
        tokens,
        renew_at: Some(now - overdue),
    };
    let opened = site
        .identity
        .open_provider_session(ada.id, &session, [192, 0, 2, 1].into(), now);
    let (_, token) = opened.await.unwrap();
    Browser {
        site,
        cookie: Some(site.cookie_of(&token)),
    }
}

fn sealed(key: &[u8], user: &str) -> Option<Vec<u8>> {
    let text = json!({"refresh_token": "a", "id_token": null}).to_string();
    Some(Sealer::new(key).unwrap().seal(&text, user).unwrap())
}

#[tokio::test]
async fn a_session_about_which_nobody_can_ask_any_more_ends_and_the_audit_log_says_why() {
    let with = site().await;
    let without = Site::new().await;
    let user = format!("{ISSUER}#ada-1");
    let elsewhere = "https://id.example.com/realms/ops";
    let (long_ago, just_now) = (TimeDelta::minutes(6), TimeDelta::minutes(1));
    let (mine, others) = (sealed(b"a secret", &user), sealed(b"another secret", &user));
    for (site, issuer, tokens, overdue, status) in [
        // The provider does not answer: it goes on.
        (&with, ISSUER, mine.clone(), long_ago, 200),
        // Another host may have the key, and has not had the time yet.
        (&with, ISSUER, others.clone(), just_now, 200),
        (&with, ISSUER, others, long_ago, 401),
        (&with, ISSUER, None, long_ago, 401),
        (
            &with,
            elsewhere,
            sealed(b"a secret", &format!("{elsewhere}#ada-1")),
            long_ago,
            401,
        ),
        (&without, ISSUER, mine, just_now, 401),
    ] {
        let ada = session_of_ada(site, issuer, tokens, overdue).await;
        assert_eq!(
            ada.get("/api/v1/auth/me").await.status.as_u16(),
            status,
            "{issuer} {overdue}"
        );
        let newest = site.identity.audit_log(1, None).await.unwrap().remove(0).entry;
        let expected = if status == 401 { "session_ended" } else { "login" };
        assert_eq!(newest.action, expected, "{newest:?}");
        assert_eq!(ada.get("/api/v1/auth/me").await.status.as_u16(), status);
    }
}

#[tokio::test]
async fn who_logs_out_is_logged_out_before_the_provider_is_asked_where_its_login_ends() {
    let there = StandIn::silent().await;
    let site = site_of(&there.issuer, Options::default()).await;
    let tokens = sealed(b"a secret", &format!("{}#ada-1", there.issuer));
    let ada = session_of_ada(&site, &there.issuer, tokens, -TimeDelta::hours(1)).await;
    // The tab is closed while the provider is asked.
    tokio::select! {
        answer = ada.post("/api/v1/auth/logout") => panic!("without the provider: {}", answer.status),
        () = there.asked.notified() => {}
    }
    assert_eq!(ada.get("/api/v1/auth/me").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn log_out_leads_on_to_where_the_login_ends_at_the_provider() {
    let there = StandIn::new().await;
    let site = site_of(&there.issuer, Options::default()).await;
    let tokens = sealed(b"a secret", &format!("{}#ada-1", there.issuer));
    let ada = session_of_ada(&site, &there.issuer, tokens, -TimeDelta::hours(1)).await;
    let answer = ada.post("/api/v1/auth/logout").await;
    assert_eq!(answer.header("clear-site-data"), "\"cache\"");
    let continue_to = answer.json()["continue_to"].as_str().unwrap().to_owned();
    assert!(
        continue_to.starts_with(&format!("{}/logout?", there.issuer)),
        "{continue_to}"
    );
}

#[tokio::test]
async fn what_is_no_logout_token_ends_nothing_and_what_might_be_one_waits_for_the_provider() {
    let site = site().await;
    let path = "/api/v1/auth/backchannel-logout";
    let nobody = site.nobody();
    let send = async |headers: &[(&str, &str)], body: &str| {
        nobody
            .send(Method::POST, path, headers, Some(body.to_owned()))
            .await
    };
    for body in ["", "logout_token=", "logout_token=a.b.c", "token=x"] {
        let answer = send(&[FORM], body).await;
        assert_eq!(answer.refusal(), (400, "invalid_body".into(), None), "{body}");
    }
    let json = send(&[("content-type", "application/json")], "{}").await;
    assert_eq!(json.refusal(), (400, "invalid_body".into(), None));
    // `{"alg":"RS256"}`: whether it is signed only the provider's keys can tell.
    let answer = send(&[FORM], "logout_token=eyJhbGciOiJSUzI1NiJ9.e30.AAAA").await;
    assert_eq!(answer.refusal(), (503, "busy".into(), None));
    assert_eq!(answer.header("retry-after"), "10");
    let page = send(&[FORM, ("origin", "https://evil.example")], "logout_token=a.b.c").await;
    assert_eq!(page.refusal(), (403, "cross_origin".into(), None));
}

#[tokio::test]
async fn a_bearer_whose_token_cannot_be_checked_is_told_to_come_again_and_others_are_not_kept_waiting() {
    let site = site().await;
    let bearer = async |token: &str| {
        let header = format!("Bearer {token}");
        site.nobody()
            .get_with("/api/v1/auth/me", &[("authorization", &header)])
            .await
    };
    let answer = bearer("eyJhbGciOiJSUzI1NiJ9.e30.AAAA").await;
    assert_eq!(answer.refusal(), (503, "busy".into(), None));
    for token in ["a.b.c", "eyJhbGciOiJub25lIn0.e30.", "pht_x", "x"] {
        assert_eq!(
            bearer(token).await.refusal(),
            (401, "not_logged_in".into(), None),
            "{token}"
        );
    }
    // Those with a password need no provider.
    let ada = site.logged_in("ada").await;
    assert_eq!(ada.get("/api/v1/auth/me").await.status, StatusCode::OK);
    assert_eq!(
        ada.post("/api/v1/auth/logout").await.status,
        StatusCode::NO_CONTENT
    );
}
