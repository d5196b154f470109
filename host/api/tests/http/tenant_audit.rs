//! What a tenant's admins read of the audit log.

use http::{Method, StatusCode};
use porthole_identity::{AuditEntry, Origin, Role};
use serde_json::{Value, json};

use crate::administration::post;
use crate::matrix::user;
use crate::site::{Client, Site};

const LOG: &str = "/api/v1/admin/tenants/alpha/audit";

/// Who has done it, and from where.
async fn lines(client: &Client<'_>) -> Vec<(Value, Value)> {
    let log = client.get(&format!("{LOG}?action=grant&limit=3")).await.json();
    let lines = log["lines"].as_array().unwrap().clone();
    let said = |line: Value| (line["actor"].clone(), line["address"].clone());
    lines.into_iter().map(said).collect()
}

#[tokio::test]
async fn where_administrators_of_the_host_sit_is_not_told_to_a_tenants_admins() {
    let site = Site::new().await;
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    let (amy, dan) = (site.logged_in("amy").await, site.logged_in("dan").await);
    let grant = async |client: &Client<'_>, role: &str| {
        let path = "/api/v1/admin/tenants/alpha/grants/ada@example.com";
        let body = json!({ "role": role }).to_string();
        let headers = [("content-type", "application/json")];
        let answer = client.send(Method::PUT, path, &headers, Some(body)).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT);
    };
    grant(&amy, "editor").await;
    grant(&dan, "viewer").await;
    let ada = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
    let command = AuditEntry {
        actor_email: Some("command line (Root)".into()),
        address: Some(Origin::Machine("web-1".into())),
        ..AuditEntry::default()
    };
    let granted = site.identity.grant(ada.id, "alpha", Role::Editor, command);
    granted.await.unwrap();

    let (here, root) = (json!("192.0.2.1"), json!("command line (Root)"));
    let [by_amy, by_dan] = ["amy@example.com", "dan@example.com"].map(|email| json!(email));
    let nowhere = Value::Null;
    assert_eq!(
        lines(&amy).await,
        [
            (root.clone(), nowhere.clone()),
            (by_dan.clone(), nowhere),
            (by_amy.clone(), here.clone()),
        ]
    );
    assert_eq!(
        lines(&dan).await,
        [
            (root, json!("local (web-1)")),
            (by_dan, here.clone()),
            (by_amy, here),
        ]
    );
    for format in ["csv", "ndjson"] {
        let file = async |client: &Client<'_>| {
            client
                .get(&format!("{LOG}?action=grant&format={format}"))
                .await
                .text()
        };
        assert!(!file(&amy).await.contains("web-1"), "{format}");
        assert!(file(&dan).await.contains("web-1"), "{format}");
        // Dan's is not there, Amy's own is.
        assert_eq!(file(&amy).await.matches("192.0.2.1").count(), 1, "{format}");
    } // What an administrator of the host took, and what was looked for in it, is not in the tenant's log.
    let taken = amy.get(&format!("{LOG}?action=audit_exported")).await.json();
    let taken = taken["lines"].as_array().unwrap();
    assert!(
        !taken.is_empty() && taken.iter().all(|line| line["actor"] == "amy@example.com"),
        "{taken:?}"
    );
    // A grant for the tenant makes no difference.
    let granted = site.identity.grant(
        site.identity
            .find_user("dan@example.com")
            .await
            .unwrap()
            .unwrap()
            .id,
        "alpha",
        Role::Viewer,
        AuditEntry::default(),
    );
    granted.await.unwrap();
    let (_, address) = lines(&amy)
        .await
        .into_iter()
        .find(|(actor, _)| actor == "dan@example.com")
        .unwrap();
    assert_eq!(address, Value::Null);
}

#[tokio::test]
async fn a_link_to_a_members_password_and_its_use_are_in_the_log_of_each_of_their_tenants() {
    let site = Site::new().await;
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    let (amy, dan) = (site.logged_in("amy").await, site.logged_in("dan").await);
    let link = async |email: &str| {
        let id = site.identity.find_user(email).await.unwrap().unwrap().id;
        let made = dan.post(&format!("/api/v1/admin/users/{id}/link")).await;
        assert_eq!(made.status, StatusCode::OK);
        made.json()["url"]
            .as_str()
            .unwrap()
            .split_once('#')
            .unwrap()
            .1
            .to_owned()
    };
    // Bob is in beta only, Cleo in both.
    link("bob@example.com").await;
    let secret = link("cleo@example.com").await;
    let uses = json!({"link": secret, "password": "purple otters juggle kites"});
    let used = post(&site.nobody(), "/api/v1/auth/link", uses).await;
    assert_eq!(used.status, StatusCode::NO_CONTENT);

    let said = async |client: &Client<'_>, tenant: &str| {
        let mut said = Vec::new();
        for action in ["password_link_made", "password_set"] {
            let path = format!("/api/v1/admin/tenants/{tenant}/audit?action={action}");
            let log = client.get(&path).await.json();
            for line in log["lines"].as_array().unwrap() {
                let of = |key: &str| line[key].as_str().map(str::to_owned);
                said.push((action, of("actor").unwrap(), of("target").unwrap(), of("address")));
            }
        }
        said
    };
    let [bob, cleo, by_dan] = ["bob", "cleo", "dan"].map(|name| format!("{name}@example.com"));
    let here = Some("192.0.2.1".to_owned());
    let set = ("password_set", cleo.clone(), cleo.clone(), here.clone());
    assert_eq!(
        said(&amy, "alpha").await,
        [
            ("password_link_made", by_dan.clone(), cleo.clone(), None),
            set.clone()
        ]
    );
    assert_eq!(
        said(&dan, "beta").await,
        [
            ("password_link_made", by_dan.clone(), cleo.clone(), here.clone()),
            ("password_link_made", by_dan, bob, here),
            set,
        ]
    );
    // To its owner each is told once, however many tenants they are in.
    let answer = site.nobody().login(&cleo, "purple otters juggle kites").await;
    let own = Client {
        site: &site,
        cookie: Some(answer.cookie()),
    };
    let events = own.get("/api/v1/account/events").await.json();
    for action in ["password_link_made", "password_set"] {
        let events = events["events"].as_array().unwrap().iter();
        assert_eq!(
            events.filter(|event| event["action"] == action).count(),
            1,
            "{action}"
        );
    }
}
