//! `porthole plugin inspect`: what a component is, whoever made it in whatever language.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use porthole_sandbox::{Descriptor, Limits, Plugin, Sandbox, SandboxOptions};
use porthole_toolkit::{Interfaces, component};
use serde_json::{Value, json};

use super::used;

/// Say what a component is, needs, and would be allowed. Ends with 1 for what is no panel.
#[derive(clap::Args)]
pub struct Inspect {
    /// The component.
    file: PathBuf,
    /// Print one object of JSON, for programs.
    #[arg(long)]
    json: bool,
}

impl Inspect {
    /// Loads the component as the host would and prints what there is to know.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let shown = self.file.display().to_string();
        let bytes = std::fs::read(&self.file).with_context(|| format!("{shown} cannot be read"))?;
        let size = bytes.len() as u64;
        let sandbox = Sandbox::new(SandboxOptions::default())?;
        let started = Instant::now();
        let plugin = match sandbox.load(bytes.clone(), &shown).await {
            Ok(plugin) => plugin,
            Err(error) => match component::wrong_target(&bytes) {
                Some(hint) => bail!("{error}\n{hint}"),
                None => return Err(error.into()),
            },
        };
        let compiled = started.elapsed();
        let interfaces =
            Interfaces::of(&bytes).with_context(|| format!("the interfaces of {shown} cannot be read"))?;
        if self.json {
            println!("{}", as_json(&plugin, &interfaces, size, compiled));
        } else {
            print!("{}", as_text(&plugin, &interfaces, size, compiled));
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn as_json(plugin: &Plugin, interfaces: &Interfaces, size: u64, compiled: Duration) -> Value {
    let descriptor = plugin.descriptor();
    let limits: serde_json::Map<_, _> = used::allowed(&Limits::default())
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    json!({
        "name": descriptor.type_name,
        "version": descriptor.version,
        "title": descriptor.title,
        "description": descriptor.description,
        "endpoint": descriptor.endpoint,
        "default_size": {"width": descriptor.default_size.width, "height": descriptor.default_size.height},
        "display_schema": schema(&descriptor.display_schema),
        "parameters_schema": schema(&descriptor.parameters_schema),
        "sources": descriptor.sources.iter().map(|source| json!({
            "name": source.name,
            "required": source.required,
            "free_columns": source.free_columns,
            "columns": source.roles.iter().map(|role| json!({
                "name": role.name, "required": role.required, "description": role.description,
            })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
        "contract": interfaces.contract(),
        "imports": interfaces.imports,
        "exports": interfaces.exports,
        "wasi": interfaces.wasi().collect::<Vec<_>>(),
        "size_bytes": size,
        "sha256": plugin.hash(),
        "compile_ms": u64::try_from(compiled.as_millis()).unwrap_or(u64::MAX),
        "allowed": limits,
    })
}

/// The sandbox has seen that it is JSON.
fn schema(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or(Value::Null)
}

fn as_text(plugin: &Plugin, interfaces: &Interfaces, size: u64, compiled: Duration) -> String {
    let Descriptor {
        title,
        description,
        default_size,
        endpoint,
        sources,
        ..
    } = plugin.descriptor();
    let mut out = format!("{} {}: {title}\n", plugin.name(), plugin.version());
    let mut line = |name: &str, value: &str| out.push_str(&format!("  {name:<12}{value}\n"));
    if !description.is_empty() {
        line("about", &description.replace('\n', " "));
    }
    line("type", &format!("type: \"{}\"", plugin.name()));
    if let Some(endpoint) = endpoint {
        line("endpoint", &format!("/api/v1/custom/{endpoint}"));
    }
    line(
        "size",
        &format!("{} by {} on the grid", default_size.width, default_size.height),
    );
    for source in sources {
        let needed = if source.required { "" } else { " (optional)" };
        line("source", &format!("{}{needed}", source.name));
        for role in &source.roles {
            let needed = if role.required { "" } else { " (optional)" };
            line("", &format!("  {}{needed}: {}", role.name, role.description));
        }
        if source.free_columns {
            line("", "  and columns of any other name");
        }
    }
    line("contract", interfaces.contract().unwrap_or("unknown"));
    line("imports", &listed(&interfaces.imports));
    line("exports", &listed(&interfaces.exports));
    let wasi: Vec<String> = interfaces.wasi().map(str::to_owned).collect();
    line(
        "WASI",
        &match wasi.len() {
            0 => "none".to_owned(),
            count => {
                format!("{count} interfaces, which are there and empty: no files, network, clocks or chance")
            }
        },
    );
    line("bytes", &format!("{} ({size})", used::bytes(size)));
    line("sha256", plugin.hash());
    let compiled = u64::try_from(compiled.as_micros()).unwrap_or(u64::MAX);
    line("compiled in", &used::milliseconds(compiled));
    out.push_str("\n  a call may use, unless tenant.yaml says otherwise under limits:\n");
    for (name, value) in used::allowed(&Limits::default()) {
        out.push_str(&format!("    {name:<18}{value}\n"));
    }
    out
}

fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "nothing".to_owned();
    }
    names.join(&format!("\n  {:<12}", ""))
}
