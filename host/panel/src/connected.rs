//! Whether the tables and columns that panels name are there, in the tenants' own databases.

use porthole_config::{Config, Diagnostic, Panel, PanelEntry, Tenant};
use porthole_data::{DataError, Databases};
use porthole_sandbox::Registry;

use crate::prepare::{self, placed};
use crate::snapshot::{self, Resolve};

/// What the databases say against the configuration, by file, line and column.
#[derive(Debug, Default)]
pub struct Held {
    /// What would not work.
    pub faults: Vec<Diagnostic>,
    /// What works, and should be otherwise all the same.
    pub warnings: Vec<Diagnostic>,
}

/// Holds every panel's sources against the catalogue of its tenant's database. A database that cannot be asked is one fault
/// of its tenant.
pub async fn check_databases(
    config: &Config,
    registry: &Registry,
    databases: &Databases,
    resolve: &Resolve,
) -> Held {
    let mut held = Held::default();
    for tenant in config.tenants.values() {
        check_tenant(tenant, registry, databases, resolve, &mut held).await;
    }
    for found in [&mut held.faults, &mut held.warnings] {
        found.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        found.dedup();
    }
    held
}

async fn check_tenant(
    tenant: &Tenant,
    registry: &Registry,
    databases: &Databases,
    resolve: &Resolve,
    held: &mut Held,
) {
    let Held { faults, warnings } = held;
    let unusable = |message: String| {
        let help = "without its database, nothing of the tenant's tables and columns could be checked";
        tenant.database_fault(message, Some(help.to_owned()))
    };
    let data = match snapshot::database(tenant, resolve) {
        Ok(database) => databases.tenant(&database),
        Err(message) => {
            faults.push(unusable(message));
            return;
        }
    };
    // A database that does not answer is told below.
    if let Ok(Some(lacking)) = data.lacks().await {
        let help = "charts cannot be computed without it: use a newer server";
        faults.push(tenant.database_fault(
            format!("the tenant's database lacks {lacking}"),
            Some(help.to_owned()),
        ));
    }
    if let Ok(Some(true)) = data.may_write().await {
        let help = "Porthole only reads: give it a role with SELECT alone, as `porthole tenant add --create-database` makes one";
        warnings.push(tenant.database_fault(
            "the login of the tenant's database may change data",
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
            if let Ok([]) = found.as_deref()
                && let Ok(doubts) = data.doubts(source).await
            {
                warnings.extend(doubts.into_iter().map(|doubt| placed(doubt, config, panel)));
            }
            match found {
                Ok(found) => faults.extend(found.into_iter().map(|fault| placed(fault, config, panel))),
                Err(error @ DataError::Unavailable(_)) => {
                    faults.push(unusable(error.to_string()));
                    return;
                }
                Err(error) => faults.push(
                    config
                        .table
                        .fault(format!("the source `{name}` could not be checked: {error}"), None),
                ),
            }
        }
    }
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
