//! `porthole validate`: every fault of a configuration folder, each with its place.

mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use porthole_config::{Config, Diagnostic, Environment, Settings};
use porthole_data::{Databases, DatabasesOptions};
use porthole_plugins::Plugins;

use self::report::{Format, Report};
use super::or_unusable;
use super::settings::{self, SettingsArgs, tenant_database_url};
use crate::server;

/// Check a configuration folder and report every fault with its place. Ends with 0 when there is none, with 1 when there
/// is one, and with 2 when nothing could be checked.
#[derive(clap::Args)]
pub struct Validate {
    /// The folder that holds `tenants/` [default: the settings' `config_dir`].
    #[arg(long, value_name = "DIR")]
    config_dir: Option<PathBuf>,
    /// Check this tenant only.
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Hold tables and columns against the tenants' databases as well.
    #[arg(long)]
    connect: bool,
    /// Count the plugins that tenants have published as well: opens the central database.
    #[arg(long)]
    published: bool,
    /// How faults are written.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Validate {
    /// Prints faults to standard output, and a count.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        Ok(or_unusable(self.checked().await))
    }

    async fn checked(self) -> anyhow::Result<ExitCode> {
        let needs_settings = self.config_dir.is_none() || self.published || self.connect;
        let mut settings = if needs_settings {
            self.settings.load()?
        } else {
            Settings::default()
        };
        if let Some(folder) = self.config_dir {
            settings.config_dir = folder;
        }
        let folder = settings.config_dir.clone();
        if !folder.join("tenants").is_dir() {
            bail!("{} has no folder `tenants`", folder.display());
        }
        let mut config = Config::load(&folder, &Environment::of_process());
        if let Some(tenant) = &self.tenant {
            only(&mut config, tenant)?;
        }
        let config = config;
        let identity = if self.published {
            Some(Arc::new(settings::identity(&settings).await?))
        } else {
            None
        };
        let (sandbox, registry) = server::panel_types(None).await?;
        let plugins = Plugins::new(sandbox.clone(), Arc::clone(&registry), identity, None);
        plugins
            .take_over(server::plugin_settings(&config, &settings.limits), Duration::MAX)
            .await;
        let mut faults = porthole_panel::check_config(&config, &sandbox, &registry).await;
        for tenant in config.tenants.keys() {
            faults.extend(
                plugins
                    .refused(tenant)
                    .into_iter()
                    .map(|(file, message)| Diagnostic {
                        file,
                        line: 1,
                        column: 1,
                        message: format!("the plugin cannot be used: {message}"),
                        help: None,
                    }),
            );
        }
        if self.connect {
            let databases = Databases::new(DatabasesOptions::default());
            let places = settings.clone();
            let resolve = move |url: &str| tenant_database_url(url, &places);
            faults.extend(porthole_panel::check_databases(&config, &registry, &databases, &resolve).await);
            databases.close().await;
        }
        if !self.published && !faults.is_empty() {
            eprintln!("published plugins are not counted; `--published` counts them");
        }
        let report = Report {
            folder: &folder,
            faults: &faults,
            tenants: config.tenants.len(),
            panels: config.tenants.values().map(|tenant| tenant.panels.len()).sum(),
        };
        print!("{}", report.written(self.format));
        for tenant in config.set_aside.keys() {
            eprintln!(
                "{tenant}: its panels were not tried and its plugins not loaded, because its tenant.yaml or its folder has faults; a host \
                 that runs serves the tenant as it was before and lets no new plugin in, one that starts leaves it out"
            );
        }
        Ok(if faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Leaves one tenant.
fn only(config: &mut Config, tenant: &str) -> anyhow::Result<()> {
    let known: Vec<_> = config
        .tenants
        .keys()
        .chain(config.set_aside.keys())
        .cloned()
        .collect();
    if !known.iter().any(|known| known == tenant) {
        bail!("there is no tenant `{tenant}`; there are {}", known.join(", "));
    }
    config.tenants.retain(|id, _| id == tenant);
    config.set_aside.retain(|id, _| id == tenant);
    let folder = format!("tenants/{tenant}/");
    config.diagnostics.retain(|fault| fault.file.starts_with(&folder));
    Ok(())
}
