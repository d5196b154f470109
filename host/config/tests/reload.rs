//! A running host takes up changes, whole, and keeps what was good.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::Duration;

use folder::{DASHBOARD, Folder, PANEL, lines, tenant};
use porthole_config::{Config, ConfigStore, Environment, Lock};

fn store(folder: &Folder) -> Arc<ConfigStore> {
    Arc::new(ConfigStore::open(folder.path(), Environment::default()))
}

#[test]
fn nothing_is_reloaded_while_nothing_changes() {
    let folder = Folder::new();
    let store = store(&folder);
    assert!(store.refresh().is_none());
    assert_eq!(store.current().generation, 1);
}

#[test]
fn a_change_becomes_current_and_a_reader_keeps_what_it_took() {
    let folder = Folder::new();
    let store = store(&folder);
    let taken = store.current();
    folder.write(
        "dashboards/default.yaml",
        DASHBOARD.replace("Home", "Home, changed"),
    );
    let new = store.refresh().expect("a new configuration");
    assert_eq!((taken.generation, new.generation), (1, 2));
    assert_eq!(tenant(&taken).dashboards["default"].title, "Home");
    assert_eq!(
        tenant(&store.current()).dashboards["default"].title,
        "Home, changed"
    );
    assert!(store.refresh().is_none());
}

#[test]
fn a_tenant_and_a_dashboard_that_become_faulty_stay_as_they_were() {
    let folder = Folder::new();
    folder.write("tenant.yaml", "tenant: {name: One}\n");
    folder.write(
        "dashboards/second.yaml",
        DASHBOARD
            .replace("load,", "other,")
            .replace("\"load\"", "\"other\""),
    );
    let store = store(&folder);
    folder.write("dashboards/second.yaml", "dashboard: [broken\n");
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).dashboards["second"].title, "Home");
    assert!(tenant(&config).panels["other"].panel().is_some());
    assert_eq!(config.diagnostics.len(), 1);
    let outdated = &tenant(&config).outdated_dashboards;
    assert_eq!(outdated.keys().collect::<Vec<_>>(), ["second"]);
    assert_eq!(outdated["second"], config.diagnostics);

    folder.write("tenant.yaml", "tenant: {nam: One}\n");
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).name, "One");
    // All of it is as it was, and why is a matter of the tenant's own file.
    let outdated = &tenant(&config).outdated_dashboards;
    assert_eq!(outdated.keys().collect::<Vec<_>>(), ["default", "second"]);
    for faults in outdated.values() {
        assert!(!faults.is_empty());
        assert!(
            faults.iter().all(|fault| fault.file.ends_with("/tenant.yaml")),
            "{faults:?}"
        );
    }
    assert!(
        lines(&tenant(&config).diagnostics)
            .iter()
            .any(|fault| fault.contains("did you mean `name`?"))
    );

    folder.write("tenant.yaml", "tenant: {name: \"One, mended\"}\n");
    std::fs::remove_file(folder.tenant_path().join("dashboards/second.yaml")).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).name, "One, mended");
    assert!(!tenant(&config).dashboards.contains_key("second"));
    assert!(tenant(&config).outdated_dashboards.is_empty());
    std::fs::remove_dir_all(folder.tenant_path()).unwrap();
    assert!(store.refresh().unwrap().tenants.is_empty());
}

const BOARD: &str = "dashboard:\n  name: \"Home\"\n  panels:\n    - {id: \"load\", config_file: \"panels/load.yaml\", \
                     position: {row: 1, col: 1, width: 6, height: 1}}\n    - {id: \"more\", config_file: \"panels/more.yaml\", \
                     position: {row: 1, col: 7, width: 6, height: 1}}\n";

#[test]
fn a_time_zone_that_there_is_not_is_one_fault_of_the_tenants_own_file_and_leaves_the_tenant_as_it_was() {
    let folder = Folder::new();
    folder.write("tenant.yaml", "tenant: {name: One, time_zone: Europe/Berlin}\n");
    let store = store(&folder);
    assert_eq!(store.current().diagnostics, []);
    folder.write("tenant.yaml", "tenant: {name: Two, time_zone: Europe/Berlni}\n");
    let config = store.refresh().unwrap();
    let now = tenant(&config);
    assert_eq!(
        (now.name.as_str(), now.time_zone.as_deref()),
        ("One", Some("Europe/Berlin"))
    );
    assert!(now.panels["load"].panel().is_some());
    assert_eq!(
        lines(&config.diagnostics),
        ["tenant.yaml:1:32 this is not a time zone | did you mean `Europe/Berlin`?"]
    );
}

