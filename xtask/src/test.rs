//! `cargo xtask test`: everything that must hold, from a fresh clone, with one summary at the end.

mod components;
mod harness;
mod journeys;
mod summary;

use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::build;
use crate::cargo::{self, Set};
use crate::setup::{self, Purpose};
use crate::{keycloak, languages};
use harness::Binaries;
use summary::{Counts, Summary};

/// Which tests; nothing named: all of them.
#[derive(clap::Args, Debug, Default)]
pub struct Args {
    /// Only these suites
    #[arg(long, value_enum, value_delimiter = ',')]
    only: Vec<Suite>,
    /// Only tests whose name contains this
    filter: Option<String>,
}

/// A part of the tests.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum Suite {
    /// Formatting, and clippy without a warning
    Lint,
    /// Every crate's own tests
    Unit,
    /// The UI's components in a real browser, without a host
    Ui,
    /// The running host on real databases
    Api,
    /// The running host in a real browser
    E2e,
}

/// The crate whose tests are [`Suite::Api`].
const API_TESTS: &str = "porthole-tests";

/// Runs the tests and says what they came to. A suite that fails does not keep the next from running.
pub fn run(args: &Args) -> ExitCode {
    let wants = |suite| args.only.is_empty() || args.only.contains(&suite);
    let filter = args.filter.as_deref();
    let mut summary = Summary::default();

    let panels = build::Args {
        components: true,
        ..build::Args::default()
    };
    let ui = build::Args {
        ui: true,
        ..build::Args::default()
    };
    let ready = summary.step("setup", || {
        setup::prepare(Purpose::Test).map(|()| Counts::default())
    }) && summary.step("panels", || build::run(&panels).map(|()| Counts::default()));
    // Before the host, whose build looks at the folder of components.
    if ready && wants(Suite::Unit) {
        summary.step("other languages", other_languages);
    }
    let ui_is_built = ready && summary.step("UI", || build::run(&ui).map(|()| Counts::default()));
    if ui_is_built && wants(Suite::E2e) {
        let gallery = build::Args {
            gallery: true,
            ..build::Args::default()
        };
        summary.step("gallery", || build::run(&gallery).map(|()| Counts::default()));
    }

    if ready && wants(Suite::Ui) {
        summary.step("components", || components::run(filter));
    }

    let mut keycloak_folder = None;
    if ready && (wants(Suite::Api) || wants(Suite::E2e)) {
        summary.step("Keycloak", || {
            keycloak_folder = prepared_keycloak();
            Ok(Counts::default())
        });
    }
    let keycloak_folder = keycloak_folder.as_deref();

    if ready && wants(Suite::Lint) {
        summary.step("rustfmt", || {
            check(cargo::command().args(["fmt", "--all", "--check"]))
        });
        for (name, set) in [
            ("clippy host", Set::Host),
            ("clippy UI", Set::Ui),
            ("clippy xtask", Set::Xtask),
        ] {
            summary.step(name, || {
                let mut clippy = cargo::command();
                clippy.arg("clippy").args(set.arguments()).args([
                    "--all-targets",
                    "--quiet",
                    "--",
                    "-D",
                    "warnings",
                ]);
                check(&mut clippy)
            });
        }
    }
    if ready && (wants(Suite::Unit) || wants(Suite::Api) || wants(Suite::E2e)) {
        let host_is_built = summary.step("compile the host", || {
            cargo::build_host().map(|()| Counts::default())
        });
        if host_is_built && (wants(Suite::Unit) || wants(Suite::Api)) {
            let mut binaries = Binaries::default();
            let compiled = summary.step("compile the tests", || {
                binaries = Binaries::compile()?;
                Ok(Counts::default())
            });
            if compiled && wants(Suite::Unit) {
                summary.step("unit", || {
                    binaries.run(filter, None, |package| package != API_TESTS)
                });
                summary.step("documentation", || harness::doctests(filter));
            }
            if compiled && wants(Suite::Api) {
                summary.step("api", || {
                    binaries.run(filter, keycloak_folder, |package| package == API_TESTS)
                });
            }
        }
        if host_is_built && ui_is_built && wants(Suite::E2e) {
            summary.step("browser", || journeys::run(filter, keycloak_folder));
        }
    }

    print!("{summary}");
    if summary.has_failed() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

/// Builds the panels in other languages. The tests of those whose tools cannot be had say so and count as skipped.
fn other_languages() -> anyhow::Result<Counts> {
    let outcomes = languages::build()?;
    for outcome in &outcomes {
        println!("{outcome}");
    }
    if outcomes.iter().any(languages::Outcome::is_missing) {
        println!("\nNOT ALL LANGUAGES ARE TESTED: the tools named above are missing\n");
    }
    Ok(Counts::default())
}

/// A Keycloak to log in with. The tests that need one say so and count as skipped where it cannot be had.
fn prepared_keycloak() -> Option<PathBuf> {
    match keycloak::prepare() {
        Ok(folder) => Some(folder),
        Err(error) => {
            println!("\nNOTHING IS TESTED WITH KEYCLOAK: {error:#}\n");
            None
        }
    }
}

/// A program whose success is one passed check.
fn check(command: &mut Command) -> anyhow::Result<Counts> {
    crate::process::run(command)?;
    Ok(Counts {
        passed: 1,
        ..Counts::default()
    })
}

/// A heading that separates what the steps print.
fn announce(what: &str) -> Instant {
    println!("── {what}");
    Instant::now()
}
