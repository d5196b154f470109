//! The build logic of Porthole, and the only one there is: `cargo xtask …`.
//!
//! One file per subcommand. A subcommand's module has its `clap` arguments (`Args`) and a `run(Args)`.

mod build;
mod components;
mod toolchain;
mod workspace;

use clap::{Parser, Subcommand};

/// Builds, runs and tests Porthole.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build the panels' components and the UI, which the host embeds
    Build(build::Args),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().task {
        Task::Build(args) => build::run(&args),
    }
}
