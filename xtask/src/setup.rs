//! `cargo xtask setup`: what a machine needs, installed where that is allowed, else said in words to type.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::bail;
use porthole_toolkit::{TARGET, WasmToolchain};

use crate::apt::Apt;
use crate::{npm, process, workspace};

/// A toolchain server that cannot be reached must not hold anybody up.
const RUSTUP_MAY_TAKE: Duration = Duration::from_secs(20);

/// What the machine is prepared for.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// What the machine is to be ready for
    #[arg(long = "for", value_enum, default_value = "all")]
    purpose: Purpose,
}

/// What somebody wants to do.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Build and run: the wasm target, Node.js
    Demo,
    /// Run the tests: also PostgreSQL and Chromium
    Test,
    /// Everything
    All,
}

/// Prepares the machine and says so.
///
/// # Errors
/// When something is missing and may not be installed: what to type.
pub fn run(args: &Args) -> anyhow::Result<()> {
    prepare(args.purpose)?;
    println!("everything is there");
    Ok(())
}

/// Prepares the machine; instant when it is prepared.
///
/// # Errors
/// When something is missing and may not be installed: what to type.
pub fn prepare(purpose: Purpose) -> anyhow::Result<()> {
    wasm_target()?;
    install(&missing(purpose))?;
    npm::install(&workspace::root().join("ui"))?;
    if purpose != Purpose::Demo {
        npm::install(&workspace::root().join("tests/e2e"))?;
    }
    Ok(())
}

/// A program of the system.
struct Program {
    name: &'static str,
    is_there: fn() -> bool,
    /// Debian's names.
    packages: &'static [&'static str],
    only_for_tests: bool,
}

const PROGRAMS: [Program; 5] = [
    Program {
        name: "Node.js 20 or newer, with npm",
        is_there: has_node,
        packages: &["nodejs", "npm"],
        only_for_tests: false,
    },
    Program {
        name: "PostgreSQL",
        is_there: has_postgres,
        packages: &["postgresql"],
        only_for_tests: true,
    },
    Program {
        name: "nginx",
        is_there: has_nginx,
        packages: &["nginx-light"],
        only_for_tests: true,
    },
    Program {
        name: "curl and openssl",
        is_there: has_curl_and_openssl,
        packages: &["curl", "openssl"],
        only_for_tests: true,
    },
    Program {
        name: "Chromium",
        is_there: has_chromium,
        packages: &["chromium"],
        only_for_tests: true,
    },
];

fn missing(purpose: Purpose) -> Vec<&'static Program> {
    PROGRAMS
        .iter()
        .filter(|program| purpose != Purpose::Demo || !program.only_for_tests)
        .filter(|program| !(program.is_there)())
        .collect()
}

fn install(missing: &[&Program]) -> anyhow::Result<()> {
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing
        .iter()
        .map(|program| program.name)
        .collect::<Vec<_>>()
        .join(", ");
    let packages: Vec<&str> = missing
        .iter()
        .flat_map(|program| program.packages)
        .copied()
        .collect();
    let Some(apt) = Apt::find() else {
        bail!(
            "missing: {names}. On Debian or Ubuntu, type\n    apt-get install {}\nas root; elsewhere install them \
             your system's way",
            packages.join(" ")
        );
    };
    println!("installing {names}");
    apt.install(&packages)?;
    match missing.iter().find(|program| !(program.is_there)()) {
        Some(program) => bail!(
            "the distribution's packages do not give {}: install it another way, as its own site says",
            program.name
        ),
        None => Ok(()),
    }
}

/// The wasm target: rustup's where its server can be reached, else the distribution's.
fn wasm_target() -> anyhow::Result<()> {
    let Err(advice) = WasmToolchain::find() else {
        return Ok(());
    };
    if process::find_in_path("rustup").is_some() {
        println!("installing the wasm target with rustup");
        let added = process::run_within(
            Command::new("rustup").args(["target", "add", TARGET]),
            RUSTUP_MAY_TAKE,
        )?;
        if added.is_some_and(|status| status.success()) && WasmToolchain::find().is_ok() {
            return Ok(());
        }
        println!(
            "rustup could not install it within {} s",
            RUSTUP_MAY_TAKE.as_secs()
        );
    }
    let Some(apt) = Apt::find() else {
        return Err(advice);
    };
    println!("installing the distribution's wasm toolchain");
    apt.install(&["rustc-web", "cargo-web", "rust-web-src", "lld-22"])?;
    WasmToolchain::find().map(|_| ())
}

fn has_node() -> bool {
    process::find_in_path("npm").is_some()
        && process::output(Command::new("node").arg("--version"))
            .is_ok_and(|output| is_new_enough(&String::from_utf8_lossy(&output.stdout)))
}

/// The tools of the UI and of the browser tests want this.
fn is_new_enough(node: &str) -> bool {
    let major = node
        .trim()
        .strip_prefix('v')
        .and_then(|version| version.split('.').next());
    major
        .and_then(|major| major.parse::<u32>().ok())
        .is_some_and(|major| major >= 20)
}

/// Debian keeps the server's programs out of the PATH.
fn has_postgres() -> bool {
    if std::env::var_os("PORTHOLE_POSTGRES_BIN").is_some() || process::find_in_path("initdb").is_some() {
        return true;
    }
    std::fs::read_dir("/usr/lib/postgresql").is_ok_and(|versions| {
        versions
            .flatten()
            .any(|version| version.path().join("bin/initdb").is_file())
    })
}

/// Debian keeps it where only root looks.
fn has_curl_and_openssl() -> bool {
    ["curl", "openssl"]
        .iter()
        .all(|program| process::find_in_path(program).is_some())
}

fn has_nginx() -> bool {
    process::find_in_path("nginx").is_some()
        || ["/usr/sbin/nginx", "/usr/local/sbin/nginx"]
            .iter()
            .any(|program| Path::new(program).is_file())
}

fn has_chromium() -> bool {
    chromium().is_some()
}

/// The browser of the tests: `PORTHOLE_CHROMIUM`, else the system's.
pub fn chromium() -> Option<PathBuf> {
    if let Some(browser) = std::env::var_os("PORTHOLE_CHROMIUM") {
        return Some(browser.into());
    }
    ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find_map(process::find_in_path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_node_that_is_too_old() {
        assert!(is_new_enough("v20.20.2\n"));
        assert!(is_new_enough("v24.0.0\n"));
        assert!(!is_new_enough("v18.19.0\n"));
        assert!(!is_new_enough(""));
    }

    #[test]
    fn the_demo_needs_neither_a_database_server_nor_a_browser() {
        let names: Vec<_> = PROGRAMS
            .iter()
            .filter(|program| !program.only_for_tests)
            .map(|program| program.name)
            .collect();
        assert_eq!(names, ["Node.js 20 or newer, with npm"]);
    }
}
