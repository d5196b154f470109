//! A host that is killed at any moment starts again, and nothing that it said was done is lost.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use porthole_tests::{Client, Cluster, Site, stamp};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
/// A host is killed so long after the first write at the latest, milliseconds.
const LONGEST: u64 = 700;
/// Every so often it gets more time: publishing takes a compilation, and the configuration is looked at once a second.
const PATIENT: usize = 4;
const LONGER: u64 = 3_000;
/// Every so often it is killed while it starts.
const STARTS: usize = 6;

/// Moments that follow no pattern; the seed is printed, and `PORTHOLE_TEST_SEED` repeats it.
struct Chance(u64);

impl Chance {
    fn new() -> Self {
        let seed = std::env::var("PORTHOLE_TEST_SEED")
            .ok()
            .and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| uuid::Uuid::new_v4().as_u64_pair().0);
        println!("PORTHOLE_TEST_SEED={seed}");
        Self(seed)
    }

    /// SplitMix64.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// What the host said was done.
#[derive(Default, Clone)]
struct Done {
    accounts: BTreeSet<String>,
    /// Who was let in, and whom nobody has begun to shut out again.
    granted: BTreeSet<String>,
    shut_out: BTreeSet<String>,
    switched_off: BTreeSet<String>,
    tokens: BTreeSet<String>,
    revoked: BTreeSet<String>,
    /// By plugin: the versions, the last one answers.
    published: BTreeMap<String, Vec<u32>>,
    /// The last one that was sent, answered or not.
    sent: BTreeMap<String, u32>,
    title: Option<String>,
}

type Ledger = Arc<Mutex<Done>>;

fn has_done(answer: Option<&porthole_tests::Answer>) -> bool {
    answer.is_some_and(|answer| (200..300).contains(&answer.status))
}

/// Makes accounts, lets them in, shuts them out, switches them off, makes and revokes tokens, until the host is gone.
async fn administer(ada: Client, ledger: Ledger, round: usize) {
    for number in 0.. {
        let email = format!("reader-{round}-{number}@example.org");
        let made = ada
            .attempt("POST", "/admin/users", Some(&json!({"email": email})))
            .await;
        if !has_done(made.as_ref()) {
            return;
        }
        let id = made.unwrap().body["user"].as_str().unwrap().to_owned();
        ledger.lock().unwrap().accounts.insert(email.clone());
        let grant = format!("/admin/tenants/one/grants/{email}");
        let granted = ada.attempt("PUT", &grant, Some(&json!({"role": "editor"}))).await;
        if !has_done(granted.as_ref()) {
            return;
        }
        ledger.lock().unwrap().granted.insert(email.clone());
        match number % 3 {
            0 => {
                ledger.lock().unwrap().granted.remove(&email);
                if !has_done(ada.attempt("DELETE", &grant, None).await.as_ref()) {
                    return;
                }
                ledger.lock().unwrap().shut_out.insert(email);
            }
            1 => {
                let off = ada
                    .attempt("POST", &format!("/admin/users/{id}/disable"), None)
                    .await;
                if !has_done(off.as_ref()) {
                    return;
                }
                ledger.lock().unwrap().switched_off.insert(email);
            }
            _ => {
                let wish = json!({"name": "a program", "tenant": "one", "scope": "read", "days": 1});
                let made = ada.attempt("POST", "/account/tokens", Some(&wish)).await;
                if !has_done(made.as_ref()) {
                    return;
                }
                let id = made.unwrap().body["token"]["id"].as_str().unwrap().to_owned();
                let earlier = {
                    let mut done = ledger.lock().unwrap();
                    let earlier = done.tokens.pop_first();
                    done.tokens.insert(id);
                    earlier
                };
                if let Some(earlier) = earlier {
                    let revoked = ada
                        .attempt("DELETE", &format!("/account/tokens/{earlier}"), None)
                        .await;
                    if !has_done(revoked.as_ref()) {
                        return;
                    }
                    ledger.lock().unwrap().revoked.insert(earlier);
                }
            }
        }
    }
}

