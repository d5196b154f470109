//! Central databases for tests: a SQLite file, and a PostgreSQL server of the test's own.
#![allow(dead_code)]

pub mod people;

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use porthole_identity::{Identity, Options, PasswordCost};
use tempfile::TempDir;

/// Where PostgreSQL's programs are looked for, besides the path.
const PROGRAM_FOLDERS: &[&str] = &[
    "/usr/lib/postgresql/18/bin",
    "/usr/lib/postgresql/17/bin",
    "/usr/lib/postgresql/16/bin",
    "/usr/lib/postgresql/15/bin",
];

/// Cheap hashes, no rest.
pub fn options() -> Options {
    Options {
        password_cost: PasswordCost {
            memory_kib: 64,
            passes: 1,
            lanes: 1,
        },
        ..Options::default()
    }
}

/// A database to connect to; gone when dropped.
pub struct Database {
    pub url: String,
    folder: Option<TempDir>,
    server: Option<Server>,
}

impl Database {
    /// Another database of the same server.
    pub fn database(&self, name: &str) -> Self {
        let (server, _) = self.url.rsplit_once('/').unwrap();
        Self {
            url: format!("{server}/{name}"),
            folder: None,
            server: None,
        }
    }

    /// Opens it.
    pub async fn connect(&self, options: Options) -> Identity {
        Identity::connect(&self.url.clone().into(), options)
            .await
            .unwrap()
    }

    /// A SQLite file in a folder that does not exist yet.
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/new/central.db", folder.path().display());
        Self {
            url,
            folder: Some(folder),
            server: None,
        }
    }

    /// A PostgreSQL server on a free port of the loopback interface.
    pub fn postgres() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("porthole-pg-")
            .tempdir_in("/tmp")
            .unwrap();
        let data = folder.path().join("data");
        if is_root() {
            // PostgreSQL refuses to run as root.
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let data_text = data.to_str().unwrap().to_owned();
        run(program("initdb").args([
            "-D",
            &data_text,
            "-U",
            "porthole",
            "--auth=trust",
            "--encoding=UTF8",
            "-N",
        ]));
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let settings = format!(
            "-h 127.0.0.1 -p {port} -k '' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        );
        let log = folder.path().join("log").to_str().unwrap().to_owned();
        run(program("pg_ctl").args([
            "-D", &data_text, "-l", &log, "-w", "-t", "60", "-o", &settings, "start",
        ]));
        let server = Server { data };
        let url = format!("postgres://porthole@127.0.0.1:{port}/postgres");
        Self {
            url,
            folder: Some(folder),
            server: Some(server),
        }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // Before its folder goes.
        self.server.take();
        self.folder.take();
    }
}

struct Server {
    data: PathBuf,
}

impl Drop for Server {
    fn drop(&mut self) {
        let data = self.data.to_str().unwrap_or_default();
        let _ = program("pg_ctl")
            .args(["-D", data, "-m", "immediate", "stop"])
            .stdout(Stdio::null())
            .status();
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

fn program(name: &str) -> Command {
    let folder = PROGRAM_FOLDERS
        .iter()
        .find(|folder| PathBuf::from(folder).join(name).exists());
    let path = folder.map_or_else(|| PathBuf::from(name), |folder| PathBuf::from(folder).join(name));
    let mut command = if is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    } else {
        Command::new(path)
    };
    command.current_dir("/tmp");
    command
}

fn run(command: &mut Command) {
    // Not captured by pipes: the server would inherit them and hold them open.
    let status = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let status = status.unwrap_or_else(|error| panic!("{command:?}: {error}: is PostgreSQL installed?"));
    assert!(status.success(), "{command:?}: {status}");
}

/// Each story is told to both databases.
macro_rules! on_both {
    ($($(#[$note:meta])* async fn $story:ident($database:ident: &Database) $body:block)*) => {
        mod story {
            use super::*;
            $(pub async fn $story($database: &Database) $body)*
        }
        mod on_sqlite {
            use super::*;
            $($(#[$note])* #[tokio::test(flavor = "multi_thread")] async fn $story() { story::$story(&Database::sqlite()).await })*
        }
        /// One server for all stories, one database for each.
        #[tokio::test(flavor = "multi_thread")]
        async fn every_story_on_postgres() {
            let server = Database::postgres();
            let admin = sqlx::PgPool::connect(&server.url).await.unwrap();
            $(
                let name = stringify!($story);
                // The story's name is a literal of this file.
                let create = sqlx::AssertSqlSafe(format!("CREATE DATABASE \"{name}\""));
                sqlx::raw_sql(create).execute(&admin).await.unwrap();
                println!("{name}");
                story::$story(&server.database(name)).await;
            )*
            admin.close().await;
        }
    };
}
