//! Connections to one tenant's database: read-only, few, opened when needed, closed when idle; and running statements
//! on them within limits.

mod file;
mod occupancy;
mod outdated;
mod pieces;
mod reason;
mod slow;
mod target;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgArguments, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteArguments, SqlitePool, SqlitePoolOptions};
use sqlx::{Arguments, AssertSqlSafe, ConnectOptions, Executor, Postgres};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::cells::Cells;
use crate::databases::{DatabasesOptions, TenantDatabase};
use crate::error::DataError;
use crate::moment::Moment;
use crate::sql::{Bind, Dialect, Statement};

pub use occupancy::PoolOccupancy;
pub(crate) use pieces::Pieces;
pub use slow::asked_by;
pub(crate) use target::Target;

use reason::brief;

/// PostgreSQL stops a statement by itself; only when it does not answer at all the host gives up, this much later.
const GRACE: Duration = Duration::from_secs(2);
/// After a failed connect, others are told so for this long without trying; then one tries again, and the others are told
/// so meanwhile. Twice as long after each further failure.
const DOWN: Duration = Duration::from_secs(1);
/// No longer than this, so that a database that is back is found soon.
const LONGEST_DOWN: Duration = Duration::from_secs(5);
/// How long a server that has accepted no connection is given to say why.
const ASKING_WHY: Duration = Duration::from_secs(1);
/// SQLite looks this often, in steps of its machine, whether to stop: well below a millisecond.
const SQLITE_STEPS: i32 = 4096;
/// Rows of SQLite that may wait to be read. It answers on a thread of its own: with few, the two wake each other for
/// nearly every row, which costs more than reading them.
const SQLITE_ROWS: usize = 2048;

#[derive(Debug)]
enum Pool {
    Postgres(PgPool),
    Sqlite(SqlitePool),
    /// The URL cannot be used.
    None(String),
}

/// A database that did not accept a connection.
#[derive(Debug)]
struct Down {
    error: DataError,
    until: Instant,
    rest: Duration,
    /// Somebody finds out whether it is back.
    is_tried: bool,
}

impl Down {
    /// Another failure, after those before it.
    fn after(before: Option<&Self>, error: DataError) -> Self {
        let rest = match before {
            // Several who began together have found out one thing.
            Some(before) if before.is_tried => before.rest.saturating_mul(2).min(LONGEST_DOWN),
            Some(before) => before.rest,
            None => DOWN,
        };
        Self {
            error,
            until: Instant::now() + rest,
            rest,
            is_tried: false,
        }
    }

    fn is_closed(&self) -> bool {
        self.is_tried || Instant::now() < self.until
    }
}

/// The one who finds out whether a database is back; who gives up lets another one try.
struct Trial<'a>(&'a Mutex<Option<Down>>);

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if let Some(down) = self.0.lock().as_mut() {
            down.is_tried = false;
        }
    }
}

/// The connections to one tenant's database.
#[derive(Debug)]
pub(crate) struct Connections {
    /// Whose database it is, for the log.
    tenant: String,
    pool: Pool,
    /// Asked for before a connection is: waiting for a turn and waiting for the server are different troubles.
    turns: Semaphore,
    all_turns: Arc<Semaphore>,
    /// Statements that wait for their turn.
    waiting: AtomicUsize,
    connect_timeout: Duration,
    statement_timeout: Duration,
    down: Mutex<Option<Down>>,
    /// Which database this is, without a password, as a hash: it is nobody's business where tenants' databases are.
    identity: [u8; 32],
    /// Where the database is one.
    file: Option<Arc<file::File>>,
    most: u32,
}

