//! `porthole validate`: every fault of a configuration folder, each with its place.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use porthole_config::{Config, Diagnostic, Environment, Settings};
use porthole_plugins::Plugins;

use super::settings::{self, SettingsArgs, listed};
use crate::server;

/// Check a configuration folder and report every fault with its place. Ends with 1 when there is one.
#[derive(clap::Args)]
pub struct Validate {
    /// The folder that holds `tenants/` [default: the settings' `config_dir`].
    #[arg(long, value_name = "DIR")]
    config_dir: Option<PathBuf>,
    /// Count the plugins that tenants have published as well: opens the central database.
    #[arg(long)]
    published: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Validate {
    /// Prints faults to standard output, and a count.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let folder = match &self.config_dir {
            Some(folder) => folder.clone(),
            None => self.settings.load()?.config_dir,
        };
        if !folder.join("tenants").is_dir() {
            bail!("{} has no folder `tenants`", folder.display());
        }
        let config = Config::load(&folder, &Environment::of_process());
        let (settings, identity) = if self.published {
            let settings = self.settings.load()?;
            let identity = settings::identity(&settings).await?;
            (settings, Some(Arc::new(identity)))
        } else {
            (Settings::default(), None)
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
        if !self.published && !faults.is_empty() {
            eprintln!("published plugins are not counted; `--published` counts them");
        }
        print!("{}", listed(&faults));
        for tenant in config.set_aside.keys() {
            eprintln!(
                "{tenant}: its panels were not tried and its plugins not loaded, because its tenant.yaml has faults; a host \
                 that runs serves the tenant as it was before and lets no new plugin in, one that starts leaves it out"
            );
        }
        let (tenants, panels): (usize, usize) = (
            config.tenants.len(),
            config.tenants.values().map(|tenant| tenant.panels.len()).sum(),
        );
        let faulty = match faults.len() {
            0 => "no faults".to_owned(),
            count => counted(count, "fault"),
        };
        println!(
            "{faulty} in {} with {}",
            counted(tenants, "tenant"),
            counted(panels, "panel")
        );
        Ok(if faults.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// `1 panel`, `2 panels`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
