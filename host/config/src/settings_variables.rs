//! The `PORTHOLE_*` variables, in the shape of the file.

use porthole_model::Diagnostic;

use crate::Environment;
use crate::fragment::Style;
use crate::suggestion::nearest_word;
use crate::yaml::{Cost, Node, Scalar, Value, resolve};

/// Each variable, with the key it stands for. Those of a deeper level have several parts.
const VARIABLES: [(&str, &[&str]); 40] = [
    ("PORTHOLE_AUDIT_KEEP", &["audit", "keep"]),
    ("PORTHOLE_AUTH_LOCAL", &["auth", "local"]),
    ("PORTHOLE_AUTH_OIDC_ADMIN_GROUP", &["auth", "oidc", "admin_group"]),
    ("PORTHOLE_AUTH_OIDC_AUDIENCE", &["auth", "oidc", "audience"]),
    ("PORTHOLE_AUTH_OIDC_CLIENT_ID", &["auth", "oidc", "client_id"]),
    (
        "PORTHOLE_AUTH_OIDC_CLIENT_SECRET",
        &["auth", "oidc", "client_secret"],
    ),
    (
        "PORTHOLE_AUTH_OIDC_CLIENT_SECRET_FILE",
        &["auth", "oidc", "client_secret_file"],
    ),
    ("PORTHOLE_AUTH_OIDC_CLOCK_SKEW", &["auth", "oidc", "clock_skew"]),
    (
        "PORTHOLE_AUTH_OIDC_CREATE_USERS",
        &["auth", "oidc", "create_users"],
    ),
    (
        "PORTHOLE_AUTH_OIDC_GROUPS_CLAIM",
        &["auth", "oidc", "groups_claim"],
    ),
    (
        "PORTHOLE_AUTH_OIDC_INSECURE_HTTP",
        &["auth", "oidc", "insecure_http"],
    ),
    ("PORTHOLE_AUTH_OIDC_ISSUER", &["auth", "oidc", "issuer"]),
    ("PORTHOLE_AUTH_OIDC_LABEL", &["auth", "oidc", "label"]),
    (
        "PORTHOLE_AUTH_OIDC_LINK_BY_EMAIL",
        &["auth", "oidc", "link_by_email"],
    ),
    (
        "PORTHOLE_AUTH_OIDC_PUBLISH_SCOPE",
        &["auth", "oidc", "publish_scope"],
    ),
    ("PORTHOLE_AUTH_OIDC_REACHED_AT", &["auth", "oidc", "reached_at"]),
    ("PORTHOLE_AUTH_OIDC_SCOPES", &["auth", "oidc", "scopes"]),
    ("PORTHOLE_AUTH_OIDC_TENANTS", &["auth", "oidc", "tenants"]),
    (
        "PORTHOLE_AUTH_OIDC_TOKENS_WITHOUT_LOGIN",
        &["auth", "oidc", "tokens_without_login"],
    ),
    (
        "PORTHOLE_AUTH_OIDC_TRUST_UNVERIFIED_EMAIL",
        &["auth", "oidc", "trust_unverified_email"],
    ),
    ("PORTHOLE_CENTRAL_DATABASE_URL", &["central_database", "url"]),
    (
        "PORTHOLE_CENTRAL_DATABASE_URL_FILE",
        &["central_database", "url_file"],
    ),
    ("PORTHOLE_CONFIG_DIR", &["config_dir"]),
    ("PORTHOLE_COOKIE_SECURE", &["cookie_secure"]),
    ("PORTHOLE_DATA_DIR", &["data_dir"]),
    ("PORTHOLE_LISTEN", &["listen"]),
    ("PORTHOLE_LOG_FORMAT", &["log", "format"]),
    ("PORTHOLE_LOG_LEVEL", &["log", "level"]),
    ("PORTHOLE_METRICS_LISTEN", &["metrics", "listen"]),
    ("PORTHOLE_PUBLIC_URL", &["public_url"]),
    ("PORTHOLE_RELOAD", &["reload"]),
    ("PORTHOLE_SESSION_ABSOLUTE", &["session", "absolute"]),
    ("PORTHOLE_SESSION_IDLE", &["session", "idle"]),
    ("PORTHOLE_TRACES_ENDPOINT", &["traces", "endpoint"]),
    ("PORTHOLE_TRACES_PERCENT", &["traces", "percent"]),
    ("PORTHOLE_TRUSTED_PROXIES", &["trusted_proxies"]),
    ("PORTHOLE_VIEW_CACHE", &["view_cache"]),
    ("PORTHOLE_BUCKETS_MEMORY", &["buckets", "memory"]),
    ("PORTHOLE_BUCKETS_DISK", &["buckets", "disk"]),
    ("PORTHOLE_WATCH", &["watch"]),
];
/// Variables of the build, of the tests and of single commands, which a developer's shell may hold while the host runs.
const OTHERS: [&str; 9] = [
    "PORTHOLE_BIN",
    "PORTHOLE_CHROMIUM",
    "PORTHOLE_COMPONENTS",
    "PORTHOLE_KEYCLOAK",
    "PORTHOLE_KEY_PASSWORD",
    "PORTHOLE_NAB",
    "PORTHOLE_PASSWORD",
    "PORTHOLE_POSTGRES_BIN",
    "PORTHOLE_TOKEN",
];
/// Keys whose value is `true`, `false` or a number rather than a text.
const NO_TEXTS: [&str; 7] = [
    "local",
    "cookie_secure",
    "create_users",
    "link_by_email",
    "trust_unverified_email",
    "insecure_http",
    "percent",
];
/// Keys whose value is a list; in a variable, commas are between its items.
const LISTS: [&str; 3] = ["trusted_proxies", "scopes", "tenants"];
/// The list whose items are mappings; in a variable, an item is written `GROUP=TENANT` or `GROUP=TENANT:ROLE`.
const GROUPS: &str = "tenants";

