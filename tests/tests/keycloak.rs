//! Logging in with a real Keycloak: by its form, by groups, by access tokens; out again, and when it is not there.
//!
//! All tests share one Keycloak. Each has a host, a client and users of its own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use porthole_tests::{
    CLIENT_SECRET, Gate, Host, Keycloak, NewClient, Page, Site, USER_PASSWORD, Visitor, free_port, issuer,
};
use serde_json::{Value, json};

/// A host whose people log in with Keycloak.
struct House {
    host: Host,
    site: Site,
    client: String,
}

impl House {
    /// Access tokens for its client are good for `token_seconds`. `way`: where it reaches Keycloak.
    async fn new(keycloak: &Keycloak, token_seconds: u32, way: &str, more: &[(&str, &str)]) -> Self {
        // A port that another house has left may come again, its client is still there.
        static HOUSES: AtomicUsize = AtomicUsize::new(0);
        let (port, number) = (free_port(), HOUSES.fetch_add(1, Ordering::Relaxed));
        let (url, client) = (format!("http://127.0.0.1:{port}"), format!("porthole-{number}"));
        keycloak
            .add_client(NewClient {
                id: &client,
                url: &url,
                token_seconds,
                has_audience: true,
            })
            .await;
        let mut site = Site::new()
            .with("PORTHOLE_PUBLIC_URL", &url)
            .with("PORTHOLE_AUTH_OIDC_ISSUER", &issuer(way))
            .with("PORTHOLE_AUTH_OIDC_CLIENT_ID", &client)
            .with("PORTHOLE_AUTH_OIDC_CLIENT_SECRET", CLIENT_SECRET)
            .with("PORTHOLE_AUTH_OIDC_LABEL", "Keycloak")
            .with("PORTHOLE_AUTH_OIDC_AUDIENCE", "porthole-api")
            .with("PORTHOLE_AUTH_OIDC_ADMIN_GROUP", "/operators")
            .with(
                "PORTHOLE_AUTH_OIDC_TENANTS",
                "/alpha=alpha, /alpha-editors=alpha:editor, /beta=beta",
            );
        for (variable, value) in more {
            site = site.with(variable, value);
        }
        site.tenant("alpha", "sqlite:alpha.sqlite");
        site.tenant("beta", "sqlite:beta.sqlite");
        let host = site.serve_at(port).await;
        Self { host, site, client }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.host.url())
    }

    fn api(&self, path: &str) -> String {
        format!("{}/api/v1{path}", self.host.url())
    }

    /// Somebody who logs in by the form, and where that leads them.
    async fn log_in(&self, user: &str) -> (Visitor, Page) {
        let mut visitor = Visitor::default();
        let form = visitor.open(&self.api("/auth/login?back_to=/t/alpha")).await;
        let page = visitor.fill_in(&form, user, USER_PASSWORD).await;
        (visitor, page)
    }

    /// The tenants of somebody who is logged in, each with their role; none: they are not.
    async fn tenants(&self, visitor: &mut Visitor) -> Option<Vec<(String, String)>> {
        let me = visitor.open(&self.api("/auth/me")).await;
        if me.status == 401 {
            return None;
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let tenants = me.json()["tenants"].as_array().unwrap().clone();
        Some(
            tenants
                .iter()
                .map(|tenant| (text(&tenant["id"]), text(&tenant["role"])))
                .collect(),
        )
    }

    /// What a program gets that shows this token, for the tenant alpha.
    async fn shown(&self, token: &str) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let answer = http
            .get(self.api("/dashboards"))
            .header("x-porthole-tenant", "alpha")
            .bearer_auth(token)
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn status(&self, token: &str) -> u16 {
        self.shown(token).await.0
    }
}

fn known(tenants: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
    Some(
        tenants
            .iter()
            .map(|(id, role)| ((*id).to_owned(), (*role).to_owned()))
            .collect(),
    )
}

