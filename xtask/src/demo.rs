//! `cargo xtask demo`: from a clone to living dashboards.

use std::process::Command;

use anyhow::{Context, bail};

use crate::build;
use crate::cargo;
use crate::setup::{self, Purpose};

/// What `porthole demo` is given.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Options of `porthole demo`, as `--port 9000`
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Prepares the machine, builds everything and runs the demo until it is interrupted.
///
/// # Errors
/// When something does not build, or the demo ends in an error.
pub fn run(args: &Args) -> anyhow::Result<()> {
    setup::prepare(Purpose::Demo)?;
    build::run(&build::Args::default())?;
    // What the user types (Ctrl+C) reaches the demo itself: it is in the same terminal.
    let host = cargo::host();
    let status = Command::new(&host)
        .arg("demo")
        .args(&args.options)
        .status()
        .with_context(|| format!("cannot run {}", host.display()))?;
    if !status.success() {
        bail!("the demo ended: {status}");
    }
    Ok(())
}
