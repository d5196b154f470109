//! What a guest can reach: the sources that the panel's YAML declares, over the tenant's database.
//!
//! This is the only place where the sandbox and the data meet. A guest's request selects among what the configuration
//! declares; nothing of it becomes text of a query.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use porthole_data as data;
use porthole_model::Aggregation;
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{Limits, Source, Sources};

use crate::prepare::ReadyPanel;
use crate::request::Range;

/// The sources of one panel, bound to one tenant and one reader's range, for one call.
pub struct PanelSources {
    panel: Arc<ReadyPanel>,
    /// Or why there is none.
    tenant: Result<data::TenantData, String>,
    range: Range,
    raw: bool,
    max_rows: u64,
    max_bytes: u64,
    used: Arc<Used>,
}

/// What the answers were made of, for the panel's answer.
#[derive(Default)]
pub struct Used {
    aggregation: Mutex<Option<Aggregation>>,
    kept: AtomicU64,
}

impl Used {
    /// How points were made of rows: by the first series the guest asked for with the panel's own resolution.
    pub fn aggregation(&self) -> Option<Aggregation> {
        self.aggregation.lock().clone()
    }

    /// Whether some of the answers' buckets were known before.
    pub fn kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed) > 0
    }
}

impl PanelSources {
    /// The sources of `panel` for a reader who looks at `range`.
    pub fn new(
        panel: Arc<ReadyPanel>,
        tenant: Result<data::TenantData, String>,
        range: Range,
        raw: bool,
        limits: &Limits,
    ) -> (Arc<Self>, Arc<Used>) {
        let used = Arc::new(Used::default());
        let sources = Self {
            panel,
            tenant,
            range,
            raw,
            max_rows: limits.rows,
            max_bytes: limits.bytes,
            used: Arc::clone(&used),
        };
        (Arc::new(sources), used)
    }
}

impl Sources for PanelSources {
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, guest::QueryError> {
        let Some(source) = self.panel.sources.get(name) else {
            let declared: Vec<_> = self.panel.sources.keys().map(String::as_str).collect();
            return Err(guest::QueryError::Denied(match declared.as_slice() {
                [] => "the panel's configuration declares no source".to_owned(),
                declared => format!(
                    "the panel's configuration declares only the sources {}",
                    declared.join(", ")
                ),
            }));
        };
        let tenant = self.tenant.clone().map_err(guest::QueryError::Unavailable)?;
        Ok(Arc::new(BoundSource {
            panel: Arc::clone(&self.panel),
            name: name.to_owned(),
            source: source.clone(),
            tenant,
            range: self.range,
            raw: self.raw,
            max_rows: self.max_rows,
            max_bytes: self.max_bytes,
            used: Arc::clone(&self.used),
            computed: AtomicU64::new(0),
        }))
    }
}

struct BoundSource {
    panel: Arc<ReadyPanel>,
    /// In the YAML.
    name: String,
    source: data::Source,
    tenant: data::TenantData,
    range: Range,
    raw: bool,
    max_rows: u64,
    max_bytes: u64,
    used: Arc<Used>,
    computed: AtomicU64,
}

impl BoundSource {
    fn range(&self, span: guest::Span) -> Result<Option<data::Range>, guest::QueryError> {
        match span {
            guest::Span::Panel => Ok(Some(data::Range {
                start: self.range.start,
                end: self.range.end,
            })),
            guest::Span::Everything => Ok(None),
            guest::Span::Between(range) if range.start < range.end => Ok(Some(data::Range {
                start: range.start,
                end: range.end,
            })),
            guest::Span::Between(range) => Err(guest::QueryError::Invalid(format!(
                "the range ends ({}) before it starts ({})",
                range.end, range.start
            ))),
        }
    }
}

#[async_trait]
impl Source for BoundSource {
    fn columns(&self) -> Vec<guest::ColumnInfo> {
        let info = |column: &data::ColumnSpec| guest::ColumnInfo {
            name: column.name.clone(),
            title: column.title.clone(),
            format: column.format.clone(),
        };
        self.source.columns().iter().map(info).collect()
    }

