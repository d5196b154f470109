//! `cargo xtask bench`: the ratio benchmarks.

use std::process::Command;

use crate::build;
use crate::cargo::{self, Set};
use crate::setup::{self, Purpose};
use crate::{components, languages, process, workspace};

/// What the benchmarks are given.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Options of the benchmarks
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Builds everything and runs the benchmarks.
///
/// # Errors
/// When something does not build, or a benchmark misses its aim.
pub fn run(args: &Args) -> anyhow::Result<()> {
    setup::prepare(Purpose::Demo)?;
    for outcome in languages::build()? {
        println!("{outcome}");
    }
    build::run(&build::Args::default())?;
    // In the profile of the demo and the tests, in which the rooms on the hot path are optimised as in a release.
    process::run(cargo::command().arg("build").args(Set::Host.arguments()).args([
        "--bin",
        "porthole",
        "--bin",
        "porthole-bench",
    ]))?;
    let folder = workspace::target().join("debug");
    process::run(
        Command::new(folder.join("porthole-bench"))
            .args(&args.options)
            .current_dir(workspace::root())
            .env("PORTHOLE_BIN", folder.join("porthole"))
            .env("PORTHOLE_COMPONENTS", components::folder()),
    )
}
