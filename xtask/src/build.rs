//! `cargo xtask build`: everything the host embeds, and the host.

use anyhow::anyhow;
use porthole_toolkit::WasmToolchain;

use crate::{cargo, components, ui};

/// What to build; nothing named: all of it.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only the panels' components
    #[arg(long, conflicts_with = "ui")]
    pub components: bool,
    /// Only the UI
    #[arg(long)]
    pub ui: bool,
}

/// Builds what was asked for.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let toolchain =
        WasmToolchain::find().map_err(|missing| anyhow!("{missing:#}\nor let `cargo xtask setup` do it"))?;
    if !args.ui {
        for built in components::build(&toolchain)? {
            println!("{built}");
        }
    }
    if !args.components {
        ui::build(&toolchain)?;
    }
    if !args.components && !args.ui {
        cargo::build_host()?;
        println!("{}", cargo::host().display());
    }
    Ok(())
}
