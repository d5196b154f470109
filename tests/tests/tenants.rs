//! `porthole tenant add`: a tenant that is served at once, with a database that nobody else reads and its host cannot write.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use porthole_tests::{Client, Cluster, Site};

const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "ops@example.org";
/// A host looks at its configuration every two seconds.
const SOON: Duration = Duration::from_secs(30);

/// Adds a tenant with a database of its own on the cluster, whose administrator's URL is in a variable.
fn add(site: &Site, cluster: &Cluster, arguments: &[&str]) -> porthole_tests::Outcome {
    let server = cluster.url("postgres");
    let mut all = vec!["tenant", "add"];
    all.extend_from_slice(arguments);
    all.extend(["--create-database", "--url-env", "SERVER_URL"]);
    site.run_with(&[("SERVER_URL", &server)], &all)
}

fn secret(site: &Site, name: &str) -> String {
    let path = site.data().join("secrets").join(name);
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600,
        "{name}"
    );
    std::fs::read_to_string(path).unwrap().trim().to_owned()
}

/// What `psql` says to one statement as whoever a URL names: its output, or its complaint.
fn psql(url: &str, statement: &str) -> Result<String, String> {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--quiet",
            "--set=ON_ERROR_STOP=1",
            "--dbname",
        ])
        .arg(url)
        .arg(format!("--command={statement}"))
        .stdin(Stdio::null())
        .output()
        .expect("psql runs");
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn in_database(url: &str, database: &str) -> String {
    let (server, _) = url.rsplit_once('/').unwrap();
    format!("{server}/{database}")
}

