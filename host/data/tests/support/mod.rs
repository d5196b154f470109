//! Throw-away databases: a PostgreSQL server of our own and SQLite files.

pub mod metrics;

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};

use porthole_data::{
    BucketOptions, BucketStore, ColumnSpec, Databases, DatabasesOptions, RowsQuery, SeriesQuery, Source,
    SourceSpec, TenantData, TenantDatabase,
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, SqliteConnection};
use tempfile::TempDir;

/// A PostgreSQL server in a temporary folder, stopped when dropped.
pub struct Cluster {
    folder: TempDir,
    port: u16,
    programs: PathBuf,
}

static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static COUNT: AtomicU32 = AtomicU32::new(0);

impl Cluster {
    /// The server of the tests that run now; the first starts it, the last stops it.
    pub fn shared() -> Arc<Self> {
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(cluster) = shared.upgrade() {
            return cluster;
        }
        let cluster = Arc::new(Self::start());
        *shared = Arc::downgrade(&cluster);
        cluster
    }

    fn start() -> Self {
        let programs = std::env::var_os("PORTHOLE_POSTGRES_BIN")
            .map(PathBuf::from)
            .unwrap_or_else(|| {
                let mut versions: Vec<_> = std::fs::read_dir("/usr/lib/postgresql")
                    .expect("PostgreSQL is installed, or PORTHOLE_POSTGRES_BIN names its programs' folder")
                    .map(|entry| entry.unwrap().path().join("bin"))
                    .collect();
                versions.sort();
                versions.pop().unwrap()
            });
        let folder = tempfile::Builder::new()
            .prefix("porthole-data-")
            .tempdir()
            .unwrap();
        if is_root() {
            // PostgreSQL refuses to run as root.
            assert!(
                Command::new("chown")
                    .arg("postgres")
                    .arg(folder.path())
                    .status()
                    .unwrap()
                    .success()
            );
        }
        // The port is free now; the server takes it in a moment.
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let cluster = Self {
            folder,
            port,
            programs,
        };
        let data = cluster.data();
        cluster.run(
            "initdb",
            &[
                "-D",
                &data,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "-N",
            ],
        );
        let options = format!(
            "-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c max_connections=60"
        );
        let log = cluster.folder.path().join("log");
        cluster.run(
            "pg_ctl",
            &[
                "-D",
                &data,
                "-o",
                &options,
                "-l",
                log.to_str().unwrap(),
                "-w",
                "-t",
                "60",
                "start",
            ],
        );
        cluster
    }

    fn data(&self) -> String {
        self.folder.path().join("data").to_str().unwrap().to_owned()
    }

    fn run(&self, program: &str, args: &[&str]) {
        let program = self.programs.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(&program);
            command
        } else {
            Command::new(&program)
        };
        let output = command.args(args).current_dir("/").output().unwrap();
        assert!(
            output.status.success(),
            "{}: {}",
            program.display(),
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// A database of its own, and its URL.
    pub async fn database(&self) -> SecretString {
        let name = format!("tenant_{}", COUNT.fetch_add(1, Ordering::Relaxed));
        let url = |name: &str| format!("postgres://postgres@127.0.0.1:{}/{name}", self.port);
        let mut connection = PgConnection::connect(&url("postgres")).await.unwrap();
        connection
            .execute(sqlx::raw_sql(AssertSqlSafe(format!("CREATE DATABASE {name}"))))
            .await
            .unwrap();
        connection.close().await.unwrap();
        url(&name).into()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        self.run("pg_ctl", &["-D", &data, "-m", "immediate", "-w", "stop"]);
    }
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output().unwrap();
    output.stdout.trim_ascii() == b"0"
}

/// A database of either kind.
pub struct Database {
    pub url: SecretString,
    pub data: TenantData,
    pub kind: &'static str,
    _keep: (Option<Arc<Cluster>>, Option<TempDir>),
}

impl Database {
    pub async fn postgres() -> Self {
        let cluster = Cluster::shared();
        let url = cluster.database().await;
        Self {
            data: tenant(&url),
            url,
            kind: "postgres",
            _keep: (Some(cluster), None),
        }
    }

    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url: SecretString = format!("sqlite:{}", folder.path().join("tenant.sqlite").display()).into();
        let database = Self {
            data: tenant(&url),
            url,
            kind: "sqlite",
            _keep: (None, Some(folder)),
        };
        database.execute("PRAGMA journal_mode = WAL").await;
        database
    }

    /// One of each.
    pub async fn both() -> [Self; 2] {
        [Self::postgres().await, Self::sqlite().await]
    }

    /// Runs statements with all rights.
    pub async fn execute(&self, sql: &str) {
        let sql = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        if self.kind == "postgres" {
            let mut connection = PgConnection::connect(self.url.expose_secret()).await.unwrap();
            connection.execute(sql).await.unwrap();
            connection.close().await.unwrap();
        } else {
            let url = format!("{}?mode=rwc", self.url.expose_secret());
            let mut connection = SqliteConnection::connect(&url).await.unwrap();
            connection.execute(sql).await.unwrap();
            connection.close().await.unwrap();
        }
    }
}

/// Without a store: the database is asked each time.
pub fn tenant(url: &SecretString) -> TenantData {
    let store = BucketStore::in_memory(BucketOptions {
        memory_bytes: 0,
        ..BucketOptions::default()
    });
    let databases = Databases::with_store(DatabasesOptions::default(), store);
    databases.tenant(&TenantDatabase::new("test", url.clone()))
}

pub fn column(name: &str, column: &str) -> ColumnSpec {
    ColumnSpec {
        name: name.into(),
        column: column.into(),
        title: None,
        format: None,
    }
}

pub fn source(table: &str, columns: &[(&str, &str)]) -> SourceSpec {
    SourceSpec {
        table: table.into(),
        columns: columns.iter().map(|(name, of)| column(name, of)).collect(),
        ..SourceSpec::default()
    }
}

pub fn series_query() -> SeriesQuery {
    SeriesQuery {
        range: None,
        bucket_seconds: None,
        aggregate: Default::default(),
        labels: Vec::new(),
        max_rows: 1_000_000,
        max_bytes: 100_000_000,
    }
}

pub fn rows_query() -> RowsQuery {
    RowsQuery {
        limit: 1000,
        max_rows: 10_000,
        max_bytes: 10_000_000,
        ..RowsQuery::default()
    }
}

/// The server metrics that came with the requirement, if they are there.
pub fn server_metrics() -> Option<PathBuf> {
    let named = std::env::var_os("PORTHOLE_NAB").map(PathBuf::from);
    let folder =
        named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/nab"));
    folder.is_dir().then_some(folder)
}

/// A source as the configuration checks it.
pub fn parsed(spec: &SourceSpec) -> Source {
    Source::parse(spec).unwrap()
}

/// The table of readings most tests ask, as a chart does.
pub fn readings() -> SourceSpec {
    source(
        "readings",
        &[("timestamp", "at"), ("value", "value"), ("series_label", "label")],
    )
}
