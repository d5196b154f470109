//! Several replicas behind the shipped proxy, and a tenant whose data lies on two servers.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use porthole_tests::{Client, Cluster, Nginx, Site, stamp};
use serde_json::{Value, json};

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");
const SOON: Duration = Duration::from_secs(30);

/// Asks until the answer is as wished.
async fn follows(client: &Client, path: &str, wished: impl Fn(&Value) -> bool) {
    let deadline = Instant::now() + SOON;
    loop {
        let answer = client.get(path).await;
        if wished(&answer.body) {
            return;
        }
        assert!(Instant::now() < deadline, "{path}: {answer:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_that_is_killed_costs_no_reader_an_answer_and_changes_reach_the_others() {
    let cluster = Cluster::start();
    let site = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    site.tenant("one", &cluster.create_database("one"));
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - id: stamp\n      config_file: panels/stamp.yaml\n",
    );
    let panel =
        |title: &str| format!("panel:\n  title: {title}\n  type: stamp_aaaa\n  refresh_interval: 1\n");
    site.write("tenants/one/panels/stamp.yaml", &panel("First"));
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let (mut first, second, third) = tokio::join!(
        site.serve_replica(1),
        site.serve_replica(2),
        site.serve_replica(3)
    );
    let nginx = Nginx::before(&[first.url(), second.url(), third.url()]).await;
    let ada = Client::login(nginx.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");

    let data = format!(
        "/panels/stamp/data?fresh=true&start_date={}&end_date={}",
        RANGE.0, RANGE.1
    );
    let shows = |version: f64| move |body: &Value| body["view"]["value"] == json!(version);
    let published = ada.upload("/plugins", stamp::version(1001), None).await;
    assert!((200..300).contains(&published.status), "{published:?}");
    for replica in [&first, &second, &third] {
        let direct = Client::login(replica.url(), "ada@example.org", PASSWORD)
            .await
            .of("one");
        follows(&direct, &data, shows(1001.0)).await;
    }

    // Four readers; a third of the way in, one replica is gone.
    let readers: Vec<_> = (0..4)
        .map(|_| {
            let (ada, data) = (ada.clone(), data.clone());
            tokio::spawn(async move {
                let mut refused = Vec::new();
                for _ in 0..60 {
                    let answer = ada.get(&data).await;
                    // Busy is an answer: the tenant's share of places, which two cores fill quickly.
                    if answer.status != 200 && answer.body["code"] != "busy" {
                        refused.push(answer);
                    }
                }
                refused
            })
        })
        .collect();
    // Two writers: what changes something is not done twice, and what was not done is said.
    let writers: Vec<_> = (0..2)
        .map(|writer| {
            let ada = ada.clone();
            tokio::spawn(async move {
                let mut answers = Vec::new();
                for number in 0..60 {
                    let email = format!("reader-{writer}-{number}@example.org");
                    let answer = ada.post("/admin/users", &json!({ "email": email })).await;
                    answers.push((email, answer));
                }
                answers
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(300)).await;
    first.kill();
    let mut made = BTreeSet::new();
    for writer in writers {
        let mut lost = 0;
        for (email, answer) in writer.await.unwrap() {
            match answer.status {
                200..300 => {
                    made.insert(email);
                }
                // It was under way at the one that is gone: it may have been done, and is not asked again.
                502 | 504 => lost += 1,
                _ => panic!("{email}: {answer:?}\n{}", nginx.log()),
            }
        }
        assert!(
            lost <= 2,
            "{lost} of a writer's requests are lost\n{}",
            nginx.log()
        );
    }
    let said = site.run(&["user", "list"]).ok();
    for email in &made {
        assert_eq!(said.matches(email.as_str()).count(), 1, "{email}: {said}");
    }
    assert!(made.len() > 100, "{}", made.len());
    for reader in readers {
        let refused = reader.await.unwrap();
        assert!(refused.is_empty(), "{refused:?}\n{}", nginx.log());
    }

    let published = ada.upload("/plugins", stamp::version(1002), None).await;
    assert!((200..300).contains(&published.status), "{published:?}");
    site.write("tenants/one/panels/stamp.yaml", &panel("Second"));
    for replica in [&second, &third] {
        let direct = Client::login(replica.url(), "ada@example.org", PASSWORD)
            .await
            .of("one");
        follows(&direct, &data, shows(1002.0)).await;
        follows(&direct, "/dashboards/default", |body| {
            body["panels"][0]["title"] == "Second"
        })
        .await;
    }
}

/// The replica whose figures a panel shows.
async fn process_behind(client: &Client) -> Option<String> {
    let answer = client.get("/panels/parts/data?fresh=true").await;
    // Each replica's file is made by its own first look.
    let mut items = answer.body["view"]["items"].as_array()?.iter();
    let host = items.find(|item| item["name"] == "Host")?;
    let message = host["message"].as_str()?;
    Some(message.split(", ").nth(1)?.to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_panels_of_the_hosts_own_dashboard_are_of_one_replica_and_of_another_when_it_is_gone() {
    let cluster = Cluster::start();
    let site = Site::new().with("PORTHOLE_WATCH", "1s").with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    site.tenant("one", &cluster.create_database("one"));
    site.add_admin("ada@example.org", PASSWORD, &["one", "porthole"]);
    let (first, second, third) = tokio::join!(
        site.serve_replica(1),
        site.serve_replica(2),
        site.serve_replica(3)
    );
    let mut replicas = vec![first, second, third];
    let mut known = Vec::new();
    for replica in &replicas {
        let direct = Client::login(replica.url(), "ada@example.org", PASSWORD)
            .await
            .of("porthole");
        let deadline = Instant::now() + SOON;
        known.push(loop {
            match process_behind(&direct).await {
                Some(process) => break process,
                None => assert!(Instant::now() < deadline, "{}", replica.log()),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        });
    }
    let urls: Vec<&str> = replicas.iter().map(|replica| replica.url()).collect();
    let nginx = Nginx::before(&urls).await;
    let seen = async || {
        let mut seen = BTreeSet::new();
        // Several readers, each with several connections.
        for _ in 0..3 {
            let ada = Client::login(nginx.url(), "ada@example.org", PASSWORD)
                .await
                .of("porthole");
            for _ in 0..6 {
                seen.insert(process_behind(&ada).await.expect("a panel"));
            }
        }
        seen
    };
    let before = seen().await;
    assert_eq!(before.len(), 1, "{before:?} of {known:?}");
    let one = before.first().expect("one");
    let at = known
        .iter()
        .position(|process| process == one)
        .expect("a replica");
    replicas[at].kill();
    let after = seen().await;
    assert_eq!(after.len(), 1, "{after:?} of {known:?}\n{}", nginx.log());
    assert!(!after.contains(one) && known.contains(after.first().expect("one")));
}

#[tokio::test]
async fn a_host_that_is_asked_to_stop_lets_requests_finish_and_ends_well() {
    let site = Site::new();
    let mut host = site.serve().await;
    Client::anonymous(host.url()).get("/ready").await.ok();
    assert_eq!(host.terminate(), Some(0), "{}", host.log());
    assert!(host.log().contains("stopping"), "{}", host.log());
}

const PANEL: &str = "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: metrics\n    columns:\n      \
                     timestamp: recorded_at\n      value: value\n      series_label: server\n";
const TABLE: &str = "panel:\n  type: table\n  title: Rows\n  data_source:\n    table: metrics\n    columns:\n      \
                     - recorded_at\n      - server\n      - value\n    query:\n      where: \"value > 50\"\n      \
                     order_by: \"recorded_at DESC, server\"\n      limit: 200\n";

/// Numbers to nine digits after the point: each server adds up its own part, in another order.
fn rounded(view: &serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match view {
        Value::Number(number) => Value::String(format!("{:.9}", number.as_f64().unwrap_or(f64::NAN))),
        Value::Array(items) => items.iter().map(rounded).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), rounded(value)))
            .collect(),
        other => other.clone(),
    }
}

/// One table over two servers, by what PostgreSQL itself brings: the host asks it as it asks any other.
#[tokio::test]
async fn a_table_that_is_partitioned_over_two_servers_gives_the_same_answers() {
    let (near, far) = (Cluster::start(), Cluster::start());
    let whole = near.create_database("whole");
    let spread = near.create_database("spread");
    let old = far.create_database("old");
    let columns = "recorded_at timestamptz NOT NULL, server text NOT NULL, value double precision";
    let rows = |from: &str, to: &str| {
        format!(
            "SELECT at, 'web-' || s, 50 + 40 * sin(extract(epoch FROM at) / 7000.0 + s) FROM \
             generate_series(timestamptz '{from}', timestamptz '{to}' - interval '1 minute', '5 minutes') at, \
             generate_series(1, 3) s"
        )
    };
    let (begin, border, end) = ("2026-01-01 00:00Z", "2026-01-06 00:00Z", "2026-01-11 00:00Z");
    near.sql(
        "whole",
        &format!(
            "CREATE TABLE metrics ({columns}); INSERT INTO metrics {}",
            rows(begin, end)
        ),
    );
    far.sql(
        "old",
        &format!(
            "CREATE TABLE metrics_old ({columns}); CREATE INDEX ON metrics_old (recorded_at); \
             INSERT INTO metrics_old {}",
            rows(begin, border)
        ),
    );
    let (account, place) = old.trim_start_matches("postgres://").split_once('@').unwrap();
    let password = account.split_once(':').unwrap().1;
    let port = place.split_once(':').unwrap().1.split('/').next().unwrap();
    near.sql(
        "spread",
        &format!(
            "CREATE EXTENSION postgres_fdw; \
             CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname 'old'); \
             CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password '{password}'); \
             CREATE TABLE metrics ({columns}) PARTITION BY RANGE (recorded_at); \
             CREATE TABLE metrics_new PARTITION OF metrics FOR VALUES FROM ('{border}') TO (MAXVALUE); \
             CREATE INDEX ON metrics_new (recorded_at); \
             CREATE FOREIGN TABLE metrics_old PARTITION OF metrics FOR VALUES FROM (MINVALUE) TO ('{border}') \
             SERVER far OPTIONS (table_name 'metrics_old'); \
             INSERT INTO metrics {}",
            rows(border, end)
        ),
    );
    // Whole series on each server.
    let named = near.create_database("named");
    far.sql(
        "old",
        &format!(
            "CREATE TABLE metrics_named ({columns}); CREATE INDEX ON metrics_named (recorded_at); \
             INSERT INTO metrics_named SELECT * FROM ({}) AS all_of_them (at, server, value) WHERE server <> 'web-3'; ANALYZE",
            rows(begin, end)
        ),
    );
    near.sql(
        "named",
        &format!(
            "CREATE EXTENSION postgres_fdw; \
             CREATE SERVER far FOREIGN DATA WRAPPER postgres_fdw OPTIONS (host '127.0.0.1', port '{port}', dbname 'old', \
             use_remote_estimate 'true', fdw_tuple_cost '1'); \
             CREATE USER MAPPING FOR postgres SERVER far OPTIONS (user 'postgres', password '{password}'); \
             CREATE TABLE metrics ({columns}) PARTITION BY LIST (server); \
             CREATE TABLE metrics_near PARTITION OF metrics FOR VALUES IN ('web-3'); \
             CREATE INDEX ON metrics_near (recorded_at); \
             CREATE FOREIGN TABLE metrics_far PARTITION OF metrics FOR VALUES IN ('web-1', 'web-2') \
             SERVER far OPTIONS (table_name 'metrics_named'); \
             INSERT INTO metrics_near SELECT * FROM ({}) AS all_of_them (at, server, value) WHERE server = 'web-3'; ANALYZE",
            rows(begin, end)
        ),
    );
    far.sql("old", "ALTER SYSTEM SET log_statement = 'all'");
    far.sql("old", "SELECT pg_reload_conf()");

    let site = Site::new();
    for (tenant, url) in [("whole", &whole), ("spread", &spread), ("named", &named)] {
        site.tenant(tenant, url);
        site.write(
            &format!("tenants/{tenant}/dashboards/default.yaml"),
            "dashboard:\n  name: Board\n  panels:\n    - id: load\n      config_file: panels/load.yaml\n    - id: rows\n      \
             config_file: panels/rows.yaml\n",
        );
        site.write(&format!("tenants/{tenant}/panels/load.yaml"), PANEL);
        site.write(&format!("tenants/{tenant}/panels/rows.yaml"), TABLE);
    }
    assert_eq!(site.run(&["validate", "--connect"]).code, Some(0));
    site.add_user("ops@example.org", PASSWORD, &["whole", "spread", "named"]);
    let host = site.serve().await;
    let ops = Client::login(host.url(), "ops@example.org", PASSWORD).await;
    for range in [
        ("2026-01-05T22:00:00Z", "2026-01-06T03:00:00Z"),
        ("2026-01-05T12:00:00Z", "2026-01-06T12:00:00Z"),
        ("2026-01-04T00:00:00Z", "2026-01-07T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "2026-01-11T00:00:00Z"),
    ] {
        for panel in ["load", "rows"] {
            let one = ops.of("whole").panel(panel, range, &[]).await.ok();
            let points = one["view"].to_string().len();
            assert!(points > 500, "{panel} {range:?}: {one}");
            for tenant in ["spread", "named"] {
                let two = ops.of(tenant).panel(panel, range, &[]).await.ok();
                assert_eq!(
                    rounded(&one["view"]),
                    rounded(&two["view"]),
                    "{tenant} {panel} {range:?}"
                );
            }
        }
    }
    // The other server was asked for a stretch of time, not for its whole table.
    let log = far.log();
    let asked: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("metrics_old") && line.contains("SELECT"))
        .collect();
    assert!(
        asked.iter().any(|line| line.contains("recorded_at >=")),
        "{asked:#?}"
    );
    // Where series are whole there, it computes what averages are made of, and not only for the planner to see what that would cost.
    let asked: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("metrics_named") && !line.contains("EXPLAIN"))
        .collect();
    let computes = |line: &&str| {
        line.contains("sum(value), count(value)")
            && line.contains("GROUP BY")
            && line.contains("recorded_at >=")
    };
    assert!(asked.iter().any(computes), "{asked:#?}");
}
