//! `porthole backup`: accounts, grants, published plugins and the configuration, in one folder.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail, ensure};
use porthole_config::walk::OF_TENANT;
use serde::{Deserialize, Serialize};

use super::settings::{self, SettingsArgs};
use crate::files::{self, Configuration};
use crate::owner::Readers;
use crate::text::one_line;

/// Raised when an older Porthole could not restore what this one writes.
pub const FORMAT: u32 = 1;
pub const MANIFEST: &str = "manifest.json";
pub const CONFIG: &str = "config";
/// How often a configuration that changes while it is copied is copied anew.
const ATTEMPTS: usize = 5;

/// How a backup is called until it is complete.
const PARTIAL: &str = ".porthole-backup-";
/// One that is older than this is being written by nobody any more.
const ABANDONED: Duration = Duration::from_secs(24 * 60 * 60);

/// What a backup's `manifest.json` says.
#[derive(Debug, Serialize, Deserialize)]
pub struct Manifest {
    pub format: u32,
    /// The Porthole that wrote it.
    pub porthole: String,
    /// RFC 3339, UTC.
    pub made_at: String,
    /// SHA-256 by name, of every other file.
    pub files: BTreeMap<String, String>,
}

/// Write a backup of accounts, grants, audit log, published plugins and the configuration into a new folder. The host may
/// run meanwhile. The tenants' own data is not in it: it is in databases of theirs.
#[derive(clap::Args)]
pub struct Backup {
    /// The folder to make; it must not be there yet.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Backup {
    /// Prints how much was kept.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings.load()?;
        let folder = std::path::absolute(&self.folder)?;
        if folder.exists() {
            bail!("{} is there already: name a folder that is not", folder.display());
        }
        let above = folder.parent().context("the backup needs a folder above it")?;
        fs::create_dir_all(above).with_context(|| above.display().to_string())?;
        for left in remove_leftovers(above, SystemTime::now()) {
            eprintln!(
                "removed {}, which a backup that was interrupted has left",
                left.display()
            );
        }
        // Complete under its name, or not there under it.
        let partial = tempfile::Builder::new()
            .prefix(PARTIAL)
            // Password hashes are in it.
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(above)
            .with_context(|| format!("{} cannot be written to", above.display()))?;
        let identity = settings::identity(&settings).await?;
        let central = identity.back_up(partial.path()).await?;
        identity.close().await;
        let left_out = copy_configuration(&settings.config_dir, &partial.path().join(CONFIG))?;
        let manifest = Manifest {
            format: FORMAT,
            porthole: env!("CARGO_PKG_VERSION").to_owned(),
            made_at: chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            files: files::hashes(partial.path())?,
        };
        ensure!(manifest.files.contains_key(central), "{central} was not written");
        let text = serde_json::to_string_pretty(&manifest)? + "\n";
        Readers::Owner
            .make_file(&partial.path().join(MANIFEST))?
            .write_all(text.as_bytes())?;
        fs::rename(partial.path(), &folder).with_context(|| folder.display().to_string())?;
        // Renamed: there is nothing left to remove under the old name.
        let _ = partial.keep();
        println!("{} files in {}", manifest.files.len() + 1, folder.display());
        for name in left_out {
            eprintln!(
                "not all of {} is in it: the host reads no files that are larger than 64 MiB, nor more than {} of one tenant",
                one_line(&name),
                OF_TENANT.entries
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// Removes what backups into this folder have left that were killed: folders of password hashes that nobody knows of. Those that
/// cannot be removed are no reason not to make a backup.
fn remove_leftovers(folder: &Path, now: SystemTime) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let abandoned = entries.filter(|entry| {
        let is_partial = entry.file_name().to_string_lossy().starts_with(PARTIAL);
        // Of the entry itself, and not of what a link leads to.
        let modified = entry.metadata().ok().filter(|found| found.is_dir());
        let modified = modified.and_then(|found| found.modified().ok());
        let age = modified.and_then(|at| now.duration_since(at).ok());
        is_partial && age.is_some_and(|age| age > ABANDONED)
    });
    let abandoned = abandoned.map(|entry| entry.path());
    abandoned
        .filter(|path| fs::remove_dir_all(path).is_ok())
        .collect()
}

/// Copies the configuration as it was at one moment; what was too much of it.
fn copy_configuration(from: &Path, to: &Path) -> anyhow::Result<Vec<String>> {
    for _ in 0..ATTEMPTS {
        let before = files::configuration_hashes(from).with_context(|| from.display().to_string())?;
        if to.exists() {
            fs::remove_dir_all(to)?;
        }
        let left_out = copy(from, to, Readers::Owner)?;
        if before == files::hashes(to)? && before == files::configuration_hashes(from)? {
            return Ok(left_out);
        }
    }
    bail!(
        "the configuration in {} changes faster than it can be copied",
        from.display()
    )
}

/// Copies every file of the configuration below a folder; what was too much of it.
pub fn copy(from: &Path, to: &Path, readers: Readers) -> anyhow::Result<Vec<String>> {
    let at = |path: &Path| path.display().to_string();
    readers.make_folder(to).with_context(|| at(to))?;
    let Configuration { files, left_out } = files::configuration(from)?;
    for (name, path) in files {
        let target = to.join(name);
        if let Some(folder) = target.parent() {
            readers.make_folder(folder).with_context(|| at(folder))?;
        }
        let mut original = fs::File::open(&path).with_context(|| at(&path))?;
        let mut copied = readers.make_file(&target).with_context(|| at(&target))?;
        io::copy(&mut original, &mut copied).with_context(|| at(&target))?;
    }
    Ok(left_out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_an_interrupted_backup_has_left_is_removed_a_day_later_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(".porthole-backup-aB3");
        let other = folder.path().join("2026-01-01-031000");
        for name in [&left, &other] {
            fs::create_dir(name).unwrap();
            fs::write(name.join("users.jsonl"), "hashes").unwrap();
        }
        let link = folder.path().join(".porthole-backup-link");
        std::os::unix::fs::symlink(&other, &link).unwrap();
        let now = SystemTime::now();
        assert!(remove_leftovers(folder.path(), now).is_empty());
        assert!(left.exists());
        let tomorrow = now + ABANDONED + Duration::from_secs(60);
        let removed = remove_leftovers(folder.path(), tomorrow);
        assert!(removed.len() == 1 && removed[0] == left, "{removed:?}");
        assert!(!left.exists() && other.join("users.jsonl").exists() && link.exists());
    }
}
