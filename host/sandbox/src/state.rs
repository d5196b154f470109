//! What the host keeps for one call, and the guard over the memory it may have.

use std::sync::Arc;

use tokio::runtime::Handle;
use wasmtime::ResourceLimiter;
use wasmtime::component::ResourceTable;

use crate::bindings::{QueryError, SeriesAnswer};
use crate::fault::LimitName;
use crate::guest_log::GuestLog;
use crate::limits::Limits;
use crate::meter::Meter;
use crate::receipt::Receipt;
use crate::source::Sources;
use crate::wasi::Wasi;
use crate::{LogLine, bindings};

/// The data of one call's store. Lives as long as the call.
pub(crate) struct CallState {
    pub(crate) limits: Limits,
    /// The guest's stack, which is the engine's affair, for messages.
    pub(crate) stack_bytes: usize,
    pub(crate) sources: Arc<dyn Sources>,
    /// Open sources of this call. Handles of the guest point in here and nowhere else.
    pub(crate) open: ResourceTable,
    pub(crate) memory: MemoryGuard,
    pub(crate) meter: Arc<Meter>,
    pub(crate) log: GuestLog,
    /// The limit that ended the call, or made the host answer a question with an error.
    pub(crate) reached: Option<LimitName>,
    /// What time it is for the guest, milliseconds since the Unix epoch.
    pub(crate) now: i64,
    /// Where questions to the data are asked, wherever the guest computes.
    pub(crate) home: Handle,
    pub(crate) queries: u32,
    pub(crate) rows: u64,
    pub(crate) bytes: u64,
    pub(crate) buckets_computed: u64,
    /// Made when the guest first calls WASI; most never do.
    pub(crate) wasi: Option<Box<Wasi>>,
}

impl CallState {
    /// Needs a tokio runtime: the one that asks questions to the data.
    pub(crate) fn new(limits: Limits, stack_bytes: usize, sources: Arc<dyn Sources>, now: i64) -> Self {
        let mut open = ResourceTable::new();
        open.set_max_capacity(limits.handles);
        Self {
            memory: MemoryGuard::new(&limits),
            log: GuestLog::new(&limits),
            meter: Arc::new(Meter::new()),
            limits,
            stack_bytes,
            sources,
            open,
            reached: None,
            now,
            home: Handle::current(),
            queries: 0,
            rows: 0,
            bytes: 0,
            buckets_computed: 0,
            wasi: None,
        }
    }

    /// The limit that was reached, by whoever noticed.
    pub(crate) fn reached(&self) -> Option<LimitName> {
        self.reached.or(self.memory.reached)
    }

    /// The call is over: its cost and its log.
    pub(crate) fn finish(mut self, wall: std::time::Duration) -> (Receipt, Vec<LogLine>) {
        if let Some(wasi) = self.wasi.take() {
            wasi.drain_output(&mut self.log);
        }
        let (log, log_lines_lost) = self.log.finish();
        let receipt = Receipt {
            wall_us: microseconds(wall),
            guest_us: microseconds(self.meter.used()),
            memory_bytes: self.memory.peak as u64,
            queries: self.queries,
            rows: self.rows,
            bytes: self.bytes,
            buckets_computed: self.buckets_computed,
            log_lines_lost,
        };
        (receipt, log)
    }

    /// Counts one question; an error when there were enough.
    pub(crate) fn count_query(&mut self) -> Result<(), QueryError> {
        if self.queries >= self.limits.queries {
            self.reached.get_or_insert(LimitName::Queries);
            return Err(QueryError::TooLarge(format!(
                "this call has asked {} questions, which is the most one call may ask",
                self.limits.queries
            )));
        }
        self.queries += 1;
        Ok(())
    }

