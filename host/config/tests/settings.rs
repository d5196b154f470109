//! The host's settings.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use porthole_config::{CookieSecure, Environment, GroupTenant, LogFormat, Settings};
use porthole_model::Role;
use secrecy::ExposeSecret;

fn variables(variables: &[(&str, &str)]) -> Environment {
    variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

fn load(text: &str, environment: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("porthole.yaml");
    std::fs::write(&file, text).unwrap();
    Settings::load(Some(&file), &variables(environment)).map_err(|faults| {
        let name = |file: &str| {
            Path::new(file)
                .file_name()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        };
        let help = |help: Option<String>| help.unwrap_or_default();
        faults
            .into_iter()
            .map(|fault| {
                format!(
                    "{}:{}:{} {} | {}",
                    name(&fault.file),
                    fault.line,
                    fault.column,
                    fault.message,
                    help(fault.help)
                )
            })
            .collect()
    })
}

#[test]
fn without_file_and_variables_the_defaults_hold() {
    let settings = Settings::load(None, &variables(&[("HOME", "/root")])).unwrap();
    assert_eq!(format!("{settings:?}"), format!("{:?}", Settings::default()));
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert!(!settings.secure_cookie());
}

#[test]
fn the_documented_file_says_the_defaults() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/porthole.yaml");
    let documented = Settings::load(Some(&file), &Environment::default()).unwrap();
    let defaults = Settings {
        data_dir: file.parent().unwrap().join("../data"),
        config_dir: file.parent().unwrap().join("."),
        ..Settings::default()
    };
    assert_eq!(format!("{documented:?}"), format!("{defaults:?}"));
    let mentioned = std::fs::read_to_string(&file).unwrap();
    let (shown, commented_out) = mentioned.split_once("# limits:").unwrap();
    let commented_out = format!(
        "{}limits:{}",
        shown
            .replace("# public_url:", "public_url:")
            .replace("\n  #oidc:", "\n  oidc:")
            .replace("\n  #  ", "\n    "),
        commented_out.replace("\n#", "\n")
    );
    let settings = load(&commented_out, &[("OIDC_CLIENT_SECRET", "s")]).unwrap();
    assert_eq!(settings.auth.oidc.unwrap().tenants.len(), 1);
    assert_eq!(settings.limits.memory_bytes, Some(64 * 1024 * 1024));
    assert_eq!(
        settings.public_url.as_deref(),
        Some("https://porthole.example.com")
    );
}

