//! Several replicas, one of which is set up wrongly, or one tenant of which is in trouble: the others go on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use porthole_tests::{Client, Cluster, Nginx, Site};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const DASHBOARD: &str =
    "dashboard:\n  name: Load\n  panels:\n    - id: load\n      config_file: panels/load.yaml\n";
const PANEL: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      \
                     timestamp: timestamp\n      value: value\n";
const TABLE: &str = "panel:\n  type: table\n  title: Events\n  data_source:\n    table: events\n    columns:\n      \
                     - {name: timestamp, format: datetime}\n      - note\n      - n\n";
/// Longer than anybody who has rights remembers them without looking.
const OTHERS_KNOW: Duration = Duration::from_secs(1);

fn board(site: &Site, tenant: &str, database: &str) {
    site.tenant(tenant, database);
    site.write(&format!("tenants/{tenant}/dashboards/default.yaml"), DASHBOARD);
    site.write(&format!("tenants/{tenant}/panels/load.yaml"), PANEL);
}

/// The tenants that somebody is told they may see.
async fn tenants(client: &Client) -> Vec<String> {
    let me = client.get("/auth/me").await.ok();
    let ids = me["tenants"].as_array().unwrap().iter();
    ids.map(|tenant| tenant["id"].as_str().unwrap().to_owned())
        .collect()
}

fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-r")
        .args([from, to])
        .status();
    assert!(copied.unwrap().success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_was_set_up_without_tenants_takes_them_from_no_other() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    board(&site, "one", "sqlite:tenants/one.sqlite");
    board(&site, "two", "sqlite:tenants/two.sqlite");
    site.add_user("ops@example.org", PASSWORD, &["one", "two"]);
    let healthy = site.serve_replica(1).await;
    let ops = Client::login(healthy.url(), "ops@example.org", PASSWORD).await;

    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir_all(empty.join("tenants")).unwrap();
    let (unknown_key, without_secret) = (folder.path().join("unknown"), folder.path().join("secret"));
    for (to, tenant_yaml) in [
        (
            &unknown_key,
            "tenant:\n  name: two\n  database:\n    url: \"sqlite:tenants/two.sqlite\"\nsurprise: true\n",
        ),
        (
            &without_secret,
            "tenant:\n  name: two\n  database:\n    url: \"${NOBODY_HAS_SET_THIS}\"\n",
        ),
    ] {
        copy(&site.config(), to);
        std::fs::write(to.join("tenants/two/tenant.yaml"), tenant_yaml).unwrap();
    }
    for (number, (config, here)) in [
        (&empty, &[][..]),
        (&unknown_key, &["one"]),
        (&without_secret, &["one"]),
    ]
    .into_iter()
    .enumerate()
    {
        let own = [("PORTHOLE_CONFIG_DIR", config.to_str().unwrap())];
        let faulty = site.serve_replica_with(number + 2, &own).await;
        // To this one the others do not exist, and its log says so.
        let direct = ops.at(faulty.url());
        assert_eq!(tenants(&direct).await, here);
        direct
            .of("two")
            .get("/dashboards/default")
            .await
            .problem(404, "not_found");
        let said = if here.is_empty() {
            "has no tenant"
        } else {
            "left out"
        };
        assert!(faulty.log().contains(said), "{}", faulty.log());
        // The healthy one has noticed nothing.
        let until = Instant::now() + OTHERS_KNOW;
        while Instant::now() < until {
            assert_eq!(tenants(&ops).await, ["one", "two"]);
            for tenant in ["one", "two"] {
                ops.of(tenant).get("/dashboards/default").await.ok();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
    // What people see of it on the machine of the one and of the other.
    let listed = site.run(&["tenant", "list"]).ok();
    assert!(!listed.contains("not configured"), "{listed}");
    let there = [("PORTHOLE_CONFIG_DIR", empty.to_str().unwrap())];
    let listed = site.run_with(&there, &["tenant", "list"]).ok();
    assert_eq!(listed.matches("(not configured").count(), 2, "{listed}");
    assert!(listed.contains("1 may see it when it is back"), "{listed}");
    let listed = site.run_with(&there, &["user", "list"]).ok();
    assert!(listed.contains("one (viewer, not configured)"), "{listed}");
    let listed = site.run(&["user", "list"]).ok();
    assert!(listed.contains("one (viewer), two (viewer)"), "{listed}");
    let said = site.run_with(&there, &["validate"]);
    assert_eq!(said.code, Some(0));
    assert!(said.stderr.contains("has no tenant"), "{said:?}");
}

#[tokio::test]
async fn the_log_names_each_tenant_that_a_reload_takes_away_and_says_when_none_is_left() {
    let site = Site::new().with("PORTHOLE_RELOAD", "1s");
    board(&site, "one", "sqlite:tenants/one.sqlite");
    board(&site, "two", "sqlite:tenants/two.sqlite");
    site.add_user("ops@example.org", PASSWORD, &["one", "two"]);
    let mut host = site.serve().await;
    let ops = Client::login(host.url(), "ops@example.org", PASSWORD).await;
    let log = host.log();
    assert!(!log.contains("no longer in the configuration"), "{log}");

    std::fs::remove_dir_all(site.config().join("tenants/two")).unwrap();
    host.says("no longer in the configuration").await;
    let log = host.log();
    let line = log
        .lines()
        .find(|line| line.contains("no longer in the configuration"))
        .unwrap();
    assert!(line.contains("WARN") && line.contains("two"), "{line}");
    assert_eq!(tenants(&ops).await, ["one"]);
    assert!(!log.contains("has no tenant"), "{log}");

    std::fs::remove_dir_all(site.config().join("tenants/one")).unwrap();
    host.says("has no tenant").await;
    assert_eq!(tenants(&ops).await, Vec::<String>::new());

    // Back, with what was granted.
    board(&site, "two", "sqlite:tenants/two.sqlite");
    let deadline = Instant::now() + Duration::from_secs(30);
    while tenants(&ops).await != ["two"] {
        assert!(Instant::now() < deadline, "{}", host.log());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_tenants_503_shuts_no_replica_to_the_others() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    board(
        &site,
        "down",
        "postgres://porthole:not-a-secret@127.0.0.1:1/absent",
    );
    board(&site, "steady", &cluster.create_database("steady"));
    cluster.sql(
        "steady",
        "CREATE TABLE readings (timestamp timestamptz, value float8); \
         INSERT INTO readings SELECT timestamptz '2026-01-01T00:00:00Z' + n * interval '1 minute', n FROM generate_series(1, 200) AS n",
    );
    site.add_user("ops@example.org", PASSWORD, &["down", "steady"]);
    let (mut first, second) = tokio::join!(site.serve_replica(1), site.serve_replica(2));
    let nginx = Nginx::before(&[first.url(), second.url()]).await;
    let ops = Client::login(nginx.url(), "ops@example.org", PASSWORD).await;
    let (down, steady) = (ops.of("down"), ops.of("steady"));
    let nobody = Client::anonymous(nginx.url());
    let round = async || {
        // Each 503 beside what must go on.
        let (refused, panel, board, health) = tokio::join!(
            down.panel("load", RANGE, &[("fresh", "true")]),
            steady.panel("load", RANGE, &[("fresh", "true")]),
            steady.get("/dashboards/default"),
            nobody.get("/health")
        );
        panel.ok();
        board.ok();
        health.ok();
        refused
    };
    for _ in 0..20 {
        // With the answer of the host, which says why.
        round().await.problem(503, "database_down");
    }
    // Nor is the one that is left shut, when the other one is gone. Where that one was asked last, the proxy's word is all there is.
    first.kill();
    for _ in 0..20 {
        let refused = round().await;
        assert!([502, 503].contains(&refused.status), "{refused:?}");
    }
    assert!(!nginx.log().contains("no live upstreams"), "{}", nginx.log());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_who_asks_for_too_many_files_at_once_shuts_no_replica_to_the_others() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    board(&site, "greedy", &cluster.create_database("greedy"));
    site.write("tenants/greedy/panels/load.yaml", TABLE);
    board(&site, "steady", "sqlite:tenants/steady.sqlite");
    // More than lies on the way to a reader who does not read.
    cluster.sql(
        "greedy",
        "CREATE TABLE events (timestamp timestamp, note text, n bigint); \
         INSERT INTO events SELECT timestamp '2026-01-01' + n * interval '10 milliseconds', repeat('x', 60), n \
         FROM generate_series(1, 400000) AS n; ANALYZE events",
    );
    site.add_user("ops@example.org", PASSWORD, &["greedy", "steady"]);
    let (first, second) = tokio::join!(site.serve_replica(1), site.serve_replica(2));
    let nginx = Nginx::before(&[first.url(), second.url()]).await;
    let ops = Client::login(nginx.url(), "ops@example.org", PASSWORD).await;
    let url = format!(
        "{}/api/v1/panels/load/export?tenant=greedy&start_date={}&end_date={}",
        nginx.url(),
        RANGE.0,
        RANGE.1
    );
    // A host gives one file at a time: these have the place of each, the second perhaps after it was busy at the first.
    let mut held = [ops.begin(&url).await, ops.begin(&url).await];
    for file in &mut held {
        file.chunk().await.unwrap().unwrap();
    }
    for _ in 0..10 {
        let refused = ops.of("greedy").get("/panels/load/export").await;
        refused.problem(503, "busy");
        ops.of("steady").get("/dashboards/default").await.ok();
        ops.of("greedy").get("/dashboards/default").await.ok();
        Client::anonymous(nginx.url()).get("/health").await.ok();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_that_are_restarted_one_after_the_other_cost_no_reader_an_answer() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    board(&site, "steady", "sqlite:tenants/steady.sqlite");
    site.add_user("ops@example.org", PASSWORD, &["steady"]);
    let (first, second) = tokio::join!(site.serve_replica(1), site.serve_replica(2));
    let nginx = Nginx::before(&[first.url(), second.url()]).await;
    let steady = Client::login(nginx.url(), "ops@example.org", PASSWORD)
        .await
        .of("steady");
    let is_over = Arc::new(AtomicBool::new(false));
    let readers: Vec<_> = (0..3)
        .map(|_| {
            let (steady, is_over) = (steady.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let (mut answered, mut refused) = (0, Vec::new());
                while !is_over.load(Ordering::Relaxed) {
                    let answer = steady.get("/dashboards/default").await;
                    match answer.status {
                        200 => answered += 1,
                        _ => refused.push(answer),
                    }
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                (answered, refused)
            })
        })
        .collect();
    let mut running = vec![first, second];
    for number in 1..=2 {
        let mut old = running.remove(0);
        let port = old.url().rsplit(':').next().unwrap().parse().unwrap();
        let ended = tokio::task::block_in_place(|| old.terminate());
        assert_eq!(ended, Some(0), "{}", old.log());
        // Comes back when it answers, as the service manager does.
        running.push(site.serve_replica_at(number, port).await);
    }
    is_over.store(true, Ordering::Relaxed);
    for reader in readers {
        let (answered, refused) = reader.await.unwrap();
        assert!(refused.is_empty(), "{refused:?}\n{}", nginx.log());
        assert!(answered > 10, "{answered}");
    }
}
