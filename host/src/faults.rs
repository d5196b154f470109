//! Faults of the configuration, told to those who run the host.

use porthole_config::{Config, Diagnostic, Tenant};

use crate::text::one_line;

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