#[test]
fn a_dashboard_with_any_fault_stays_as_it_was_and_no_half_of_a_change_is_shown() {
    let folder = Folder::new();
    folder.write("panels/more.yaml", PANEL);
    folder.write("dashboards/default.yaml", BOARD);
    let store = store(&folder);
    assert_eq!(store.current().diagnostics, []);
    let good = tenant(&store.current()).dashboards["default"].clone();
    let changed = BOARD.replace("Home", "Changed");
    for faulty in [
        changed.replace("col: 7", "col: 99"),
        changed.replace("col: 7", "col: 6"),
        changed.replace("  panels:", "  nonsense: 1\n  panels:"),
        changed.replace("\"panels/more.yaml\"", "\"panels/moer.yaml\""),
        changed.replace(
            "{id: \"more\", config_file: \"panels/more.yaml\", ",
            "{id: \"more\", ",
        ),
    ] {
        folder.write("dashboards/default.yaml", &faulty);
        let config = store.refresh().unwrap();
        let now = tenant(&config);
        assert_eq!(now.dashboards["default"], good, "{faulty}");
        let outdated = &now.outdated_dashboards["default"];
        assert!(!outdated.is_empty(), "{faulty}");
        assert!(
            outdated
                .iter()
                .all(|fault| fault.file.ends_with("dashboards/default.yaml")),
            "{outdated:?}"
        );
        // Its panels are as well, also where the faulty file names another one.
        assert!(now.panels["more"].panel().is_some(), "{faulty}");
        // Something else changes meanwhile.
        folder.write(
            "panels/load.yaml",
            PANEL.replace("Load", &format!("Load {}", faulty.len())),
        );
        let config = store.refresh().unwrap();
        assert_eq!(tenant(&config).dashboards["default"], good, "{faulty}");
        assert!(tenant(&config).outdated_dashboards.contains_key("default"));
    }
    folder.write("dashboards/default.yaml", &changed);
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).dashboards["default"].title, "Changed");
    assert!(tenant(&config).outdated_dashboards.is_empty() && config.diagnostics.is_empty());
}

#[test]
fn a_dashboard_that_was_never_good_is_shown_as_far_as_it_goes() {
    let folder = Folder::new();
    folder.write("panels/more.yaml", PANEL);
    folder.write("dashboards/default.yaml", BOARD.replace("col: 7", "col: 99"));
    let store = store(&folder);
    for title in ["Other", "Another"] {
        let text = BOARD.replace("col: 7", "col: 99").replace("Home", title);
        folder.write("dashboards/default.yaml", text);
        let config = store.refresh().unwrap();
        assert_eq!(tenant(&config).dashboards["default"].title, title);
        assert!(tenant(&config).outdated_dashboards.is_empty());
        assert_eq!(config.diagnostics.len(), 1);
    }
    // Once it is good, that version counts.
    folder.write("dashboards/default.yaml", BOARD);
    store.refresh().unwrap();
    folder.write("dashboards/default.yaml", BOARD.replace("col: 7", "col: 99"));
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).outdated_dashboards.len(), 1);
}

#[test]
fn a_panel_that_is_removed_does_not_make_its_dashboard_outdated() {
    let folder = Folder::new();
    let store = store(&folder);
    std::fs::remove_file(folder.tenant_path().join("panels/load.yaml")).unwrap();
    let config = store.refresh().unwrap();
    assert!(tenant(&config).panels["load"].panel().is_none());
    assert!(tenant(&config).outdated_dashboards.is_empty());
    // The dashboard was good: what is wrong with it from now on is not shown.
    folder.write(
        "dashboards/default.yaml",
        DASHBOARD.replace("Home", "Home\"\n  nonsense: \"1"),
    );
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).dashboards["default"].title, "Home");
    assert_eq!(tenant(&config).outdated_dashboards["default"].len(), 2);
}