    fn buckets_computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    #[tracing::instrument(target = "porthole_trace", name = "query", level = "info", skip_all,
        fields(tenant = self.tenant.tenant(), panel = %self.panel.config.id, source = self.name, kind = "series"))]
    async fn series(&self, request: guest::SeriesRequest) -> Result<guest::SeriesAnswer, guest::QueryError> {
        let range = self.range(request.span)?;
        let length = range.map_or(i64::MAX, |range| range.end.saturating_sub(range.start));
        let (bucket_seconds, automatic) = match request.resolution {
            guest::Resolution::Automatic if self.raw => (None, true),
            guest::Resolution::Automatic => (self.source.ladder().bucket(length), true),
            guest::Resolution::Raw => (None, false),
            guest::Resolution::Seconds(0) => {
                return Err(guest::QueryError::Invalid(
                    "a bucket of 0 seconds holds nothing".to_owned(),
                ));
            }
            guest::Resolution::Seconds(seconds) => (Some(seconds), false),
        };
        let aggregate = request
            .aggregate
            .map_or_else(|| self.source.aggregate(), function);
        if automatic {
            let mut seen = self.used.aggregation.lock();
            if seen.is_none() {
                *seen = bucket_seconds.map(|bucket_seconds| Aggregation {
                    bucket_seconds,
                    function: name(aggregate).to_owned(),
                });
            }
        }
        let query = data::SeriesQuery {
            range,
            bucket_seconds,
            aggregate,
            labels: request.labels,
            max_rows: self.max_rows,
            max_bytes: self.max_bytes,
        };
        let answer = self.tenant.series(&self.source, &query).await.map_err(error)?;
        if let Some(buckets) = answer.buckets {
            self.used.kept.fetch_add(buckets.kept, Ordering::Relaxed);
            self.computed.fetch_add(buckets.computed, Ordering::Relaxed);
        }
        let series = answer.series.into_iter();
        Ok(guest::SeriesAnswer {
            series: series
                .map(|series| guest::Series {
                    label: series.label,
                    instants: series.instants,
                    values: series.values,
                })
                .collect(),
            bucket_seconds,
        })
    }

    #[tracing::instrument(target = "porthole_trace", name = "query", level = "info", skip_all,
        fields(tenant = self.tenant.tenant(), panel = %self.panel.config.id, source = self.name, kind = "rows"))]
    async fn rows(&self, request: guest::RowsRequest) -> Result<guest::Rows, guest::QueryError> {
        let query = data::RowsQuery {
            range: self.range(request.span)?,
            sort: request
                .sort
                .into_iter()
                .map(|key| (key.column, key.descending))
                .collect(),
            filters: request
                .filters
                .into_iter()
                .map(|filter| (filter.column, filter.contains))
                .collect(),
            latest_per: request.latest_per,
            offset: u64::from(request.offset),
            limit: u64::from(request.limit),
            count: request.count,
            max_rows: self.max_rows,
            max_bytes: self.max_bytes,
        };
        let answer = self.tenant.rows(&self.source, &query).await.map_err(error)?;
        let columns = answer.frame.columns.into_iter();
        Ok(guest::Rows {
            frame: guest::Frame {
                columns: columns
                    .map(|column| guest::Column {
                        name: column.name,
                        data: cells(column.data),
                    })
                    .collect(),
            },
            total: answer.total,
        })
    }
}

fn cells(data: data::ColumnData) -> guest::ColumnData {
    match data {
        data::ColumnData::Numbers(cells) => guest::ColumnData::Numbers(cells),
        data::ColumnData::Integers(cells) => guest::ColumnData::Integers(cells),
        data::ColumnData::Texts(cells) => guest::ColumnData::Texts(cells),
        data::ColumnData::Booleans(cells) => guest::ColumnData::Booleans(cells),
        data::ColumnData::Instants(cells) => guest::ColumnData::Instants(cells),
    }
}

fn error(error: data::DataError) -> guest::QueryError {
    match error {
        data::DataError::Invalid(message) => guest::QueryError::Invalid(message),
        data::DataError::Query(message) => guest::QueryError::Other(message),
        data::DataError::TooLarge(message) => guest::QueryError::TooLarge(message),
        data::DataError::TimedOut(_) => guest::QueryError::TimedOut,
        data::DataError::Unavailable(message) => guest::QueryError::Unavailable(message),
    }
}

fn function(aggregate: guest::Aggregate) -> data::Aggregate {
    match aggregate {
        guest::Aggregate::Average => data::Aggregate::Average,
        guest::Aggregate::Minimum => data::Aggregate::Minimum,
        guest::Aggregate::Maximum => data::Aggregate::Maximum,
        guest::Aggregate::Sum => data::Aggregate::Sum,
        guest::Aggregate::Count => data::Aggregate::Count,
        guest::Aggregate::Last => data::Aggregate::Last,
    }
}

fn name(aggregate: data::Aggregate) -> &'static str {
    match aggregate {
        data::Aggregate::Average => "avg",
        data::Aggregate::Minimum => "min",
        data::Aggregate::Maximum => "max",
        data::Aggregate::Sum => "sum",
        data::Aggregate::Count => "count",
        data::Aggregate::Last => "last",
    }
}
