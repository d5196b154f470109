//! `cargo xtask shots`: photographs the demo and the gallery of components in every width, look and state, and lays the
//! pictures out as two sheets for each look in `docs/src/images`, to be looked at.

use std::process::Command;

use anyhow::{Context, anyhow};
use porthole_toolkit::WasmToolchain;

use crate::setup::{self, Purpose};
use crate::{build, cargo, components, process, ui, workspace};

/// What is photographed: everything.
#[derive(clap::Args, Debug, Default)]
pub struct Args {}

/// Builds everything and takes the pictures.
///
/// # Errors
/// When something does not build, or a page has a fault while it is photographed: a script's error, a page that is wider
/// than the screen.
pub fn run(_args: &Args) -> anyhow::Result<()> {
    setup::prepare(Purpose::Test)?;
    build::run(&build::Args::default())?;
    let toolchain = WasmToolchain::find().map_err(|missing| anyhow!("{missing:#}"))?;
    ui::gallery(&toolchain)?;
    let root = workspace::root();
    let single = workspace::target().join("shots");
    process::run(
        Command::new("node")
            .arg("dev/shots.mjs")
            .current_dir(root.join("ui"))
            .env("PORTHOLE_BIN", cargo::host())
            .env("PORTHOLE_COMPONENTS", components::folder())
            .env("PORTHOLE_GALLERY", ui::gallery_folder())
            .env(
                "PORTHOLE_CHROMIUM",
                setup::chromium().context("there is no Chromium")?,
            )
            .env("SHOTS", &single)
            .env("SHEETS", root.join("docs/src/images")),
    )?;
    println!(
        "the sheets are in docs/src/images, every single picture in {}",
        single.display()
    );
    Ok(())
}