impl Connections {
    pub(crate) fn new(
        database: &TenantDatabase,
        options: &DatabasesOptions,
        all_turns: Arc<Semaphore>,
    ) -> Self {
        let most = database.max_connections.max(1);
        let mut identity = String::new();
        let mut file = None;
        let pool = match Target::parse(&database.url) {
            Err(message) => Pool::None(message),
            Ok(Target::Postgres(connect)) => {
                identity = format!(
                    "postgres {}@{}:{}/{}",
                    connect.get_username(),
                    connect.get_host(),
                    connect.get_port(),
                    connect.get_database().unwrap_or_default()
                );
                let timeout = database.statement_timeout.as_millis().max(1);
                let settings = format!(
                    "SET default_transaction_read_only = on; SET statement_timeout = {timeout}; SET timezone = 'UTC'"
                );
                let pool = PgPoolOptions::new()
                    .max_connections(most)
                    .acquire_timeout(options.connect_timeout)
                    .idle_timeout(options.idle_timeout)
                    .max_lifetime(Duration::from_secs(1800))
                    .after_connect(move |connection, _| {
                        let settings = settings.clone();
                        Box::pin(async move {
                            connection.execute(sqlx::raw_sql(AssertSqlSafe(settings))).await?;
                            // Some systems cannot do this; a given up query then runs to its timeout.
                            let check = "SET client_connection_check_interval = '500ms'";
                            // Compiling a statement takes longer than most of ours run.
                            let compile = "SET jit = off";
                            // A table in parts on several servers: each can do its part of the work.
                            let parts = "SET enable_partitionwise_aggregate = on";
                            for setting in [check, compile, parts] {
                                if let Err(error) = connection.execute(sqlx::raw_sql(setting)).await {
                                    tracing::debug!(%error, setting, "the server does not know this setting");
                                }
                            }
                            Ok(())
                        })
                    })
                    .connect_lazy_with(*connect);
                Pool::Postgres(pool)
            }
            Ok(Target::Sqlite(connect)) => {
                identity = format!("sqlite {}", connect.get_filename().display());
                let named = Arc::new(file::File::new(connect.get_filename()));
                file = Some(named.clone());
                let connect = connect
                    .read_only(true)
                    .create_if_missing(false)
                    .pragma("query_only", "on")
                    // Views of a file that somebody else made must not call functions with effects.
                    .pragma("trusted_schema", "off")
                    .row_buffer_size(SQLITE_ROWS);
                let pool = SqlitePoolOptions::new()
                    .max_connections(most)
                    .acquire_timeout(options.connect_timeout)
                    .idle_timeout(options.idle_timeout)
                    .before_acquire(move |_, about| {
                        let is_of = named.is_of(about.age);
                        Box::pin(async move { Ok(is_of) })
                    })
                    .connect_lazy_with(connect);
                Pool::Sqlite(pool)
            }
        };
        Self {
            tenant: database.tenant.clone(),
            pool,
            turns: Semaphore::new(most as usize),
            all_turns,
            waiting: AtomicUsize::new(0),
            connect_timeout: options.connect_timeout,
            statement_timeout: database.statement_timeout,
            down: Mutex::new(None),
            identity: Sha256::digest(identity).into(),
            file,
            most,
        }
    }

    /// Which database this is, without a password, as a hash. Another file of the same name is another one.
    pub(crate) fn identity(&self) -> [u8; 32] {
        match self.file.as_ref().and_then(|file| file.number()) {
            None => self.identity,
            Some(number) => {
                let hash = Sha256::new().chain_update(self.identity);
                hash.chain_update(number.to_be_bytes()).finalize().into()
            }
        }
    }

    /// Statements that may run at the same time.
    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    pub(crate) fn dialect(&self) -> Dialect {
        match self.pool {
            Pool::Postgres(_) | Pool::None(_) => Dialect::Postgres,
            Pool::Sqlite(_) => Dialect::Sqlite,
        }
    }