/// Asks until a running host has the tenant.
async fn shown(client: &Client) {
    let deadline = Instant::now() + SOON;
    while client.get("/dashboards/default").await.status != 200 {
        assert!(Instant::now() < deadline, "the tenant is not served");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Every panel of the new tenant's dashboard has something to show.
async fn every_panel_shows_the_sample(client: &Client) {
    let board = client.get("/dashboards/default").await.ok();
    let panels = board["panels"].as_array().unwrap();
    assert_eq!(panels.len(), 4, "{board}");
    for panel in panels {
        let id = panel["id"].as_str().unwrap();
        let shown = client.get(&format!("/panels/{id}/data")).await.ok();
        assert!(
            shown["view"].to_string().contains("sample-") || id == "latest",
            "{id}: {shown}"
        );
    }
}

#[tokio::test]
async fn a_tenant_with_a_new_database_is_served_and_its_role_reads_and_nothing_else() {
    let cluster = Cluster::start();
    let site = Site::new();
    site.run_with_input(&["user", "add", EMAIL, "--password-stdin"], PASSWORD)
        .ok();
    let host = site.serve().await;

    let said = add(&site, &cluster, &["acme-one", "--name", "Acme \"One\": \\ # ö"]);
    let everything = format!("{said:?}");
    let said = said.ok();
    assert!(said.contains("acme_one") && said.contains("readings"), "{said}");
    add(&site, &cluster, &["other"]).ok();
    site.run(&["user", "grant", EMAIL, "acme-one"]).ok();
    let ops = Client::login(host.url(), EMAIL, PASSWORD).await.of("acme-one");
    shown(&ops).await;
    every_panel_shows_the_sample(&ops).await;
    let tenants = ops.get("/tenants").await.ok();
    assert_eq!(tenants["tenants"][0]["name"], "Acme \"One\": \\ # ö");
    site.run(&["validate", "--connect"]).ok();

    let (reader, owner) = (
        secret(&site, "acme-one.reader.url"),
        secret(&site, "acme-one.owner.url"),
    );
    let password = |url: &str| {
        url.split(':')
            .nth(2)
            .unwrap()
            .split('@')
            .next()
            .unwrap()
            .to_owned()
    };
    let yaml = std::fs::read_to_string(site.config().join("tenants/acme-one/tenant.yaml")).unwrap();
    for url in [&reader, &owner] {
        for text in [&everything, &yaml, &host.log(), &cluster.log()] {
            assert!(!text.contains(&password(url)), "a password is shown");
        }
    }
    assert!(
        cluster
            .sql(
                "postgres",
                "SELECT rolpassword FROM pg_authid WHERE rolname = 'acme_one_reader'"
            )
            .starts_with("SCRAM-SHA-256$4096:")
    );

    // The reader reads, and what it tries to write is refused, also once it has given up being careful.
    assert!(
        psql(&reader, "SELECT count(*) > 100 FROM readings")
            .unwrap()
            .contains('t')
    );
    for statement in [
        "INSERT INTO readings (value) VALUES (1)",
        "UPDATE readings SET value = 0",
        "DELETE FROM readings",
        "TRUNCATE readings",
        "DROP TABLE readings",
        "ALTER TABLE readings ADD COLUMN more text",
        "CREATE TABLE mine (a integer)",
        "CREATE TEMPORARY TABLE mine (a integer)",
        "CREATE SCHEMA mine",
        "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')",
        "SET ROLE acme_one_owner",
        "SET ROLE other_reader",
        "CREATE ROLE mine",
        "COPY readings TO PROGRAM 'cat'",
        "SELECT pg_read_file('PG_VERSION')",
        "SELECT rolpassword FROM pg_authid",
    ] {
        psql(&reader, statement).expect_err(statement);
        let careless = format!("BEGIN READ WRITE; {statement}; COMMIT");
        let refused = psql(&reader, &careless).expect_err(statement);
        let why = [
            "permission denied",
            "must be owner",
            "must be superuser",
            "read-only",
        ];
        assert!(
            why.iter().any(|why| refused.contains(why)),
            "{statement}: {refused}"
        );
    }
    assert_eq!(psql(&reader, "SHOW default_transaction_read_only").unwrap(), "on");
    assert_eq!(psql(&reader, "SHOW statement_timeout").unwrap(), "1min");
    // Nor does it reach another tenant's database, as reader or as owner.
    for url in [&reader, &owner] {
        let refused = psql(&in_database(url, "other"), "SELECT 1").unwrap_err();
        assert!(refused.contains("permission denied for database"), "{refused}");
    }
    // What the owner makes later is read, too; and `import` loads as the owner.
    psql(
        &owner,
        "CREATE TABLE later (a integer); INSERT INTO later VALUES (7)",
    )
    .unwrap();
    assert_eq!(psql(&reader, "SELECT a FROM later").unwrap(), "7");
    let csv = site.data().join("more.csv");
    std::fs::write(&csv, "timestamp,value\n2026-01-01 00:00:00,5\n").unwrap();
    let refused = site
        .import(&csv, "acme-one", "readings", &["--label", "series=mine"])
        .failed();
    assert!(
        refused.contains("read-only") || refused.contains("permission denied"),
        "{refused}"
    );
    let file = site.data().join("secrets/acme-one.owner.url");
    let as_owner = ["--label", "series=mine", "--url-file", file.to_str().unwrap()];
    site.import(&csv, "acme-one", "readings", &as_owner).ok();
    assert_eq!(
        psql(&reader, "SELECT value FROM readings WHERE series = 'mine'").unwrap(),
        "5"
    );
}

#[test]
fn a_tenant_that_is_there_or_cannot_be_is_refused_and_nothing_is_left_behind() {
    let cluster = Cluster::start();
    let site = Site::new();
    let there = || {
        cluster.sql(
            "postgres",
            "SELECT datname FROM pg_database UNION ALL SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' ORDER BY 1",
        )
    };
    let before = there();
    for hostile in [
        "../acme",
        "acme/../../x",
        "Acme",
        "",
        ".",
        "a\"; DROP DATABASE postgres; --",
        "ä",
        "acme x",
    ] {
        let said = add(&site, &cluster, &[hostile]).failed();
        assert!(
            said.contains("tenant's id") || said.contains("value"),
            "{hostile}: {said}"
        );
    }
    for database in ["x\"; DROP ROLE postgres; --", "pg_x", "X", "x y", &"x".repeat(60)] {
        add(&site, &cluster, &["acme", "--database", database]).failed();
    }
    // Somebody else's database is not touched.
    cluster.create_database("theirs");
    let with_theirs = there();
    let said = add(&site, &cluster, &["theirs"]).failed();
    assert!(said.contains("a database theirs already"), "{said}");
    assert_eq!(there(), with_theirs);
    cluster.sql("postgres", "DROP DATABASE theirs");

    // The database is made, and then its secrets cannot be kept: the database goes again.
    std::fs::write(site.data().join("secrets"), "in the way").unwrap();
    let said = add(&site, &cluster, &["acme"]).failed();
    assert!(said.contains("was not added"), "{said}");
    assert_eq!(there(), before);
    assert!(!site.config().join("tenants/acme").exists());
    std::fs::remove_file(site.data().join("secrets")).unwrap();

    add(&site, &cluster, &["acme"]).ok();
    let made = there();
    let said = add(&site, &cluster, &["acme"]).failed();
    assert!(said.contains("already"), "{said}");
    assert_eq!(there(), made);

    // A password does not stand among the arguments unless somebody insists.
    let server = cluster.url("postgres");
    let said = site
        .run(&["tenant", "add", "careless", "--create-database", "--url", &server])
        .failed();
    let (_, rest) = server.split_once("postgres:").unwrap();
    assert!(
        said.contains("--insecure-url") && !said.contains(rest.split('@').next().unwrap()),
        "{said}"
    );
    site.run(&[
        "tenant",
        "add",
        "insistent",
        "--create-database",
        "--insecure-url",
        &server,
    ])
    .ok();
    let said = site
        .run(&["tenant", "add", "nowhere", "--create-database"])
        .failed();
    assert!(said.contains("--url-env"), "{said}");

    // What is wrong is said, and said once.
    let nobody_there = "postgres://admin:made-for-this-test@127.0.0.1:9/postgres";
    let unreachable = [
        "tenant",
        "add",
        "far",
        "--create-database",
        "--url-env",
        "SERVER_URL",
    ];
    let said = site
        .run_with(&[("SERVER_URL", nobody_there)], &unreachable)
        .failed();
    assert_eq!(said.matches("refused").count(), 1, "{said}");
    assert!(!said.contains("made-for-this-test"), "{said}");
}

#[test]
fn who_may_only_make_roles_and_databases_can_add_a_tenant_and_takes_it_back_on_failure() {
    let cluster = Cluster::start();
    cluster.sql(
        "postgres",
        "CREATE ROLE maker LOGIN CREATEDB CREATEROLE PASSWORD 'made-for-this-test'",
    );
    cluster.sql(
        "postgres",
        "CREATE ROLE nobody_much LOGIN PASSWORD 'made-for-this-test'",
    );
    let postgres = cluster.url("postgres");
    let (_, place) = postgres.split_once('@').unwrap();
    let server = |user: &str| format!("postgres://{user}:made-for-this-test@{place}");
    let site = Site::new();
    let add = |user: &str, tenant: &str| {
        let arguments = [
            "tenant",
            "add",
            tenant,
            "--create-database",
            "--url-env",
            "SERVER_URL",
        ];
        site.run_with(&[("SERVER_URL", &server(user))], &arguments)
    };
    let said = add("nobody_much", "acme").failed();
    assert!(said.contains("CREATEDB and CREATEROLE"), "{said}");
    std::fs::write(site.data().join("secrets"), "in the way").unwrap();
    add("maker", "acme").failed();
    assert_eq!(
        cluster.sql(
            "postgres",
            "SELECT count(*) FROM pg_database WHERE datname = 'acme'"
        ),
        "0"
    );
    assert_eq!(
        cluster.sql(
            "postgres",
            "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'acme%'"
        ),
        "0"
    );
    std::fs::remove_file(site.data().join("secrets")).unwrap();
    add("maker", "acme").ok();
    let reader = secret(&site, "acme.reader.url");
    assert!(psql(&reader, "SELECT count(*) FROM readings").is_ok());
    assert!(psql(&reader, "DELETE FROM readings").is_err());
    site.run(&["validate", "--connect"]).ok();
}

#[tokio::test]
async fn without_a_server_the_new_tenant_has_a_file() {
    let site = Site::new();
    site.run(&["tenant", "add", "small"]).ok();
    site.add_user(EMAIL, PASSWORD, &["small"]);
    let host = site.serve().await;
    let ops = Client::login(host.url(), EMAIL, PASSWORD).await.of("small");
    every_panel_shows_the_sample(&ops).await;
    assert!(site.run(&["tenant", "add", "small"]).failed().contains("already"));
    // Who was let into a tenant is let into a later one of the same name, and whoever adds it hears of that.
    drop(host);
    std::fs::remove_dir_all(site.config().join("tenants/small")).unwrap();
    let said = site.run(&["tenant", "add", "small"]).failed();
    assert!(said.contains("small.sqlite is there already"), "{said}");
    for ending in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(site.data().join(format!("tenants/small.sqlite{ending}")));
    }
    let again = site.run(&["tenant", "add", "small"]);
    assert!(again.stderr.contains(EMAIL), "{again:?}");
    assert!(Path::new(&site.config().join("tenants/small/tenant.yaml")).is_file());
}

/// As root, which writes the configuration; the data folder is the service's, and so is what is made in it.
#[tokio::test]
async fn what_root_makes_for_a_tenant_belongs_to_the_owner_of_the_data_folder() {
    use std::os::unix::fs::{MetadataExt, chown};
    const SERVICE: u32 = 65_532;
    let cluster = Cluster::start();
    let site = Site::new();
    if chown(site.data(), Some(SERVICE), Some(SERVICE)).is_err() {
        println!("only root can try this");
        return;
    }
    add(&site, &cluster, &["acme"]).ok();
    site.run(&["tenant", "add", "small"]).ok();
    for made in [
        "secrets",
        "secrets/acme.reader.url",
        "secrets/acme.owner.url",
        "tenants",
        "tenants/small.sqlite",
        "central.sqlite",
        "central.sqlite.lock",
    ] {
        let metadata = std::fs::metadata(site.data().join(made)).unwrap();
        assert_eq!((metadata.uid(), metadata.gid()), (SERVICE, SERVICE), "{made}");
    }
}

#[test]
fn a_server_that_lacks_what_charts_need_is_told_where_its_database_is_named() {
    let cluster = Cluster::start();
    let site = Site::new();
    add(&site, &cluster, &["acme"]).ok();
    site.run(&["validate", "--connect"]).ok();
    // As a server has it that is older.
    cluster.sql(
        "acme",
        "ALTER FUNCTION pg_catalog.date_bin(interval, timestamptz, timestamptz) RENAME TO not_yet_there",
    );
    let said = site.run(&["validate", "--connect"]).failed();
    assert!(
        said.contains("tenants/acme/tenant.yaml:4:15: the tenant's database lacks the function date_bin"),
        "{said}"
    );
}

#[tokio::test]
async fn a_configuration_that_cannot_be_written_is_noticed_before_a_database_is_made() {
    let cluster = Cluster::start();
    let site = Site::new().with("PORTHOLE_CONFIG_DIR", "/proc/porthole");
    let outcome = add(&site, &cluster, &["acme"]);
    assert_eq!(outcome.stdout, "", "nothing was made");
    let said = outcome.failed();
    assert!(said.contains("/proc/porthole cannot be written to"), "{said}");
    assert_eq!(
        cluster.sql(
            "postgres",
            "SELECT count(*) FROM pg_database WHERE datname = 'acme'"
        ),
        "0"
    );
}
