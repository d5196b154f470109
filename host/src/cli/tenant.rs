//! `porthole tenant`: the tenants of the configuration.

use std::process::ExitCode;

use super::settings::{self, SettingsArgs, listed};

/// Tenants.
#[derive(clap::Subcommand)]
pub enum Tenant {
    /// List the tenants of the configuration folder.
    List {
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

impl Tenant {
    /// Prints one line for each tenant: id, name, dashboards, panels, faults.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let Self::List { settings } = self;
        let config = settings::tenants(&settings.load()?)?;
        for tenant in config.tenants.values() {
            println!(
                "{:24} {:32} {} dashboards, {} panels, {} faults",
                tenant.id,
                tenant.name,
                tenant.dashboards.len(),
                tenant.panels.len(),
                tenant.diagnostics.len()
            );
        }
        let unusable: Vec<_> = config
            .diagnostics
            .iter()
            .filter(|fault| {
                !config
                    .tenants
                    .keys()
                    .any(|id| fault.file.starts_with(&format!("tenants/{id}/")))
            })
            .cloned()
            .collect();
        eprint!("{}", listed(&unusable));
        Ok(ExitCode::SUCCESS)
    }
}