#[test]
fn the_file_is_read_and_variables_win() {
    let text = "
listen: 0.0.0.0:9000
public_url: https://ops.example.com/
trusted_proxies: [10.0.0.2, \"fd00::2\"]
data_dir: ../data
central_database: {url: \"postgres://p:${CENTRAL_PASSWORD}@db/porthole\"}
session: {idle: 30m, absolute: 86400}
view_cache: 1GiB
log: {format: json, level: \"info,porthole_data=debug\"}
cookie_secure: true
reload: never
limits: {cpu: 250ms}
";
    let settings = load(
        text,
        &[
            ("CENTRAL_PASSWORD", "hush"),
            ("PORTHOLE_LISTEN", "[::1]:7000"),
            ("PORTHOLE_DATA_DIR", "/srv/data"),
            ("PORTHOLE_LOG_FORMAT", ""),
        ],
    )
    .unwrap();
    assert_eq!(settings.listen.to_string(), "[::1]:7000");
    assert_eq!(settings.public_url.as_deref(), Some("https://ops.example.com"));
    assert_eq!(
        settings.trusted_proxies,
        ["10.0.0.2", "fd00::2"].map(|address| address.parse::<IpAddr>().unwrap())
    );
    assert_eq!(settings.data_dir, PathBuf::from("/srv/data"));
    assert_eq!(
        settings.central_database.expose_secret(),
        "postgres://p:hush@db/porthole"
    );
    assert_eq!(settings.session.idle, Duration::from_secs(1800));
    assert_eq!(settings.session.absolute, Duration::from_secs(86_400));
    assert_eq!(settings.view_cache_bytes, 1 << 30);
    assert_eq!(
        (settings.log.format, settings.log.level.as_str()),
        (LogFormat::Json, "info,porthole_data=debug")
    );
    assert_eq!(settings.cookie_secure, CookieSecure::Always);
    assert_eq!(settings.reload, None);
    assert_eq!(settings.limits.cpu_ms, Some(250));
    assert!(!format!("{settings:?}").contains("hush"));
}

#[test]
fn folders_of_the_file_are_relative_to_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("porthole.yaml");
    std::fs::write(&file, "config_dir: tenants-of-mine\n").unwrap();
    let settings = Settings::load(Some(&file), &Environment::default()).unwrap();
    assert_eq!(settings.config_dir, folder.path().join("tenants-of-mine"));
    assert_eq!(settings.data_dir, PathBuf::from("data"));
}

#[test]
fn all_faults_of_file_and_variables_are_reported_at_once() {
    let faults = load(
        "lisen: 1\nsession: {idle: 1s}\nlog: {level: loud}\npublic_url: ops\nauth: {local: maybe}\n",
        &[
            ("PORTHOLE_LISTEN", "8080"),
            ("PORTHOLE_LISTN", "x"),
            ("PORTHOLE_WHATEVER", "y"),
            ("PORTHOLE_SESSION_IDLE", "soon"),
            ("PORTHOLE_NAB", "/data"),
        ],
    )
    .unwrap_err();
    for (at, part) in [
        ("porthole.yaml:1:1", "did you mean `listen`?"),
        ("porthole.yaml:2:17", "`idle` must be from 1m"),
        ("porthole.yaml:3:14", "not a level of the log"),
        ("porthole.yaml:4:13", "not the address of a website"),
        ("porthole.yaml:5:15", "must be true or false"),
        ("PORTHOLE_LISTN:1:1", "did you mean PORTHOLE_LISTEN?"),
        ("PORTHOLE_WHATEVER:1:1", "there is no setting for this variable"),
        ("PORTHOLE_LISTEN:1:1", "not an address to listen at"),
        ("PORTHOLE_SESSION_IDLE:1:1", "a length of time"),
    ] {
        let found = faults
            .iter()
            .any(|fault| fault.starts_with(at) && fault.contains(part));
        assert!(found, "{at} {part} is not among\n{}", faults.join("\n"));
    }
    assert_eq!(faults.len(), 9, "{faults:#?}");
}

#[test]
fn every_variable_has_a_value_that_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "postgres://u:p@db/c\n").unwrap();
    let settings = Settings::load(
        None,
        &variables(&[
            ("PORTHOLE_AUTH_LOCAL", "false"),
            ("PORTHOLE_CENTRAL_DATABASE_URL_FILE", secret.to_str().unwrap()),
            ("PORTHOLE_CONFIG_DIR", "2024"),
            ("PORTHOLE_COOKIE_SECURE", "true"),
            ("PORTHOLE_LOG_LEVEL", "debug"),
            ("PORTHOLE_PUBLIC_URL", "http://localhost:8080"),
            ("PORTHOLE_RELOAD", "never"),
            ("PORTHOLE_SESSION_ABSOLUTE", "2d"),
            ("PORTHOLE_SESSION_IDLE", "3600"),
            ("PORTHOLE_TRACES_ENDPOINT", "http://collector:4318/"),
            ("PORTHOLE_TRACES_PERCENT", "5"),
            ("PORTHOLE_TRUSTED_PROXIES", "10.0.0.2, ::1"),
            ("PORTHOLE_VIEW_CACHE", "0"),
        ]),
    )
    .unwrap();
    assert!(!settings.auth.local && settings.secure_cookie());
    assert_eq!(settings.central_database.expose_secret(), "postgres://u:p@db/c");
    assert_eq!(settings.config_dir, PathBuf::from("2024"));
    assert_eq!(format!("{:?}", settings.trusted_proxies), "[10.0.0.2, ::1]");
    assert_eq!((settings.reload, settings.view_cache_bytes), (None, 0));
    let traces = settings.traces.unwrap();
    assert_eq!(
        (traces.endpoint.as_str(), traces.percent),
        ("http://collector:4318", 5)
    );
    assert_eq!(settings.session.idle, Duration::from_secs(3600));
    let twice = Settings::load(
        None,
        &variables(&[
            ("PORTHOLE_CENTRAL_DATABASE_URL", "sqlite:a"),
            ("PORTHOLE_CENTRAL_DATABASE_URL_FILE", "b"),
        ]),
    );
    assert_eq!(twice.unwrap_err().len(), 1);
}

