//! The packages of the folders that have a `package-lock.json`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

use crate::process;

/// The lock file that `node_modules` was installed from, kept inside it.
const INSTALLED: &str = "node_modules/.installed-lock.json";

/// Installs exactly what the folder's lock file says; does nothing when that is there already.
///
/// # Errors
/// When npm is missing or fails.
pub fn install(folder: &Path) -> anyhow::Result<()> {
    if is_installed(folder)? {
        return Ok(());
    }
    if process::find_in_path("npm").is_none() {
        bail!("there is no npm: run `cargo xtask setup`, or install Node.js 20 or newer");
    }
    println!("installing the npm packages of {}", folder.display());
    process::run(
        Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            // The browser is the system's; a download would be 150 MB that nobody uses.
            .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
            .current_dir(folder),
    )?;
    let lock = folder.join("package-lock.json");
    std::fs::copy(&lock, folder.join(INSTALLED))
        .with_context(|| format!("cannot copy {}", lock.display()))?;
    Ok(())
}

/// Whether `node_modules` is what the lock file says.
///
/// # Errors
/// When the folder has no lock file.
pub fn is_installed(folder: &Path) -> anyhow::Result<bool> {
    let lock = folder.join("package-lock.json");
    let wanted = std::fs::read(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    Ok(std::fs::read(folder.join(INSTALLED)).is_ok_and(|installed| installed == wanted))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn installs_again_only_when_the_lock_file_changes() {
        let folder = tempfile::tempdir().unwrap();
        assert!(is_installed(folder.path()).is_err());
        std::fs::write(folder.path().join("package-lock.json"), "{}").unwrap();
        assert!(!is_installed(folder.path()).unwrap());
        std::fs::create_dir(folder.path().join("node_modules")).unwrap();
        std::fs::write(folder.path().join(INSTALLED), "{}").unwrap();
        assert!(is_installed(folder.path()).unwrap());
        std::fs::write(folder.path().join("package-lock.json"), "{\"new\": 1}").unwrap();
        assert!(!is_installed(folder.path()).unwrap());
    }
}
