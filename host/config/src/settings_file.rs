//! Reading `porthole.yaml` and the `PORTHOLE_*` variables.
//!
//! Both are read by the same code: the variables become a tree of the file's shape first.

use std::fs::File;
use std::io::Read;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use porthole_model::Diagnostic;
use secrecy::SecretString;

use crate::folder::{FILE_BYTES, text};
use crate::limits::read_limits;
use crate::provider_file::ProviderLayer;
use crate::secret::{Origin, database_url, in_words};
use crate::settings::{Auth, CookieSecure, Log, LogFormat, Session, Traces};
use crate::settings_variables::{of_line, tree, unknown};
use crate::suggestion::suggestion;
use crate::yaml::{Fields, Node, Reader, parse};
use crate::{Environment, Limits, ReadSettings, Settings, Spanned};

/// What a file or the variables say.
#[derive(Default)]
struct Layer {
    listen: Option<SocketAddr>,
    public_url: Option<String>,
    trusted_proxies: Option<Vec<IpAddr>>,
    data_dir: Option<PathBuf>,
    config_dir: Option<PathBuf>,
    central_database: Option<SecretString>,
    central_place: Option<Spanned<()>>,
    /// Whether `config_dir` is left out, or can be read.
    is_config_dir_certain: bool,
    session_place: Option<Spanned<()>>,
    idle: Option<Duration>,
    absolute: Option<Duration>,
    view_cache: Option<u64>,
    buckets_memory: Option<u64>,
    buckets_disk: Option<u64>,
    reload: Option<Option<Duration>>,
    log_format: Option<LogFormat>,
    log_level: Option<String>,
    cookie_secure: Option<CookieSecure>,
    audit_keep: Option<Option<Duration>>,
    auth_local: Option<bool>,
    provider: ProviderLayer,
    metrics_listen: Option<SocketAddr>,
    traces_endpoint: Option<String>,
    traces_percent: Option<u64>,
    watch: Option<Option<Duration>>,
    limits: Limits,
}

/// See [`Settings::read`].
pub(crate) fn read_all(file: Option<&Path>, environment: &Environment) -> ReadSettings {
    let (mut faults, mut warnings) = (Vec::new(), Vec::new());
    let below = match file {
        Some(file) => from_file(file, environment, &mut faults, &mut warnings),
        None => Layer::of_nothing(),
    };
    let above = from_variables(environment, &mut faults, &mut warnings);
    let is_config_dir_certain = above.config_dir.is_some() || below.is_config_dir_certain;
    let central_database = above.central_place.or(below.central_place);
    let usual = Settings::default();
    let session = Session {
        idle: above.idle.or(below.idle).unwrap_or(usual.session.idle),
        absolute: above
            .absolute
            .or(below.absolute)
            .unwrap_or(usual.session.absolute),
    };
    if session.idle > session.absolute {
        let place = above.session_place.or(below.session_place);
        let place = place.unwrap_or_else(|| Spanned::unplaced(()));
        let message = "`session.idle` is longer than `session.absolute`, and so would never end a session";
        let help = "make `idle` shorter or `absolute` longer".to_owned();
        faults.push(place.fault(message, Some(help)));
    }
    let public_url = above.public_url.or(below.public_url);
    let oidc = above.provider.or(below.provider);
    let group_tenants = oidc.tenants().collect();
    let place = file.map_or_else(|| "settings".to_owned(), |file| file.display().to_string());
    // What is wrong with one key is said there; what is missing in the whole is said when the keys are right.
    let oidc = match faults.is_empty() {
        true => oidc.finish(public_url.as_deref(), &place, &mut faults),
        false => None,
    };
    let settings = Settings {
        listen: above.listen.or(below.listen).unwrap_or(usual.listen),
        public_url,
        trusted_proxies: above
            .trusted_proxies
            .or(below.trusted_proxies)
            .unwrap_or(usual.trusted_proxies),
        data_dir: above.data_dir.or(below.data_dir).unwrap_or(usual.data_dir),
        config_dir: above.config_dir.or(below.config_dir).unwrap_or(usual.config_dir),
        central_database: above
            .central_database
            .or(below.central_database)
            .unwrap_or(usual.central_database),
        session,
        view_cache_bytes: above
            .view_cache
            .or(below.view_cache)
            .unwrap_or(usual.view_cache_bytes),
        buckets_memory_bytes: above
            .buckets_memory
            .or(below.buckets_memory)
            .unwrap_or(usual.buckets_memory_bytes),
        buckets_disk_bytes: above
            .buckets_disk
            .or(below.buckets_disk)
            .unwrap_or(usual.buckets_disk_bytes),
        reload: above.reload.or(below.reload).unwrap_or(usual.reload),
        log: Log {
            format: above.log_format.or(below.log_format).unwrap_or(usual.log.format),
            level: above.log_level.or(below.log_level).unwrap_or(usual.log.level),
        },
        cookie_secure: above
            .cookie_secure
            .or(below.cookie_secure)
            .unwrap_or(usual.cookie_secure),
        metrics_listen: above.metrics_listen.or(below.metrics_listen),
        traces: above
            .traces_endpoint
            .or(below.traces_endpoint)
            .map(|endpoint| Traces {
                endpoint,
                percent: above
                    .traces_percent
                    .or(below.traces_percent)
                    .and_then(|percent| u8::try_from(percent).ok())
                    .unwrap_or(100),
            }),
        watch: above.watch.or(below.watch).unwrap_or(usual.watch),
        audit_keep: above.audit_keep.or(below.audit_keep).unwrap_or(usual.audit_keep),
        auth: Auth {
            local: above.auth_local.or(below.auth_local).unwrap_or(usual.auth.local),
            oidc,
        },
        limits: above.limits.or(below.limits),
    };
    ReadSettings {
        settings,
        faults,
        warnings,
        is_config_dir_certain,
        central_database,
        group_tenants,
    }
}

