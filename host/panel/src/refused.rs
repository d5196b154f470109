//! What a reload would refuse, without a host that reloads.

use porthole_config::{Config, Diagnostic, PanelEntry};
use porthole_sandbox::Registry;

use crate::prepare;

/// What the files say, and whether panel types, sources and fragments of SQL fit together: that for which a reload leaves a panel as
/// it was. A type that the registry does not have is no fault here, since it may be a plugin that only a host knows.
pub fn refused_by_reload(config: &Config, registry: &Registry) -> Vec<Diagnostic> {
    let mut faults = config.diagnostics.clone();
    for tenant in config.tenants.values() {
        for panel in tenant.panels.values() {
            let PanelEntry::Ok(panel) = panel else {
                continue;
            };
            let mut found = prepare::parts(&tenant.id, panel, registry, tenant.time_zone.as_deref()).faults;
            if prepare::plugin(&tenant.id, panel, registry).is_none() {
                let named = [Some(&panel.type_name), panel.endpoint.as_ref()];
                for place in named.into_iter().flatten().map(|name| name.fault("", None)) {
                    found.retain(|fault| (fault.line, fault.column) != (place.line, place.column));
                }
            }
            faults.extend(found);
        }
    }
    faults
}
