//! What a reload keeps of the configuration before it: the last good version of what has become faulty.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use porthole_model::Diagnostic;

use crate::{Config, Dashboard, PanelEntry, Tenant, TenantPlugins};

/// Puts the last good version in the place of what is faulty in `after`. What was removed is gone: only a file that is
/// still there is taken for one that somebody is about to mend.
pub(crate) fn keep_what_was_good(dir: &Path, before: &Config, after: &mut Config) {
    if after.is_unlisted {
        // Nobody removes all tenants by removing the folder; a file system that is not mounted looks like it.
        after.tenants.clone_from(&before.tenants);
        after.set_aside.clone_from(&before.set_aside);
        return;
    }
    for (id, old) in &before.tenants {
        if after.unlisted.contains(id) {
            let kept = unlisted_tenant(id, old, after);
            after.set_aside.entry(id.clone()).or_default();
            after.tenants.insert(id.clone(), Arc::new(kept));
            continue;
        }
        match after.tenants.get(id) {
            None => {
                if let Some(kept) = whole_tenant(id, old, after) {
                    after.tenants.insert(id.clone(), Arc::new(kept));
                }
            }
            // A name mistyped, or a copy that is not complete: nobody takes a tenant's database away by this. Who means it takes
            // `database:` out.
            Some(new)
                if old.database.is_some()
                    && new.database.is_none()
                    && is_gone(&dir.join("tenants").join(id).join("tenant.yaml")) =>
            {
                let plugins = new.plugins.clone();
                after.set_aside.insert(id.clone(), plugins);
                after.tenants.remove(id);
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
    let faults = faults_of(id, after);
    Some(Tenant {
        outdated_dashboards: all_outdated(id, old, &faults),
        diagnostics: faults,
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

/// The tenant as it was, if a part of its folder cannot be listed.
fn unlisted_tenant(id: &str, old: &Tenant, after: &Config) -> Tenant {
    let faults = faults_of(id, after);
    Tenant {
        outdated_dashboards: all_outdated(id, old, &faults),
        diagnostics: faults,
        plugins: TenantPlugins {
            is_frozen: true,
            ..old.plugins.clone()
        },
        ..old.clone()
    }
}

fn faults_of(id: &str, after: &Config) -> Vec<Diagnostic> {
    let folder = format!("tenants/{id}");
    let is_its = |fault: &&Diagnostic| {
        let rest = fault.file.strip_prefix(&folder);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    after.diagnostics.iter().filter(is_its).cloned().collect()
}

/// Each dashboard of a tenant that is as it was, with what is wrong with the tenant itself: with its folder or with a file
/// directly in it. Without such a fault, with all there are.
fn all_outdated(id: &str, old: &Tenant, faults: &[Diagnostic]) -> BTreeMap<String, Vec<Diagnostic>> {
    let folder = format!("tenants/{id}");
    let is_own = |fault: &&Diagnostic| {
        let rest = fault.file.strip_prefix(&folder).unwrap_or_default();
        !rest.trim_start_matches('/').contains('/')
    };
    let own: Vec<_> = faults.iter().filter(is_own).cloned().collect();
    let faults = if own.is_empty() { faults } else { &own };
    let names = old.dashboards.keys();
    names.map(|name| (name.clone(), faults.to_vec())).collect()
}

/// Whether a file was removed. One that is there and cannot be used, because it is a folder by now, or a link that leads
/// nowhere, or not to be read, was not.
fn is_gone(path: &Path) -> bool {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    std::fs::symlink_metadata(path).is_err_and(|error| matches!(error.kind(), NotFound | NotADirectory))
}

/// Panels whose files have become faulty stay as they were; their faults stand in `outdated`.
fn keep_panels(dir: &Path, old: &Tenant, kept: &mut Tenant) -> bool {
    let mut changed = false;
    for (id, entry) in &mut kept.panels {
        let PanelEntry::Faulty(faulty) = entry else {
            continue;
        };
        if let Some(good @ PanelEntry::Ok(_)) = old.panels.get(id)
            && !is_gone(&dir.join(&faulty.file))
        {
            kept.outdated.insert(id.clone(), faulty.diagnostics.clone());
            *entry = good.clone();
            changed = true;
        }
    }
    changed
}

/// Dashboards whose files have become faulty stay as they were, with the panels on them; their faults stand in
/// `outdated_dashboards`. A file in which something is wrong and something is sound is as faulty as one that cannot be read:
/// half of a change is nothing that anybody wanted to be shown.
fn keep_dashboards(folder: &Path, old: &Tenant, kept: &mut Tenant) -> bool {
    let mut changed = false;
    for (name, good) in &old.dashboards {
        match kept.dashboards.get(name) {
            None if is_gone(&folder.join(format!("dashboards/{name}.yaml"))) => continue,
            None if old.partial_dashboards.contains(name) => {
                kept.partial_dashboards.insert(name.clone());
            }
            None => {}
            // Without a fault of its own, it is what is meant.
            Some(_) if !kept.partial_dashboards.contains(name) => continue,
            // There never was a good one: what is sound of it is shown.
            Some(_) if old.partial_dashboards.contains(name) => continue,
            Some(new) => {
                kept.partial_dashboards.remove(name);
                changed = true;
                // The file is as it was, and a panel's file that it names is away.
                if new == good {
                    continue;
                }
            }
        }
        changed = true;
        // Also where the file has another name by now, as `default.yml`.
        let stem = good.file.strip_suffix("yaml").unwrap_or(&good.file);
        let faults = kept.diagnostics.iter();
        let faults = faults
            .filter(|fault| fault.file.starts_with(stem))
            .cloned()
            .collect();
        kept.outdated_dashboards.insert(name.clone(), faults);
        kept.dashboards.insert(name.clone(), good.clone());
    }
    if !kept.outdated_dashboards.is_empty() {
        keep_panels_of_dashboards(folder, old, kept);
    }
    changed
}

/// The panels on dashboards that stay as they were: those that nothing names by now, and those whose id another file has by now,
/// unless a dashboard that does not stay says so.
fn keep_panels_of_dashboards(folder: &Path, old: &Tenant, kept: &mut Tenant) {
    let is_kept = |name: &String| kept.outdated_dashboards.contains_key(name);
    let (stay, change): (Vec<_>, Vec<_>) = kept.dashboards.iter().partition(|(name, _)| is_kept(name));
    let placements = |of: &[(&String, &Dashboard)]| -> BTreeMap<String, String> {
        let placements = of.iter().flat_map(|(_, dashboard)| &dashboard.panels);
        placements
            .map(|placement| (placement.id.value.clone(), placement.file.clone()))
            .collect()
    };
    let (stay, change) = (placements(&stay), placements(&change));
    let root = format!("tenants/{}/", old.id);
    for (id, file) in stay {
        let Some(panel) = old.panels.get(&id) else {
            continue;
        };
        let belongs = match kept.panels.get(&id) {
            None => true,
            Some(now) => {
                let is_there = |name| !is_gone(&folder.join(name));
                now.file() != file
                    && panel.file() == file
                    && file.strip_prefix(&root).is_some_and(is_there)
                    && !change.contains_key(&id)
            }
        };
        if belongs {
            kept.outdated.remove(&id);
            kept.panels.insert(id, panel.clone());
        }
    }
}
