//! All rows of a question, however many, in the memory of a few.

use std::time::Duration;

use tokio::sync::mpsc::Sender;

use super::blame::Asked;
use super::readers::Readers;
use super::{TenantData, check_range, check_texts, resolved_or_query};
use crate::cells::Cells;
use crate::connection::Pieces;
use crate::error::DataError;
use crate::frame::{Column, Frame};
use crate::query::RowsQuery;
use crate::source::Source;
use crate::sql::RowsStatements;
use crate::time;

/// A piece has about this many bytes.
const PIECE: u64 = 256 << 10;
/// Whoever takes nothing for this long has lost interest or line, and holds a connection that others want.
const STALLED: Duration = Duration::from_secs(60);
/// What one row takes beside its cells.
const ROW: u64 = 16;

impl TenantData {
    /// Sends the rows that `query` asks for, in pieces of some hundred KiB; waits while the receiver is busy, and stops when
    /// it has gone or takes nothing for a minute. The query's `max_rows`, `max_bytes` and `count` say nothing here.
    ///
    /// # Errors
    /// As for [`TenantData::rows`]; what was sent before is the beginning of the answer.
    pub async fn rows_in_pieces(
        &self,
        source: &Source,
        query: &RowsQuery,
        receiver: Sender<Frame>,
    ) -> Result<(), DataError> {
        check_range(query.range)?;
        check_texts(query.filters.iter().map(|(_, contains)| contains))?;
        let (table, sampled) = self.table_for(source, query).await?;
        let resolved = resolved_or_query(source, &table, sampled)?;
        let statements = RowsStatements::new(&resolved, query, time::now()).map_err(DataError::Invalid)?;
        let names = source.columns().iter().map(|column| column.name.clone());
        let mut gathered = Gathered {
            names: names.collect(),
            readers: Readers::new(&resolved, query.texts),
            receiver,
        };
        let answer = self.0.connections.in_pieces(statements.rows, &mut gathered).await;
        let answer = self.blamed(&resolved, query.range, Asked::Rows, answer).await;
        self.forget_if_refused(source, answer).await
    }
}

struct Gathered {
    names: Vec<String>,
    readers: Readers,
    receiver: Sender<Frame>,
}

impl Pieces for Gathered {
    fn row(&mut self, row: &dyn Cells) -> u64 {
        self.readers.read(row) + ROW
    }

    fn is_full(&self) -> bool {
        self.readers.bytes() >= PIECE
    }

    async fn hand_on(&mut self) -> Result<(), DataError> {
        if self.readers.bytes() == 0 {
            return Ok(());
        }
        let columns = self.names.iter().zip(self.readers.take());
        let frame = Frame {
            columns: columns
                .map(|(name, data)| Column {
                    name: name.clone(),
                    data,
                })
                .collect(),
        };
        handed_on(&self.receiver, frame, STALLED).await
    }
}

async fn handed_on(receiver: &Sender<Frame>, frame: Frame, patience: Duration) -> Result<(), DataError> {
    match tokio::time::timeout(patience, receiver.send(frame)).await {
        Ok(sent) => sent.map_err(|_| DataError::Unavailable("nobody reads the answer any more".to_owned())),
        Err(_) => Err(DataError::TimedOut(format!(
            "nothing of the answer was taken for {} s",
            patience.as_secs()
        ))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn whoever_takes_nothing_more_holds_no_connection_for_long() {
        let (sender, mut receiver) = tokio::sync::mpsc::channel(1);
        let frame = || Frame { columns: Vec::new() };
        let soon = Duration::from_millis(20);
        assert_eq!(handed_on(&sender, frame(), soon).await, Ok(()));
        let stalled = handed_on(&sender, frame(), soon).await;
        assert!(matches!(stalled, Err(DataError::TimedOut(_))), "{stalled:?}");
        assert!(receiver.recv().await.is_some());
        assert_eq!(handed_on(&sender, frame(), soon).await, Ok(()));
        drop(receiver);
        let gone = handed_on(&sender, frame(), Duration::MAX).await;
        assert!(matches!(gone, Err(DataError::Unavailable(_))), "{gone:?}");
    }
}
