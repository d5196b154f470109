//! Everything that is wrong with a configuration, as far as that can be known without the tenants' databases.
//!
//! What a panel type takes under `display:` and `parameters:`, only the panel type knows. So each panel is rendered
//! once over sources that have its columns and no data: what its plugin has to say about the configuration, it says
//! before it asks for data.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use porthole_config::{Config, Diagnostic, Panel, PanelEntry, SourceConfig};
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{FaultKind, Limits, Plugin, Registry, Sandbox, Source, Sources};
use serde_json::Value;

use crate::place;
use crate::prepare;
use crate::pruned::Pruned;

/// A panel type is asked no more often than this what is wrong with one panel.
const MOST_TOLD: usize = 32;

/// What the files say, whether panel types, sources and fragments of SQL fit together, and what the panel types say
/// about their configuration. By file, line and column.
pub async fn check_config(config: &Config, sandbox: &Sandbox, registry: &Registry) -> Vec<Diagnostic> {
    let mut faults = config.diagnostics.clone();
    for tenant in config.tenants.values() {
        // Of a faulty panel, too, what can be read may have other faults.
        for panel in tenant.panels.values().filter_map(PanelEntry::read) {
            let parts = prepare::parts(&tenant.id, panel, registry, tenant.time_zone.as_deref());
            let Some(plugin) = prepare::plugin(&tenant.id, panel, registry) else {
                faults.extend(parts.faults);
                continue;
            };
            let told = rehearse(&tenant.id, panel, sandbox, &plugin).await;
            // Over sources that are not what they should be, a panel type may miss what the fault takes away.
            let is_whole = parts.faults.is_empty() && !panel.is_unread("");
            let is_its_own =
                |pointer: &str| pointer.starts_with("/display/") || pointer.starts_with("/parameters/");
            let counts = |pointer: &str| is_whole || is_its_own(pointer);
            let told = told.into_iter().filter(|(pointer, _)| counts(pointer));
            faults.extend(parts.faults.into_iter().chain(told.map(|(_, fault)| fault)));
        }
    }
    faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    faults.dedup();
    faults
}

/// What a panel type says of a panel, each with the JSON pointer into the panel. A panel type says one thing at a time: what
/// it has complained about is taken out, and it is asked again.
async fn rehearse(
    tenant: &str,
    panel: &Panel,
    sandbox: &Sandbox,
    plugin: &Arc<Plugin>,
) -> Vec<(String, Diagnostic)> {
    let mut told: Vec<(String, Diagnostic)> = Vec::new();
    // A block that could not be read is not an empty one.
    let is_empty = |block: &Value| block.as_object().is_none_or(serde_json::Map::is_empty);
    if (panel.is_unread("/display") && is_empty(&panel.display))
        || (panel.is_unread("/parameters") && is_empty(&panel.parameters))
    {
        return told;
    }
    let mut left = Pruned::new(panel);
    for _ in 0..MOST_TOLD {
        let Some(message) = complaint(tenant, panel, &left, sandbox, plugin).await else {
            break;
        };
        let (pointer, message) = place::pointed(&message);
        let place = left.as_written(&pointer);
        // What misses a key that was taken out a moment ago has been told about.
        if !told.iter().any(|(before, _)| lies_in(before, &place)) {
            told.push((place.clone(), panel.fault(&place, message, None)));
        }
        if !left.take_out(&pointer) {
            break;
        }
    }
    told
}

/// Whether a pointer leads to what another leads to, or into it.
fn lies_in(pointer: &str, other: &str) -> bool {
    let rest = pointer.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What a panel type says is wrong with a panel over sources without data.
async fn complaint(
    tenant: &str,
    panel: &Panel,
    left: &Pruned,
    sandbox: &Sandbox,
    plugin: &Arc<Plugin>,
) -> Option<String> {
    let call = guest::Call {
        panel_id: panel.id.clone(),
        display: left.text("display"),
        parameters: left.text("parameters"),
        range: guest::TimeRange {
            start: 0,
            end: 86_400_000,
        },
        now: 86_400_000,
        time_zone: "UTC".to_owned(),
        raw: false,
        labels: Vec::new(),
        max_points: None,
        surface: None,
        paging: guest::Paging {
            page: 1,
            page_size: None,
            sort: Vec::new(),
            filters: Vec::new(),
        },
    };
    let columns = |source: &SourceConfig| {
        let columns = source.columns.iter();
        columns
            .map(|column| guest::ColumnInfo {
                name: column.name.clone(),
                title: column.title.clone(),
                format: column.format.clone(),
            })
            .collect::<Vec<_>>()
    };
    let sources = panel.sources.iter();
    let sources = Empty(
        sources
            .map(|(name, source)| (name.clone(), columns(source)))
            .collect(),
    );
    match sandbox
        .render(plugin, tenant, call, Arc::new(sources), &Limits::default())
        .await
    {
        Err(fault) => match &fault.kind {
            FaultKind::Failure(guest::Failure::Configuration(message)) => Some(message.clone()),
            _ => None,
        },
        Ok(_) => None,
    }
}

/// Sources with columns and no data.
struct Empty(BTreeMap<String, Vec<guest::ColumnInfo>>);

impl Sources for Empty {
    fn open(&self, name: &str) -> Result<Arc<dyn Source>, guest::QueryError> {
        match self.0.get(name) {
            Some(columns) => Ok(Arc::new(EmptySource(columns.clone()))),
            None => Err(guest::QueryError::Denied(
                "the configuration declares no such source".to_owned(),
            )),
        }
    }
}

struct EmptySource(Vec<guest::ColumnInfo>);

#[async_trait]
impl Source for EmptySource {
    fn columns(&self) -> Vec<guest::ColumnInfo> {
        self.0.clone()
    }

    async fn series(&self, _: guest::SeriesRequest) -> Result<guest::SeriesAnswer, guest::QueryError> {
        Ok(guest::SeriesAnswer {
            series: Vec::new(),
            bucket_seconds: None,
        })
    }

    async fn rows(&self, request: guest::RowsRequest) -> Result<guest::Rows, guest::QueryError> {
        let columns = self.0.iter().map(|column| guest::Column {
            name: column.name.clone(),
            data: guest::ColumnData::Texts(Vec::new()),
        });
        Ok(guest::Rows {
            frame: guest::Frame {
                columns: columns.collect(),
            },
            total: request.count.then_some(0),
        })
    }
}
