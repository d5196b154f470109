//! `cargo xtask docs`: the parts of the guide that are generated, and the guide as a book.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::{process, reference, workspace};

/// The version that the guide is built with, here and by the workflow.
const MDBOOK: &str = "0.5.4";

/// What the task is given.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Also make a book of the guide, with mdbook: `target/book/index.html`
    #[arg(long)]
    book: bool,
}

/// Writes `docs/src/contract.md` from `wit/`, and the book if it is asked for.
///
/// # Errors
/// When the contract cannot be read or the file cannot be written; for the book, when there is no mdbook (with what to type),
/// when it is another version, or when it complains.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let file = workspace::root().join(reference::FILE);
    std::fs::write(&file, reference::generate()?)
        .with_context(|| format!("cannot write {}", file.display()))?;
    println!("{} is written", file.display());
    if args.book {
        let book = book(&mdbook()?)?;
        println!("{} is written", book.join("index.html").display());
    }
    Ok(())
}

/// The program: of `PATH`, or where cargo installs it.
fn mdbook() -> anyhow::Result<PathBuf> {
    let installed = || {
        let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
        let home = home.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
        Some(home.join("bin/mdbook")).filter(|program| program.is_file())
    };
    let advice = format!(
        "type\n    cargo install --locked mdbook --version {MDBOOK} --no-default-features --features search"
    );
    let Some(program) = process::find_in_path("mdbook").or_else(installed) else {
        bail!("the book needs mdbook: {advice}");
    };
    let said = process::output(Command::new(&program).arg("--version"))?;
    let said = String::from_utf8_lossy(&said.stdout).into_owned();
    ensure!(
        said.trim().ends_with(MDBOOK),
        "{} is {}, and the guide is built with {MDBOOK}: {advice}",
        program.display(),
        said.trim()
    );
    Ok(program)
}

fn book(program: &PathBuf) -> anyhow::Result<PathBuf> {
    let book = workspace::target().join("book");
    let output = process::output(
        Command::new(program)
            .arg("build")
            .arg(workspace::root().join("docs"))
            .arg("--dest-dir")
            .arg(&book),
    )?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    // What it only warns of, as a page that is not there, is a fault of the guide.
    let is_clean = !said
        .lines()
        .any(|line| line.contains("WARN") || line.contains("ERROR"));
    ensure!(output.status.success() && is_clean, "mdbook complains:\n{said}");
    Ok(book)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workflow_builds_the_book_with_the_same_version() {
        let workflow = workspace::root().join(".github/workflows/ci.yml");
        let workflow = std::fs::read_to_string(workflow).unwrap_or_default();
        assert!(workflow.contains(&format!("cargo install --locked mdbook --version {MDBOOK} ")));
        assert!(workflow.contains("cargo xtask docs --book"));
    }
}
