//! Every line of curl of the page of calls, `docs/src/api-calls.md`, is run, as it stands there but for what is the reader's own, against
//! a demo. `guides.rs` follows other pages.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::{Duration, Instant};

use porthole_tests::{Client, Host, Outcome, places, porthole, stamp};
use serde_json::Value;
use tempfile::TempDir;

/// The ids of the page.
const ID: &str = "019a1b2c-3d4e-7f50-8a6b-7c8d9e0f1a2b";
const EMAIL: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";
const NEW_PASSWORD: &str = "incorrect horse battery staple";
const PATIENCE: Duration = Duration::from_secs(120);

fn page() -> String {
    let path = places::workspace().join("docs/src/api-calls.md");
    std::fs::read_to_string(path).unwrap()
}

/// The page's commands by method and path.
fn commands() -> BTreeMap<String, String> {
    let page = page();
    let sections = page.split("\n### `").skip(1);
    sections
        .map(|section| {
            let (name, rest) = section.split_once('`').unwrap();
            let (_, code) = rest.split_once("```bash\n").unwrap();
            (name.to_owned(), code.split("\n```").next().unwrap().to_owned())
        })
        .collect()
}

/// What a host without an identity provider does not have; `tests/keycloak.rs` has one.
const OF_A_PROVIDER: [&str; 3] = [
    "GET /auth/callback",
    "GET /auth/login",
    "POST /auth/backchannel-logout",
];

/// Somebody at a terminal, with the page in front of them.
struct Terminal {
    folder: TempDir,
    host: String,
    commands: BTreeMap<String, String>,
    done: BTreeSet<String>,
}

impl Terminal {
    /// Copies a command, puts other words in the place of the page's own, and runs it; what came back, where it is JSON.
    fn run(&mut self, call: &str, own: &[(&str, &str)]) -> Value {
        let shown = self
            .commands
            .get(call)
            .unwrap_or_else(|| panic!("the page has no {call}"));
        let command = own.iter().fold(shown.clone(), |command, (of_page, own)| {
            assert!(command.contains(of_page), "{call}: {of_page} is not in {command}");
            command.replace(of_page, own)
        });
        // The same command; it says how it was answered, and waits while plugins are being compiled.
        let command = command.replacen(
            "curl ",
            "curl --silent --show-error --write-out '\\n%{http_code}' ",
            1,
        );
        let deadline = Instant::now() + PATIENCE;
        loop {
            let mut bash = Command::new("bash");
            bash.args(["-euc", &command])
                .current_dir(self.folder.path())
                .env("HOST", &self.host);
            let outcome = Outcome::of(&mut bash, "");
            assert_eq!(outcome.code, Some(0), "{call}: {outcome:?}");
            let (body, status) = outcome.stdout.rsplit_once('\n').unwrap();
            if status == "503" && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(200));
                continue;
            }
            let expected = if OF_A_PROVIDER.contains(&call) { "404" } else { "2" };
            assert!(status.starts_with(expected), "{call}: {status} {body}\n{command}");
            self.done.insert(call.to_owned());
            return serde_json::from_str(body).unwrap_or(Value::Null);
        }
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).unwrap()
    }
}

