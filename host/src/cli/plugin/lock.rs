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
        // What an older lock refuses would otherwise never get into a new one.
        let before = std::fs::read(&path).ok();
        if !self.print && before.is_some() {
            std::fs::remove_file(&path).with_context(|| path.display().to_string())?;
        }
        let listed = match self.whose.open().await {
            Ok(shelf) => shelf.list().await,
            Err(error) => Err(error),
        };
        let plugins = match (listed, before) {
            (Ok(listed), _) => listed.plugins,
            (Err(error), Some(before)) if !self.print => {
                std::fs::write(&path, before).with_context(|| path.display().to_string())?;
                return Err(error);
            }
            (Err(error), _) => return Err(error),
        };
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
        std::fs::write(&path, text).with_context(|| path.display().to_string())?;
        println!("{} is written", path.display());
        Ok(ExitCode::SUCCESS)
    }
}
