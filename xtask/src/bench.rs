//! `cargo xtask bench`: the ratio benchmarks.

use std::process::Command;

use anyhow::Context;

use crate::build;
use crate::cargo::{self, Set};
use crate::setup::{self, Purpose};
use crate::{components, languages, npm, process, workspace};

/// What the benchmarks are given.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Options of the benchmarks
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

/// The benchmarks' names; an option that is none of them is something else.
const NAMES: [&str; 7] = [
    "sandbox",
    "languages",
    "cached",
    "data",
    "tenants",
    "neighbours",
    "ui",
];

impl Args {
    /// Whether the benchmark of this name is run: it is named, or none is.
    fn wants(&self, name: &str) -> bool {
        let mut named = self
            .options
            .iter()
            .filter(|option| NAMES.contains(&option.as_str()))
            .peekable();
        named.peek().is_none() || named.any(|named| named == name)
    }
}

/// Builds everything and runs the benchmarks.
///
/// # Errors
/// When something does not build, or a benchmark misses its aim.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let wants_browser = args.wants("ui");
    setup::prepare(if wants_browser {
        Purpose::Test
    } else {
        Purpose::Demo
    })?;
    if wants_browser {
        npm::install(&workspace::root().join("bench/ui"))?;
    }
    if args.wants("languages") {
        for outcome in languages::build()? {
            println!("{outcome}");
        }
    }
    build::run(&build::Args::default())?;
    // In the profile of the demo and the tests, in which what reads the tenants' databases is optimised as in a release.
    process::run(cargo::command().arg("build").args(Set::Host.arguments()).args([
        "--bin",
        "porthole",
        "--bin",
        "porthole-bench",
    ]))?;
    let folder = workspace::target().join("debug");
    let mut bench = Command::new(folder.join("porthole-bench"));
    if wants_browser {
        bench.env(
            "PORTHOLE_CHROMIUM",
            setup::chromium().context("there is no Chromium")?,
        );
    }
    process::run(
        bench
            .args(&args.options)
            .current_dir(workspace::root())
            .env("PORTHOLE_BIN", folder.join("porthole"))
            .env("PORTHOLE_COMPONENTS", components::folder()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_benchmark_is_the_only_one() {
        let of = |options: &[&str]| Args {
            options: options.iter().map(|&option| option.to_owned()).collect(),
        };
        assert!(of(&[]).wants("ui"));
        assert!(of(&["--save"]).wants("ui"));
        assert!(of(&["--seconds", "30"]).wants("ui"));
        assert!(of(&["ui", "--save"]).wants("ui"));
        assert!(!of(&["sandbox"]).wants("ui"));
        assert!(of(&["data", "ui"]).wants("ui"));
    }
}
