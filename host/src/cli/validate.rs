//! `porthole validate`: every fault of a configuration folder, each with its place.

mod central;
mod lines;
mod report;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use porthole_config::{Config, Diagnostic, Environment, ReadSettings, Spanned};
use porthole_data::{Databases, DatabasesOptions};
use porthole_plugins::Plugins;

use self::report::{Format, Report};
use super::or_unusable;
use super::settings::{self, SettingsArgs, tenant_database_url};
use crate::server;

/// Tenants that are listed at most.
const NAMES_TOLD: usize = 20;

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
    /// Check in a place where there are no secrets, as on a build server: variables that are not set and files that are not
    /// there are no faults where the configuration refers to them for a secret.
    #[arg(long, conflicts_with_all = ["connect", "published"])]
    without_secrets: bool,
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
        let environment = match self.without_secrets {
            true => Environment::of_process().without_secrets(),
            false => Environment::of_process(),
        };
        let needs_settings =
            self.config_dir.is_none() || self.published || self.connect || self.settings.is_named();
        let mut read = match needs_settings {
            true => self.settings.read_all(&environment),
            false => ReadSettings::default(),
        };
        if let Some(folder) = self.config_dir {
            read.settings.config_dir = folder;
            read.is_config_dir_certain = true;
        }
        let folder = read.settings.config_dir.clone();
        if !folder.join("tenants").is_dir() {
            let lacks = format!("{} has no folder `tenants`", folder.display());
            if read.faults.is_empty() {
                bail!(
                    "{lacks}: name the folder that holds it with `--config-dir`, PORTHOLE_CONFIG_DIR or `config_dir:`, or make \
                     the first tenant with `porthole tenant add`"
                );
            }
            match read.is_config_dir_certain {
                true => eprintln!("no tenant was checked: {lacks}"),
                false => eprintln!(
                    "no tenant was checked: which folder they are in is not known for certain, and {lacks}"
                ),
            }
            let report = Report {
                folder: &folder,
                settings: &read.faults,
                faults: &[],
                settings_warnings: &read.warnings,
                warnings: &[],
                tenants: 0,
                panels: 0,
            };
            print!("{}", report.written(self.format));
            return Ok(ExitCode::FAILURE);
        }
        let ReadSettings {
            settings,
            faults: mut of_settings,
            warnings: mut settings_warnings,
            central_database,
            group_tenants,
            ..
        } = read;
        let has_settings = of_settings.is_empty();
        if !has_settings && (self.connect || self.published) {
            eprintln!("no database was asked, because the settings have faults");
        }
        let mut config = Config::load(&folder, &environment);
        settings_warnings.extend(without_tenant(&group_tenants, &config));
        if let Some(tenant) = &self.tenant {
            only(&mut config, tenant)?;
        }
        let config = config;
        let identity = if self.published && has_settings {
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
                        help: Some(
                            "`porthole plugin inspect FILE` says what a file is; `porthole plugin build` makes a component"
                                .to_owned(),
                        ),
                    }),
            );
        }
        let mut warnings = config.warnings.clone();
        if self.connect && has_settings {
            let databases = Databases::new(DatabasesOptions::default());
            let places = settings.clone();
            let resolve = move |url: &str| tenant_database_url(url, &places);
            let held = porthole_panel::check_databases(&config, &registry, &databases, &resolve).await;
            faults.extend(held.faults);
            warnings.extend(held.warnings);
            of_settings.extend(central::check(&settings, central_database, &databases).await);
            databases.close().await;
        }
        if !self.published && !faults.is_empty() {
            eprintln!("published plugins are not counted; `--published` counts them");
        }
        let report = Report {
            folder: &folder,
            settings: &of_settings,
            faults: &faults,
            settings_warnings: &settings_warnings,
            warnings: &warnings,
            tenants: config.tenants.len(),
            panels: config.tenants.values().map(|tenant| tenant.panels.len()).sum(),
        };
        print!("{}", report.written(self.format));
        if config.tenants.is_empty() && config.set_aside.is_empty() {
            eprintln!(
                "warning: {} has no tenant: a host would serve nobody anything",
                folder.join("tenants").display()
            );
        }
        for tenant in config.set_aside.keys() {
            eprintln!(
                "{tenant}: its panels were not tried and its plugins not loaded, because its tenant.yaml or its folder has faults; a host \
                 that runs serves the tenant as it was before and lets no new plugin in, one that starts leaves it out"
            );
        }
        Ok(if faults.is_empty() && of_settings.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Groups of the provider that lead to a tenant that there is not.
fn without_tenant(groups: &[Spanned<String>], config: &Config) -> Vec<Diagnostic> {
    let known = |id: &String| config.tenants.contains_key(id) || config.set_aside.contains_key(id);
    let warning = |tenant: &Spanned<String>| {
        let names: Vec<_> = config
            .tenants
            .keys()
            .map(String::as_str)
            .take(NAMES_TOLD)
            .collect();
        let help = match names.as_slice() {
            [] => "make it with `porthole tenant add`".to_owned(),
            names => format!(
                "make it with `porthole tenant add`, or name another; there are {}",
                names.join(", ")
            ),
        };
        let message = format!(
            "a group leads to the tenant `{}`, which there is not",
            tenant.value
        );
        tenant.fault(message, Some(help))
    };
    groups
        .iter()
        .filter(|tenant| !known(&tenant.value))
        .map(warning)
        .collect()
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
    config
        .warnings
        .retain(|warning| warning.file.starts_with(&folder));
    Ok(())
}
