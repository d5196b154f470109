//! `cargo xtask bench`: the ratio benchmarks.

use crate::build;
use crate::setup::{self, Purpose};
use crate::{cargo, process};

/// What the benchmarks are given.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Options of the benchmarks
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// Builds everything with optimisation and runs the benchmarks.
///
/// # Errors
/// When something does not build, or a benchmark misses its aim.
pub fn run(args: &Args) -> anyhow::Result<()> {
    setup::prepare(Purpose::Demo)?;
    build::run(&build::Args::default())?;
    process::run(
        cargo::command()
            .args(["run", "--release", "--package", "porthole-bench", "--"])
            .args(&args.options),
    )
}
