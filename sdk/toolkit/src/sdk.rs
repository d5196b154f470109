//! The SDK as it was when this was built, for crates that are elsewhere.
//!
//! A panel's crate must build on a machine that has `porthole` and Rust and nothing else of ours, so it carries the SDK
//! in `vendor/`, where its author can read it. `build.rs` makes the manifest of that copy out of the workspace's.

use std::path::Path;

use rust_embed::RustEmbed;

use crate::write_if_changed;

#[derive(RustEmbed)]
#[folder = "../src"]
struct Sources;

#[derive(RustEmbed)]
#[folder = "../../wit"]
struct Contract;

/// `Cargo.toml` of the copy: versions instead of references to the workspace.
const MANIFEST: &str = include_str!(concat!(env!("OUT_DIR"), "/sdk.toml"));

/// The part of the workspace's `Cargo.lock` that the SDK stands on: crates made from templates use what was tested here.
pub(crate) const LOCK: &str = include_str!(concat!(env!("OUT_DIR"), "/sdk.lock"));

/// Writes `porthole-sdk` and `wit` into a folder (`vendor` of a panel's crate), over what is there.
///
/// # Errors
/// When a file cannot be written.
pub fn write_sdk(vendor: &Path) -> anyhow::Result<()> {
    let sdk = vendor.join("porthole-sdk");
    write_if_changed(&sdk.join("Cargo.toml"), MANIFEST.as_bytes())?;
    for name in Sources::iter() {
        if let Some(file) = Sources::get(&name) {
            write_if_changed(&sdk.join("src").join(name.as_ref()), &file.data)?;
        }
    }
    for name in Contract::iter() {
        if let Some(file) = Contract::get(&name) {
            write_if_changed(&vendor.join("wit").join(name.as_ref()), &file.data)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_copy_stands_on_its_own() {
        let folder = tempfile::tempdir().unwrap();
        write_sdk(folder.path()).unwrap();
        let manifest = std::fs::read_to_string(folder.path().join("porthole-sdk/Cargo.toml")).unwrap();
        assert!(!manifest.contains("workspace = true"), "{manifest}");
        assert!(manifest.contains("\nwit-bindgen = { version = "), "{manifest}");
        assert!(folder.path().join("porthole-sdk/src/lib.rs").is_file());
        assert!(
            folder
                .path()
                .join("porthole-sdk/src/testing/fixture/source.rs")
                .is_file()
        );
        assert!(folder.path().join("wit/panel.wit").is_file());
    }

    #[test]
    fn the_lock_has_the_sdk_with_all_it_stands_on_and_nothing_else() {
        for name in ["porthole-sdk", "wit-bindgen", "serde", "serde_json"] {
            assert!(LOCK.contains(&format!("name = \"{name}\"\n")), "{name}");
        }
        for name in ["porthole", "wasmtime", "tokio"] {
            assert!(!LOCK.contains(&format!("name = \"{name}\"\n")), "{name}");
        }
    }
}
