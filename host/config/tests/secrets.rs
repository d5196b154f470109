//! A tenant's database: by reference, checked, and never printed.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use folder::{Folder, assert_faults, lines, tenant};
use secrecy::ExposeSecret;

fn with_database(database: &str) -> Folder {
    let folder = Folder::new();
    folder.write(
        "tenant.yaml",
        format!("tenant:\n  name: One\n  database: {database}\n"),
    );
    folder
}

#[test]
fn takes_the_address_from_the_text_a_variable_or_a_file() {
    let variables = [("ONE_PASSWORD", "hush"), ("ONE_URL", "postgres://u:hush@db/one")];
    for (database, expected) in [
        ("{url: \"sqlite:one.sqlite\"}", "sqlite:one.sqlite"),
        (
            "{url: \"postgres://u:${ONE_PASSWORD}@db/one\"}",
            "postgres://u:hush@db/one",
        ),
        (
            "{url: \"${ONE_URL}\", max_connections: 3, statement_timeout: 10s}",
            "postgres://u:hush@db/one",
        ),
        ("{url_file: secret}", "postgres://u:hush@db/file"),
    ] {
        let folder = with_database(database);
        folder.write("secret", "postgres://u:hush@db/file\n");
        let config = folder.load_with(&variables);
        assert_eq!(lines(&config.diagnostics), [""; 0], "{database}");
        let tenant = tenant(&config);
        assert_eq!(tenant.database.as_ref().unwrap().expose_secret(), expected);
        assert!(!format!("{config:?}").contains("hush"), "{database}");
    }
}

#[test]
fn refuses_addresses_that_are_none_without_repeating_them() {
    let variables = [
        ("WRONG", "mysql://u:hush@db/one"),
        ("HUSH", "hush"),
        ("RAW", "postgres://u:hush#hush@db/one"),
        ("PORTHOLE_CENTRAL_DATABASE_URL", "postgres://u:hush@db/c"),
    ];
    for (database, part) in [
        (
            "{url: \"mysql://u:hush@db/one\"}",
            "not the address of a database",
        ),
        ("{url: \"${WRONG}\"}", "not the address of a database"),
        ("{url: \"${NOT_SET}\"}", "the variable NOT_SET is not set"),
        ("{url: \"${not closed\"}", "without `}`"),
        (
            "{url: \"${PORTHOLE_CENTRAL_DATABASE_URL}\"}",
            "one of the host's own settings",
        ),
        ("{url_file: nowhere}", "/nowhere: there is no such file"),
        ("{url_file: dashboards}", "not a small plain file"),
        ("{url: \"sqlite:a\", url_file: b}", "named twice"),
        ("{max_connections: 3}", "needs `url` or `url_file`"),
        ("{url: \"postgres://\"}", "not the address of a database"),
        (
            "{url: \"postgres://u:${HUSH}@db/one?sslmod=require\"}",
            "did you mean `sslmode`?",
        ),
        ("{url: \"postgres://u:${HUSH}@db:999999/one\"}", "the port"),
        ("{url: \"${RAW}\"}", "`#` as %23"),
    ] {
        let config = with_database(database).load_with(&variables);
        let faults = lines(&config.diagnostics);
        assert_eq!(faults.len(), 1, "{database}: {faults:?}");
        assert!(
            faults[0].starts_with("tenant.yaml:3:") && faults[0].contains(part),
            "{database}: {faults:?}"
        );
        assert!(!faults[0].contains("hush"), "{faults:?}");
        assert!(config.tenants.is_empty());
    }
}

#[test]
fn a_password_in_the_file_and_a_secret_that_everybody_may_read_are_warned_of() {
    use std::os::unix::fs::PermissionsExt;
    let warnings = |folder: &Folder| {
        let config = folder.load_with(&[("ONE_PASSWORD", "hush")]);
        assert_eq!(config.diagnostics, []);
        lines(&config.warnings)
    };
    let literal = warnings(&with_database("{url: \"postgres://u:hush@db/one\"}"));
    assert_eq!(literal.len(), 1, "{literal:?}");
    assert!(
        literal[0].starts_with("tenant.yaml:3:19 `url` holds the database's password itself")
            && literal[0].contains("`url_file`")
            && !literal[0].contains("hush"),
        "{literal:?}"
    );
    for good in [
        "{url: \"postgres://u:${ONE_PASSWORD}@db/one\"}",
        "{url: \"sqlite:one.sqlite\"}",
    ] {
        assert_eq!(warnings(&with_database(good)), [""; 0], "{good}");
    }

    let folder = with_database("{url_file: secret}");
    folder.write("secret", "postgres://u:hush@db/file\n");
    let allow = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    let (parent, file) = (folder.tenant_path(), folder.tenant_path().join("secret"));
    allow(&parent, 0o755);
    allow(&file, 0o644);
    let exposed = warnings(&folder);
    assert!(
        exposed
            .concat()
            .contains("every user of this machine may read this file"),
        "{exposed:?}"
    );
    allow(&file, 0o640);
    assert_eq!(warnings(&folder), [""; 0]);
    // Nobody else gets as far as the file.
    allow(&file, 0o644);
    allow(&parent, 0o750);
    assert_eq!(warnings(&folder), [""; 0]);
}

