//! How a call can end other than with a view.

use std::fmt;

use crate::bindings::Failure;
use crate::receipt::{LogLine, Receipt};
use crate::rest::Resting;

/// Which limit a call reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LimitName {
    /// Processor time.
    Cpu,
    /// Time from start to end, without waiting for data.
    Wall,
    /// Time spent waiting for data.
    Waiting,
    /// Linear memory.
    Memory,
    /// Number of linear memories.
    Memories,
    /// Number of tables.
    Tables,
    /// Elements of all tables together.
    TableElements,
    /// Number of core instances.
    Instances,
    /// Depth of calls.
    Stack,
    /// Bytes handed to the host, the result above all.
    ResultSize,
    /// Open handles.
    Handles,
    /// Questions to the data.
    Queries,
    /// Rows of the answers.
    Rows,
    /// Bytes of the answers.
    Bytes,
}

impl LimitName {
    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Cpu,
        Self::Wall,
        Self::Waiting,
        Self::Memory,
        Self::Memories,
        Self::Tables,
        Self::TableElements,
        Self::Instances,
        Self::Stack,
        Self::ResultSize,
        Self::Handles,
        Self::Queries,
        Self::Rows,
        Self::Bytes,
    ];

    /// As shown to people: `cpu`, `wall time`, `memory`, …
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Wall => "wall time",
            Self::Waiting => "waiting for data",
            Self::Memory => "memory",
            Self::Memories => "memories",
            Self::Tables => "tables",
            Self::TableElements => "table elements",
            Self::Instances => "instances",
            Self::Stack => "stack",
            Self::ResultSize => "result size",
            Self::Handles => "handles",
            Self::Queries => "queries",
            Self::Rows => "rows",
            Self::Bytes => "bytes",
        }
    }
}

impl fmt::Display for LimitName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq)]
pub enum FaultKind {
    /// The guest crashed. `reason` is a sentence; `frames` are its named functions, innermost first.
    Trap {
        /// What happened.
        reason: String,
        /// Where, as far as the component names its functions.
        frames: Vec<String>,
    },
    /// The guest reached a limit.
    Limit {
        /// Which.
        name: LimitName,
        /// Its value with unit: `500 ms`, `64 MiB`, `16`.
        value: String,
    },
    /// The guest said itself that it could not do it.
    Failure(Failure),
    /// It failed several times in a row and was not called.
    Resting(Resting),
    /// No place became free within the call's wall time: the tenant's share of the host is in use.
    Busy,
    /// The host's own fault.
    Internal,
}

impl FaultKind {
    /// In one word, for figures and traces: `trap`, a limit's name, `failure`, …; nothing of what a guest said.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Trap { .. } => "trap",
            Self::Limit { name, .. } => name.as_str(),
            Self::Failure(_) => "failure",
            Self::Resting(_) => "resting",
            Self::Busy => "busy",
            Self::Internal => "internal",
        }
    }
}

/// A call that gave no view.
#[derive(Debug, Clone, thiserror::Error)]
#[error("plugin {plugin} {version}: {message}")]
pub struct RenderFault {
    /// The plugin's type name.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// How it ended.
    pub kind: FaultKind,
    /// A sentence for a person; names the limit and its value where one was reached. Does not repeat the plugin's name.
    pub message: String,
    /// What it cost all the same.
    pub receipt: Receipt,
    /// What it said before.
    pub log: Vec<LogLine>,
}
