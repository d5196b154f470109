//! The configuration made ready: one value that a reload swaps whole, so that a request sees one configuration from
//! start to end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use porthole_config::{Config, Diagnostic, PanelEntry, Tenant};
use porthole_data::TenantDatabase;
use porthole_model as model;
use porthole_sandbox::{Limits, Registry};
use secrecy::ExposeSecret;

use crate::error::RenderError;
use crate::prepare::{self, ReadyPanel, Unready};

/// All tenants, ready to render.
#[derive(Default, Clone)]
pub struct Snapshot {
    /// What it was made of.
    pub config: Arc<Config>,
    pub tenants: BTreeMap<String, Arc<ReadyTenant>>,
}

/// One tenant, ready to render.
pub struct ReadyTenant {
    /// Or why there is none.
    pub database: Result<TenantDatabase, String>,
    pub limits: Limits,
    pub panels: BTreeMap<String, Entry>,
    pub dashboards: model::Dashboards,
    pub by_name: BTreeMap<String, model::Dashboard>,
    /// Panels that are served as they were before, with what is wrong with their files now.
    pub outdated: BTreeMap<String, Vec<Diagnostic>>,
}

impl ReadyTenant {
    /// A panel that can be rendered, or why not.
    pub fn panel(&self, id: &str) -> Result<(&Arc<ReadyPanel>, RefreshInterval), RenderError> {
        match self.panels.get(id) {
            None => Err(RenderError::NotFound),
            Some(Entry::Faulty(faults)) => Err(RenderError::Configuration(faults.clone())),
            Some(Entry::Compiling) => Err(RenderError::Busy(
                "the tenant's plugins are being compiled; try again in a moment".to_owned(),
            )),
            Some(Entry::Ready(ready, refresh)) => Ok((ready, *refresh)),
        }
    }
}

/// A panel, or why there is none.
pub enum Entry {
    Ready(Arc<ReadyPanel>, RefreshInterval),
    Faulty(Vec<Diagnostic>),
    /// Its plugin is being compiled.
    Compiling,
}

/// Seconds.
pub type RefreshInterval = u32;

/// Turns a tenant's database URL into one that can be opened, or says why it may not be.
pub type Resolve = dyn Fn(&str) -> Result<String, String> + Send + Sync;

/// For panels that no dashboard shows and that name no interval of their own.
const DEFAULT_REFRESH: RefreshInterval = 300;

impl Snapshot {
    /// Makes a configuration ready. `limits` are the host's; `resolve` turns a tenant's database URL into one that can
    /// be opened (relative SQLite paths are relative to the data folder). `before` is asked for the last good version of
    /// panels that no longer fit together.
    pub fn of(
        config: &Arc<Config>,
        registry: &Registry,
        limits: &porthole_config::Limits,
        resolve: &Resolve,
        before: &Snapshot,
    ) -> Self {
        let tenants = config.tenants.iter();
        Self {
            config: Arc::clone(config),
            tenants: tenants
                .map(|(id, tenant)| {
                    let before = before.tenants.get(id).map(|tenant| &**tenant);
                    (
                        id.clone(),
                        Arc::new(ready(tenant, registry, limits, resolve, before)),
                    )
                })
                .collect(),
        }
    }

    /// The same with one tenant made ready again, after its plugins have changed.
    pub fn with_tenant(
        &self,
        id: &str,
        registry: &Registry,
        limits: &porthole_config::Limits,
        resolve: &Resolve,
    ) -> Self {
        let mut snapshot = self.clone();
        if let Some(tenant) = self.config.tenants.get(id) {
            let before = self.tenants.get(id).map(|tenant| &**tenant);
            let tenant = ready(tenant, registry, limits, resolve, before);
            snapshot.tenants.insert(id.to_owned(), Arc::new(tenant));
        }
        snapshot
    }
}

