//! Ratio benchmarks: each figure beside what it is measured against, from the same run on the same machine.
//!
//! `baseline.json` keeps the ratios of a known state; a run prints them beside its own. `--save` writes new ones.

mod cached;
mod data;
mod host;
mod languages;
mod load;
mod neighbours;
mod report;
mod sandbox;
mod tenants;
mod ui;

use clap::{Parser, ValueEnum};

/// Ratio benchmarks.
#[derive(Parser)]
#[command(name = "porthole-bench")]
struct Cli {
    /// What is measured [default: everything].
    what: Vec<What>,
    /// Keep this run's ratios as the baseline of later ones.
    #[arg(long)]
    save: bool,
    /// The `porthole` binary [default: beside this one].
    #[arg(long, env = "PORTHOLE_BIN")]
    porthole: Option<std::path::PathBuf>,
    /// How long the rogues run beside their neighbours, seconds.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// The largest database that is measured, rows.
    #[arg(long, default_value_t = 10_000_000)]
    rows: u64,
    /// The folder of components [default: beside the folder of this binary].
    #[arg(long, env = "PORTHOLE_COMPONENTS")]
    components: Option<std::path::PathBuf>,
    /// The browser that the interface is measured in.
    #[arg(long, env = "PORTHOLE_CHROMIUM", default_value = "chromium")]
    browser: std::path::PathBuf,
    /// Be plain axum answering with the bytes of this file; started by `cached`.
    #[arg(long, hide = true)]
    plain: Option<std::path::PathBuf>,
}

#[derive(ValueEnum, Clone, Copy, PartialEq, Eq)]
enum What {
    /// The price of the sandbox per call, against the same panel's code called natively.
    Sandbox,
    /// The price of other languages per call, against the same panel in Rust, as a component and native.
    Languages,
    /// Cached panel requests per second, against plain axum answering with the same bytes.
    Cached,
    /// Aggregated series, against SQL by hand; and known buckets, against asking again.
    Data,
    /// A thousand tenants of which fifty are read.
    Tenants,
    /// What a tenant's rogues cost the panels of its neighbours.
    Neighbours,
    /// The interface in a browser, against plotly.js with the same answers.
    Ui,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    if let Some(body) = &cli.plain {
        return cached::plain(body).await;
    }
    let wants = |what| cli.what.is_empty() || cli.what.contains(&what);
    let porthole = cli.porthole;
    // An HTTP client insists on a provider of TLS, though nothing here speaks it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut report = report::Report::open()?;
    if wants(What::Sandbox) {
        sandbox::run(&mut report).await?;
    }
    if wants(What::Languages) {
        languages::run(&mut report).await?;
    }
    if wants(What::Cached) {
        cached::run(&mut report, porthole.clone()).await?;
    }
    if wants(What::Data) {
        data::run(&mut report, cli.rows).await?;
    }
    let own = std::env::current_exe()?;
    let porthole = porthole.unwrap_or_else(|| own.with_file_name("porthole"));
    if wants(What::Tenants) {
        tenants::run(&mut report, &porthole).await?;
    }
    if wants(What::Neighbours) {
        // <target>/debug/porthole-bench → <target>/components
        let beside = || own.ancestors().nth(2).map(|target| target.join("components"));
        let components = cli.components.or_else(beside).unwrap_or_default();
        neighbours::run(
            &mut report,
            &porthole,
            &components.join("porthole_rogues.wasm"),
            cli.seconds,
        )
        .await?;
    }
    if wants(What::Ui) {
        ui::run(&mut report, &porthole, &cli.browser).await?;
    }
    report.finish(cli.save)
}
