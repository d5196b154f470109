//! A backup is taken from a running host and put back elsewhere: same accounts, same plugins, same dashboards.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use porthole_tests::{Client, Cluster, Host, Site, stamp};
use serde_json::json;

const PASSWORD: &str = "correct horse battery staple";
const RANGE: (&str, &str) = ("2026-01-01T00:00:00Z", "2026-01-01T04:00:00Z");

/// A tenant whose one panel is of a plugin that it has published.
async fn used(site: &Site) -> (Host, Client) {
    site.write(
        "tenants/one/tenant.yaml",
        "tenant:\n  name: One\n  database:\n    url: \"sqlite:one.sqlite\"\n",
    );
    site.write(
        "tenants/one/dashboards/default.yaml",
        "dashboard:\n  name: Board\n  panels:\n    - id: stamp\n      config_file: panels/stamp.yaml\n",
    );
    site.write(
        "tenants/one/panels/stamp.yaml",
        "panel:\n  title: Stamp\n  type: stamp_aaaa\n",
    );
    site.add_admin("ada@example.org", PASSWORD, &["one"]);
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    let published = ada.upload("/plugins", stamp::version(1007), None).await;
    assert!((200..300).contains(&published.status), "{published:?}");
    assert_eq!(value(&ada).await, json!(1007.0));
    (host, ada)
}

async fn value(client: &Client) -> serde_json::Value {
    // A host that has just started may still be compiling the tenant's plugins, and says so.
    for _ in 0..600 {
        let answer = client.panel("stamp", RANGE, &[]).await;
        if answer.status != 503 {
            return answer.ok()["view"]["value"].clone();
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the plugins are compiled for ever");
}

/// A folder and all that is in it.
fn below(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(below(&path)),
            false => found.push(path),
        }
    }
    found
}

/// Backs up while the host runs and is written to, and puts it back into `empty`.
async fn drill(site: &Site, empty: &Site) {
    let (host, ada) = used(site).await;
    let token = [
        "token",
        "add",
        "ada@example.org",
        "--tenant",
        "one",
        "--name",
        "deploy",
    ];
    site.run(&token).ok();
    let made = ada
        .post("/admin/users", &json!({"email": "bob@example.org"}))
        .await
        .ok();
    let link = made["url"]
        .as_str()
        .unwrap()
        .split_once('#')
        .unwrap()
        .1
        .to_owned();
    let folder = site.data().join("backups/first");
    let name = folder.to_str().unwrap();
    let writing = async {
        for number in 0..20 {
            let email = format!("reader-{number}@example.org");
            Client::anonymous(host.url()).try_login(&email, PASSWORD).await;
        }
    };
    let saving = async {
        let said = site.run(&["backup", name]).ok();
        assert!(said.contains("files in"), "{said}");
    };
    // What lies there beside the configuration may be secret.
    site.write("secrets.env", "ALPHA_PASSWORD=hush\n");
    site.write("tenants/one/database-url", "postgres://reader:hush@db/one\n");
    tokio::join!(writing, saving);
    for left_out in ["secrets.env", "tenants/one/database-url"] {
        assert!(!folder.join("config").join(left_out).exists(), "{left_out}");
    }
    for path in below(&folder) {
        let metadata = std::fs::metadata(&path).unwrap();
        let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
        let mode = std::os::unix::fs::MetadataExt::mode(&metadata) & 0o777;
        assert_eq!(mode, wanted, "{}", path.display());
    }
    // A backup is not written over.
    assert!(site.run(&["backup", name]).failed().contains("already"));
    // What comes after is not in it.
    ada.upload("/plugins", stamp::version(1008), None).await;
    drop(host);

    assert!(empty.run(&["restore", name, "--check"]).ok().contains("whole"));
    // What fails changes nothing, and says what it could not write: first where nothing was filled in yet, then afterwards.
    let nowhere = [("PORTHOLE_CONFIG_DIR", "/proc/porthole")];
    let said = empty.run_with(&nowhere, &["restore", name]);
    assert!(
        said.stderr
            .contains("the configuration folder /proc/porthole cannot be written to"),
        "{said:?}"
    );
    let tenants = empty.config().join("tenants");
    let aside = empty.config().join("aside");
    std::fs::rename(&tenants, &aside).unwrap();
    std::os::unix::fs::symlink(&aside, &tenants).unwrap();
    let said = empty.run(&["restore", name]).failed();
    assert!(
        said.contains("nothing was restored") && said.contains("/config/tenants"),
        "{said}"
    );
    assert_eq!(empty.run(&["user", "list"]).ok(), "");
    if empty.data().join("central.sqlite").exists() {
        // Made by the command above.
        for name in ["central.sqlite", "central.sqlite-wal", "central.sqlite-shm"] {
            let _ = std::fs::remove_file(empty.data().join(name));
        }
    }
    std::fs::remove_file(&tenants).unwrap();
    std::fs::remove_dir(&aside).unwrap();

    let said = empty.run(&["restore", name, "--revoke-tokens"]).ok();
    assert!(said.contains("1 API tokens are revoked"), "{said}");
    let tokens = empty.run(&["token", "list"]).ok();
    assert!(
        tokens.contains("revoked") && tokens.lines().count() == 1,
        "{tokens}"
    );
    let host = empty.serve().await;
    // What opened then opens nothing now; the account is there.
    let password = "green badgers mend 7 clocks";
    let used = Client::anonymous(host.url())
        .post("/auth/link", &json!({"link": link, "password": password}))
        .await;
    assert_eq!(used.status, 404);
    assert!(empty.run(&["user", "list"]).ok().contains("bob@example.org"));
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD)
        .await
        .of("one");
    assert_eq!(value(&ada).await, json!(1007.0));
    let board = ada.get("/dashboards/default").await.ok();
    assert_eq!(board["panels"][0]["title"], "Stamp");
    // New lines follow those that were restored.
    let published = ada.upload("/plugins", stamp::version(1009), None).await;
    assert!((200..300).contains(&published.status), "{published:?}");
    assert_eq!(value(&ada).await, json!(1009.0));
    drop(host);
    // An installation that is used is not written over.
    assert!(empty.run(&["restore", name]).failed().contains("already"));

    let file = folder.join("config/tenants/one/panels/stamp.yaml");
    std::fs::write(&file, "panel: {}\n").unwrap();
    let damaged = Site::new();
    let said = damaged.run(&["restore", name]).failed();
    assert!(
        said.contains("panels/stamp.yaml is not as it was written"),
        "{said}"
    );
    assert!(!damaged.config().join("tenants/one").exists());
}

#[tokio::test]
async fn a_backup_from_sqlite_is_restored_into_an_empty_place() {
    drill(&Site::new(), &Site::new()).await;
}

#[tokio::test]
async fn a_backup_from_postgresql_is_restored_into_an_empty_place() {
    let cluster = Cluster::start();
    let site = |name: &str| Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &cluster.create_database(name));
    drill(&site("before"), &site("after")).await;
}

#[tokio::test]
async fn a_backup_is_not_restored_into_the_other_kind_of_database() {
    let cluster = Cluster::start();
    let site = Site::new();
    let name = site.data().join("backup");
    site.run(&["backup", name.to_str().unwrap()]).ok();
    let other = Site::new().with(
        "PORTHOLE_CENTRAL_DATABASE_URL",
        &cluster.create_database("central"),
    );
    let said = other.run(&["restore", name.to_str().unwrap()]).failed();
    assert!(said.contains("of SQLite is restored into SQLite"), "{said}");
}