fn ready(
    tenant: &Tenant,
    registry: &Registry,
    host: &porthole_config::Limits,
    resolve: &Resolve,
    before: Option<&ReadyTenant>,
) -> ReadyTenant {
    let database = self::database(tenant, resolve);
    let salt = database
        .as_ref()
        .map_or("", |database| database.url.expose_secret());
    let mut panels = BTreeMap::new();
    let mut outdated = tenant.outdated.clone();
    let prepared = |panel| prepare::panel(&tenant.id, panel, registry, tenant.time_zone.as_deref(), salt);
    for (id, entry) in &tenant.panels {
        let made = match entry {
            PanelEntry::Faulty(faulty) => Entry::Faulty(faulty.diagnostics.clone()),
            PanelEntry::Ok(panel) => {
                match prepared(panel) {
                    Ok(made) => Entry::Ready(Arc::new(made), refresh(tenant, id)),
                    Err(Unready::Faulty(faults)) => {
                        // Of a file that has changed, the last version that fits still. One that has not changed lacks
                        // its plugin, and so would its last version.
                        let last = match before.and_then(|before| before.panels.get(id)) {
                            Some(Entry::Ready(last, _)) if last.config != *panel => {
                                prepared(&last.config).ok()
                            }
                            _ => None,
                        };
                        match last {
                            Some(last) => {
                                outdated.insert(id.clone(), faults);
                                Entry::Ready(Arc::new(last), refresh(tenant, id))
                            }
                            None => Entry::Faulty(faults),
                        }
                    }
                    Err(Unready::Compiling) => Entry::Compiling,
                }
            }
        };
        panels.insert(id.clone(), made);
    }
    let by_name: BTreeMap<_, _> = tenant
        .dashboards
        .values()
        .map(|dashboard| {
            (
                dashboard.name.clone(),
                self::dashboard(tenant, dashboard, &panels, &outdated, registry),
            )
        })
        .collect();
    let mut dashboards: Vec<_> = by_name
        .values()
        .map(|dashboard| model::DashboardSummary {
            name: dashboard.name.clone(),
            title: dashboard.title.clone(),
            description: dashboard.description.clone(),
        })
        .collect();
    dashboards.sort_by_key(|dashboard| (dashboard.name != "default", dashboard.title.to_lowercase()));
    ReadyTenant {
        database,
        limits: limits_of(tenant, host),
        panels,
        dashboards: model::Dashboards { dashboards },
        by_name,
        outdated,
    }
}

/// Where the tenant's data is, or why there is none.
pub fn database(tenant: &Tenant, resolve: &Resolve) -> Result<TenantDatabase, String> {
    match &tenant.database {
        None => Err(format!(
            "the tenant has no database: {} has no `database:`",
            tenant.file
        )),
        Some(url) => resolve(url.expose_secret()).map(|url| {
            let mut database = TenantDatabase::new(&tenant.id, url.into());
            if let Some(connections) = tenant.max_connections {
                database.max_connections = connections;
            }
            if let Some(timeout) = tenant.statement_timeout {
                database.statement_timeout = timeout;
            }
            database
        }),
    }
}

fn refresh(tenant: &Tenant, id: &str) -> RefreshInterval {
    let own = tenant
        .panels
        .get(id)
        .and_then(PanelEntry::panel)
        .and_then(|panel| panel.refresh_interval);
    let shown_on =
        |dashboard: &&porthole_config::Dashboard| dashboard.panels.iter().any(|panel| panel.id.value == id);
    own.or_else(|| {
        tenant
            .dashboards
            .values()
            .filter(shown_on)
            .map(|dashboard| dashboard.refresh_interval)
            .min()
    })
    .unwrap_or(DEFAULT_REFRESH)
}

fn dashboard(
    tenant: &Tenant,
    dashboard: &porthole_config::Dashboard,
    panels: &BTreeMap<String, Entry>,
    outdated: &BTreeMap<String, Vec<Diagnostic>>,
    registry: &Registry,
) -> model::Dashboard {
    let placed = dashboard.arrange(|placement| {
        let panel = tenant.panels.get(&placement.id.value).and_then(PanelEntry::panel);
        panel.map_or((4, 1), |panel| {
            default_size(tenant, &panel.type_name.value, registry)
        })
    });
    let placements = placed.into_iter().map(|(placement, position)| {
        let id = &placement.id.value;
        let diagnostics = match panels.get(id) {
            Some(Entry::Faulty(faults)) => faults.clone(),
            _ => Vec::new(),
        };
        let (type_name, title, description, drill_down, own_refresh) = match tenant.panels.get(id) {
            Some(PanelEntry::Ok(panel)) => (
                panel.type_name.value.clone(),
                panel.title.clone(),
                panel.description.clone(),
                panel.drill_down,
                panel.refresh_interval,
            ),
            Some(PanelEntry::Faulty(faulty)) => (
                faulty.type_name.clone().unwrap_or_default(),
                faulty.title.clone().unwrap_or_else(|| id.clone()),
                None,
                model::DrillDown {
                    enabled: false,
                    show_table: false,
                    disable_aggregation: false,
                },
                None,
            ),
            None => (
                String::new(),
                id.clone(),
                None,
                model::DrillDown {
                    enabled: false,
                    show_table: false,
                    disable_aggregation: false,
                },
                None,
            ),
        };
        model::PanelPlacement {
            id: id.clone(),
            type_name,
            title,
            description,
            position,
            refresh_interval: own_refresh.unwrap_or(dashboard.refresh_interval),
            drill_down,
            diagnostics,
            outdated: outdated.get(id).cloned().unwrap_or_default(),
        }
    });
    let outdated = tenant.outdated_dashboards.get(&dashboard.name);
    let faults = tenant.diagnostics.iter();
    let own = faults.filter(|fault| outdated.is_none() && fault.file == dashboard.file);
    model::Dashboard {
        diagnostics: own.cloned().collect(),
        outdated: outdated.cloned().unwrap_or_default(),
        name: dashboard.name.clone(),
        title: dashboard.title.clone(),
        description: dashboard.description.clone(),
        refresh_interval: dashboard.refresh_interval,
        columns: dashboard.columns,
        default_range: dashboard.default_range.clone(),
        panels: placements.collect(),
    }
}

