//! Deeds with sources: questions, names and handles.

use crate::answer;
use crate::contract::exports::porthole::panel::panel::Failure;
use crate::contract::porthole::panel::query::{
    self, QueryError, Resolution, RowsRequest, SeriesRequest, Source, Span,
};
use crate::contract::porthole::panel::views::View;

/// Shows the series of the source `name`, asked for `count` times.
pub fn query(name: &str, count: u32) -> Result<View, Failure> {
    let source = query::open(if name.is_empty() { "main" } else { name }).map_err(Failure::Query)?;
    let mut series = Vec::new();
    for _ in 0..count {
        series = source.series(&everything()).map_err(Failure::Query)?.series;
    }
    for one in &mut series {
        one.values.iter_mut().for_each(|value| *value *= 2.0);
    }
    Ok(answer::chart(series))
}

/// Asks `count` times whatever the answers say, then tells how many were refused.
pub fn query_flood(count: u32) -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let refused = (0..count)
        .filter(|_| source.series(&everything()).is_err())
        .count();
    Ok(answer::document(refused.to_string()))
}

/// Asks for `count` rows.
pub fn row_flood(count: u32) -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let request = RowsRequest {
        span: Span::Everything,
        sort: Vec::new(),
        filters: Vec::new(),
        latest_per: None,
        offset: 0,
        limit: count,
        count: true,
    };
    let rows = source.rows(&request).map_err(Failure::Query)?;
    Ok(answer::document(rows.frame.columns.len().to_string()))
}

/// Opens `count` sources and keeps them all.
pub fn handle_flood(count: u32) -> Result<View, Failure> {
    let opened: Result<Vec<Source>, QueryError> = (0..count).map(|_| query::open("main")).collect();
    Ok(answer::document(
        opened.map_err(Failure::Query)?.len().to_string(),
    ))
}

/// Opens `count` sources one after another and drops each.
pub fn open_and_drop(count: u32) -> Result<View, Failure> {
    for _ in 0..count {
        query::open("main").map_err(Failure::Query)?;
    }
    Ok(answer::empty())
}

/// Opens and drops sources without end: a loop that is more inside the host than outside.
pub fn reopen() -> ! {
    loop {
        let _ = query::open("main");
    }
}

/// Uses a handle after giving it back.
pub fn stale_handle() -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let number = source.handle();
    drop(source);
    invented_handle(number)
}

/// Uses a handle that nobody gave it.
pub fn invented_handle(number: u32) -> Result<View, Failure> {
    // SAFETY: the number is not a handle of ours; what the host does about it is what is tested.
    let source = unsafe { Source::from_handle(number) };
    let series = source.series(&everything()).map_err(Failure::Query)?.series;
    Ok(answer::chart(series))
}

/// Opens a source by a name of the test's choice.
pub fn open_named(name: &str) -> Result<View, Failure> {
    query::open(name).map_err(Failure::Query)?;
    Ok(answer::empty())
}

fn everything() -> SeriesRequest {
    SeriesRequest {
        span: Span::Panel,
        resolution: Resolution::Automatic,
        aggregate: None,
        labels: Vec::new(),
    }
}
