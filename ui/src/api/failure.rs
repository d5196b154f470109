//! Why an answer did not come, or was none.

use porthole_model::{Problem, code};
use wasm_bindgen::{JsCast, JsValue};

use crate::text;

/// A request that failed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// The host said what is wrong.
    Problem {
        problem: Box<Problem>,
        /// Seconds, as the host asked.
        retry_after: Option<u32>,
    },
    /// A status without a word: a proxy in between.
    Status {
        status: u16,
        /// Seconds, as it asked.
        retry_after: Option<u32>,
    },
    /// No answer at all.
    Unreachable,
    /// An answer that this page does not understand: host and page are of different versions.
    Unreadable(String),
    /// Nobody wants to know any more.
    Cancelled,
}

impl Failure {
    /// From what the browser threw.
    pub fn of_browser(thrown: JsValue) -> Self {
        let is_cancelled = thrown
            .dyn_ref::<js_sys::Error>()
            .is_some_and(|error| error.name() == "AbortError")
            || js_sys::Reflect::get(&thrown, &"name".into()).is_ok_and(|name| name == "AbortError");
        if is_cancelled {
            Self::Cancelled
        } else {
            Self::Unreachable
        }
    }

    /// The HTTP status; none without an answer.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Problem { problem, .. } => Some(problem.status),
            Self::Status { status, .. } => Some(*status),
            Self::Unreadable(_) => Some(200),
            Self::Unreachable | Self::Cancelled => None,
        }
    }

    /// Whether the same request may fare better a moment later.
    pub fn is_passing(&self) -> bool {
        crate::retry::is_passing(self.status(), self.problem().is_some())
    }

    /// Whether there is no such thing for this reader, be it that it is gone or that it is not open to them any more.
    pub fn is_withdrawal(&self) -> bool {
        matches!(self.status(), Some(403 | 404))
    }

    /// Whether the host said that the range is what is wrong.
    fn is_of_range(&self) -> bool {
        self.problem().is_some_and(|problem| {
            problem.code == code::INVALID_PARAMETER
                && matches!(problem.parameter.as_deref(), Some("start_date" | "end_date"))
        })
    }

    /// Seconds the host asked to wait.
    pub fn retry_after(&self) -> Option<u32> {
        match self {
            Self::Problem { retry_after, .. } | Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// What the host said.
    pub fn problem(&self) -> Option<&Problem> {
        match self {
            Self::Problem { problem, .. } => Some(problem),
            _ => None,
        }
    }

    /// Whether the host said this code.
    pub fn is(&self, code: &str) -> bool {
        self.problem().is_some_and(|problem| problem.code == code)
    }

    /// A few words for a heading.
    pub fn title(&self) -> &'static str {
        if self.is_of_range() {
            return "This range cannot be shown";
        }
        match self.problem().map(|problem| problem.code.as_str()) {
            Some(code::PLUGIN_LIMIT) => "Plugin stopped at a limit",
            Some(code::PLUGIN_RESTING) => "Plugin stopped",
            Some(code::PLUGIN_REFUSED) => "The plugin was refused",
            Some(code::PLUGIN_CLASH) => "The plugin clashes with another",
            Some(code::PLUGIN_TRAPPED) => "Plugin crashed",
            Some(code::PLUGIN_ANSWER) => "The plugin's answer cannot be shown",
            Some(code::PLUGIN_FAILED) => "The plugin could not make this panel",
            Some(code::QUERY_FAILED) => "The query failed",
            Some(code::QUERY_TOO_LARGE) => "The query reads too much",
            Some(code::QUERY_TIMED_OUT) => "The query took too long",
            Some(code::DATABASE_DOWN) => "The data source does not answer",
            Some(code::CENTRAL_DATABASE_DOWN) => "The host cannot reach its own database",
            Some(code::BUSY) => "The host is busy",
            Some(code::PANEL_CONFIGURATION) => "This panel is configured wrongly",
            Some(code::FORBIDDEN) => "You may not see this",
            Some(code::NOT_FOUND) => "There is no such thing here",
            Some(code::TOO_MANY_REQUESTS) => "Too many attempts",
            Some(code::INVALID_PARAMETER) => "The host does not understand the request",
            Some(_) => "Something went wrong",
            None => match self {
                Self::Unreachable => "The host does not answer",
                Self::Status { .. } => "Something between here and the host failed",
                _ => "The host's answer cannot be read",
            },
        }
    }

    /// A short mark beside a panel's heading.
    pub fn badge(&self) -> &'static str {
        if self.is_of_range() {
            return "range";
        }
        match self.problem().map(|problem| problem.code.as_str()) {
            Some(code::PLUGIN_LIMIT) => "limit reached",
            Some(code::PLUGIN_RESTING) => "plugin stopped",
            Some(code::PLUGIN_TRAPPED) => "plugin crashed",
            Some(code::PLUGIN_REFUSED) => "plugin refused",
            Some(code::DATABASE_DOWN) => "database down",
            Some(code::PANEL_CONFIGURATION) => "configuration",
            Some(code::FORBIDDEN) => "not permitted",
            Some(code::QUERY_FAILED) => "query failed",
            Some(code::QUERY_TOO_LARGE) => "reads too much",
            Some(code::QUERY_TIMED_OUT) => "timed out",
            Some(code::BUSY) => "busy",
            _ if matches!(self, Self::Unreachable) => "no answer",
            _ => "error",
        }
    }

    /// A sentence.
    pub fn detail(&self) -> String {
        match self {
            Self::Problem { problem, .. } => sentence(&problem.detail),
            Self::Status { status, .. } => {
                format!("The request was answered with status {status} and no explanation.")
            }
            Self::Unreachable => "Check the connection. It is tried again by itself.".to_owned(),
            Self::Unreadable(error) => format!("Reload the page; it may be older than the host. ({error})"),
            Self::Cancelled => String::new(),
        }
    }
}

/// The host's words for a log begin in the middle of a sentence.
fn sentence(said: &str) -> String {
    let mut letters = said.chars();
    letters
        .next()
        .map(|first| text::upper(&first.to_string()) + letters.as_str())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_says_becomes_a_sentence() {
        assert_eq!(
            sentence("it reached its limit of memory: 64 MiB"),
            "It reached its limit of memory: 64 MiB"
        );
        assert_eq!(sentence("élan"), "Élan");
        assert_eq!(sentence(""), "");
    }
}
