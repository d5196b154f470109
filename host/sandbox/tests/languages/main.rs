//! Panels in Python and JavaScript: real components, made by their own tools, in the real sandbox.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "../world/mod.rs"]
mod world;

mod javascript;
mod limits;
mod machine;
mod python;
mod readings;

use std::sync::Arc;

use porthole_sandbox::bindings::Failure;
use porthole_sandbox::{FaultKind, Limits, Plugin, RenderFault, Rendered, Sandbox, SandboxOptions, Sources};
use tokio::sync::Mutex;

/// Compiling Python takes a while: one test does it, the others find the result in the cache.
static COMPILING: Mutex<()> = Mutex::const_new(());

/// A sandbox of its own for a test, and a component of this name in it. None, and a word about it, where the build could
/// not have the language's tools.
async fn load(name: &str) -> Option<(Sandbox, Arc<Plugin>)> {
    let excuse = world::components().join(format!("{name}.missing"));
    if let Ok(why) = std::fs::read_to_string(excuse) {
        println!("skipped: {name} was not built: {}", why.replace('\n', " "));
        return None;
    }
    let path = world::components().join(format!("{name}.wasm"));
    let bytes = std::fs::read(&path).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; run `cargo xtask build --languages` first",
            path.display()
        )
    });
    let _turn = COMPILING.lock().await;
    let sandbox = Sandbox::new(SandboxOptions {
        calls: 8,
        cache_dir: Some(world::components().join("../languages/precompiled")),
        ..SandboxOptions::default()
    })
    .unwrap();
    let plugin = sandbox.load(bytes, name).await.unwrap();
    Some((sandbox, plugin))
}

/// Renders with these parameters and sources for the tenant `acme`.
async fn render(
    (sandbox, plugin): &(Sandbox, Arc<Plugin>),
    parameters: &str,
    sources: impl Sources + 'static,
) -> Result<Rendered, Box<RenderFault>> {
    render_within((sandbox, plugin), parameters, sources, &Limits::default()).await
}

/// The same within these limits.
async fn render_within(
    (sandbox, plugin): (&Sandbox, &Arc<Plugin>),
    parameters: &str,
    sources: impl Sources + 'static,
    limits: &Limits,
) -> Result<Rendered, Box<RenderFault>> {
    let call = world::call(parameters);
    sandbox
        .render(plugin, "acme", call, Arc::new(sources), limits)
        .await
}

/// What a panel says itself about why it has nothing to show.
fn failure(result: Result<Rendered, Box<RenderFault>>) -> Failure {
    match result.map_err(|fault| fault.kind) {
        Err(FaultKind::Failure(failure)) => failure,
        other => panic!("no failure: {other:?}"),
    }
}
