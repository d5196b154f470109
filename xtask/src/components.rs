//! Builds the panel crates for wasm and makes a component of each.

use std::{
    collections::BTreeSet,
    fmt,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use porthole_toolkit::{WasmToolchain, component, write_if_changed};
use serde::Deserialize;

use crate::{languages, workspace};

/// Folders of the workspace whose libraries are guests.
const GUEST_FOLDERS: [&str; 5] = [
    "plugins",
    "tests/languages",
    "tests/released",
    "tests/rogues",
    "tests/stamp",
];

/// A component that was built.
#[derive(Debug)]
pub struct Built {
    /// The crate's name, with `_`.
    pub name: String,
    /// The component's file.
    pub path: PathBuf,
    /// Its size in bytes.
    pub size: usize,
    /// Whether the file was written; false: it was already what it should be.
    pub changed: bool,
}

impl fmt::Display for Built {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = if self.changed { "built" } else { "unchanged" };
        write!(
            f,
            "{:<32} {:>6.1} KB  {state}",
            self.name,
            self.size as f64 / 1024.0
        )
    }
}

/// Where components are: `<target>/components`.
pub fn folder() -> PathBuf {
    workspace::target().join("components")
}

/// Builds every guest of the workspace into [`folder`] and removes components whose crate is gone. Cargo decides what
/// has to be compiled; a file is written only when its bytes change, so that nothing is embedded anew for nothing.
///
/// # Errors
/// When cargo fails, or a module is no component of ours.
pub fn build(toolchain: &WasmToolchain) -> anyhow::Result<Vec<Built>> {
    let guests = guests()?;
    ensure!(
        !guests.is_empty(),
        "the workspace has no library of type cdylib under {}",
        GUEST_FOLDERS.join(", ")
    );
    let mut cargo = toolchain.cargo_build(&workspace::guest_build());
    cargo.arg("--lib");
    for guest in &guests {
        cargo.args(["-p", &guest.package]);
    }
    println!("building {} panels with {}", guests.len(), toolchain.name());
    let status = cargo
        .status()
        .with_context(|| format!("cannot run {:?}", cargo.get_program()))?;
    ensure!(
        status.success(),
        "building the panels failed; the compiler's messages are above"
    );

    let folder = folder();
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut built = Vec::new();
    for guest in guests {
        let module = workspace::guest_build()
            .output()
            .join(format!("{}.wasm", guest.library));
        built.push(encode(&module, &guest.library, &folder)?);
    }
    remove_others(&folder, &built)?;
    Ok(built)
}

/// Makes a component of a module and writes it as `<folder>/<name>.wasm`.
fn encode(module: &Path, name: &str, folder: &Path) -> anyhow::Result<Built> {
    let bytes = std::fs::read(module).with_context(|| format!("cannot read {}", module.display()))?;
    let component = component::encode(&bytes)
        .with_context(|| format!("{} cannot be made a component", module.display()))?;
    component::check(&component).with_context(|| format!("{name} is not a panel"))?;
    let path = folder.join(format!("{name}.wasm"));
    Ok(Built {
        name: name.to_owned(),
        size: component.len(),
        changed: write_if_changed(&path, &component)?,
        path,
    })
}

/// Components of crates that no longer exist would be embedded for ever. Those in other languages come from elsewhere.
fn remove_others(folder: &Path, built: &[Built]) -> anyhow::Result<()> {
    let keep: BTreeSet<&Path> = built.iter().map(|built| built.path.as_path()).collect();
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let is_component = path
            .extension()
            .is_some_and(|extension| extension == "wasm" || extension == "partial");
        if is_component && !keep.contains(path.as_path()) && !languages::makes(&stem(&path)) {
            std::fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A crate of the workspace that becomes a component.
#[derive(Debug, PartialEq, Eq)]
struct Guest {
    package: String,
    /// As cargo names its file.
    library: String,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
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

/// All guests, from cargo's own list of the workspace.
fn guests() -> anyhow::Result<Vec<Guest>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(workspace::root())
        .output()
        .context("cannot run cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata failed: {}",
        String::from_utf8_lossy(&output.stderr).trim()
    );
    let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata is not JSON")?;
    Ok(select(metadata, workspace::root()))
}

fn select(metadata: Metadata, root: &Path) -> Vec<Guest> {
    let mut guests: Vec<Guest> = metadata
        .packages
        .into_iter()
        .filter(|package| {
            GUEST_FOLDERS
                .iter()
                .any(|folder| package.manifest_path.starts_with(root.join(folder)))
        })
        .filter_map(|package| {
            let library = package
                .targets
                .iter()
                .find(|target| target.crate_types.iter().any(|kind| kind == "cdylib"))?;
            Some(Guest {
                library: library.name.replace('-', "_"),
                package: package.name,
            })
        })
        .collect();
    guests.sort_by(|a, b| a.package.cmp(&b.package));
    guests
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_panel_of_the_house_is_found() {
        let packages: Vec<String> = guests().unwrap().into_iter().map(|guest| guest.package).collect();
        for name in ["timeseries", "kpi", "health-status", "table"] {
            assert!(
                packages.contains(&format!("porthole-plugin-{name}")),
                "{name} is not among {packages:?}"
            );
        }
        assert!(
            !packages.iter().any(|package| package == "porthole-ui"),
            "the UI is no panel"
        );
    }

    /// Looks at what the last build made; `cargo xtask build` checks each file while it makes it.
    #[test]
    fn built_panels_import_nothing_but_the_contract() {
        let components: Vec<PathBuf> = std::fs::read_dir(folder())
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "wasm"))
            // Interpreters import WASI.
            .filter(|path| !languages::makes(&stem(path)))
            .collect();
        assert!(
            !components.is_empty(),
            "there are no components; run `cargo xtask build` first"
        );
        for path in components {
            let bytes = std::fs::read(&path).unwrap();
            component::check(&bytes).unwrap_or_else(|error| panic!("{}: {error:#}", path.display()));
        }
    }
}