    /// Runs a statement and gives its rows to `each`, one by one; an error from it ends the reading. Dropping the future
    /// stops the statement: in SQLite at once, in PostgreSQL within about a second.
    #[tracing::instrument(target = "porthole_trace", name = "statement", level = "info", skip_all,
        fields(otel.kind = "client", db.system.name = self.dialect().system()))]
    pub(crate) async fn each<F>(&self, statement: Statement, each: F) -> Result<(), DataError>
    where
        F: FnMut(&dyn Cells) -> Result<(), DataError> + Send,
    {
        // Before the turn, so that nobody queues behind those who wait for a server that does not answer.
        self.not_told_down()?;
        let _turns = self.turn().await?;
        let _trial = self.may_connect()?;
        tracing::trace!(sql = statement.text, "asking a tenant's database");
        let _watched = slow::Watched::begin(&self.tenant);
        match &self.pool {
            Pool::None(message) => Err(DataError::Unavailable(message.clone())),
            Pool::Postgres(pool) => {
                let mut held = Held(Some(self.acquired(pool).await?));
                let limit = self.statement_timeout.saturating_add(GRACE);
                let run = async {
                    match held.0.as_deref_mut() {
                        Some(connection) => self.ask(connection, statement, each).await,
                        None => Ok(()),
                    }
                };
                match tokio::time::timeout(limit, run).await {
                    Ok(Ok(())) => {
                        held.finish();
                        Ok(())
                    }
                    Ok(Err(error)) => Err(error),
                    Err(_) => Err(self.timed_out()),
                }
            }
            Pool::Sqlite(pool) => {
                let mut connection = self.connected(pool.acquire().await)?;
                let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
                let stopped = stop.0.clone();
                connection
                    .lock_handle()
                    .await
                    .map_err(|error| self.failed(error))?
                    .set_progress_handler(SQLITE_STEPS, move || !stopped.load(Ordering::Relaxed));
                let run = async {
                    let mut each = each;
                    let query = sqlx::query_with(AssertSqlSafe(statement.text), sqlite(statement.binds)?);
                    let mut rows = query.fetch(&mut *connection);
                    while let Some(row) = rows.try_next().await.map_err(|error| self.failed(error))? {
                        each(&row)?;
                    }
                    Ok(())
                };
                tokio::time::timeout(self.statement_timeout, run)
                    .await
                    .unwrap_or_else(|_| Err(self.timed_out()))
            }
        }
    }

    /// Closes all connections, when they are free.
    pub(crate) async fn close(&self) {
        match &self.pool {
            Pool::Postgres(pool) => pool.close().await,
            Pool::Sqlite(pool) => pool.close().await,
            Pool::None(_) => {}
        }
    }

    async fn turn(&self) -> Result<(SemaphorePermit<'_>, SemaphorePermit<'_>), DataError> {
        let _waiting = occupancy::Waiting::at(&self.waiting);
        let wait = async { Ok((self.turns.acquire().await?, self.all_turns.acquire().await?)) };
        // Whoever is before us is done by then, or stopped.
        let patience = self.statement_timeout.max(self.connect_timeout);
        match tokio::time::timeout(patience, wait).await {
            Ok(Ok(turns)) => Ok(turns),
            Ok(Err(closed)) => {
                let _: tokio::sync::AcquireError = closed;
                Err(DataError::Unavailable("the host is shutting down".into()))
            }
            Err(_) => Err(DataError::Busy(format!(
                "all connections to the database were in use for {} s; try again, or raise the tenant's `max_connections`",
                patience.as_secs_f32()
            ))),
        }
    }

    /// Whether nobody has found the database down a moment ago.
    fn not_told_down(&self) -> Result<(), DataError> {
        match self.down.lock().as_ref() {
            Some(down) if down.is_closed() => Err(down.error.clone()),
            _ => Ok(()),
        }
    }

    /// Whether a connection may be tried; while the database is down, by one at a time.
    fn may_connect(&self) -> Result<Option<Trial<'_>>, DataError> {
        match self.down.lock().as_mut() {
            None => Ok(None),
            Some(down) if down.is_closed() => Err(down.error.clone()),
            Some(down) => {
                down.is_tried = true;
                Ok(Some(Trial(&self.down)))
            }
        }
    }

    /// A connection to PostgreSQL. A server that refuses connections is tried for as long as connecting may take, since it may be
    /// starting; what it said meanwhile nobody is told, so it is asked once more.
    async fn acquired(&self, pool: &PgPool) -> Result<PoolConnection<Postgres>, DataError> {
        let acquired = match pool.acquire().await {
            Err(sqlx::Error::PoolTimedOut) => Err(self.why_none(pool).await),
            acquired => acquired,
        };
        self.connected(acquired)
    }

    async fn why_none(&self, pool: &PgPool) -> sqlx::Error {
        let options = pool.connect_options();
        let patience = self.connect_timeout.min(ASKING_WHY);
        match tokio::time::timeout(patience, options.connect()).await {
            Ok(Err(error)) => error,
            // Slow, and there all the same; or it says nothing at all.
            Ok(Ok(_)) | Err(_) => sqlx::Error::PoolTimedOut,
        }
    }

    fn connected<C>(&self, acquired: Result<C, sqlx::Error>) -> Result<C, DataError> {
        match acquired {
            Ok(connection) => {
                *self.down.lock() = None;
                Ok(connection)
            }
            Err(error) => {
                tracing::warn!(tenant = self.tenant, error = %brief(&error), "cannot connect to a tenant's database");
                let error = match self.failed(error) {
                    error @ DataError::Unavailable(_) => error,
                    other => {
                        DataError::Unavailable(format!("the database does not accept a connection: {other}"))
                    }
                };
                let mut down = self.down.lock();
                *down = Some(Down::after(down.as_ref(), error.clone()));
                Err(error)
            }
        }
    }
}

/// A connection to PostgreSQL while a statement runs on it. One that is given up halfway is closed, not handed to the
/// next: the server may still be busy with the statement, and notices the closed connection within a second.
struct Held(Option<PoolConnection<Postgres>>);

