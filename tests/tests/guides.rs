//! Somebody follows the guides with their own hands: what is to be typed is typed as it stands there, but for what is the reader's own.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use porthole_tests::guides::blocks;
use porthole_tests::{Client, Outcome, Site, places, stamp};
use serde_json::Value;

const PASSWORD: &str = "correct horse battery staple";
const NEW_PASSWORD: &str = "incorrect horse battery staple";

fn page(name: &str) -> String {
    std::fs::read_to_string(places::workspace().join(name)).unwrap()
}

/// The part of a page below a heading.
fn part(name: &str, heading: &str) -> String {
    let page = page(name);
    let (_, rest) = page
        .split_once(&format!("\n## {heading}\n"))
        .unwrap_or_else(|| panic!("{name} has no {heading}"));
    rest.split("\n## ").next().unwrap().to_owned()
}

/// All that is to be typed of a text.
fn typed(text: &str) -> String {
    let shell = blocks(text).into_iter().filter(|(language, _)| language == "sh");
    shell.map(|(_, commands)| commands).collect()
}

/// A shell in which `porthole` is the program under test.
fn bash(commands: &str) -> Command {
    let mut bash = Command::new("bash");
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("PORTHOLE_") {
            bash.env_remove(variable);
        }
    }
    let path = std::env::var("PATH").unwrap_or_default();
    let program = places::porthole();
    bash.args(["-euc", commands])
        .env("PATH", format!("{}:{path}", program.parent().unwrap().display()));
    bash
}

/// Follows a part that begins in the sources and ends with a server that shows one's own measurements.
async fn from_the_sources_to_a_dashboard(name: &str, heading: &str) {
    let home = tempfile::tempdir().unwrap();
    let mut commands = String::new();
    for line in typed(&part(name, heading)).lines() {
        let word = line.split(" #").next().unwrap().trim_end();
        // It has been built, and is the one under test; the server is started below.
        if line.starts_with("cargo xtask build")
            || line.starts_with("export PATH=")
            || word == "porthole serve"
        {
            continue;
        }
        if line.starts_with("porthole user add ") {
            commands += &format!("echo '{PASSWORD}' | {word} --password-stdin\n");
        } else {
            commands += &format!("{line}\n");
        }
    }
    let said = Outcome::of(
        bash(&commands)
            .current_dir(places::workspace())
            .env("HOME", home.path()),
        "",
    );
    assert_eq!(said.code, Some(0), "{commands}\n{said:?}");

    let folder = home.path().join("porthole");
    let text = |path: &std::path::Path| path.to_str().unwrap().to_owned();
    let site = Site::new()
        .with("PORTHOLE_CONFIG_DIR", &text(&folder))
        .with("PORTHOLE_DATA_DIR", &text(&folder.join("data")));
    let host = site.serve().await;
    let you = Client::login(host.url(), "you@example.org", PASSWORD)
        .await
        .of("my-servers");
    let board = you.get("/dashboards/default").await.ok();
    let panels = board["panels"].as_array().unwrap();
    assert_eq!(panels.len(), 4, "{board}");
    for panel in panels {
        let id = panel["id"].as_str().unwrap();
        let shown = you.get(&format!("/panels/{id}/data")).await.ok();
        let is_filled = ["series", "rows", "items"]
            .iter()
            .any(|key| shown["view"][key].as_array().is_some_and(|all| !all.is_empty()));
        assert!(is_filled || shown["view"]["value"].is_number(), "{id}: {shown}");
    }
}

#[tokio::test]
async fn the_page_on_starting_leads_to_a_dashboard_of_ones_own_measurements() {
    from_the_sources_to_a_dashboard("docs/src/start.md", "Your own measurements").await;
}

#[tokio::test]
async fn the_readme_leads_to_a_dashboard_of_ones_own_servers() {
    from_the_sources_to_a_dashboard("README.md", "Your own servers in five minutes").await;
}

/// Somebody at a terminal with a session of the administrator's.
struct Terminal {
    folder: tempfile::TempDir,
    site: Site,
    host: String,
    token: String,
}

impl Terminal {
    /// Runs one command; what it wrote. curl tells by its code how it was answered.
    fn run(&self, command: &str, input: &str) -> String {
        let commands = format!(
            "curl() {{ command curl --silent --show-error --fail-with-body --noproxy '*' \"$@\"; }}\n{command}"
        );
        let mut bash = bash(&commands);
        bash.current_dir(self.folder.path())
            .env("PORTHOLE_CONFIG_DIR", self.site.config())
            .env("PORTHOLE_DATA_DIR", self.site.data())
            .env("HOST", &self.host)
            .env("TOKEN", &self.token);
        let said = Outcome::of(&mut bash, input);
        assert_eq!(said.code, Some(0), "{command}\n{said:?}");
        said.stdout
    }
}

