//! `cargo xtask build`: everything the host embeds, and the host; and the panels in other languages, which it does not.

use anyhow::{anyhow, ensure};
use porthole_toolkit::WasmToolchain;

use crate::{cargo, components, languages, ui};

/// What to build; nothing named: all of it.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only the panels' components
    #[arg(long, conflicts_with_all = ["ui", "languages"])]
    pub components: bool,
    /// Only the UI
    #[arg(long, conflicts_with = "languages")]
    pub ui: bool,
    /// Only the gallery of the UI's components, which nothing embeds; `node ui/dev/gallery.mjs` shows it
    #[arg(long, conflicts_with_all = ["ui", "components", "languages"])]
    pub gallery: bool,
    /// Only the panels in other languages than Rust; nothing else needs them but tests and benchmarks
    #[arg(long)]
    pub languages: bool,
}

/// Builds what was asked for.
pub fn run(args: &Args) -> anyhow::Result<()> {
    if args.languages {
        let outcomes = languages::build()?;
        for outcome in &outcomes {
            println!("{outcome}");
        }
        ensure!(
            !outcomes.iter().any(languages::Outcome::is_missing),
            "not all of the tools could be had; what is missing is said above"
        );
        return Ok(());
    }
    let toolchain =
        WasmToolchain::find().map_err(|missing| anyhow!("{missing:#}\nor let `cargo xtask setup` do it"))?;
    if args.gallery {
        return ui::gallery(&toolchain);
    }
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
