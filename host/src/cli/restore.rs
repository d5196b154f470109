//! `porthole restore`: what a backup holds, into an empty place.

mod lacking;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail, ensure};
use porthole_identity::{Identity, Options};
use secrecy::{ExposeSecret, SecretString};

use super::actor::actor;
use super::backup::{self, CONFIG, FORMAT, MANIFEST, Manifest};
use super::settings::{self, SettingsArgs};
use crate::files;
use crate::owner::Readers;
use crate::text::one_line;

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
    /// Revoke all API tokens: those that were revoked since the backup would be good again.
    #[arg(long)]
    revoke_tokens: bool,
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
        // What cannot be undone comes last: the files are beside their place, then the rows in a transaction, then the files are
        // in their place, then the rows.
        let files = Files::beside(&self.folder.join(CONFIG), &settings.config_dir)?;
        let url: SecretString =
            settings::database_url(settings.central_database.expose_secret(), &settings.data_dir).into();
        let mut restoring = Identity::restore(&url, &self.folder, Options::default()).await?;
        let mut revoked = None;
        if self.revoke_tokens {
            match restoring.revoke_tokens(actor()).await {
                Ok(tokens) => revoked = Some(tokens),
                Err(error) => {
                    restoring.undo().await;
                    return Err(anyhow::Error::from(error).context("nothing was restored"));
                }
            }
        }
        let placed = match files.place() {
            Ok(placed) => placed,
            Err(error) => {
                restoring.undo().await;
                return Err(error.context("nothing was restored"));
            }
        };
        match restoring.finish().await {
            Ok(identity) => identity.close().await,
            Err(error) => {
                placed.take_back()?;
                return Err(anyhow::Error::from(error).context("nothing was restored"));
            }
        }
        println!("restored what was kept {}", manifest.made_at);
        match revoked {
            Some(tokens) => println!("{tokens} API tokens are revoked: make those anew that are needed"),
            None => println!(
                "accounts, grants and API tokens are as they were then: what was taken since is given again \
                 (`porthole token list` shows the tokens, and `restore --revoke-tokens` revokes all of them)"
            ),
        }
        let lacking = lacking::lacking(&settings);
        if !lacking.is_empty() {
            eprintln!("what the tenants need beside it, and no backup holds, is not here yet:");
            for line in lacking {
                eprintln!("  {}", one_line(&line));
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// A configuration beside the place where it is to be, on the same file system.
struct Files {
    partial: tempfile::TempDir,
    folder: PathBuf,
}

/// What is in its place, and what was there before.
struct Placed {
    files: Files,
    has_tenants: bool,
    has_settings: bool,
}

impl Files {
    fn beside(from: &Path, folder: &Path) -> anyhow::Result<Self> {
        let cannot = || {
            format!(
                "the configuration folder {} cannot be written to",
                folder.display()
            )
        };
        fs::create_dir_all(folder).with_context(cannot)?;
        let partial = tempfile::Builder::new()
            .prefix(".porthole-restore-")
            .tempdir_in(folder)
            .with_context(cannot)?;
        // Configuration holds no secrets, and a host that is somebody else reads it.
        backup::copy(from, &partial.path().join("new"), Readers::Usual)?;
        Ok(Self {
            partial,
            folder: folder.to_owned(),
        })
    }

    fn place(self) -> anyhow::Result<Placed> {
        let mut placed = Placed {
            files: self,
            has_tenants: false,
            has_settings: false,
        };
        match placed.put() {
            Ok(()) => Ok(placed),
            Err(error) => {
                placed.take_back()?;
                Err(error)
            }
        }
    }
}

impl Placed {
    fn put(&mut self) -> anyhow::Result<()> {
        let (new, folder) = (self.files.partial.path().join("new"), &self.files.folder);
        let at = |path: &Path| path.display().to_string();
        let (tenants, settings) = (folder.join("tenants"), folder.join("porthole.yaml"));
        if new.join("tenants").is_dir() {
            // Takes the place of an empty folder, too.
            fs::rename(new.join("tenants"), &tenants).with_context(|| at(&tenants))?;
            self.has_tenants = true;
        }
        if new.join("porthole.yaml").is_file() {
            if settings.symlink_metadata().is_ok() {
                fs::rename(&settings, self.before()).with_context(|| at(&settings))?;
            }
            self.has_settings = true;
            fs::rename(new.join("porthole.yaml"), &settings).with_context(|| at(&settings))?;
        }
        Ok(())
    }

    fn before(&self) -> PathBuf {
        self.files.partial.path().join("porthole.yaml")
    }

    fn take_back(self) -> anyhow::Result<()> {
        let folder = &self.files.folder;
        let left = || format!("not everything could be taken back out of {}", folder.display());
        let aside = self.files.partial.path();
        if self.has_tenants {
            fs::rename(folder.join("tenants"), aside.join("tenants")).with_context(left)?;
            fs::create_dir(folder.join("tenants")).with_context(left)?;
        }
        if self.has_settings {
            if self.before().symlink_metadata().is_ok() {
                fs::rename(self.before(), folder.join("porthole.yaml")).with_context(left)?;
            } else if let Err(error) = fs::remove_file(folder.join("porthole.yaml"))
                && error.kind() != std::io::ErrorKind::NotFound
            {
                return Err(error).with_context(left);
            }
        }
        Ok(())
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