#[test]
fn the_page_of_calls_is_what_the_program_writes() {
    let said = Outcome::of(porthole().args(["openapi", "--format", "markdown"]), "").ok();
    let is_same = said == page();
    assert!(
        is_same,
        "write it anew: porthole openapi --format markdown > docs/src/api-calls.md"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_call_of_the_page_can_be_copied_and_works() {
    let (host, printed) = Host::demo().await;
    let accounts = printed["accounts"].as_array().unwrap();
    let admin = accounts.iter().find(|account| account["admin"] == true).unwrap();
    let (email, password) = (
        admin["email"].as_str().unwrap(),
        admin["password"].as_str().unwrap(),
    );
    let mut terminal = Terminal {
        folder: tempfile::tempdir().unwrap(),
        host: host.url().to_owned(),
        commands: commands(),
        done: BTreeSet::new(),
    };

    terminal.run("GET /health", &[]);
    terminal.run("GET /ready", &[]);
    terminal.run("GET /auth/methods", &[]);
    for call in OF_A_PROVIDER {
        assert_eq!(terminal.run(call, &[])["code"], "not_found", "{call}");
    }
    terminal.run("POST /auth/login", &[(EMAIL, email), (PASSWORD, password)]);
    assert_eq!(terminal.run("GET /auth/me", &[])["email"], email);
    terminal.run("GET /tenants", &[]);
    terminal.run("POST /tenants/{id}/select", &[]);

    // A tenant's pages.
    terminal.run("GET /dashboards", &[]);
    terminal.run("GET /dashboards/{name}", &[]);
    assert_eq!(
        terminal.run("GET /panels/{id}/data", &[])["view"]["kind"],
        "chart"
    );
    terminal.run("GET /reports/{panel_id}", &[]);
    terminal.run("GET /panels/{id}/image", &[]);
    assert!(terminal.file("picture.png").starts_with(b"\x89PNG"));
    terminal.run("GET /panels/{id}/export", &[]);
    assert!(terminal.file("rows.csv").len() > 20);
    terminal.run("GET /custom/{endpoint}", &[]);
    terminal.run("POST /panels/{id}/invalidate", &[]);

    // Plugins: a component of our own under the page's file name.
    let plugin = ("calendar_heatmap", "stamp_aaaa");
    let component = terminal.folder.path().join("calendar_heatmap.wasm");
    for version in [1001, 1002] {
        std::fs::write(&component, stamp::version(version)).unwrap();
        terminal.run("POST /plugins", &[]);
    }
    terminal.run("GET /plugins", &[]);
    terminal.run("GET /plugins/{name}", &[plugin]);
    terminal.run("GET /plugins/{name}/logs", &[plugin]);
    let version = ("1.0.0", "1001.0.0");
    terminal.run(
        "POST /plugins/{name}/versions/{version}/activate",
        &[plugin, version],
    );
    terminal.run("POST /plugins/{name}/rollback", &[plugin]);
    terminal.run("DELETE /plugins/{name}/versions/{version}", &[plugin, version]);
    terminal.run("POST /plugins/{name}/deactivate", &[plugin]);
    terminal.run("DELETE /plugins/{name}", &[plugin]);

    // Accounts and who may see what.
    terminal.run("POST /admin/users", &[]);
    let users = terminal.run("GET /admin/users", &[]);
    let users = users["users"].as_array().unwrap();
    let ada = users.iter().find(|user| user["email"] == EMAIL).unwrap()["id"]
        .as_str()
        .unwrap();
    let link = terminal.run("POST /admin/users/{id}/link", &[(ID, ada)]);
    let secret = link["url"].as_str().unwrap().split_once('#').unwrap().1;
    let shown = terminal.commands["POST /auth/link"].clone();
    let of_page = shown
        .split("\"link\":\"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap()
        .to_owned();
    terminal.run("POST /auth/link", &[(&of_page, secret)]);
    terminal.run("PUT /admin/tenants/{tenant}/grants/{email}", &[]);
    terminal.run("GET /admin/tenants/{tenant}/grants", &[]);
    let of_ada = Client::login(host.url(), EMAIL, PASSWORD).await;
    let sessions = terminal.run("GET /admin/sessions", &[]);
    let sessions = sessions["sessions"].as_array().unwrap();
    let session = sessions.iter().find(|session| session["email"] == EMAIL).unwrap();
    terminal.run(
        "DELETE /admin/sessions/{id}",
        &[(ID, session["id"].as_str().unwrap())],
    );
    assert_eq!(of_ada.get("/auth/me").await.status, 401);
    terminal.run("DELETE /admin/tenants/{tenant}/grants/{email}", &[]);
    terminal.run("POST /admin/users/{id}/tenants", &[(ID, ada)]);
    terminal.run("DELETE /admin/users/{id}/tenants/{tenant}", &[(ID, ada)]);
    terminal.run("GET /admin/users/{id}", &[(ID, ada)]);
    terminal.run("PUT /admin/users/{id}", &[(ID, ada)]);
    terminal.run("GET /admin/users/{id}/sessions", &[(ID, ada)]);
    terminal.run("DELETE /admin/users/{id}/sessions", &[(ID, ada)]);
    terminal.run("POST /admin/users/{id}/disable", &[(ID, ada)]);
    terminal.run("POST /admin/users/{id}/enable", &[(ID, ada)]);

    // One's own, and the same as an administrator sees it.
    let me = users.iter().find(|user| user["email"] == email).unwrap()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    terminal.run("GET /account", &[]);
    terminal.run("GET /admin/users/{id}/tokens", &[(ID, &me)]);
    terminal.run("POST /admin/users/{id}/tokens", &[(ID, &me)]);
    let token = terminal.run("POST /account/tokens", &[])["token"]["id"].clone();
    let both = [
        (format!("users/{ID}"), format!("users/{me}")),
        (
            format!("tokens/{ID}"),
            format!("tokens/{}", token.as_str().unwrap()),
        ),
    ];
    let both: Vec<(&str, &str)> = both
        .iter()
        .map(|(of_page, own)| (of_page.as_str(), own.as_str()))
        .collect();
    terminal.run("DELETE /admin/users/{id}/tokens/{token}", &both);
    terminal.run("DELETE /admin/users/{id}", &[(ID, ada)]);
    let events = terminal.run("GET /account/events", &[]);
    let events = events["events"].as_array().unwrap();
    assert!(events.iter().any(|event| event["action"] == "login"));
    let token = terminal.run("POST /account/tokens", &[])["token"]["id"].clone();
    terminal.run("GET /account/tokens", &[]);
    terminal.run("DELETE /account/tokens/{id}", &[(ID, token.as_str().unwrap())]);
    let token = terminal.run("POST /account/tokens", &[])["token"]["id"].clone();
    terminal.run("GET /admin/tenants/{tenant}/tokens", &[]);
    terminal.run(
        "DELETE /admin/tenants/{tenant}/tokens/{id}",
        &[(ID, token.as_str().unwrap())],
    );
    let _second = Client::login(host.url(), email, password).await;
    let sessions = terminal.run("GET /account/sessions", &[]);
    let sessions = sessions["sessions"].as_array().unwrap();
    let other = sessions
        .iter()
        .find(|session| session["current"] == false)
        .unwrap();
    terminal.run(
        "DELETE /account/sessions/{id}",
        &[(ID, other["id"].as_str().unwrap())],
    );

    terminal.run("DELETE /account/sessions", &[]);

    // The host's.
    terminal.run("GET /admin/tenants/{tenant}/database", &[]);
    terminal.run("GET /admin/tenants", &[]);
    terminal.run("POST /admin/tenants/{tenant}/disable", &[]);
    terminal.run("POST /admin/tenants/{tenant}/enable", &[]);
    assert!(
        terminal.run("GET /admin/audit", &[])["entries"]
            .as_array()
            .is_none_or(|lines| !lines.is_empty())
    );
    terminal.run("GET /admin/tenants/{tenant}/audit", &[]);
    terminal.run(
        "POST /account/password",
        &[(&format!("\"{PASSWORD}"), &format!("\"{password}"))],
    );
    terminal.run("POST /auth/logout", &[]);
    Client::login(host.url(), email, NEW_PASSWORD).await;

    let left: Vec<&String> = terminal
        .commands
        .keys()
        .filter(|call| !terminal.done.contains(*call))
        .collect();
    assert!(left.is_empty(), "not run: {left:?}");
}
