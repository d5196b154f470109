//! Every operation of the document × everybody who might ask: what each gets. An operation without a row fails.

use std::collections::BTreeMap;

use http::{Method, StatusCode};
use porthole_identity::{AuditEntry, NewApiToken, NewUser, Role, TokenScope};
use serde_json::json;

use crate::site::{Client, PASSWORD, Site};

const ALPHA: (&str, &str) = ("x-porthole-tenant", "alpha");
const JSON: (&str, &str) = ("content-type", "application/json");
const NO_ID: &str = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b";

/// Who asks, in the order of the rows' columns. All ask about the tenant alpha.
const CALLERS: [&str; 10] = [
    "nobody",
    "viewer of A",
    "viewer of B",
    "editor of A",
    "admin of A",
    "global admin of A",
    "expired session",
    "revoked token",
    "reading token of A",
    "viewer of A, switched off",
];

/// What each gets. Statuses above 400 other than 401, 403 and 404 say that the request got through to its own content.
type Row = [u16; 10];

fn rows() -> BTreeMap<&'static str, (Row, Option<&'static str>)> {
    // Nobody, viewer of A, viewer of B, editor, admin, global admin, expired, revoked token, token, tenant switched off.
    let open: Row = [200, 200, 200, 200, 200, 200, 200, 200, 200, 200];
    let known: Row = [401, 200, 200, 200, 200, 200, 401, 401, 200, 200];
    let seen: Row = [401, 200, 404, 200, 200, 200, 401, 401, 200, 404];
    let own_session =
        |status: u16| -> Row { [401, status, status, status, status, status, 401, 401, 403, status] };
    let edited = |status: u16| -> Row { [401, 403, 404, status, status, status, 401, 401, 403, 404] };
    let administered = |status: u16| -> Row { [401, 403, 404, 403, status, status, 401, 401, 403, 404] };
    let host = |status: u16| -> Row { [401, 403, 403, 403, 403, status, 401, 401, 403, 403] };
    BTreeMap::from([
        ("get /health", (open, None)),
        ("get /ready", (open, None)),
        ("get /auth/methods", (open, None)),
        ("get /auth/me", (known, None)),
        (
            "post /auth/login",
            ([400, 400, 400, 400, 400, 400, 400, 401, 400, 400], Some("{}")),
        ),
        ("post /auth/link", ([400; 10], Some("{}"))),
        (
            "post /auth/logout",
            ([204, 204, 204, 204, 204, 204, 204, 401, 409, 204], None),
        ),
        // This site has no identity provider.
        ("get /auth/login", ([404; 10], None)),
        (
            "get /auth/callback",
            ([404, 404, 404, 404, 404, 404, 404, 401, 404, 404], None),
        ),
        ("post /auth/backchannel-logout", ([404; 10], None)),
        ("get /tenants", (known, None)),
        (
            "post /tenants/{id}/select",
            ([401, 204, 404, 204, 204, 204, 401, 401, 403, 404], None),
        ),
        ("get /dashboards", (seen, None)),
        ("get /dashboards/{name}", (seen, None)),
        ("get /panels/{id}/data", (seen, None)),
        (
            "get /panels/{id}/image",
            (seen.map(|status| if status == 200 { 404 } else { status }), None),
        ),
        ("get /reports/{panel_id}", (seen, None)),
        ("get /custom/{endpoint}", (seen, None)),
        ("get /panels/{id}/export", (seen, None)),
        ("post /panels/{id}/invalidate", (edited(204), None)),
        ("get /plugins", (edited(200), None)),
        ("post /plugins", (edited(415), None)),
        ("get /plugins/{name}", (edited(404), None)),
        ("delete /plugins/{name}", (edited(404), None)),
        ("get /plugins/{name}/logs", (edited(404), None)),
        ("post /plugins/{name}/rollback", (edited(404), None)),
        ("post /plugins/{name}/deactivate", (edited(404), None)),
        ("delete /plugins/{name}/versions/{version}", (edited(404), None)),
        (
            "post /plugins/{name}/versions/{version}/activate",
            (edited(404), None),
        ),
        ("get /account", (own_session(200), None)),
        ("get /account/events", (own_session(200), None)),
        ("post /account/password", (own_session(400), Some("{}"))),
        ("get /account/sessions", (own_session(200), None)),
        // Its own stays.
        ("delete /account/sessions", (own_session(204), None)),
        ("delete /account/sessions/{id}", (own_session(404), None)),
        ("get /account/tokens", (own_session(200), None)),
        ("post /account/tokens", (own_session(400), Some("{}"))),
        ("delete /account/tokens/{id}", (own_session(404), None)),
        ("get /admin/users", (host(200), None)),
        ("post /admin/users", (host(400), Some("{}"))),
        ("get /admin/users/{id}", (host(404), None)),
        ("put /admin/users/{id}", (host(400), Some("{}"))),
        ("delete /admin/users/{id}", (host(404), None)),
        ("get /admin/users/{id}/sessions", (host(404), None)),
        ("delete /admin/users/{id}/sessions", (host(404), None)),
        ("get /admin/users/{id}/tokens", (host(404), None)),
        ("delete /admin/users/{id}/tokens/{token}", (host(404), None)),
        ("post /admin/users/{id}/link", (host(404), None)),
        ("post /admin/users/{id}/disable", (host(404), None)),
        ("post /admin/users/{id}/enable", (host(404), None)),
        ("get /admin/sessions", (host(200), None)),
        ("delete /admin/sessions/{id}", (host(404), None)),
        ("get /admin/audit", (host(200), None)),
        ("get /admin/tenants", (host(200), None)),
        ("post /admin/tenants/{tenant}/enable", (host(204), None)),
        ("post /admin/tenants/{tenant}/disable", (host(204), None)),
        ("get /admin/tenants/{tenant}/database", (administered(200), None)),
        ("get /admin/tenants/{tenant}/grants", (administered(200), None)),
        (
            "put /admin/tenants/{tenant}/grants/{email}",
            (administered(400), Some("{}")),
        ),
        (
            "delete /admin/tenants/{tenant}/grants/{email}",
            (administered(404), None),
        ),
        ("get /admin/tenants/{tenant}/tokens", (administered(200), None)),
        (
            "delete /admin/tenants/{tenant}/tokens/{id}",
            (administered(404), None),
        ),
        ("get /admin/tenants/{tenant}/audit", (administered(200), None)),
    ])
}

