//! `porthole restore`: what a backup holds, into an empty place.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use porthole_identity::{Identity, Options};
use secrecy::{ExposeSecret, SecretString};

use super::backup::{self, CONFIG, FORMAT, MANIFEST, Manifest};
use super::settings::{self, SettingsArgs};
use crate::files;

/// Put a backup back: its accounts and plugins into an empty central database, its configuration into an empty folder.
/// Everybody logs in anew.
#[derive(clap::Args)]
pub struct Restore {
    /// The folder that `porthole backup` has made.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Only look whether the backup is whole; change nothing.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Restore {
    /// Looks at the whole backup first, so that a damaged one changes nothing.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let manifest = whole(&self.folder)?;
        if self.check {
            println!(
                "whole: {} files, written {} by Porthole {}",
                manifest.files.len() + 1,
                manifest.made_at,
                manifest.porthole
            );
            return Ok(ExitCode::SUCCESS);
        }
        let settings = self.settings.load()?;
        let _claim = settings::claim(&settings.data_dir)?;
        let tenants = settings.config_dir.join("tenants");
        if tenants.is_dir() && fs::read_dir(&tenants)?.next().is_some() {
            bail!(
                "{} has tenants already: name an empty folder with PORTHOLE_CONFIG_DIR or `config_dir:`",
                settings.config_dir.display()
            );
        }
        let url: SecretString =
            settings::database_url(settings.central_database.expose_secret(), &settings.data_dir).into();
        let identity = Identity::restore(&url, &self.folder, Options::default()).await?;
        identity.close().await;
        backup::copy(&self.folder.join(CONFIG), &settings.config_dir)?;
        println!("restored what was kept {}", manifest.made_at);
        Ok(ExitCode::SUCCESS)
    }
}

/// The manifest of a backup whose every file is as it was written, and that has no other.
fn whole(folder: &Path) -> anyhow::Result<Manifest> {
    let path = folder.join(MANIFEST);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("{} is no backup: {MANIFEST} cannot be read", folder.display()))?;
    let manifest: Manifest =
        serde_json::from_str(&text).with_context(|| format!("{} cannot be read", path.display()))?;
    ensure!(
        manifest.format <= FORMAT,
        "the backup was written by Porthole {} in a form that this one ({}) does not know",
        manifest.porthole,
        env!("CARGO_PKG_VERSION")
    );
    let mut found = files::hashes(folder)?;
    found.remove(MANIFEST);
    if found != manifest.files {
        let names: BTreeSet<_> = found.keys().chain(manifest.files.keys()).collect();
        let wrong = names
            .into_iter()
            .find(|name| found.get(*name) != manifest.files.get(*name));
        bail!(
            "the backup is damaged: {} is not as it was written",
            wrong.map_or("a file", |name| name.as_str())
        );
    }
    Ok(manifest)
}
