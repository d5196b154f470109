//! What one call may use up.

use std::time::Duration;

/// The limits of one call. [`Limits::default`] holds the documented defaults.
///
/// The stack and the greatest possible memory belong to the whole engine: see
/// [`SandboxOptions`](crate::SandboxOptions).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Processor time of the guest; time in which it waits for data does not count. 500 ms.
    pub cpu: Duration,
    /// From start to end, without the time in which it waits for data. 5 s.
    pub wall: Duration,
    /// Waiting for data, all questions together. 20 s: longer than a query may run, so that a slow one is told as such.
    pub waiting: Duration,
    /// All of the guest's linear memories together, bytes. 64 MiB; never more than
    /// [`SandboxOptions::max_memory_bytes`](crate::SandboxOptions::max_memory_bytes).
    pub memory_bytes: usize,
    /// Linear memories one call may have. 4, which is also the most.
    pub memories: usize,
    /// Core instances one call may have. 64, which is also the most.
    pub instances: usize,
    /// Tables one call may have. 32, which is also the most.
    pub tables: usize,
    /// Elements of all tables together. 65,536, which is also the most of one table.
    pub table_elements: usize,
    /// Bytes the guest may hand to the host: per call into the host, and the same again for the result. 16 MiB.
    pub lifted_bytes: usize,
    /// Open handles at a time. 64.
    pub handles: usize,
    /// Questions to the data: `series` and `rows` together. 16.
    pub queries: u32,
    /// Points and rows of all answers together. 1,000,000.
    pub rows: u64,
    /// Bytes of all answers together. 64 MiB.
    pub bytes: u64,
    /// Lines of log kept. 100.
    pub log_lines: usize,
    /// Characters kept of one line. 1,000.
    pub log_line_chars: usize,
    /// The largest component accepted, bytes. 32 MiB.
    pub component_bytes: usize,
    /// Calls of one tenant at a time; more wait for these. 4.
    pub calls_per_tenant: usize,
}

impl Limits {
    /// No call takes longer than this from start to end.
    pub fn longest(&self) -> Duration {
        self.wall.saturating_add(self.waiting)
    }

    /// Each limit under its name in `tenant.yaml`, with its value for people.
    pub fn named(&self) -> Vec<(&'static str, String)> {
        let bytes = |bytes: usize| crate::call::bytes(bytes as u64);
        vec![
            ("cpu", crate::call::duration(self.cpu)),
            ("wall", crate::call::duration(self.wall)),
            ("waiting", crate::call::duration(self.waiting)),
            ("memory", bytes(self.memory_bytes)),
            ("result", bytes(self.lifted_bytes)),
            ("handles", self.handles.to_string()),
            ("queries", self.queries.to_string()),
            ("rows", self.rows.to_string()),
            ("data", crate::call::bytes(self.bytes)),
            ("log_lines", self.log_lines.to_string()),
            ("concurrent_calls", self.calls_per_tenant.to_string()),
            ("plugin", bytes(self.component_bytes)),
        ]
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            cpu: Duration::from_millis(500),
            wall: Duration::from_secs(5),
            waiting: Duration::from_secs(20),
            memory_bytes: 64 << 20,
            memories: 4,
            instances: 64,
            tables: 32,
            table_elements: 65_536,
            lifted_bytes: 16 << 20,
            handles: 64,
            queries: 16,
            rows: 1_000_000,
            bytes: 64 << 20,
            log_lines: 100,
            log_line_chars: 1_000,
            component_bytes: 32 << 20,
            calls_per_tenant: 4,
        }
    }
}
