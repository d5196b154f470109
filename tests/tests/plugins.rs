//! A tenant ships a panel: over the API, over the command line, as a file; it runs at once, and for nobody else.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "plugins/trust.rs"]
mod trust;

use std::time::{Duration, Instant};

use porthole_tests::{Answer, Client, Cluster, Host, Site, stamp};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
/// Other hosts and the watcher of files promise to follow within five seconds; the rest is for a busy machine.
const SOON: Duration = Duration::from_secs(15);

/// Adds a tenant with one panel for each of these: id and the lines below `title:`.
fn tenant(site: &Site, id: &str, more: &str, panels: &[(&str, &str)]) {
    site.write(
        &format!("tenants/{id}/tenant.yaml"),
        &format!("tenant:\n  name: \"{id}\"\n  database:\n    url: \"sqlite:{id}.sqlite\"\n{more}"),
    );
    let placed: String = panels
        .iter()
        .map(|(panel, _)| format!("    - id: {panel}\n      config_file: panels/{panel}.yaml\n"))
        .collect();
    let dashboard = format!("dashboard:\n  name: Board\n  panels:\n{placed}");
    site.write(&format!("tenants/{id}/dashboards/default.yaml"), &dashboard);
    for (panel, lines) in panels {
        let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
        site.write(
            &format!("tenants/{id}/panels/{panel}.yaml"),
            &format!("panel:\n  title: Stamp\n  refresh_interval: 1\n{lines}"),
        );
    }
}

const STAMP: (&str, &str) = ("stamp", "type: stamp_aaaa");

/// One tenant with a panel of the stamp's type, and its administrator.
async fn one_tenant() -> (Site, Host, Client) {
    let site = Site::new();
    tenant(&site, "one", "", &[STAMP]);
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    (site, host, ada)
}

async fn shown(client: &Client, panel: &str) -> Answer {
    client.panel(panel, RANGE, &[("fresh", "true")]).await
}