    /// Counts what an answer brings; an error when it is too much.
    pub(crate) fn count_answer(&mut self, rows: u64, bytes: u64) -> Result<(), QueryError> {
        let rows = self.rows.saturating_add(rows);
        let bytes = self.bytes.saturating_add(bytes);
        if rows > self.limits.rows {
            self.reached.get_or_insert(LimitName::Rows);
            return Err(QueryError::TooLarge(format!(
                "the answers have {rows} rows; one call may read {}",
                self.limits.rows
            )));
        }
        if bytes > self.limits.bytes {
            self.reached.get_or_insert(LimitName::Bytes);
            return Err(QueryError::TooLarge(format!(
                "the answers have {bytes} bytes; one call may read {}",
                self.limits.bytes
            )));
        }
        self.rows = rows;
        self.bytes = bytes;
        Ok(())
    }
}

/// Rows and bytes of an answer with series.
pub(crate) fn size_of_series(answer: &SeriesAnswer) -> (u64, u64) {
    answer.series.iter().fold((0, 0), |(rows, bytes), series| {
        let points = series.instants.len().max(series.values.len()) as u64;
        let size = series.label.len() + 8 * (series.instants.len() + series.values.len());
        (rows + points, bytes + size as u64)
    })
}

/// Rows and bytes of an answer with rows.
pub(crate) fn size_of_rows(answer: &bindings::Rows) -> (u64, u64) {
    use bindings::ColumnData::{Booleans, Instants, Integers, Numbers, Texts};
    answer.frame.columns.iter().fold((0, 0), |(rows, bytes), column| {
        let (length, size) = match &column.data {
            Numbers(values) => (values.len(), 8 * values.len()),
            Integers(values) | Instants(values) => (values.len(), 16 * values.len()),
            Booleans(values) => (values.len(), 2 * values.len()),
            Texts(values) => {
                let text: usize = values.iter().flatten().map(String::len).sum();
                (values.len(), text + 12 * values.len())
            }
        };
        (rows.max(length as u64), bytes + size as u64)
    })
}

/// Says no to memory beyond the limit, and remembers that it did.
///
/// A guest may have several memories and tables: what counts is all of them together.
pub(crate) struct MemoryGuard {
    limit: usize,
    now: usize,
    peak: usize,
    elements_limit: usize,
    elements: usize,
    instances: usize,
    tables: usize,
    memories: usize,
    reached: Option<LimitName>,
}

impl MemoryGuard {
    fn new(limits: &Limits) -> Self {
        Self {
            limit: limits.memory_bytes,
            now: 0,
            peak: 0,
            elements_limit: limits.table_elements,
            elements: 0,
            instances: limits.instances,
            tables: limits.tables,
            memories: limits.memories,
            reached: None,
        }
    }

    fn refuse(&mut self, limit: LimitName) -> wasmtime::Error {
        self.reached.get_or_insert(limit);
        wasmtime::Error::msg("the limit was reached")
    }
}

impl ResourceLimiter for MemoryGuard {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let now = self.now.saturating_add(desired.saturating_sub(current));
        if now > self.limit {
            // A trap and not a refusal: the guest's allocator would end in a bare `unreachable` all the same.
            return Err(self.refuse(LimitName::Memory));
        }
        self.now = now;
        self.peak = self.peak.max(now);
        Ok(true)
    }

    fn memory_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        // Allowed above and still impossible: the memory's own maximum, or the machine has none left.
        Err(self.refuse(LimitName::Memory))
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let elements = self.elements.saturating_add(desired.saturating_sub(current));
        if elements > self.elements_limit {
            return Err(self.refuse(LimitName::TableElements));
        }
        self.elements = elements;
        Ok(true)
    }

    fn table_grow_failed(&mut self, _error: wasmtime::Error) -> wasmtime::Result<()> {
        Err(self.refuse(LimitName::TableElements))
    }

    fn instances(&self) -> usize {
        self.instances
    }

    fn tables(&self) -> usize {
        self.tables
    }

    fn memories(&self) -> usize {
        self.memories
    }
}

fn microseconds(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
