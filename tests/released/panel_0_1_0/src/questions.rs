//! Every function that the contract gives a panel, in each of its forms.

use crate::contract::exports::porthole::panel::panel::{Call, Failure};
use crate::contract::porthole::panel::log;
use crate::contract::porthole::panel::query::{
    self, Aggregate, QueryError, Resolution, RowsRequest, SeriesRequest, Span,
};
use crate::contract::porthole::panel::types::{ColumnData, Filter, SortKey, TimeRange};
use crate::contract::porthole::panel::views::View;

/// Everything that a call says.
pub fn call(call: &Call) -> View {
    let paging = &call.paging;
    let sort: Vec<String> = paging
        .sort
        .iter()
        .map(|key| format!("{} {}", key.column, key.descending))
        .collect();
    let filters: Vec<String> = paging
        .filters
        .iter()
        .map(|filter| format!("{}~{}", filter.column, filter.contains))
        .collect();
    let surface = call
        .surface
        .as_ref()
        .map(|surface| (surface.width, surface.height, surface.dark));
    View::Document(format!(
        "{} {} {}..{} {} {} {} {:?} {:?} {:?} page {} of {:?} {} {}",
        call.panel_id,
        call.display,
        call.range.start,
        call.range.end,
        call.now,
        call.time_zone,
        call.raw,
        call.labels,
        call.max_points,
        surface,
        paging.page,
        paging.page_size,
        sort.join(","),
        filters.join(",")
    ))
}

/// The columns of the source `main`, and what opening another says.
pub fn columns() -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let columns: Vec<String> = source
        .columns()
        .into_iter()
        .map(|column| format!("{} {:?} {:?}", column.name, column.title, column.format))
        .collect();
    let denied = matches!(query::open("secret"), Err(QueryError::Denied(_)));
    Ok(View::Document(format!(
        "{}; denied: {denied}",
        columns.join(", ")
    )))
}

/// A series in each span, each resolution and of each aggregate.
pub fn series() -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let requests = [
        (Span::Panel, Resolution::Automatic, None),
        (Span::Everything, Resolution::Raw, Some(Aggregate::Average)),
        (between(), Resolution::Seconds(300), Some(Aggregate::Minimum)),
        (Span::Panel, Resolution::Seconds(60), Some(Aggregate::Maximum)),
        (Span::Panel, Resolution::Automatic, Some(Aggregate::Sum)),
        (Span::Panel, Resolution::Automatic, Some(Aggregate::Count)),
        (Span::Panel, Resolution::Automatic, Some(Aggregate::Last)),
    ];
    let mut said = Vec::new();
    for (span, resolution, aggregate) in requests {
        let request = SeriesRequest {
            span,
            resolution,
            aggregate,
            labels: vec!["a".to_owned(), "b".to_owned()],
        };
        let answer = source.series(&request).map_err(Failure::Query)?;
        for series in answer.series {
            said.push(format!(
                "{} {:?} {:?} {:?}",
                series.label, series.instants, series.values, answer.bucket_seconds
            ));
        }
    }
    Ok(View::Document(said.join("; ")))
}

/// Rows with all that can be asked of them, and with nothing.
pub fn rows() -> Result<View, Failure> {
    let source = query::open("main").map_err(Failure::Query)?;
    let everything = RowsRequest {
        span: between(),
        sort: vec![SortKey {
            column: "value".to_owned(),
            descending: true,
        }],
        filters: vec![Filter {
            column: "value".to_owned(),
            contains: "1".to_owned(),
        }],
        latest_per: Some("value".to_owned()),
        offset: 3,
        limit: 4,
        count: true,
    };
    let nothing = RowsRequest {
        span: Span::Panel,
        sort: Vec::new(),
        filters: Vec::new(),
        latest_per: None,
        offset: 0,
        limit: 1,
        count: false,
    };
    let mut said = Vec::new();
    for request in [everything, nothing] {
        let answer = source.rows(&request).map_err(Failure::Query)?;
        for column in answer.frame.columns {
            let cells = match column.data {
                ColumnData::Numbers(cells) => format!("{cells:?}"),
                ColumnData::Integers(cells) => format!("{cells:?}"),
                ColumnData::Texts(cells) => format!("{cells:?}"),
                ColumnData::Booleans(cells) => format!("{cells:?}"),
                ColumnData::Instants(cells) => format!("{cells:?}"),
            };
            said.push(format!("{} {cells}", column.name));
        }
        said.push(format!("of {:?}", answer.total));
    }
    Ok(View::Document(said.join("; ")))
}

/// A line of each level.
pub fn log() -> View {
    log::write(log::Level::Debug, "for the author");
    log::write(log::Level::Info, "for anybody");
    log::write(log::Level::Warn, "odd");
    log::write(log::Level::Error, "wrong");
    View::Document(String::new())
}

fn between() -> Span {
    Span::Between(TimeRange {
        start: 1_000,
        end: 2_000,
    })
}
