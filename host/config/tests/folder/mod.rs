//! A configuration folder that a test writes.

#![allow(dead_code)]

use std::fs;
use std::path::{Path, PathBuf};

use porthole_config::{Config, Diagnostic, Environment, Tenant};
use tempfile::TempDir;

pub struct Folder(TempDir);

pub const DASHBOARD: &str =
    "dashboard:\n  name: \"Home\"\n  panels:\n    - {id: \"load\", config_file: \"panels/load.yaml\"}\n";
pub const PANEL: &str = "panel:\n  type: \"timeseries\"\n  title: \"Load\"\n  data_source:\n    table: \"metrics\"\n    columns: {timestamp: \"at\", value: \"load\"}\n";

impl Folder {
    /// With the tenant `one`, one dashboard, and one panel, all sound.
    pub fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.write("tenant.yaml", "tenant: {name: one}\n");
        folder.write("dashboards/default.yaml", DASHBOARD);
        folder.write("panels/load.yaml", PANEL);
        folder
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn tenant_path(&self) -> PathBuf {
        self.path().join("tenants/one")
    }

    /// Writes a file of the tenant `one`.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.tenant_path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn load(&self) -> Config {
        Config::load(self.path(), &Environment::default())
    }

    pub fn load_with(&self, variables: &[(&str, &str)]) -> Config {
        let variables = variables
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(self.path(), &variables.collect())
    }

    /// The faults with a panel of this text on the dashboard.
    pub fn faults_of_panel(text: &str) -> Vec<String> {
        let folder = Self::new();
        folder.write("panels/load.yaml", text);
        lines(&folder.load().diagnostics)
    }

    /// The faults with a default dashboard of this text.
    pub fn faults_of_dashboard(text: &str) -> Vec<String> {
        let folder = Self::new();
        folder.write("dashboards/default.yaml", text);
        lines(&folder.load().diagnostics)
    }
}

pub fn tenant(config: &Config) -> &Tenant {
    config.tenant("one").expect("the tenant is there")
}

/// `panels/load.yaml:3:5 what is wrong | what to do`, without the tenant's folder.
pub fn lines(faults: &[Diagnostic]) -> Vec<String> {
    faults
        .iter()
        .map(|fault| {
            let file = fault.file.strip_prefix("tenants/one/").unwrap_or(&fault.file);
            let help = fault
                .help
                .as_ref()
                .map_or_else(String::new, |help| format!(" | {help}"));
            format!("{file}:{}:{} {}{help}", fault.line, fault.column, fault.message)
        })
        .collect()
}

/// Whether exactly these faults are there, each given by its place and by a part of its sentence.
#[track_caller]
pub fn assert_faults(found: &[String], expected: &[(&str, &str)]) {
    let matches = found.len() == expected.len()
        && found
            .iter()
            .zip(expected)
            .all(|(found, (place, part))| found.starts_with(&format!("{place} ")) && found.contains(part));
    assert!(matches, "found:\n{}\nexpected:\n{expected:#?}", found.join("\n"));
}