#[test]
fn a_trusted_proxy_that_is_no_address_is_named_with_its_place() {
    let faults = load(
        "trusted_proxies:\n  - 10.0.0.2\n  - 10.0.0.0/8\n  - nginx\n  - 7\n  -\n  - [::1]\n  - 0.0.0.0\n",
        &[("PORTHOLE_TRUSTED_PROXIES", "10.0.0.2,,proxy.example.com")],
    )
    .unwrap_err();
    let places: Vec<&str> = faults
        .iter()
        .map(|fault| fault.split_once(' ').unwrap().0)
        .collect();
    let variable = "PORTHOLE_TRUSTED_PROXIES:1:1";
    assert_eq!(
        places[..4],
        [
            "porthole.yaml:3:5",
            "porthole.yaml:4:5",
            "porthole.yaml:5:5",
            places[3]
        ]
    );
    assert_eq!(
        places[4..],
        ["porthole.yaml:7:5", "porthole.yaml:8:5", variable, variable]
    );
    assert!(
        faults[0].contains("this is the text \"10.0.0.0/8\"") && faults[0].contains("no ranges"),
        "{faults:#?}"
    );
    assert!(faults[7].contains("proxy.example.com"), "{faults:#?}");
    let faults = load("trusted_proxies: 10.0.0.2\n", &[]).unwrap_err();
    assert!(
        faults[0].starts_with("porthole.yaml:1:18 `trusted_proxies` must be a list"),
        "{faults:#?}"
    );
}

#[test]
fn a_file_that_is_not_there_or_says_nothing() {
    assert_eq!(
        Settings::load(Some(Path::new("/nowhere/porthole.yaml")), &Environment::default())
            .unwrap_err()
            .len(),
        1
    );
    assert!(load("# all defaults\n", &[]).is_ok());
    assert!(load("", &[]).is_ok());
    assert_eq!(load("listen: [\n", &[]).unwrap_err().len(), 1);
}

#[test]
fn traces_go_to_an_address_and_are_at_most_all() {
    assert!(Settings::default().traces.is_none());
    let settings = load("traces: {endpoint: \"http://127.0.0.1:4318\"}\n", &[]).unwrap();
    assert_eq!(settings.traces.unwrap().percent, 100);
    let faults = load(
        "traces: {endpoint: collector, percent: 0}\n",
        &[("PORTHOLE_TRACES_PERCENT", "many")],
    )
    .unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:#?}");
    assert!(
        faults[0].contains("not the address of a collector"),
        "{faults:#?}"
    );
    assert!(faults[1].contains("from 1 to 100"), "{faults:#?}");
}

#[test]
fn a_session_that_outlives_itself_is_a_fault() {
    let faults = load("session: {idle: 8d}\n", &[]).unwrap_err();
    assert!(
        faults[0].starts_with("porthole.yaml:1:17 `session.idle` is longer than"),
        "{faults:?}"
    );
    let faults = load("", &[("PORTHOLE_SESSION_IDLE", "8d")]).unwrap_err();
    assert!(faults[0].starts_with("PORTHOLE_SESSION_IDLE:1:1 "), "{faults:?}");
}

#[test]
fn what_is_sound_of_faulty_settings_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("porthole.yaml");
    let read = |text: &str| {
        std::fs::write(&file, text).unwrap();
        Settings::read(Some(&file), &Environment::default())
    };
    let sound = read("config_dir: here\n");
    assert!(sound.is_config_dir_certain && sound.faults.is_empty());
    let faulty = read("config_dir: here\nlisten: nowhere\n");
    assert_eq!((faulty.faults.len(), faulty.is_config_dir_certain), (1, true));
    assert_eq!(faulty.settings.config_dir, folder.path().join("here"));
    // Left out is known as well, and what cannot be read is not.
    assert!(read("listen: nowhere\n").is_config_dir_certain);
    for text in ["config_dir: [\n", "config_dir: [here]\n"] {
        assert!(!read(text).is_config_dir_certain, "{text}");
    }
}

#[test]
fn a_password_of_the_central_database_in_the_file_is_warned_of_and_in_a_variable_is_where_it_belongs() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("porthole.yaml");
    let url = "postgres://porthole:hush@db/central";
    std::fs::write(&file, format!("central_database: {{url: \"{url}\"}}\n")).unwrap();
    let read = Settings::read(Some(&file), &Environment::default());
    assert_eq!(
        (read.faults.len(), read.warnings.len()),
        (0, 1),
        "{:?}",
        read.warnings
    );
    assert!(
        read.warnings[0]
            .message
            .contains("holds the database's password itself")
    );
    let read = Settings::read(None, &variables(&[("PORTHOLE_CENTRAL_DATABASE_URL", url)]));
    assert_eq!(
        (read.faults.len(), read.warnings.len()),
        (0, 0),
        "{:?}",
        read.warnings
    );
    assert_eq!(
        &*read.central_database.unwrap().file,
        "PORTHOLE_CENTRAL_DATABASE_URL"
    );
}

