//! `porthole plugin lock`.

use std::process::ExitCode;

use anyhow::{Context, bail};
use porthole_model::PluginState;

use super::shelf::Whose;

/// Pin the plugins a tenant has now by their hashes: writes its plugins.lock. From then on nothing else runs.
#[derive(clap::Args)]
pub struct Lock {
    #[command(flatten)]
    whose: Whose,
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
        let running = plugins.iter().filter(|plugin| !plugin.sha256.is_empty());
        let text = porthole_plugins::lock_text(
            running
                .clone()
                .filter(|plugin| !matches!(plugin.state, PluginState::Refused { .. }))
                .map(|plugin| {
                    (
                        plugin.name.as_str(),
                        plugin.version.as_str(),
                        plugin.sha256.as_str(),
                    )
                }),
        );
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
