//! `porthole tenant`: the tenants of the configuration.

mod add;
mod sample;

use std::process::ExitCode;

use anyhow::bail;
use porthole_identity::AuditEntry;

use super::settings::{self, SettingsArgs, listed};
use crate::server;

/// Tenants.
#[derive(clap::Subcommand)]
pub enum Tenant {
    Add(Box<add::Add>),
    /// List the tenants of the configuration folder.
    List {
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Switch a tenant off: for everybody it is as if it did not exist. Hosts that run notice within a quarter of a second.
    Disable {
        /// Which.
        tenant: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
    /// Switch a tenant on again.
    Enable {
        /// Which.
        tenant: String,
        #[command(flatten)]
        settings: SettingsArgs,
    },
}

impl Tenant {
    /// Does it, and says what was done.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::Add(command) => command.run().await,
            Self::List { settings } => list(&settings),
            Self::Disable { tenant, settings } => switch(&settings, &tenant, true).await,
            Self::Enable { tenant, settings } => switch(&settings, &tenant, false).await,
        }
    }
}

async fn switch(settings: &SettingsArgs, tenant: &str, off: bool) -> anyhow::Result<ExitCode> {
    let settings = settings.load()?;
    let config = settings::tenants(&settings)?;
    let identity = settings::identity(&settings).await?;
    // The host may not have started yet since the tenant was configured.
    identity.sync_tenants(&server::tenant_records(&config)).await?;
    let known = identity
        .set_tenant_disabled(tenant, off, AuditEntry::default())
        .await?;
    identity.close().await;
    if !known {
        bail!("there is no tenant `{tenant}`");
    }
    println!("{tenant} is switched {}", if off { "off" } else { "on" });
    Ok(ExitCode::SUCCESS)
}

/// One line for each tenant: id, name, dashboards, panels, faults.
fn list(settings: &SettingsArgs) -> anyhow::Result<ExitCode> {
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