/// Waits until something is so.
async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is_so().await {
        assert!(Instant::now() < deadline, "in vain: {what}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_logs_in_by_keycloaks_form_and_out_again_at_keycloak() {
    let Some(keycloak) = Keycloak::shared().await else {
        return;
    };
    let house = House::new(keycloak, 300, keycloak.url(), &[]).await;
    keycloak.add_user("form-ada", &["/alpha"]).await;

    let mut visitor = Visitor::default();
    let methods = visitor.open(&house.api("/auth/methods")).await.json();
    assert_eq!(methods, json!({"local": true, "oidc": "Keycloak"}));
    let form = visitor.open(&house.api("/auth/login?back_to=/t/alpha")).await;
    assert!(form.url.starts_with(&keycloak.issuer()), "{}", form.url);
    let login_cookie = visitor
        .cookie(house.host.url(), "porthole_login")
        .unwrap()
        .to_owned();
    let again = visitor.fill_in(&form, "form-ada", "not the password").await;
    let page = visitor.fill_in(&again, "form-ada", USER_PASSWORD).await;
    assert_eq!((page.url, page.status), (house.url("/t/alpha"), 200));
    let me = visitor.open(&house.api("/auth/me")).await.json();
    assert_eq!(
        (&me["email"], &me["is_admin"]),
        (&json!("form-ada@example.org"), &json!(false))
    );
    assert_eq!(house.tenants(&mut visitor).await, known(&[("alpha", "viewer")]));
    assert_ne!(
        visitor.cookie(house.host.url(), "porthole_session"),
        Some(login_cookie.as_str())
    );
    // What tied the login to the browser went with the login.
    assert_eq!(
        visitor
            .cookie(house.host.url(), "porthole_login")
            .unwrap_or_default(),
        ""
    );

    // A second login in the same browser: Keycloak asks nothing, and the first session is over.
    let mut first = Visitor::default();
    first.steal(&visitor, house.host.url());
    let page = visitor
        .open(&house.api("/auth/login?back_to=//evil.example"))
        .await;
    assert_eq!(page.url, house.url("/"));
    assert_eq!(house.tenants(&mut first).await, None);
    assert!(house.tenants(&mut visitor).await.is_some());

    let left = visitor.post(&house.api("/auth/logout")).await;
    assert_eq!(left.status, 200, "{}", left.text);
    assert_eq!(house.tenants(&mut visitor).await, None);
    let page = visitor.open(left.json()["continue_to"].as_str().unwrap()).await;
    assert_eq!(page.url, house.url("/login"));
    // Keycloak has forgotten them, too.
    let form = visitor.open(&house.api("/auth/login")).await;
    assert!(form.text.contains("kc-form-login"), "{}", form.url);

    house
        .site
        .add_admin("root@example.org", "open sesame, please", &[]);
    let root =
        porthole_tests::Client::login(house.host.url(), "root@example.org", "open sesame, please").await;
    let audit = root.get("/admin/audit").await.ok();
    let lines: Vec<&str> = audit["lines"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|line| line["action"].as_str())
        .collect();
    for action in ["user_created", "grant", "login", "logout"] {
        assert!(lines.contains(&action), "{action} is not among {lines:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_login_belongs_to_its_browser_and_says_what_is_wrong() {
    let Some(keycloak) = Keycloak::shared().await else {
        return;
    };
    let strict = [("PORTHOLE_AUTH_OIDC_CREATE_USERS", "false")];
    let house = House::new(keycloak, 300, keycloak.url(), &strict).await;
    for (name, groups) in [
        ("over-eve", &["/alpha"][..]),
        ("over-off", &["/alpha"]),
        ("over-new", &["/alpha"]),
    ] {
        keycloak.add_user(name, groups).await;
    }
    // Nobody has an account, and none is made.
    let (_, page) = house.log_in("over-new").await;
    assert_eq!(
        page.parameter("fault").as_deref(),
        Some("no_account"),
        "{}",
        page.url
    );
    assert_eq!(
        page.parameter("next").as_deref(),
        Some("/t/alpha"),
        "{}",
        page.url
    );
    // There is an account with the address, which is not given away.
    house
        .site
        .add_user("over-eve@example.org", "open sesame, please", &["alpha"]);
    let (_, page) = house.log_in("over-eve").await;
    assert_eq!(
        page.parameter("fault").as_deref(),
        Some("email_taken"),
        "{}",
        page.url
    );

    // What another browser brings back opens nothing.
    let mut victim = Visitor::default();
    for path in [
        "/auth/callback",
        "/auth/callback?state=x&code=y",
        "/auth/callback?error=access_denied&state=x",
    ] {
        let page = victim.open(&house.api(path)).await;
        assert_eq!(page.parameter("fault").as_deref(), Some("over"), "{path}");
    }
    assert_eq!(house.tenants(&mut victim).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_open_tenants_and_their_loss_shuts_them_when_the_login_is_renewed() {
    let Some(keycloak) = Keycloak::shared().await else {
        return;
    };
    let house = House::new(keycloak, 1, keycloak.url(), &[]).await;
    let user = keycloak.add_user("group-ada", &["/alpha"]).await;
    let none = keycloak.add_user("group-none", &[]).await;
    let (mut visitor, _) = house.log_in("group-ada").await;
    assert_eq!(house.tenants(&mut visitor).await, known(&[("alpha", "viewer")]));

    keycloak.set_member(&user, "/alpha-editors", true).await;
    keycloak.set_member(&user, "/beta", true).await;
    let more = known(&[("alpha", "editor"), ("beta", "viewer")]);
    until("more groups, more tenants", async || {
        house.tenants(&mut visitor).await == more
    })
    .await;
    // A person lets her into beta, too: that is not the group's to take back.
    let granted = house.site.run(&[
        "user",
        "grant",
        "group-ada@example.org",
        "beta",
        "--role",
        "editor",
    ]);
    granted.ok();
    for group in ["/alpha", "/alpha-editors", "/beta"] {
        keycloak.set_member(&user, group, false).await;
    }
    let rest = known(&[("beta", "editor")]);
    until("fewer groups, fewer tenants", async || {
        house.tenants(&mut visitor).await == rest
    })
    .await;

    // Somebody in no group sees nothing, and hears why.
    let (_, page) = house.log_in("group-none").await;
    assert_eq!(
        page.parameter("fault").as_deref(),
        Some("no_tenant"),
        "{}",
        page.url
    );
    keycloak.set_member(&none, "/operators", true).await;
    let (mut olga, _) = house.log_in("group-none").await;
    let me = olga.open(&house.api("/auth/me")).await.json();
    assert_eq!((&me["is_admin"], &me["tenants"]), (&json!(true), &json!([])));
    keycloak.set_member(&none, "/operators", false).await;
    until("no longer an administrator", async || {
        let me = olga.open(&house.api("/auth/me")).await;
        me.status == 200 && me.json()["is_admin"] == false
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_keycloak_ends_the_login_or_the_user_is_switched_off() {
    let Some(keycloak) = Keycloak::shared().await else {
        return;
    };
    // Tokens that last: only the back channel can end it.
    let slow = House::new(keycloak, 300, keycloak.url(), &[]).await;
    let bob = keycloak.add_user("end-bob", &["/beta"]).await;
    let (mut visitor, _) = slow.log_in("end-bob").await;
    assert!(slow.tenants(&mut visitor).await.is_some());
    keycloak
        .admin("POST", &format!("/users/{bob}/logout"), None)
        .await;
    until("the session ends", async || {
        slow.tenants(&mut visitor).await.is_none()
    })
    .await;
    let mut sender = Visitor::default();
    for token in ["", "a.b.c"] {
        let refused = sender
            .submit(&slow.api("/auth/backchannel-logout"), &[("logout_token", token)])
            .await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }

    // Short tokens, and a client that Keycloak cannot tell: the next renewal finds out.
    let quick = House::new(keycloak, 1, keycloak.url(), &[]).await;
    let (mut visitor, _) = quick.log_in("end-bob").await;
    assert!(quick.tenants(&mut visitor).await.is_some());
    keycloak.set_enabled(&bob, false).await;
    until("the session of a user who was switched off ends", async || {
        quick.tenants(&mut visitor).await.is_none()
    })
    .await;
    let log = quick.host.log();
    assert!(
        log.contains("ends with its login at the identity provider"),
        "{log}"
    );

    // Switched off here, Keycloak's word opens nothing.
    keycloak.set_enabled(&bob, true).await;
    let (mut visitor, _) = quick.log_in("end-bob").await;
    assert!(quick.tenants(&mut visitor).await.is_some());
    quick
        .site
        .add_admin("root@example.org", "open sesame, please", &[]);
    let root =
        porthole_tests::Client::login(quick.host.url(), "root@example.org", "open sesame, please").await;
    let users = root.get("/admin/users").await.ok();
    let users = users["users"].as_array().unwrap();
    let id = users
        .iter()
        .find(|user| user["email"] == "end-bob@example.org")
        .unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let off = root.call(&format!("/admin/users/{id}/disable")).await;
    assert_eq!(off.status, 204, "{}", off.body);
    assert_eq!(quick.tenants(&mut visitor).await, None);
    let (_, page) = quick.log_in("end-bob").await;
    assert_eq!(
        page.parameter("fault").as_deref(),
        Some("disabled"),
        "{}",
        page.url
    );
    let token = keycloak.tokens(&quick.client, "end-bob").await;
    assert_eq!(quick.status(token["access_token"].as_str().unwrap()).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_shows_an_access_token_for_this_host_while_it_lasts() {
    let Some(keycloak) = Keycloak::shared().await else {
        return;
    };
    let exact = [("PORTHOLE_AUTH_OIDC_CLOCK_SKEW", "0s")];
    let house = House::new(keycloak, 300, keycloak.url(), &exact).await;
    let other = |id: &'static str, token_seconds, has_audience| NewClient {
        id,
        url: "http://127.0.0.1:9",
        token_seconds,
        has_audience,
    };
    keycloak.add_client(other("bearer-elsewhere", 300, false)).await;
    keycloak.add_client(other("bearer-short", 8, true)).await;
    keycloak.add_user("bearer-ada", &["/alpha"]).await;
    let tokens = keycloak.tokens(&house.client, "bearer-ada").await;
    let text = |tokens: &Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let access = text(&tokens, "access_token");
    let (status, _) = house.shown(&access).await;
    assert_eq!(status, 200);
    // An ID token and a refresh token are none, though the same Keycloak gave them to the same client.
    assert_eq!(house.status(&text(&tokens, "id_token")).await, 401);
    assert_eq!(house.status(&text(&tokens, "refresh_token")).await, 401);
    let elsewhere = keycloak.tokens("bearer-elsewhere", "bearer-ada").await;
    assert_eq!(house.status(&text(&elsewhere, "access_token")).await, 401);
    // Without its signature, or with other claims, it is none.
    let parts: Vec<&str> = access.split('.').collect();
    let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
    assert_eq!(house.status(&format!("{none}.{}.", parts[1])).await, 401);
    let mut claims: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    claims["groups"] = json!(["/operators"]);
    let claims = URL_SAFE_NO_PAD.encode(claims.to_string());
    assert_eq!(
        house.status(&format!("{}.{claims}.{}", parts[0], parts[2])).await,
        401
    );

    let short = text(
        &keycloak.tokens("bearer-short", "bearer-ada").await,
        "access_token",
    );
    assert_eq!(house.status(&short).await, 200);
    until("a token runs out", async || house.status(&short).await == 401).await;

    // It has no session, and administers nothing.
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    for (path, status) in [("/auth/logout", 409), ("/tenants/alpha/select", 403)] {
        let answer = http
            .post(house.api(path))
            .bearer_auth(&access)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
    }

    // Keycloak signs with a new key from now on: the host fetches it when it sees it.
    let realm = keycloak.admin("GET", "", None).await;
    let key = json!({
        "name": "a newer key", "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
        "parentId": realm["id"],
        "config": {"priority": ["500"], "enabled": ["true"], "active": ["true"], "keySize": ["2048"], "algorithm": ["RS256"]},
    });
    keycloak.admin("POST", "/components", Some(&key)).await;
    let newer = text(
        &keycloak.tokens(&house.client, "bearer-ada").await,
        "access_token",
    );
    let name = |token: &str| token.split('.').next().unwrap().to_owned();
    assert_ne!(name(&newer), name(&access), "Keycloak signs with another key");
    // At once, but not more often than every ten seconds, since anybody can make up names of keys.
    until("the new key is known", async || house.status(&newer).await == 200).await;
    assert_eq!(house.status(&access).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_keycloak_is_down_sessions_go_on_and_the_login_page_says_so() {
    let Some(keycloak) = Keycloak::shared().await else {
        return;
    };
    let gate = Gate::before(keycloak.url()).await;
    let house = House::new(keycloak, 1, gate.url(), &[]).await;
    keycloak.add_user("down-ada", &["/alpha"]).await;
    let (mut visitor, _) = house.log_in("down-ada").await;
    assert!(house.tenants(&mut visitor).await.is_some());
    gate.set_open(false);
    until("a renewal fails", async || {
        assert!(
            house.tenants(&mut visitor).await.is_some(),
            "the session has ended"
        );
        house.host.log().contains("could not be renewed")
    })
    .await;
    assert!(house.tenants(&mut visitor).await.is_some());
    let local = porthole_tests::Client::anonymous(house.host.url());
    local
        .try_login("nobody@example.org", "not a password")
        .await
        .problem(401, "wrong_credentials");

    // A host that has never spoken with Keycloak says that it does not answer, and asks again once it does.
    let stranger = House::new(keycloak, 300, gate.url(), &[]).await;
    let mut newcomer = Visitor::default();
    let page = newcomer.open(&stranger.api("/auth/login?back_to=/t/alpha")).await;
    assert_eq!(
        page.parameter("fault").as_deref(),
        Some("provider_down"),
        "{}",
        page.url
    );
    gate.set_open(true);
    let mut form = None;
    until("the form is there again", async || {
        let page = newcomer.open(&stranger.api("/auth/login?back_to=/t/alpha")).await;
        let is_form = page.text.contains("kc-form-login");
        form = Some(page);
        is_form
    })
    .await;
    let page = newcomer.fill_in(&form.unwrap(), "down-ada", USER_PASSWORD).await;
    assert_eq!(page.url, stranger.url("/t/alpha"));
}
