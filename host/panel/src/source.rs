//! What a guest can reach: the sources that the panel's YAML declares, over the tenant's database.
//!
//! This is the only place where the sandbox and the data meet. A guest's request selects among what the configuration
//! declares; nothing of it becomes text of a query.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use porthole_data as data;
use porthole_model::Aggregation;
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{Limits, Source, Sources};

use crate::check::{MAX_PARTS, MAX_TEXT};
use crate::prepare::{ReadyPanel, placed};
use crate::request::Range;
use crate::used::Used;

/// The panel type whose chart has a line for each series that its source has.
const TIMESERIES: &str = "timeseries";
/// The panel type that lists things and how they are.
const HEALTH_STATUS: &str = "health_status";
/// The panel type that shows one row's value.
const KPI: &str = "kpi";
/// Panel types that show texts as they find them.
const SHOWING_TEXTS: [&str; 2] = ["table", "health_status"];

/// The sources of one panel, bound to one tenant and one reader's range, for one call.
#[derive(Clone)]
pub struct PanelSources {
    panel: Arc<ReadyPanel>,
    /// Or why there is none.
    tenant: Result<data::TenantData, String>,
    range: Range,
    raw: bool,
    outline: bool,
    max_rows: u64,
    max_bytes: u64,
    texts: data::TextLimits,
    used: Arc<Used>,
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
        let texts = match SHOWING_TEXTS.contains(&panel.config.type_name.value.as_str()) {
            // As much as can be shown, so that what a tenant's data holds is never too much for a panel that shows it.
            true => data::TextLimits {
                each: MAX_TEXT,
                together: limits.lifted_bytes as u64 / 4,
                ..data::TextLimits::default()
            },
            false => data::TextLimits::default(),
        };
        let sources = Self {
            panel,
            tenant,
            range,
            raw,
            outline: false,
            max_rows: limits.rows,
            max_bytes: limits.bytes,
            texts,
            used: Arc::clone(&used),
        };
        (Arc::new(sources), used)
    }

    /// Sources that have columns and no rows: what a view of them would look like, without the time that reading takes.
    pub fn outline(self: Arc<Self>) -> Arc<Self> {
        let sources = Arc::unwrap_or_clone(self);
        Arc::new(Self {
            outline: true,
            ..sources
        })
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
            all: self.clone(),
            name: name.to_owned(),
            source: source.clone(),
            tenant,
            computed: AtomicU64::new(0),
        }))
    }
}

struct BoundSource {
    all: PanelSources,
    /// In the YAML.
    name: String,
    source: data::Source,
    tenant: data::TenantData,
    computed: AtomicU64,
}

impl BoundSource {
    /// Asks in the panel's name, for the log.
    async fn asked<F: Future>(&self, question: F) -> F::Output {
        data::asked_by(&self.all.panel.config.id, question).await
    }

