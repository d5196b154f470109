//! The native builds. Demo, tests and benchmarks use the same profile and the same set of crates, so that what one of
//! them has compiled (wasmtime above all) the others find.

use std::path::PathBuf;
use std::process::Command;

use crate::{components, process, workspace};

/// The cargo that runs this, in the workspace.
pub fn command() -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace::root());
    // Where the host looks by itself, nothing is said: another environment would be another build to cargo.
    if workspace::target() != workspace::root().join("target") {
        command.env("PORTHOLE_COMPONENTS", components::folder());
    }
    command
}

/// Builds the host, with the features that the tests will want of its dependencies.
///
/// # Errors
/// When it does not compile; the compiler has said why.
pub fn build_host() -> anyhow::Result<()> {
    process::run(command().args(["build", "--workspace", "--bins"]))
}

/// The program that [`build_host`] makes.
pub fn host() -> PathBuf {
    workspace::target()
        .join("debug")
        .join(format!("porthole{}", std::env::consts::EXE_SUFFIX))
}
