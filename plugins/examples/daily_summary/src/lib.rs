//! An example panel: the figures of one day, as a JSON document for the template in the panel's YAML.
//!
//! It shows how several sources become one view, and how a panel leaves the look to whoever writes the YAML
//! ([`View::Document`]).

mod day;
mod document;
mod number;
mod parameters;
mod traffic;

use porthole_sdk::{
    Aggregate, Call, ColumnRole, Descriptor, Failure, Panel, QueryError, Resolution, RowsRequest,
    SeriesRequest, Source, SourceRole, Sources, Span, TimeRange, View, log,
};

use day::DAY;
use document::{Document, Failing, Server};
use parameters::Parameters;
use traffic::Traffic;

/// Rows of the error log that are read to count them.
const MOST_ERRORS: u32 = 20_000;

/// The figures of one day.
pub struct DailySummary;

impl Panel for DailySummary {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Requests, errors and response time of one day, for a template".into(),
            parameters_schema: parameters::SCHEMA.into(),
            sources: vec![
                SourceRole::main([
                    ColumnRole::required("timestamp", "When the hour, or another stretch, began"),
                    ColumnRole::required("requests", "How many requests there were"),
                    ColumnRole::required("failed", "How many of them failed"),
                    ColumnRole::required("response_ms", "How long an answer took, milliseconds"),
                ]),
                SourceRole {
                    required: false,
                    name: "servers".into(),
                    ..SourceRole::main([
                        ColumnRole::required("timestamp", "When it was measured"),
                        ColumnRole::required("value", "Requests per second"),
                        ColumnRole::required("series_label", "Which server"),
                    ])
                },
                SourceRole {
                    required: false,
                    name: "errors".into(),
                    ..SourceRole::main([
                        ColumnRole::required("timestamp", "When it happened"),
                        ColumnRole::required("service", "Which service says so"),
                    ])
                },
            ],
            endpoint: Some("daily-summary".into()),
            ..Descriptor::new("daily_summary", "Daily summary", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let parameters: Parameters = call.parameters()?;
        let day = parameters.day.of(call.now);
        let main = sources.open("main")?;
        let traffic = Traffic::read(main.as_ref(), day)?;
        let before = Traffic::read(main.as_ref(), day - 1)?;
        let mut document = Document::new(day, &traffic, &before);
        if let Some(source) = optional(sources, "servers")? {
            document.servers = busiest(source.as_ref(), day, parameters.top)?;
        }
        if let Some(source) = optional(sources, "errors")? {
            document.errors = failing(source.as_ref(), day, parameters.top)?;
        }
        document.into_view()
    }
}

/// A source that the YAML may leave out.
fn optional(sources: &dyn Sources, name: &str) -> Result<Option<Box<dyn Source>>, Failure> {
    match sources.open(name) {
        Ok(source) => Ok(Some(source)),
        Err(QueryError::Denied(_)) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The whole day, from midnight to midnight UTC.
fn range(day: i64) -> Span {
    Span::Between(TimeRange {
        start: day * DAY,
        end: (day + 1) * DAY,
    })
}

/// The servers with the most requests, and their shares.
fn busiest(source: &dyn Source, day: i64, top: u8) -> Result<Vec<Server>, Failure> {
    let answer = source.series(SeriesRequest {
        span: range(day),
        resolution: Resolution::Seconds((DAY / 1000) as u32),
        aggregate: Some(Aggregate::Average),
        ..SeriesRequest::default()
    })?;
    let mut rates: Vec<(String, f64)> = answer
        .series
        .into_iter()
        .filter_map(|series| {
            let rate = series.values.first().copied().filter(|rate| rate.is_finite())?;
            Some((series.label, rate))
        })
        .collect();
    let all: f64 = rates.iter().map(|(_, rate)| rate).sum();
    rates.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    rates.truncate(usize::from(top));
    let servers = rates.into_iter().map(|(name, rate)| Server {
        name,
        requests_per_second: number::rounded(rate, 1),
        share: if all > 0.0 {
            number::rounded(rate / all * 100.0, 1)
        } else {
            0.0
        },
    });
    Ok(servers.collect())
}

/// The services with the most lines in the error log.
fn failing(source: &dyn Source, day: i64, top: u8) -> Result<Vec<Failing>, Failure> {
    let frame = source
        .rows(RowsRequest {
            span: range(day),
            limit: MOST_ERRORS,
            ..RowsRequest::default()
        })?
        .frame;
    if frame.height() >= MOST_ERRORS as usize {
        log::warn("only the first 20,000 errors of the day were counted");
    }
    let mut counts: std::collections::BTreeMap<String, u32> = Default::default();
    if let Some(services) = frame.column("service") {
        for row in 0..frame.height() {
            *counts.entry(services.text(row).unwrap_or_default()).or_default() += 1;
        }
    }
    let mut counts: Vec<Failing> = counts
        .into_iter()
        .map(|(service, count)| Failing { service, count })
        .collect();
    // Sorted by name already, and the sort keeps that among equals.
    counts.sort_by_key(|failing| core::cmp::Reverse(failing.count));
    counts.truncate(usize::from(top));
    Ok(counts)
}

porthole_sdk::export!(DailySummary);

#[cfg(test)]
mod tests;
