//! `porthole tenant`: the tenants of the configuration.

mod add;
mod sample;

use std::collections::BTreeSet;
use std::process::ExitCode;

use anyhow::bail;
use porthole_config::Settings;

use super::actor::actor;
use super::settings::{self, SettingsArgs, listed};
use crate::text::in_one_line;

/// Tenants.
#[derive(clap::Subcommand)]
pub enum Tenant {
    Add(Box<add::Add>),
    /// List the tenants of the configuration folder, and say which are switched off.
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
            Self::List { settings } => list(&settings).await,
            Self::Disable { tenant, settings } => switch(&settings, &tenant, true).await,
            Self::Enable { tenant, settings } => switch(&settings, &tenant, false).await,
        }
    }
}

async fn switch(settings: &SettingsArgs, tenant: &str, off: bool) -> anyhow::Result<ExitCode> {
    let settings = settings.load()?;
    let config = settings::tenants(&settings)?;
    let identity = settings::identity(&settings).await?;
    if config.tenants.contains_key(tenant) {
        settings::make_known(&identity, &config, tenant).await?;
    }
    let known = identity.set_tenant_disabled(tenant, off, actor()).await?;
    identity.close().await;
    if !known {
        bail!("there is no tenant `{tenant}`");
    }
    println!("{tenant} is switched {}", if off { "off" } else { "on" });
    Ok(ExitCode::SUCCESS)
}

/// One line for each tenant: id, name, dashboards, panels, faults, and whether it is switched off.
async fn list(settings: &SettingsArgs) -> anyhow::Result<ExitCode> {
    let settings = settings.load()?;
    let config = settings::tenants(&settings)?;
    let off = match switched_off(&settings).await {
        Ok(off) => off,
        // What the folder says is worth a line all the same.
        Err(error) => {
            eprintln!(
                "warning: which tenants are switched off is not known: {}",
                in_one_line(&error)
            );
            BTreeSet::new()
        }
    };
    for tenant in config.tenants.values() {
        println!(
            "{:24} {:32} {} dashboards, {} panels, {} faults{}",
            tenant.id,
            tenant.name,
            tenant.dashboards.len(),
            tenant.panels.len(),
            tenant.diagnostics.len(),
            if off.contains(&tenant.id) {
                " (switched off)"
            } else {
                ""
            }
        );
    }
    for id in config.set_aside.keys() {
        println!("{id:24} (cannot be used: its tenant.yaml or its folder has faults)");
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

async fn switched_off(settings: &Settings) -> anyhow::Result<BTreeSet<String>> {
    let identity = settings::identity(settings).await?;
    let states = identity.tenant_states().await;
    identity.close().await;
    let off = states?.into_iter().filter(|tenant| tenant.is_disabled);
    Ok(off.map(|tenant| tenant.id).collect())
}
