//! What administrators see of the accounts of others and do for them: grants, sessions, tokens.

use http::{Method, StatusCode};
use porthole_identity::{AuditEntry, Role};
use serde_json::{Value, json};

use crate::administration::post;
use crate::matrix::user;
use crate::site::Site;

#[tokio::test]
async fn a_grant_for_a_tenant_that_is_off_or_not_configured_is_shown_to_administrators_and_to_nobody_else() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let cleo = site
        .identity
        .find_user("cleo@example.com")
        .await
        .unwrap()
        .unwrap();
    dan.post("/api/v1/admin/tenants/beta/disable").await;
    let of = |account: &Value, key: &str| {
        let ids = account[key].as_array().unwrap().iter();
        ids.map(|tenant| tenant["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let path = format!("/api/v1/admin/users/{}", cleo.id);
    let one = dan.get(&path).await.json();
    assert_eq!(
        (of(&one, "tenants"), of(&one, "dormant")),
        (vec!["alpha".into()], vec!["beta".into()])
    );
    assert_eq!(
        one["dormant"],
        json!([{"id": "beta", "name": "BETA", "role": "viewer", "by_group": false, "configured": true, "disabled": true}])
    );
    // The same in the list of all, each with its own.
    let all = dan.get("/api/v1/admin/users").await.json();
    let all = all["users"].as_array().unwrap();
    let listed = |email: &str| all.iter().find(|account| account["email"] == email).unwrap();
    assert_eq!(*listed("cleo@example.com"), one);
    assert_eq!(of(listed("ada@example.com"), "tenants"), ["alpha"]);
    assert_eq!(of(listed("ada@example.com"), "dormant"), Vec::<String>::new());
    assert_eq!(of(listed("bob@example.com"), "dormant"), ["beta"]);
    // To its owner the tenant does not exist.
    let own = site.logged_in("cleo").await.get("/api/v1/account").await.json();
    assert_eq!(
        (of(&own, "tenants"), own["dormant"].clone()),
        (vec!["alpha".into()], json!([]))
    );

    let alpha = porthole_identity::TenantRecord {
        id: "alpha".into(),
        name: "ALPHA".into(),
        database_name: "alpha".into(),
        database_host: "localhost".into(),
        database_port: None,
    };
    site.identity.sync_tenants(&[alpha]).await.unwrap();
    dan.post("/api/v1/admin/tenants/beta/enable").await;
    let one = dan.get(&path).await.json();
    assert_eq!(one["dormant"][0]["configured"], false);
    let taken = format!("/api/v1/admin/tenants/beta/grants/{}", cleo.email);
    let revoked = dan.send(Method::DELETE, &taken, &[], None).await;
    assert_eq!(revoked.status, StatusCode::NO_CONTENT);
    assert_eq!(dan.get(&path).await.json()["dormant"], json!([]));
}

#[tokio::test]
async fn administrators_go_through_everybodys_sessions_page_by_page() {
    let site = Site::new().await;
    for name in ["ada", "bob", "cleo", "ada"] {
        site.logged_in(name).await;
    }
    let dan = site.logged_in("dan").await;
    let (mut seen, mut path) = (Vec::new(), "/api/v1/admin/sessions?limit=2".to_owned());
    for page in [2, 2, 1] {
        let answer = dan.get(&path).await.json();
        let sessions = answer["sessions"].as_array().unwrap();
        assert_eq!(sessions.len(), page);
        seen.extend(
            sessions
                .iter()
                .map(|session| session["email"].as_str().unwrap().to_owned()),
        );
        let next = answer["next"].as_str();
        assert_eq!(next.is_some(), page == 2);
        path = format!(
            "/api/v1/admin/sessions?limit=2&before={}",
            next.unwrap_or_default()
        );
    }
    // A page that is full is the last one where nothing follows.
    for (limit, is_followed) in [(4, true), (5, false), (6, false)] {
        let path = format!("/api/v1/admin/sessions?limit={limit}");
        let next = dan.get(&path).await.json()["next"].clone();
        assert_eq!(next.is_string(), is_followed, "{limit}");
    }
    let names = ["dan", "ada", "cleo", "bob", "ada"].map(|name| format!("{name}@example.com"));
    assert_eq!(seen, names);
    for (query, parameter) in [
        ("before=x", "before"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("after=1", "after"),
    ] {
        let refused = dan.get(&format!("/api/v1/admin/sessions?{query}")).await;
        assert_eq!(
            refused.refusal(),
            (400, "invalid_parameter".into(), Some(parameter.into()))
        );
    }
}

#[tokio::test]
async fn an_account_is_let_in_and_shut_out_by_its_id_too() {
    let site = Site::new().await;
    let dan = site.logged_in("dan").await;
    let ada = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
    let path = format!("/api/v1/admin/users/{}/tenants", ada.id);
    let role = async || {
        let account = dan.get(&format!("/api/v1/admin/users/{}", ada.id)).await.json();
        let tenants = account["tenants"].as_array().unwrap();
        let beta = tenants.iter().find(|tenant| tenant["id"] == "beta");
        beta.map(|tenant| tenant["role"].as_str().unwrap().to_owned())
    };
    for (body, expected) in [
        (json!({"tenant": "beta"}), "viewer"),
        (json!({"tenant": "beta", "role": "editor"}), "editor"),
    ] {
        assert_eq!(post(&dan, &path, body).await.status, StatusCode::NO_CONTENT);
        assert_eq!(role().await.as_deref(), Some(expected));
    }
    for tenant in ["nowhere", "", "a\0"] {
        let refused = post(&dan, &path, json!({ "tenant": tenant })).await;
        assert_eq!(refused.status, StatusCode::NOT_FOUND, "{tenant:?}");
    }
    let taken = async || {
        let path = format!("{path}/beta");
        dan.send(Method::DELETE, &path, &[], None).await.status
    };
    assert_eq!(taken().await, StatusCode::NO_CONTENT);
    assert_eq!(taken().await, StatusCode::NOT_FOUND);
    assert_eq!(role().await, None);
}

#[tokio::test]
async fn an_administrator_makes_a_token_for_an_account_whose_owner_sees_that() {
    let site = Site::new().await;
    let (dan, bob) = (site.logged_in("dan").await, site.logged_in("bob").await);
    let ada = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
    let path = format!("/api/v1/admin/users/{}/tokens", ada.id);
    let wish =
        |tenant: &str, scope: &str| json!({"name": "deploy", "tenant": tenant, "scope": scope, "days": 2});
    // Dan administers the host and was let into no tenant: what its members see is not his to see through them.
    let refused = post(&dan, &path, wish("alpha", "read")).await;
    assert_eq!(refused.refusal(), (403, "forbidden".into(), None));
    let told = refused.problem().detail;
    assert!(
        told.contains("let into alpha") && told.contains("Let yourself in first"),
        "{told}"
    );
    let itself = site.identity.find_user("dan@example.com").await.unwrap().unwrap();
    let own = format!("/api/v1/admin/users/{}/tenants", itself.id);
    let granted = post(&dan, &own, json!({ "tenant": "alpha" })).await;
    assert_eq!(granted.status, StatusCode::NO_CONTENT);
    let made = post(&dan, &path, wish("alpha", "read")).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    assert_eq!(made["token"]["email"], "ada@example.com");
    let bearer = format!("Bearer {}", made["secret"].as_str().unwrap());
    let me = site
        .nobody()
        .get_with("/api/v1/auth/me", &[("authorization", &bearer)])
        .await
        .json();
    assert_eq!(me["email"], "ada@example.com");
    // No more than Ada may herself, and no tenant that she is not in; whoever asks for it.
    assert_eq!(
        post(&dan, &path, wish("alpha", "publish")).await.status,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        post(&dan, &path, wish("beta", "read")).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        post(&bob, &path, wish("alpha", "read")).await.status,
        StatusCode::FORBIDDEN
    );
    let own = site.logged_in("ada").await;
    let events = own.get("/api/v1/account/events").await.json();
    let event = events["events"].as_array().unwrap();
    let event = event
        .iter()
        .find(|event| event["action"] == "token_created")
        .unwrap();
    assert_eq!(event["by"], "another");
    // And so do those who administer the tenant: who let himself in, and what he made.
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    let amy = site.logged_in("amy").await;
    let log = amy
        .get("/api/v1/admin/tenants/alpha/audit?actor=dan@example.com")
        .await
        .json();
    let lines: Vec<_> = log["lines"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| (line["action"].as_str().unwrap(), line["target"].as_str().unwrap()))
        .collect();
    assert_eq!(
        lines,
        [("token_created", "ada@example.com"), ("grant", "dan@example.com")]
    );
    // Not at the database either, whatever the request was checked for before.
    let bob = site.identity.find_user("bob@example.com").await.unwrap().unwrap();
    let actor = AuditEntry {
        actor: Some(bob.id),
        ..AuditEntry::default()
    };
    let new = porthole_identity::NewApiToken {
        user: ada.id,
        tenant: "alpha".into(),
        name: "deploy".into(),
        scope: porthole_identity::TokenScope::Read,
        days: 1,
    };
    let refused = site.identity.create_api_token(new, actor).await;
    assert!(matches!(
        refused,
        Err(porthole_identity::IdentityError::NotAdministrator)
    ));
}

#[tokio::test]
async fn an_account_is_told_whether_the_hosts_administrator_or_its_tenants_admin_has_done_it() {
    let site = Site::new().await;
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    let (amy, dan) = (site.logged_in("amy").await, site.logged_in("dan").await);
    let cleo = site.logged_in("cleo").await;
    for (client, tenant) in [(&amy, "alpha"), (&dan, "beta")] {
        let path = format!("/api/v1/admin/tenants/{tenant}/grants/cleo@example.com");
        let out = client.send(Method::DELETE, &path, &[], None).await;
        assert_eq!(out.status, StatusCode::NO_CONTENT, "{tenant}");
    }
    let answer = cleo.get("/api/v1/account/events").await.json();
    let said: Vec<_> = answer["events"].as_array().unwrap()[..2]
        .iter()
        .map(|event| {
            let text = |key: &str| event[key].as_str();
            (text("action"), text("tenant"), text("by"), text("address"))
        })
        .collect();
    // Where either of them sits is not her affair.
    assert_eq!(
        said,
        [
            (Some("revoke"), Some("beta"), Some("another"), None),
            (Some("revoke"), Some("alpha"), Some("tenant_admin"), None),
        ]
    );
    assert!(!answer.to_string().contains("amy@example.com"), "{answer}");
}
