//! Ratio benchmarks: each figure beside what it is measured against, from the same run on the same machine.
//!
//! `baseline.json` keeps the ratios of a known state; a run prints them beside its own. `--save` writes new ones.

mod cached;
mod languages;
mod load;
mod report;
mod sandbox;

use clap::{Parser, Subcommand};

/// Ratio benchmarks.
#[derive(Parser)]
#[command(name = "porthole-bench")]
struct Cli {
    #[command(subcommand)]
    what: Option<What>,
    /// Keep this run's ratios as the baseline of later ones.
    #[arg(long, global = true)]
    save: bool,
    /// The `porthole` binary [default: beside this one].
    #[arg(long, global = true, env = "PORTHOLE_BIN")]
    porthole: Option<std::path::PathBuf>,
}

#[derive(Subcommand)]
enum What {
    /// The price of the sandbox per call, against the same panel's code called natively.
    Sandbox,
    /// The price of other languages per call, against the same panel in Rust, as a component and native.
    Languages,
    /// Cached panel requests per second, against plain axum answering with the same bytes.
    Cached,
    /// Plain axum answering with the bytes of a file; started by `cached`.
    #[command(hide = true)]
    Plain {
        /// The file.
        body: std::path::PathBuf,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Some(What::Plain { body }) = &cli.what {
        return cached::plain(body).await;
    }
    let mut report = report::Report::open()?;
    if matches!(cli.what, None | Some(What::Sandbox)) {
        sandbox::run(&mut report).await?;
    }
    if matches!(cli.what, None | Some(What::Languages)) {
        languages::run(&mut report).await?;
    }
    if matches!(cli.what, None | Some(What::Cached)) {
        cached::run(&mut report, cli.porthole).await?;
    }
    report.finish(cli.save)
}
