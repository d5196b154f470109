//! The browser's journeys: Playwright on the system's Chromium.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde::Deserialize;

use super::summary::Counts;
use crate::{cargo, process, setup, ui, workspace};

/// Playwright's JSON, as far as it matters here.
#[derive(Deserialize)]
struct Report {
    stats: Stats,
    /// Faults outside any test: a file that does not load, a host that does not start.
    #[serde(default)]
    errors: Vec<BTreeMap<String, serde_json::Value>>,
}

#[derive(Deserialize)]
struct Stats {
    expected: usize,
    unexpected: usize,
    flaky: usize,
    skipped: usize,
}

/// Runs the journeys.
///
/// # Errors
/// When there is no browser, or Playwright leaves no report.
pub fn run(filter: Option<&str>, keycloak: Option<&Path>) -> anyhow::Result<Counts> {
    let Some(browser) = setup::chromium() else {
        bail!("there is no Chromium: run `cargo xtask setup --for test`");
    };
    let report = workspace::target().join("journeys.json");
    // Yesterday's report must not stand in for one that was not written.
    let _ = std::fs::remove_file(&report);
    let mut command = Command::new("node");
    command
        .arg("node_modules/@playwright/test/cli.js")
        .args(["test", "--reporter=list,json"])
        .current_dir(workspace::root().join("tests/e2e"))
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .env("PORTHOLE_BIN", cargo::host())
        .env("PORTHOLE_CHROMIUM", browser)
        .envs(keycloak.map(|folder| ("PORTHOLE_KEYCLOAK", folder)));
    let gallery = ui::gallery_folder();
    if gallery.join("index.html").is_file() {
        command.env("PORTHOLE_GALLERY", gallery);
    }
    if let Some(filter) = filter {
        command.args(["--grep", filter, "--pass-with-no-tests"]);
    }
    let ended = process::run(&mut command);
    let text = match std::fs::read_to_string(&report) {
        Ok(text) => text,
        Err(_) => return ended.and(Err(anyhow::anyhow!("Playwright left no report"))),
    };
    let counts = count(&text)?;
    // A failure that no test has: the whole run is one.
    if counts.failed == 0 {
        ended.map(|()| counts)
    } else {
        Ok(counts)
    }
}

fn count(report: &str) -> anyhow::Result<Counts> {
    let Report { stats, errors } =
        serde_json::from_str(report).context("Playwright's report is not what it was")?;
    Ok(Counts {
        passed: stats.expected,
        // A test that needed a second attempt is a fault of the test or of the product.
        failed: stats.unexpected + stats.flaky + errors.len(),
        skipped: stats.skipped,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn counts_what_playwright_reports() {
        let report = r#"{"stats":{"expected":4,"unexpected":1,"flaky":1,"skipped":2},"errors":[]}"#;
        assert_eq!(
            count(report).unwrap(),
            Counts {
                passed: 4,
                failed: 2,
                skipped: 2
            }
        );
    }

    #[test]
    fn a_fault_outside_the_tests_is_a_failure() {
        let report =
            r#"{"stats":{"expected":0,"unexpected":0,"flaky":0,"skipped":0},"errors":[{"message":"no"}]}"#;
        assert_eq!(count(report).unwrap().failed, 1);
    }
}
