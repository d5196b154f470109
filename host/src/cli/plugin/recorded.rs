//! A fixture's sources for the sandbox: the SDK's fake answers, asked through the contract.

use std::sync::Arc;

use async_trait::async_trait;
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{Source, Sources};
use porthole_sdk as sdk;
use porthole_sdk::testing::{FakeSources, Fixture};

/// The sources of a fixture.
pub struct Recorded(Arc<FakeSources>);

impl Recorded {
    /// Those of this fixture.
    pub fn new(fixture: &Fixture) -> Self {
        Self(Arc::new(fixture.sources()))
    }
}

/// The call of a fixture.
pub fn call(fixture: &Fixture) -> guest::Call {
    let call = fixture.call();
    guest::Call {
        panel_id: call.panel_id,
        display: call.display,
        parameters: call.parameters,
        range: range(call.range),
        now: call.now,
        time_zone: call.time_zone,
        raw: call.raw,
        labels: call.labels,
        max_points: call.max_points,
        surface: call.surface.map(|surface| guest::Surface {
            width: surface.width,
            height: surface.height,
            dark: surface.dark,
        }),
        paging: guest::Paging {
            page: call.paging.page,
            page_size: call.paging.page_size,
            sort: Vec::new(),
            filters: Vec::new(),
        },
    }
}

fn range(range: sdk::TimeRange) -> guest::TimeRange {
    guest::TimeRange {
        start: range.start,
        end: range.end,
    }
}

impl Sources for Recorded {
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, guest::QueryError> {
        sdk::Sources::open(&*self.0, name).map_err(error)?;
        Ok(Arc::new(Opened {
            sources: Arc::clone(&self.0),
            name: name.to_owned(),
        }))
    }
}

/// One source. The SDK's own is no `Send` and is opened for each question.
struct Opened {
    sources: Arc<FakeSources>,
    name: String,
}

impl Opened {
    fn source(&self) -> Result<Box<dyn sdk::Source>, guest::QueryError> {
        sdk::Sources::open(&*self.sources, &self.name).map_err(error)
    }
}

#[async_trait]
impl Source for Opened {
    fn columns(&self) -> Vec<guest::ColumnInfo> {
        let columns = self.source().map(|source| source.columns()).unwrap_or_default();
        columns
            .into_iter()
            .map(|column| guest::ColumnInfo {
                name: column.name,
                title: column.title,
                format: column.format,
            })
            .collect()
    }

    async fn series(&self, request: guest::SeriesRequest) -> Result<guest::SeriesAnswer, guest::QueryError> {
        let request = sdk::SeriesRequest {
            span: span(request.span),
            resolution: match request.resolution {
                guest::Resolution::Automatic => sdk::Resolution::Automatic,
                guest::Resolution::Raw => sdk::Resolution::Raw,
                guest::Resolution::Seconds(seconds) => sdk::Resolution::Seconds(seconds),
            },
            aggregate: request.aggregate.map(aggregate),
            labels: request.labels,
        };
        let answer = self.source()?.series(request).map_err(error)?;
        let series = answer.series.into_iter().map(|series| guest::Series {
            label: series.label,
            instants: series.instants,
            values: series.values,
        });
        Ok(guest::SeriesAnswer {
            series: series.collect(),
            bucket_seconds: answer.bucket_seconds,
        })
    }

    async fn rows(&self, request: guest::RowsRequest) -> Result<guest::Rows, guest::QueryError> {
        let sort = request.sort.into_iter().map(|key| sdk::SortKey {
            column: key.column,
            descending: key.descending,
        });
        let filters = request.filters.into_iter().map(|filter| sdk::Filter {
            column: filter.column,
            contains: filter.contains,
        });
        let request = sdk::RowsRequest {
            span: span(request.span),
            sort: sort.collect(),
            filters: filters.collect(),
            latest_per: request.latest_per,
            offset: request.offset,
            limit: request.limit,
            count: request.count,
        };
        let answer = self.source()?.rows(request).map_err(error)?;
        let columns = answer.frame.columns.into_iter().map(|column| guest::Column {
            name: column.name,
            data: data(column.data),
        });
        Ok(guest::Rows {
            frame: guest::Frame {
                columns: columns.collect(),
            },
            total: answer.total,
        })
    }
}

fn span(span: guest::Span) -> sdk::Span {
    match span {
        guest::Span::Panel => sdk::Span::Panel,
        guest::Span::Everything => sdk::Span::Everything,
        guest::Span::Between(range) => sdk::Span::Between(sdk::TimeRange {
            start: range.start,
            end: range.end,
        }),
    }
}

fn aggregate(aggregate: guest::Aggregate) -> sdk::Aggregate {
    match aggregate {
        guest::Aggregate::Average => sdk::Aggregate::Average,
        guest::Aggregate::Minimum => sdk::Aggregate::Minimum,
        guest::Aggregate::Maximum => sdk::Aggregate::Maximum,
        guest::Aggregate::Sum => sdk::Aggregate::Sum,
        guest::Aggregate::Count => sdk::Aggregate::Count,
        guest::Aggregate::Last => sdk::Aggregate::Last,
    }
}

fn data(data: sdk::ColumnData) -> guest::ColumnData {
    match data {
        sdk::ColumnData::Numbers(cells) => guest::ColumnData::Numbers(cells),
        sdk::ColumnData::Integers(cells) => guest::ColumnData::Integers(cells),
        sdk::ColumnData::Texts(cells) => guest::ColumnData::Texts(cells),
        sdk::ColumnData::Booleans(cells) => guest::ColumnData::Booleans(cells),
        sdk::ColumnData::Instants(cells) => guest::ColumnData::Instants(cells),
    }
}

fn error(error: sdk::QueryError) -> guest::QueryError {
    match error {
        sdk::QueryError::Denied(message) => guest::QueryError::Denied(message),
        sdk::QueryError::Invalid(message) => guest::QueryError::Invalid(message),
        sdk::QueryError::TimedOut => guest::QueryError::TimedOut,
        sdk::QueryError::TooLarge(message) => guest::QueryError::TooLarge(message),
        sdk::QueryError::Unavailable(message) => guest::QueryError::Unavailable(message),
        sdk::QueryError::Other(message) => guest::QueryError::Other(message),
    }
}
