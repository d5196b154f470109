//! The UI's components in a browser: `wasm-bindgen-test`'s tests, in the system's Chromium.

use std::process::Stdio;

use anyhow::{Context, anyhow, bail};
use porthole_toolkit::WasmToolchain;
use serde::Deserialize;

use super::summary::Counts;
use crate::{setup, ui};

/// The last line that the runner prints.
#[derive(Deserialize)]
struct Report {
    passed: usize,
    failed: usize,
}

/// Builds and runs them.
///
/// # Errors
/// When there is no browser, they do not compile, or the runner leaves no report.
pub fn run(filter: Option<&str>) -> anyhow::Result<Counts> {
    let Some(browser) = setup::chromium() else {
        bail!("there is no Chromium: run `cargo xtask setup --for test`");
    };
    let toolchain = WasmToolchain::find().map_err(|missing| anyhow!("{missing:#}"))?;
    let site = ui::component_tests(&toolchain)?;
    let output = ui::component_runner(&site)
        .args(filter)
        .env("PORTHOLE_CHROMIUM", browser)
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run node")?;
    let text = String::from_utf8_lossy(&output.stdout);
    print!("{text}");
    count(&text)
}

fn count(printed: &str) -> anyhow::Result<Counts> {
    let last = printed.lines().last().unwrap_or_default();
    let Report { passed, failed } =
        serde_json::from_str(last).context("the tests of components left no report")?;
    Ok(Counts {
        passed,
        failed,
        ..Counts::default()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn counts_what_the_runner_reports_and_takes_no_report_for_a_failure() {
        let counts = count("test a ... ok\ntest b ... FAILED\n{\"passed\":1,\"failed\":1}\n").unwrap();
        assert_eq!((counts.passed, counts.failed), (1, 1));
        assert!(count("test a ... ok\n").is_err());
        assert!(count("").is_err());
    }
}
