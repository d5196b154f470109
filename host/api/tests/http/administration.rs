//! Accounts, tokens and sessions, over the interface.

use http::{Method, StatusCode};
use porthole_identity::{AuditEntry, Origin, Role};
use serde_json::{Value, json};

use crate::site::{Answer, Client, PASSWORD, Site};

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

pub(crate) async fn post(client: &Client<'_>, path: &str, body: Value) -> Answer {
    client
        .send(Method::POST, path, &[JSON], Some(body.to_string()))
        .await
}

#[tokio::test]
async fn a_new_account_chooses_its_password_with_a_link_that_opens_once() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let made = post(&dan, "/api/v1/admin/users", json!({"email": "New@example.com"})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let url = made.json()["url"].as_str().unwrap().to_owned();
    let link = url.split_once("/password#").unwrap().1.to_owned();
    let nobody = site.nobody();
    let short = post(
        &nobody,
        "/api/v1/auth/link",
        json!({"link": link, "password": "short"}),
    )
    .await;
    assert_eq!(short.refusal(), (400, "invalid_body".into(), None));
    let uses = json!({"link": link, "password": "a long enough one"});
    assert_eq!(
        post(&nobody, "/api/v1/auth/link", uses.clone()).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        post(&nobody, "/api/v1/auth/link", uses).await.status,
        StatusCode::NOT_FOUND
    );
    let answer = nobody.login("new@example.com", "a long enough one").await;
    assert_eq!(answer.json()["tenants"], json!([]));
    let again = post(&dan, "/api/v1/admin/users", json!({"email": "new@example.com"})).await;
    assert_eq!(again.refusal(), (409, "conflict".into(), None));
    let log = dan.get("/api/v1/admin/audit?actor=dan@example.com").await.json();
    let actions: Vec<&str> = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| line["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["password_link_made", "user_created", "login"]);
    assert_eq!(log["lines"][1]["target"], "new@example.com");
    assert_eq!(log["lines"][1]["address"], "192.0.2.1");
    assert!(!log.to_string().contains(&link));
    let csv = dan
        .get("/api/v1/admin/audit?format=csv&action=user_created")
        .await
        .text();
    assert!(
        csv.starts_with("id,at,action,") && csv.contains("\"new@example.com\""),
        "{csv}"
    );
}

#[tokio::test]
async fn an_account_hears_what_happened_to_it_and_to_no_other() {
    let site = Site::new().await;
    let wrong = site.nobody().login("ada@example.com", "wrong").await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    let (ada, dan) = (site.logged_in("ada").await, site.logged_in("dan").await);
    let change = json!({"current": PASSWORD, "new": "purple otters juggle kites"});
    let changed = post(&ada, "/api/v1/account/password", change).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    let id = site
        .identity
        .find_user("ada@example.com")
        .await
        .unwrap()
        .unwrap()
        .id;
    let made = dan.post(&format!("/api/v1/admin/users/{id}/link")).await;
    assert_eq!(made.status, StatusCode::OK);

    let answer = site
        .nobody()
        .login("ada@example.com", "purple otters juggle kites")
        .await;
    assert_eq!(answer.status, StatusCode::OK);
    let ada = Client {
        site: &site,
        cookie: Some(answer.cookie()),
    };
    let answer = ada.get("/api/v1/account/events").await.json();
    let events: Vec<(&str, &str, &Value)> = answer["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let text = |key: &str| event[key].as_str().unwrap();
            (text("action"), text("by"), &event["address"])
        })
        .collect();
    let here = json!("192.0.2.1");
    let newest = [
        ("login", "oneself", &here),
        // Where an administrator sits is not her affair.
        ("password_link_made", "another", &Value::Null),
        ("password_set", "oneself", &here),
        ("login", "oneself", &here),
        ("login_failed", "nobody", &here),
    ];
    assert_eq!(events[..newest.len()], newest);
    assert!(!answer.to_string().contains("dan@example.com"), "{answer}");
}

