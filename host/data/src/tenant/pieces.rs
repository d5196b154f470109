//! All rows of a question, however many, in the memory of a few.

use tokio::sync::mpsc::Sender;

use super::{Reader, TenantData, check_range, check_texts, sentence};
use crate::cells::Cells;
use crate::connection::Pieces;
use crate::error::DataError;
use crate::frame::{Column, ColumnData, Frame};
use crate::query::RowsQuery;
use crate::source::Source;
use crate::sql::{RowsStatements, resolve};
use crate::time;

/// A piece has about this many bytes.
const PIECE: u64 = 256 << 10;
/// What one row takes beside its cells.
const ROW: u64 = 16;

impl TenantData {
    /// Sends the rows that `query` asks for, in pieces of some hundred KiB; waits while the receiver is busy, and stops when
    /// it has gone. The query's `max_rows`, `max_bytes` and `count` say nothing here.
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
        let (table, sampled) = self.table(source).await?;
        let resolved =
            resolve(source, &table, sampled).map_err(|faults| DataError::Query(sentence(&faults)))?;
        let statements = RowsStatements::new(&resolved, query, time::now()).map_err(DataError::Invalid)?;
        let readers = (0..resolved.columns.len()).map(|index| Reader::new(&resolved, index));
        let mut gathered = Gathered {
            names: source
                .columns()
                .iter()
                .map(|column| column.name.clone())
                .collect(),
            readers: readers.collect(),
            bytes: 0,
            receiver,
        };
        let answer = self.0.connections.in_pieces(statements.rows, &mut gathered).await;
        self.forget_if_refused(source, answer).await
    }
}

struct Gathered {
    names: Vec<String>,
    readers: Vec<Reader>,
    bytes: u64,
    receiver: Sender<Frame>,
}

impl Pieces for Gathered {
    fn row(&mut self, row: &dyn Cells) -> u64 {
        let mut size = ROW;
        for (index, reader) in self.readers.iter_mut().enumerate() {
            size += reader.read(row, index);
        }
        self.bytes += size;
        size
    }

    fn is_full(&self) -> bool {
        self.bytes >= PIECE
    }

    async fn hand_on(&mut self) -> Result<(), DataError> {
        if self.bytes == 0 {
            return Ok(());
        }
        self.bytes = 0;
        let columns = self.names.iter().zip(&mut self.readers);
        let frame = Frame {
            columns: columns
                .map(|(name, reader)| Column {
                    name: name.clone(),
                    data: emptied(&mut reader.0),
                })
                .collect(),
        };
        let gone = |_| DataError::Unavailable("nobody reads the answer any more".to_owned());
        self.receiver.send(frame).await.map_err(gone)
    }
}

/// Takes the values and leaves a column of the same kind.
fn emptied(data: &mut ColumnData) -> ColumnData {
    match data {
        ColumnData::Numbers(values) => ColumnData::Numbers(std::mem::take(values)),
        ColumnData::Integers(values) => ColumnData::Integers(std::mem::take(values)),
        ColumnData::Texts(values) => ColumnData::Texts(std::mem::take(values)),
        ColumnData::Booleans(values) => ColumnData::Booleans(std::mem::take(values)),
        ColumnData::Instants(values) => ColumnData::Instants(std::mem::take(values)),
    }
}
