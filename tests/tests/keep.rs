//! A backup is taken from a running host and put back elsewhere: same accounts, same plugins, same dashboards.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use porthole_tests::guides::blocks;
use porthole_tests::{Client, Cluster, Host, Outcome, Site, places, stamp};
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
        .await;
    assert_eq!(made.status, 201, "{}", made.body);
    let link = made.body["url"]
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

/// The commands of a part of the page on compose, without the containers around them.
fn of_compose(part: &str) -> String {
    let page = std::fs::read_to_string(places::workspace().join("docs/src/compose.md")).unwrap();
    let (_, part) = page.split_once(&format!("## {part}\n")).unwrap();
    let (_, commands) = &blocks(part)[0];
    let mut run = String::new();
    for line in commands.replace("\\\n", " ").lines() {
        // `docker compose exec -T alpha-db pg_dump …`: each tenant has a server there, and a database of one server here.
        let of_tenant = |tenant: &str| {
            let line = line.strip_prefix(&format!("docker compose exec -T {tenant}-db "))?;
            let line = line.replace("--username=porthole", "--username=postgres");
            Some(line.replacen("porthole", tenant, 1))
        };
        let line = if line.starts_with("docker compose up ") {
            continue;
        } else if let Some((options, command)) = line
            .strip_prefix("docker compose run --rm --no-deps ")
            .and_then(|line| line.split_once(" porthole "))
        {
            assert!(options.contains("-v \"$PWD/backups:/backups"), "{options}");
            let command = format!("porthole {}", command.replace("/backups/", "$PWD/backups/"));
            match options.split_once("-e PORTHOLE_CONFIG_DIR=") {
                Some((_, folder)) => {
                    let mounted = format!("-v \"$PWD{folder}:{folder}\"");
                    assert!(options.contains(&mounted), "{options}");
                    format!("PORTHOLE_CONFIG_DIR=$PWD{folder} {command}")
                }
                None => command,
            }
        } else {
            let of_tenant = of_tenant("alpha").or_else(|| of_tenant("beta"));
            of_tenant.unwrap_or_else(|| line.replace("-o 65532 -g 65532 ", ""))
        };
        assert!(!line.contains("docker"), "{line}");
        run += &format!("{line}\n");
    }
    run
}

/// A machine of the compose file: a server with its databases, and a folder that commands are run in.
struct Composed {
    cluster: Cluster,
    site: Site,
}

impl Composed {
    /// Databases as the images' first start makes them: empty, with the reader of `alpha`.
    fn new() -> Self {
        let cluster = Cluster::start();
        let central = cluster.create_database("central");
        cluster.create_database("alpha");
        cluster.create_database("beta");
        let mut script = std::process::Command::new("sh");
        script
            .arg(places::workspace().join("docker/postgres/reader.sh"))
            .envs(cluster.environment())
            .env("POSTGRES_USER", "postgres")
            .env("POSTGRES_DB", "alpha")
            .env("READER_PASSWORD", "secret");
        Outcome::of(&mut script, "").ok();
        Self {
            site: Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &central),
            cluster,
        }
    }

    /// Runs commands beside the backups.
    fn run(&self, commands: &str, folder: &std::path::Path) {
        let program = places::porthole();
        let mut environment = self.cluster.environment();
        let (_, path) = environment.iter_mut().find(|(name, _)| *name == "PATH").unwrap();
        *path = format!("{}:{path}", program.parent().unwrap().display());
        let mut bash = std::process::Command::new("bash");
        bash.args(["-euc", commands])
            .current_dir(folder)
            .envs(environment)
            .env("PORTHOLE_CONFIG_DIR", self.site.config())
            .env("PORTHOLE_DATA_DIR", self.site.data())
            .env("PORTHOLE_CENTRAL_DATABASE_URL", self.cluster.url("central"));
        let said = Outcome::of(&mut bash, "");
        assert_eq!(said.code, Some(0), "{commands}\n{said:?}");
    }

    /// What the host's role reads in `alpha`.
    fn read_by_the_reader(&self) -> String {
        let url = self.cluster.url("alpha");
        let (_, place) = url.split_once('@').unwrap();
        let mut psql = std::process::Command::new("psql");
        psql.envs(self.cluster.environment())
            .args(["--no-psqlrc", "--tuples-only", "--no-align"])
            .arg(format!("--dbname=postgres://reader:secret@{place}"))
            .arg("--command=SELECT value FROM readings");
        Outcome::of(&mut psql, "").ok()
    }
}

