//! Where things are.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use porthole_toolkit::Build;

/// The folder with the workspace's `Cargo.toml`.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap_or(Path::new("."))
}

/// Cargo's target folder: `CARGO_TARGET_DIR` (a relative one counts from the workspace), else `target/`.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => root().join(folder),
        _ => root().join("target"),
    }
}

/// How panels and the UI are built for wasm: in a target folder of their own, so that this never waits for, nor disturbs,
/// a native build.
pub fn guest_build() -> Build<'static> {
    static TARGET: LazyLock<PathBuf> = LazyLock::new(|| target().join("guest"));
    Build {
        folder: root(),
        target: &TARGET,
        profile: "wasm",
    }
}
