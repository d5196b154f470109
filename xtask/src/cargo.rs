//! The native builds. What two builds have in common is compiled once only if cargo gives it the same features in both,
//! and cargo decides that by the packages a command names: so there are three sets of packages, and every command
//! takes one of them. Demo and tests use the same profile and the same set; wasmtime is compiled once for both.

use std::path::PathBuf;
use std::process::Command;

use crate::{process, workspace};

/// Packages that are built together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Set {
    /// The host, its rooms, the panels and what tests them.
    Host,
    /// The UI; its dependencies share crates with wasmtime, and would change their features.
    Ui,
    /// This program; the same holds for it.
    Xtask,
}

impl Set {
    /// Every package of the workspace is in one of these.
    pub const ALL: [Self; 3] = [Self::Host, Self::Ui, Self::Xtask];

    /// The set in cargo's words.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Host => &["--workspace", "--exclude", "xtask", "--exclude", "porthole-ui"],
            Self::Ui => &["--package", "porthole-ui"],
            Self::Xtask => &["--package", "xtask"],
        }
    }
}

/// The cargo that runs this, in the workspace.
pub fn command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root());
    // `cargo run` tells this program about its own package. Some build scripts ask to be run again when these change
    // (ring's), and then a build from here and one from a shell would each undo the other.
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Builds the host, with the features that its tests want of its dependencies.
///
/// # Errors
/// When it does not compile; the compiler has said why.
pub fn build_host() -> anyhow::Result<()> {
    process::run(&mut host_build())
}

/// What builds the program.
pub fn host_build() -> Command {
    let mut build = command();
    build
        .arg("build")
        .args(Set::Host.arguments())
        .args(["--bin", "porthole"]);
    build
}

/// The program that [`build_host`] makes.
pub fn host() -> PathBuf {
    workspace::target()
        .join("debug")
        .join(format!("porthole{}", std::env::consts::EXE_SUFFIX))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;

    use serde_json::Value;

    use super::*;

    /// Otherwise a build of the tests gives some dependency other features than a build of the host, and compiles it,
    /// and all that depends on it, anew.
    #[test]
    fn what_only_tests_depend_on_is_a_dependency_of_the_tests_crate() {
        let output =
            process::output(command().args(["metadata", "--no-deps", "--format-version", "1"])).unwrap();
        let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
        let mut ordinary = BTreeSet::new();
        let mut of_tests = BTreeSet::new();
        for package in metadata["packages"].as_array().unwrap() {
            let name = package["name"].as_str().unwrap();
            if ["xtask", "porthole-ui"].contains(&name) {
                continue;
            }
            for dependency in package["dependencies"].as_array().unwrap() {
                let to = dependency["name"].as_str().unwrap().to_owned();
                if dependency["kind"] == "dev" {
                    of_tests.insert((to, name.to_owned()));
                } else if dependency["kind"].is_null() {
                    ordinary.insert(to);
                }
            }
        }
        for (dependency, package) in of_tests {
            assert!(
                ordinary.contains(&dependency),
                "{package} uses {dependency} in tests only: name it in tests/Cargo.toml, too"
            );
        }
    }
}
