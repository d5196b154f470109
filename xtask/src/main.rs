//! The build logic of Porthole, and the only one there is: `cargo xtask …`.
//!
//! One file per subcommand. A subcommand's module has its `clap` arguments (`Args`) and a `run(Args)`.

mod apt;
mod audit;
mod bench;
mod build;
mod cargo;
mod components;
mod coverage;
mod demo;
mod docs;
mod keycloak;
mod languages;
mod names;
mod npm;
mod process;
mod reference;
mod setup;
mod shots;
mod test;
mod ui;
mod workspace;

use std::process::ExitCode;

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
    /// Build the panels' components, the UI, and the host that embeds them
    Build(build::Args),
    /// Install what the machine lacks, or say what to type
    Setup(setup::Args),
    /// Build everything and run `porthole demo`
    Demo(demo::Args),
    /// Build everything and run every test
    Test(test::Args),
    /// Build everything and run the ratio benchmarks
    Bench(bench::Args),
    /// Write the parts of the guide that are generated
    Docs(docs::Args),
    /// Photograph the demo in every width, look and state
    Shots(shots::Args),
    /// Measure how much of the host, and of the UI's logic, the tests run
    Coverage(coverage::Args),
    /// Check the dependencies' licences, advisories and sources
    Audit(audit::Args),
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Build(args) => build::run(&args),
        Task::Setup(args) => setup::run(&args),
        Task::Demo(args) => demo::run(&args),
        // Its last line is the summary, whatever it says.
        Task::Test(args) => return test::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Docs(args) => docs::run(&args),
        Task::Shots(args) => shots::run(&args),
        Task::Coverage(args) => coverage::run(&args),
        Task::Audit(args) => audit::run(&args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
