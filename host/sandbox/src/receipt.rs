//! What a call cost and what it said.

/// What one call cost.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Receipt {
    /// From admission to end, microseconds; waiting for a free place is not in it.
    pub wall_us: u64,
    /// Processor time inside the guest, waiting for data excluded, microseconds.
    pub guest_us: u64,
    /// The guest's linear memories together at their largest, bytes.
    pub memory_bytes: u64,
    /// Questions asked: `series` and `rows` together.
    pub queries: u32,
    /// Points and rows of all answers together.
    pub rows: u64,
    /// Bytes of all answers together.
    pub bytes: u64,
    /// Time buckets that were not known yet and had to be computed.
    pub buckets_computed: u64,
    /// Lines the guest wrote beyond its limit; they are lost.
    pub log_lines_lost: u64,
}

/// How serious a line of a guest's log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For the author.
    Debug,
    /// For anybody.
    Info,
    /// Something is odd.
    Warn,
    /// Something went wrong.
    Error,
}

/// One line of a guest's log: written by the guest, so not to be trusted; control characters are taken out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// How serious.
    pub level: LogLevel,
    /// At most [`Limits::log_line_chars`](crate::Limits::log_line_chars) characters; a cut line ends in `… (cut)`.
    pub message: String,
}