    fn range(&self, span: guest::Span) -> Result<Option<data::Range>, guest::QueryError> {
        match span {
            guest::Span::Panel => Ok(Some(data::Range {
                start: self.all.range.start,
                end: self.all.range.end,
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
        fields(tenant = self.tenant.tenant(), panel = %self.all.panel.config.id, source = self.name, kind = "series"))]
    async fn series(&self, request: guest::SeriesRequest) -> Result<guest::SeriesAnswer, guest::QueryError> {
        let range = self.range(request.span)?;
        let length = range.map_or(i64::MAX, |range| range.end.saturating_sub(range.start));
        let (bucket_seconds, automatic) = match request.resolution {
            guest::Resolution::Automatic if self.all.raw => (None, true),
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
            self.all.used.note_aggregation(|| {
                bucket_seconds.map(|bucket_seconds| Aggregation {
                    bucket_seconds,
                    function: name(aggregate).to_owned(),
                })
            });
        }
        self.all.used.note_asked_for_series(&self.name);
        let query = data::SeriesQuery {
            range,
            bucket_seconds,
            aggregate,
            labels: request.labels,
            max_rows: self.all.max_rows,
            max_bytes: self.all.max_bytes,
        };
        let answer = self.asked(self.tenant.series(&self.source, &query)).await;
        let mut answer = answer.map_err(|error| self.told(error))?;
        if let Some(buckets) = answer.buckets {
            self.all.used.note_kept(buckets.kept);
            self.computed.fetch_add(buckets.computed, Ordering::Relaxed);
        }
        self.computed.fetch_add(answer.asked_anew, Ordering::Relaxed);
        // More than can be shown need not be handed over.
        let found = answer.series.len();
        if found > MAX_PARTS && self.all.is_a(TIMESERIES) {
            self.all.used.note_series(found as u64);
            answer.series.truncate(MAX_PARTS);
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
        fields(tenant = self.tenant.tenant(), panel = %self.all.panel.config.id, source = self.name, kind = "rows"))]
    async fn rows(&self, request: guest::RowsRequest) -> Result<guest::Rows, guest::QueryError> {
        let used = &self.all.used;
        let unordered = request.limit == 1 && self.all.is_a(KPI) && !self.source.is_ordered();
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
            limit: match (self.all.outline, unordered) {
                (true, _) => 0,
                // One more tells whether it matters which comes first.
                (false, true) => 2,
                (false, false) => u64::from(request.limit),
            },
            count: request.count && !self.all.outline,
            texts: self.all.texts,
            max_rows: self.all.max_rows,
            max_bytes: self.all.max_bytes,
        };
        let answer = self.asked(self.tenant.rows(&self.source, &query)).await;
        let answer = answer.map_err(|error| self.told(error))?;
        if unordered && answer.frame.len() > 1 {
            return Err(self.undecided());
        }
        used.note_shortened(answer.shortened);
        if self.all.is_a(HEALTH_STATUS) {
            let read = answer.frame.len() as u64;
            used.note_things(read, read > 0 && read >= query.limit);
        }
        let columns = answer.frame.columns.into_iter();
        Ok(guest::Rows {
            frame: guest::Frame {
                columns: columns
                    .map(|column| guest::Column {
                        data: cells(&column.name, column.data, used),
                        name: column.name,
                    })
                    .collect(),
            },
            total: match self.all.outline {
                true => request.count.then_some(0),
                false => answer.total,
            },
        })
    }
}

impl BoundSource {
    /// What a guest is told of an error; what it is not told is noted.
    fn told(&self, error: data::DataError) -> guest::QueryError {
        match error {
            data::DataError::Invalid(message) => guest::QueryError::Invalid(message),
            data::DataError::Query(message) => guest::QueryError::Other(message),
            data::DataError::OutOfRange(fault) => self.out_of_range(fault),
            data::DataError::TooLarge(message) => guest::QueryError::TooLarge(message),
            data::DataError::TimedOut(message) => {
                let table = self.source.table_name();
                self.all
                    .used
                    .note_slow(format!("reading `{table}` was too slow: {message}"));
                guest::QueryError::TimedOut
            }
            data::DataError::Unavailable(message) => guest::QueryError::Unavailable(message),
            data::DataError::Busy(message) => {
                self.all.used.note_busy();
                guest::QueryError::Unavailable(message)
            }
        }
    }

    /// The data is such that the question cannot be answered: a fault of what is asked for.
    fn out_of_range(&self, fault: data::Fault) -> guest::QueryError {
        let message = fault.message.clone();
        if let Some(config) = self.all.panel.config.sources.get(&self.name) {
            self.all
                .used
                .note_fault(placed(fault, config, &self.all.panel.config));
        }
        guest::QueryError::Other(message)
    }

    /// One value is to be shown, and nothing says which.
    fn undecided(&self) -> guest::QueryError {
        let message = "there are several rows, and nothing says which of them counts";
        if let Some(source) = self.all.panel.config.sources.get(&self.name) {
            let help = "name the column `timestamp`, so that the newest counts; or give an `order_by`, so that the first \
                        does; or a `where` that leaves one row";
            self.all
                .used
                .note_fault(source.table.fault(message, Some(help.to_owned())));
        }
        guest::QueryError::Invalid(message.to_owned())
    }
}

impl PanelSources {
    fn is_a(&self, type_name: &str) -> bool {
        self.panel.config.type_name.value == type_name
    }
}

fn cells(name: &str, data: data::ColumnData, used: &Used) -> guest::ColumnData {
    match data {
        data::ColumnData::Numbers(cells) => guest::ColumnData::Numbers(cells),
        data::ColumnData::Integers(cells) => guest::ColumnData::Integers(cells),
        data::ColumnData::Decimals(cells) => guest::ColumnData::Numbers(doubles(name, cells, used)),
        data::ColumnData::Texts(cells) => guest::ColumnData::Texts(cells),
        data::ColumnData::Booleans(cells) => guest::ColumnData::Booleans(cells),
        data::ColumnData::Instants(cells) => guest::ColumnData::Instants(cells),
    }
}

/// A guest computes with doubles; the digits that they do not hold are kept.
fn doubles(name: &str, cells: Vec<Option<String>>, used: &Used) -> Vec<f64> {
    let mut numbers = Vec::with_capacity(cells.len());
    let mut digits = Vec::with_capacity(cells.len());
    for cell in cells {
        let (number, is_exact) = cell.as_deref().map_or((f64::NAN, true), data::nearest);
        numbers.push(number);
        digits.push(cell.filter(|_| !is_exact));
    }
    used.note_exact(name, &numbers, digits);
    numbers
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