#[tokio::test]
async fn what_compose_keeps_is_put_back_by_the_commands_of_its_page() {
    let old = Composed::new();
    for tenant in ["alpha", "beta"] {
        old.site
            .tenant_like(tenant, "examples/servers", &old.cluster.url(tenant));
        old.cluster.sql(
            tenant,
            &format!("CREATE TABLE readings (value text); INSERT INTO readings VALUES ('of {tenant}')"),
        );
    }
    old.site.add_user("ada@example.org", PASSWORD, &["alpha"]);
    let folder = tempfile::tempdir().unwrap();
    old.run(&of_compose("Keep"), folder.path());
    drop(old);

    let new = Composed::new();
    new.run(&of_compose("Put back"), folder.path());
    assert_eq!(new.read_by_the_reader(), "of alpha\n");
    assert_eq!(
        new.cluster.sql("beta", "SELECT value FROM readings").trim(),
        "of beta"
    );
    assert!(new.site.run(&["user", "list"]).ok().contains("ada@example.org"));
    let restored = folder.path().join("restored/tenants");
    for tenant in ["alpha", "beta"] {
        assert!(
            restored.join(tenant).join("dashboards/default.yaml").is_file(),
            "{tenant}"
        );
    }
}

/// The commands of the page on backups that give a tenant's roles new passwords, for this server and this folder.
fn new_passwords(cluster: &Cluster, data: &std::path::Path) -> String {
    let page = std::fs::read_to_string(places::workspace().join("docs/src/backups.md")).unwrap();
    let (_, commands) = blocks(&page)
        .into_iter()
        .find(|(_, text)| text.contains("ALTER ROLE"))
        .unwrap();
    let place = cluster.url("acme");
    let (_, place) = place.split_once('@').unwrap();
    [
        ("-o porthole -g porthole ", ""),
        ("runuser -u postgres -- ", ""),
        ("/var/lib/porthole", data.to_str().unwrap()),
        ("127.0.0.1:5432/acme", place),
    ]
    .iter()
    .fold(commands, |commands, (of_page, own)| {
        assert!(commands.contains(of_page), "{of_page} is not in {commands}");
        commands.replace(of_page, own)
    })
}

#[tokio::test]
async fn what_a_backup_does_not_hold_is_named_and_lost_passwords_are_made_anew() {
    let cluster = Cluster::start();
    // Both over one data folder's path, as an old machine and the new one are.
    let site = Site::new();
    let server = cluster.url("postgres");
    site.run_with(
        &[("SERVER_URL", &server)],
        &[
            "tenant",
            "add",
            "acme",
            "--create-database",
            "--url-env",
            "SERVER_URL",
        ],
    )
    .ok();
    site.run(&["tenant", "add", "small"]).ok();
    site.add_user("ada@example.org", PASSWORD, &["acme", "small"]);
    let kept = tempfile::tempdir().unwrap();
    let name = kept.path().join("backup");
    let name = name.to_str().unwrap();
    site.run(&["backup", name]).ok();
    let small = std::fs::read(site.data().join("tenants/small.sqlite")).unwrap();
    for path in below(&site.data()).iter().skip(1).filter(|path| path.is_file()) {
        std::fs::remove_file(path).unwrap();
    }
    std::fs::remove_dir_all(site.config().join("tenants")).unwrap();

    let said = site.run(&["restore", name]);
    assert_eq!(said.code, Some(0), "{said:?}");
    for lacking in [
        "  tenants/acme/tenant.yaml:4:15: the file of `url_file` cannot be used: ",
        "secrets/acme.reader.url: there is no such file",
        "  tenants/small/tenant.yaml:4:10: the tenant's database is the file ",
        "tenants/small.sqlite, which is not there",
    ] {
        assert!(said.stderr.contains(lacking), "{lacking}: {said:?}");
    }
    assert_eq!(said.stderr.lines().count(), 3, "{said:?}");

    std::fs::write(site.data().join("tenants/small.sqlite"), small).unwrap();
    let commands = new_passwords(&cluster, &site.data());
    let mut bash = std::process::Command::new("bash");
    bash.args(["-euc", &commands]).envs(cluster.environment());
    let said = Outcome::of(&mut bash, "");
    assert_eq!(said.code, Some(0), "{commands}\n{said:?}");
    site.run(&["validate", "--connect"]).ok();
    let host = site.serve().await;
    let ada = Client::login(host.url(), "ada@example.org", PASSWORD).await;
    for tenant in ["acme", "small"] {
        let board = ada.of(tenant).get("/dashboards/default").await.ok();
        let panel = board["panels"][0]["id"].as_str().unwrap();
        ada.of(tenant).get(&format!("/panels/{panel}/data")).await.ok();
    }
    let password = std::fs::read_to_string(site.data().join("secrets/acme.owner.url")).unwrap();
    let password = password.split(':').nth(2).unwrap().split('@').next().unwrap();
    assert!(
        !cluster.log().contains(password),
        "a password is in the server's log"
    );
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
