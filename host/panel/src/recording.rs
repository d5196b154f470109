//! What a panel's sources answer, to be kept: for `porthole plugin record`.
//!
//! The plugin of the panel is not asked and need not be there: whoever records may be about to write it.

use std::collections::BTreeMap;
use std::sync::Arc;

use porthole_config::{Panel, Tenant};
use porthole_data::{Databases, DatabasesOptions, Source};
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{Limits, Sources};
use serde_json::Value;

use crate::error::RenderError;
use crate::pipeline::traced;
use crate::prepare::{ReadyPanel, ladder, placed, specification};
use crate::request::Range;
use crate::snapshot::{self, Resolve};
use crate::source::PanelSources;

/// Narrowing the range until few enough rows are in it takes this many questions at most.
const ATTEMPTS: usize = 8;

/// What a panel asks its questions with, and what its sources hold.
#[derive(Debug, Clone)]
pub struct Recording {
    /// What a reader looks at: as asked for, or shorter where that held too many rows.
    pub range: Range,
    /// IANA name of the tenant's zone, if it names one.
    pub time_zone: Option<String>,
    /// `display:`, a JSON object.
    pub display: Value,
    /// `parameters:`, a JSON object.
    pub parameters: Value,
    /// By name; `main` is the one under `data_source:`.
    pub sources: BTreeMap<String, Recorded>,
}

/// The rows of one source, in the order of its configuration.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// As the panel would be told.
    pub columns: Vec<guest::ColumnInfo>,
    /// Named as `columns`.
    pub frame: guest::Frame,
    /// The column among `columns` that ranges speak of.
    pub time_column: Option<String>,
    /// Rows there are in all that was asked for; more than `frame` has when some were left out.
    pub total: u64,
}

/// Asks every source of a panel for the rows of `range` and of the equal time before it (panels compare with that), and
/// keeps at most `most` rows of each. Where there are more, the newest are kept, whole, and the range becomes shorter.
///
/// # Errors
/// [`RenderError::Configuration`] when the panel and the database do not fit together, and what the database says.
pub async fn record(
    tenant: &Tenant,
    panel: &Arc<Panel>,
    resolve: &Resolve,
    range: Range,
    most: u32,
) -> Result<Recording, RenderError> {
    let ready = Arc::new(ready(tenant, panel)?);
    let database = snapshot::database(tenant, resolve).map_err(RenderError::DatabaseDown)?;
    let databases = Databases::new(DatabasesOptions::default());
    let data = databases.tenant(&database);
    let (sources, used) = PanelSources::new(
        Arc::clone(&ready),
        Ok(data.clone()),
        range,
        true,
        &Limits::default(),
    );
    let mut recording = Recording {
        range,
        time_zone: tenant.time_zone.clone(),
        display: panel.display.clone(),
        parameters: panel.parameters.clone(),
        sources: BTreeMap::new(),
    };
    for name in ready.sources.keys() {
        let kept = one(&sources, name, time_column(panel, name), range, most).await;
        let (recorded, since) = match kept {
            Ok(kept) => kept,
            Err(error) => return Err(traced(failed(error), &ready, Some(data), &used).await),
        };
        recording.range.start = recording.range.start.max(since);
        recording.sources.insert(name.clone(), recorded);
    }
    Ok(recording)
}

fn ready(tenant: &Tenant, panel: &Arc<Panel>) -> Result<ReadyPanel, RenderError> {
    let mut faults = Vec::new();
    let ladder = ladder(panel, &mut faults);
    let zone = tenant.time_zone.as_deref();
    let mut sources = BTreeMap::new();
    for (name, source) in &panel.sources {
        match Source::parse(&specification(source, panel, zone, ladder.as_ref())) {
            Ok(parsed) => {
                sources.insert(name.clone(), parsed);
            }
            Err(wrong) => faults.extend(wrong.into_iter().map(|fault| placed(fault, source, panel))),
        }
    }
    if !faults.is_empty() {
        return Err(RenderError::Configuration(faults));
    }
    Ok(ReadyPanel {
        sources,
        display: panel.display.to_string(),
        parameters: panel.parameters.to_string(),
        fingerprint: 0,
        config: Arc::clone(panel),
    })
}

/// The column of the answers that ranges speak of. A column that the panel does not map is not in the answers.
fn time_column(panel: &Panel, source: &str) -> Option<String> {
    let source = panel.sources.get(source)?;
    let column = match source.time_column.as_ref().map(|column| column.value.as_str()) {
        Some("none") => None,
        Some(named) => source
            .column(named)
            .or_else(|| source.columns.iter().find(|column| column.column.value == named)),
        None => source.column("timestamp").or_else(|| {
            let mut columns = source.columns.iter();
            columns.find(|column| column.format.as_deref() == Some("datetime"))
        }),
    };
    column.map(|column| column.name.clone())
}

/// The rows of one source, and from when on there are all of them.
async fn one(
    sources: &PanelSources,
    name: &str,
    time_column: Option<String>,
    range: Range,
    most: u32,
) -> Result<(Recorded, i64), guest::QueryError> {
    let source = sources.open(name)?;
    let length = range.end.saturating_sub(range.start);
    let mut start = range.start.saturating_sub(length);
    let mut total = None;
    for _ in 0..ATTEMPTS {
        let rows = source
            .rows(guest::RowsRequest {
                span: match time_column {
                    Some(_) => guest::Span::Between(guest::TimeRange {
                        start,
                        end: range.end,
                    }),
                    None => guest::Span::Everything,
                },
                sort: Vec::new(),
                filters: Vec::new(),
                latest_per: None,
                offset: 0,
                limit: most,
                count: true,
            })
            .await?;
        let found = rows.total.unwrap_or(0);
        let total = *total.get_or_insert(found);
        let narrower = range
            .end
            .saturating_sub(shorter(range.end.saturating_sub(start), most, found));
        if found <= u64::from(most) || time_column.is_none() || narrower <= start || narrower >= range.end {
            let recorded = Recorded {
                columns: source.columns(),
                frame: rows.frame,
                time_column,
                total,
            };
            return Ok((recorded, start));
        }
        start = narrower;
    }
    Err(guest::QueryError::TooLarge(format!(
        "`{name}` has more than {most} rows in any short time; record a shorter range"
    )))
}

/// A length of time that should hold fewer rows: by the share that is wanted, and a little less.
fn shorter(length: i64, most: u32, found: u64) -> i64 {
    (length as f64 * f64::from(most) / found.max(1) as f64 * 0.9) as i64
}

fn failed(error: guest::QueryError) -> RenderError {
    match error {
        guest::QueryError::TimedOut => {
            RenderError::TimedOut("the database did not answer in time".to_owned())
        }
        guest::QueryError::Unavailable(message) => RenderError::DatabaseDown(message),
        guest::QueryError::TooLarge(message) => RenderError::TooLarge(message),
        guest::QueryError::Denied(message)
        | guest::QueryError::Invalid(message)
        | guest::QueryError::Other(message) => RenderError::Query(message),
    }
}