#[test]
fn the_plugins_of_a_tenant_whose_file_becomes_faulty_follow_the_folder_and_are_frozen() {
    let folder = Folder::new();
    folder.write("tenant.yaml", "tenant: {name: One}\n");
    folder.write("plugins/old.wasm", "old");
    let store = store(&folder);
    assert!(!tenant(&store.current()).plugins.is_frozen);

    folder.write(
        "tenant.yaml",
        "tenant: {name: One, plugins: {require_signatures: true}}\n",
    );
    folder.write("plugins/new.wasm", "new");
    folder.write("plugins.lock", "plugins: {}\n");
    std::fs::remove_file(folder.tenant_path().join("plugins/old.wasm")).unwrap();
    let config = store.refresh().unwrap();
    let plugins = &tenant(&config).plugins;
    assert!(plugins.is_frozen);
    assert_eq!(plugins.files.len(), 1);
    assert!(plugins.files[0].name.ends_with("plugins/new.wasm"));
    assert!(matches!(&plugins.lock, Lock::Pins(pins) if pins.is_empty()));
    assert_eq!(config.set_aside.len(), 1);

    folder.write("tenant.yaml", "tenant: {name: One}\n");
    let config = store.refresh().unwrap();
    assert!(!tenant(&config).plugins.is_frozen && config.set_aside.is_empty());
}

#[test]
fn a_tenant_file_that_is_gone_or_renamed_takes_nobodys_database_away() {
    let text = "tenant: {name: One, database: {url: \"sqlite:one.sqlite\"}}\n";
    let folder = Folder::new();
    folder.write("tenant.yaml", text);
    let store = store(&folder);
    let file = |name: &str| folder.tenant_path().join(name);

    std::fs::remove_file(file("tenant.yaml")).unwrap();
    for _ in 0..2 {
        let config = store.refresh().unwrap_or_else(|| store.current());
        assert!(tenant(&config).database.is_some() && tenant(&config).plugins.is_frozen);
        let faults = lines(&config.diagnostics);
        assert!(
            faults.concat().contains("the tenant has no tenant.yaml"),
            "{faults:#?}"
        );
        // Something else changes meanwhile.
        folder.write("dashboards/default.yaml", DASHBOARD.replace("Home", "Changed"));
    }
    folder.write("tenant.yml", text);
    let config = store.refresh().unwrap();
    assert!(tenant(&config).database.is_some());
    let faults = lines(&config.diagnostics);
    assert!(
        faults
            .concat()
            .contains("its name ends in .yml | rename it to tenant.yaml"),
        "{faults:#?}"
    );

    // Also without a host that remembers better.
    assert_eq!(folder.load().diagnostics.len(), 1);
    std::fs::remove_file(file("tenant.yml")).unwrap();
    assert_eq!(folder.load().diagnostics.len(), 1);
    // Who means it says so.
    folder.write("tenant.yaml", "tenant: {name: One}\n");
    let config = store.refresh().unwrap();
    assert!(tenant(&config).database.is_none() && config.diagnostics.is_empty());
}

#[test]
fn a_tenant_file_that_leads_nowhere_is_not_taken_for_none() {
    let folder = Folder::new();
    let store = store(&folder);
    std::fs::remove_file(folder.tenant_path().join("tenant.yaml")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.tenant_path().join("tenant.yaml")).unwrap();
    let config = store.refresh().unwrap();
    assert!(tenant(&config).plugins.is_frozen);
    assert!(
        lines(&config.diagnostics)
            .iter()
            .any(|fault| fault.contains("tenant.yaml")),
        "{:?}",
        config.diagnostics
    );
}

#[test]
fn a_panel_that_becomes_faulty_stays_as_it_was_until_it_is_mended_or_removed() {
    let folder = Folder::new();
    let store = store(&folder);
    for text in ["panel: {}\n", "panel: [\n"] {
        folder.write("panels/load.yaml", text);
        let config = store.refresh().unwrap();
        let panel = tenant(&config).panels["load"].panel().expect("the last good one");
        assert_eq!(panel.title, "Load");
        assert!(!tenant(&config).outdated["load"].is_empty());
        assert!(!config.diagnostics.is_empty());
    }
    folder.write("panels/load.yaml", PANEL.replace("Load", "Load, mended"));
    let config = store.refresh().unwrap();
    assert_eq!(
        tenant(&config).panels["load"].panel().unwrap().title,
        "Load, mended"
    );
    assert!(tenant(&config).outdated.is_empty() && config.diagnostics.is_empty());

    std::fs::remove_file(folder.tenant_path().join("panels/load.yaml")).unwrap();
    let config = store.refresh().unwrap();
    assert!(tenant(&config).panels["load"].panel().is_none());
}

