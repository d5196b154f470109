//! Every fault is reported with its place and with what to do, all of a file at once.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use folder::{Folder, assert_faults, lines, tenant};
use porthole_config::PanelEntry;

#[test]
fn all_faults_of_a_panel_are_reported_at_once() {
    let faults = Folder::faults_of_panel(
        "panel:
  type: \"timeseries\"
  titel: \"Load\"
  data_source:
    tabel: \"metrics\"
    columns:
      timestamp: \"at\"
      value: 7
  display: [1, 2]
  refresh_interval: -5
  drill_down:
    enabled: yes
",
    );
    assert_faults(
        &faults,
        &[
            ("panels/load.yaml:2:3", "`panel` needs `title`"),
            ("panels/load.yaml:3:3", "did you mean `title`?"),
            ("panels/load.yaml:5:5", "`data_source` needs `table`"),
            ("panels/load.yaml:5:5", "did you mean `table`?"),
            ("panels/load.yaml:8:14", "put it in quotes: value: \"7\""),
            (
                "panels/load.yaml:9:12",
                "`display` must be a mapping of keys to values, and this is a list",
            ),
            (
                "panels/load.yaml:10:21",
                "`refresh_interval` must be a whole number from 1",
            ),
            (
                "panels/load.yaml:12:14",
                "`enabled` must be true or false, and this is the text \"yes\"",
            ),
        ],
    );
}

#[test]
fn a_faulty_panel_leaves_its_dashboard_and_its_neighbours_alone() {
    let folder = Folder::new();
    folder.write(
        "dashboards/default.yaml",
        "dashboard:\n  name: \"Home\"\n  panels:\n    - {id: load, config_file: panels/load.yaml}\n    - {id: bad, config_file: panels/bad.yaml}\n    - {id: gone, config_file: panels/gone.yaml}\n",
    );
    folder.write(
        "panels/bad.yaml",
        "panel:\n  type: kpi\n  title: Bad\n  unknown: 1\n",
    );
    let config = folder.load();
    let tenant = tenant(&config);
    assert_eq!(tenant.dashboards["default"].panels.len(), 3);
    assert!(tenant.panels["load"].panel().is_some());
    let PanelEntry::Faulty(bad) = &tenant.panels["bad"] else {
        panic!("bad is faulty")
    };
    assert_eq!(
        (bad.title.as_deref(), bad.type_name.as_deref()),
        (Some("Bad"), Some("kpi"))
    );
    assert_faults(
        &lines(&bad.diagnostics),
        &[("panels/bad.yaml:4:3", "no key `unknown`")],
    );
    let gone = lines(tenant.panels["gone"].diagnostics());
    assert_faults(
        &gone,
        &[(
            "dashboards/default.yaml:6:31",
            "there is no file `panels/gone.yaml`",
        )],
    );
    assert_eq!(config.diagnostics.len(), 2);
}

#[test]
fn refuses_malformed_yaml_with_the_parsers_place() {
    for (text, place) in [
        ("panel:\n  type: \"kpi\n", "panels/load.yaml:"),
        ("panel:\n\ttype: kpi\n", "panels/load.yaml:2:2"),
        ("panel: [1, 2\n", "panels/load.yaml:"),
        ("panel: *nobody\n", "panels/load.yaml:1:8"),
        ("", "panels/load.yaml:1:1"),
        ("# nothing\n", "panels/load.yaml:1:1"),
        ("just text", "panels/load.yaml:1:1"),
        ("[panel]", "panels/load.yaml:1:1"),
        ("panel:\n", "panels/load.yaml:1:1"),
    ] {
        let faults = Folder::faults_of_panel(text);
        assert_eq!(faults.len(), 1, "{text}: {faults:?}");
        assert!(faults[0].starts_with(place), "{text}: {faults:?}");
    }
}

#[test]
fn refuses_a_key_that_is_there_twice_and_a_second_document() {
    let twice = Folder::faults_of_panel(&format!("{}  title: \"Again\"\n", folder::PANEL));
    assert_faults(
        &twice,
        &[("panels/load.yaml:7:3", "`title` is here twice, first on line 3")],
    );
    let second = Folder::faults_of_panel(&format!("{}---\nmore: 1\n", folder::PANEL));
    assert_faults(&second, &[("panels/load.yaml:7:1", "a second begins")]);
}

#[test]
fn refuses_tags_that_mean_something_elsewhere() {
    let faults = Folder::faults_of_panel(&format!("{}  display: !python/object {{a: 1}}\n", folder::PANEL));
    assert_faults(&faults, &[("panels/load.yaml:7:12", "means nothing here")]);
}

