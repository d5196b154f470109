//! A note in the data folder of what the host serves, for commands that run beside it: the files, for `porthole diff`, as
//! hashes and without anything of what is in them; and whether it has a tenant of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Context;
use porthole_config::{Config, Diagnostic};
use serde::{Deserialize, Serialize};

use crate::text::in_one_line;
use crate::{files, watch};

const NAME: &str = "served.json";

/// What the host has taken over.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Served {
    /// Of the configuration.
    pub generation: u64,
    /// Whether the host's own figures are a tenant's, beside those of the files.
    #[serde(default)]
    pub watches_itself: bool,
    /// SHA-256 of what is served, by name, relative to the configuration folder.
    pub files: BTreeMap<String, String>,
    /// Of files whose last good version is served: the hash of the one that has faults.
    #[serde(default)]
    pub refused: BTreeMap<String, String>,
    /// Files that never had a good version; their places say so.
    #[serde(default)]
    pub never_good: BTreeSet<String>,
}

impl Served {
    /// The note of the host over this data folder, if there was one.
    pub fn read(data_dir: &Path) -> anyhow::Result<Option<Self>> {
        let path = data_dir.join(NAME);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error).with_context(|| path.display().to_string()),
        };
        serde_json::from_str(&text)
            .map(Some)
            .with_context(|| format!("{} cannot be read; it can be removed", path.display()))
    }

    /// Notes what was taken over of a configuration with these faults: of the first one of a host everything, of the later
    /// ones not what has become faulty. The host goes on without the note.
    pub fn note(config: &Config, faults: &[Diagnostic], config_dir: &Path, data_dir: &Path) {
        let written = || -> anyhow::Result<()> {
            let before = match config.generation {
                // What another host served before is not what this one keeps.
                ..=1 => Self::default(),
                _ => Self::read(data_dir)?.unwrap_or_default(),
            };
            let found = files::configuration_hashes(config_dir)?;
            let faulty: BTreeSet<&str> = faults.iter().map(|fault| fault.file.as_str()).collect();
            let served = Self {
                watches_itself: config.tenants.contains_key(watch::TENANT),
                ..before.followed_by(config.generation, found, &faulty)
            };
            let partial = data_dir.join(format!("{NAME}.partial"));
            std::fs::write(&partial, serde_json::to_vec(&served)?)?;
            std::fs::rename(partial, data_dir.join(NAME))?;
            Ok(())
        };
        if let Err(error) = written() {
            tracing::warn!(
                "`porthole diff` will not know what is served: {}",
                in_one_line(&error)
            );
        }
    }

    fn followed_by(
        mut self,
        generation: u64,
        found: BTreeMap<String, String>,
        faulty: &BTreeSet<&str>,
    ) -> Self {
        let mut after = Self {
            generation,
            ..Self::default()
        };
        for (name, hash) in found {
            if !name.starts_with("tenants/") {
                continue;
            }
            let good = self
                .files
                .remove(&name)
                .filter(|_| !self.never_good.contains(&name));
            match good {
                _ if !faulty.contains(name.as_str()) => {
                    after.files.insert(name, hash);
                }
                Some(good) => {
                    if good != hash {
                        after.refused.insert(name.clone(), hash);
                    }
                    after.files.insert(name, good);
                }
                None => {
                    after.never_good.insert(name.clone());
                    after.files.insert(name, hash);
                }
            }
        }
        after
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        let named = |(name, hash): &(&str, &str)| (format!("tenants/{name}"), (*hash).to_owned());
        list.iter().map(named).collect()
    }

    #[test]
    fn what_becomes_faulty_is_noted_as_refused_and_what_always_was_as_it_is() {
        let all = |hash| files(&[("good", hash), ("never", hash)]);
        let never = BTreeSet::from(["tenants/never"]);
        let both = BTreeSet::from(["tenants/good", "tenants/never"]);
        let first = Served::default().followed_by(1, all("1"), &never);
        assert_eq!(first.files, all("1"));
        let second = first.followed_by(2, all("2"), &both);
        assert_eq!(second.files, files(&[("good", "1"), ("never", "2")]));
        assert_eq!(second.refused, files(&[("good", "2")]));
        let third = second.followed_by(3, all("3"), &both);
        assert_eq!(third.files, files(&[("good", "1"), ("never", "3")]));
        assert_eq!(third.refused, files(&[("good", "3")]));
        let mended = third.followed_by(4, all("4"), &BTreeSet::new());
        assert_eq!((mended.files, mended.refused.len()), (all("4"), 0));
        assert!(mended.never_good.is_empty());
    }
}
