//! Why a panel could not be rendered. The API turns each into a status and a sentence.

use porthole_model::Diagnostic;

/// How a plugin failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PluginFault {
    /// It crashed; the message says how.
    Trapped,
    /// It ran into a limit: name and value, as `("cpu", "500 ms")`.
    Limit {
        /// `cpu`, `wall time`, `memory`, `result size`, `queries`, …
        name: &'static str,
        /// With its unit.
        value: String,
    },
    /// What it returned is not usable.
    Answer,
    /// It returned a failure of its own.
    Failed,
}

/// Why a panel could not be rendered.
#[derive(Debug, Clone, thiserror::Error)]
pub enum RenderError {
    /// The tenant has no such panel (or the tenant does not exist: the same to a reader).
    #[error("there is no such panel")]
    NotFound,
    /// The panel's YAML has faults.
    #[error("the panel's configuration has {} fault(s)", .0.len())]
    Configuration(Vec<Diagnostic>),
    /// A parameter of the request does not fit this panel (an unknown sort column, …).
    #[error("{message}")]
    Parameter {
        /// As the API names it.
        parameter: String,
        /// What was wrong and what to do.
        message: String,
    },
    /// The plugin failed.
    #[error("plugin {plugin} {version}: {message}")]
    Plugin {
        /// Its name.
        plugin: String,
        /// Its version.
        version: String,
        /// How.
        fault: PluginFault,
        /// For a person.
        message: String,
    },
    /// The plugin failed several times in a row and is not called for a while.
    #[error("plugin {plugin} {version}: {message}")]
    Resting {
        /// Its name.
        plugin: String,
        /// Its version.
        version: String,
        /// For a person.
        message: String,
        /// When it is tried again.
        until: std::time::SystemTime,
    },
    /// The database refused or could not run the query.
    #[error("{0}")]
    Query(String),
    /// The query would have read more than one call may.
    #[error("{0}")]
    TooLarge(String),
    /// The database did not answer in time.
    #[error("{0}")]
    TimedOut(String),
    /// The tenant's database cannot be reached.
    #[error("{0}")]
    DatabaseDown(String),
    /// The tenant's share of the host is used up right now.
    #[error("{0}")]
    Busy(String),
    /// The host's own fault.
    #[error("{0}")]
    Internal(String),
}

impl RenderError {
    /// In one word, for figures and the log: `limit`, `trap`, `database_down`, …; nothing of what a plugin or a database said.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Configuration(_) => "configuration",
            Self::Parameter { .. } => "parameter",
            Self::Plugin { fault, .. } => match fault {
                PluginFault::Trapped => "trap",
                PluginFault::Limit { .. } => "limit",
                PluginFault::Answer => "answer",
                PluginFault::Failed => "failure",
            },
            Self::Resting { .. } => "resting",
            Self::Query(_) => "query",
            Self::TooLarge(_) => "too_large",
            Self::TimedOut(_) => "timed_out",
            Self::DatabaseDown(_) => "database_down",
            Self::Busy(_) => "busy",
            Self::Internal(_) => "internal",
        }
    }
}