#[test]
fn a_panel_that_was_never_sound_says_so_in_its_place() {
    let folder = Folder::new();
    folder.write("panels/load.yaml", "panel: {}\n");
    let store = store(&folder);
    assert!(tenant(&store.current()).panels["load"].panel().is_none());
    folder.write("panels/load.yaml", "panel: {title: 1}\n");
    let config = store.refresh().unwrap();
    assert!(tenant(&config).panels["load"].panel().is_none());
    assert!(tenant(&config).outdated.is_empty());
}

#[test]
fn a_file_that_an_editor_saves_by_renaming_is_taken_up() {
    let folder = Folder::new();
    let store = store(&folder);
    let file = folder.tenant_path().join("panels/load.yaml");
    let aside = folder.tenant_path().join("panels/.load.yaml.swp");
    std::fs::write(&aside, PANEL.replace("Load", "Renamed")).unwrap();
    std::fs::rename(&aside, &file).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).panels["load"].panel().unwrap().title, "Renamed");
}

/// How mounted configuration is swapped: the folder is a link, and the link is replaced by one to the next version.
#[test]
fn a_link_that_is_swapped_to_another_version_of_the_folder_is_taken_up() {
    let versions = tempfile::tempdir().unwrap();
    let (first, second) = (Folder::new(), Folder::new());
    second.write("panels/load.yaml", PANEL.replace("Load", "Second"));
    let current = versions.path().join("current");
    std::os::unix::fs::symlink(first.path(), &current).unwrap();
    let store = ConfigStore::open(&current, Environment::default());
    let next = versions.path().join("next");
    std::os::unix::fs::symlink(second.path(), &next).unwrap();
    std::fs::rename(&next, &current).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!(tenant(&config).panels["load"].panel().unwrap().title, "Second");
}

/// How Kubernetes mounts a ConfigMap: the files are links through `..data`, itself a link to a folder with a date, and a new
/// version is a new folder to which `..data` is turned in one step.
#[test]
fn a_mounted_folder_whose_data_link_is_turned_to_the_next_version_is_taken_up_whole() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let panels = folder.tenant_path().join("panels");
    std::fs::remove_dir_all(&panels).unwrap();
    let version = |name: &str, title: &str| {
        std::fs::create_dir_all(panels.join(name)).unwrap();
        std::fs::write(panels.join(name).join("load.yaml"), PANEL.replace("Load", title)).unwrap();
        symlink(name, panels.join("..data_tmp")).unwrap();
        std::fs::rename(panels.join("..data_tmp"), panels.join("..data")).unwrap();
    };
    version("..2026_01_01", "First");
    symlink("..data/load.yaml", panels.join("load.yaml")).unwrap();
    let store = store(&folder);
    let title = |config: &Config| tenant(config).panels["load"].panel().unwrap().title.clone();
    assert_eq!(store.current().diagnostics, []);
    assert_eq!(title(&store.current()), "First");
    for (name, shown) in [("..2026_01_02", "Second"), ("..2026_01_03", "Third")] {
        version(name, shown);
        let config = store.refresh().expect("the swap is seen");
        assert_eq!((title(&config).as_str(), config.diagnostics.len()), (shown, 0));
        assert!(store.refresh().is_none());
    }
    // The version before is removed afterwards, which changes nothing that is shown.
    std::fs::remove_dir_all(panels.join("..2026_01_01")).unwrap();
    let config = store.refresh();
    assert!(config.is_none_or(|config| title(&config) == "Third"));
}

#[test]
fn the_watch_sees_a_change_and_ends_when_dropped() {
    let folder = Folder::new();
    let store = store(&folder);
    let (send, seen) = channel();
    let watch = store
        .watch(Duration::from_millis(10), move |config| {
            let _ = send.send(config.generation);
        })
        .unwrap();
    folder.write(
        "dashboards/default.yaml",
        DASHBOARD.replace("Home", "Home, changed"),
    );
    assert_eq!(seen.recv_timeout(Duration::from_secs(30)), Ok(2));
    assert_eq!(
        tenant(&store.current()).dashboards["default"].title,
        "Home, changed"
    );
    drop(watch);
    assert!(seen.recv().is_err(), "the thread has ended");
}