#[test]
fn an_unknown_key_is_told_which_there_are_each_once() {
    let faults = load("qqqqqqqqqqqq: 1\n", &[]).unwrap_err();
    let listed = faults[0].split_once("its keys are ").expect("a list").1;
    let mut keys: Vec<_> = listed.split(", ").collect();
    let all = keys.len();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), all, "{listed}");
}

/// A provider's settings that lack nothing, with more lines of `auth.oidc`.
fn provider(more: &str) -> String {
    let start = "public_url: https://ops.example.com\nauth:\n  oidc:\n    issuer: https://id.example.com/realms/ops\n";
    format!("{start}    client_id: porthole\n{more}")
}

#[test]
fn a_provider_is_described_by_file_and_variables_and_its_secret_is_not_shown() {
    let more = "    client_secret: \"${OIDC_SECRET}\"\n    label: Our login\n    clock_skew: 10s\n    link_by_email: true\n    \
                tokens_without_login: 7d\n    publish_scope: porthole-publish\n    trust_unverified_email: true\n    \
                admin_group: /operators\n    tenants:\n      - {group: /alpha, tenant: tenant-alpha, role: editor}\n";
    let variables = [
        ("OIDC_SECRET", "hush"),
        ("PORTHOLE_AUTH_OIDC_CLIENT_ID", "porthole-2"),
        ("PORTHOLE_AUTH_OIDC_CREATE_USERS", "false"),
        ("PORTHOLE_AUTH_OIDC_SCOPES", "openid, email"),
        ("PORTHOLE_AUTH_OIDC_AUDIENCE", "porthole-api"),
    ];
    let settings = load(&provider(more), &variables).unwrap();
    assert!(!format!("{settings:?}").contains("hush"));
    assert!(settings.auth.local);
    let oidc = settings.auth.oidc.unwrap();
    assert_eq!(oidc.issuer, "https://id.example.com/realms/ops");
    assert_eq!(
        (oidc.client_id.as_str(), oidc.label.as_str()),
        ("porthole-2", "Our login")
    );
    assert_eq!(oidc.client_secret.unwrap().expose_secret(), "hush");
    assert_eq!(oidc.scopes, ["openid", "email"]);
    assert_eq!(oidc.clock_skew, Duration::from_secs(10));
    assert!(oidc.link_by_email && !oidc.create_users && !oidc.insecure_http && oidc.trust_unverified_email);
    assert_eq!(oidc.publish_scope.as_deref(), Some("porthole-publish"));
    assert_eq!(oidc.tokens_without_login, Some(Duration::from_secs(7 * 86_400)));
    assert_eq!(
        (oidc.groups_claim.as_str(), oidc.admin_group.as_deref()),
        ("groups", Some("/operators"))
    );
    assert_eq!(
        (oidc.tenants[0].tenant.as_str(), oidc.tenants[0].role),
        ("tenant-alpha", Role::Editor)
    );
}

#[test]
fn variables_alone_describe_a_provider_too() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "hush\n").unwrap();
    let settings = Settings::load(
        None,
        &variables(&[
            ("PORTHOLE_PUBLIC_URL", "http://localhost:8080"),
            (
                "PORTHOLE_AUTH_OIDC_ISSUER",
                "http://localhost:8081/realms/porthole",
            ),
            ("PORTHOLE_AUTH_OIDC_CLIENT_ID", "porthole"),
            ("PORTHOLE_AUTH_OIDC_CLIENT_SECRET_FILE", secret.to_str().unwrap()),
            ("PORTHOLE_AUTH_OIDC_TENANTS", "/a=b=alpha:admin, /beta=beta"),
        ]),
    )
    .unwrap();
    let oidc = settings.auth.oidc.unwrap();
    assert_eq!(oidc.client_secret.unwrap().expose_secret(), "hush");
    let group = |group: &str, tenant: &str, role| GroupTenant {
        group: group.to_owned(),
        tenant: tenant.to_owned(),
        role,
    };
    assert_eq!(
        oidc.tenants,
        [
            group("/a=b", "alpha", Role::Admin),
            group("/beta", "beta", Role::Viewer)
        ]
    );
    let plain = Settings::load(
        None,
        &variables(&[
            ("PORTHOLE_PUBLIC_URL", "http://localhost:8080"),
            ("PORTHOLE_AUTH_OIDC_ISSUER", "https://id.example.com"),
            ("PORTHOLE_AUTH_OIDC_CLIENT_ID", "porthole"),
            ("PORTHOLE_AUTH_OIDC_CLIENT_SECRET", "with ${dollars}"),
        ]),
    );
    let secret = plain.unwrap().auth.oidc.unwrap().client_secret.unwrap();
    assert_eq!(secret.expose_secret(), "with ${dollars}");
}

