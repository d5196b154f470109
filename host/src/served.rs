//! A note in the data folder of which files the host serves, for `porthole diff`. Hashes only: nothing of what is in them.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use porthole_config::Config;
use serde::{Deserialize, Serialize};

use crate::files;

const NAME: &str = "served.json";

/// What the host has taken over.
#[derive(Debug, Serialize, Deserialize)]
pub struct Served {
    /// Of the configuration.
    pub generation: u64,
    /// SHA-256 by name, relative to the configuration folder.
    pub files: BTreeMap<String, String>,
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

    /// Notes what was taken over. The host goes on without the note.
    pub fn note(config: &Config, config_dir: &Path, data_dir: &Path) {
        let written = || -> anyhow::Result<()> {
            let mut files = files::hashes(config_dir)?;
            files.retain(|name, _| name.starts_with("tenants/"));
            let served = Self {
                generation: config.generation,
                files,
            };
            let partial = data_dir.join(format!("{NAME}.partial"));
            std::fs::write(&partial, serde_json::to_vec(&served)?)?;
            std::fs::rename(partial, data_dir.join(NAME))?;
            Ok(())
        };
        if let Err(error) = written() {
            tracing::warn!("`porthole diff` will not know what is served: {error:#}");
        }
    }
}