impl Layer {
    /// Of a file that says nothing.
    fn of_nothing() -> Self {
        Self {
            is_config_dir_certain: true,
            ..Self::default()
        }
    }
}

fn from_file(
    file: &Path,
    environment: &Environment,
    faults: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Layer {
    let label = file.display().to_string();
    let text = match read(file) {
        Ok(text) => text,
        Err(Unreadable {
            line,
            column,
            message,
            help,
        }) => {
            let help = Some(help.to_owned());
            faults.push(Diagnostic {
                file: label,
                line,
                column,
                message,
                help,
            });
            return Layer::default();
        }
    };
    let reader = Reader::new(&label, &text);
    // A file of nothing but comments leaves everything at its default.
    let says_something = text
        .lines()
        .map(str::trim)
        .any(|line| !line.is_empty() && !line.starts_with('#'));
    if !says_something {
        return Layer::of_nothing();
    }
    let root = parse(&reader);
    let folder = file.parent().unwrap_or(Path::new(""));
    let layer = root
        .and_then(|root| layer(&reader, &root, folder, environment, Origin::File))
        .unwrap_or_default();
    warnings.extend(reader.take_warnings());
    faults.extend(reader.into_faults());
    layer
}

/// Why the file cannot be read, and what to do.
struct Unreadable {
    line: u32,
    column: u32,
    message: String,
    help: &'static str,
}

impl Unreadable {
    fn of(error: &std::io::Error) -> Self {
        Self {
            line: 1,
            column: 1,
            message: format!("the settings cannot be read: {}", in_words(error)),
            help: match error.kind() {
                std::io::ErrorKind::PermissionDenied => {
                    "let the user of this process read the file and its folders, or run this as that user"
                }
                _ => "name another file, or leave it out for the defaults",
            },
        }
    }
}

fn read(file: &Path) -> Result<String, Unreadable> {
    let mut bytes = Vec::new();
    File::open(file)
        .and_then(|file| file.take(FILE_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| Unreadable::of(&error))?;
    if bytes.len() as u64 > FILE_BYTES {
        return Err(Unreadable {
            line: 1,
            column: 1,
            message: "the file is larger than 1 MiB".to_owned(),
            help: "settings are a few kilobytes: name the file that holds them",
        });
    }
    text(bytes).map_err(|(line, column)| Unreadable {
        line,
        column,
        message: "the file is not UTF-8 text".to_owned(),
        help: "save the file as UTF-8",
    })
}

fn from_variables(
    environment: &Environment,
    faults: &mut Vec<Diagnostic>,
    warnings: &mut Vec<Diagnostic>,
) -> Layer {
    faults.extend(unknown(environment));
    let reader = Reader::new("", "");
    let root = tree(environment);
    let mut layer = layer(&reader, &root, Path::new(""), environment, Origin::Variable).unwrap_or_default();
    let placed = |fault: Diagnostic| Diagnostic {
        file: of_line(fault.line).to_owned(),
        line: 1,
        column: 1,
        ..fault
    };
    warnings.extend(reader.take_warnings().into_iter().map(placed));
    faults.extend(reader.into_faults().into_iter().map(placed));
    for place in [&mut layer.central_place, &mut layer.session_place]
        .into_iter()
        .flatten()
    {
        in_variable(place);
    }
    layer.provider.tenants_mut().for_each(in_variable);
    layer
}

/// A place in the tree of the variables is the variable itself.
fn in_variable<T>(place: &mut Spanned<T>) {
    place.file = of_line(place.line).into();
    (place.line, place.column) = (1, 1);
}

fn layer(
    reader: &Reader<'_>,
    root: &Node,
    folder: &Path,
    environment: &Environment,
    origin: Origin,
) -> Option<Layer> {
    let fields = Fields::of(reader, "settings", root)?;
    let seconds = |least: u64, most: u64| Duration::from_secs(least)..=Duration::from_secs(most);
    let year = 366 * 86_400;
    let mut layer = Layer {
        listen: fields
            .text("listen")
            .and_then(|listen| read_listen(reader, &listen)),
        public_url: fields
            .text("public_url")
            .and_then(|url| read_public_url(reader, &url)),
        trusted_proxies: fields
            .list("trusted_proxies")
            .map(|proxies| read_proxies(reader, proxies)),
        data_dir: fields.text("data_dir").map(|path| folder.join(path.value)),
        config_dir: fields.text("config_dir").map(|path| folder.join(path.value)),
        view_cache: fields.size("view_cache", 0..=1 << 40),
        cookie_secure: fields.word(
            "cookie_secure",
            &[
                ("auto", CookieSecure::Auto),
                ("true", CookieSecure::Always),
                ("false", CookieSecure::Never),
            ],
        ),
        reload: match fields.get("reload") {
            Some(node) if node.scalar_text() == Some("never") => Some(None),
            _ => fields.duration("reload", seconds(1, 86_400)).map(Some),
        },
        watch: match fields.get("watch") {
            Some(node) if node.scalar_text() == Some("never") => Some(None),
            _ => fields.duration("watch", seconds(1, 3600)).map(Some),
        },
        ..Layer::default()
    };
    layer.is_config_dir_certain = fields.get("config_dir").is_none() || layer.config_dir.is_some();
    if let Some(database) = fields.mapping("central_database") {
        let named = database.get("url").or_else(|| database.get("url_file"));
        layer.central_place = Some(reader.spanned(named.unwrap_or(database.node), ()));
        layer.central_database = database_url(&database, folder, environment, origin);
        database.finish();
    }
    if let Some(buckets) = fields.mapping("buckets") {
        layer.buckets_memory = buckets.size("memory", 0..=1 << 40);
        layer.buckets_disk = buckets.size("disk", 0..=1 << 44);
        buckets.finish();
    }
    if let Some(session) = fields.mapping("session") {
        layer.idle = session.duration("idle", seconds(60, year));
        layer.absolute = session.duration("absolute", seconds(60, year));
        let named = session.get("idle").or_else(|| session.get("absolute"));
        layer.session_place = named.map(|node| reader.spanned(node, ()));
        session.finish();
    }
    if let Some(log) = fields.mapping("log") {
        layer.log_format = log.word("format", &[("text", LogFormat::Text), ("json", LogFormat::Json)]);
        layer.log_level = log.text("level").and_then(|level| read_level(reader, level));
        log.finish();
    }
    if let Some(metrics) = fields.mapping("metrics") {
        layer.metrics_listen = metrics
            .text("listen")
            .and_then(|listen| read_listen(reader, &listen));
        metrics.finish();
    }
    if let Some(audit) = fields.mapping("audit") {
        layer.audit_keep = match audit.get("keep") {
            Some(node) if node.scalar_text() == Some("forever") => Some(None),
            // The central database refuses to remove younger lines.
            _ => audit.duration("keep", seconds(30 * 86_400, 100 * year)).map(Some),
        };
        audit.finish();
    }
    if let Some(traces) = fields.mapping("traces") {
        layer.traces_endpoint = traces
            .text("endpoint")
            .and_then(|endpoint| read_collector(reader, &endpoint));
        layer.traces_percent = traces.integer("percent", 1..=100);
        traces.finish();
    }
    if let Some(auth) = fields.mapping("auth") {
        layer.auth_local = auth.boolean("local");
        if let Some(oidc) = auth.mapping("oidc") {
            layer.provider = ProviderLayer::read(oidc, folder, environment, origin);
        }
        auth.finish();
    }
    if let Some(limits) = fields.mapping("limits") {
        layer.limits = read_limits(limits);
    }
    fields.finish();
    Some(layer)
}

fn read_listen(reader: &Reader<'_>, text: &Spanned<String>) -> Option<SocketAddr> {
    let address = text.value.parse().ok();
    if address.is_none() {
        let help = "write an IP address and a port, as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080".to_owned();
        reader.extend([text.fault("this is not an address to listen at", Some(help))]);
    }
    address
}

fn read_public_url(reader: &Reader<'_>, text: &Spanned<String>) -> Option<String> {
    let help = "write the address that readers type, as https://porthole.example.com";
    read_address(reader, text, "this is not the address of a website", help)
}

fn read_collector(reader: &Reader<'_>, text: &Spanned<String>) -> Option<String> {
    let help = "write the address of its HTTP receiver without a path, as http://127.0.0.1:4318";
    read_address(reader, text, "this is not the address of a collector", help)
}

/// An address of HTTP without a query or anything secret in it, and without a slash at its end.
fn read_address(reader: &Reader<'_>, text: &Spanned<String>, fault: &str, help: &str) -> Option<String> {
    let url = text.value.trim_end_matches('/');
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let plain = |rest: &str| {
        !rest.is_empty()
            && !rest.starts_with('/')
            && rest
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_:/[]~".contains(&byte))
    };
    if rest.is_some_and(plain) {
        return Some(url.to_owned());
    }
    reader.extend([text.fault(fault, Some(help.to_owned()))]);
    None
}

/// Those that are addresses; the others are faults, as is `0.0.0.0`, which does not mean "all" here.
fn read_proxies(reader: &Reader<'_>, proxies: &[Node]) -> Vec<IpAddr> {
    let read = |proxy: &Node| {
        let address = proxy
            .scalar_text()
            .and_then(|text| text.parse::<IpAddr>().ok())
            .filter(|address| !address.is_unspecified());
        if address.is_none() {
            let message = format!(
                "`trusted_proxies` holds IP addresses, and this is {}",
                proxy.described()
            );
            let help = "name each proxy by the address it asks from, as 10.0.0.2 or fd00::2; there are no ranges or names here";
            reader.fault(proxy, message, Some(help.to_owned()));
        }
        address
    };
    proxies.iter().filter_map(read).collect()
}

fn read_level(reader: &Reader<'_>, text: Spanned<String>) -> Option<String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let sound = |part: &str| match part.split_once('=') {
        Some((target, level)) => {
            let named = |byte: u8| byte.is_ascii_alphanumeric() || b"_:-".contains(&byte);
            !target.is_empty() && target.bytes().all(named) && LEVELS.contains(&level)
        }
        None => LEVELS.contains(&part),
    };
    if text.value.split(',').map(str::trim).all(sound) {
        return Some(text.value);
    }
    let help = suggestion(&text.value, &LEVELS).unwrap_or_else(|| {
        "write error, warn, info, debug or trace; per part, as info,porthole_data=debug".to_owned()
    });
    reader.extend([text.fault("this is not a level of the log", Some(help))]);
    None
}