/// Publishes version after version, until the host is gone.
async fn publish(ada: Client, ledger: Ledger, round: usize) {
    // A plugin has at most fifty versions.
    let suffix = format!("aa{}{}", letter(round / 4 / 26), letter(round / 4 % 26));
    let plugin = format!("stamp_{suffix}");
    loop {
        let major = {
            let mut done = ledger.lock().unwrap();
            let sent = done.sent.entry(plugin.clone()).or_insert(1000);
            *sent += 1;
            *sent
        };
        let answer = ada.attempt_upload("/plugins", stamp::named(&suffix, major)).await;
        if answer
            .as_ref()
            .is_some_and(|answer| answer.body["code"] == "busy")
        {
            continue;
        }
        if !has_done(answer.as_ref()) {
            return;
        }
        ledger
            .lock()
            .unwrap()
            .published
            .entry(plugin.clone())
            .or_default()
            .push(major);
    }
}

fn letter(number: usize) -> char {
    char::from(b'a' + u8::try_from(number).unwrap())
}

fn panel(title: &str) -> String {
    format!(
        "panel:\n  title: {title}\n  type: kpi\n  data_source:\n    table: readings\n    columns:\n      timestamp: at\n      value: value\n"
    )
}

/// Rewrites a panel, which the host reads again and again meanwhile.
async fn configure(site: Arc<Site>, ledger: Ledger, round: usize) {
    for number in 0.. {
        let title = format!("Title {round} {number}");
        site.write_bytes("tenants/one/panels/title.yaml", panel(&title).as_bytes());
        ledger.lock().unwrap().title = Some(title);
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}

/// What a list of the API has under a name, by a key.
fn by<'v>(body: &'v Value, list: &str, key: &str) -> BTreeMap<&'v str, &'v Value> {
    let items = body[list].as_array().unwrap_or_else(|| panic!("{body}"));
    items
        .iter()
        .map(|item| (item[key].as_str().unwrap(), item))
        .collect()
}

