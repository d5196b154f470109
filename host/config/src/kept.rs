//! What a reload keeps of the configuration before it: the last good version of what has become faulty.

use std::path::Path;
use std::sync::Arc;

use crate::{Config, PanelEntry, Tenant, TenantPlugins};

/// Puts the last good version in the place of what is faulty in `after`. What was removed is gone: only a file that is
/// still there is taken for one that somebody is about to mend.
pub(crate) fn keep_what_was_good(dir: &Path, before: &Config, after: &mut Config) {
    for (id, old) in &before.tenants {
        match after.tenants.get(id) {
            None => {
                if let Some(kept) = whole_tenant(id, old, after) {
                    after.tenants.insert(id.clone(), Arc::new(kept));
                }
            }
            Some(new) => {
                let mut kept = (**new).clone();
                let folder = dir.join("tenants").join(id);
                if keep_panels(dir, old, &mut kept) | keep_dashboards(&folder, old, &mut kept) {
                    after.tenants.insert(id.clone(), Arc::new(kept));
                }
            }
        }
    }
}

/// The tenant as it was, if its `tenant.yaml` has become faulty.
fn whole_tenant(id: &str, old: &Tenant, after: &Config) -> Option<Tenant> {
    let found = after.set_aside.get(id)?;
    let prefix = format!("tenants/{id}/");
    let faults = after
        .diagnostics
        .iter()
        .filter(|fault| fault.file.starts_with(&prefix));
    Some(Tenant {
        diagnostics: faults.cloned().collect(),
        // Files and pins are what they are now. Whose signatures count can only be what it was, so that
        // nothing new may come in under it.
        plugins: TenantPlugins {
            require_signature: old.plugins.require_signature,
            keys: old.plugins.keys.clone(),
            is_frozen: true,
            ..found.clone()
        },
        ..old.clone()
    })
}

/// Panels whose files have become faulty stay as they were; their faults stand in `outdated`.
fn keep_panels(dir: &Path, old: &Tenant, kept: &mut Tenant) -> bool {
    let mut changed = false;
    for (id, entry) in &mut kept.panels {
        let PanelEntry::Faulty(faulty) = entry else {
            continue;
        };
        if let Some(good @ PanelEntry::Ok(_)) = old.panels.get(id)
            && dir.join(&faulty.file).is_file()
        {
            kept.outdated.insert(id.clone(), faulty.diagnostics.clone());
            *entry = good.clone();
            changed = true;
        }
    }
    changed
}

/// Dashboards whose files have become faulty stay as they were, with the panels on them.
fn keep_dashboards(folder: &Path, old: &Tenant, kept: &mut Tenant) -> bool {
    let lost = old.dashboards.iter().filter(|(name, _)| {
        !kept.dashboards.contains_key(*name) && folder.join(format!("dashboards/{name}.yaml")).is_file()
    });
    let lost: Vec<_> = lost.collect();
    for (name, dashboard) in &lost {
        for placement in &dashboard.panels {
            let id = &placement.id.value;
            if let (false, Some(panel)) = (kept.panels.contains_key(id), old.panels.get(id)) {
                kept.panels.insert(id.clone(), panel.clone());
            }
        }
        kept.dashboards.insert((*name).clone(), (*dashboard).clone());
    }
    !lost.is_empty()
}