#[test]
fn what_is_true_or_false_of_a_provider_can_be_said_by_variables_as_well() {
    let said = |value: &str| {
        let settings = Settings::load(
            None,
            &variables(&[
                ("PORTHOLE_PUBLIC_URL", "http://localhost:8080"),
                ("PORTHOLE_AUTH_OIDC_ISSUER", "https://id.example.com"),
                ("PORTHOLE_AUTH_OIDC_CLIENT_ID", "porthole"),
                ("PORTHOLE_AUTH_OIDC_CREATE_USERS", value),
                ("PORTHOLE_AUTH_OIDC_INSECURE_HTTP", value),
                ("PORTHOLE_AUTH_OIDC_LINK_BY_EMAIL", value),
                ("PORTHOLE_AUTH_OIDC_TRUST_UNVERIFIED_EMAIL", value),
            ]),
        );
        let oidc = settings.unwrap().auth.oidc.unwrap();
        [
            oidc.create_users,
            oidc.insecure_http,
            oidc.link_by_email,
            oidc.trust_unverified_email,
        ]
    };
    assert_eq!(said("true"), [true; 4]);
    assert_eq!(said("false"), [false; 4]);
}

#[test]
fn what_is_wrong_with_a_provider_is_said_at_its_place() {
    let fault = |more: &str, at: &str, part: &str| {
        let faults = load(&provider(more), &[]).unwrap_err();
        assert!(
            faults.len() == 1 && faults[0].contains(at) && faults[0].contains(part),
            "{more}: {faults:#?}"
        );
        assert!(!faults[0].contains("hush"), "{faults:?}");
    };
    fault("    client_secret: hush\n", ":6:20", "holds the secret itself");
    fault(
        "    client_secret: \"${NOT_SET}\"\n",
        ":6:20",
        "NOT_SET is not set",
    );
    fault("    client_secret_file: nowhere\n", ":6:25", "cannot be used");
    fault(
        "    groups_clam: groups\n",
        ":6:5",
        "did you mean `groups_claim`?",
    );
    fault("    scopes: [openid, \"a b\"]\n", ":6:22", "names of scopes");
    fault("    clock_skew: 1h\n", ":6:17", "must be from");
    fault("    tenants: [{group: /a}]\n", ":6:15", "needs `tenant`");
    fault("    tenants: [{group: /a, tenant: A}]\n", ":6:35", "tenant's id");
    fault(
        "    tenants: [{group: /a, tenant: a, role: owner}]\n",
        ":6:44",
        "viewer, editor, admin",
    );
    fault("    issuer: id.example.com\n", ":6:5", "twice");
    let faults = load("auth: {oidc: {label: x}}\n", &[]).unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:#?}");
    for (fault, part) in faults.iter().zip(["`issuer`", "`client_id`", "`public_url`"]) {
        assert!(fault.contains(part), "{fault}");
    }
    let plain = provider("").replace("https://id", "http://id");
    let faults = load(&plain, &[]).unwrap_err();
    assert!(faults[0].contains("not reached by https"), "{faults:?}");
    assert!(load(&format!("{plain}    insecure_http: true\n"), &[]).is_ok());
    assert!(load(&plain.replace("id.example.com", "[::1]:9"), &[]).is_ok());
}

#[test]
fn settings_of_the_wrong_shape_are_described_without_what_they_hold() {
    for text in [
        "central_database: \"postgres://u:hush@h/x\"\n",
        "central_database:\n  postgres://u:hush@h/x\n",
        "central_database: {url: 48151623}\n",
        "auth: {oidc: {client_secret: 48151623}}\n",
        "auth: {oidc: hush}\n",
        "view_cache: \"postgres://u:hush@h/x\"\n",
    ] {
        let faults = load(text, &[]).expect_err(text);
        let said = faults.concat();
        assert!(
            !said.contains("hush") && !said.contains("48151623"),
            "{text}: {faults:#?}"
        );
    }
}

#[test]
fn variables_of_single_commands_are_no_mistake() {
    let variables = ["PORTHOLE_TOKEN", "PORTHOLE_PASSWORD", "PORTHOLE_KEY_PASSWORD"];
    load("", &variables.map(|name| (name, "secret"))).unwrap();
}
