//! Deeds that put a text wherever a question to the data has room for one.

use crate::answer;
use crate::contract::exports::porthole::panel::panel::Failure;
use crate::contract::porthole::panel::query::{
    self, QueryError, Resolution, RowsRequest, SeriesRequest, Source, Span,
};
use crate::contract::porthole::panel::types::{Filter, SortKey};
use crate::contract::porthole::panel::views::View;

/// Tries `text` in every place, and tells as JSON what became of it: rows or points that came back, or the refusal.
pub fn everywhere(text: &str) -> Result<View, Failure> {
    let open = match query::open(text) {
        Ok(_) => "opened".to_owned(),
        Err(error) => refusal(&error),
    };
    let source = query::open("main").map_err(Failure::Query)?;
    let filter = |column: &str, contains: &str| Filter {
        column: column.to_owned(),
        contains: contains.to_owned(),
    };
    let key = SortKey {
        column: text.to_owned(),
        descending: true,
    };
    let told = [
        ("open", open),
        ("label", series(&source, text)),
        ("sort", rows(&source, |request| request.sort.push(key))),
        (
            "filter_column",
            rows(&source, |request| request.filters.push(filter(text, "1"))),
        ),
        (
            "filter_text",
            rows(&source, |request| request.filters.push(filter("value", text))),
        ),
        (
            "latest_per",
            rows(&source, |request| request.latest_per = Some(text.to_owned())),
        ),
        ("untouched", rows(&source, |_| ())),
    ];
    let told: serde_json::Map<_, _> = told
        .into_iter()
        .map(|(place, what)| (place.to_owned(), what.into()))
        .collect();
    Ok(answer::document(serde_json::Value::Object(told).to_string()))
}

/// Rows in the order of a column that the configuration need not know.
pub fn sorted_by(column: &str) -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let mut request = all();
    request.sort.push(SortKey {
        column: column.to_owned(),
        descending: false,
    });
    let rows = source.rows(&request).map_err(Failure::Query)?;
    Ok(answer::document(rows.frame.columns.len().to_string()))
}

fn series(source: &Source, label: &str) -> String {
    let request = SeriesRequest {
        span: Span::Everything,
        resolution: Resolution::Raw,
        aggregate: None,
        labels: vec![label.to_owned()],
    };
    match source.series(&request) {
        Ok(answer) => {
            let points: usize = answer.series.iter().map(|series| series.instants.len()).sum();
            points.to_string()
        }
        Err(error) => refusal(&error),
    }
}

fn rows(source: &Source, change: impl FnOnce(&mut RowsRequest)) -> String {
    let mut request = all();
    change(&mut request);
    match source.rows(&request) {
        Ok(rows) => rows.total.unwrap_or_default().to_string(),
        Err(error) => refusal(&error),
    }
}

fn all() -> RowsRequest {
    RowsRequest {
        span: Span::Everything,
        sort: Vec::new(),
        filters: Vec::new(),
        latest_per: None,
        offset: 0,
        limit: 1_000,
        count: true,
    }
}

fn refusal(error: &QueryError) -> String {
    match error {
        QueryError::Denied(text) => format!("denied: {text}"),
        QueryError::Invalid(text) => format!("invalid: {text}"),
        QueryError::TimedOut => "timed out".to_owned(),
        QueryError::TooLarge(text) => format!("too large: {text}"),
        QueryError::Unavailable(text) => format!("unavailable: {text}"),
        QueryError::Other(text) => format!("other: {text}"),
    }
}