/// Commands, each on one line.
fn lines(text: &str) -> Vec<String> {
    let joined = typed(text).replace("\\\n", " ");
    let lines = joined.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_line_of_the_page_on_users_can_be_copied_and_works() {
    const OF_PAGE: &str = "https://porthole.example.com";
    let site = Site::new();
    site.tenant("tenant-alpha", "sqlite:alpha.sqlite");
    site.write(
        "tenants/tenant-alpha/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels: []\n",
    );
    site.add_admin("root@example.com", PASSWORD, &["tenant-alpha"]);
    site.add_user("ada@example.com", PASSWORD, &["tenant-alpha"]);
    let host = site.serve().await;
    let root = Client::login(host.url(), "root@example.com", PASSWORD).await;
    let mut terminal = Terminal {
        folder: tempfile::tempdir().unwrap(),
        host: host.url().to_owned(),
        site,
        token: String::new(),
    };
    std::fs::write(terminal.folder.path().join("heat.wasm"), stamp::version(1001)).unwrap();

    let id_of = async |email: &str| {
        let users = root.get("/admin/users").await.ok();
        let mut users = users["users"].as_array().unwrap().clone().into_iter();
        let user = users.find(|user| user["email"] == email);
        user.unwrap_or_else(|| panic!("no {email}"))["id"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    // The account that the page makes over HTTP; the one that it has made on the command line is there already.
    let eve = "eve@example.com";
    let (mut eves_id, mut token, mut count) = (String::new(), String::new(), 0);
    for line in lines(&page("docs/src/users.md")) {
        let line = line.replace(OF_PAGE, host.url());
        if line.starts_with("export HOST=") {
            continue;
        }
        count += 1;
        if line.contains("/auth/login") {
            terminal.run(
                &line.replace("\"password\": \"…\"", &format!("\"password\": \"{PASSWORD}\"")),
                "",
            );
        } else if line.starts_with("porthole user add ") {
            let line = line.replace("ada@", "cli@");
            terminal.run(&format!("{line} --password-stdin"), PASSWORD);
        } else if line.contains("/admin/users\" -d ") {
            terminal.run(&line.replace("ada@example.com", eve), "");
            eves_id = id_of(eve).await;
        } else if line.contains("/admin/users/ID/link") {
            let said: Value = serde_json::from_str(&terminal.run(&line.replace("ID", &eves_id), "")).unwrap();
            assert!(said["url"].as_str().unwrap().contains('#'), "{said}");
        } else if line.contains("/admin/users/ID/tenants") {
            let id = id_of("ada@example.com").await;
            terminal.run(&line.replace("users/ID", &format!("users/{id}")), "");
        } else if line.starts_with("porthole user link ") || line.starts_with("porthole user change ") {
            terminal.run(&line.replace("ada@example.com", eve), "");
        } else if line.starts_with("porthole user delete ") {
            terminal.run(&line.replace("ada@", "cli@"), "");
        } else if line.starts_with("porthole user disable ") {
            terminal.run(&line.replace("ada@example.com", eve), "");
            terminal.site.run(&["user", "enable", eve]).ok();
        } else if line.contains("/auth/link") {
            // Switching the account off has shut the one from before.
            let said = root.call(&format!("/admin/users/{eves_id}/link")).await;
            assert!((200..300).contains(&said.status), "{said:?}");
            let (_, link) = said.body["url"].as_str().unwrap().split_once('#').unwrap();
            let line = line
                .replace("\"link\": \"…\"", &format!("\"link\": \"{link}\""))
                .replace(
                    "\"password\": \"…\"",
                    &format!("\"password\": \"{NEW_PASSWORD}\""),
                );
            terminal.run(&line, "");
            Client::login(host.url(), eve, NEW_PASSWORD).await;
            terminal.run(
                &format!("curl -b jar -X DELETE \"$HOST/api/v1/admin/users/{eves_id}\""),
                "",
            );
        } else if line.starts_with("curl -b jar -X DELETE \"$HOST/api/v1/admin/users/ID\"") {
            // Done with the account's link, which the page tells of afterwards.
        } else if line.starts_with("porthole token add ") {
            terminal
                .site
                .run(&[
                    "user",
                    "grant",
                    "ada@example.com",
                    "tenant-alpha",
                    "--role",
                    "editor",
                ])
                .ok();
            terminal.run(&line, "");
        } else if line.starts_with("porthole token list") {
            let said = terminal.run(&line, "");
            let row = said.lines().find(|row| row.contains("deploy")).unwrap();
            token = row
                .split_whitespace()
                .find(|word| word.len() == 36 && word.matches('-').count() == 4)
                .unwrap_or_else(|| panic!("{said}"))
                .to_owned();
        } else if line.starts_with("porthole token revoke ") {
            terminal.run(&line.replace("ID", &token), "");
        } else if line.contains("/account/tokens\"") {
            let said: Value = serde_json::from_str(&terminal.run(&line, "")).unwrap();
            terminal.token = said["secret"].as_str().unwrap().to_owned();
        } else {
            terminal.run(&line.replace("users/ID", &format!("users/{eves_id}")), "");
        }
    }
    assert!(count > 18, "{count}");
    // What the last lines brought.
    let audit = std::fs::read_to_string(terminal.folder.path().join("audit.csv")).unwrap();
    assert!(
        audit.contains("ada@example.com") && audit.contains(eve),
        "{audit}"
    );
    let published = root.of("tenant-alpha").get("/plugins").await.ok().to_string();
    assert!(published.contains("stamp_aaaa"), "{published}");
}