#[test]
fn dashboards_and_panels_know_no_variables() {
    let folder = Folder::new();
    folder.write(
        "panels/load.yaml",
        folder::PANEL.replace("Load", "${ONE_PASSWORD}"),
    );
    let config = folder.load_with(&[("ONE_PASSWORD", "hush")]);
    assert_eq!(
        tenant(&config).panels["load"].panel().unwrap().title,
        "${ONE_PASSWORD}"
    );
}

#[test]
fn the_file_says_limits_time_zone_and_time_out() {
    let folder = with_database("{url: \"sqlite:a\", statement_timeout: 2m}");
    folder.write(
        "tenant.yaml",
        "tenant:\n  name: One\n  time_zone: Europe/Rome\n  limits: {memory: 128MiB, cpu: 200ms, wall: 3, queries: 5}\n",
    );
    let config = folder.load();
    assert_faults(&lines(&config.diagnostics), &[]);
    let tenant = tenant(&config);
    assert_eq!(tenant.time_zone.as_deref(), Some("Europe/Rome"));
    assert_eq!(tenant.limits.memory_bytes, Some(128 * 1024 * 1024));
    assert_eq!(
        (tenant.limits.cpu_ms, tenant.limits.wall_ms, tenant.limits.queries),
        (Some(200), Some(3000), Some(5))
    );
    assert_eq!(tenant.limits.rows, None);
}

#[test]
fn a_tenant_file_of_the_wrong_shape_is_described_without_what_it_holds() {
    for text in [
        "tenant: {name: Alpha, database: \"postgres://u:hush@h/x\"}",
        "tenant: \"postgres://u:hush@h/x\"",
        "tenant: hush",
        "postgres://u:hush@h/x",
        "tenant:\n  name: One\n  database:\n    postgres://u:hush@h/x",
        "tenant:\n  name: One\n  database: hush",
        "tenant:\n  name: One\n  database: [hush]",
        "tenant: {name: One, database: {url: \"sqlite:a\", max_connections: \"hush\"}}",
        "tenant: {name: One, database: {url: \"sqlite:a\", statement_timeout: \"hush\"}}",
        "tenant: {name: One, database: {\"u:hush@h\": x}}",
        "tenant: {name: One, database: {url: \"sqlite:a\"}, \"postgres://u:hush@h/x\": 1}",
        "tenant: {name: One, database: {url: \"sqlite:a\"}, limits: {cpu: \"postgres://u:hush@h/x\"}}",
    ] {
        let folder = Folder::new();
        folder.write("tenant.yaml", text);
        let faults = lines(&folder.load().diagnostics);
        assert!(!faults.is_empty(), "{text}");
        assert!(!faults.concat().contains("hush"), "{text}: {faults:#?}");
    }
}

#[test]
fn where_there_are_no_secrets_what_refers_to_them_is_still_checked() {
    for (database, is_sound) in [
        ("{url: \"${NOT_SET}\"}", true),
        ("{url: \"postgres://u:${NOT_SET}@db/one\"}", true),
        ("{url_file: nowhere}", true),
        ("{url_file: tenant.yaml/nowhere}", true),
        ("{url: \"${NOT SET}\"}", false),
        ("{url: \"${PORTHOLE_X}\"}", false),
        ("{url: \"mysql://db/one\"}", false),
        ("{url_file: dashboards}", false),
        ("{url: \"${SET}\"}", false),
        ("{}", false),
        ("{url_file: nowhere, max_conections: 3}", false),
    ] {
        let folder = with_database(database);
        let variables = [("SET".to_owned(), "mysql://db/one".to_owned())];
        let environment: porthole_config::Environment = variables.into_iter().collect();
        let config = porthole_config::Config::load(folder.path(), &environment.without_secrets());
        assert_eq!(
            config.diagnostics.is_empty(),
            is_sound,
            "{database}: {:?}",
            config.diagnostics
        );
    }
}

#[test]
fn a_database_has_a_place_in_its_file() {
    for (database, column) in [
        ("{url: \"sqlite:a\"}", 19),
        ("{max_connections: 2, url_file: secret}", 44),
    ] {
        let folder = with_database(database);
        folder.write("secret", "sqlite:a");
        let config = folder.load();
        assert_eq!(tenant(&config).database_place, Some((3, column)), "{database}");
    }
}
