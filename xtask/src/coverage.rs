//! `cargo xtask coverage`: how much of the host, and of the UI's logic, the tests run, as the compiler counts it.
//!
//! Only the workspace's own crates count: what they depend on is compiled without counters, and so not anew.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail, ensure};
use porthole_toolkit::WasmToolchain;
use serde::Deserialize;

use crate::cargo::{self, Set};
use crate::{components, process, workspace};

/// How coverage is measured.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only this part
    #[arg(long, value_enum)]
    only: Option<Part>,
    /// Only tests whose names have this word in them
    filter: Option<String>,
}

/// What is measured by itself.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// The server
    Host,
    /// The UI's logic: what knows no browser. What draws is tested in one
    Ui,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Host => "the host",
            Self::Ui => "the UI's logic",
        }
    }

    fn set(self) -> Set {
        match self {
            Self::Host => Set::Host,
            Self::Ui => Set::Ui,
        }
    }

    /// The least share of lines, in percent.
    fn least(self) -> f64 {
        match self {
            Self::Host => 80.0,
            Self::Ui => 70.0,
        }
    }

    /// What does not count, as a regular expression for paths: not ours, generated, or only for tests; of the UI also
    /// what the crate's documentation says needs a browser.
    fn left_out(self) -> &'static str {
        match self {
            Self::Host => {
                "(/\\.cargo/|/rustc/|/tests/|/target[^/]*/|/tests\\.rs$|/plugins/|/sdk/|/bench/|/xtask/|/ui/)"
            }
            Self::Ui => {
                "(/\\.cargo/|/rustc/|/target[^/]*/|/model/|/ui/src/(api|app|browser|frame|gallery|icon|in_browser|lib|live|pages|panel|prelude|stores|views)(/|\\.rs))"
            }
        }
    }
}

/// Runs the tests with counters in the code, and prints the share of lines that were run.
///
/// # Errors
/// When LLVM's tools are missing (what to type), when a test fails, when nothing was counted, or too little was run.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let tools = Tools::find()?;
    let folder = workspace::target().join("coverage");
    fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let wrapper = wrapper(&folder)?;
    if args.only != Some(Part::Ui) {
        // The host's tests run panels as they are now, not as they were when somebody built them last.
        components::build(&WasmToolchain::find()?)?;
    }
    for part in [Part::Host, Part::Ui] {
        if args.only.is_none_or(|only| only == part) {
            measure(part, args.filter.as_deref(), &tools, &folder, &wrapper)?;
        }
    }
    Ok(())
}

/// A program that runs the compiler with counters. Cargo uses it for the workspace's crates only, and keeps what it
/// makes apart from what is made without. Panels that tests build have none: there is no runtime for them in WebAssembly.
fn wrapper(folder: &Path) -> anyhow::Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let path = folder.join("counting-rustc");
    let text =
        b"#!/bin/sh\ncase \"$*\" in *wasm32*) exec \"$@\";; esac\nexec \"$@\" -C instrument-coverage\n";
    porthole_toolkit::write_if_changed(&path, text)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(path)
}

fn measure(
    part: Part,
    filter: Option<&str>,
    tools: &Tools,
    folder: &Path,
    wrapper: &Path,
) -> anyhow::Result<()> {
    let profiles = folder.join("profiles");
    if profiles.exists() {
        fs::remove_dir_all(&profiles)?;
    }
    fs::create_dir_all(&profiles)?;
    let counted = |command: &mut Command| {
        command
            .env("RUSTC_WORKSPACE_WRAPPER", wrapper)
            .env("PORTHOLE_COMPONENTS", components::folder())
            .env("LLVM_PROFILE_FILE", profiles.join("%p-%m.profraw"));
    };
    let tests = || {
        let mut tests = cargo::command();
        tests
            .arg("test")
            .args(part.set().arguments())
            .args(["--lib", "--bins", "--tests", "--no-fail-fast"]);
        counted(&mut tests);
        tests
    };
    let mut programs = programs(tests().args(["--no-run", "--message-format=json-render-diagnostics"]))?;
    if part == Part::Host {
        // Tests that cross rooms run the program itself, and most of it runs nowhere else.
        let mut host = cargo::host_build();
        counted(&mut host);
        process::run(&mut host)?;
        programs.push(cargo::host());
    }
    let mut all = tests();
    if let Some(filter) = filter {
        all.arg(filter);
    }
    // A test that fails has run something, too, and the figure is wanted all the same.
    let passed = process::run(&mut all);

    let merged = folder.join("merged.profdata");
    process::run(
        Command::new(&tools.profdata)
            // Of a process that was killed, which tests do, what it counted may be cut off.
            .args(["merge", "--sparse", "--failure-mode=all", "-o"])
            .arg(&merged)
            .arg(&profiles),
    )?;
    let report = report(tools, &programs, &merged, part.left_out())?;
    println!("{report}");
    let total = report
        .lines()
        .find(|line| line.starts_with("TOTAL"))
        .context("llvm-cov printed no total")?;
    let (share, least) = (lines(total)?, part.least());
    println!(
        "lines of {} that tests run: {share:.1} % (at least {least} % wanted)",
        part.name()
    );
    passed?;
    // A part of the tests runs a part of the lines.
    ensure!(
        filter.is_some() || share >= least,
        "tests run too little of {}",
        part.name()
    );
    Ok(())
}

