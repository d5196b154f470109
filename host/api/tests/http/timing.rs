//! What is not yours and what is not there take the same time, and so do an unknown account and a wrong password.

mod comparison;

use std::time::Instant;

use http::{Method, StatusCode};
use porthole_api::ApiSettings;
use porthole_identity::{AuditEntry, NewUser, Options, Role};
use serde_json::json;

use crate::site::{Client, PASSWORD, Site};
use comparison::{Durations, Order};

const JSON: (&str, &str) = ("content-type", "application/json");
const ALPHA: (&str, &str) = ("x-porthole-tenant", "alpha");
const GAMMA: (&str, &str) = ("x-porthole-tenant", "gamma");
/// A difference that is there is there each time; what a busy machine does is not.
const ATTEMPTS: usize = 4;
const ROUNDS: usize = 200;

/// One request.
#[derive(Clone)]
struct Question {
    method: Method,
    path: String,
    headers: Vec<(&'static str, &'static str)>,
    body: Option<String>,
    status: StatusCode,
}

impl Question {
    fn get(path: &str, header: (&'static str, &'static str)) -> Self {
        Self {
            method: Method::GET,
            path: path.to_owned(),
            headers: vec![header],
            body: None,
            status: StatusCode::NOT_FOUND,
        }
    }

    fn with(method: Method, path: &str, body: Option<serde_json::Value>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            headers: vec![JSON],
            body: body.map(|body| body.to_string()),
            status: StatusCode::NOT_FOUND,
        }
    }

    fn login(email: &str) -> Self {
        let body = json!({"email": email, "password": "a wrong guess"});
        Self {
            status: StatusCode::UNAUTHORIZED,
            ..Self::with(Method::POST, "/api/v1/auth/login", Some(body))
        }
    }

    /// How long it takes, nanoseconds.
    async fn ask(&self, client: &Client<'_>) -> f64 {
        let begun = Instant::now();
        let sent = client.send(self.method.clone(), &self.path, &self.headers, self.body.clone());
        let answer = sent.await;
        let took = begun.elapsed().as_nanos() as f64;
        assert_eq!(answer.status, self.status, "{} {}", self.path, answer.text());
        took
    }
}

/// Asks both in turns, in an order that follows no pattern; what is said when they differ each time.
async fn difference(
    client: &Client<'_>,
    not_there: &Question,
    not_yours: &Question,
    delay: f64,
) -> Option<String> {
    let mut last = None;
    for attempt in 0..ATTEMPTS {
        let mut durations = Durations::default();
        let mut order = Order::seeded(attempt as u64);
        for _ in 0..ROUNDS {
            for is_other in order.of_round() {
                if is_other {
                    let took = not_yours.ask(client).await;
                    durations.other.push(took * (1.0 + delay));
                } else {
                    durations.same.push(not_there.ask(client).await);
                }
            }
        }
        match durations.differ() {
            Some(difference) => last = Some(difference),
            None => return None,
        }
    }
    last
}

async fn alike(client: &Client<'_>, what: &str, not_there: Question, not_yours: Question) {
    if let Some(difference) = difference(client, &not_there, &not_yours, 0.0).await {
        panic!("{what}: {difference}");
    }
}

async fn site() -> Site {
    let options = Options {
        attempts_per_account: u32::MAX,
        attempts_per_address: u32::MAX,
        failures_per_account: u32::MAX,
        changes_per_account: u32::MAX,
        ..Options::default()
    };
    Site::with(ApiSettings::default(), options).await
}

async fn user(site: &Site, name: &str, password: Option<&str>) -> uuid::Uuid {
    let new = NewUser {
        email: format!("{name}@example.com"),
        full_name: None,
        is_admin: false,
        password: password.map(|password| password.to_owned().into()),
    };
    site.identity
        .create_user(new, AuditEntry::default())
        .await
        .unwrap()
        .id
}