/// Asks until the answer is as wished.
async fn until(client: &Client, panel: &str, wished: impl Fn(&Answer) -> bool) -> Answer {
    let deadline = Instant::now() + SOON;
    loop {
        let answer = shown(client, panel).await;
        if wished(&answer) {
            return answer;
        }
        assert!(Instant::now() < deadline, "{panel}: {}", answer.body);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Asks until there is an answer, since a host follows files at its own pace.
async fn follows<T>(mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + SOON;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "the host has not followed");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn value(answer: &Answer) -> &Value {
    &answer.body["view"]["value"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_plugin_runs_at_once_is_switched_rolled_back_and_removed() {
    let (_site, _host, ada) = one_tenant().await;
    let before = shown(&ada, "stamp").await.problem(422, "panel_configuration");
    assert!(
        before["diagnostics"][0]["message"]
            .as_str()
            .unwrap()
            .contains("stamp_aaaa"),
        "{before}"
    );

    let published = ada.upload("/plugins", stamp::version(1001), None).await;
    assert_eq!(published.status, 201, "{}", published.body);
    assert_eq!(published.body["name"], "stamp_aaaa");
    assert_eq!(published.body["version"], "1001.0.0");
    assert_eq!(published.body["active"], true);
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1001.0));

    ada.upload("/plugins", stamp::version(1002), None).await;
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1002.0));
    let kept = ada
        .upload("/plugins?activate=false", stamp::version(1003), None)
        .await;
    assert_eq!(kept.body["active"], false);
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1002.0));

    let back = ada.call("/plugins/stamp_aaaa/rollback").await.ok();
    assert_eq!(back["version"], "1001.0.0");
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1001.0));
    ada.call("/plugins/stamp_aaaa/versions/1003.0.0/activate")
        .await
        .ok();
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1003.0));
    ada.call("/plugins/stamp_aaaa/versions/1009.0.0/activate")
        .await
        .problem(404, "not_found");

    let listed = ada.get("/plugins/stamp_aaaa").await.ok();
    let versions: Vec<_> = listed["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|version| &version["version"])
        .collect();
    assert_eq!(versions, ["1003.0.0", "1002.0.0", "1001.0.0"]);
    assert_eq!(listed["state"]["is"], "active");
    assert!(listed["totals"]["calls"].as_u64().unwrap() >= 4, "{listed}");

    ada.delete("/plugins/stamp_aaaa/versions/1003.0.0")
        .await
        .problem(409, "plugin_clash");
    assert_eq!(
        ada.delete("/plugins/stamp_aaaa/versions/1001.0.0").await.status,
        204
    );
    assert_eq!(ada.delete("/plugins/stamp_aaaa").await.status, 204);
    shown(&ada, "stamp").await.problem(422, "panel_configuration");
    assert_eq!(ada.get("/plugins").await.ok()["plugins"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_plugin_is_refused_with_the_reason_and_nothing_is_kept() {
    let (_site, _host, ada) = one_tenant().await;
    for (bytes, reason) in [
        (b"hello".to_vec(), "does not begin like WebAssembly"),
        (b"\0asm\x01\0\0\0".to_vec(), "core module"),
        (
            stamp::version(1001)[..5_000].to_vec(),
            "not a WebAssembly component",
        ),
    ] {
        let refused = ada
            .upload("/plugins", bytes, None)
            .await
            .problem(422, "plugin_refused");
        assert!(refused["detail"].as_str().unwrap().contains(reason), "{refused}");
    }
    assert_eq!(ada.get("/plugins").await.ok()["plugins"], json!([]));

    ada.upload("/plugins", stamp::version(1001), None).await;
    // The same version with other bytes.
    let mut other = stamp::version(1001);
    let place = other.windows(7).position(|window| window == b"a stamp").unwrap();
    other[place] = b'A';
    let clash = ada
        .upload("/plugins", other, None)
        .await
        .problem(409, "plugin_clash");
    assert!(
        clash["detail"]
            .as_str()
            .unwrap()
            .contains("raise the plugin's version"),
        "{clash}"
    );
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1001.0));
    // The same bytes again change nothing and are no error.
    assert_eq!(
        ada.upload("/plugins", stamp::version(1001), None).await.status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_beyond_the_tenants_limit_is_not_read_to_its_end() {
    let site = Site::new();
    tenant(&site, "one", "  limits:\n    plugin: 10KiB\n", &[STAMP]);
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    let refused = ada
        .upload("/plugins", stamp::version(1001), None)
        .await
        .problem(413, "invalid_body");
    assert!(
        refused["detail"].as_str().unwrap().contains("10240 bytes"),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_with_a_grant_see_or_change_a_tenants_plugins() {
    let site = Site::new();
    tenant(&site, "one", "", &[STAMP]);
    tenant(&site, "two", "", &[STAMP]);
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    site.add_admin("bob@example.org", PASSWORD, &["two"]);
    site.add_user("eve@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let login = |email: &'static str| Client::login(host.url(), email, PASSWORD);
    let (ada, bob, eve) = (
        login("ada@example.org").await,
        login("bob@example.org").await,
        login("eve@example.org").await,
    );
    assert_eq!(
        ada.of("one")
            .upload("/plugins", stamp::version(1001), None)
            .await
            .status,
        201
    );

    let eve = eve.of("one");
    assert_eq!(
        value(&shown(&eve, "stamp").await),
        &json!(1001.0),
        "who has a grant may look at panels"
    );
    for answer in [
        eve.get("/plugins").await,
        eve.get("/plugins/stamp_aaaa").await,
        eve.get("/plugins/stamp_aaaa/logs").await,
        eve.upload("/plugins", stamp::version(1002), None).await,
        eve.call("/plugins/stamp_aaaa/rollback").await,
        eve.delete("/plugins/stamp_aaaa").await,
    ] {
        answer.problem(403, "forbidden");
    }
    for answer in [
        bob.of("one").get("/plugins").await,
        bob.of("one").upload("/plugins", stamp::version(1002), None).await,
        bob.of("one").delete("/plugins/stamp_aaaa").await,
        bob.of("two").get("/plugins/stamp_aaaa").await,
        bob.of("two").get("/plugins/stamp_aaaa/logs").await,
        bob.of("two").call("/plugins/stamp_aaaa/rollback").await,
    ] {
        answer.problem(404, "not_found");
    }
    // Another tenant's type does not exist here.
    shown(&bob.of("two"), "stamp")
        .await
        .problem(422, "panel_configuration");
    let nobody = Client::anonymous(host.url()).of("one");
    nobody.get("/plugins").await.problem(401, "not_logged_in");
    nobody
        .upload("/plugins", stamp::version(1002), None)
        .await
        .problem(401, "not_logged_in");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_the_tenants_folder_is_a_plugin_and_is_followed() {
    let (site, _host, ada) = one_tenant().await;
    site.write_bytes("tenants/one/plugins/stamp.wasm", &stamp::version(2001));
    until(&ada, "stamp", |answer| value(answer) == &json!(2001.0)).await;
    site.write_bytes("tenants/one/plugins/stamp.wasm", &stamp::version(2002));
    until(&ada, "stamp", |answer| value(answer) == &json!(2002.0)).await;
    let listed = ada.get("/plugins/stamp_aaaa").await.ok();
    assert_eq!(listed["source"], "folder");
    // What is in the folder is not overruled.
    let clash = ada
        .upload("/plugins", stamp::version(2003), None)
        .await
        .problem(409, "plugin_clash");
    assert!(
        clash["detail"]
            .as_str()
            .unwrap()
            .contains("tenants/one/plugins/stamp.wasm"),
        "{clash}"
    );
    // A file that is none is told, in the list and in the panel.
    site.write_bytes("tenants/one/plugins/stamp.wasm", b"hello");
    let broken = until(&ada, "stamp", |answer| answer.status == 422).await;
    assert!(
        broken.body["diagnostics"][0]["help"]
            .as_str()
            .unwrap()
            .contains("tenants/one/plugins/stamp.wasm"),
        "{}",
        broken.body
    );
    let listed = ada.get("/plugins/stamp").await.ok();
    assert_eq!(listed["state"]["is"], "refused");
    std::fs::remove_file(site.config().join("tenants/one/plugins/stamp.wasm")).unwrap();
    let gone = until(&ada, "stamp", |answer| {
        answer.body["diagnostics"][0]["help"]
            .as_str()
            .is_some_and(|help| !help.contains("stamp.wasm"))
    })
    .await;
    gone.problem(422, "panel_configuration");
    assert_eq!(
        ada.upload("/plugins", stamp::version(2003), None).await.status,
        201
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_publishes_into_a_running_host_and_a_restart_keeps_it() {
    let (site, host, ada) = one_tenant().await;
    let file = site.data().join("stamp.wasm");
    std::fs::write(&file, stamp::version(3001)).unwrap();
    let file = file.to_str().unwrap();
    let said = site.run(&["plugin", "publish", file, "--tenant", "one"]).ok();
    assert!(
        said.contains("stamp_aaaa 3001.0.0 is published for one and answers now"),
        "{said}"
    );
    until(&ada, "stamp", |answer| value(answer) == &json!(3001.0)).await;
    let listed = site.run(&["plugin", "list", "--tenant", "one"]).ok();
    assert!(
        listed.contains("stamp_aaaa") && listed.contains("* 3001.0.0"),
        "{listed}"
    );
    let logged = site
        .run(&["plugin", "logs", "stamp_aaaa", "--tenant", "one"])
        .ok();
    assert!(logged.contains("this is 3001.0.0"), "{logged}");
    drop(host);
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(3001.0));
    // Over the network, as somebody without the host's files.
    std::fs::write(file, stamp::version(3002)).unwrap();
    let remote = [
        "--tenant",
        "one",
        "--server",
        host.url(),
        "--email",
        "ada@example.org",
    ];
    let run =
        |first: &[&str]| site.run_with(&[("PORTHOLE_PASSWORD", PASSWORD)], &[first, &remote[..]].concat());
    run(&["plugin", "publish", file]).ok();
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(3002.0));
    assert!(
        run(&["plugin", "rollback", "stamp_aaaa"])
            .ok()
            .contains("3001.0.0 answers again")
    );
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(3001.0));
    assert!(
        run(&["plugin", "logs", "stamp_aaaa"])
            .ok()
            .contains("this is 3002.0.0")
    );
    assert!(
        run(&["plugin", "activate", "stamp_aaaa", "9999.0.0"])
            .failed()
            .contains("not_found")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_to_a_plugin_is_refused_with_the_reason() {
    let (site, _host, ada) = one_tenant().await;
    let detail = |problem: Value| problem["detail"].as_str().unwrap().to_owned();
    ada.upload("/plugins", stamp::version(1001), None).await;
    let deactivate = "/plugins/stamp_aaaa/deactivate";
    ada.call(deactivate).await.ok();
    let again = ada.call(deactivate).await.problem(409, "plugin_clash");
    assert!(detail(again).contains("deactivated already"));
    ada.call("/plugins/nobody/deactivate")
        .await
        .problem(404, "not_found");
    site.write_bytes("tenants/one/plugins/other.wasm", &stamp::named("bbbb", 1001));
    follows(async || (ada.get("/plugins/stamp_bbbb").await.status == 200).then_some(())).await;
    for answer in [
        ada.call("/plugins/stamp_bbbb/deactivate").await,
        ada.call("/plugins/stamp_bbbb/rollback").await,
        ada.delete("/plugins/stamp_bbbb").await,
    ] {
        let said = detail(answer.problem(409, "plugin_clash"));
        assert!(said.contains("tenants/one/plugins/other.wasm"), "{said}");
    }
    let said = site
        .run(&["plugin", "logs", "nobody", "--tenant", "one"])
        .failed();
    assert!(
        said.contains("has no plugin `nobody`") && said.contains("stamp_aaaa"),
        "{said}"
    );
    for known in ["stamp_aaaa", "timeseries"] {
        site.run(&["plugin", "logs", known, "--tenant", "one"]).ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_that_show_only_where_a_panel_meets_its_template_are_counted_and_logged() {
    let (site, host, ada) = one_tenant().await;
    let board = "dashboard:\n  name: Board\n  panels:\n    - {id: text, config_file: panels/text.yaml}\n";
    let panel = "panel:\n  title: Text\n  type: custom_template\n  endpoint: /api/v1/custom/none\n  template: \"{{ 1 \"\n";
    site.write("tenants/one/panels/text.yaml", panel);
    site.write("tenants/one/dashboards/default.yaml", board);
    until(&ada, "text", |answer| answer.status == 422).await;
    let logged = follows(async || {
        let log = host.log();
        log.contains("configuration reloaded").then_some(log)
    })
    .await;
    assert!(
        !logged.contains("faults=0") && logged.contains("panels/text.yaml:5:"),
        "{logged}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn replicas_over_one_postgresql_follow_each_other_within_five_seconds() {
    let cluster = Cluster::start();
    let central = cluster.create_database("central");
    let site = || Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &central);
    let (first, second) = (site(), site());
    for site in [&first, &second] {
        tenant(site, "one", "", &[STAMP]);
    }
    first.add_admin("ada@example.org", PASSWORD, &["one"]);
    let (here, there) = (first.serve().await, second.serve().await);
    let here = Client::login(here.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    let there = Client::login(there.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    for major in [1001, 1002] {
        assert_eq!(
            here.upload("/plugins", stamp::version(major), None).await.status,
            201
        );
        let published = Instant::now();
        let listed = there.get("/plugins/stamp_aaaa").await.ok();
        assert!(
            listed["title"] != "" && listed["state"]["is"] != "inactive",
            "{listed}"
        );
        until(&there, "stamp", |answer| {
            value(answer) == &json!(f64::from(major))
        })
        .await;
        println!("the other host followed after {:?}", published.elapsed());
        // Also what this host has not heard of until now is never called inactive, or nameless.
        let listed = there.get("/plugins/stamp_aaaa").await.ok();
        assert_ne!(listed["title"], "", "{listed}");
    }
    here.call("/plugins/stamp_aaaa/rollback").await.ok();
    until(&there, "stamp", |answer| value(answer) == &json!(1001.0)).await;
}