#[test]
fn reports_queries_that_have_no_place_or_two() {
    let faults = Folder::faults_of_panel("panel:\n  type: kpi\n  title: A\n  query: {where: \"a = 1\"}\n");
    assert_faults(&faults, &[("panels/load.yaml:4:10", "no `data_source` for it")]);
    let faults = Folder::faults_of_panel(
        "panel:\n  type: kpi\n  title: A\n  data_source:\n    table: t\n    columns: {value: v}\n    query: \"a = 1\"\n  query: {limit: 0}\n",
    );
    assert_faults(
        &faults,
        &[("panels/load.yaml:8:10", "has a query of its own already")],
    );
    let faults = Folder::faults_of_panel(&format!("{}  query: {{limit: 0, were: \"a\"}}\n", folder::PANEL));
    assert_faults(
        &faults,
        &[
            ("panels/load.yaml:7:18", "`limit` must be a whole number from 1"),
            ("panels/load.yaml:7:21", "did you mean `where`?"),
        ],
    );
}

#[test]
fn reports_columns_that_are_none() {
    for (columns, part) in [
        ("{}", "the source has no columns"),
        ("[]", "the source has no columns"),
        ("7", "must be a mapping of roles to columns"),
        ("[{name: a}, {name: a}]", "the column `a` is here twice"),
        ("[{nam: a}]", "did you mean `name`?"),
        ("[{name: a, format: datetme}]", "did you mean `datetime`?"),
        ("{value: {display: A}}", "needs `column`"),
    ] {
        let text = format!(
            "panel:\n  type: kpi\n  title: A\n  data_source:\n    table: t\n    columns: {columns}\n"
        );
        let faults = Folder::faults_of_panel(&text).join("\n");
        assert!(faults.contains(part), "{columns}: {faults}");
    }
}

#[test]
fn takes_several_sources_and_an_own_ladder() {
    let folder = Folder::new();
    folder.write(
        "panels/load.yaml",
        format!(
            "{}  data_sources:
    limits:
      table: limits
      columns: [a, {{name: b, column: bb}}]
      query: {{limit: 3}}
      time_column: none
      time_zone: Europe/Berlin
  aggregation:
    function: max
    ladder:
      - {{up_to: 8h, bucket: none}}
      - {{up_to: 2d, bucket: 5m}}
      - {{bucket: 3600}}
",
            folder::PANEL
        ),
    );
    let config = folder.load();
    assert_eq!(lines(&config.diagnostics), [""; 0]);
    let panel = tenant(&config).panels["load"].panel().unwrap().clone();
    let limits = &panel.sources["limits"];
    assert_eq!(limits.column("b").unwrap().column.value, "bb");
    assert_eq!(limits.time_column.as_ref().unwrap().value, "none");
    let aggregation = panel.aggregation.as_ref().unwrap();
    assert_eq!(aggregation.function.unwrap().name(), "max");
    let rungs: Vec<_> = aggregation
        .ladder
        .as_ref()
        .unwrap()
        .iter()
        .map(|rung| (rung.up_to, rung.bucket))
        .collect();
    assert_eq!(
        rungs,
        [
            (Some(28_800), None),
            (Some(172_800), Some(300)),
            (None, Some(3600))
        ]
    );
}

#[test]
fn reports_a_ladder_that_does_not_ascend_and_a_function_that_is_none() {
    let text = format!(
        "{}  aggregation:\n    function: average\n    ladder: [{{bucket: 60}}, {{up_to: 8h, bucket: 1y}}]\n",
        folder::PANEL
    );
    assert_faults(
        &Folder::faults_of_panel(&text),
        &[
            (
                "panels/load.yaml:8:15",
                "`function` must be one of avg, min, max, sum, count, last",
            ),
            ("panels/load.yaml:9:13", "do not ascend"),
            ("panels/load.yaml:9:48", "`bucket` must be a length of time"),
        ],
    );
}

#[test]
fn reports_endpoints_types_and_zones_that_are_none() {
    let text = "panel:\n  type: \"Time Series\"\n  title: A\n  endpoint: \"/api/v1/admin/users\"\n  data_source: {table: t, columns: [a], time_zone: \"../../etc\"}\n";
    assert_faults(
        &Folder::faults_of_panel(text),
        &[
            ("panels/load.yaml:2:9", "cannot be the name of a panel type"),
            ("panels/load.yaml:4:13", "not a custom endpoint"),
            ("panels/load.yaml:5:52", "not a time zone"),
        ],
    );
}