impl Held {
    /// The statement has come to its end: the connection can be used again.
    fn finish(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(connection) = self.0.take() {
            drop(connection.detach());
        }
    }
}

/// Stops SQLite when the one who asked has gone or has waited long enough.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn unbindable(_: sqlx::error::BoxDynError) -> DataError {
    DataError::Invalid("a value is too large to be sent to the database".into())
}

fn postgres(binds: Vec<Bind>) -> Result<PgArguments, DataError> {
    let mut arguments = PgArguments::default();
    for bind in binds {
        match bind {
            Bind::Integer(value) => arguments.add(value),
            Bind::Real(value) => arguments.add(value),
            Bind::Text(value) => arguments.add(value),
            Bind::Moment { millis, zoned } => arguments.add(Moment { millis, zoned }),
        }
        .map_err(unbindable)?;
    }
    Ok(arguments)
}

fn sqlite(binds: Vec<Bind>) -> Result<SqliteArguments, DataError> {
    let mut arguments = SqliteArguments::default();
    for bind in binds {
        match bind {
            Bind::Integer(value) => arguments.add(value),
            Bind::Real(value) => arguments.add(value),
            Bind::Text(value) => arguments.add(value),
            // Its own way of counting; it is never asked for such.
            Bind::Moment { millis, .. } => arguments.add(millis),
        }
        .map_err(unbindable)?;
    }
    Ok(arguments)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::atomic::AtomicUsize;

    use super::*;

    /// A server that accepts nobody, and tells how many have tried.
    async fn silent() -> (Connections, Arc<AtomicUsize>) {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let tried = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tried);
        tokio::spawn(async move {
            let mut kept = Vec::new();
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                kept.push(stream);
            }
        });
        let url = format!("postgres://nobody:none@{address}/nothing");
        let database = TenantDatabase::new("one", url.into());
        let options = DatabasesOptions {
            connect_timeout: Duration::from_millis(300),
            ..DatabasesOptions::default()
        };
        (
            Connections::new(&database, &options, Arc::new(Semaphore::new(100))),
            tried,
        )
    }

    #[tokio::test]
    async fn a_server_that_refuses_connections_is_told_of_with_the_reason_and_the_tenant() {
        // A port that was free a moment ago.
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let url = format!("postgres://nobody:hunter2@127.0.0.1:{port}/nothing");
        let database = TenantDatabase::new("alpha", url.into());
        let options = DatabasesOptions {
            connect_timeout: Duration::from_millis(300),
            ..DatabasesOptions::default()
        };
        let connections = Connections::new(&database, &options, Arc::new(Semaphore::new(100)));
        let log = slow::tests::Log::default();
        let told = log.begin();
        let statement = Statement {
            text: "SELECT 1".to_owned(),
            binds: Vec::new(),
        };
        let error = connections.each(statement, |_| Ok(())).await.unwrap_err();
        drop(told);
        assert!(error.to_string().contains("refuses connections"), "{error}");
        assert!(!error.to_string().contains("127.0.0.1"), "{error}");
        let log = log.text();
        assert!(
            log.contains("tenant=\"alpha\"") && log.contains("refused"),
            "{log}"
        );
        assert!(!log.contains("hunter2"), "{log}");
    }

    #[tokio::test]
    async fn one_at_a_time_finds_out_whether_a_database_is_back() {
        let (connections, tried) = silent().await;
        let ask = || {
            let statement = Statement {
                text: "SELECT 1".to_owned(),
                binds: Vec::new(),
            };
            connections.each(statement, |_| Ok(()))
        };
        assert!(matches!(ask().await, Err(DataError::Unavailable(_))));
        let before = tried.load(Ordering::SeqCst);
        // While it is known to be down, nobody tries.
        assert!(ask().await.is_err());
        assert_eq!(tried.load(Ordering::SeqCst), before);
        // Later, of ten who ask at once, one does: for a connection, and once more for the reason that there is none.
        connections.down.lock().as_mut().unwrap().until = Instant::now();
        let asked = Instant::now();
        let all = futures_util::future::join_all((0..10).map(|_| ask())).await;
        assert!(all.iter().all(Result::is_err));
        assert_eq!(tried.load(Ordering::SeqCst), before + 2);
        assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
        let rest = connections.down.lock().as_ref().unwrap().rest;
        assert_eq!(rest, 2 * DOWN);
        // Who gives up lets the next one try.
        connections.down.lock().as_mut().unwrap().until = Instant::now();
        let _ = tokio::time::timeout(Duration::from_millis(20), ask()).await;
        assert!(!connections.down.lock().as_ref().unwrap().is_tried);
    }
}
