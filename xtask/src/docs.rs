//! `cargo xtask docs`: the parts of the guide that are generated.

use anyhow::Context;

use crate::{reference, workspace};

/// What the task is given.
#[derive(clap::Args, Debug, Default)]
pub struct Args {}

/// Writes `docs/src/contract.md` from `wit/`.
///
/// # Errors
/// When the contract cannot be read or the file cannot be written.
pub fn run(_: &Args) -> anyhow::Result<()> {
    let file = workspace::root().join(reference::FILE);
    std::fs::write(&file, reference::generate()?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("{} is written", file.display());
    Ok(())
}
