//! Where things are: the checkout, the program under test, the real measurements.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The root of the checkout.
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("tests/ is in the workspace")
        .to_owned()
}

/// The program under test: `PORTHOLE_BIN`, else the one that was built beside this test.
///
/// # Panics
/// When it has not been built, with the sentence that says how.
pub fn porthole() -> PathBuf {
    let name = format!("porthole{}", std::env::consts::EXE_SUFFIX);
    let binary = match std::env::var_os("PORTHOLE_BIN") {
        Some(path) => PathBuf::from(path),
        None => {
            let test = std::env::current_exe().expect("a test knows its own path");
            // <target>/debug/deps/<test> → <target>/debug/porthole
            test.parent()
                .and_then(Path::parent)
                .expect("a test lies in <target>/<profile>/deps")
                .join(name)
        }
    };
    assert!(
        binary.is_file(),
        "{} does not exist: run `cargo xtask build` and `cargo build -p porthole`, or name it in PORTHOLE_BIN",
        binary.display()
    );
    binary
}

/// The folder of a release, as the workflow packs it, with the program under test.
///
/// # Panics
/// When it cannot be packed, with what was said.
pub fn release() -> TempDir {
    let folder = tempfile::Builder::new()
        .prefix("porthole-release-")
        .tempdir()
        .expect("a temporary folder");
    let packed = Command::new(workspace().join(".ci/pack"))
        .arg(porthole())
        .arg(folder.path())
        .output()
        .expect("the script runs");
    assert!(
        packed.status.success(),
        "{}",
        String::from_utf8_lossy(&packed.stderr)
    );
    folder
}

/// A component that `cargo xtask build` has made, as `porthole_stamp`.
///
/// # Panics
/// When it has not been built, with the sentence that says how.
pub fn component(name: &str) -> Vec<u8> {
    let folder = match std::env::var_os("PORTHOLE_COMPONENTS") {
        Some(folder) => PathBuf::from(folder),
        // <target>/debug/deps/<test> → <target>/components
        None => std::env::current_exe()
            .expect("a test knows its own path")
            .ancestors()
            .nth(3)
            .expect("a test lies in <target>/<profile>/deps")
            .join("components"),
    };
    let path = folder.join(format!("{name}.wasm"));
    std::fs::read(&path)
        .unwrap_or_else(|error| panic!("{}: {error}; run `cargo xtask build` first", path.display()))
}

/// The folder with the real server metrics (CSV, `timestamp,value`), where this machine has it: `PORTHOLE_NAB`, else
/// `shared/data/nab` beside the checkout.
///
/// Prints the sentence that says why a test is skipped when there is none.
pub fn server_metrics() -> Option<PathBuf> {
    let folder = match std::env::var_os("PORTHOLE_NAB") {
        Some(path) => PathBuf::from(path),
        None => workspace().join("../shared/data/nab"),
    };
    if folder.is_dir() {
        return Some(folder);
    }
    println!(
        "skipped: there are no server metrics in {}; put the CSV files of the Numenta Anomaly Benchmark's \
         realAWSCloudwatch there, or name their folder in PORTHOLE_NAB",
        folder.display()
    );
    None
}
