//! `porthole plugin test`: a panel's own tests, and its component in the real sandbox on the same fixtures.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use porthole_sandbox::bindings::{Failure, View};
use porthole_sandbox::{FaultKind, Limits, LogLevel, LogLine, Plugin, Sandbox, SandboxOptions};
use porthole_sdk::testing::{Fixture, check_golden};
use porthole_toolkit::Project;

use super::build::{build, shown};
use super::recorded::{self, Recorded};
use super::used;

/// Run a panel's tests: natively, and its component in the sandbox on `fixtures/*.json` against `golden/*.json`.
#[derive(clap::Args)]
pub struct Test {
    /// The crate's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Write the golden files instead of comparing with them.
    #[arg(long)]
    update: bool,
}

impl Test {
    /// Ends with 1 when anything is not as it should be.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let project = Project::open(&self.dir)?;
        project.test(self.update)?;
        let built = build(&project)?;
        let sandbox = Sandbox::new(SandboxOptions::default())?;
        let origin = shown(&built.path, &project);
        let plugin = sandbox.load(built.bytes, &origin).await?;
        println!(
            "{} {} in the sandbox ({})",
            plugin.name(),
            plugin.version(),
            used::bytes(std::fs::metadata(&built.path)?.len())
        );
        let fixtures = project.fixtures();
        if fixtures.is_empty() {
            println!(
                "there are no fixtures/*.json to show it: `porthole plugin record` saves one from a real panel"
            );
        }
        let mut failed = 0;
        for path in &fixtures {
            let name = shown(path, &project);
            match one(&sandbox, &plugin, &project, path, self.update).await {
                Ok(said) => println!("  ok      {name}\n{said}"),
                Err(said) => {
                    failed += 1;
                    println!("  FAILED  {name}\n{said}");
                }
            }
        }
        Ok(match failed {
            0 => ExitCode::SUCCESS,
            _ => {
                eprintln!(
                    "error: {failed} of {} fixtures failed in the sandbox",
                    fixtures.len()
                );
                ExitCode::FAILURE
            }
        })
    }
}

/// Renders one fixture and holds the view against its golden file; either way, what there is to say.
async fn one(
    sandbox: &Sandbox,
    plugin: &Arc<Plugin>,
    project: &Project,
    path: &Path,
    update: bool,
) -> Result<String, String> {
    let fixture = Fixture::load(path).map_err(|fault| indented(&fault.to_string()))?;
    let limits = Limits::default();
    let sources = Arc::new(Recorded::new(&fixture));
    let call = recorded::call(&fixture);
    let (view, receipt, log) = match sandbox.render(plugin, "test", call, sources, &limits).await {
        Ok(rendered) => (Ok(rendered.view), rendered.receipt, rendered.log),
        Err(fault) => match &fault.kind {
            // The panel's own word for what is wrong: that can be golden, too.
            FaultKind::Failure(failure) => (Err(failure.clone()), fault.receipt, fault.log),
            _ => {
                return Err(indented(&format!(
                    "{}\n{}{}",
                    fault.message,
                    used::receipt(&fault.receipt, &limits),
                    said(&fault.log)
                )));
            }
        },
    };
    let cost = format!("{}{}", used::receipt(&receipt, &limits), said(&log));
    if let Ok(view) = &view {
        porthole_panel::acceptable(view.clone())
            .map_err(|refusal| indented(&format!("the host would not show this view: {refusal}\n{cost}")))?;
    }
    compare(&view, &project.golden(path), update)
        .map(|written| {
            let written = if written { "golden view written\n" } else { "" };
            indented(&format!("{written}{cost}"))
        })
        .map_err(|difference| indented(&format!("{difference}\n{cost}")))
}

/// True when the golden file was written. It is only where the view differs: what was computed natively and what was
/// computed here may differ in the last digit, and neither should rewrite the other's.
fn compare(view: &Result<View, Failure>, golden: &Path, update: bool) -> Result<bool, String> {
    match check_golden(view, golden, false) {
        Err(_) if update => check_golden(view, golden, true),
        outcome => outcome,
    }
}

/// What the panel wrote to its log, a line each.
fn said(log: &[LogLine]) -> String {
    log.iter()
        .map(|line| {
            let level = match line.level {
                LogLevel::Debug => "debug",
                LogLevel::Info => "info",
                LogLevel::Warn => "warn",
                LogLevel::Error => "error",
            };
            format!("\nlog {level}: {}", line.message)
        })
        .collect()
}

fn indented(text: &str) -> String {
    text.lines()
        .map(|line| format!("          {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
