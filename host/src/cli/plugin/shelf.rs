//! Where plugins are looked for and changed: on this machine's installation, or on a host over HTTP. And the commands
//! that do nothing else.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use porthole_api::PluginChange;
use porthole_config::{Config, TenantPlugins};
use porthole_model::{self as model, PluginSource, PluginState};
use porthole_plugins::{Logbook, Plugins, PluginsError, Upload};

use super::remote::Remote;
use crate::cli::actor::actor;
use crate::cli::settings::{self, SettingsArgs};
use crate::{interface, server};

/// The variable with an API token, for scripts.
const TOKEN: &str = "PORTHOLE_TOKEN";
/// How long a command waits for the tenant's other plugins to be compiled.
const PATIENCE: Duration = Duration::from_secs(180);

/// Which tenant's plugins, and where they are.
#[derive(clap::Args)]
pub struct Whose {
    /// The tenant.
    #[arg(long, value_name = "ID")]
    pub tenant: String,
    /// A running host, as https://porthole.example.com; without it, the installation on this machine.
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// With --server: the account to log in with. Its password is asked for, or taken from PORTHOLE_PASSWORD. An
    /// API token in PORTHOLE_TOKEN does without both.
    #[arg(long, value_name = "EMAIL", requires = "server")]
    email: Option<String>,
    #[command(flatten)]
    pub settings: SettingsArgs,
}

/// One tenant's plugins.
pub enum Shelf {
    /// The central database and the folders of this machine.
    Local(Box<Local>),
    /// A host.
    Remote(Remote),
}

/// The installation on this machine, with a sandbox of its own to check what is published.
pub struct Local {
    tenant: String,
    plugins: Plugins,
}

impl Whose {
    /// Opens the shelf.
    pub async fn open(&self) -> anyhow::Result<Shelf> {
        self.open_under(|_| {}).await
    }

    /// Opens the shelf as if the tenant's folder had no plugins.lock; on this machine only.
    pub async fn open_unlocked(&self) -> anyhow::Result<Shelf> {
        self.open_under(|plugins| plugins.lock = porthole_config::Lock::Absent)
            .await
    }

    async fn open_under(&self, change: impl Fn(&mut TenantPlugins)) -> anyhow::Result<Shelf> {
        if let Some(server) = &self.server {
            if let Ok(token) = std::env::var(TOKEN) {
                return Ok(Shelf::Remote(Remote::with_token(server, &token, &self.tenant)?));
            }
            let email = self.email.as_deref();
            let email = email.context("say who you are with --email, or give a token in PORTHOLE_TOKEN")?;
            return Ok(Shelf::Remote(Remote::log_in(server, email, &self.tenant).await?));
        }
        let settings = self.settings.load()?;
        let config = settings::tenants(&settings)?;
        let tenant = settings::tenant(&config, &self.tenant)?;
        let identity = settings::identity(&settings).await?;
        settings::make_known(&identity, &config, &self.tenant).await?;
        let (sandbox, registry) = server::panel_types(Some(settings.data_dir.join("compiled"))).await?;
        let plugins = Plugins::new(sandbox, registry, Some(Arc::new(identity)), None);
        let mut only = Config::default();
        only.tenants.insert(self.tenant.clone(), tenant);
        let mut wanted = server::plugin_settings(&only, &settings.limits);
        for tenant in &mut wanted {
            change(&mut tenant.plugins);
        }
        plugins.take_over(wanted, PATIENCE).await;
        Ok(Shelf::Local(Box::new(Local {
            tenant: self.tenant.clone(),
            plugins,
        })))
    }

    /// What a plugin wrote; reads files where the installation is on this machine.
    pub async fn log(&self, name: &str, limit: usize) -> anyhow::Result<Vec<model::PluginLogLine>> {
        if self.server.is_some() {
            return match self.open().await? {
                Shelf::Remote(remote) => Ok(remote.log(name, limit).await?.lines),
                Shelf::Local(_) => bail!("there is no host to ask"),
            };
        }
        let settings = self.settings.load()?;
        settings::tenant(&*settings::tenants(&settings)?, &self.tenant)?;
        let folder = server::plugin_logs(&settings.data_dir);
        let lines = Logbook::read_in(&folder, &self.tenant, name, limit);
        if lines.is_empty() {
            self.knows(name).await?;
        }
        Ok(lines)
    }
}

