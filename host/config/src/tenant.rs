//! One tenant: its database, limits, dashboards and panels.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use porthole_model::Diagnostic;
use secrecy::SecretString;

use crate::{Dashboard, Limits, PanelEntry, TenantPlugins};

/// A tenant, as its folder describes it.
#[derive(Debug, Clone)]
pub struct Tenant {
    /// The folder's name: `tenant-alpha`.
    pub id: String,
    /// For people; the id where `tenant.yaml` says none.
    pub name: String,
    /// `postgres://…` or `sqlite:…`; a relative path of the latter is meant relative to the data folder. None: the
    /// folder names no database. Never printed.
    pub database: Option<SecretString>,
    /// Where the database is named, for errors.
    pub file: String,
    /// Line and column of its address in that file, or of what names it; none where there is none.
    pub database_place: Option<(u32, u32)>,
    /// The longest a query may run; none: the host's default.
    pub statement_timeout: Option<Duration>,
    /// Connections to the tenant's database at most; none: the host's default.
    pub max_connections: Option<u32>,
    /// Overrides of the host's limits.
    pub limits: Limits,
    /// IANA name: the zone of timestamps without one; none: UTC.
    pub time_zone: Option<String>,
    /// By name; `default` first is the reader's business.
    pub dashboards: BTreeMap<String, Dashboard>,
    /// By id.
    pub panels: BTreeMap<String, PanelEntry>,
    /// Panels that are served as they were before, because their files have become faulty since; with the faults. By id.
    pub outdated: BTreeMap<String, Vec<Diagnostic>>,
    /// The same of dashboards, by name. Where the tenant as a whole is as it was before, its own faults stand at each.
    pub outdated_dashboards: BTreeMap<String, Vec<Diagnostic>>,
    /// Dashboards whose files have faults and never had a version without: what is sound of them is shown.
    pub(crate) partial_dashboards: BTreeSet<String>,
    /// Plugins of its own.
    pub plugins: TenantPlugins,
    /// All faults of this tenant's files, by file, line and column.
    pub diagnostics: Vec<Diagnostic>,
}

impl Tenant {
    /// A fault of the tenant's database, where the database is named.
    pub fn database_fault(&self, message: impl Into<String>, help: Option<String>) -> Diagnostic {
        let (line, column) = self.database_place.unwrap_or((1, 1));
        Diagnostic {
            file: self.file.clone(),
            line,
            column,
            message: message.into(),
            help,
        }
    }
}
