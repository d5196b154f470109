//! Which settings a command runs with, and what goes wrong with them.

use std::collections::BTreeSet;
use std::fs::{File, TryLockError};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use porthole_config::{
    Config, ConfigStore, Diagnostic, Environment, LogFormat, ReadSettings, Settings, Tenant,
};
use porthole_identity::{Identity, Options};
use porthole_telemetry::{Telemetry, Traces};
use secrecy::{ExposeSecret, SecretString};

use crate::owner::hand_over;
use crate::served::Served;
use crate::{server, watch};

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
        Settings::load(self.file().as_deref(), &Environment::of_process())
            .map_err(|faults| anyhow::anyhow!("the settings have faults\n{}", listed(&faults).trim_end()))
    }

    /// The same as far as they can be read, with all that is to be said of them.
    pub fn read_all(&self, environment: &Environment) -> ReadSettings {
        Settings::read(self.file().as_deref(), environment)
    }

    /// The settings file, where there is one.
    pub fn file(&self) -> Option<PathBuf> {
        let usual = ["porthole.yaml", "config/porthole.yaml"];
        let found = || usual.into_iter().map(PathBuf::from).find(|file| file.is_file());
        self.config.clone().or_else(found)
    }

    /// Whether the settings file is named.
    pub fn is_named(&self) -> bool {
        self.config.is_some()
    }
}

/// The tenants, for as long as the process, which is a host, runs.
pub fn store(settings: &Settings) -> anyhow::Result<ConfigStore> {
    open(settings, settings.watch.is_some())
}

/// `watches_itself`: whether the host's own tenant is among them.
fn open(settings: &Settings, watches_itself: bool) -> anyhow::Result<ConfigStore> {
    if !settings.config_dir.is_dir() {
        bail!(
            "the configuration folder {} does not exist; name another with PORTHOLE_CONFIG_DIR or `config_dir:`",
            settings.config_dir.display()
        );
    }
    let beside = match watches_itself {
        true => {
            Some(watch::tenant_folder(&settings.data_dir).context("the data folder cannot be written to")?)
        }
        false => None,
    };
    Ok(ConfigStore::open_beside(
        &settings.config_dir,
        beside,
        Environment::of_process(),
    ))
}

/// The tenants as they are at this moment, for a command. A host that runs over the data folder, as the demo does, may run
/// with other settings than this command: whether it has a tenant of its own is what it says, and not what these settings do.
pub fn tenants(settings: &Settings) -> anyhow::Result<Arc<Config>> {
    let watches_itself = match is_claimed(&settings.data_dir) {
        true => Served::read(&settings.data_dir)?.map(|served| served.watches_itself),
        false => None,
    };
    let store = open(settings, watches_itself.unwrap_or(settings.watch.is_some()))?;
    Ok(store.current())
}

/// Makes a tenant known to the central database, since the host may not have started yet since the tenant was configured.
/// Of the other tenants nothing is said: a command may see another configuration than the host does.
pub async fn make_known(identity: &Identity, config: &Config, tenant: &str) -> anyhow::Result<()> {
    let record = server::tenant_records(config)
        .into_iter()
        .find(|record| record.id == tenant);
    if let Some(record) = record {
        identity.know_tenant(&record).await?;
    }
    Ok(())
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
        local_login: settings.auth.local,
        tokens_without_login: match &settings.auth.oidc {
            Some(provider) => provider.tokens_without_login,
            None => Options::default().tokens_without_login,
        },
        ..Options::default()
    };
    if url.expose_secret().starts_with("sqlite:") {
        std::fs::create_dir_all(&settings.data_dir)
            .with_context(|| format!("the data folder {} cannot be made", settings.data_dir.display()))?;
    }
    let identity = Identity::connect(&url, options).await?;
    if let Some(file) = url.expose_secret().strip_prefix("sqlite:") {
        // What root has made here is the service's all the same.
        for ending in ["", ".lock", "-wal", "-shm"] {
            let path = PathBuf::from(format!("{file}{ending}"));
            if path.starts_with(&settings.data_dir) && path.exists() {
                hand_over(&path, &settings.data_dir).with_context(|| path.display().to_string())?;
            }
        }
    }
    Ok(identity)
}

/// Which central database the settings name, for people: its kind and its place, and never its password.
pub fn central_place(settings: &Settings) -> String {
    let url = database_url(settings.central_database.expose_secret(), &settings.data_dir);
    if let Some(file) = url.strip_prefix("sqlite:") {
        return format!("SQLite, {file}");
    }
    // What stands behind the `?` may be a password, too.
    let server = url::Url::parse(&url).ok().and_then(|url| {
        let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
        Some(format!(
            "PostgreSQL, {}{port}{}",
            url.host_str().filter(|host| !host.is_empty())?,
            url.path()
        ))
    });
    server.unwrap_or_else(|| "PostgreSQL".to_owned())
}

/// A database URL that can be opened: the path of a SQLite file is relative to the data folder.
pub fn database_url(url: &str, data_dir: &Path) -> String {
    let Some(path) = url.strip_prefix("sqlite:") else {
        return url.to_owned();
    };
    let path = path.strip_prefix("//").unwrap_or(path);
    format!("sqlite:{}", data_dir.join(path).display())
}

