//! `porthole schema`: JSON Schemas of the configuration's files, for editors.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use porthole_config::{Config, Environment, PanelRole, PanelSource, PanelType, schema};
use porthole_plugins::Plugins;
use porthole_sandbox::Registry;
use porthole_sandbox::bindings::SourceRole;
use serde_json::Value;

use super::settings::{self, SettingsArgs};
use crate::server;

/// Write JSON Schemas of tenant, dashboard, panel and settings files, so that editors complete and check them. The panel
/// types say themselves what they take.
#[derive(clap::Args)]
pub struct Schema {
    /// The folder to write to [default: `schema` in the settings' `config_dir`, beside `tenants`].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// `json`: files for editors. `markdown`: every key of every file, for people, on standard output.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Count this tenant's own plugins among the panel types: the files of its folder.
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
    /// Only look whether the files there are up to date. Ends with 1 when they are not.
    #[arg(long, conflicts_with = "format")]
    check: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What is written.
#[derive(Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    #[default]
    Json,
    Markdown,
}

impl Schema {
    /// Names each file that it writes.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        if self.format == Format::Markdown {
            print!("{}", schema::reference(&self.types().await?));
            return Ok(ExitCode::SUCCESS);
        }
        let out = match &self.out {
            Some(out) => out.clone(),
            None => self.settings.load()?.config_dir.join("schema"),
        };
        let types = self.types().await?;
        let files: BTreeMap<&str, Value> = BTreeMap::from([
            ("dashboard.schema.json", schema::dashboard()),
            ("panel.schema.json", schema::panel(&types)),
            ("settings.schema.json", schema::settings()),
            ("tenant.schema.json", schema::tenant()),
        ]);
        let mut are_current = true;
        for (name, schema) in files {
            let path = out.join(name);
            let text = serde_json::to_string_pretty(&schema)? + "\n";
            if self.check {
                if std::fs::read_to_string(&path).ok().as_deref() != Some(text.as_str()) {
                    are_current = false;
                    println!("{} is not up to date: run `porthole schema`", path.display());
                }
                continue;
            }
            std::fs::create_dir_all(&out).with_context(|| out.display().to_string())?;
            std::fs::write(&path, text).with_context(|| path.display().to_string())?;
            println!("{}", path.display());
        }
        Ok(if are_current {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }

    async fn types(&self) -> anyhow::Result<Vec<PanelType>> {
        let (sandbox, registry) = server::panel_types(None).await?;
        let Some(tenant) = &self.tenant else {
            return described(&registry, "");
        };
        let settings = self.settings.load()?;
        let config = Config::load(&settings.config_dir, &Environment::of_process());
        settings::tenant(&config, tenant)?;
        let plugins = Plugins::new(sandbox, Arc::clone(&registry), None, None);
        plugins
            .take_over(server::plugin_settings(&config, &settings.limits), Duration::MAX)
            .await;
        described(&registry, tenant)
    }
}

fn source(said: &SourceRole) -> PanelSource {
    let roles = said.roles.iter().map(|role| PanelRole {
        name: role.name.clone(),
        required: role.required,
        description: role.description.clone(),
    });
    PanelSource {
        name: said.name.clone(),
        required: said.required,
        roles: roles.collect(),
        has_free_columns: said.free_columns,
    }
}

/// The panel types that a tenant has, by name.
fn described(registry: &Registry, tenant: &str) -> anyhow::Result<Vec<PanelType>> {
    let mut names = registry.type_names(tenant);
    names.sort();
    names.dedup();
    let plugins = names.iter().filter_map(|name| registry.get(tenant, name));
    let types = plugins.map(|plugin| {
        let said = plugin.descriptor();
        let read = |text: &str| -> anyhow::Result<Option<Value>> {
            Ok(if text.trim().is_empty() {
                None
            } else {
                Some(
                    serde_json::from_str(text)
                        .with_context(|| format!("the schema of {}", said.type_name))?,
                )
            })
        };
        Ok(PanelType {
            name: said.type_name.clone(),
            description: said.title.clone(),
            display: read(&said.display_schema)?,
            parameters: read(&said.parameters_schema)?,
            endpoint: said.endpoint.clone(),
            sources: said.sources.iter().map(source).collect(),
        })
    });
    types.collect()
}
