//! Which settings a command runs with, and what goes wrong with them.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use porthole_config::{Config, ConfigStore, Diagnostic, Environment, LogFormat, Settings, Tenant};
use porthole_identity::{Identity, Options};
use secrecy::{ExposeSecret, SecretString};

/// Where the settings are.
#[derive(clap::Args)]
pub struct SettingsArgs {
    /// The settings file [default: porthole.yaml or config/porthole.yaml, where there is one].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl SettingsArgs {
    /// Reads the file and the `PORTHOLE_*` variables.
    pub fn load(&self) -> anyhow::Result<Settings> {
        let environment = Environment::of_process();
        let file = match &self.config {
            Some(file) => Some(file.clone()),
            None => ["porthole.yaml", "config/porthole.yaml"]
                .into_iter()
                .map(PathBuf::from)
                .find(|file| file.is_file()),
        };
        Settings::load(file.as_deref(), &environment)
            .map_err(|faults| anyhow::anyhow!("the settings have faults\n{}", listed(&faults).trim_end()))
    }
}

/// The tenants, for as long as the process runs.
pub fn store(settings: &Settings) -> anyhow::Result<ConfigStore> {
    if !settings.config_dir.is_dir() {
        bail!(
            "the configuration folder {} does not exist; name another with PORTHOLE_CONFIG_DIR or `config_dir:`",
            settings.config_dir.display()
        );
    }
    Ok(ConfigStore::open(&settings.config_dir, Environment::of_process()))
}

/// The tenants as they are at this moment.
pub fn tenants(settings: &Settings) -> anyhow::Result<Arc<Config>> {
    Ok(store(settings)?.current())
}

/// One tenant of the configuration, or an error that lists those there are.
pub fn tenant(config: &Config, id: &str) -> anyhow::Result<Arc<Tenant>> {
    if let Some(tenant) = config.tenants.get(id) {
        return Ok(Arc::clone(tenant));
    }
    let known: Vec<_> = config.tenants.keys().map(String::as_str).collect();
    let folder = format!("tenants/{id}/");
    let faults: Vec<_> = config
        .diagnostics
        .iter()
        .filter(|fault| fault.file.starts_with(&folder))
        .cloned()
        .collect();
    if !faults.is_empty() {
        bail!("the tenant `{id}` cannot be used\n{}", listed(&faults).trim_end());
    }
    match known.as_slice() {
        [] => bail!("there is no tenant `{id}`: the configuration folder has none"),
        known => bail!("there is no tenant `{id}`; there are {}", known.join(", ")),
    }
}

/// Opens the central database.
pub async fn identity(settings: &Settings) -> anyhow::Result<Identity> {
    let url: SecretString =
        database_url(settings.central_database.expose_secret(), &settings.data_dir).into();
    let options = Options {
        session_idle: settings.session.idle,
        session_lifetime: settings.session.absolute,
        ..Options::default()
    };
    if url.expose_secret().starts_with("sqlite:") {
        std::fs::create_dir_all(&settings.data_dir)
            .with_context(|| format!("the data folder {} cannot be made", settings.data_dir.display()))?;
    }
    Ok(Identity::connect(&url, options).await?)
}

/// A database URL that can be opened: the path of a SQLite file is relative to the data folder.
pub fn database_url(url: &str, data_dir: &Path) -> String {
    let Some(path) = url.strip_prefix("sqlite:") else {
        return url.to_owned();
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    format!("sqlite:{}", data_dir.join(path).display())
}

/// Sets up the log as the settings say.
pub fn log(settings: &Settings) -> anyhow::Result<()> {
    let format = match settings.log.format {
        LogFormat::Text => porthole_telemetry::Format::Text,
        LogFormat::Json => porthole_telemetry::Format::Json,
    };
    Ok(porthole_telemetry::init(format, &settings.log.level)?)
}

/// Faults, one under the other: place, what is wrong, what to do.
pub fn listed(faults: &[Diagnostic]) -> String {
    let (bold, plain) = if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        ("\x1b[1m", "\x1b[0m")
    } else {
        ("", "")
    };
    faults
        .iter()
        .map(|fault| {
            let help = fault
                .help
                .as_ref()
                .map_or_else(String::new, |help| format!("\n    help: {help}"));
            format!(
                "{bold}{}:{}:{}{plain}: {}{help}\n",
                fault.file, fault.line, fault.column, fault.message
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_sqlite_files_are_in_the_data_folder_and_other_urls_as_they_are() {
        let data = Path::new("/data");
        assert_eq!(
            database_url("sqlite:tenants/a.sqlite", data),
            "sqlite:/data/tenants/a.sqlite"
        );
        assert_eq!(database_url("sqlite://a.sqlite", data), "sqlite:/data/a.sqlite");
        assert_eq!(
            database_url("sqlite:/elsewhere/a.sqlite", data),
            "sqlite:/elsewhere/a.sqlite"
        );
        assert_eq!(database_url("postgres://u:p@h/d", data), "postgres://u:p@h/d");
    }
}