/// Everything that was said to be done is done.
async fn holds(ada: &Client, done: &Done) {
    let users = ada.get("/admin/users").await.ok();
    let users = by(&users, "users", "email");
    for email in &done.accounts {
        assert!(users.contains_key(email.as_str()), "{email} is lost");
    }
    for email in &done.switched_off {
        assert_eq!(users[email.as_str()]["disabled"], true, "{email} is on again");
    }
    let grants = ada.get("/admin/tenants/one/grants").await.ok();
    let grants = by(&grants, "grants", "email");
    for email in &done.granted {
        assert_eq!(
            grants.get(email.as_str()).map(|grant| &grant["role"]),
            Some(&json!("editor")),
            "{email}"
        );
    }
    for email in &done.shut_out {
        assert!(!grants.contains_key(email.as_str()), "{email} is in again");
    }
    let tokens = ada.get("/account/tokens").await.ok();
    let tokens = by(&tokens, "tokens", "id");
    for id in &done.tokens {
        assert!(tokens.contains_key(id.as_str()), "token {id} is lost");
    }
    for id in &done.revoked {
        // The list ends somewhere; what is on it is revoked.
        assert!(
            tokens
                .get(id.as_str())
                .is_none_or(|token| !token["revoked_at"].is_null()),
            "token {id}"
        );
    }
    for (plugin, versions) in &done.published {
        let shown = ada.get(&format!("/plugins/{plugin}")).await.ok();
        let there: Vec<&str> = shown["versions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|version| version["version"].as_str().unwrap())
            .collect();
        for version in versions {
            assert!(
                there.contains(&format!("{version}.0.0").as_str()),
                "{plugin} {version} is lost: {there:?}"
            );
        }
        let active = shown["versions"]
            .as_array()
            .unwrap()
            .iter()
            .find(|version| version["active"] == true);
        let active = active.unwrap_or_else(|| panic!("no version of {plugin} answers: {shown}"));
        let active: u32 = active["version"]
            .as_str()
            .unwrap()
            .split('.')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        let (last, sent) = (*versions.last().unwrap(), done.sent[plugin]);
        assert!(
            (last..=sent).contains(&active),
            "{plugin}: {active} answers, {last} was said to"
        );
    }
    if let Some(title) = &done.title {
        let board = ada.get("/dashboards/default").await.ok();
        assert_eq!(board["panels"][0]["title"], json!(title));
    }
}

async fn killed_again_and_again(site: Site, rounds: usize) {
    let mut chance = Chance::new();
    let site = Arc::new(site.with("PORTHOLE_RELOAD", "1s"));
    site.tenant("one", "sqlite:one.sqlite");
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - id: title\n      config_file: panels/title.yaml\n",
    );
    site.write("tenants/one/panels/title.yaml", &panel("Title"));
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let ledger = Ledger::default();
    // One session for all hosts: it is among what must not be lost.
    let mut session: Option<Client> = None;
    for round in 0..rounds {
        let mut host = site.serve().await;
        let ada = match &session {
            Some(ada) => ada.at(host.url()),
            None => Client::login(host.url(), "ada@example.org", PASSWORD)
                .await
                .of("one"),
        };
        let done = ledger.lock().unwrap().clone();
        holds(&ada, &done).await;
        let writers = [
            tokio::spawn(administer(ada.clone(), Arc::clone(&ledger), round)),
            tokio::spawn(publish(ada.clone(), Arc::clone(&ledger), round)),
            tokio::spawn(configure(Arc::clone(&site), Arc::clone(&ledger), round)),
        ];
        let longest = if round % PATIENT == 1 { LONGER } else { LONGEST };
        tokio::time::sleep(Duration::from_millis(chance.below(longest))).await;
        host.kill();
        let [administers, publishes, configures] = writers;
        // A panic of theirs is a failure of the test.
        administers.await.unwrap();
        publishes.await.unwrap();
        configures.abort();
        let _ = configures.await;
        if round % STARTS == 0 {
            site.serve_and_kill(Duration::from_millis(chance.below(LONGEST)))
                .await;
        }
        session = Some(ada);
    }
    let host = site.serve().await;
    let ada = session.unwrap().at(host.url());
    let done = ledger.lock().unwrap().clone();
    holds(&ada, &done).await;
    let (accounts, versions) = (
        done.accounts.len(),
        done.published.values().map(Vec::len).sum::<usize>(),
    );
    println!("{accounts} accounts and {versions} versions after {rounds} kills");
    assert!(
        accounts > rounds && versions > rounds / 10,
        "this is too little to mean something"
    );
    // Whatever was done stands in the audit log.
    let (status, _, lines) = ada.bytes("/api/v1/admin/audit?format=ndjson").await;
    assert_eq!(status, 200);
    let mut logged: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in String::from_utf8(lines).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        if let (Some(action), Some(target)) = (line["action"].as_str(), line["target"].as_str()) {
            logged
                .entry(action.to_owned())
                .or_default()
                .insert(target.to_owned());
        }
    }
    for (action, targets) in [
        ("user_created", &done.accounts),
        ("grant", &done.granted),
        ("revoke", &done.shut_out),
        ("user_disabled", &done.switched_off),
    ] {
        let missing: Vec<_> = targets
            .iter()
            .filter(|target| !logged.get(action).is_some_and(|all| all.contains(*target)))
            .collect();
        assert!(missing.is_empty(), "{action}: {missing:?}");
    }
    // The host still draws, and the whole of its database can be read.
    assert_eq!(ada.panel("title", RANGE, &[]).await.body["code"], "database_down");
    let backup = site.data().join("backup");
    site.run(&["backup", backup.to_str().unwrap()]).ok();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_on_sqlite_that_is_killed_fifty_times_loses_nothing_it_said_was_done() {
    killed_again_and_again(Site::new(), 50).await;
}

#[tokio::test]
async fn a_host_on_postgresql_that_is_killed_ten_times_loses_nothing_it_said_was_done() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    killed_again_and_again(site, 10).await;
}
