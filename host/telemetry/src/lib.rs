//! Logs, metrics and traces.
//!
//! Logs go to standard error, one event a line, so that standard output stays free for what a command prints.

mod metrics;
mod traces;

use std::io::IsTerminal;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

pub use metrics::Metrics;
pub use traces::{TRACED, Telemetry, Traces, continue_trace};

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
    /// Traces cannot be sent to this address.
    #[error("traces cannot be sent to {endpoint}: {reason}")]
    Traces {
        /// As given.
        endpoint: String,
        /// What was wrong with it.
        reason: String,
    },
    /// Somebody has set up logging before.
    #[error("logs or figures are set up already in this process")]
    AlreadySet,
}

/// Sets up logging for the whole process, and traces, where `traces` says where they go.
///
/// `filter` is a level (`info`) or levels by target (`info,porthole_api=debug`).
///
/// # Errors
/// When the filter or the collector's address cannot be read, and when logging has been set up before.
pub fn init(format: Format, filter: &str, traces: Option<&Traces>) -> Result<Telemetry, TelemetryError> {
    let filter = parse(filter)?;
    // Spans that are traced are no matter of the log's; the hint keeps what is below the log's level as cheap as before.
    let filter = filter
        .and(filter_fn(|metadata| is_logged(metadata.target())).with_max_level_hint(LevelFilter::TRACE));
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none());
    let lines: Box<dyn Layer<Registry> + Send + Sync> = match format {
        Format::Text => lines.with_filter(filter).boxed(),
        Format::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(false)
            .with_filter(filter)
            .boxed(),
    };
    let mut layers = vec![lines];
    let provider = traces.map(traces::provider).transpose()?;
    if let Some(provider) = &provider {
        layers.push(traces::layer(provider).boxed());
    }
    tracing_subscriber::registry()
        .with(layers)
        .try_init()
        .map_err(|_| TelemetryError::AlreadySet)?;
    Ok(Telemetry::tracing(provider))
}

/// Whether events of a target are a matter of the log, whatever the filter says. Statements are not: their text is in no log.
fn is_logged(target: &str) -> bool {
    target != TRACED && !target.starts_with("sqlx::query")
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
    fn spans_of_traces_and_the_text_of_statements_are_in_no_log() {
        assert!(is_logged("porthole_api") && is_logged("sqlx::pool::acquire"));
        assert!(!is_logged("sqlx::query") && !is_logged(TRACED));
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
        init(Format::Json, "off", None).unwrap();
        assert!(matches!(
            init(Format::Text, "info", None),
            Err(TelemetryError::AlreadySet)
        ));
    }
}
