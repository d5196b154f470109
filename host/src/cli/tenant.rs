//! `porthole tenant`: the tenants of the configuration.

mod add;
mod sample;

use std::process::ExitCode;

use anyhow::bail;
use porthole_config::Settings;
use porthole_identity::TenantState;

use super::actor::actor;
use super::settings::{self, SettingsArgs, listed};
use crate::text::in_one_line;
use crate::watch;

/// Tenants.
#[derive(clap::Subcommand)]
pub enum Tenant {
    Add(Box<add::Add>),
    /// List the tenants of the configuration folder, and say which are switched off; and those that people were let into and that
    /// the folder does not have.
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

/// One line for each tenant: id, name, dashboards, panels, faults, and why nobody gets in, where nobody does.
async fn list(settings: &SettingsArgs) -> anyhow::Result<ExitCode> {
    let settings = settings.load()?;
    let config = settings::tenants(&settings)?;
    let known = match known(&settings).await {
        Ok(known) => known,
        // What the folder says is worth a line all the same.
        Err(error) => {
            eprintln!(
                "warning: which tenants are switched off, and who was let into others, is not known: {}",
                in_one_line(&error)
            );
            Vec::new()
        }
    };
    let off = |id: &str| {
        let is_off = known.iter().any(|state| state.id == id && state.is_disabled);
        if is_off { " (switched off)" } else { "" }
    };
    for tenant in config.tenants.values() {
        println!(
            "{:24} {:32} {} dashboards, {} panels, {} faults{}",
            tenant.id,
            tenant.name,
            tenant.dashboards.len(),
            tenant.panels.len(),
            tenant.diagnostics.len(),
            off(&tenant.id)
        );
    }
    for id in config.set_aside.keys() {
        println!(
            "{id:24} (cannot be used: its tenant.yaml or its folder has faults){}",
            off(id)
        );
    }
    let has = |id: &str| config.tenants.contains_key(id) || config.set_aside.contains_key(id);
    // The host's own tenant is in no folder of the configuration, and a command may not know of it.
    for state in known
        .iter()
        .filter(|state| !has(&state.id) && state.id != watch::TENANT)
    {
        println!(
            "{:24} {:32} (not configured: no folder in {}; {} may see it when it is back){}",
            state.id,
            state.name,
            settings.config_dir.join("tenants").display(),
            state.members,
            off(&state.id)
        );
    }
    if config.tenants.is_empty() && config.set_aside.is_empty() {
        eprintln!(
            "there is no tenant in {}; `porthole tenant add` makes one",
            settings.config_dir.join("tenants").display()
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

/// What the central database knows of tenants.
async fn known(settings: &Settings) -> anyhow::Result<Vec<TenantState>> {
    let identity = settings::identity(settings).await?;
    let states = identity.tenant_states().await;
    identity.close().await;
    Ok(states?)
}
