//! Every operation of the document × everybody who might ask: what each gets. An operation without a row fails.

use std::collections::BTreeMap;

use chrono::{TimeDelta, Utc};
use http::{Method, StatusCode};
use porthole_identity::{AuditEntry, NewApiToken, NewUser, Options, Role, TokenScope, TokensOf};
use serde_json::json;
use uuid::Uuid;

use crate::site::{Answer, Client, PASSWORD, Site};

const JSON: (&str, &str) = ("content-type", "application/json");
const NO_ID: &str = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b";

/// Who asks, in the order of the rows' columns. All ask about the tenant alpha.
const CALLERS: [&str; 13] = [
    "nobody",
    "viewer of A",
    "viewer of B",
    "editor of A",
    "admin of A",
    "global admin of A",
    "global admin of no tenant",
    "logged-out session",
    "expired session",
    "revoked token",
    "reading token of A",
    "publishing token of A",
    "viewer of A, switched off",
];

/// What each gets. Statuses above 400 other than 401, 403 and 404 say that the request got through to its own content.
type Row = [u16; 13];

fn rows() -> BTreeMap<&'static str, (Row, Option<&'static str>)> {
    // Nobody, viewer of A, viewer of B, editor, admin, global admin, the same of no tenant, logged out, expired, revoked token,
    // reading token, publishing token, tenant switched off.
    let open: Row = [200; 13];
    let known: Row = [401, 200, 200, 200, 200, 200, 200, 401, 401, 401, 200, 200, 200];
    let seen: Row = [401, 200, 404, 200, 200, 200, 404, 401, 401, 401, 200, 200, 404];
    let own_session = |status: u16| -> Row {
        [
            401, status, status, status, status, status, status, 401, 401, 401, 403, 403, status,
        ]
    };
    let edited = |status: u16| -> Row {
        [
            401, 403, 404, status, status, status, 404, 401, 401, 401, 403, status, 404,
        ]
    };
    let administered = |status: u16| -> Row {
        [
            401, 403, 404, 403, status, status, status, 401, 401, 401, 403, 403, 404,
        ]
    };
    let host = |status: u16| -> Row {
        [
            401, 403, 403, 403, 403, status, status, 401, 401, 401, 403, 403, 403,
        ]
    };
    BTreeMap::from([
        ("get /health", (open, None)),
        ("get /ready", (open, None)),
        ("get /auth/methods", (open, None)),
        ("get /auth/me", (known, None)),
        (
            "post /auth/login",
            (
                [400, 400, 400, 400, 400, 400, 400, 400, 400, 401, 400, 400, 400],
                Some("{}"),
            ),
        ),
        ("post /auth/link", ([400; 13], Some("{}"))),
        (
            "post /auth/logout",
            (
                [204, 204, 204, 204, 204, 204, 204, 204, 204, 401, 409, 409, 204],
                None,
            ),
        ),
        // This site has no identity provider.
        ("get /auth/login", ([404; 13], None)),
        (
            "get /auth/callback",
            (
                [404, 404, 404, 404, 404, 404, 404, 404, 404, 401, 404, 404, 404],
                None,
            ),
        ),
        ("post /auth/backchannel-logout", ([404; 13], None)),
        ("get /tenants", (known, None)),
        (
            "post /tenants/{id}/select",
            (
                [401, 204, 404, 204, 204, 204, 404, 401, 401, 401, 403, 403, 404],
                None,
            ),
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
        ("post /admin/users/{id}/tokens", (host(400), Some("{}"))),
        ("delete /admin/users/{id}/tokens/{token}", (host(404), None)),
        ("post /admin/users/{id}/tenants", (host(400), Some("{}"))),
        ("delete /admin/users/{id}/tenants/{tenant}", (host(404), None)),
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
        "viewer of B" => "bob",
        "editor of A" | "publishing token of A" => "eve",
        "admin of A" => "amy",
        "global admin of A" => "gus",
        "global admin of no tenant" => "dan",
        _ => "ada",
    };
    match caller {
        "nobody" => (None, None),
        "revoked token" | "reading token of A" | "publishing token of A" => {
            let scope = match caller.starts_with("publishing") {
                true => TokenScope::Publish,
                false => TokenScope::Read,
            };
            let (id, secret) = token(site, name, "alpha", scope).await;
            if caller.starts_with("revoked") {
                let of = TokensOf::Everybody;
                let revoked = site.identity.revoke_api_token(id, of, AuditEntry::default());
                assert!(revoked.await.unwrap());
            }
            (None, Some(format!("Bearer {secret}")))
        }
        "expired session" => {
            // Of the day before yesterday, and not used since.
            let then = Utc::now() - TimeDelta::hours(25);
            let email = format!("{name}@example.com");
            let password = PASSWORD.to_owned().into();
            let opened = site
                .identity
                .login(&email, &password, [192, 0, 2, 1].into(), then);
            let (_, token) = opened.await.unwrap();
            (Some(site.cookie_of(&token)), None)
        }
        _ => {
            let client = site.logged_in(name).await;
            if caller == "logged-out session" {
                client.post("/api/v1/auth/logout").await;
            }
            (client.cookie.clone(), None)
        }
    }
}

/// A new token of somebody, in place of those from before: an account may have so many at the same time and no more.
async fn token(site: &Site, name: &str, tenant: &str, scope: TokenScope) -> (Uuid, String) {
    let email = format!("{name}@example.com");
    let user = site.identity.find_user(&email).await.unwrap().unwrap().id;
    let of = TokensOf::User(user);
    for before in site.identity.api_tokens(of).await.unwrap() {
        let revoked = site
            .identity
            .revoke_api_token(before.id, of, AuditEntry::default());
        revoked.await.unwrap();
    }
    let new = NewApiToken {
        user,
        tenant: tenant.to_owned(),
        name: "a program".to_owned(),
        scope,
        days: 1,
    };
    let made = site.identity.create_api_token(new, AuditEntry::default()).await;
    let (token, secret) = made.unwrap();
    (token.id, secrecy::ExposeSecret::expose_secret(&secret).to_owned())
}

/// What Ben has, who is in beta and asks for nothing: everybody asks for it.
struct Bens {
    session: Uuid,
    token: Uuid,
}

impl Bens {
    async fn of(site: &Site) -> Self {
        let ben = user(site, "ben", false, Some(("beta", Role::Viewer))).await;
        site.logged_in("ben").await;
        let sessions = site.identity.open_sessions(ben, Utc::now()).await.unwrap();
        let (token, _) = token(site, "ben", "beta", TokenScope::Read).await;
        Self {
            session: sessions[0].id,
            token,
        }
    }

    /// A path of the document, with Ben's where somebody could get at it that has no business there.
    fn in_place(&self, path: &str) -> String {
        let path = path
            .replace(
                "/account/sessions/{id}",
                &format!("/account/sessions/{}", self.session),
            )
            .replace("/account/tokens/{id}", &format!("/account/tokens/{}", self.token))
            .replace(
                "/admin/tenants/{tenant}/tokens/{id}",
                &format!("/admin/tenants/{{tenant}}/tokens/{}", self.token),
            );
        filled(&path)
    }
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

/// Which headers an answer has, and what they say but for what differs from request to request.
fn names_of(answer: &Answer) -> Vec<(String, String)> {
    let mut headers: Vec<_> = answer
        .headers
        .iter()
        .filter(|(name, _)| *name != "x-request-id")
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    headers
}

#[tokio::test]
async fn every_operation_answers_everybody_as_the_matrix_says() {
    let options = Options {
        changes_per_account: u32::MAX,
        ..Options::default()
    };
    let site = Site::with(porthole_api::ApiSettings::default(), options).await;
    user(&site, "eve", false, Some(("alpha", Role::Editor))).await;
    user(&site, "amy", false, Some(("alpha", Role::Admin))).await;
    user(&site, "gus", true, Some(("alpha", Role::Viewer))).await;
    let bens = Bens::of(&site).await;
    let rows = rows();
    let (mut wrong, mut compared) = (Vec::new(), 0);
    for (column, caller) in CALLERS.into_iter().enumerate() {
        for operation in operations(&site).await {
            let Some((row, body)) = rows.get(operation.as_str()) else {
                panic!("{operation} has no row in the matrix: say who may");
            };
            let (method, path) = operation.split_once(' ').unwrap();
            let path = bens.in_place(path);
            let (cookie, authorization) = credentials(&site, caller).await;
            let off = caller.ends_with("switched off");
            site.identity
                .set_tenant_disabled("alpha", off, AuditEntry::default())
                .await
                .unwrap();
            let client = Client { site: &site, cookie };
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let ask = async |tenant: &str| {
                let mut headers = vec![("x-porthole-tenant", tenant)];
                if body.is_some() {
                    headers.push(JSON);
                }
                if let Some(authorization) = &authorization {
                    headers.push(("authorization", authorization));
                }
                let path = path.replace("/tenants/alpha", &format!("/tenants/{tenant}"));
                let path = format!("/api/v1{path}");
                let body = body.map(str::to_owned);
                client.send(method.clone(), &path, &headers, body).await
            };
            let answer = ask("alpha").await;
            if answer.status.as_u16() != row[column] {
                wrong.push(format!(
                    "{operation} for {caller}: {} and not {}",
                    answer.status.as_u16(),
                    row[column]
                ));
            }
            // What may not be seen is not there: to the last byte, for whoever asks and whatever for.
            if answer.status == StatusCode::NOT_FOUND {
                let nobodys = ask("gamma").await;
                compared += 1;
                if answer.body_but_for_the_id() != nobodys.body_but_for_the_id()
                    || names_of(&answer) != names_of(&nobodys)
                {
                    wrong.push(format!(
                        "{operation} for {caller}: {} where there is no such tenant",
                        nobodys.text()
                    ));
                }
            }
            site.identity
                .set_tenant_disabled("alpha", false, AuditEntry::default())
                .await
                .unwrap();
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 100, "{compared}");
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
