//! Whether the tables and columns that panels name are there, in the tenants' own databases.

use porthole_config::{Config, Diagnostic, Panel, PanelEntry, Tenant};
use porthole_data::{DataError, Databases};
use porthole_sandbox::Registry;

use crate::prepare::{self, placed};
use crate::snapshot::{self, Resolve};

/// Holds every panel's sources against the catalogue of its tenant's database. A database that cannot be asked is one fault
/// of its tenant. By file, line and column.
pub async fn check_databases(
    config: &Config,
    registry: &Registry,
    databases: &Databases,
    resolve: &Resolve,
) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    for tenant in config.tenants.values() {
        faults.extend(check_tenant(tenant, registry, databases, resolve).await);
    }
    faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    faults.dedup();
    faults
}

async fn check_tenant(
    tenant: &Tenant,
    registry: &Registry,
    databases: &Databases,
    resolve: &Resolve,
) -> Vec<Diagnostic> {
    let mut faults = Vec::new();
    let unusable = |message: String| {
        let help = "without its database, nothing of the tenant's tables and columns could be checked";
        tenant.database_fault(message, Some(help.to_owned()))
    };
    let data = match snapshot::database(tenant, resolve) {
        Ok(database) => databases.tenant(&database),
        Err(message) => return vec![unusable(message)],
    };
    // A database that does not answer is told below.
    if let Ok(Some(lacking)) = data.lacks().await {
        let help = "charts cannot be computed without it: use a newer server";
        faults.push(tenant.database_fault(
            format!("the tenant's database lacks {lacking}"),
            Some(help.to_owned()),
        ));
    }
    // A panel with a fault of another kind has tables and columns all the same.
    for panel in tenant.panels.values().filter_map(PanelEntry::read) {
        let parts = prepare::parts(&tenant.id, panel, registry, tenant.time_zone.as_deref());
        for (name, source) in &parts.sources {
            let Some(config) = panel.sources.get(name) else {
                continue;
            };
            let found = match asks_for_series(&tenant.id, panel, name, registry) {
                true => data.check_series(source).await,
                false => data.check(source).await,
            };
            match found {
                Ok(found) => faults.extend(found.into_iter().map(|fault| placed(fault, config, panel))),
                Err(error @ DataError::Unavailable(_)) => {
                    faults.push(unusable(error.to_string()));
                    return faults;
                }
                Err(error) => faults.push(
                    config
                        .table
                        .fault(format!("the source `{name}` could not be checked: {error}"), None),
                ),
            }
        }
    }
    faults
}

/// Whether a panel type cannot do without points in time of a source.
fn asks_for_series(tenant: &str, panel: &Panel, source: &str, registry: &Registry) -> bool {
    let Some(plugin) = prepare::plugin(tenant, panel, registry) else {
        return false;
    };
    let Some(role) = plugin
        .descriptor()
        .sources
        .iter()
        .find(|role| role.name == source)
    else {
        return false;
    };
    let needs = |name: &str| role.roles.iter().any(|role| role.required && role.name == name);
    needs("timestamp") && needs("value")
}
