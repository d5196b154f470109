//! Everything that is wrong with a configuration, as far as that can be known without the tenants' databases.
//!
//! What a panel type takes under `display:` and `parameters:`, only the panel type knows. So each panel is rendered
//! once over sources that have its columns and no data: what its plugin has to say about the configuration, it says
//! before it asks for data.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use porthole_config::{Config, Diagnostic, PanelEntry};
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{FaultKind, Limits, Registry, Sandbox, Source, Sources};

use crate::place;
use crate::prepare::{self, ReadyPanel, Unready};

/// What the files say, whether panel types, sources and fragments of SQL fit together, and what the panel types say
/// about their configuration. By file, line and column.
pub async fn check_config(config: &Config, sandbox: &Sandbox, registry: &Registry) -> Vec<Diagnostic> {
    let mut faults = config.diagnostics.clone();
    for tenant in config.tenants.values() {
        for panel in tenant.panels.values().filter_map(PanelEntry::panel) {
            match prepare::panel(&tenant.id, panel, registry, tenant.time_zone.as_deref(), "") {
                Err(Unready::Faulty(found)) => faults.extend(found),
                // Validating begins when all plugins are loaded.
                Err(Unready::Compiling) => {}
                Ok(ready) => faults.extend(rehearse(&tenant.id, &ready, sandbox, registry).await),
            }
        }
    }
    faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    faults.dedup();
    faults
}

async fn rehearse(
    tenant: &str,
    panel: &ReadyPanel,
    sandbox: &Sandbox,
    registry: &Registry,
) -> Option<Diagnostic> {
    let plugin = prepare::plugin(tenant, &panel.config, registry)?;
    let call = guest::Call {
        panel_id: panel.config.id.clone(),
        display: panel.display.clone(),
        parameters: panel.parameters.clone(),
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
    let columns = |source: &porthole_data::Source| {
        let columns = source.columns().iter();
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
        .render(&plugin, tenant, call, Arc::new(sources), &Limits::default())
        .await
    {
        Err(fault) => match &fault.kind {
            FaultKind::Failure(guest::Failure::Configuration(message)) => {
                Some(place::fault(&panel.config, message))
            }
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
