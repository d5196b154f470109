//! Makes components of core modules, and looks at what components import and export.

use anyhow::{Context, bail, ensure};
use serde::Serialize;
use wit_component::{ComponentEncoder, DecodedWasm};
use wit_parser::{Resolve, WorldKey};

/// The one package a panel may import from, and exports to.
pub const CONTRACT: &str = "porthole:panel";

/// What a module for WASI's first preview imports from.
const PREVIEW_1: &str = "wasi_snapshot_preview1";

/// Makes a component of a module that was built for [`TARGET`](crate::TARGET) with the SDK.
///
/// # Errors
/// When the module has no interface types in it, or imports what no component provides; the message says what to do.
pub fn encode(module: &[u8]) -> anyhow::Result<Vec<u8>> {
    ComponentEncoder::default()
        .module(module)
        .and_then(|encoder| encoder.validate(true).encode())
        .map_err(|error| match wrong_target(module) {
            Some(hint) => error.context(hint),
            None => error,
        })
}

/// What to say of a module that was built for WASI; none for others.
pub fn wrong_target(module: &[u8]) -> Option<&'static str> {
    let preview_1 = PREVIEW_1.as_bytes();
    let found = module.windows(preview_1.len()).any(|window| window == preview_1);
    found.then_some(
        "the module was built for the target wasm32-wasip1, which imports WASI; build it for \
         wasm32-unknown-unknown, as `porthole plugin build` does",
    )
}

/// What a component imports and exports, by full name as `porthole:panel/query@0.1.0`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Interfaces {
    /// What the host has to provide.
    pub imports: Vec<String>,
    /// What the host can call.
    pub exports: Vec<String>,
}

impl Interfaces {
    /// Reads them from a component.
    ///
    /// # Errors
    /// When the bytes are no component.
    pub fn of(component: &[u8]) -> anyhow::Result<Self> {
        let decoded = wit_component::decode(component).context("the file is not a component")?;
        let DecodedWasm::Component(resolve, world) = decoded else {
            bail!("the file holds an interface, not a component");
        };
        let Some(world) = resolve.worlds.get(world) else {
            bail!("the component has no world");
        };
        Ok(Self {
            imports: world.imports.keys().map(|key| name(&resolve, key)).collect(),
            exports: world.exports.keys().map(|key| name(&resolve, key)).collect(),
        })
    }

    /// The version of the contract that it was built against: that of the `panel` it exports. None: it is no panel.
    pub fn contract(&self) -> Option<&str> {
        let panel = |name: &String| name.starts_with(&format!("{CONTRACT}/panel@"));
        self.exports
            .iter()
            .find(|name| panel(name))
            .and_then(|name| name.rsplit('@').next())
    }

    /// Imports that are not of the contract: for panels in Rust there are none.
    pub fn foreign(&self) -> impl Iterator<Item = &str> {
        self.imports
            .iter()
            .map(String::as_str)
            .filter(|name| !is_ours(name))
    }

    /// Imports of WASI, which the host links and leaves empty.
    pub fn wasi(&self) -> impl Iterator<Item = &str> {
        self.foreign().filter(|name| name.starts_with("wasi:"))
    }
}

/// A panel in Rust imports the contract's interfaces and nothing else (no WASI above all), and exports its `panel`.
///
/// # Errors
/// What is wrong, and where it mostly comes from.
pub fn check(component: &[u8]) -> anyhow::Result<Interfaces> {
    let interfaces = Interfaces::of(component)?;
    let foreign: Vec<&str> = interfaces.foreign().collect();
    ensure!(
        foreign.is_empty(),
        "it imports {}; a panel imports {CONTRACT} and nothing else (WASI comes in with `std` calls for files, \
         clocks, random numbers or with the target wasm32-wasip*)",
        foreign.join(", ")
    );
    ensure!(
        interfaces.contract().is_some(),
        "it does not export {CONTRACT}/panel; has it a line `porthole_sdk::export!(…)`?"
    );
    Ok(interfaces)
}

fn name(resolve: &Resolve, key: &WorldKey) -> String {
    resolve.name_world_key(key)
}

fn is_ours(interface: &str) -> bool {
    interface
        .strip_prefix(CONTRACT)
        .is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn refuses_what_is_no_component() {
        assert!(check(b"").is_err());
        assert!(check(b"\0asm\x01\0\0\0").is_err());
    }

    #[test]
    fn an_interface_of_another_package_is_not_ours() {
        assert!(is_ours("porthole:panel/query@0.1.0"));
        assert!(!is_ours("wasi:cli/stdout@0.2.0"));
        assert!(!is_ours("porthole:panel-two/query@0.1.0"));
    }

    #[test]
    fn a_component_that_imports_wasi_is_told_which_part_of_it() {
        let component = wat::parse_str(r#"(component (import "wasi:cli/stdout@0.2.0" (instance)))"#).unwrap();
        let error = check(&component).unwrap_err().to_string();
        assert!(error.contains("wasi:cli/stdout@0.2.0"), "{error}");
    }

    #[test]
    fn a_component_without_a_panel_is_asked_for_the_line_that_makes_one() {
        let component = wat::parse_str("(component)").unwrap();
        let error = check(&component).unwrap_err().to_string();
        assert!(error.contains("porthole_sdk::export!"), "{error}");
    }

    #[test]
    fn a_module_for_another_target_is_told_so() {
        let module = wat::parse_str(
            r#"(module (import "wasi_snapshot_preview1" "fd_write" (func (param i32 i32 i32 i32) (result i32))))"#,
        )
        .unwrap();
        let error = format!("{:#}", encode(&module).unwrap_err());
        assert!(error.contains("wasm32-unknown-unknown"), "{error}");
    }

    #[test]
    fn the_version_of_the_contract_is_that_of_the_exported_panel() {
        let interfaces = Interfaces {
            imports: vec![
                "porthole:panel/query@0.2.0".into(),
                "wasi:io/streams@0.2.6".into(),
            ],
            exports: vec!["porthole:panel/panel@0.1.0".into()],
        };
        assert_eq!(interfaces.contract(), Some("0.1.0"));
        assert_eq!(interfaces.wasi().collect::<Vec<_>>(), ["wasi:io/streams@0.2.6"]);
    }
}
