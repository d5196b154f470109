//! A plugin is swapped a hundred times while a hundred readers ask: nobody is refused, and nothing is left over.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use porthole_tests::{Client, Site, stamp};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const READERS: usize = 100;
const SWAPS: usize = 100;
/// The swaps after which memory is looked at for the first time: by then the host has grown to what it needs.
const WARM: usize = 20;
/// How much more a host may hold after the other swaps. One version that stays behind is about half a MiB of code, so
/// that eighty of them would be forty.
const GROWTH_KIB: u64 = 16 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_swaps_under_a_hundred_readers_fail_no_request_and_leave_no_memory_behind() {
    let site = Site::new();
    site.write(
        "tenants/one/tenant.yaml",
        "tenant:\n  name: One\n  database:\n    url: \"sqlite:one.sqlite\"\n  limits:\n    wall: 30s\n",
    );
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - id: stamp\n      config_file: panels/stamp.yaml\n",
    );
    site.write(
        "tenants/one/panels/stamp.yaml",
        "panel:\n  type: stamp_aaaa\n  title: Stamp\n  refresh_interval: 1\n",
    );
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    for major in [1001, 1002] {
        let published = ada.upload("/plugins", stamp::version(major), None).await;
        assert_eq!(published.status, 201, "{}", published.body);
    }

    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (1..=READERS)
        .map(|reader| {
            let (ada, is_over) = (ada.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut seen: BTreeMap<String, usize> = BTreeMap::new();
                let own = reader.to_string();
                while !is_over.load(Ordering::Relaxed) {
                    // Questions of their own, so that each is a call and none is answered by another's.
                    let answer = ada
                        .panel("stamp", RANGE, &[("fresh", "true"), ("max_points", &own)])
                        .await;
                    assert_eq!(answer.status, 200, "{}", answer.body);
                    let view = &answer.body["view"]["value"];
                    // The answer is of one version from start to end.
                    let version = answer.body["usage"]["version"].as_str().unwrap().to_owned();
                    assert_eq!(format!("{}.0.0", view.as_f64().unwrap()), version);
                    *seen.entry(version).or_default() += 1;
                }
                seen
            })
        })
        .collect();

    let mut warm = 0;
    for swap in 0..SWAPS {
        let version = if swap % 2 == 0 { "1001.0.0" } else { "1002.0.0" };
        let path = format!("/plugins/stamp_aaaa/versions/{version}/activate");
        assert_eq!(ada.call(&path).await.ok()["version"], version);
        if swap == WARM {
            warm = host.memory_kib();
        }
    }
    let after = host.memory_kib();
    is_over.store(true, Ordering::Relaxed);
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for reader in readers {
        for (version, times) in reader.await.unwrap() {
            *seen.entry(version).or_default() += times;
        }
    }
    println!(
        "{SWAPS} swaps under {READERS} readers: answers by version {seen:?}; memory {warm} KiB, then {after} KiB"
    );
    assert_eq!(seen.len(), 2, "both versions answered: {seen:?}");
    assert!(
        after < warm + GROWTH_KIB,
        "the host grew from {warm} KiB to {after} KiB"
    );
}
