//! What is taken away is gone at once, also from a host that runs while another process takes it away.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::Duration;

use porthole_tests::{Client, Cluster, Host, Site};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "ops@example.org";
/// What docs/src/users.md promises.
const PROMISE: Duration = Duration::from_millis(250);

fn site(site: Site) -> Site {
    for tenant in ["one", "two"] {
        site.tenant(tenant, &format!("sqlite:{tenant}.sqlite"));
        site.write(
            &format!("tenants/{tenant}/dashboards/default.yaml"),
            "dashboard:\n  name: Board\n  panels: []\n",
        );
    }
    site.add_admin("ada@example.org", PASSWORD, &["one", "two"]);
    site.add_user(EMAIL, PASSWORD, &["one", "two"]);
    site
}

/// A program with a token of `ops` for the tenant `one`.
struct Program {
    http: reqwest::Client,
    url: String,
    token: String,
}

impl Program {
    fn new(site: &Site, host: &Host) -> Self {
        let said = site
            .run(&["token", "add", EMAIL, "--tenant", "one", "--name", "deploy"])
            .ok();
        // The one provider of TLS is named by whoever makes the first client.
        let _ = Client::anonymous(host.url());
        Self {
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            url: format!("{}/api/v1/dashboards", host.url()),
            token: said.trim().to_owned(),
        }
    }

    async fn status(&self) -> u16 {
        let asked = self.http.get(&self.url).bearer_auth(&self.token).send();
        asked.await.unwrap().status().as_u16()
    }
}

/// A person with a session in each of two tenants, and a program.
struct Readers {
    person: Client,
    program: Program,
}

impl Readers {
    /// What `one` and `two` answer to the person, and `one` to the program, once the promised time has passed.
    async fn see(&self) -> [u16; 3] {
        tokio::time::sleep(PROMISE).await;
        [
            self.person.of("one").get("/dashboards").await.status,
            self.person.of("two").get("/dashboards").await.status,
            self.program.status().await,
        ]
    }
}

async fn what_the_command_line_takes_away_is_gone(site: &Site, host: &Host) {
    let person = Client::login(host.url(), EMAIL, PASSWORD).await;
    let readers = Readers {
        person,
        program: Program::new(site, host),
    };
    let does = |arguments: &[&str]| drop(site.run(arguments).ok());
    assert_eq!(readers.see().await, [200; 3]);

    does(&["tenant", "disable", "one"]);
    assert_eq!(readers.see().await, [404, 200, 401]);
    does(&["tenant", "enable", "one"]);
    assert_eq!(readers.see().await, [200; 3]);

    does(&["user", "revoke", EMAIL, "one"]);
    assert_eq!(readers.see().await, [404, 200, 401]);
    does(&["user", "grant", EMAIL, "one"]);
    assert_eq!(readers.see().await, [200; 3]);

    let token = site.run(&["token", "list"]).ok();
    let id = token.split_whitespace().next().unwrap();
    does(&["token", "revoke", id]);
    assert_eq!(readers.see().await, [200, 200, 401]);

    does(&["user", "disable", EMAIL]);
    assert_eq!(readers.see().await, [401; 3]);
    let refused = Client::anonymous(host.url()).try_login(EMAIL, PASSWORD).await;
    refused.problem(401, "wrong_credentials");
    does(&["user", "enable", EMAIL]);
    let again = Client::login(host.url(), EMAIL, PASSWORD).await;
    assert_eq!(again.of("one").get("/dashboards").await.status, 200);
    // A new password ends every session.
    site.run_with_input(
        &["user", "password", EMAIL, "--password-stdin"],
        "another horse battery",
    )
    .ok();
    tokio::time::sleep(PROMISE).await;
    assert_eq!(again.of("one").get("/dashboards").await.status, 401);
}

#[tokio::test]
async fn what_the_command_line_takes_away_is_gone_from_a_running_host_within_the_promised_time() {
    let site = site(Site::new());
    let host = site.serve().await;
    what_the_command_line_takes_away_is_gone(&site, &host).await;
}