/// The panel type says how large it wants to be; custom panels are as large as the specification has them.
fn default_size(tenant: &Tenant, type_name: &str, registry: &Registry) -> (u8, u8) {
    registry.get(&tenant.id, type_name).map_or((6, 2), |plugin| {
        let size = plugin.descriptor().default_size;
        (size.width, size.height)
    })
}

/// What a call may wait for data beyond its longest query, where nobody says how long it may wait.
const BEYOND_A_QUERY: Duration = Duration::from_secs(5);
/// It takes a place for as long: not longer than this.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// A tenant's limits: its own, else the host's settings, else the defaults.
pub fn limits_of(tenant: &Tenant, host: &porthole_config::Limits) -> Limits {
    let wish = tenant.limits.or(*host);
    let mut limits = limits(wish);
    // Who lets queries run longer wants to see what comes of them.
    if let (None, Some(query)) = (wish.waiting_ms, tenant.statement_timeout) {
        limits.waiting = limits
            .waiting
            .max(query.saturating_add(BEYOND_A_QUERY).min(LONGEST_WAIT));
    }
    limits
}

/// The host's defaults, where neither the tenant nor the settings say anything.
fn limits(wish: porthole_config::Limits) -> Limits {
    let host = Limits::default();
    let bytes = |wish: Option<u64>, default: usize| {
        wish.map_or(default, |bytes| usize::try_from(bytes).unwrap_or(usize::MAX))
    };
    let count = |wish: Option<u32>, default: usize| wish.map_or(default, |count| count as usize);
    Limits {
        cpu: wish.cpu_ms.map_or(host.cpu, Duration::from_millis),
        wall: wish.wall_ms.map_or(host.wall, Duration::from_millis),
        waiting: wish.waiting_ms.map_or(host.waiting, Duration::from_millis),
        memory_bytes: bytes(wish.memory_bytes, host.memory_bytes),
        lifted_bytes: bytes(wish.result_bytes, host.lifted_bytes),
        handles: count(wish.handles, host.handles),
        queries: wish.queries.unwrap_or(host.queries),
        rows: wish.rows.unwrap_or(host.rows),
        bytes: wish.data_bytes.unwrap_or(host.bytes),
        log_lines: count(wish.log_lines, host.log_lines),
        log_line_chars: count(wish.log_line, host.log_line_chars),
        memories: count(wish.memories, host.memories),
        tables: count(wish.tables, host.tables),
        table_elements: count(wish.table_elements, host.table_elements),
        instances: count(wish.instances, host.instances),
        component_bytes: bytes(wish.plugin_bytes, host.component_bytes),
        calls_per_tenant: count(wish.concurrent_calls, host.calls_per_tenant),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use porthole_config::{Environment, Settings};

    use super::*;

    #[test]
    fn the_defaults_that_the_settings_template_shows_are_the_sandboxs() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/porthole.yaml");
        let text = std::fs::read_to_string(file).unwrap();
        let (_, below) = text.split_once("# limits:\n").unwrap();
        let lines: Vec<&str> = below.lines().filter_map(|line| line.strip_prefix('#')).collect();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("porthole.yaml");
        std::fs::write(&file, format!("limits:\n{}\n", lines.join("\n"))).unwrap();
        let settings = Settings::load(Some(&file), &Environment::default()).unwrap();
        assert_ne!(settings.limits, porthole_config::Limits::default());
        assert_eq!(limits(settings.limits), Limits::default());
    }

    #[test]
    fn every_limit_of_the_settings_arrives_in_the_sandbox() {
        let wish = porthole_config::Limits {
            cpu_ms: Some(1),
            wall_ms: Some(2),
            waiting_ms: Some(17),
            memory_bytes: Some(3),
            result_bytes: Some(4),
            handles: Some(5),
            queries: Some(6),
            rows: Some(7),
            data_bytes: Some(8),
            log_lines: Some(9),
            log_line: Some(10),
            memories: Some(11),
            tables: Some(12),
            table_elements: Some(13),
            instances: Some(14),
            concurrent_calls: Some(15),
            plugin_bytes: Some(16),
        };
        let expected = Limits {
            cpu: Duration::from_millis(1),
            wall: Duration::from_millis(2),
            waiting: Duration::from_millis(17),
            memory_bytes: 3,
            lifted_bytes: 4,
            handles: 5,
            queries: 6,
            rows: 7,
            bytes: 8,
            log_lines: 9,
            log_line_chars: 10,
            memories: 11,
            tables: 12,
            table_elements: 13,
            instances: 14,
            calls_per_tenant: 15,
            component_bytes: 16,
        };
        assert_eq!(limits(wish), expected);
    }
}
