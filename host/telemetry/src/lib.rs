//! Logs, metrics and traces.
//!
//! Logs go to standard error, one event a line, so that standard output stays free for what a command prints.

mod metrics;

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

pub use metrics::Metrics;

/// How a log line is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: time, level, target, message, fields.
    #[default]
    Text,
    /// For programs: one JSON object a line.
    Json,
}

impl std::str::FromStr for Format {
    type Err = TelemetryError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            other => Err(TelemetryError::Format(other.to_owned())),
        }
    }
}

/// Why logging could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The format is not one there is.
    #[error("there is no log format {0:?}: write `text` or `json`")]
    Format(String),
    /// The filter cannot be read.
    #[error(
        "the log filter {filter:?} cannot be read ({reason}): write a level as `info`, or levels by target as `info,porthole_api=debug`"
    )]
    Filter {
        /// As given.
        filter: String,
        /// What was wrong with it.
        reason: String,
    },
    /// Somebody has set up logging before.
    #[error("logs or figures are set up already in this process")]
    AlreadySet,
}

/// Sets up logging for the whole process.
///
/// `filter` is a level (`info`) or levels by target (`info,porthole_api=debug`).
///
/// # Errors
/// When the filter cannot be read, and when logging has been set up before.
pub fn init(format: Format, filter: &str) -> Result<(), TelemetryError> {
    let filter = parse(filter)?;
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    match format {
        Format::Text => builder.try_init(),
        Format::Json => builder
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .try_init(),
    }
    .map_err(|_| TelemetryError::AlreadySet)
}

fn parse(filter: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::builder()
        .parse(filter)
        .map_err(|error| TelemetryError::Filter {
            filter: filter.to_owned(),
            reason: error.to_string(),
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn reads_levels_and_levels_by_target() {
        assert!(parse("info").is_ok());
        assert!(parse("warn,porthole_api=debug").is_ok());
    }

    #[test]
    fn a_filter_that_is_none_names_itself() {
        let error = parse("porthole_api=shouting").unwrap_err().to_string();
        assert!(error.contains("porthole_api=shouting"), "{error}");
    }

    #[test]
    fn refuses_a_format_there_is_not() {
        assert_eq!("json".parse::<Format>().unwrap(), Format::Json);
        assert!("xml".parse::<Format>().unwrap_err().to_string().contains("xml"));
    }

    #[test]
    fn a_second_set_up_is_an_error_and_not_a_panic() {
        init(Format::Json, "off").unwrap();
        assert!(matches!(
            init(Format::Text, "info"),
            Err(TelemetryError::AlreadySet)
        ));
    }
}
