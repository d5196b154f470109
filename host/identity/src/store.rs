//! The two databases that can be the central one. Their SQL is the same text (`$1` means the same to both); only ids
//! and the way a transaction begins differ, so each question is written once and compiled for both.

use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Connection};

use crate::IdentityError;

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// How long a question waits for a connection or for a writer before it gives up.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long a server may take to take a connection, when it is asked whether it is there at all.
const REACH: Duration = Duration::from_secs(1);

/// The pool of connections.
pub(crate) enum Store {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

/// Runs `$body` with the pool of whichever database it is.
macro_rules! with_pool {
    ($store:expr, $pool:ident => $body:expr) => {
        match $store {
            $crate::store::Store::Sqlite($pool) => $body,
            $crate::store::Store::Postgres($pool) => $body,
        }
    };
}

/// Runs `$body` in a transaction that may write; it is committed when `$body` ends, rolled back when it returns early.
macro_rules! in_transaction {
    ($store:expr, $transaction:ident => $body:expr) => {
        match $store {
            // A SQLite transaction that begins reading and then wants to write can fail at once: begin as a writer.
            $crate::store::Store::Sqlite(pool) => {
                let mut $transaction = pool.begin_with("BEGIN IMMEDIATE").await?;
                let outcome = $body;
                $transaction.commit().await?;
                outcome
            }
            $crate::store::Store::Postgres(pool) => {
                let mut $transaction = pool.begin().await?;
                let outcome = $body;
                $transaction.commit().await?;
                outcome
            }
        }
    };
}

/// The same, one after the other among all hosts: for whatever depends on who administers what, and may change it.
macro_rules! in_turn {
    ($store:expr, $transaction:ident => $body:expr) => {
        $crate::store::in_transaction!($store, $transaction => {
            // Before anything else, so that nobody who waits for it holds a row; the statements after it see what the one
            // before has committed.
            $crate::store::Turn::take(&mut *$transaction).await?;
            $body
        })
    };
}

pub(crate) use {in_transaction, in_turn, with_pool};

/// Waits, in a transaction that may write, until no other one is under way that took a turn.
pub(crate) trait Turn {
    async fn take(&mut self) -> Result<(), sqlx::Error>;
}

impl Turn for PgConnection {
    async fn take(&mut self) -> Result<(), sqlx::Error> {
        // The number means nothing and is this lock's only.
        sqlx::query("SELECT pg_advisory_xact_lock(7023158840)")
            .execute(self)
            .await?;
        Ok(())
    }
}

impl Turn for SqliteConnection {
    /// There is one writer at a time anyhow.
    async fn take(&mut self) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

impl Store {
    /// Opens the database and brings its tables up to date.
    pub(crate) async fn connect(url: &SecretString, max_connections: u32) -> Result<Self, IdentityError> {
        let text = url.expose_secret();
        match text.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Self::connect_sqlite(text, max_connections).await,
            Some("postgres" | "postgresql") => Self::connect_postgres(text, max_connections).await,
            _ => Err(IdentityError::Address(
                "it names neither SQLite nor PostgreSQL".to_owned(),
            )),
        }
    }

    async fn connect_sqlite(url: &str, max_connections: u32) -> Result<Self, IdentityError> {
        let options = SqliteConnectOptions::from_str(url)
            .map_err(|_| IdentityError::Address("what follows `sqlite:` cannot be read".to_owned()))?
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Whoever was told that an account is shut must find it shut after a power cut, too.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(PATIENCE)
            .disable_statement_logging();
        let file = options.get_filename().to_owned();
        if url.contains(":memory:") || url.contains("mode=memory") || file.as_os_str().is_empty() {
            return Err(IdentityError::Address("it names no file".to_owned()));
        }
        prepare_file(&file)?;
        // Held until the migrations are done: SQLite's migrator has no lock of its own.
        let lock = migration_lock(&file).await?;
        let pool = SqlitePoolOptions::new()
            .max_connections(max_connections.max(1))
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        SQLITE_MIGRATIONS.run(&pool).await?;
        drop(lock);
        Ok(Self::Sqlite(pool))
    }