/// A line of cargo's JSON, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    executable: Option<PathBuf>,
}

/// The programs that cargo has made: every test, and the host where it is asked for.
fn programs(command: &mut Command) -> anyhow::Result<Vec<PathBuf>> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run cargo test")?;
    ensure!(output.status.success(), "a test does not compile");
    let found: Vec<PathBuf> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Message>(line).ok()?.executable)
        .collect();
    ensure!(!found.is_empty(), "there are no tests");
    Ok(found)
}

/// LLVM's tools, of the compiler's own version: other versions do not read its counters.
struct Tools {
    profdata: PathBuf,
    cov: PathBuf,
}

impl Tools {
    fn find() -> anyhow::Result<Self> {
        let about = process::output(Command::new("rustc").arg("-vV"))?;
        let about = String::from_utf8_lossy(&about.stdout).into_owned();
        let says = |key: &str| {
            about
                .lines()
                .find_map(|line| line.strip_prefix(key))
                .map(str::trim)
        };
        let version = says("LLVM version:").context("rustc does not say which LLVM it has")?;
        let major = version.split('.').next().unwrap_or(version);
        let host = says("host:").unwrap_or_default();
        let root = process::output(Command::new("rustc").args(["--print", "sysroot"]))?;
        let own = Path::new(String::from_utf8_lossy(&root.stdout).trim())
            .join("lib/rustlib")
            .join(host)
            .join("bin");
        let find = |name: &str| {
            Some(own.join(name))
                .filter(|tool| tool.is_file())
                .or_else(|| process::find_in_path(&format!("{name}-{major}")))
        };
        match (find("llvm-profdata"), find("llvm-cov")) {
            (Some(profdata), Some(cov)) => Ok(Self { profdata, cov }),
            _ => bail!(
                "coverage needs llvm-profdata and llvm-cov of LLVM {major}, which this compiler is built on: type\n    \
                 rustup component add llvm-tools\nor, on Debian and Ubuntu,\n    apt-get install llvm-{major}"
            ),
        }
    }
}

fn report(tools: &Tools, programs: &[PathBuf], merged: &Path, left_out: &str) -> anyhow::Result<String> {
    let mut command = Command::new(&tools.cov);
    command.arg("report").arg("--instr-profile").arg(merged);
    command.arg(format!("--ignore-filename-regex={left_out}"));
    for (index, program) in programs.iter().enumerate() {
        if index > 0 {
            command.arg("--object");
        }
        command.arg(program);
    }
    let output = process::output(&mut command)?;
    ensure!(
        output.status.success(),
        "llvm-cov failed: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The share of lines in `TOTAL  regions missed cover  functions missed executed  lines missed cover …`, in percent.
fn lines(total: &str) -> anyhow::Result<f64> {
    total
        .split_whitespace()
        .filter_map(|word| word.strip_suffix('%'))
        .nth(2)
        .and_then(|share| share.parse().ok())
        .context("llvm-cov printed a total without a share of lines")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_share_of_lines() {
        let total = "TOTAL 100 10 90.00% 20 1 95.00% 400 88 78.00% 0 0 -";
        assert_eq!(lines(total).ok(), Some(78.0));
        assert!(lines("TOTAL 0 0 -").is_err());
    }

    #[test]
    fn what_needs_a_browser_is_what_the_ui_says() {
        // Each module that is not public draws or talks to the browser, but for the addresses of pages.
        let source = include_str!("../../ui/src/lib.rs");
        for line in source.lines() {
            let Some(module) = line.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) else {
                continue;
            };
            let is_left_out = Part::Ui.left_out().contains(module);
            assert_eq!(is_left_out, module != "route", "{module}");
        }
    }
}