pub async fn user(site: &Site, name: &str, is_admin: bool, grant: Option<(&str, Role)>) -> uuid::Uuid {
    let new = NewUser {
        email: format!("{name}@example.com"),
        full_name: None,
        is_admin,
        password: Some(PASSWORD.to_owned().into()),
    };
    let user = site
        .identity
        .create_user(new, AuditEntry::default())
        .await
        .unwrap();
    if let Some((tenant, role)) = grant {
        site.identity
            .grant(user.id, tenant, role, AuditEntry::default())
            .await
            .unwrap();
    }
    user.id
}

/// The cookie and the header `authorization` of each caller.
async fn credentials(site: &Site, caller: &str) -> (Option<String>, Option<String>) {
    let name = match caller {
        "viewer of A" | "viewer of A, switched off" | "expired session" => "ada",
        "viewer of B" => "bob",
        "editor of A" => "eve",
        "admin of A" => "amy",
        "global admin of A" => "gus",
        _ => "",
    };
    if caller == "nobody" {
        return (None, None);
    }
    if caller.ends_with("token") || caller.starts_with("reading token") {
        let ada = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
        // An account may have so many at the same time and no more.
        let of = porthole_identity::TokensOf::User(ada.id);
        for before in site.identity.api_tokens(of).await.unwrap() {
            let revoked = site
                .identity
                .revoke_api_token(before.id, of, AuditEntry::default());
            revoked.await.unwrap();
        }
        let new = NewApiToken {
            user: ada.id,
            tenant: "alpha".to_owned(),
            name: "a program".to_owned(),
            scope: TokenScope::Read,
            days: 1,
        };
        let (token, secret) = site
            .identity
            .create_api_token(new, AuditEntry::default())
            .await
            .unwrap();
        let secret = secrecy::ExposeSecret::expose_secret(&secret).to_owned();
        if caller == "revoked token" {
            assert!(
                site.identity
                    .revoke_api_token(token.id, of, AuditEntry::default())
                    .await
                    .unwrap()
            );
        }
        return (None, Some(format!("Bearer {secret}")));
    }
    let client = site.logged_in(name).await;
    if caller == "expired session" {
        client.post("/api/v1/auth/logout").await;
    }
    (client.cookie.clone(), None)
}

