//! The price of other languages: one panel (fetch a series, double its values, show a chart) in Rust, JavaScript and
//! Python as components, and in Rust natively, all fed with copies of the same prepared points.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use porthole_probe::Probe;
use porthole_sandbox::bindings as guest;
use porthole_sandbox::{Limits, Plugin, Sandbox, SandboxOptions, Sources};
use porthole_sdk::Panel;

use crate::report::{Aim, Report, median};
use crate::sandbox::{Native, Points, Prepared, guest_call, micros, native_call};

const SIZES: [usize; 3] = [0, 1_000, 10_000];
/// Each side is measured for this long per size, in turns.
const EACH: Duration = Duration::from_millis(1500);
const TURNS: u32 = 5;

/// The language, and its component.
const COMPONENTS: [(&str, &str); 3] = [
    ("Rust", "porthole_probe"),
    ("JavaScript", "probe_javascript"),
    ("Python", "probe_python"),
];

/// Measures all sides for each size, in turns, and prints medians and their ratios.
pub async fn run(report: &mut Report) -> anyhow::Result<()> {
    println!("\nThe price of other languages per call: the same panel, each time in a fresh instance");
    let sandbox = Sandbox::new(SandboxOptions::default())?;
    let mut panels = Vec::new();
    for (language, name) in COMPONENTS {
        if let Some(bytes) = component(name)? {
            panels.push((language, sandbox.load(bytes, name).await?));
        }
    }
    for size in SIZES {
        measure(report, &sandbox, &panels, size).await?;
    }
    Ok(())
}

/// The bytes of a component; none where the build said that it lacks the language's tools.
fn component(name: &str) -> anyhow::Result<Option<Vec<u8>>> {
    let folder = std::env::var_os("PORTHOLE_COMPONENTS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/components"),
        PathBuf::from,
    );
    if let Ok(why) = std::fs::read_to_string(folder.join(format!("{name}.missing"))) {
        println!("  NOT MEASURED: {name}: {why}");
        return Ok(None);
    }
    let path = folder.join(format!("{name}.wasm"));
    std::fs::read(&path).map(Some).with_context(|| {
        format!(
            "{}: run `cargo xtask build --components` and `cargo xtask build --languages`",
            path.display()
        )
    })
}

async fn measure(
    report: &mut Report,
    sandbox: &Sandbox,
    panels: &[(&str, Arc<Plugin>)],
    size: usize,
) -> anyhow::Result<()> {
    let (label, points) = ("web-1", Points(size));
    let sources: Arc<dyn Sources> = Arc::new(Prepared(Arc::new(guest::Series {
        label: label.into(),
        instants: points.instants(),
        values: points.values(),
    })));
    let native = Native(porthole_sdk::Series {
        label: label.into(),
        instants: points.instants(),
        values: points.values(),
    });
    let mut plain = Vec::new();
    let mut boxed = vec![Vec::new(); panels.len()];
    let mut inside = vec![Vec::new(); panels.len()];
    let mut memory = vec![0; panels.len()];
    for _ in 0..TURNS {
        let until = Instant::now() + EACH / TURNS;
        while Instant::now() < until {
            let call = native_call();
            let start = Instant::now();
            let view = Probe::render(&call, &native);
            plain.push(micros(start));
            let Ok(porthole_sdk::View::Chart(chart)) = view else {
                bail!("no chart came back")
            };
            ensure!(chart.plots[0].series.values.len() == size);
        }
        for (place, (language, plugin)) in panels.iter().enumerate() {
            let until = Instant::now() + EACH / TURNS;
            while Instant::now() < until {
                let call = guest::Call {
                    parameters: r#"{"do": "scale"}"#.into(),
                    ..guest_call()
                };
                let start = Instant::now();
                let rendered = sandbox
                    .render(plugin, "bench", call, Arc::clone(&sources), &Limits::default())
                    .await?;
                boxed[place].push(micros(start));
                inside[place].push(rendered.receipt.guest_us as f64);
                memory[place] = rendered.receipt.memory_bytes;
                let guest::View::Chart(chart) = rendered.view else {
                    bail!("no chart came back from {language}")
                };
                ensure!(chart.plots[0].series.values.len() == size);
            }
        }
    }
    println!("  {size} points");
    let plain = median(plain);
    report.figure("native Rust", plain, "µs", Aim::None);
    let mut rust = None;
    for (place, (language, _)) in panels.iter().enumerate() {
        let time = median(std::mem::take(&mut boxed[place]));
        // On a busy machine long calls are interrupted more often than short ones: their own time tells.
        let inside = median(std::mem::take(&mut inside[place]));
        let memory = memory[place] as f64 / 1024.0;
        report.figure(language, time, "µs", Aim::None);
        report.figure(
            &format!("{language}, processor time inside"),
            inside,
            "µs",
            Aim::None,
        );
        report.figure(&format!("{language}, memory"), memory, "KiB", Aim::None);
        let name = format!("{language} / native, {size} points");
        report.ratio(&name, time / plain, Aim::None);
        match rust {
            None => rust = Some(time),
            Some(rust) => report.ratio(
                &format!("{language} / Rust, {size} points"),
                time / rust,
                Aim::None,
            ),
        }
    }
    Ok(())
}
