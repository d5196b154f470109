//! What a tenant's panels cost its database: for operators.

use std::time::Duration;

use chrono::Utc;
use porthole_config::{Diagnostic, Panel, PanelEntry, SourceConfig, Tenant};
use porthole_data::{
    Advice, DataError, Databases, DatabasesOptions, Question, Range, RowsQuery, SeriesQuery, Source,
    TenantData,
};
use porthole_sandbox::Registry;

use crate::prepare::{self, placed};
use crate::snapshot::{Resolve, database};

/// Rows of a table's first page.
const PAGE: u64 = 50;
/// Things in a list of how they are.
const THINGS: u64 = 10_000;

/// What was found out about one source of one panel.
#[derive(Debug)]
pub struct Finding {
    /// The panel's id.
    pub panel: String,
    /// The source's name; `main` where it has none.
    pub source: String,
    /// File, line and column of its table.
    pub place: String,
    /// The table, as configured.
    pub table: String,
    /// What it costs, or why it cannot be asked: each with the place in the configuration that says so.
    pub advice: Result<Advice, Vec<Diagnostic>>,
}

/// What was found out about a tenant's database.
#[derive(Debug)]
pub struct Examination {
    /// Whether the login may change data, which it need not; `None`: it cannot be told.
    pub may_write: Option<bool>,
    /// One for each source of each panel, in order of panels.
    pub findings: Vec<Finding>,
}

/// Asks each panel's sources what a reader's dashboard would, over the last `range`, one after the other.
///
/// # Errors
/// A sentence: the tenant has no database, or it does not answer.
pub async fn examine(
    tenant: &Tenant,
    registry: &Registry,
    resolve: &Resolve,
    range: Duration,
) -> Result<Examination, String> {
    let database = database(tenant, resolve)?;
    let data = Databases::new(DatabasesOptions::default()).tenant(&database);
    let may_write = data.may_write().await.map_err(|error| error.to_string())?;
    let mut findings = Vec::new();
    for panel in tenant.panels.values().filter_map(PanelEntry::panel) {
        // What is wrong with a panel's file, `porthole validate` says.
        let Ok(ready) = prepare::panel(&tenant.id, panel, registry, tenant.time_zone.as_deref(), "") else {
            continue;
        };
        for (name, source) in &ready.sources {
            let Some(configured) = panel.sources.get(name) else {
                continue;
            };
            let table = &configured.table;
            findings.push(Finding {
                panel: panel.id.clone(),
                source: name.clone(),
                place: format!("{}:{}:{}", table.file, table.line, table.column),
                table: table.value.clone(),
                advice: match data.advise(source, &question(source, panel, range)).await {
                    Ok(advice) => Ok(advice),
                    Err(error) => Err(reasons(&error, &data, source, configured, panel).await),
                },
            });
        }
    }
    Ok(Examination { may_write, findings })
}

/// Why a source cannot be asked: what in it does not fit the database, where that is the reason.
async fn reasons(
    error: &DataError,
    data: &TenantData,
    source: &Source,
    configured: &SourceConfig,
    panel: &Panel,
) -> Vec<Diagnostic> {
    // Where nothing can be checked, the error that is known says as much.
    let faults = match asks_for_series(source) {
        true => data.check_series(source).await,
        false => data.check(source).await,
    };
    let faults = faults.unwrap_or_default();
    if faults.is_empty() {
        return vec![configured.table.fault(error.to_string(), None)];
    }
    faults
        .into_iter()
        .map(|fault| placed(fault, configured, panel))
        .collect()
}

fn asks_for_series(source: &Source) -> bool {
    let has = |name: &str| source.columns().iter().any(|column| column.name == name);
    has("value") && has("timestamp")
}

/// What the panel asks, as a dashboard that is opened makes it.
fn question(source: &Source, panel: &Panel, range: Duration) -> Question {
    let end = Utc::now().timestamp_millis();
    let length = i64::try_from(range.as_millis()).unwrap_or(i64::MAX);
    let range = Some(Range {
        start: end.saturating_sub(length),
        end,
    });
    if asks_for_series(source) {
        Question::Series(SeriesQuery {
            range,
            bucket_seconds: source.ladder().bucket(length),
            aggregate: source.aggregate(),
            labels: Vec::new(),
            max_rows: u64::MAX,
            max_bytes: u64::MAX,
        })
    } else {
        let has = |name: &str| source.columns().iter().any(|column| column.name == name);
        let all = RowsQuery {
            limit: PAGE,
            max_rows: u64::MAX,
            max_bytes: u64::MAX,
            ..RowsQuery::default()
        };
        // The newest of each, however long ago.
        if has("service_name") && has("timestamp") {
            return Question::Rows(RowsQuery {
                latest_per: Some("service_name".into()),
                limit: THINGS,
                ..all
            });
        }
        let display = |name: &str| panel.display.get(name).and_then(serde_json::Value::as_str);
        let sort = display("default_sort").filter(|column| has(column));
        let descending = display("default_sort_order") == Some("desc");
        Question::Rows(RowsQuery {
            range,
            sort: sort
                .map(|column| (column.to_owned(), descending))
                .into_iter()
                .collect(),
            // As a table's pages do.
            count: !has("value"),
            ..all
        })
    }
}