#[tokio::test]
async fn a_tenant_that_is_switched_off_is_gone_at_once_with_what_was_kept_of_it() {
    let site = Site::new().await;
    let (ada, dan) = (site.logged_in("ada").await, site.logged_in("dan").await);
    assert_eq!(ada.get("/api/v1/panels/cpu/data").await.status, StatusCode::OK);
    assert_eq!(
        dan.post("/api/v1/admin/tenants/alpha/disable").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(*site.panels.forgotten.lock(), ["alpha"]);
    let named = [("x-porthole-tenant", "alpha")];
    assert_eq!(
        ada.get_with("/api/v1/panels/cpu/data", &named).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(ada.get("/api/v1/tenants").await.json()["tenants"], json!([]));
    assert_eq!(
        dan.post("/api/v1/admin/tenants/alpha/enable").await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(ada.get("/api/v1/panels/cpu/data").await.status, StatusCode::OK);
    assert_eq!(
        dan.post("/api/v1/admin/tenants/gamma/disable").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_token_is_its_owner_in_one_tenant_and_no_more() {
    let site = Site::new().await;
    let cleo = site.logged_in("cleo").await;
    let wish = |scope: &str| json!({"name": "deploy", "tenant": "alpha", "scope": scope, "days": 30});
    let refused = post(&cleo, "/api/v1/account/tokens", wish("publish")).await;
    assert_eq!(refused.refusal(), (403, "forbidden".into(), None));
    let id = site
        .identity
        .find_user("cleo@example.com")
        .await
        .unwrap()
        .unwrap()
        .id;
    site.identity
        .grant(id, "alpha", Role::Editor, AuditEntry::default())
        .await
        .unwrap();
    let made = post(&cleo, "/api/v1/account/tokens", wish("publish")).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    let secret = format!("Bearer {}", made["secret"].as_str().unwrap());
    let with = ("authorization", secret.as_str());
    let nobody = site.nobody();
    assert_eq!(
        nobody.get_with("/api/v1/plugins", &[with]).await.status,
        StatusCode::OK
    );
    let beta = nobody
        .get_with("/api/v1/dashboards", &[with, ("x-porthole-tenant", "beta")])
        .await;
    assert_eq!(beta.status, StatusCode::NOT_FOUND);
    // From a page of another origin too: there is no cookie it could abuse.
    let elsewhere = ("sec-fetch-site", "cross-site");
    let answer = nobody
        .send(
            Method::POST,
            "/api/v1/plugins/heat/rollback",
            &[with, elsewhere],
            None,
        )
        .await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    // The owner's role is the most it may.
    site.identity
        .grant(id, "alpha", Role::Viewer, AuditEntry::default())
        .await
        .unwrap();
    assert_eq!(
        nobody.get_with("/api/v1/plugins", &[with]).await.status,
        StatusCode::FORBIDDEN
    );
    // A token that is worth nothing is not made up for by a cookie.
    let worthless = cleo
        .get_with("/api/v1/auth/me", &[("authorization", "Bearer pht_x")])
        .await;
    assert_eq!(worthless.status, StatusCode::UNAUTHORIZED);
    let tokens = cleo.get("/api/v1/account/tokens").await;
    assert!(!tokens.text().contains(made["secret"].as_str().unwrap()));
    assert!(tokens.json()["tokens"][0]["last_used_at"].is_string());
    let path = format!("/api/v1/account/tokens/{}", made["token"]["id"].as_str().unwrap());
    let ada = site.logged_in("ada").await;
    assert_eq!(
        ada.send(Method::DELETE, &path, &[], None).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        cleo.send(Method::DELETE, &path, &[], None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(
        nobody.get_with("/api/v1/auth/me", &[with]).await.status,
        StatusCode::UNAUTHORIZED
    );
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions_and_a_switched_off_account_has_none() {
    let site = Site::new().await;
    let (one, other) = (site.logged_in("ada").await, site.logged_in("ada").await);
    let change = |current: &str| json!({"current": current, "new": "another horse"});
    let wrong = post(&one, "/api/v1/account/password", change("wrong horse")).await;
    assert_eq!(wrong.refusal(), (401, "wrong_credentials".into(), None));
    let set_at = async |client: &Client<'_>| {
        let account = client.get("/api/v1/account").await.json();
        let at = chrono::DateTime::parse_from_rfc3339(account["password_set_at"].as_str().unwrap());
        at.unwrap().to_utc()
    };
    let made = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
    let second = chrono::TimeDelta::seconds(1);
    assert!((made.created_at - set_at(&one).await).abs() < second);
    let before = chrono::Utc::now();
    let changed = post(&one, "/api/v1/account/password", change(PASSWORD)).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    for ended in [&one, &other] {
        assert_eq!(
            ended.get("/api/v1/auth/me").await.status,
            StatusCode::UNAUTHORIZED
        );
    }
    let ada = Client {
        site: &site,
        cookie: Some(changed.cookie()),
    };
    // Written without its fractions.
    assert!(set_at(&ada).await > before - second);
    let sessions = ada.get("/api/v1/account/sessions").await.json();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["sessions"][0]["current"], true);
    let dan = site.logged_in("dan").await;
    let id = site
        .identity
        .find_user("ada@example.com")
        .await
        .unwrap()
        .unwrap()
        .id;
    let off = dan.post(&format!("/api/v1/admin/users/{id}/disable")).await;
    assert_eq!(off.status, StatusCode::NO_CONTENT);
    assert_eq!(ada.get("/api/v1/auth/me").await.status, StatusCode::UNAUTHORIZED);
    let login = site.nobody().login("ada@example.com", "another horse").await;
    assert_eq!(login.refusal(), (401, "wrong_credentials".into(), None));
    let itself = site
        .identity
        .find_user("dan@example.com")
        .await
        .unwrap()
        .unwrap()
        .id;
    let refused = dan.post(&format!("/api/v1/admin/users/{itself}/disable")).await;
    assert_eq!(refused.refusal(), (409, "conflict".into(), None));
}

#[tokio::test]
async fn an_administrator_sees_changes_and_removes_one_account() {
    let site = Site::new().await;
    let (dan, cleo) = (site.logged_in("dan").await, site.logged_in("cleo").await);
    let id = async |email: &str| site.identity.find_user(email).await.unwrap().unwrap().id;
    let path = format!("/api/v1/admin/users/{}", id("cleo@example.com").await);
    let seen = dan.get(&path).await.json();
    assert_eq!(
        (&seen["email"], &seen["is_admin"]),
        (&json!("cleo@example.com"), &json!(false))
    );
    assert!(seen["last_login_at"].is_string());
    assert_eq!(seen["tenants"].as_array().unwrap().len(), 2);
    assert_eq!(cleo.get("/api/v1/account").await.json(), seen);
    let put =
        async |path: &str, body: Value| dan.send(Method::PUT, path, &[JSON], Some(body.to_string())).await;
    let changed = put(&path, json!({"full_name": "Cleo\u{7}", "is_admin": true})).await;
    assert_eq!(changed.status, StatusCode::NO_CONTENT);
    let me = cleo.get("/api/v1/auth/me").await.json();
    assert_eq!(
        (&me["full_name"], &me["is_admin"]),
        (&json!("Cleo"), &json!(true))
    );

    // What is left out is no wish to lose it; null is.
    let partly = put(&path, json!({"is_admin": true})).await;
    assert_eq!(partly.refusal(), (400, "invalid_body".into(), None));
    assert!(
        partly.problem().detail.contains("`full_name`"),
        "{}",
        partly.text()
    );
    assert_eq!(dan.get(&path).await.json()["full_name"], "Cleo");
    let long = put(&path, json!({"full_name": "n".repeat(256), "is_admin": true})).await;
    assert_eq!(long.refusal(), (400, "invalid_body".into(), None));
    assert!(long.problem().detail.contains("255"), "{}", long.text());
    let erased = put(&path, json!({"full_name": null, "is_admin": true})).await;
    assert_eq!(erased.status, StatusCode::NO_CONTENT);
    assert_eq!(dan.get(&path).await.json()["full_name"], json!(null));

    let itself = format!("/api/v1/admin/users/{}", id("dan@example.com").await);
    let demoted = put(&itself, json!({"full_name": null, "is_admin": false})).await;
    assert_eq!(demoted.refusal(), (409, "conflict".into(), None));
    let gone = dan.send(Method::DELETE, &itself, &[], None).await;
    assert_eq!(gone.refusal(), (409, "conflict".into(), None));

    let wish = json!({"name": "deploy", "tenant": "alpha", "scope": "read", "days": 1});
    let made = post(&cleo, "/api/v1/account/tokens", wish).await.json();
    let tokens = dan.get(&format!("{path}/tokens")).await.json();
    assert_eq!(tokens["tokens"][0]["id"], made["token"]["id"]);
    let token = format!("{path}/tokens/{}", made["token"]["id"].as_str().unwrap());
    assert_eq!(
        dan.send(Method::DELETE, &token, &[], None).await.status,
        StatusCode::NO_CONTENT
    );
    let sessions = dan.get(&format!("{path}/sessions")).await.json();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1);
    let ended = dan
        .send(Method::DELETE, &format!("{path}/sessions"), &[], None)
        .await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(cleo.get("/api/v1/auth/me").await.status, StatusCode::UNAUTHORIZED);

    assert_eq!(
        dan.send(Method::DELETE, &path, &[], None).await.status,
        StatusCode::NO_CONTENT
    );
    assert_eq!(dan.get(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn ones_own_other_sessions_end_and_the_one_that_asks_stays() {
    let site = Site::new().await;
    let (one, other) = (site.logged_in("ada").await, site.logged_in("ada").await);
    let ended = one
        .send(Method::DELETE, "/api/v1/account/sessions", &[], None)
        .await;
    assert_eq!(ended.status, StatusCode::NO_CONTENT);
    assert_eq!(
        other.get("/api/v1/auth/me").await.status,
        StatusCode::UNAUTHORIZED
    );
    let left = one.get("/api/v1/account/sessions").await.json();
    assert_eq!(left["sessions"].as_array().unwrap().len(), 1);
    assert_eq!(left["sessions"][0]["current"], true);
}

#[tokio::test]
async fn administrators_see_which_tenants_databases_answer_and_how_many_are_in_each() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let tenants = dan.get("/api/v1/admin/tenants").await.json();
    let counts: Vec<_> = tenants["tenants"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["members"])
        .collect();
    assert_eq!(counts, [2, 2]);
    let of = async |tenant: &str| {
        dan.get(&format!("/api/v1/admin/tenants/{tenant}/database"))
            .await
            .json()
    };
    assert_eq!(of("alpha").await, json!({"state": "up", "reason": null}));
    assert_eq!(
        of("beta").await,
        json!({"state": "down", "reason": "Nobody listens there."})
    );
}

#[tokio::test]
async fn a_wrong_current_password_is_in_the_audit_log() {
    let site = Site::new().await;
    let (ada, dan) = (site.logged_in("ada").await, site.logged_in("dan").await);
    let body = json!({"current": "wrong horse", "new": "another horse"});
    post(&ada, "/api/v1/account/password", body).await;
    let log = dan
        .get("/api/v1/admin/audit?action=password_change_failed")
        .await
        .json();
    assert_eq!(log["lines"][0]["actor"], "ada@example.com");
    assert_eq!(log["lines"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_audit_log_is_filtered_by_whom_something_was_done_to_and_an_export_has_no_more_lines_than_asked_for()
 {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let of = async |question: &str| dan.get(&format!("/api/v1/admin/audit?{question}")).await;
    let targets = of("target=BOB@example.com").await.json();
    let targets = targets["lines"].as_array().unwrap().clone();
    assert_eq!(targets.len(), 2, "{targets:?}");
    assert!(targets.iter().all(|line| line["target"] == "bob@example.com"));
    assert_eq!(of("target=nobody").await.json()["lines"], json!([]));
    let mine = dan
        .get("/api/v1/admin/tenants/alpha/audit?target=ada@example.com")
        .await
        .json();
    assert_eq!(mine["lines"].as_array().unwrap().len(), 1);

    let all = of("format=csv").await.text().lines().count();
    assert!(all > 5, "{all}");
    let csv = of("format=csv&target=bob@example.com").await.text();
    assert_eq!(csv.lines().count(), 1 + 2, "{csv}");
    let csv = of("format=csv&limit=3").await.text();
    assert_eq!(csv.lines().count(), 1 + 3, "{csv}");
    let lines = of("format=ndjson&limit=2").await.text();
    assert_eq!(lines.lines().count(), 2, "{lines}");
    // Each file is a line of the log.
    let taken = of("action=audit_exported").await.json();
    assert_eq!(taken["lines"].as_array().unwrap().len(), 4);
    assert_eq!(taken["lines"][0]["actor"], "dan@example.com");
    assert_eq!(
        of("format=csv&limit=501").await.refusal(),
        (400, "invalid_parameter".into(), Some("limit".into()))
    );
}

#[tokio::test]
async fn the_audit_log_is_read_page_by_page_and_its_last_page_names_no_other() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let of = async |question: &str| dan.get(&format!("/api/v1/admin/audit?{question}")).await;
    let all = of("limit=500").await.json()["lines"].as_array().unwrap().len();
    let (mut seen, mut before) = (0, String::new());
    loop {
        let page = of(&format!("limit=2{before}")).await.json();
        let lines = page["lines"].as_array().unwrap();
        assert!(
            !lines.is_empty() && seen < all,
            "an empty page after {seen} of {all}"
        );
        seen += lines.len();
        let Some(next) = page["next"].as_i64() else { break };
        before = format!("&before={next}");
    }
    assert_eq!(seen, all);
    // Also where the last page is full.
    for (limit, is_followed) in [(all - 1, true), (all, false), (all + 1, false)] {
        let next = of(&format!("limit={limit}")).await.json()["next"].clone();
        assert_eq!(next.is_i64(), is_followed, "{limit} of {all}");
    }
    for no_cursor in ["abc", "", "-1", "99999999999999999999"] {
        let refused = of(&format!("before={no_cursor}")).await;
        assert_eq!(
            refused.refusal(),
            (400, "invalid_parameter".into(), Some("before".into()))
        );
        let told = refused.problem().detail;
        assert!(
            told.contains("`next` of the page before") && told.contains("first page"),
            "{told}"
        );
    }
}

#[tokio::test]
async fn what_the_command_line_did_has_its_user_and_its_machine() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let entry = AuditEntry {
        action: "tenant_added".into(),
        actor_email: Some("command line (Root)".into()),
        address: Some(Origin::Machine("web-1".into())),
        ..AuditEntry::default()
    };
    site.identity.audit(entry).await.unwrap();
    let found = dan
        .get("/api/v1/admin/audit?actor=command%20line%20(Root)")
        .await
        .json();
    assert_eq!(found["lines"][0]["address"], "local (web-1)");
    let csv = dan
        .get("/api/v1/admin/audit?format=csv&action=tenant_added")
        .await
        .text();
    assert!(
        csv.contains("\"command line (Root)\"") && csv.contains("\"local (web-1)\""),
        "{csv}"
    );
}