/// A tenant's database URL that can be opened. The central database is no tenant's: who may write a `tenant.yaml` may
/// not therefore read everybody's password hashes.
pub fn tenant_database_url(url: &str, settings: &Settings) -> Result<String, String> {
    let data_dir = &settings.data_dir;
    let opened = database_url(url, data_dir);
    let central = database_url(settings.central_database.expose_secret(), data_dir);
    let same_file =
        |one: &str, other: &str| match (one.strip_prefix("sqlite:"), other.strip_prefix("sqlite:")) {
            (Some(one), Some(other)) => {
                let real = |path: &str| std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
                real(one) == real(other)
            }
            _ => false,
        };
    if opened == central || same_file(&opened, &central) {
        return Err(
            "the tenant's database is the host's own central database, which is no tenant's".to_owned(),
        );
    }
    Ok(opened)
}

/// What a host holds while it runs.
const LOCK: &str = "porthole.lock";
/// How often a lock is tried again that somebody holds for a moment: a command that looks whether a host runs.
const TRIES: u32 = 10;
/// Between two tries.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes the data folder for this process: two hosts over one folder would work against each other. It is free again
/// when the file is dropped.
pub fn claim(data_dir: &Path) -> anyhow::Result<File> {
    std::fs::create_dir_all(data_dir)
        .with_context(|| format!("the data folder {} cannot be made", data_dir.display()))?;
    let path = data_dir.join(LOCK);
    let file = File::create(&path).with_context(|| path.display().to_string())?;
    for tried in 1..=TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if tried < TRIES => std::thread::sleep(PAUSE),
            Err(TryLockError::WouldBlock) => break,
            Err(TryLockError::Error(error)) => return Err(error).with_context(|| path.display().to_string()),
        }
    }
    bail!(
        "another porthole runs over the data folder {}; stop it, or use another folder",
        data_dir.display()
    )
}

/// Whether a host runs over the data folder.
fn is_claimed(data_dir: &Path) -> bool {
    // No lock that can be read, no host that this command could know of.
    let Ok(file) = File::open(data_dir.join(LOCK)) else {
        return false;
    };
    matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
}

/// Sets up the log and traces as the settings say. What is returned is told when the process ends.
pub fn log(settings: &Settings) -> anyhow::Result<Telemetry> {
    let format = match settings.log.format {
        LogFormat::Text => porthole_telemetry::Format::Text,
        LogFormat::Json => porthole_telemetry::Format::Json,
    };
    let traces = settings.traces.as_ref().map(|traces| Traces {
        endpoint: traces.endpoint.clone(),
        percent: traces.percent,
    });
    Ok(porthole_telemetry::init(
        format,
        &settings.log.level,
        traces.as_ref(),
    )?)
}

/// Faults, one under the other: place, what is wrong, what to do. What to do is said once, where it is the same for
/// several.
pub fn listed(faults: &[Diagnostic]) -> String {
    let (bold, plain) = if std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none() {
        ("\x1b[1m", "\x1b[0m")
    } else {
        ("", "")
    };
    let mut said = BTreeSet::new();
    faults
        .iter()
        .map(|fault| {
            let help = fault
                .help
                .as_ref()
                .filter(|help| said.insert(help.as_str()))
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
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_helps_against_several_faults_is_said_once() {
        let fault = |line, help: &str| Diagnostic {
            file: "a.yaml".to_owned(),
            line,
            column: 1,
            message: "wrong".to_owned(),
            help: Some(help.to_owned()),
        };
        let text = listed(&[fault(1, "do this"), fault(2, "do that"), fault(3, "do this")]);
        assert_eq!(text.matches("wrong").count(), 3);
        assert_eq!(text.matches("do this").count(), 1);
        assert_eq!(text.matches("do that").count(), 1);
    }

    #[test]
    fn the_central_database_is_no_tenants_under_any_name() {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            data_dir: folder.path().to_path_buf(),
            ..Settings::default()
        };
        std::fs::write(folder.path().join("central.sqlite"), "").unwrap();
        std::os::unix::fs::symlink(
            folder.path().join("central.sqlite"),
            folder.path().join("other.sqlite"),
        )
        .unwrap();
        std::fs::create_dir(folder.path().join("tenants")).unwrap();
        for url in [
            "sqlite:central.sqlite",
            "sqlite:tenants/../central.sqlite",
            "sqlite:other.sqlite",
            "sqlite://central.sqlite",
        ] {
            assert!(tenant_database_url(url, &settings).is_err(), "{url}");
        }
        assert!(tenant_database_url("sqlite:tenants/a.sqlite", &settings).is_ok());
    }

    #[test]
    fn the_central_database_is_named_without_its_password() {
        let named = |url: &str| {
            central_place(&Settings {
                data_dir: PathBuf::from("/data"),
                central_database: url.to_owned().into(),
                ..Settings::default()
            })
        };
        assert_eq!(named("sqlite:central.sqlite"), "SQLite, /data/central.sqlite");
        assert_eq!(
            named("postgres://porthole:hunter2@db:5433/central?password=hunter2"),
            "PostgreSQL, db:5433/central"
        );
        assert_eq!(named("postgres:///central?host=/run/hunter2"), "PostgreSQL");
        assert_eq!(named("postgres://porthole:hunter2@[db"), "PostgreSQL");
    }

    #[test]
    fn a_data_folder_has_one_host_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!is_claimed(folder.path()));
        let first = claim(folder.path()).unwrap();
        assert!(claim(folder.path()).is_err());
        assert!(is_claimed(folder.path()));
        drop(first);
        assert!(!is_claimed(folder.path()));
        assert!(claim(folder.path()).is_ok());
    }

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
