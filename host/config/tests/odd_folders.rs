//! What a reload makes of folders that are not as they should be: unreadable, linked in circles, full, swapped in odd ways.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::sync::Arc;

use folder::{DASHBOARD, Folder, PANEL, lines, tenant};
use porthole_config::{Config, ConfigStore, Environment, text_of};

fn store(folder: &Folder) -> Arc<ConfigStore> {
    Arc::new(ConfigStore::open(folder.path(), Environment::default()))
}

fn title(config: &Config) -> &str {
    &tenant(config).panels["load"]
        .panel()
        .expect("a sound panel")
        .title
}

#[test]
fn a_file_of_the_same_length_and_time_in_the_place_of_another_is_taken_up() {
    let folder = Folder::new();
    let store = store(&folder);
    let file = folder.tenant_path().join("panels/load.yaml");
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    let aside = folder.path().join("next.yaml");
    fs::write(&aside, PANEL.replace("Load", "Next")).unwrap();
    File::options()
        .write(true)
        .open(&aside)
        .unwrap()
        .set_modified(written)
        .unwrap();
    fs::rename(&aside, &file).unwrap();
    assert_eq!(title(&store.refresh().expect("a new configuration")), "Next");
}

#[test]
fn permissions_that_are_mended_are_noticed_and_what_editors_leave_beside_a_file_is_not() {
    let folder = Folder::new();
    let store = store(&folder);
    fs::write(folder.tenant_path().join("panels/.load.yaml.swp"), "x").unwrap();
    fs::write(folder.tenant_path().join(".gitignore"), "x").unwrap();
    assert!(store.refresh().is_none());
    let file = folder.tenant_path().join("panels/load.yaml");
    fs::set_permissions(file, Permissions::from_mode(0o640)).unwrap();
    assert!(store.refresh().is_some());
}

#[test]
fn all_tenants_stay_while_the_folder_that_holds_them_is_away() {
    let folder = Folder::new();
    let store = store(&folder);
    let (there, away) = (folder.path().join("tenants"), folder.path().join("away"));
    fs::rename(&there, &away).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!(title(&config), "Load");
    assert!(lines(&config.diagnostics)[0].contains("cannot be read"));
    fs::rename(&away, &there).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!((title(&config), config.diagnostics.len()), ("Load", 0));
}

#[test]
fn a_tenant_whose_folder_is_a_link_that_leads_nowhere_for_a_while_stays_and_is_frozen() {
    let folder = Folder::new();
    let elsewhere = folder.path().join("elsewhere");
    fs::rename(folder.tenant_path(), &elsewhere).unwrap();
    symlink(&elsewhere, folder.tenant_path()).unwrap();
    let store = store(&folder);
    assert_eq!(title(&store.current()), "Load");
    let away = folder.path().join("away");
    fs::rename(&elsewhere, &away).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!(title(&config), "Load");
    assert!(tenant(&config).plugins.is_frozen && config.set_aside.contains_key("one"));
    assert!(lines(&tenant(&config).diagnostics)[0].contains("the folder cannot be read"));
    fs::rename(&away, &elsewhere).unwrap();
    let config = store.refresh().unwrap();
    assert!(!tenant(&config).plugins.is_frozen && config.set_aside.is_empty());
    fs::remove_file(folder.tenant_path()).unwrap();
    assert!(store.refresh().unwrap().tenants.is_empty());
}

#[test]
fn a_tenant_of_whose_folder_a_part_cannot_be_listed_stays_as_it_was() {
    for part in ["panels", "dashboards"] {
        let folder = Folder::new();
        folder.write("panels/other.yaml", PANEL);
        folder.write("plugins/heat.wasm", "heat");
        let store = store(&folder);
        let (path, aside) = (folder.tenant_path().join(part), folder.path().join("aside"));
        fs::rename(&path, &aside).unwrap();
        // A circle: it is there, and nobody can say what is in it.
        symlink(part, &path).unwrap();
        let config = store.refresh().unwrap();
        let kept = tenant(&config);
        assert!(kept.panels["other"].panel().is_some() && kept.dashboards.contains_key("default"));
        assert!(kept.plugins.is_frozen && kept.plugins.files.len() == 1);
        assert!(
            lines(&kept.diagnostics)
                .iter()
                .any(|fault| fault.starts_with(&format!("{part}:1:1"))),
            "{:?}",
            kept.diagnostics
        );
        fs::remove_file(&path).unwrap();
        fs::rename(&aside, &path).unwrap();
        let config = store.refresh().unwrap();
        assert!(config.diagnostics.is_empty() && !tenant(&config).plugins.is_frozen);
    }
}