    async fn connect_postgres(url: &str, max_connections: u32) -> Result<Self, IdentityError> {
        let options = PgConnectOptions::from_str(url)
            .map_err(|_| IdentityError::Address("what follows `postgres:` cannot be read".to_owned()))?
            .application_name("porthole")
            .disable_statement_logging();
        // The pool would try for as long as its patience lasts, and then not say why.
        reach(&options, PATIENCE).await?;
        let pool = PgPoolOptions::new()
            .max_connections(max_connections.max(1))
            .acquire_timeout(PATIENCE)
            .connect_with(options)
            .await?;
        POSTGRES_MIGRATIONS.run(&pool).await?;
        Ok(Self::Postgres(pool))
    }

    /// Closes all connections.
    pub(crate) async fn close(&self) {
        with_pool!(self, pool => pool.close().await);
    }

    /// Connections that are open, and how many of them nobody uses.
    pub(crate) fn connections(&self) -> (usize, usize) {
        with_pool!(self, pool => {
            let open = pool.size() as usize;
            (open, pool.num_idle().min(open))
        })
    }

    /// Whether a server can be connected to, apart from the pool; what it or the operating system said.
    pub(crate) async fn try_to_reach(&self) -> Result<(), String> {
        let Self::Postgres(pool) = self else {
            // A file does not go away.
            return Ok(());
        };
        match reach(&pool.connect_options(), REACH).await {
            Ok(()) => Ok(()),
            Err(IdentityError::Down(reason)) => Err(reason),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Whether the database answers; none, when it has not within a second, be it that all connections are in use.
    pub(crate) async fn ping(&self) -> Option<Result<(), IdentityError>> {
        let asked = async { with_pool!(self, pool => sqlx::query("SELECT 1").execute(pool).await.map(drop)) };
        let answer = tokio::time::timeout(REACH, asked).await.ok()?;
        Some(answer.map_err(IdentityError::from))
    }
}

/// Connects to a server, apart from a pool. That it cannot be reached is said with its place and the reason.
async fn reach(options: &PgConnectOptions, patience: Duration) -> Result<(), IdentityError> {
    let place = || match options.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    match tokio::time::timeout(patience, PgConnection::connect_with(options)).await {
        Ok(Ok(connection)) => {
            // Whether it ends well is nobody's matter any more.
            let _ = connection.close().await;
            Ok(())
        }
        Ok(Err(error)) => {
            let reason = error.to_string();
            let error = IdentityError::from(error);
            Err(match error.is_unreachable() {
                true => IdentityError::Down(format!("{}: {reason}", place())),
                false => error,
            })
        }
        Err(_) => Err(IdentityError::Down(format!(
            "{}: no answer within {} s",
            place(),
            patience.as_secs()
        ))),
    }
}

/// Makes the file, readable by its owner only: it holds password hashes. A file that exists is not even opened,
/// because closing it again would drop the locks that this process may hold on it.
fn prepare_file(file: &Path) -> Result<(), IdentityError> {
    let failed = |source| IdentityError::File {
        path: file.display().to_string(),
        source,
    };
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(failed)?;
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(file) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(failed(error)),
    }
}

/// Waits until no other process brings this file up to date.
async fn migration_lock(file: &Path) -> Result<std::fs::File, IdentityError> {
    let mut path = file.as_os_str().to_owned();
    path.push(".lock");
    let shown = path.to_string_lossy().into_owned();
    let locked = tokio::task::spawn_blocking(move || {
        let lock = std::fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)?;
        lock.lock()?;
        Ok(lock)
    })
    .await
    .unwrap_or_else(|stopped| Err(std::io::Error::other(stopped)));
    locked.map_err(|source| IdentityError::File { path: shown, source })
}
