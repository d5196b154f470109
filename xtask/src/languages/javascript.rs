//! JavaScript panels: componentize-qjs, from npm.

use std::path::Path;
use std::process::Command;

use anyhow::bail;

use crate::{npm, process, workspace};

/// The example, which is also where the tools' versions are written.
pub const FOLDER: &str = "plugins/examples/javascript";
/// The file with them.
pub const PINS: &str = "plugins/examples/javascript/package-lock.json";

/// Installs what [`PINS`] says; instant when that was done before.
///
/// # Errors
/// When there is no npm or no way to the registry: what to do.
pub fn prepare() -> anyhow::Result<()> {
    npm::install(&workspace::root().join(FOLDER))
}

/// Makes a component of a module.
///
/// # Errors
/// When componentize-qjs refuses it; it has said why.
pub fn componentize(source: &Path, component: &Path, stub_wasi: bool) -> anyhow::Result<()> {
    let mut command = Command::new("node");
    command
        .arg("node_modules/componentize-qjs/bin/componentize-qjs")
        .current_dir(workspace::root().join(FOLDER))
        .args(["--sync", "--world", "plugin", "--wit"])
        .arg(workspace::root().join("wit"));
    if stub_wasi {
        command.arg("--stub-wasi");
    }
    command.arg("--js").arg(source).arg("--output").arg(component);
    let output = process::output(&mut command)?;
    if !output.status.success() || !component.is_file() {
        bail!(
            "{} failed ({}):\n{}{}",
            process::line(&command),
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}
