//! `cargo xtask coverage`: how much of the host the tests run, as the compiler counts it.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::{cargo, process, workspace};

/// How coverage is measured.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only tests whose names have this word in them
    filter: Option<String>,
}

/// Runs the tests of the host with counters in its code, and prints the share of lines that were run.
///
/// # Errors
/// When LLVM's tools are missing (what to type), when a test fails, or when nothing was counted.
pub fn run(args: &Args) -> anyhow::Result<()> {
    let tools = Tools::find()?;
    let target = workspace::target().join("coverage");
    let profiles = target.join("profiles");
    if profiles.exists() {
        std::fs::remove_dir_all(&profiles)?;
    }
    std::fs::create_dir_all(&profiles)?;
    let mut tests = cargo::command();
    tests
        .arg("test")
        .args(cargo::Set::Host.arguments())
        .args(["--lib", "--bins", "--tests", "--no-fail-fast"])
        // A target folder of its own: counters change every object.
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTFLAGS", "-C instrument-coverage")
        .env("PORTHOLE_COMPONENTS", workspace::target().join("components"))
        .env("LLVM_PROFILE_FILE", profiles.join("%p-%m.profraw"));
    if let Some(filter) = &args.filter {
        tests.arg(filter);
    }
    process::run(&mut tests)?;
    let merged = target.join("merged.profdata");
    process::run(
        Command::new(&tools.profdata)
            .args(["merge", "--sparse", "-o"])
            .arg(&merged)
            .arg(&profiles),
    )?;
    let report = report(&tools, &target, &merged)?;
    println!("{report}");
    let total = report
        .lines()
        .find(|line| line.starts_with("TOTAL"))
        .context("llvm-cov printed no total")?;
    println!("lines of the host that tests run: {}", lines(total)?);
    Ok(())
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

fn report(tools: &Tools, target: &Path, merged: &Path) -> anyhow::Result<String> {
    let mut command = Command::new(&tools.cov);
    command.arg("report").arg("--instr-profile").arg(merged);
    // Our own code, and not what is generated or vendored or only for tests.
    command.arg("--ignore-filename-regex=(/\\.cargo/|/rustc/|/tests/|/target/|/tests\\.rs$|/plugins/|/sdk/)");
    let mut is_first = true;
    for object in objects(target)? {
        if !is_first {
            command.arg("--object");
        }
        is_first = false;
        command.arg(object);
    }
    if is_first {
        bail!("there are no tests in {}", target.display());
    }
    let output = process::output(&mut command)?;
    if !output.status.success() {
        bail!("llvm-cov failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The programs that were run: the host, and every test.
fn objects(target: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = vec![target.join("debug/porthole")];
    for entry in std::fs::read_dir(target.join("debug/deps"))? {
        let path = entry?.path();
        // Programs have no ending; libraries and notes for cargo do.
        if path.extension().is_none() && path.is_file() {
            found.push(path);
        }
    }
    found.retain(|path| path.is_file());
    Ok(found)
}

/// The share of lines in `TOTAL  regions missed cover  functions missed executed  lines missed cover …`.
fn lines(total: &str) -> anyhow::Result<&str> {
    total
        .split_whitespace()
        .filter(|word| word.ends_with('%'))
        .nth(2)
        .context("llvm-cov printed a total without a share of lines")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_share_of_lines() {
        let total = "TOTAL 100 10 90.00% 20 1 95.00% 400 88 78.00% 0 0 -";
        assert_eq!(lines(total).ok(), Some("78.00%"));
        assert!(lines("TOTAL 0 0 -").is_err());
    }
}
