//! `cargo xtask audit`: licences, advisories and sources of all dependencies, as `deny.toml` wants them.

use anyhow::bail;

use crate::{cargo, process};

/// How the audit is run.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Install cargo-deny first where it is missing; takes some minutes
    #[arg(long)]
    install: bool,
}

/// Checks the dependencies.
///
/// # Errors
/// When `cargo-deny` is missing, or finds something.
pub fn run(args: &Args) -> anyhow::Result<()> {
    if !process::succeeds(cargo::command().args(["deny", "--version"])) {
        if !args.install {
            bail!(
                "the audit needs cargo-deny: type\n    cargo install --locked cargo-deny\nor let \
                 `cargo xtask audit --install` do it"
            );
        }
        process::run(cargo::command().args(["install", "--locked", "cargo-deny"]))?;
    }
    process::run(cargo::command().args(["deny", "check"]))
}