#[test]
fn reports_positions_off_the_grid_and_overlaps_and_still_shows_the_dashboard() {
    let folder = Folder::new();
    folder.write(
        "dashboards/default.yaml",
        "dashboard:
  name: Home
  layout: {columns: 12}
  default_range: yesterday
  panels:
    - id: load
      config_file: panels/load.yaml
      position: {row: 1, col: 9, width: 6, height: 1}
    - id: second
      config_file: panels/load.yaml
      position: {row: 0, col: 13, width: 4, height: 1}
    - id: third
      config_file: panels/load.yaml
      position: {row: 1, col: 12, width: 1, height: 3}
    - id: third
      config_file: panels/load.yaml
    - {id: \"Bad Id\", config_file: panels/load.yaml}
",
    );
    let config = folder.load();
    assert_faults(
        &lines(&config.diagnostics),
        &[
            ("dashboards/default.yaml:4:18", "now-24h or now-7d"),
            ("dashboards/default.yaml:8:17", "reaches to column 14"),
            (
                "dashboards/default.yaml:11:23",
                "`row` must be a whole number from 1",
            ),
            (
                "dashboards/default.yaml:11:31",
                "`col` must be a whole number from 1 to 12",
            ),
            ("dashboards/default.yaml:12:11", "overlaps `load`, on line 6"),
            ("dashboards/default.yaml:15:11", "twice, first on line 12"),
            ("dashboards/default.yaml:17:12", "cannot be a panel's id"),
        ],
    );
    assert_eq!(tenant(&config).dashboards["default"].panels.len(), 3);
}

#[test]
fn a_tenant_without_a_default_dashboard_is_told_so_and_stands() {
    let folder = Folder::new();
    std::fs::remove_file(folder.tenant_path().join("dashboards/default.yaml")).unwrap();
    let config = folder.load();
    assert_faults(
        &lines(&config.diagnostics),
        &[("dashboards/default.yaml:1:1", "no default dashboard")],
    );
    // The panel that no dashboard shows has its file's name.
    assert!(tenant(&config).panels["load"].panel().is_some());
}

#[test]
fn an_id_that_names_two_files_is_faulty_and_one_file_on_two_dashboards_is_not() {
    let folder = Folder::new();
    folder.write("panels/other.yaml", folder::PANEL);
    folder.write(
        "dashboards/same.yaml",
        folder::DASHBOARD.replace("panels/load.yaml", "./panels//load.yaml"),
    );
    assert_eq!(lines(&folder.load().diagnostics), [""; 0]);
    folder.write(
        "dashboards/wrong.yaml",
        folder::DASHBOARD.replace("panels/load.yaml", "panels/other.yaml"),
    );
    let config = folder.load();
    assert_faults(
        &lines(&config.diagnostics),
        &[(
            "dashboards/wrong.yaml:4:33",
            "`panels/load.yaml` in tenants/one/dashboards/default.yaml, line 4",
        )],
    );
    assert!(tenant(&config).panels["load"].panel().is_none());
}

#[test]
fn reports_files_that_nobody_will_read() {
    let folder = Folder::new();
    folder.write("panels/extra.yml", folder::PANEL);
    folder.write("panels/Extra.yaml", folder::PANEL);
    folder.write("panels/.hidden.yaml", "nonsense");
    folder.write("panels/notes.txt", "nonsense");
    let config = folder.load();
    assert_faults(
        &lines(&config.diagnostics),
        &[
            ("panels/Extra.yaml:1:1", "cannot be an id"),
            ("panels/extra.yml:1:1", "rename it to .yaml"),
        ],
    );
}

#[test]
fn a_faulty_tenant_file_takes_out_that_tenant_only() {
    let folder = Folder::new();
    folder.write(
        "tenant.yaml",
        "tenant:\n  name: One\n  limits: {memory: 64MB, cpu: 2h}\n  databse: {}\n",
    );
    let other = folder.path().join("tenants/two/dashboards");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("default.yaml"), "dashboard: {name: Two, panels: []}").unwrap();
    let config = folder.load();
    assert_eq!(config.tenants.keys().collect::<Vec<_>>(), ["two"]);
    assert_eq!(config.tenants["two"].name, "two");
    assert_faults(
        &lines(&config.diagnostics),
        &[
            ("tenant.yaml:3:20", "as 512KiB, 64MiB or 2GiB"),
            ("tenant.yaml:3:31", "`cpu` must be from 1ms to 1m"),
            ("tenant.yaml:4:3", "did you mean `database`?"),
        ],
    );
}

#[test]
fn a_folder_that_is_not_there_is_one_fault() {
    let empty = tempfile::tempdir().unwrap();
    let config = porthole_config::Config::load(empty.path(), &porthole_config::Environment::default());
    assert_eq!(config.diagnostics.len(), 1);
    assert!(config.tenants.is_empty());
}

#[test]
fn names_that_are_nearly_those_of_what_is_read_are_warned_of() {
    let folder = Folder::new();
    assert_eq!(folder.load().warnings, []);
    let tenants = folder.path().join("tenants");
    std::fs::write(tenants.join("stray.yaml"), "tenant: {}\n").unwrap();
    std::fs::rename(
        folder.tenant_path().join("dashboards"),
        folder.tenant_path().join("dashboard"),
    )
    .unwrap();
    let config = folder.load();
    let warnings = lines(&config.warnings);
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("tenants/stray.yaml:1:1 this file is not read")),
        "{warnings:?}"
    );
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("dashboard:1:1 ")
                && warning.contains("did you mean `dashboards`?")),
        "{warnings:?}"
    );
}

#[test]
fn faults_of_a_whole_file_say_what_to_do() {
    for (text, part) in [
        ("", "write what it is to say"),
        (
            "- a\n",
            "the file must be a mapping of keys to values, and this is a list | write `key: value`",
        ),
        (
            "dashboard:\n  name: A\n  panels: load\n",
            "write panels: [one, another]",
        ),
    ] {
        let faults = Folder::faults_of_dashboard(text).concat();
        assert!(faults.contains(part), "{faults}");
    }
}