/// The variable that stands for a key.
pub(crate) fn variable_of(keys: &[&str]) -> Option<&'static str> {
    let found = VARIABLES.iter().find(|(_, path)| *path == keys);
    found.map(|(name, _)| *name)
}

/// Variables that look like settings and are none.
pub(crate) fn unknown(environment: &Environment) -> Vec<Diagnostic> {
    let names: Vec<&str> = VARIABLES.iter().map(|(name, _)| *name).collect();
    let unknown = environment
        .names()
        .filter(|name| name.starts_with("PORTHOLE_") && !names.contains(name) && !OTHERS.contains(name));
    unknown
        .map(|name| Diagnostic {
            file: name.to_owned(),
            line: 1,
            column: 1,
            message: "there is no setting for this variable".to_owned(),
            help: nearest(name, &names).or_else(|| Some(format!("there are {}", names.join(", ")))),
        })
        .collect()
}

/// The variable of a line of the tree.
pub(crate) fn of_line(line: u32) -> &'static str {
    VARIABLES
        .get(line as usize)
        .map_or("environment", |(name, _)| name)
}

fn nearest(name: &str, names: &[&str]) -> Option<String> {
    // Without what all have in common, or everything would be near.
    let bare = |name: &str| name.trim_start_matches("PORTHOLE_").to_lowercase();
    let bares: Vec<String> = names.iter().map(|name| bare(name)).collect();
    let bares: Vec<&str> = bares.iter().map(String::as_str).collect();
    let word = nearest_word(&bare(name), &bares)?;
    Some(format!("did you mean PORTHOLE_{}?", word.to_uppercase()))
}

/// The variables in the shape of the file. A node's line is the place of its variable in the table.
pub(crate) fn tree(environment: &Environment) -> Node {
    let node = |line: usize, value: Value| Node {
        line: u32::try_from(line).unwrap_or_default(),
        column: 1,
        value,
        bytes: 0..0,
        style: Style::Plain,
        cost: Cost::default(),
    };
    let scalar = |line: usize, text: &str, meaning: Scalar| {
        node(
            line,
            Value::Scalar {
                meaning,
                text: text.to_owned(),
            },
        )
    };
    let mut entries: Vec<(Node, Node)> = Vec::new();
    for (line, (variable, keys)) in VARIABLES.iter().enumerate() {
        // `PORTHOLE_X=` is how compose files and shells say "not set".
        let Some(text) = environment.get(variable).filter(|text| !text.trim().is_empty()) else {
            continue;
        };
        let Some((last, above)) = keys.split_last() else {
            continue;
        };
        let meaning = if NO_TEXTS.contains(last) {
            resolve(text)
        } else {
            Scalar::Text
        };
        let value = if LISTS.contains(last) {
            let items = text.split(',').map(|item| match *last {
                GROUPS => {
                    let entries = group_entries(item.trim()).into_iter();
                    let entry =
                        |(key, text)| (scalar(line, key, Scalar::Text), scalar(line, text, Scalar::Text));
                    node(line, Value::Map(entries.map(entry).collect()))
                }
                _ => scalar(line, item.trim(), meaning),
            });
            node(line, Value::List(items.collect()))
        } else {
            scalar(line, text, meaning)
        };
        let entry = (scalar(line, last, Scalar::Text), value);
        let group = |name: &str| {
            (
                scalar(line, name, Scalar::Text),
                node(line, Value::Map(Vec::new())),
            )
        };
        put(&mut entries, above, entry, &group);
    }
    node(0, Value::Map(entries))
}

/// Puts an entry below the groups it belongs to, which `group` makes where they are missing.
fn put(
    entries: &mut Vec<(Node, Node)>,
    above: &[&str],
    entry: (Node, Node),
    group: &dyn Fn(&str) -> (Node, Node),
) {
    let Some((first, rest)) = above.split_first() else {
        entries.push(entry);
        return;
    };
    let found = entries
        .iter()
        .position(|(key, _)| key.scalar_text() == Some(first));
    let place = found.unwrap_or_else(|| {
        entries.push(group(first));
        entries.len() - 1
    });
    if let Some((_, below)) = entries.get_mut(place)
        && let Value::Map(inner) = &mut below.value
    {
        put(inner, rest, entry, group);
    }
}

/// `GROUP=TENANT:ROLE` in the shape of the file.
fn group_entries(item: &str) -> Vec<(&'static str, &str)> {
    let (group, rest) = match item.rsplit_once('=') {
        Some((group, rest)) => (group, Some(rest)),
        None => (item, None),
    };
    let (tenant, role) = match rest.and_then(|rest| rest.split_once(':')) {
        Some((tenant, role)) => (Some(tenant), Some(role)),
        None => (rest, None),
    };
    let tenant = tenant.map(|tenant| ("tenant", tenant));
    let role = role.map(|role| ("role", role));
    [("group", group)].into_iter().chain(tenant).chain(role).collect()
}
