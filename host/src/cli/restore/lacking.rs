//! What a restored configuration refers to and no backup holds: secrets, and databases that are files of the data folder.

use std::path::Path;

use porthole_config::{Config, Environment, Settings};
use secrecy::ExposeSecret;

use crate::cli::settings::tenant_database_url;

/// One line for each, with its place. Other faults of the configuration are not told: they were there when it was kept.
pub fn lacking(settings: &Settings) -> Vec<String> {
    let config = Config::load(&settings.config_dir, &Environment::of_process());
    // What is a fault only where secrets are looked for is a secret that is not here.
    let without = Config::load(&settings.config_dir, &Environment::of_process().without_secrets());
    let secrets = config
        .diagnostics
        .iter()
        .filter(|fault| !without.diagnostics.contains(fault))
        .map(|fault| {
            format!(
                "{}:{}:{}: {}",
                fault.file, fault.line, fault.column, fault.message
            )
        });
    let databases = config.tenants.values().filter_map(|tenant| {
        let url = tenant.database.as_ref()?.expose_secret();
        let opened = tenant_database_url(url, settings).ok()?;
        let file = opened.strip_prefix("sqlite:")?;
        let (line, column) = tenant.database_place.unwrap_or((1, 1));
        (!Path::new(file).exists()).then(|| {
            format!(
                "{}:{line}:{column}: the tenant's database is the file {file}, which is not there",
                tenant.file
            )
        })
    });
    secrets.chain(databases).collect()
}
