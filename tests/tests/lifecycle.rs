//! A host starts when its database does, several start at once, and one that is asked to stop finishes what it has begun.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::time::{Duration, Instant};

use porthole_tests::{Client, Cluster, Site};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const SOON: Duration = Duration::from_secs(30);

#[tokio::test]
async fn a_host_waits_for_its_central_database_and_says_so_once() {
    let mut cluster = Cluster::start();
    let url = cluster.create_database("central");
    let site = Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &url);
    cluster.stop();
    let mut host = site.begin_serving();
    host.says("waiting for the central database, for 60 s at most")
        .await;
    cluster.start_again();
    host.says("listening on http://").await;
    Client::anonymous(host.url()).get("/ready").await.ok();
    let log = host.log();
    assert_eq!(
        log.matches("waiting for the central database").count(),
        1,
        "{log}"
    );
    // What is wrong is said, and where, and the password is not.
    let waits = log
        .lines()
        .find(|line| line.contains("waiting for the central"))
        .unwrap();
    assert!(
        waits.contains("127.0.0.1:") && waits.contains("refused"),
        "{waits}"
    );
    let password = url.split(':').nth(2).unwrap().split('@').next().unwrap();
    assert!(!log.contains(password), "{log}");
}

#[tokio::test]
async fn an_address_that_can_never_work_is_not_waited_for() {
    let begun = Instant::now();
    // A place where no file can be made.
    let site = Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", "sqlite:/proc/central.sqlite");
    let said = site.run(&["serve"]).failed();
    assert!(
        said.contains("/proc/central.sqlite") && !said.contains("waiting"),
        "{said}"
    );
    assert!(begun.elapsed() < SOON, "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_that_start_at_once_over_an_empty_database_make_its_tables_once() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    let (first, second, third) = tokio::join!(
        site.serve_replica(1),
        site.serve_replica(2),
        site.serve_replica(3)
    );
    for host in [&first, &second, &third] {
        Client::anonymous(host.url()).get("/ready").await.ok();
    }
    let files = std::fs::read_dir(porthole_tests::places::workspace().join("migrations/postgres")).unwrap();
    let made = cluster.sql(
        "central",
        "SELECT count(*), bool_and(success) FROM _sqlx_migrations",
    );
    assert_eq!(made, format!("{}|t", files.count()));
    site.add_user("ada@example.org", PASSWORD, &[]);
    for host in [&first, &second, &third] {
        Client::login(host.url(), "ada@example.org", PASSWORD).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_under_way_is_answered_when_the_host_is_asked_to_stop() {
    let cluster = Cluster::start();
    let site = Site::new();
    site.tenant("one", &cluster.create_database("one"));
    cluster.sql(
        "one",
        "CREATE VIEW slow AS SELECT n, pg_sleep(2)::text AS slept FROM generate_series(1, 1) AS n",
    );
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - id: slow\n      config_file: panels/slow.yaml\n",
    );
    site.write(
        "tenants/one/panels/slow.yaml",
        "panel:\n  type: table\n  title: Slow\n  data_source:\n    table: slow\n    columns: [n, slept]\n",
    );
    site.add_user("ada@example.org", PASSWORD, &["one"]);
    let mut host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    let asking = tokio::spawn(async move { ada.panel("slow", RANGE, &[]).await });
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    let deadline = Instant::now() + SOON;
    while cluster.sql("one", sleeping) != "1" {
        assert!(
            Instant::now() < deadline,
            "the panel asks nothing:\n{}",
            host.log()
        );
    }
    assert_eq!(host.terminate(), Some(0), "{}", host.log());
    let answer = asking.await.unwrap().ok();
    assert_eq!(answer["view"]["rows"][0][0], 1, "{answer}");
    assert!(
        host.log().contains("stopping: requests under way may finish"),
        "{}",
        host.log()
    );
}

#[tokio::test]
async fn a_hang_up_does_not_end_the_host() {
    let site = Site::new();
    let mut host = site.serve().await;
    host.signal("HUP");
    host.says("SIGHUP is ignored").await;
    Client::anonymous(host.url()).get("/ready").await.ok();
}