#[tokio::test]
async fn what_one_host_takes_away_is_gone_from_another_within_the_promised_time() {
    let cluster = Cluster::start();
    let central = cluster.create_database("central");
    let site = site(Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &central));
    let (here, there) = tokio::join!(site.serve_replica(1), site.serve_replica(2));
    what_the_command_line_takes_away_is_gone(&site, &here).await;

    site.run_with_input(&["user", "password", EMAIL, "--password-stdin"], PASSWORD)
        .ok();
    let ada = Client::login(there.url(), "ada@example.org", PASSWORD).await;
    let ops = Client::login(here.url(), EMAIL, PASSWORD).await;
    assert_eq!(ops.of("one").get("/dashboards").await.status, 200);
    let done = ada.call("/admin/tenants/one/disable").await;
    assert_eq!(done.status, 204);
    tokio::time::sleep(PROMISE).await;
    assert_eq!(ops.of("one").get("/dashboards").await.status, 404);
    assert_eq!(ops.of("two").get("/dashboards").await.status, 200);

    let open = ada.get("/admin/sessions").await.ok();
    let of_ops = |session: &&Value| session["email"] == EMAIL;
    let session = open["sessions"].as_array().unwrap().iter().find(of_ops).unwrap();
    let path = format!("/admin/sessions/{}", session["id"].as_str().unwrap());
    assert_eq!(ada.delete(&path).await.status, 204);
    tokio::time::sleep(PROMISE).await;
    assert_eq!(ops.of("two").get("/dashboards").await.status, 401);
}

#[tokio::test]
async fn accounts_are_given_a_link_changed_and_removed_on_the_machine_too() {
    let site = site(Site::new());
    let host = site.serve().await;
    let anonymous = Client::anonymous(host.url());
    let outcome = site.run(&["user", "link", EMAIL]);
    assert!(outcome.stderr.contains("`public_url` is not set"), "{outcome:?}");
    let link = outcome.ok();
    let secret = link.trim().strip_prefix("/password#").unwrap();
    let password = "green badgers mend 7 clocks";
    let body = json!({"link": secret, "password": password});
    assert_eq!(anonymous.post("/auth/link", &body).await.status, 204);
    assert_eq!(anonymous.post("/auth/link", &body).await.status, 404);
    let ops = Client::login(host.url(), EMAIL, password).await;
    let off = [("PORTHOLE_AUTH_LOCAL", "false")];
    let said = site.run_with(&off, &["user", "link", EMAIL]);
    assert!(said.stderr.contains("would open nothing"), "{said:?}");
    let said = site.run_with(&off, &["user", "password", EMAIL, "--password-stdin"]);
    assert!(said.stderr.contains("passwords are switched off"), "{said:?}");
    let said = site.run_with(&off, &["user", "add", "theirs@example.org"]).ok();
    assert!(said.contains("may log in at the identity provider"), "{said}");

    assert!(site.run(&["user", "change", EMAIL]).failed().contains("--name"));
    let change = ["user", "change", EMAIL, "--name", "Olga", "--admin", "on"];
    let said = site.run(&change).ok();
    assert!(said.contains("is called Olga and administers the host"), "{said}");
    tokio::time::sleep(PROMISE).await;
    let me = ops.get("/auth/me").await.ok();
    assert_eq!(
        (&me["full_name"], &me["is_admin"]),
        (&json!("Olga"), &json!(true))
    );
    // What is printed is what is kept, and nothing that was typed commands the terminal.
    let typed = |name: &str| site.run(&["user", "change", EMAIL, "--name", name]).ok();
    let said = typed(" Olga\u{1b}[31m\nOps\u{202e} ");
    assert!(
        said.contains("is called Olga [31m Ops and administers the host"),
        "{said:?}"
    );
    assert!(typed("\u{200b}").contains("is called nothing and administers"));
    assert!(typed("Olga").contains("is called Olga and administers"));
    let strange = ["user", "change", "no\u{1b}[2Jbody@example.org", "--name", "Olga"];
    let said = site.run(&strange).failed();
    assert!(
        said.contains("no account no\u{fffd}[2Jbody@example.org") && !said.contains('\u{1b}'),
        "{said:?}"
    );
    // What is not named stays.
    site.run(&["user", "change", EMAIL, "--admin", "off"]).ok();
    tokio::time::sleep(PROMISE).await;
    let me = ops.get("/auth/me").await.ok();
    assert_eq!(
        (&me["full_name"], &me["is_admin"]),
        (&json!("Olga"), &json!(false))
    );

    site.run(&["user", "delete", EMAIL]).ok();
    tokio::time::sleep(PROMISE).await;
    assert_eq!(ops.get("/auth/me").await.status, 401);
    assert!(
        site.run(&["user", "delete", EMAIL])
            .failed()
            .contains("no account")
    );
    let said = site.run(&["user", "delete", "ada@example.org"]).ok();
    assert!(said.contains("no administrator is left"), "{said}");
}
