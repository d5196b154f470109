//! What nobody knows is refused and named, in every body and behind every `?`: whoever says something that is not heeded
//! hears of it.

use http::Method;
use porthole_identity::Role;
use serde_json::{Value, json};

use crate::matrix::{filled, user};
use crate::site::{Client, Site};

const ALPHA: (&str, &str) = ("x-porthole-tenant", "alpha");
const JSON: (&str, &str) = ("content-type", "application/json");

/// Every operation of the document: method, path, description.
async fn operations(site: &Site) -> (Value, Vec<(Method, String, Value)>) {
    let document = site.nobody().get("/api/v1/openapi.json").await.json();
    let mut all = Vec::new();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            all.push((method, path.clone(), operation.clone()));
        }
    }
    (document, all)
}

/// Somebody who may do everything.
async fn gus(site: &Site) -> Client<'_> {
    user(site, "gus", true, Some(("alpha", Role::Admin))).await;
    site.logged_in("gus").await
}

#[tokio::test]
async fn no_body_has_a_field_that_nobody_knows() {
    let site = Site::new().await;
    let gus = gus(&site).await;
    let (document, operations) = operations(&site).await;
    let mut asked = 0;
    for (method, path, operation) in operations {
        let schema = operation.pointer("/requestBody/content/application~1json/schema/$ref");
        let Some(schema) = schema.and_then(Value::as_str) else {
            continue;
        };
        asked += 1;
        let schema = document.pointer(schema.strip_prefix('#').unwrap()).unwrap();
        let mut body = schema["example"].clone();
        body["surprise"] = json!(1);
        let path = format!("/api/v1{}", filled(&path));
        let answer = gus
            .send(method.clone(), &path, &[ALPHA, JSON], Some(body.to_string()))
            .await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_body".into(), Some("surprise".into())),
            "{method} {path}"
        );
        assert!(
            answer.problem().detail.contains("`surprise`"),
            "{}",
            answer.text()
        );
        let list = gus.send(method, &path, &[ALPHA, JSON], Some("[]".into())).await;
        assert_eq!(list.refusal(), (400, "invalid_body".into(), None));
    }
    assert!(asked >= 7, "{asked}");
}

#[tokio::test]
async fn no_address_has_a_parameter_that_nobody_knows() {
    let site = Site::new().await;
    let (document, operations) = operations(&site).await;
    assert!(document["paths"].is_object());
    let gus = gus(&site).await;
    for (method, path, operation) in operations {
        // Monitors add what keeps answers from being kept, and a provider what it likes. This site has no provider.
        let is_open = matches!(path.as_str(), "/health" | "/ready" | "/auth/callback")
            || (path == "/auth/login" && method == Method::GET);
        if is_open {
            continue;
        }
        let path = format!("/api/v1{}?surprise=1", filled(&path));
        let component = ("content-type", "application/wasm");
        let kind = if operation["requestBody"]["content"]["application/wasm"].is_object() {
            component
        } else {
            JSON
        };
        let body = operation["requestBody"].is_object().then(|| "{}".into());
        let answer = gus.send(method.clone(), &path, &[ALPHA, kind], body).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_parameter".into(), Some("surprise".into())),
            "{method} {path}"
        );
        assert!(operation["responses"]["400"].is_object(), "{method} {path}");
    }
    for path in ["/health", "/ready", "/api/v1/health", "/api/v1/ready"] {
        assert_eq!(gus.get(&format!("{path}?at=1")).await.status, 200, "{path}");
    }
    // It is no way to learn what somebody else has.
    for path in ["/api/v1/plugins/heat", "/api/v1/plugins/none"] {
        let answer = site.nobody().get(&format!("{path}?x=1")).await;
        assert_eq!(
            answer.refusal(),
            (400, "invalid_parameter".into(), Some("x".into()))
        );
    }
}

#[tokio::test]
async fn what_takes_no_body_refuses_one() {
    let site = Site::new().await;
    let gus = gus(&site).await;
    let (_, operations) = operations(&site).await;
    let mut asked = 0;
    for (method, path, operation) in operations {
        if method == Method::GET || operation["requestBody"].is_object() {
            continue;
        }
        asked += 1;
        let path = format!("/api/v1{}", filled(&path));
        let sends = async |body: String| {
            let answer = gus.send(method.clone(), &path, &[ALPHA, JSON], Some(body)).await;
            (answer.refusal(), answer.text().to_owned())
        };
        let (small, text) = sends(r#"{"full_name": "Ada"}"#.to_owned()).await;
        assert_eq!(small, (400, "invalid_body".into(), None), "{method} {path}");
        assert!(text.contains("takes no body"), "{text}");
        let (large, _) = sends("x".repeat(3_000_000)).await;
        assert_eq!(large, (413, "invalid_body".into(), None), "{method} {path}");
        assert!(operation["responses"]["400"].is_object(), "{method} {path}");
    }
    assert!(asked >= 15, "{asked}");
    // None is none, also where its type is said.
    let none = gus
        .send(Method::POST, "/api/v1/auth/logout", &[JSON], Some(String::new()))
        .await;
    assert_eq!(none.status, 204, "{}", none.text());
    // An unknown address is unknown, whatever is sent there.
    let unknown = site
        .nobody()
        .send(Method::POST, "/api/v1/nowhere", &[JSON], Some("{}".into()))
        .await;
    assert_eq!(unknown.status, 404);
}
