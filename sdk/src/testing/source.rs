//! The fakes and what they are made of.

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use super::{rows, series};
use crate::{
    Call, Column, ColumnData, ColumnInfo, Frame, Instant, QueryError, Rows, RowsRequest, Series,
    SeriesAnswer, SeriesRequest, SortKey, Source, Sources, Span, TimeRange,
};

/// Sources in memory, by name, for one range.
#[derive(Debug, Clone)]
pub struct FakeSources {
    range: TimeRange,
    raw: bool,
    sources: BTreeMap<String, FakeSource>,
}

impl FakeSources {
    /// None yet. The panel's range is `start..end` in milliseconds since the epoch.
    pub fn new(start: Instant, end: Instant) -> Self {
        Self {
            range: TimeRange { start, end },
            raw: false,
            sources: BTreeMap::new(),
        }
    }

    /// Adds a source; `main` is the one under `data_source:`.
    #[must_use]
    pub fn with(mut self, name: &str, source: FakeSource) -> Self {
        self.sources.insert(name.into(), source);
        self
    }

    /// The reader asked for raw points: [`Resolution::Automatic`](crate::Resolution::Automatic) means every point.
    #[must_use]
    pub fn raw(mut self) -> Self {
        self.raw = true;
        self
    }

    /// A call for this range, with `display` as JSON text.
    pub fn call(&self, display: &str) -> Call {
        Call {
            display: display.into(),
            raw: self.raw,
            ..Call::new(self.range)
        }
    }
}

impl Sources for FakeSources {
    fn open(&self, name: &str) -> Result<Box<dyn Source>, QueryError> {
        match self.sources.get(name) {
            Some(source) => Ok(Box::new(Opened {
                source: source.clone(),
                range: self.range,
                raw: self.raw,
            })),
            None => Err(QueryError::Denied(format!(
                "the panel declares no source `{name}`"
            ))),
        }
    }
}

/// Rows in memory. Columns are named by role, as they are in the answers of the host.
#[derive(Debug, Clone)]
pub struct FakeSource {
    pub(super) frame: Arc<Frame>,
    pub(super) columns: Vec<ColumnInfo>,
    pub(super) time_column: String,
    pub(super) failure: Option<QueryError>,
}

impl FakeSource {
    /// A source with these rows, in this order. Its time column is `timestamp`, where there is one.
    pub fn new(frame: Frame) -> Self {
        let columns = frame
            .columns
            .iter()
            .map(|column| ColumnInfo::new(&column.name))
            .collect();
        Self {
            frame: Arc::new(frame),
            columns,
            time_column: "timestamp".into(),
            failure: None,
        }
    }

    /// A source with the roles `timestamp`, `value` and `series_label`, and a row per point of these series.
    pub fn series(series: Vec<Series>) -> Self {
        let (mut instants, mut values, mut labels) = (Vec::new(), Vec::new(), Vec::new());
        for one in series {
            labels.extend(one.instants.iter().map(|_| Some(one.label.clone())));
            instants.extend(one.instants.into_iter().map(Some));
            values.extend(one.values);
        }
        Self::new(Frame {
            columns: vec![
                Column::new("timestamp", ColumnData::Instants(instants)),
                Column::new("value", ColumnData::Numbers(values)),
                Column::new("series_label", ColumnData::Texts(labels)),
            ],
        })
    }

    /// Declares title and format of a column.
    #[must_use]
    pub fn column(mut self, name: &str, title: Option<&str>, format: Option<&str>) -> Self {
        if let Some(info) = self.columns.iter_mut().find(|info| info.name == name) {
            info.title = title.map(Into::into);
            info.format = format.map(Into::into);
        }
        self
    }

    /// Names the column that ranges speak of.
    #[must_use]
    pub fn timed_by(mut self, column: &str) -> Self {
        self.time_column = column.into();
        self
    }

    /// Orders the rows as `order_by:` would.
    #[must_use]
    pub fn ordered_by(mut self, column: &str, descending: bool) -> Self {
        let mut order: Vec<usize> = (0..self.frame.height()).collect();
        let keys = [SortKey {
            column: column.into(),
            descending,
        }];
        if rows::sort(&self.frame, &mut order, &keys).is_ok() {
            self.frame = Arc::new(rows::select(&self.frame, &order));
        }
        self
    }

    /// Answers every question with this failure.
    #[must_use]
    pub fn failing(mut self, failure: QueryError) -> Self {
        self.failure = Some(failure);
        self
    }

    /// The rows within a range, by the time column; all where there is none.
    pub(super) fn within(&self, range: Option<TimeRange>) -> Vec<usize> {
        let all = 0..self.frame.height();
        match (range, self.frame.column(&self.time_column)) {
            (Some(range), Some(time)) => all
                .filter(|row| {
                    time.instant(*row)
                        .is_some_and(|instant| (range.start..range.end).contains(&instant))
                })
                .collect(),
            _ => all.collect(),
        }
    }
}

/// A fake source bound to a range, as the host binds a real one.
struct Opened {
    source: FakeSource,
    range: TimeRange,
    raw: bool,
}

impl Opened {
    fn range(&self, span: Span) -> Result<Option<TimeRange>, QueryError> {
        match span {
            Span::Panel => Ok(Some(self.range)),
            Span::Everything => Ok(None),
            Span::Between(range) if range.start.cmp(&range.end) == Ordering::Less => Ok(Some(range)),
            Span::Between(_) => Err(QueryError::Invalid("the range ends before it starts".into())),
        }
    }

    fn check(&self) -> Result<(), QueryError> {
        self.source.failure.clone().map_or(Ok(()), Err)
    }
}

impl Source for Opened {
    fn columns(&self) -> Vec<ColumnInfo> {
        self.source.columns.clone()
    }

    fn series(&self, request: SeriesRequest) -> Result<SeriesAnswer, QueryError> {
        self.check()?;
        let range = self.range(request.span)?;
        series::answer(&self.source, range, self.raw, &request)
    }

    fn rows(&self, request: RowsRequest) -> Result<Rows, QueryError> {
        self.check()?;
        let range = self.range(request.span)?;
        rows::answer(&self.source, range, &request)
    }
}