/// A path of the document with something in each of its places.
pub fn filled(path: &str) -> String {
    path.replace("/tenants/{id}", "/tenants/alpha")
        .replace("{tenant}", "alpha")
        .replace("/dashboards/{name}", "/dashboards/default")
        .replace("/custom/{endpoint}", "/custom/topology")
        .replace("/panels/{id}", "/panels/cpu")
        .replace("{panel_id}", "cpu")
        .replace("{name}", "heat")
        .replace("{version}", "1.0.0")
        .replace("{email}", "no-one@example.com")
        .replace("{token}", NO_ID)
        .replace("{id}", NO_ID)
}

/// The document's operations as `get /path`.
async fn operations(site: &Site) -> Vec<String> {
    let document = site.nobody().get("/api/v1/openapi.json").await.json();
    let paths = document["paths"].as_object().unwrap().clone();
    let of_path = |(path, methods): (String, serde_json::Value)| {
        let methods: Vec<String> = methods.as_object().unwrap().keys().cloned().collect();
        methods.into_iter().map(move |method| format!("{method} {path}"))
    };
    paths.into_iter().flat_map(of_path).collect()
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_matrix_says() {
    let site = Site::new().await;
    user(&site, "eve", false, Some(("alpha", Role::Editor))).await;
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    user(&site, "gus", true, Some(("alpha", Role::Viewer))).await;
    let rows = rows();
    let mut wrong = Vec::new();
    for (column, caller) in CALLERS.into_iter().enumerate() {
        for operation in operations(&site).await {
            let Some((row, body)) = rows.get(operation.as_str()) else {
                panic!("{operation} has no row in the matrix: say who may");
            };
            let (method, path) = operation.split_once(' ').unwrap();
            let path = filled(path);
            let (cookie, authorization) = credentials(&site, caller).await;
            let off = caller.ends_with("switched off");
            site.identity
                .set_tenant_disabled("alpha", off, AuditEntry::default())
                .await
                .unwrap();
            let client = Client { site: &site, cookie };
            let mut headers = vec![ALPHA];
            if body.is_some() {
                headers.push(JSON);
            }
            if let Some(authorization) = &authorization {
                headers.push(("authorization", authorization));
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = client
                .send(
                    method,
                    &format!("/api/v1{path}"),
                    &headers,
                    body.map(str::to_owned),
                )
                .await;
            if answer.status.as_u16() != row[column] {
                wrong.push(format!(
                    "{operation} for {caller}: {} and not {}",
                    answer.status.as_u16(),
                    row[column]
                ));
            }
            site.identity
                .set_tenant_disabled("alpha", false, AuditEntry::default())
                .await
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let there: Vec<String> = operations(&site).await;
    for operation in rows.keys() {
        assert!(
            there.iter().any(|known| known == operation),
            "{operation} is in the matrix only"
        );
    }
}

#[tokio::test]
async fn what_is_not_yours_and_what_is_not_there_have_the_same_body() {
    let site = Site::new().await;
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    let amy = site.logged_in("amy").await;
    for [theirs, nobodys] in [
        [
            "/api/v1/admin/tenants/beta/grants",
            "/api/v1/admin/tenants/gamma/grants",
        ],
        [
            "/api/v1/admin/tenants/beta/tokens",
            "/api/v1/admin/tenants/gamma/tokens",
        ],
        [
            "/api/v1/admin/tenants/beta/audit",
            "/api/v1/admin/tenants/gamma/audit",
        ],
        [
            "/api/v1/admin/tenants/beta/database",
            "/api/v1/admin/tenants/gamma/database",
        ],
    ] {
        let (theirs, nobodys) = (amy.get(theirs).await, amy.get(nobodys).await);
        assert_eq!(theirs.status, StatusCode::NOT_FOUND);
        assert_eq!(theirs.body_but_for_the_id(), nobodys.body_but_for_the_id());
    }
    // Bob has an account and is not in alpha; nobody has the other.
    let put = async |email: &str| {
        let path = format!("/api/v1/admin/tenants/alpha/grants/{email}");
        let body = json!({"role": "viewer"}).to_string();
        amy.send(Method::PUT, &path, &[JSON], Some(body)).await
    };
    let (bob, nobody) = (put("bob@example.com").await, put("nobody@example.com").await);
    assert_eq!(bob.status, StatusCode::NOT_FOUND);
    assert_eq!(bob.body_but_for_the_id(), nobody.body_but_for_the_id());
    assert_eq!(put("ada@example.com").await.status, StatusCode::NO_CONTENT);
}
