//! `porthole diff`: what a reload would change.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use porthole_config::{Config, Environment};

use super::or_unusable;
use super::settings::SettingsArgs;
use crate::files;
use crate::served::Served;
use crate::server;
use crate::text::one_line;

/// Show which files of the configuration differ from what the running host serves, and what a reload would make of them.
/// Ends with 0 when nothing does, with 1 when something does, and with 2 when nothing could be compared.
#[derive(clap::Args)]
pub struct Diff {
    /// Compare with this configuration folder instead of what the host serves.
    #[arg(long, value_name = "DIR")]
    against: Option<PathBuf>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Diff {
    /// One line for each file that differs.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        Ok(or_unusable(self.compared().await))
    }

    async fn compared(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings.load()?;
        let before = match &self.against {
            Some(folder) => Served {
                files: tenants_only(folder)?,
                ..Served::default()
            },
            None => match Served::read(&settings.data_dir)? {
                Some(served) => served,
                None => bail!(
                    "no host has served from the data folder {} yet; `--against DIR` compares two folders",
                    settings.data_dir.display()
                ),
            },
        };
        let after = tenants_only(&settings.config_dir)?;
        let config = Config::load(&settings.config_dir, &Environment::of_process());
        // The panel types of the house; what tenants have published, a host knows.
        let (_sandbox, registry) = server::panel_types(None).await?;
        let faults = porthole_panel::refused_by_reload(&config, &registry);
        let faulty: BTreeSet<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
        let lines = compared(&before, &after, &faulty);
        for line in &lines {
            println!("{}", one_line(line));
        }
        Ok(if lines.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// A reload looks at nothing else.
fn tenants_only(folder: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    if !folder.join("tenants").is_dir() {
        bail!(
            "{} has no folder `tenants`: a host that runs goes on with what it serves",
            folder.display()
        );
    }
    let mut files = files::configuration_hashes(folder).with_context(|| folder.display().to_string())?;
    files.retain(|name, _| name.starts_with("tenants/"));
    Ok(files)
}

fn compared(before: &Served, after: &BTreeMap<String, String>, faulty: &BTreeSet<&str>) -> Vec<String> {
    let names: BTreeSet<&String> = before.files.keys().chain(after.keys()).collect();
    let lines = names.into_iter().filter_map(|name| {
        let now = after.get(name);
        // The host has tried what is there, and may know more against it than the file alone says.
        let was_refused = now.is_some() && before.refused.get(name) == now;
        let has_faults = was_refused || faulty.contains(name.as_str());
        match (before.files.get(name), now) {
            (Some(old), Some(new)) if old != new && has_faults && before.never_good.contains(name) => {
                Some(format!("~ {name}  (has faults: its place would say so)"))
            }
            (Some(_), Some(_)) if was_refused => {
                Some(format!("! {name}  (has faults: the last good version stays)"))
            }
            (None, Some(_)) if has_faults => Some(format!("+ {name}  (has faults: its place would say so)")),
            (None, Some(_)) => Some(format!("+ {name}")),
            (Some(_), None) => Some(format!("- {name}")),
            (Some(old), Some(new)) if old != new && has_faults => Some(format!(
                "! {name}  (has faults: the last good version would stay)"
            )),
            (Some(old), Some(new)) if old != new => Some(format!("~ {name}")),
            _ => None,
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_new_gone_changed_and_what_would_not_be_taken_over() {
        let files = |list: &[(&str, &str)]| -> BTreeMap<String, String> {
            list.iter()
                .map(|(name, hash)| ((*name).to_owned(), (*hash).to_owned()))
                .collect()
        };
        let served = [
            ("a", "1"),
            ("b", "1"),
            ("c", "1"),
            ("kept", "1"),
            ("never", "1"),
            ("same", "1"),
        ];
        let before = Served {
            files: files(&served),
            refused: files(&[("kept", "2")]),
            never_good: BTreeSet::from(["never".to_owned()]),
            ..Served::default()
        };
        let now = [
            ("b", "2"),
            ("c", "2"),
            ("d", "1"),
            ("e", "1"),
            ("kept", "2"),
            ("never", "2"),
            ("same", "1"),
        ];
        assert_eq!(
            compared(
                &before,
                &files(&now),
                &BTreeSet::from(["c", "e", "never", "same"])
            ),
            [
                "- a",
                "~ b",
                "! c  (has faults: the last good version would stay)",
                "+ d",
                "+ e  (has faults: its place would say so)",
                "! kept  (has faults: the last good version stays)",
                "~ never  (has faults: its place would say so)",
            ]
        );
    }
}
