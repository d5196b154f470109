//! Every limit of the guide can be set, and every limit that can be set is in the guide.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::Path;

use porthole_config::{Environment, Limits, Settings};

/// Keys and defaults of the guide's table.
fn documented() -> BTreeMap<String, String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/src/limits.md");
    let page = std::fs::read_to_string(page).unwrap();
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.map(|row| {
        let mut cells = row.split('|').map(str::trim);
        let key = cells.next().unwrap().trim_end_matches('`');
        (key.to_owned(), cells.next().unwrap().to_owned())
    })
    .collect()
}

fn read(limits: &str) -> Limits {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("porthole.yaml");
    std::fs::write(&file, format!("limits:\n{limits}")).unwrap();
    let settings = Settings::load(Some(&file), &Environment::default());
    settings.unwrap_or_else(|faults| panic!("{faults:?}")).limits
}

/// The commented-out limits of the settings' template.
fn template() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../config/porthole.yaml");
    let text = std::fs::read_to_string(file).unwrap();
    let (_, below) = text.split_once("# limits:\n").unwrap();
    below
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn every_limit_of_the_guide_can_be_set_and_none_is_missing_there() {
    let lines: String = documented()
        .iter()
        .map(|(key, default)| format!("  {key}: {default}\n"))
        .collect();
    // Taken apart by name: a new limit does not compile here before it is in the guide.
    let Limits {
        cpu_ms,
        wall_ms,
        waiting_ms,
        memory_bytes,
        result_bytes,
        handles,
        queries,
        rows,
        data_bytes,
        log_lines,
        log_line,
        memories,
        tables,
        table_elements,
        instances,
        concurrent_calls,
        plugin_bytes,
    } = read(&lines);
    let set = [
        cpu_ms,
        wall_ms,
        waiting_ms,
        memory_bytes,
        result_bytes,
        handles.map(u64::from),
        queries.map(u64::from),
        rows,
        data_bytes,
        log_lines.map(u64::from),
        log_line.map(u64::from),
        memories.map(u64::from),
        tables.map(u64::from),
        table_elements.map(u64::from),
        instances.map(u64::from),
        concurrent_calls.map(u64::from),
        plugin_bytes,
    ];
    assert_eq!(
        set.iter().flatten().count(),
        set.len(),
        "a limit is missing in the guide: {set:?}"
    );
    assert_eq!(documented().len(), set.len());
}

#[test]
fn the_settings_template_names_the_same_limits_with_the_same_defaults_as_the_guide() {
    let lines: String = documented()
        .iter()
        .map(|(key, default)| format!("  {key}: {default}\n"))
        .collect();
    assert_eq!(read(&template()), read(&lines));
}

#[test]
fn a_limit_of_the_host_holds_where_the_tenant_names_none() {
    let host = read("  cpu: 1s\n  log_line: 20\n  tables: 3\n");
    let tenant = read("  cpu: 2s\n  memories: 1\n");
    let both = tenant.or(host);
    assert_eq!(
        (both.cpu_ms, both.log_line, both.tables, both.memories),
        (Some(2000), Some(20), Some(3), Some(1))
    );
}

#[test]
fn a_limit_beyond_what_the_host_has_is_a_fault() {
    for line in [
        "memories: 5",
        "tables: 33",
        "table_elements: 65537",
        "instances: 65",
        "log_line: 9",
        "cpu: 2h",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("porthole.yaml");
        std::fs::write(&file, format!("limits:\n  {line}\n")).unwrap();
        let faults = Settings::load(Some(&file), &Environment::default()).unwrap_err();
        assert_eq!(faults.len(), 1, "{line}");
        assert_eq!(faults[0].line, 2);
    }
}
