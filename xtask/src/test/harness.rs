//! Cargo's tests: compiled once, run one program after the other, counted.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::summary::Counts;
use crate::cargo::{self, Set};
use crate::{components, process};

/// How a test says that it lacks what it needs.
const SKIPPED: &str = "skipped: ";

/// The compiled test programs of the workspace.
#[derive(Debug, Default)]
pub struct Binaries(Vec<Binary>);

#[derive(Debug)]
struct Binary {
    package: String,
    target: String,
    manifest_folder: PathBuf,
    executable: PathBuf,
}

/// A line of cargo's JSON, as far as it matters here.
#[derive(Deserialize)]
struct Message {
    reason: String,
    manifest_path: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
    executable: Option<PathBuf>,
    package_id: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

impl Binaries {
    /// Compiles every test of the workspace.
    ///
    /// # Errors
    /// When one does not compile; the compiler has said why.
    pub fn compile() -> anyhow::Result<Self> {
        let mut binaries = Vec::new();
        for set in Set::ALL {
            let output = cargo::command()
                .arg("test")
                .args(set.arguments())
                .args(["--no-run", "--message-format=json-render-diagnostics"])
                .stdin(Stdio::null())
                .stderr(Stdio::inherit())
                .output()
                .context("cannot run cargo test")?;
            if !output.status.success() {
                bail!("a test does not compile");
            }
            binaries.extend(String::from_utf8_lossy(&output.stdout).lines().filter_map(binary));
        }
        binaries.sort_by(|a, b| (&a.package, &a.target).cmp(&(&b.package, &b.target)));
        Ok(Self(binaries))
    }

    /// Runs the programs of the packages that `belongs` says, a line for each, everything of those that fail. `keycloak`:
    /// its folder, where there is one.
    ///
    /// # Errors
    /// When a program cannot be run.
    pub fn run(
        &self,
        filter: Option<&str>,
        keycloak: Option<&Path>,
        belongs: impl Fn(&str) -> bool,
    ) -> anyhow::Result<Counts> {
        let mut total = Counts::default();
        for binary in self.0.iter().filter(|binary| belongs(&binary.package)) {
            let started = Instant::now();
            print!("{} {} … ", binary.package, binary.target);
            std::io::stdout().flush()?;
            let output = process::output(
                Command::new(&binary.executable)
                    .args(filter)
                    .arg("--show-output")
                    .current_dir(&binary.manifest_folder)
                    .env("CARGO_MANIFEST_DIR", &binary.manifest_folder)
                    .env("PORTHOLE_BIN", cargo::host())
                    .env("PORTHOLE_COMPONENTS", components::folder())
                    .envs(keycloak.map(|folder| ("PORTHOLE_KEYCLOAK", folder))),
            )?;
            let counts = report(&output);
            println!(
                "{} passed, {} failed in {:.1} s",
                counts.passed,
                counts.failed,
                started.elapsed().as_secs_f64()
            );
            show(&output, counts);
            total += counts;
        }
        Ok(total)
    }
}

/// Compiles and runs the examples in the documentation.
///
/// # Errors
/// When cargo cannot be run.
pub fn doctests(filter: Option<&str>) -> anyhow::Result<Counts> {
    // The UI's and this program's documentation has no examples: both are no libraries to others.
    let mut command = cargo::command();
    command
        .arg("test")
        .args(Set::Host.arguments())
        .args(["--doc", "--no-fail-fast", "--quiet"]);
    if let Some(filter) = filter {
        command.args(["--", filter]);
    }
    let output = process::output(&mut command)?;
    let counts = report(&output);
    show(&output, counts);
    Ok(counts)
}

fn binary(line: &str) -> Option<Binary> {
    let message: Message = serde_json::from_str(line).ok()?;
    if message.reason != "compiler-artifact" || !message.profile?.test {
        return None;
    }
    Some(Binary {
        package: package_name(&message.package_id?).to_owned(),
        target: message.target?.name,
        manifest_folder: message.manifest_path?.parent()?.to_owned(),
        executable: message.executable?,
    })
}

/// The name in `path+file:///…/tests#porthole-tests@0.1.0`, or in `…/model#0.1.0`, where the folder has it.
fn package_name(id: &str) -> &str {
    let (path, fragment) = id.rsplit_once('#').unwrap_or(("", id));
    match fragment.split_once('@') {
        Some((name, _)) => name,
        None => path.rsplit('/').next().unwrap_or(fragment),
    }
}

fn report(output: &Output) -> Counts {
    let text = String::from_utf8_lossy(&output.stdout);
    let mut counts = count(&text);
    // A crash, or an example that does not compile, leaves no count.
    if !output.status.success() && counts.failed == 0 {
        counts.failed = 1;
    }
    counts
}

/// Adds up the lines `test result: ok. 3 passed; 0 failed; 1 ignored; …`. A test that passed only because it lacked
/// what it needs, and said so, counts as skipped.
fn count(text: &str) -> Counts {
    let mut counts = Counts::default();
    for result in text.lines().filter_map(|line| line.strip_prefix("test result: ")) {
        let number = |word: &str| -> usize {
            result
                .split([';', '.'])
                .filter_map(|part| part.trim().strip_suffix(word))
                .find_map(|number| number.trim().parse().ok())
                .unwrap_or(0)
        };
        counts += Counts {
            passed: number("passed"),
            failed: number("failed"),
            skipped: number("ignored"),
        };
    }
    let without = text
        .lines()
        .filter(|line| line.starts_with(SKIPPED))
        .count()
        .min(counts.passed);
    counts.passed -= without;
    counts.skipped += without;
    counts
}

fn show(output: &Output, counts: Counts) {
    let text = String::from_utf8_lossy(&output.stdout);
    if counts.failed > 0 {
        println!("{text}\n{}", String::from_utf8_lossy(&output.stderr));
    } else {
        for line in text.lines().filter(|line| line.starts_with(SKIPPED)) {
            println!("    {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn adds_up_all_results_of_a_run() {
        let text = "running 3 tests\n...\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.05s\n\n\
            test result: FAILED. 2 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s\n";
        assert_eq!(
            count(text),
            Counts {
                passed: 5,
                failed: 1,
                skipped: 1
            }
        );
    }

    #[test]
    fn a_test_that_says_it_skipped_has_not_passed() {
        let text = "---- nab stdout ----\nskipped: there are no server metrics\n\
            test result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.05s\n";
        assert_eq!(
            count(text),
            Counts {
                passed: 1,
                failed: 0,
                skipped: 1
            }
        );
    }

    #[test]
    fn finds_test_programs_in_what_cargo_says() {
        let line = r#"{"reason":"compiler-artifact","package_id":"path+file:///src/tests#porthole-tests@0.1.0",
            "manifest_path":"/src/tests/Cargo.toml","target":{"name":"isolation"},"profile":{"test":true},
            "executable":"/target/debug/deps/isolation-1"}"#;
        let found = binary(line).unwrap();
        assert_eq!(
            (found.package.as_str(), found.target.as_str()),
            ("porthole-tests", "isolation")
        );
        assert_eq!(found.manifest_folder, PathBuf::from("/src/tests"));
        assert!(binary(&line.replace("\"test\":true", "\"test\":false")).is_none());
        assert!(binary("not JSON").is_none());
    }

    #[test]
    fn a_package_may_be_named_by_its_folder() {
        assert_eq!(package_name("path+file:///src/xtask#0.1.0"), "xtask");
        assert_eq!(
            package_name("path+file:///src/tests#porthole-tests@0.1.0"),
            "porthole-tests"
        );
    }
}
