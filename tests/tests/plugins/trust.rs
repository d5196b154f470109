//! Which plugins may run: locks, signatures, and a tenant's file that nobody can read.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_lets_nothing_else_run_and_says_both_hashes() {
    let (site, _host, ada) = one_tenant().await;
    assert_eq!(
        ada.upload("/plugins", stamp::version(1001), None).await.status,
        201
    );
    site.run(&["plugin", "lock", "--tenant", "one"]).ok();
    let lock = std::fs::read_to_string(site.config().join("tenants/one/plugins.lock")).unwrap();
    assert!(
        lock.contains("stamp_aaaa:") && lock.contains("\"1001.0.0\""),
        "{lock}"
    );
    // What is only kept needs no pin.
    let kept = ada
        .upload("/plugins?activate=false", stamp::version(1002), None)
        .await;
    assert_eq!(kept.status, 201, "{}", kept.body);
    let next = "/plugins/stamp_aaaa/versions/1002.0.0/activate";
    let refused = follows(async || {
        let answer = ada.call(next).await;
        if answer.status == 200 {
            ada.call("/plugins/stamp_aaaa/rollback").await.ok();
            return None;
        }
        Some(answer.problem(422, "plugin_refused"))
    })
    .await;
    let pinned = lock.split("sha256: \"").nth(1).unwrap().get(..64).unwrap();
    let detail = refused["detail"].as_str().unwrap();
    let hashes = detail
        .split(|c: char| !c.is_ascii_hexdigit())
        .filter(|word| word.len() == 64);
    let hashes: Vec<_> = hashes.collect();
    assert!(hashes.len() == 2 && hashes.contains(&pinned), "{detail}");
    assert_eq!(
        value(&shown(&ada, "stamp").await),
        &json!(1001.0),
        "what is pinned runs on"
    );
    // With a second pin, the next version is let in, and the last one back again.
    site.run(&["plugin", "lock", "--all-versions", "--tenant", "one"])
        .ok();
    follows(async || (ada.call(next).await.status == 200).then_some(())).await;
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1002.0));
    ada.call("/plugins/stamp_aaaa/rollback").await.ok();
    assert_eq!(value(&shown(&ada, "stamp").await), &json!(1001.0));
    // Another hash in the lock stops what runs.
    site.write("tenants/one/plugins.lock", &lock.replace(pinned, &"0".repeat(64)));
    until(&ada, "stamp", |answer| answer.status == 422).await;
    // Faults of the lock are told with their place, and stop everything.
    site.write(
        "tenants/one/plugins.lock",
        "plugins:\n  stamp_aaaa: {sha256: abc}\n",
    );
    let faults = site.run(&["validate"]).failed();
    assert!(faults.contains("tenants/one/plugins.lock:2:"), "{faults}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_a_tenants_file_is_faulty_no_new_plugin_is_let_in_and_everybody_is_told() {
    let (site, host, ada) = one_tenant().await;
    site.write_bytes("tenants/one/plugins/stamp.wasm", &stamp::version(1001));
    until(&ada, "stamp", |answer| answer.status == 200).await;
    let sound = std::fs::read_to_string(site.config().join("tenants/one/tenant.yaml")).unwrap();
    site.write(
        "tenants/one/tenant.yaml",
        &format!("{sound}  plugins:\n    require_signatures: true\n"),
    );
    site.write_bytes("tenants/one/plugins/other.wasm", &stamp::named("bbbb", 1001));
    site.write_bytes("tenants/one/plugins/UPPER.WASM", b"x");
    let listed = follows(async || {
        let listed = ada.get("/plugins").await.ok();
        (listed["plugins"].as_array().unwrap().len() == 2).then_some(listed)
    })
    .await;
    assert_eq!(listed["plugins"][0]["name"], "other");
    assert_eq!(listed["plugins"][0]["state"]["is"], "refused", "{listed}");
    let reason = listed["plugins"][0]["state"]["reason"].as_str().unwrap();
    assert!(reason.contains("tenant.yaml has faults"), "{reason}");
    let notices = listed["notices"].to_string();
    assert!(
        notices.contains("tenants/one/tenant.yaml:6:") && notices.contains("UPPER.WASM"),
        "{notices}"
    );
    let refused = ada.upload("/plugins", stamp::version(1002), None).await;
    refused.problem(422, "plugin_refused");
    assert_eq!(
        value(&shown(&ada, "stamp").await),
        &json!(1001.0),
        "what runs goes on"
    );
    assert!(host.log().contains("no new plugin is let in"), "{}", host.log());
    let said = site.run(&["validate"]).failed();
    assert!(
        said.contains("its plugins not loaded") && said.contains("UPPER.WASM"),
        "{said}"
    );
    // Taking a file away is followed all the same.
    std::fs::remove_file(site.config().join("tenants/one/plugins/stamp.wasm")).unwrap();
    until(&ada, "stamp", |answer| answer.status == 422).await;
    site.write("tenants/one/tenant.yaml", &sound);
    let listed = follows(async || {
        let listed = ada.get("/plugins").await.ok();
        (listed["plugins"][0]["state"]["is"] == "active").then_some(listed)
    })
    .await;
    assert_eq!(listed["notices"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_signatures_are_required_an_unsigned_or_wrongly_signed_plugin_does_not_run() {
    let site = Site::new();
    let folder = site.data();
    let path = |name: &str| folder.join(name).to_str().unwrap().to_owned();
    for name in ["ours", "theirs"] {
        site.run(&["plugin", "keygen", &path(name), "--no-password"]).ok();
    }
    let public = std::fs::read_to_string(folder.join("ours.pub")).unwrap();
    let key = public.lines().nth(1).unwrap();
    tenant(
        &site,
        "one",
        &format!("  plugins:\n    require_signature: true\n    keys: [\"{key}\"]\n"),
        &[STAMP],
    );
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    let publish = |expected: &str| {
        let said = site
            .run(&["plugin", "publish", &path("stamp.wasm"), "--tenant", "one"])
            .failed();
        assert!(said.contains(expected), "{said}");
    };
    std::fs::write(path("stamp.wasm"), stamp::version(1001)).unwrap();
    publish("it is not signed");
    ada.upload("/plugins", stamp::version(1001), None)
        .await
        .problem(422, "plugin_refused");
    site.run(&[
        "plugin",
        "sign",
        &path("stamp.wasm"),
        "--key",
        &path("theirs.key"),
    ])
    .ok();
    publish("does not fit");
    site.run(&["plugin", "sign", &path("stamp.wasm"), "--key", &path("ours.key")])
        .ok();
    // The signature is of other bytes.
    std::fs::write(path("stamp.wasm"), stamp::version(1002)).unwrap();
    publish("does not fit");
    std::fs::write(path("stamp.wasm"), stamp::version(1001)).unwrap();
    let said = site
        .run(&["plugin", "publish", &path("stamp.wasm"), "--tenant", "one"])
        .ok();
    assert!(said.contains(&format!("signed by {key}")), "{said}");
    until(&ada, "stamp", |answer| value(answer) == &json!(1001.0)).await;
    assert_eq!(ada.get("/plugins/stamp_aaaa").await.ok()["signed_by"], key);
    // As files, too.
    site.write_bytes("tenants/one/plugins/other.wasm", &stamp::named("bbbb", 1001));
    let deadline = Instant::now() + SOON;
    loop {
        let listed = ada.get("/plugins/other").await;
        if listed.status == 200 && listed.body["state"]["is"] == "refused" {
            assert!(
                listed.body["state"]["reason"]
                    .as_str()
                    .unwrap()
                    .contains("not signed"),
                "{}",
                listed.body
            );
            break;
        }
        assert!(Instant::now() < deadline, "{}", listed.body);
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