#[tokio::test]
async fn what_is_not_yours_takes_as_long_as_what_is_not_there() {
    let site = site().await;
    let bob = site.logged_in("bob").await;
    for path in [
        "/api/v1/panels/cpu/data",
        "/api/v1/dashboards",
        "/api/v1/reports/cpu",
        "/api/v1/plugins",
    ] {
        alike(&bob, path, Question::get(path, GAMMA), Question::get(path, ALPHA)).await;
    }
    let (unknown, known) = ("/api/v1/panels/unknown_one/data", "/api/v1/panels/cpu/data");
    alike(
        &bob,
        "a panel",
        Question::get(unknown, ALPHA),
        Question::get(known, ALPHA),
    )
    .await;
    let select =
        |tenant: &str| Question::with(Method::POST, &format!("/api/v1/tenants/{tenant}/select"), None);
    alike(&bob, "selecting", select("gamma"), select("alpha")).await;
    // Somebody else's session, and nobody's.
    let ada = site.identity.find_user("ada@example.com").await.unwrap().unwrap();
    site.logged_in("ada").await;
    let open = site
        .identity
        .open_sessions(ada.id, chrono::Utc::now())
        .await
        .unwrap();
    let end = |id: &str| Question::with(Method::DELETE, &format!("/api/v1/account/sessions/{id}"), None);
    let nobodys = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b";
    alike(&bob, "a session", end(nobodys), end(&open[0].id.to_string())).await;
}

#[tokio::test]
async fn a_tenants_admin_cannot_measure_who_else_has_an_account_or_which_tenants_there_are() {
    let site = site().await;
    let amy = user(&site, "amy", Some(PASSWORD)).await;
    site.identity
        .grant(amy, "alpha", Role::Admin, AuditEntry::default())
        .await
        .unwrap();
    let amy = site.logged_in("amy").await;
    for list in ["grants", "tokens", "audit"] {
        let of = |tenant: &str| {
            Question::with(
                Method::GET,
                &format!("/api/v1/admin/tenants/{tenant}/{list}"),
                None,
            )
        };
        alike(&amy, list, of("gamma"), of("beta")).await;
    }
    // Bob has an account and is not in alpha; nobody has the other.
    let grant = |email: &str| {
        let path = format!("/api/v1/admin/tenants/alpha/grants/{email}");
        Question::with(Method::PUT, &path, Some(json!({"role": "viewer"})))
    };
    alike(
        &amy,
        "letting in",
        grant("eve@example.com"),
        grant("bob@example.com"),
    )
    .await;
    let revoke = |email: &str| {
        let path = format!("/api/v1/admin/tenants/alpha/grants/{email}");
        Question::with(Method::DELETE, &path, None)
    };
    alike(
        &amy,
        "shutting out",
        revoke("eve@example.com"),
        revoke("bob@example.com"),
    )
    .await;
}

#[tokio::test]
async fn an_unknown_account_takes_as_long_as_a_wrong_password() {
    let site = site().await;
    let off = user(&site, "off", Some(PASSWORD)).await;
    site.identity
        .set_user_disabled(off, true, AuditEntry::default())
        .await
        .unwrap();
    user(&site, "new", None).await;
    let nobody = site.nobody();
    // Who has a password, who is switched off, who has none yet.
    for name in ["ada", "off", "new"] {
        let unknown = Question::login("eve@example.com");
        alike(
            &nobody,
            name,
            unknown,
            Question::login(&format!("{name}@example.com")),
        )
        .await;
    }
}

/// A quarter more time is seen, so that the tests above mean something.
#[tokio::test]
async fn a_delay_would_be_noticed() {
    let site = site().await;
    let bob = site.logged_in("bob").await;
    let (unknown, known) = (
        Question::get("/api/v1/panels/cpu/data", GAMMA),
        Question::get("/api/v1/panels/cpu/data", ALPHA),
    );
    assert!(notices(&bob, &unknown, &known).await, "more time is not noticed");
    let (unknown, known) = (
        Question::login("eve@example.com"),
        Question::login("ada@example.com"),
    );
    assert!(
        notices(&site.nobody(), &unknown, &known).await,
        "more time at the login is not noticed"
    );
}

/// Whether a delay is noticed: a quarter more where the machine is quiet, and what stands out of the noise where it is not.
async fn notices(client: &Client<'_>, not_there: &Question, not_yours: &Question) -> bool {
    for delay in [0.25, 0.5, 1.0, 3.0] {
        if difference(client, not_there, not_yours, delay).await.is_some() {
            return true;
        }
    }
    false
}
