//! A newer Porthole over what an older one has left.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::{Path, PathBuf};
use std::process::Command;

use porthole_tests::{Client, Cluster, Outcome, Site, places};

const PASSWORD: &str = "correct horse battery staple";
const EMAIL: &str = "ada@example.org";

/// The first version's tables.
fn first() -> PathBuf {
    let folder = places::workspace().join("migrations/postgres");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    files.min().unwrap()
}

fn sha384(file: &Path) -> String {
    let said = Outcome::of(Command::new("sha384sum").arg(file), "").ok();
    said.split(' ').next().unwrap().to_owned()
}

/// A database as the first version leaves it: its tables, and what it notes of having made them.
fn of_the_first_version(cluster: &Cluster, database: &str) -> String {
    let url = cluster.create_database(database);
    let file = first();
    cluster.sql(database, &std::fs::read_to_string(&file).unwrap());
    cluster.sql(
        database,
        &format!(
            "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL, \
             installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL, \
             execution_time bigint NOT NULL); \
             INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (1, 'users tenants sessions audit', true, '\\x{}', 0)",
            sha384(&file)
        ),
    );
    url
}

#[tokio::test]
async fn a_central_database_of_the_first_version_keeps_its_accounts_grants_and_audit_log() {
    let cluster = Cluster::start();
    // A password as every version keeps it.
    let other = Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &cluster.create_database("other"));
    other.add_admin(EMAIL, PASSWORD, &[]);
    let hash = cluster.sql("other", "SELECT password_hash FROM users");

    let url = of_the_first_version(&cluster, "old");
    cluster.sql(
        "old",
        &format!(
            "INSERT INTO users (email, full_name, is_admin, password_hash) VALUES ('{EMAIL}', 'Ada', true, '{hash}'); \
             INSERT INTO users (email) VALUES ('bob@example.org'); \
             INSERT INTO tenants (tenant_id, name, database_name, database_host) VALUES ('one', 'One', 'one', 'localhost'); \
             INSERT INTO user_tenants (user_id, tenant_id) SELECT users.id, tenants.id FROM users, tenants; \
             INSERT INTO sessions (token_hash, user_id, created_at, last_used_at, expires_at) \
             SELECT '\\x00'::bytea, id, now() - interval '2 days', now() - interval '2 days', now() - interval '1 day' FROM users \
             WHERE full_name = 'Ada'; \
             UPDATE users SET created_at = now() - interval '3 days'; \
             INSERT INTO audit_log (happened_at, action, actor_email) SELECT now() - interval '1 day', 'login', '{EMAIL}'; \
             INSERT INTO audit_log (happened_at, action, actor_email, target) \
             VALUES ('2020-01-01', 'password_set', '{EMAIL}', '{EMAIL}'), (now(), 'password_set', '{EMAIL}', '{EMAIL}'), \
             (now(), 'password_set', 'bob@example.org', 'bob@example.org')"
        ),
    );
    let site = Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &url);
    site.tenant("one", "sqlite:one.sqlite");
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels: []\n",
    );
    let host = site.serve().await;
    let ada = Client::login(host.url(), EMAIL, PASSWORD).await;
    assert_eq!(
        ada.of("one").get("/dashboards/default").await.ok()["name"],
        "default"
    );
    let me = ada.get("/auth/me").await.ok();
    assert_eq!(
        (&me["full_name"], &me["is_admin"]),
        (&"Ada".into(), &true.into()),
        "{me}"
    );
    // When a password was set is what the log says, of this account and where there is one.
    let accounts = ada.get("/admin/users").await.ok()["users"].clone();
    let set_at: Vec<_> = accounts
        .as_array()
        .unwrap()
        .iter()
        .map(|account| account["password_set_at"].clone())
        .collect();
    let sql = "SELECT to_char(max(happened_at) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') \
               FROM audit_log WHERE action = 'password_set'";
    assert_eq!(set_at, [cluster.sql("old", sql).into(), serde_json::Value::Null]);
    // Who was let in before there were roles sees, and changes nothing.
    let grants = ada.get("/admin/tenants/one/grants").await.ok().to_string();
    assert!(
        grants.contains("bob@example.org") && grants.contains("viewer"),
        "{grants}"
    );
    let log = ada
        .get(&format!("/admin/audit?actor={EMAIL}&action=login"))
        .await
        .ok()
        .to_string();
    assert_eq!(log.matches("\"action\":\"login\"").count(), 2, "{log}");
    drop(host);
    // All that is new is there, and nothing is done twice.
    let steps = std::fs::read_dir(places::workspace().join("migrations/postgres"))
        .unwrap()
        .count();
    let done = "SELECT count(*) FROM _sqlx_migrations WHERE success";
    assert_eq!(cluster.sql("old", done), steps.to_string());
    site.run(&["user", "list"]).ok();
    assert_eq!(cluster.sql("old", done), steps.to_string());
}
