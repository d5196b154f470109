//! The tests of the UI's components, made ready for a browser: `wasm-bindgen-test`'s, in a page with the product's styles.
//!
//! Its usual runner would need a driver of the browser's very version besides the browser. Here the browser is driven by
//! what drives the journeys, and each test has a page of its own, so that none sees what another left.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, ensure};
use porthole_toolkit::{Build, WasmToolchain};

use super::{MODULE, bundle, copy_glue, filled, styles};
use crate::{npm, workspace};

/// Runs the tests whose names are in the address, and tells the page what came of them. What the runner of
/// `wasm-bindgen-test` writes, for one page.
const RUN: &str = r#"
import init, * as glue from "./porthole_ui.js";
const wasm = await init("/porthole_ui_bg.wasm");
for (const method of ["debug", "log", "info", "warn", "error"]) globalThis[`on_console_${method}`] = glue[`__wbgtest_console_${method}`];
globalThis.__wbg_test_invoke = (test) => test();
globalThis.tests = Object.keys(wasm).filter((name) => name.startsWith("__wbgt_"));
globalThis.run = async (test) => new glue.WasmBindgenTestContext(false).run([wasm[test]]);
"#;

const PAGE: &str = r#"<!doctype html>
<html lang="en" data-theme="dark">
  <head><meta charset="utf-8" /><title>Tests</title><link rel="stylesheet" href="/app.css" /></head>
  <body><pre id="output" hidden></pre><pre id="console_output" hidden></pre><script type="module" src="/run.js"></script></body>
</html>
"#;

/// Compiles the tests and lays them out with their page.
///
/// # Errors
/// When they do not compile, or a tool fails.
pub fn build(toolchain: &WasmToolchain) -> anyhow::Result<PathBuf> {
    let folder = workspace::root().join("ui");
    npm::install(&folder)?;
    let module = compile(toolchain)?;
    let site = workspace::target().join("ui/components");
    // Nothing of an earlier build.
    if site.exists() {
        fs::remove_dir_all(&site).with_context(|| format!("cannot remove {}", site.display()))?;
    }
    fs::create_dir_all(&site).with_context(|| format!("cannot make {}", site.display()))?;
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(&module)
        .out_name(MODULE)
        .web(true)?
        .typescript(false)
        .export_wasm(true)
        .emit_start(false)
        .generate(&site)
        .context("wasm-bindgen failed; its version must be the one in Cargo.lock")?;
    copy_glue(&folder, &site)?;
    let entry = site.join("entry.js");
    write(&entry, RUN.as_bytes())?;
    let run = bundle(&folder, &site, &entry, "esm")?;
    write(&site.join("run.js"), &run)?;
    let styles = filled(
        &styles(&folder, "gallery.css", &site)?,
        &[("inter.woff2", "/inter.woff2".to_owned())].into(),
    )?;
    write(&site.join("app.css"), styles.as_bytes())?;
    write(&site.join("index.html"), PAGE.as_bytes())?;
    Ok(site)
}

/// The module with the tests in it.
fn compile(toolchain: &WasmToolchain) -> anyhow::Result<PathBuf> {
    let guest = workspace::guest_build();
    let mut cargo = toolchain.cargo_build(&Build {
        profile: "dev",
        ..guest
    });
    cargo
        .args(["--lib", "--tests", "-p", "porthole-ui"])
        .arg("--message-format=json-render-diagnostics")
        .stderr(Stdio::inherit());
    println!("building the UI's tests with {}", toolchain.name());
    let output = cargo.output().context("cannot run cargo")?;
    ensure!(
        output.status.success(),
        "building the UI's tests failed; the compiler's messages are above"
    );
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(test_module)
        .context("cargo does not say where the UI's tests are")
}

/// Where a message of cargo says that the module with the tests is.
fn test_module(message: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_ours = message["target"]["name"] == MODULE && message["profile"]["test"] == true;
    let path = message["executable"].as_str().filter(|_| is_ours)?;
    Some(PathBuf::from(path))
}

fn write(path: &Path, content: &[u8]) -> anyhow::Result<()> {
    fs::write(path, content).with_context(|| format!("cannot write {}", path.display()))
}

/// What runs the tests of a site that [`build`] made.
pub fn runner(site: &Path) -> Command {
    let mut node = Command::new("node");
    node.arg("dev/components.mjs")
        .arg(site)
        .current_dir(workspace::root().join("ui"));
    node
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_with_tests_is_told_from_the_one_without() {
        let message = |name: &str, is_test: bool| {
            format!(
                r#"{{"reason":"compiler-artifact","target":{{"name":"{name}"}},"profile":{{"test":{is_test}}},"executable":"/t/a.wasm"}}"#
            )
        };
        assert_eq!(
            test_module(&message("porthole_ui", true)),
            Some("/t/a.wasm".into())
        );
        assert_eq!(test_module(&message("porthole_ui", false)), None);
        assert_eq!(test_module(&message("porthole_model", true)), None);
        assert_eq!(test_module(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(test_module("not JSON"), None);
    }
}
