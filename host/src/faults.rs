//! Faults of the configuration, told to those who run the host.

use std::collections::BTreeSet;

use porthole_config::{Config, Diagnostic, Tenant};

use crate::text::one_line;
use crate::watch;

/// Logs that a configuration was taken over, and everything that is wrong with it: `of_panels` is what shows only where
/// panels meet their plugins and templates.
pub fn log_reload(config: &Config, of_panels: Vec<Diagnostic>) {
    let further = without(of_panels, &config.diagnostics);
    let faults = config.diagnostics.len() + further.len();
    tracing::info!(generation = config.generation, faults, "configuration reloaded");
    config.diagnostics.iter().chain(&further).for_each(log);
    log_set_aside(config);
}

/// Logs those faults that were not known before.
pub fn log_new(faults: Vec<Diagnostic>, known: &[Diagnostic]) {
    without(faults, known).iter().for_each(log);
}

/// Says what becomes of tenants whose `tenant.yaml` or folder cannot be read.
pub fn log_set_aside(config: &Config) {
    for tenant in config.set_aside.keys() {
        if config.tenants.contains_key(tenant) {
            tracing::warn!(
                tenant,
                "its tenant.yaml or its folder has faults: the tenant is served as it was before, and no new plugin is let \
                 in, until they are mended"
            );
        } else {
            tracing::warn!(
                tenant,
                "its tenant.yaml or its folder has faults: the tenant is left out until they are mended"
            );
        }
    }
}

/// Says which tenants a reload has taken away, and where there is none at all: neither is a fault that would be told
/// otherwise. `before`: those that were served.
pub fn log_gone(config: &Config, before: &BTreeSet<String>) {
    for tenant in gone(config, before) {
        tracing::warn!(
            tenant,
            "the tenant is no longer in the configuration: this host serves it no more, and its grants are kept"
        );
    }
    if has_none(config) {
        tracing::warn!(
            "the configuration has no tenant: the folder `tenants` in the configuration folder has none, and nobody sees any data"
        );
    }
}

/// The tenants of a configuration, without the host's own.
pub fn tenants_of(config: &Config) -> BTreeSet<String> {
    let tenants = config.tenants.keys().filter(|id| *id != watch::TENANT);
    tenants.cloned().collect()
}

fn gone<'a>(config: &Config, before: &'a BTreeSet<String>) -> Vec<&'a str> {
    let gone = before.iter().filter(|id| !config.tenants.contains_key(*id));
    gone.map(String::as_str).collect()
}

/// Whether there is no tenant, be it one with faults, but for the host's own.
fn has_none(config: &Config) -> bool {
    tenants_of(config).is_empty() && config.set_aside.is_empty()
}

/// What a tenant's people should know of the files around their plugins.
pub fn of_plugins(tenant: &Tenant) -> Vec<String> {
    let folder = format!("tenants/{}", tenant.id);
    let (own, lock, plugins) = (
        format!("{folder}/tenant.yaml"),
        format!("{folder}/plugins.lock"),
        format!("{folder}/plugins"),
    );
    let place = |fault: &Diagnostic| format!("{}:{}:{}", fault.file, fault.line, fault.column);
    let mut notices = Vec::new();
    if tenant.plugins.is_frozen {
        // Where, and not what: that file is written by whoever runs the host.
        let faults = tenant.diagnostics.iter().filter(|fault| fault.file == own);
        let places: Vec<_> = faults.map(place).collect();
        let what = match places.is_empty() {
            true => "The tenant's folder cannot be read".to_owned(),
            false => format!("tenant.yaml has faults ({})", places.join(", ")),
        };
        notices.push(format!(
            "{what}. Until they are mended, what it said before goes on being true, and no plugin \
             is let in that does not run already."
        ));
    }
    let of_files = tenant.diagnostics.iter().filter(|fault| {
        fault.file == lock || fault.file == plugins || fault.file.starts_with(&format!("{plugins}/"))
    });
    notices.extend(of_files.map(|fault| match &fault.help {
        Some(help) => format!("{}: {} ({help})", place(fault), fault.message),
        None => format!("{}: {}", place(fault), fault.message),
    }));
    notices
}

fn without(mut faults: Vec<Diagnostic>, known: &[Diagnostic]) -> Vec<Diagnostic> {
    faults.retain(|fault| !known.contains(fault));
    faults
}

fn log(fault: &Diagnostic) {
    let (file, line, column) = (one_line(&fault.file), fault.line, fault.column);
    tracing::warn!("{file}:{line}:{column}: {}", one_line(&fault.message));
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_config::Environment;

    use super::*;

    #[test]
    fn a_tenant_that_was_removed_is_gone_and_one_with_faults_is_not_and_an_emptied_folder_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let write = |tenant: &str, text: &str| {
            let own = folder.path().join("tenants").join(tenant);
            std::fs::create_dir_all(&own).unwrap();
            std::fs::write(own.join("tenant.yaml"), text).unwrap();
        };
        let good = "tenant:\n  name: A\n  database:\n    url: \"sqlite:tenants/a.sqlite\"\n";
        write("alpha", good);
        write("beta", good);
        let load = || Config::load(folder.path(), &Environment::default());
        let before = tenants_of(&load());
        assert_eq!(before, ["alpha", "beta"].map(str::to_owned).into());
        assert!(gone(&load(), &before).is_empty());
        std::fs::remove_dir_all(folder.path().join("tenants/beta")).unwrap();
        assert_eq!(gone(&load(), &before), ["beta"]);
        assert!(!has_none(&load()));
        write("alpha", &format!("{good}nonsense: true\n"));
        assert!(!has_none(&load()));
        std::fs::remove_dir_all(folder.path().join("tenants/alpha")).unwrap();
        assert!(has_none(&load()));
    }
}
