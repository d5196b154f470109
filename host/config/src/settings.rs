//! The host's own settings: `porthole.yaml` and `PORTHOLE_*`.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use porthole_model::Diagnostic;
use secrecy::SecretString;

use crate::{Environment, Limits, Provider, Spanned};

/// The host's settings. `Debug` shows no secrets.
#[derive(Debug, Clone)]
pub struct Settings {
    /// `listen`, `PORTHOLE_LISTEN`: where the host answers.
    pub listen: SocketAddr,
    /// `public_url`, `PORTHOLE_PUBLIC_URL`: as readers' browsers see the host, without a slash at the end; none: as
    /// they ask.
    pub public_url: Option<String>,
    /// `trusted_proxies`, `PORTHOLE_TRUSTED_PROXIES`: proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// `data_dir`, `PORTHOLE_DATA_DIR`: what the host writes.
    pub data_dir: PathBuf,
    /// `config_dir`, `PORTHOLE_CONFIG_DIR`: the folder that holds `tenants/`.
    pub config_dir: PathBuf,
    /// `central_database`, `PORTHOLE_CENTRAL_DATABASE_URL`: `postgres://…` or `sqlite:…`; a relative path of the latter
    /// is meant relative to `data_dir`.
    pub central_database: SecretString,
    /// How long a log-in lasts.
    pub session: Session,
    /// `view_cache`, `PORTHOLE_VIEW_CACHE`: what finished views may take, bytes.
    pub view_cache_bytes: u64,
    /// `buckets.memory`, `PORTHOLE_BUCKETS_MEMORY`: what settled buckets may take in memory, bytes; 0: none are kept.
    pub buckets_memory_bytes: u64,
    /// `buckets.disk`, `PORTHOLE_BUCKETS_DISK`: what they may take in the data folder, bytes; 0: none are kept there.
    pub buckets_disk_bytes: u64,
    /// `reload`, `PORTHOLE_RELOAD`: how often the configuration folder is looked at for changes; none: never.
    pub reload: Option<Duration>,
    /// What is written to the log, and how.
    pub log: Log,
    /// `cookie_secure`, `PORTHOLE_COOKIE_SECURE`.
    pub cookie_secure: CookieSecure,
    /// `metrics.listen`, `PORTHOLE_METRICS_LISTEN`: where figures for Prometheus are answered with; none: nowhere.
    pub metrics_listen: Option<SocketAddr>,
    /// Where traces are sent; none: nowhere, and none are made.
    pub traces: Option<Traces>,
    /// `watch`, `PORTHOLE_WATCH`: how often the host writes down its own figures for the tenant `porthole`; none: never,
    /// and there is no such tenant.
    pub watch: Option<Duration>,
    /// `audit.keep`, `PORTHOLE_AUDIT_KEEP`: how long lines of the audit log are kept; none: for ever.
    pub audit_keep: Option<Duration>,
    /// Ways of logging in.
    pub auth: Auth,
    /// Limits of the sandbox for tenants that name none of their own.
    pub limits: Limits,
}

/// How long a log-in lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Session {
    /// `session.idle`, `PORTHOLE_SESSION_IDLE`: without a request.
    pub idle: Duration,
    /// `session.absolute`, `PORTHOLE_SESSION_ABSOLUTE`: at most.
    pub absolute: Duration,
}

/// What is written to the log, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// `log.format`, `PORTHOLE_LOG_FORMAT`.
    pub format: LogFormat,
    /// `log.level`, `PORTHOLE_LOG_LEVEL`: `info`, or per room as `info,porthole_data=debug`.
    pub level: String,
}

/// The form of log lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One object a line.
    Json,
}

/// Whether the session's cookie is sent over HTTPS only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieSecure {
    /// When `public_url` begins with `https:`.
    Auto,
    /// Always.
    Always,
    /// Never: for trying things out in a trusted network.
    Never,
}

/// Where traces are sent, and how many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traces {
    /// `traces.endpoint`, `PORTHOLE_TRACES_ENDPOINT`: a collector that takes OTLP over HTTP, as `http://127.0.0.1:4318`.
    pub endpoint: String,
    /// `traces.percent`, `PORTHOLE_TRACES_PERCENT`: how many of a hundred requests, 1 to 100.
    pub percent: u8,
}

/// Ways of logging in.
#[derive(Debug, Clone)]
pub struct Auth {
    /// `auth.local`, `PORTHOLE_AUTH_LOCAL`: with an email address and a password.
    pub local: bool,
    /// `auth.oidc`, `PORTHOLE_AUTH_OIDC_…`: with an OpenID Connect provider; none: there is none.
    pub oidc: Option<Provider>,
}

/// Settings as far as they can be read, for who checks them.
#[derive(Debug, Clone, Default)]
pub struct ReadSettings {
    /// With the defaults in the place of what has faults. Not to be served with where there are any.
    pub settings: Settings,
    /// All of them.
    pub faults: Vec<Diagnostic>,
    /// What is no fault, and should be otherwise all the same.
    pub warnings: Vec<Diagnostic>,
    /// Whether the configuration's folder is the one that is meant, whatever else is wrong.
    pub is_config_dir_certain: bool,
    /// Where the central database is named, if it is.
    pub central_database: Option<Spanned<()>>,
    /// The tenants that the provider's groups lead to, each where it is named.
    pub group_tenants: Vec<Spanned<String>>,
}

impl Settings {
    /// Reads the file, if one is given, and then the variables, which win. All faults at once; unknown keys and unknown
    /// `PORTHOLE_*` variables are faults. Relative folders in the file are meant relative to the file's folder, those in
    /// variables relative to the working folder.
    pub fn load(file: Option<&Path>, environment: &Environment) -> Result<Settings, Vec<Diagnostic>> {
        let read = Self::read(file, environment);
        match read.faults.is_empty() {
            true => Ok(read.settings),
            false => Err(read.faults),
        }
    }

    /// The same, whatever is wrong with them.
    pub fn read(file: Option<&Path>, environment: &Environment) -> ReadSettings {
        crate::settings_file::read_all(file, environment)
    }

    /// Whether the session's cookie is marked `Secure`.
    pub fn secure_cookie(&self) -> bool {
        match self.cookie_secure {
            CookieSecure::Always => true,
            CookieSecure::Never => false,
            CookieSecure::Auto => self
                .public_url
                .as_deref()
                .is_some_and(|url| url.starts_with("https:")),
        }
    }
}

impl Default for Settings {
    /// What holds where neither file nor variables say anything.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            trusted_proxies: Vec::new(),
            data_dir: PathBuf::from("data"),
            config_dir: PathBuf::from("config"),
            central_database: SecretString::from("sqlite:central.sqlite"),
            session: Session {
                idle: Duration::from_secs(12 * 3600),
                absolute: Duration::from_secs(7 * 86_400),
            },
            view_cache_bytes: 256 * 1024 * 1024,
            buckets_memory_bytes: 256 * 1024 * 1024,
            buckets_disk_bytes: 1024 * 1024 * 1024,
            reload: Some(Duration::from_secs(2)),
            log: Log {
                format: LogFormat::Text,
                level: "info".to_owned(),
            },
            cookie_secure: CookieSecure::Auto,
            metrics_listen: None,
            traces: None,
            watch: Some(Duration::from_secs(15)),
            audit_keep: Some(Duration::from_secs(400 * 86_400)),
            auth: Auth {
                local: true,
                oidc: None,
            },
            limits: Limits::default(),
        }
    }
}
