//! `porthole plugin lock`.

use std::process::ExitCode;

use anyhow::{Context, bail};
use porthole_model::{Plugin, PluginState};

use super::shelf::Whose;

/// Pin the plugins a tenant has now by their hashes: writes its plugins.lock. From then on nothing else runs.
#[derive(clap::Args)]
pub struct Lock {
    #[command(flatten)]
    whose: Whose,
    /// Pin all published versions, so that another one can be activated, or rolled back to, without writing the lock again.
    #[arg(long)]
    all_versions: bool,
    /// Print the file instead of writing it.
    #[arg(long)]
    print: bool,
}

impl Lock {
    /// Plugins that are refused now are left out, and named.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.whose.settings.load()?;
        let path = settings
            .config_dir
            .join("tenants")
            .join(&self.whose.tenant)
            .join("plugins.lock");
        // Without the lock there is now: what it refuses would otherwise never get into the new one.
        let plugins = self.whose.open_unlocked().await?.list().await?.plugins;
        let text =
            porthole_plugins::lock_text(plugins.iter().flat_map(|plugin| pins(plugin, self.all_versions)));
        for plugin in &plugins {
            if let PluginState::Refused { reason } = &plugin.state {
                eprintln!("left out: {}: {reason}", plugin.name);
            }
        }
        if self.print {
            print!("{text}");
            return Ok(ExitCode::SUCCESS);
        }
        if !path.parent().is_some_and(std::path::Path::is_dir) {
            bail!("{} has no such tenant", settings.config_dir.display());
        }
        // Whole or not at all: a moment without a lock is a moment in which anything may run.
        let partial = path.with_extension("lock.partial");
        std::fs::write(&partial, text).with_context(|| partial.display().to_string())?;
        std::fs::rename(&partial, &path).with_context(|| path.display().to_string())?;
        println!("{} is written", path.display());
        Ok(ExitCode::SUCCESS)
    }
}

/// What is pinned of a plugin: name, version, SHA-256.
fn pins(plugin: &Plugin, all_versions: bool) -> Vec<(&str, &str, &str)> {
    let name = plugin.name.as_str();
    let mut pins = Vec::new();
    if !plugin.sha256.is_empty() && !matches!(plugin.state, PluginState::Refused { .. }) {
        pins.push((name, plugin.version.as_str(), plugin.sha256.as_str()));
    }
    if all_versions {
        let others = plugin
            .versions
            .iter()
            .filter(|version| !version.active || pins.is_empty());
        let others: Vec<_> = others
            .map(|version| (name, version.version.as_str(), version.sha256.as_str()))
            .collect();
        pins.extend(others);
    }
    pins
}
