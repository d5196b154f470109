//! Reading a long answer piece by piece, at the pace of whoever takes the pieces.
//!
//! PostgreSQL keeps such an answer under a cursor, so that the limit of time is one of each step and not of a reader on a
//! slow line; SQLite gives rows when they are asked for.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::TryStreamExt;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection, PgPool, SqliteConnection, SqlitePool};

use super::{Connections, GRACE, Held, Pool, SQLITE_STEPS, StopOnDrop, postgres, sqlite};
use crate::cells::Cells;
use crate::error::DataError;
use crate::sql::Statement;

/// Rows in the first step, when nobody knows how wide they are.
const FIRST: u64 = 16;
/// Rows in one step at most.
const MOST: u64 = 2_000;
/// Rows of SQLite that may wait to be read.
const AHEAD: usize = 16;
/// What one step should bring, bytes.
const STEP: u64 = 1 << 20;

/// Gathers rows and hands them on.
pub(crate) trait Pieces: Send {
    /// Takes a row; returns its size in bytes.
    fn row(&mut self, row: &dyn Cells) -> u64;

    /// Whether what is gathered should be handed on before there is more.
    fn is_full(&self) -> bool;

    /// Hands on what is gathered; an error ends the reading.
    fn hand_on(&mut self) -> impl Future<Output = Result<(), DataError>> + Send;
}

impl Connections {
    /// Runs a statement and gives its rows to `pieces`. Dropping the future stops it.
    #[tracing::instrument(target = "porthole_trace", name = "statement", level = "info", skip_all,
        fields(otel.kind = "client", db.system.name = self.dialect().system()))]
    pub(crate) async fn in_pieces<P: Pieces>(
        &self,
        statement: Statement,
        pieces: &mut P,
    ) -> Result<(), DataError> {
        self.not_told_down()?;
        let _turns = self.turn().await?;
        let _trial = self.may_connect()?;
        tracing::trace!(sql = statement.text, "asking a tenant's database, piece by piece");
        match &self.pool {
            Pool::None(message) => Err(DataError::Unavailable(message.clone())),
            Pool::Postgres(pool) => self.under_a_cursor(pool, statement, pieces).await,
            Pool::Sqlite(pool) => self.as_they_come(pool, statement, pieces).await,
        }
    }

    async fn under_a_cursor<P: Pieces>(
        &self,
        pool: &PgPool,
        statement: Statement,
        pieces: &mut P,
    ) -> Result<(), DataError> {
        let mut held = Held(Some(self.acquired(pool).await?));
        let Some(connection) = held.0.as_deref_mut() else {
            return Ok(());
        };
        self.in_time(connection.execute(sqlx::raw_sql("BEGIN READ ONLY")))
            .await?;
        let declare = format!("DECLARE pieces NO SCROLL CURSOR FOR {}", statement.text);
        // Not remembered: the next cursor of this name has other columns.
        let declare = sqlx::query_with(AssertSqlSafe(declare), postgres(statement.binds)?).persistent(false);
        self.in_time(declare.execute(&mut *connection)).await?;
        let mut wanted = FIRST;
        loop {
            let (rows, largest) = self.step(connection, wanted, pieces).await?;
            pieces.hand_on().await?;
            if rows < wanted {
                break;
            }
            wanted = (STEP / largest.max(1))
                .clamp(1, MOST)
                .min(wanted.saturating_mul(8));
        }
        self.in_time(connection.execute(sqlx::raw_sql("COMMIT"))).await?;
        held.finish();
        Ok(())
    }

    /// Rows that came, and the size of the largest.
    async fn step<P: Pieces>(
        &self,
        connection: &mut PgConnection,
        wanted: u64,
        pieces: &mut P,
    ) -> Result<(u64, u64), DataError> {
        let fetch = format!("FETCH FORWARD {wanted} FROM pieces");
        let mut rows = sqlx::query(AssertSqlSafe(fetch))
            .persistent(false)
            .fetch(connection);
        let (mut count, mut largest) = (0, 0);
        while let Some(row) = self.in_time(rows.try_next()).await? {
            count += 1;
            largest = largest.max(pieces.row(&row));
            // Rows that are much wider than the last ones: better the server waits than the memory fills.
            if pieces.is_full() {
                pieces.hand_on().await?;
            }
        }
        Ok((count, largest))
    }

    async fn as_they_come<P: Pieces>(
        &self,
        pool: &SqlitePool,
        statement: Statement,
        pieces: &mut P,
    ) -> Result<(), DataError> {
        // On a connection of its own: those of the pool read far ahead, which is much where rows are wide.
        let options = SqliteConnectOptions::clone(&pool.connect_options()).row_buffer_size(AHEAD);
        let mut connection = self.connected(SqliteConnection::connect_with(&options).await)?;
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let stopped = stop.0.clone();
        connection
            .lock_handle()
            .await
            .map_err(|error| self.failed(error))?
            .set_progress_handler(SQLITE_STEPS, move || !stopped.load(Ordering::Relaxed));
        let query = sqlx::query_with(AssertSqlSafe(statement.text), sqlite(statement.binds)?);
        let mut rows = query.fetch(&mut connection);
        while let Some(row) = self.in_time(rows.try_next()).await? {
            pieces.row(&row);
            if pieces.is_full() {
                pieces.hand_on().await?;
            }
        }
        drop(rows);
        pieces.hand_on().await
    }

    /// One step, within the time that a statement may take.
    async fn in_time<T>(&self, step: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, DataError> {
        match tokio::time::timeout(self.statement_timeout.saturating_add(GRACE), step).await {
            Ok(done) => done.map_err(|error| self.failed(error)),
            Err(_) => Err(self.timed_out()),
        }
    }
}
