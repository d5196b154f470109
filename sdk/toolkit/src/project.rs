//! A panel's crate: what cargo knows of it, and how it becomes a component.

use std::{
    ffi::OsString,
    io::ErrorKind,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

use crate::{Build, Interfaces, WasmToolchain, component, sha256, write_if_changed};

/// The profile that panels are built with.
const PROFILE: &str = "release";

/// A crate whose library becomes a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The crate's name.
    pub package: String,
    /// As cargo names the library's file, with `_`.
    pub library: String,
    /// The folder with its `Cargo.toml`.
    pub folder: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
}

/// A component that was built.
#[derive(Debug, Clone)]
pub struct Built {
    /// `<target>/porthole/<library>.wasm`.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Of its bytes, hexadecimal.
    pub sha256: String,
    /// What it imports and exports.
    pub interfaces: Interfaces,
    /// Whether the file was written; false: it was already what it should be.
    pub changed: bool,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    crate_types: Vec<String>,
}

impl Project {
    /// The crate of a folder, or of the nearest folder above it.
    ///
    /// # Errors
    /// When there is none, or it makes no component; the message says what to do.
    pub fn open(folder: &Path) -> anyhow::Result<Self> {
        let folder = std::fs::canonicalize(folder)
            .with_context(|| format!("there is no folder {}", folder.display()))?;
        let Some(manifest) = folder
            .ancestors()
            .map(|folder| folder.join("Cargo.toml"))
            .find(|file| file.is_file())
        else {
            bail!(
                "{} is not in a crate: neither it nor a folder above it has a Cargo.toml. Make a new panel with `porthole \
                 plugin new NAME`, or name its folder",
                folder.display()
            );
        };
        let mut cargo = cargo();
        cargo
            .args([
                "metadata",
                "--no-deps",
                "--format-version",
                "1",
                "--manifest-path",
            ])
            .arg(&manifest);
        let output = cargo.output().map_err(no_cargo)?;
        ensure!(
            output.status.success(),
            "cargo does not understand {}:\n{}",
            manifest.display(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        let metadata: Metadata =
            serde_json::from_slice(&output.stdout).context("cargo's description of the crate is not JSON")?;
        Self::select(metadata, &manifest)
    }

    fn select(metadata: Metadata, manifest: &Path) -> anyhow::Result<Self> {
        let shown = manifest.display();
        let Some(package) = metadata
            .packages
            .into_iter()
            .find(|package| package.manifest_path == manifest)
        else {
            bail!("{shown} is a workspace without a crate of its own: name the folder of one of its members");
        };
        let Some(library) = package
            .targets
            .iter()
            .find(|target| target.crate_types.iter().any(|kind| kind == "cdylib"))
        else {
            bail!(
                "the crate `{}` makes no component: add\n\n    [lib]\n    crate-type = [\"cdylib\", \"rlib\"]\n\nto {shown}",
                package.name
            );
        };
        Ok(Self {
            library: library.name.replace('-', "_"),
            folder: manifest.parent().unwrap_or(Path::new(".")).to_path_buf(),
            target: metadata.target_directory,
            package: package.name,
        })
    }

    /// Builds the crate for wasm, makes a component of it and checks what it imports and exports. What the compiler says
    /// is seen. The file is written only when its bytes change.
    ///
    /// # Errors
    /// When it does not compile (the compiler has said why), or is no panel.
    pub fn build(&self, toolchain: &WasmToolchain) -> anyhow::Result<Built> {
        let build = Build {
            folder: &self.folder,
            target: &self.target,
            profile: PROFILE,
        };
        let mut cargo = toolchain.cargo_build(&build);
        cargo.args(["--lib", "--package", &self.package]);
        let status = cargo.status().map_err(no_cargo)?;
        ensure!(
            status.success(),
            "`{}` does not compile; the compiler's messages are above",
            self.package
        );
        let module = build.output().join(format!("{}.wasm", self.library));
        let module = std::fs::read(&module).with_context(|| format!("cannot read {}", module.display()))?;
        let bytes = component::encode(&module)
            .with_context(|| format!("`{}` cannot be made a component", self.package))?;
        let interfaces =
            component::check(&bytes).with_context(|| format!("`{}` is not a panel", self.package))?;
        let path = self.component();
        Ok(Built {
            changed: write_if_changed(&path, &bytes)?,
            sha256: sha256(&bytes),
            path,
            bytes,
            interfaces,
        })
    }

    /// Runs the crate's own tests, natively. What they say is seen.
    ///
    /// # Errors
    /// When one fails. `update`: golden files are written instead of compared.
    pub fn test(&self, update: bool) -> anyhow::Result<()> {
        let mut cargo = cargo();
        cargo
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", &self.target)
            .args(["test", "--package", &self.package]);
        if update {
            cargo.env("UPDATE_GOLDEN", "1");
        }
        let status = cargo.status().map_err(no_cargo)?;
        ensure!(status.success(), "the tests of `{}` fail", self.package);
        Ok(())
    }

    /// Where [`build`](Self::build) leaves the component.
    pub fn component(&self) -> PathBuf {
        self.target
            .join("porthole")
            .join(format!("{}.wasm", self.library))
    }

    /// The files `fixtures/*.json`, by name.
    pub fn fixtures(&self) -> Vec<PathBuf> {
        self.files("fixtures", "json")
    }

    /// The files `panels/*.yaml`, by name.
    pub fn panels(&self) -> Vec<PathBuf> {
        self.files("panels", "yaml")
    }

    /// The golden file of a fixture: `golden/<name of the fixture>`.
    pub fn golden(&self, fixture: &Path) -> PathBuf {
        let name = fixture.file_name().unwrap_or_default();
        self.folder.join("golden").join(name)
    }

    fn files(&self, folder: &str, ending: &str) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(self.folder.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == ending))
            .collect();
        files.sort();
        files
    }
}

/// The cargo that runs this, else the one on the path.
fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

fn no_cargo(error: std::io::Error) -> anyhow::Error {
    match error.kind() {
        ErrorKind::NotFound => {
            anyhow::anyhow!("there is no cargo on this machine: install Rust, as https://rustup.rs says")
        }
        _ => anyhow::Error::new(error).context("cargo cannot be run"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn select(crate_types: &str) -> anyhow::Result<Project> {
        let metadata = format!(
            r#"{{"target_directory": "/t", "packages": [{{"name": "disk-usage", "manifest_path": "/p/Cargo.toml",
                "targets": [{{"name": "disk-usage", "crate_types": {crate_types}}}]}}]}}"#
        );
        Project::select(
            serde_json::from_str(&metadata).unwrap(),
            Path::new("/p/Cargo.toml"),
        )
    }

    #[test]
    fn a_crate_is_known_by_its_library() {
        let project = select(r#"["cdylib", "rlib"]"#).unwrap();
        assert_eq!(project.component(), Path::new("/t/porthole/disk_usage.wasm"));
        assert_eq!(
            project.golden(Path::new("/p/fixtures/week.json")),
            Path::new("/p/golden/week.json")
        );
    }

    #[test]
    fn a_crate_that_makes_no_component_is_told_the_lines_it_lacks() {
        let error = select(r#"["lib"]"#).unwrap_err().to_string();
        assert!(error.contains("crate-type = [\"cdylib\", \"rlib\"]"), "{error}");
    }

    #[test]
    fn outside_a_crate_the_way_to_one_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let error = Project::open(folder.path()).unwrap_err().to_string();
        assert!(error.contains("porthole plugin new NAME"), "{error}");
    }
}