impl Whose {
    /// An error for a name that is no plugin's, on this machine.
    async fn knows(&self, name: &str) -> anyhow::Result<()> {
        let Shelf::Local(local) = self.open().await? else {
            return Ok(());
        };
        match local.plugins.log(&self.tenant, name, 1).await {
            Ok(_) => Ok(()),
            Err(PluginsError::NotFound) => {
                let known = local.plugins.list(&self.tenant).await?.plugins;
                let known: Vec<_> = known.iter().map(|plugin| plugin.name.as_str()).collect();
                let has = match known.as_slice() {
                    [] => "it has none of its own".to_owned(),
                    known => format!("its own are {}", known.join(", ")),
                };
                bail!("{} has no plugin `{name}`; {has}", self.tenant)
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl Shelf {
    /// All plugins.
    pub async fn list(&self) -> anyhow::Result<model::Plugins> {
        match self {
            Self::Local(local) => Ok(local.plugins.list(&local.tenant).await?),
            Self::Remote(remote) => remote.list().await,
        }
    }

    /// Publishes a component.
    pub async fn publish(&self, upload: Upload) -> anyhow::Result<model::PluginPublished> {
        match self {
            Self::Local(local) => {
                let published = local.plugins.publish(&local.tenant, upload, actor());
                Ok(published.await?)
            }
            Self::Remote(remote) => remote.publish(upload).await,
        }
    }

    /// Changes which version answers, or which there are.
    pub async fn change(&self, name: &str, change: PluginChange) -> anyhow::Result<()> {
        match self {
            Self::Local(local) => interface::change_plugin(
                &local.plugins,
                &local.tenant,
                name,
                change,
                actor(),
            )
            .await
            .map_err(|error| match error {
                PluginsError::NotFound => anyhow::anyhow!(
                    "the tenant {} has published no such plugin or version; `porthole plugin list` shows what there is",
                    local.tenant
                ),
                error => error.into(),
            }),
            Self::Remote(remote) => remote.change(name, change).await,
        }
    }
}

/// `porthole plugin list`.
#[derive(clap::Args)]
pub struct List {
    #[command(flatten)]
    whose: Whose,
    /// Print JSON, as the interface answers it.
    #[arg(long)]
    json: bool,
}

impl List {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let plugins = self.whose.open().await?.list().await?;
        if self.json {
            println!("{}", serde_json::to_string_pretty(&plugins)?);
            return Ok(ExitCode::SUCCESS);
        }
        for notice in &plugins.notices {
            eprintln!("note: {notice}");
        }
        if plugins.plugins.is_empty() {
            println!("the tenant {} has no plugins of its own", self.whose.tenant);
        }
        for plugin in &plugins.plugins {
            println!(
                "{:24} {:10} {:10} {}",
                plugin.name,
                plugin.version,
                state(&plugin.state),
                plugin.title
            );
            let source = match plugin.source {
                PluginSource::Folder => "a file of the tenant's folder",
                PluginSource::Published => "published",
            };
            println!("    {source}, {}", short(&plugin.sha256));
            if let Some(endpoint) = &plugin.endpoint {
                println!("    endpoint {endpoint}");
            }
            if let Some(key) = &plugin.signed_by {
                println!("    signed by {key}");
            }
            if let PluginState::Refused { reason } | PluginState::Resting { reason, .. } = &plugin.state {
                println!("    {reason}");
            }
            for version in &plugin.versions {
                println!(
                    "    {} {:10} {}  {}  {}",
                    if version.active { "*" } else { " " },
                    version.version,
                    version.published_at,
                    short(&version.sha256),
                    version.published_by.as_deref().unwrap_or("command line")
                );
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn state(state: &PluginState) -> &'static str {
    match state {
        PluginState::Active => "active",
        PluginState::Inactive => "inactive",
        PluginState::Compiling => "compiling",
        PluginState::Resting { .. } => "resting",
        PluginState::Refused { .. } => "refused",
    }
}

/// The beginning of a hash, which tells it apart for people.
fn short(sha256: &str) -> String {
    match sha256.get(..12) {
        Some(beginning) => format!("sha256 {beginning}…"),
        None => "no sha256".to_owned(),
    }
}

/// `porthole plugin activate`.
#[derive(clap::Args)]
pub struct Activate {
    /// The plugin's type name.
    name: String,
    /// Its version.
    #[arg(value_name = "VERSION")]
    number: String,
    #[command(flatten)]
    whose: Whose,
}

impl Activate {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let change = PluginChange::Activate(self.number.clone());
        self.whose.open().await?.change(&self.name, change).await?;
        println!("{} {} answers now", self.name, self.number);
        Ok(ExitCode::SUCCESS)
    }
}

/// `porthole plugin rollback`.
#[derive(clap::Args)]
pub struct Rollback {
    /// The plugin's type name.
    name: String,
    #[command(flatten)]
    whose: Whose,
}

impl Rollback {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let shelf = self.whose.open().await?;
        shelf.change(&self.name, PluginChange::RollBack).await?;
        let plugins = shelf.list().await?.plugins;
        let version = plugins.into_iter().find(|plugin| plugin.name == self.name);
        println!(
            "{} {} answers again",
            self.name,
            version.map(|plugin| plugin.version).unwrap_or_default()
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// `porthole plugin deactivate`.
#[derive(clap::Args)]
pub struct Deactivate {
    /// The plugin's type name.
    name: String,
    #[command(flatten)]
    whose: Whose,
}

impl Deactivate {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let shelf = self.whose.open().await?;
        shelf.change(&self.name, PluginChange::Deactivate).await?;
        println!("no version of {} answers any more", self.name);
        Ok(ExitCode::SUCCESS)
    }
}

/// `porthole plugin remove`.
#[derive(clap::Args)]
pub struct Remove {
    /// The plugin's type name.
    name: String,
    /// Only this version; without it, all.
    #[arg(long, value_name = "VERSION")]
    only: Option<String>,
    #[command(flatten)]
    whose: Whose,
}

impl Remove {
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let shelf = self.whose.open().await?;
        match self.only {
            Some(version) => {
                shelf
                    .change(&self.name, PluginChange::RemoveVersion(version.clone()))
                    .await?;
                println!("{} {version} is removed", self.name);
            }
            None => {
                shelf.change(&self.name, PluginChange::Remove).await?;
                println!("{} is removed with all its versions", self.name);
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}
