//! A tenant's own limits of the sandbox and of its queries.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::yaml::Fields;

/// What `limits:` of `tenant.yaml` (or of `porthole.yaml`, for all tenants) says; what is none is left to the host.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// CPU time of one call, milliseconds.
    pub cpu_ms: Option<u64>,
    /// Time of one call from start to end without waiting for data, milliseconds.
    pub wall_ms: Option<u64>,
    /// Time one call may wait for data, milliseconds.
    pub waiting_ms: Option<u64>,
    /// All memories of one call together, bytes.
    pub memory_bytes: Option<u64>,
    /// What one call may hand to the host, bytes.
    pub result_bytes: Option<u64>,
    /// Handles one call may hold.
    pub handles: Option<u32>,
    /// Queries of one call.
    pub queries: Option<u32>,
    /// Rows one call may read.
    pub rows: Option<u64>,
    /// Bytes one call may read from the database.
    pub data_bytes: Option<u64>,
    /// Log lines of one call.
    pub log_lines: Option<u32>,
    /// Characters of one log line.
    pub log_line: Option<u32>,
    /// Linear memories of one call.
    pub memories: Option<u32>,
    /// Tables of one call.
    pub tables: Option<u32>,
    /// Elements of all tables of one call together.
    pub table_elements: Option<u32>,
    /// Core instances of one call.
    pub instances: Option<u32>,
    /// Calls of the tenant at the same time.
    pub concurrent_calls: Option<u32>,
    /// Size of one plugin file, bytes.
    pub plugin_bytes: Option<u64>,
}

impl Limits {
    /// These limits, and `fallback`'s where these say nothing.
    pub fn or(self, fallback: Limits) -> Limits {
        Limits {
            cpu_ms: self.cpu_ms.or(fallback.cpu_ms),
            wall_ms: self.wall_ms.or(fallback.wall_ms),
            waiting_ms: self.waiting_ms.or(fallback.waiting_ms),
            memory_bytes: self.memory_bytes.or(fallback.memory_bytes),
            result_bytes: self.result_bytes.or(fallback.result_bytes),
            handles: self.handles.or(fallback.handles),
            queries: self.queries.or(fallback.queries),
            rows: self.rows.or(fallback.rows),
            data_bytes: self.data_bytes.or(fallback.data_bytes),
            log_lines: self.log_lines.or(fallback.log_lines),
            log_line: self.log_line.or(fallback.log_line),
            memories: self.memories.or(fallback.memories),
            tables: self.tables.or(fallback.tables),
            table_elements: self.table_elements.or(fallback.table_elements),
            instances: self.instances.or(fallback.instances),
            concurrent_calls: self.concurrent_calls.or(fallback.concurrent_calls),
            plugin_bytes: self.plugin_bytes.or(fallback.plugin_bytes),
        }
    }
}

const MIB: u64 = 1024 * 1024;

/// Reads `limits:`. The ranges keep a slip of the pen from taking the host down with it.
pub(crate) fn read_limits(fields: Fields<'_, '_, '_>) -> Limits {
    let times: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(60);
    let milliseconds = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let limits = Limits {
        cpu_ms: fields.duration("cpu", times.clone()).map(milliseconds),
        wall_ms: fields.duration("wall", times).map(milliseconds),
        waiting_ms: fields
            .duration("waiting", Duration::from_millis(1)..=Duration::from_secs(600))
            .map(milliseconds),
        memory_bytes: fields.size("memory", MIB..=4096 * MIB),
        result_bytes: fields.size("result", 1024..=1024 * MIB),
        handles: fields.integer("handles", 1..=10_000).map(count),
        queries: fields.integer("queries", 1..=10_000).map(count),
        rows: fields.integer("rows", 1..=100_000_000),
        data_bytes: fields.size("data", 1024..=4096 * MIB),
        log_lines: fields.integer("log_lines", 0..=10_000).map(count),
        log_line: fields.integer("log_line", 10..=100_000).map(count),
        // The most is what the host sets aside for each call.
        memories: fields.integer("memories", 1..=4).map(count),
        tables: fields.integer("tables", 1..=32).map(count),
        table_elements: fields.integer("table_elements", 1..=65_536).map(count),
        instances: fields.integer("instances", 1..=64).map(count),
        concurrent_calls: fields.integer("concurrent_calls", 1..=1000).map(count),
        plugin_bytes: fields.size("plugin", 1024..=1024 * MIB),
    };
    fields.finish();
    limits
}