#[test]
fn a_folder_a_broken_link_or_nothing_in_the_place_of_a_file_are_told_apart() {
    let folder = Folder::new();
    let store = store(&folder);
    let file = folder.tenant_path().join("panels/load.yaml");
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    let config = store.refresh().unwrap();
    assert_eq!(title(&config), "Load");
    assert!(lines(&tenant(&config).outdated["load"])[0].contains("not a plain file"));
    fs::remove_dir(&file).unwrap();
    symlink("nowhere.yaml", &file).unwrap();
    assert_eq!(title(&store.refresh().unwrap()), "Load");
    // What was removed is gone.
    fs::remove_file(&file).unwrap();
    let config = store.refresh().unwrap();
    assert!(tenant(&config).panels["load"].panel().is_none());
}

#[test]
fn a_tenant_with_countless_files_or_links_in_circles_hides_no_change_of_another() {
    let folder = Folder::new();
    let greedy = folder.path().join("tenants/greedy");
    fs::create_dir_all(greedy.join("panels")).unwrap();
    for number in 0..12 {
        symlink(".", greedy.join(format!("panels/circle{number}"))).unwrap();
        symlink("/", greedy.join(format!("panels/out{number}"))).unwrap();
    }
    for number in 0..21_000 {
        fs::write(greedy.join(format!("{number}.txt")), "").unwrap();
    }
    let store = store(&folder);
    folder.write("panels/load.yaml", PANEL.replace("Load", "Seen"));
    assert_eq!(title(&store.refresh().expect("a new configuration")), "Seen");
}

#[test]
fn a_secret_that_comes_later_or_is_written_anew_is_read_again() {
    use secrecy::ExposeSecret;
    let folder = Folder::new();
    let secret = folder.path().join("alpha.url");
    folder.write(
        "tenant.yaml",
        format!(
            "tenant: {{name: One, database: {{url_file: \"{}\"}}}}\n",
            secret.display()
        ),
    );
    let store = store(&folder);
    assert!(store.current().tenants.is_empty());
    assert!(store.refresh().is_none());
    let address = |config: &Config| {
        let database = tenant(config).database.as_ref().expect("a database");
        database.expose_secret().to_owned()
    };
    for password in ["first", "second"] {
        let url = format!("postgres://reader:{password}@db/alpha");
        fs::write(&secret, &url).unwrap();
        assert_eq!(address(&store.refresh().expect("a new configuration")), url);
        assert!(store.refresh().is_none());
    }
    // Gone for a moment, as while it is rotated: what it said goes on being true.
    fs::remove_file(&secret).unwrap();
    let config = store.refresh().unwrap();
    assert!(address(&config).contains("second") && tenant(&config).plugins.is_frozen);
}

#[test]
fn names_with_line_ends_add_no_lines_to_messages() {
    let folder = Folder::new();
    folder.write("panels/x\nERROR forged.yaml", PANEL);
    folder.write("plugins/y\nERROR forged.WASM", "x");
    folder.write(
        "dashboards/default.yaml",
        DASHBOARD.replace("panels/load.yaml", "panels/a\\nERROR forged.yaml"),
    );
    fs::create_dir(folder.path().join("tenants/z\nERROR forged")).unwrap();
    let config = folder.load();
    assert_eq!(config.diagnostics.len(), 5, "{:?}", config.diagnostics);
    for fault in &config.diagnostics {
        assert!(
            !fault.file.contains('\n') && !fault.message.contains('\n'),
            "{fault:?}"
        );
    }
}

#[test]
fn line_ends_of_other_systems_and_a_byte_order_mark_are_welcome() {
    let folder = Folder::new();
    for end in ["\r\n", "\r", "\n"] {
        folder.write(
            "panels/load.yaml",
            format!("\u{feff}{}", PANEL.replace('\n', end)),
        );
        let config = folder.load();
        assert_eq!(
            (lines(&config.diagnostics), title(&config)),
            (Vec::new(), "Load"),
            "{end:?}"
        );
    }
}

#[test]
fn no_line_of_a_file_elsewhere_and_of_none_that_is_no_plain_file_is_shown() {
    let folder = Folder::new();
    let outside = folder.path().join("secret.yaml");
    fs::write(&outside, "secret").unwrap();
    symlink(&outside, folder.tenant_path().join("panels/link.yaml")).unwrap();
    let pipe = folder.tenant_path().join("panels/pipe.yaml");
    assert!(
        std::process::Command::new("mkfifo")
            .arg(&pipe)
            .status()
            .unwrap()
            .success()
    );
    for file in [
        "panels/link.yaml",
        "panels/pipe.yaml",
        "../../secret.yaml",
        "panels/none.yaml",
    ] {
        assert_eq!(
            text_of(folder.path(), &format!("tenants/one/{file}")),
            None,
            "{file}"
        );
    }
    assert_eq!(text_of(folder.path(), "tenants/../secret.yaml"), None);
    let text = text_of(folder.path(), "tenants/one/panels/load.yaml");
    assert_eq!(text.as_deref(), Some(PANEL));
}
