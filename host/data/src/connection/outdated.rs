//! Asking PostgreSQL anew where a statement that it has prepared no longer fits a table that was altered.

use std::sync::Arc;

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

use super::{Connections, postgres};
use crate::cells::Cells;
use crate::error::DataError;
use crate::sql::Statement;

impl Connections {
    /// Runs a statement on this connection and gives its rows to `each`. After `ALTER TABLE`, the server refuses what was
    /// prepared before: that is prepared anew, once, where no row was handed on yet.
    pub(super) async fn ask<F>(
        &self,
        connection: &mut PgConnection,
        statement: Statement,
        mut each: F,
    ) -> Result<(), DataError>
    where
        F: FnMut(&dyn Cells) -> Result<(), DataError> + Send,
    {
        let text: Arc<str> = statement.text.into();
        let mut is_anew = false;
        loop {
            let mut is_handed_on = false;
            let asked = {
                let binds = postgres(statement.binds.clone())?;
                let query = sqlx::query_with(AssertSqlSafe(Arc::clone(&text)), binds);
                let mut rows = query.fetch(&mut *connection);
                loop {
                    match rows.try_next().await {
                        Ok(Some(row)) => {
                            is_handed_on = true;
                            each(&row)?;
                        }
                        Ok(None) => break Ok(()),
                        Err(error) => break Err(error),
                    }
                }
            };
            match asked {
                Ok(()) => return Ok(()),
                Err(error) if !is_anew && !is_handed_on && is_outdated(&error) => {
                    is_anew = true;
                    // All of them: the table is altered for each.
                    let cleared = connection.clear_cached_statements().await;
                    cleared.map_err(|error| self.failed(error))?;
                }
                Err(error) => return Err(self.failed(error)),
            }
        }
    }
}

/// Whether the server refuses a statement only because it was prepared before a table was altered. The same code is said of what
/// it cannot do at all, and a message in another language of a server is not known: then the reader is told.
fn is_outdated(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|error| {
        error.code().is_some_and(|code| code == "0A000") && error.message().contains("cached plan")
    })
}
