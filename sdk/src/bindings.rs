//! What `wit-bindgen` makes of `wit/`. Hidden: panels use the names that the crate re-exports.
//!
//! Imported functions can only be called inside the sandbox; natively they would panic, so nothing outside
//! `cfg(target_family = "wasm")` touches them.
//!
//! Natively, everything can also be written as JSON: for the golden files of [`testing`](crate::testing).

#![allow(missing_docs, clippy::all)]

#[cfg(target_family = "wasm")]
wit_bindgen::generate!({
    path: "../wit",
    world: "plugin",
    additional_derives: [PartialEq, Clone],
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "porthole_sdk::bindings",
});

#[cfg(not(target_family = "wasm"))]
wit_bindgen::generate!({
    path: "../wit",
    world: "plugin",
    additional_derives: [PartialEq, Clone, serde::Serialize],
    pub_export_macro: true,
    export_macro_name: "export_component",
    default_bindings_module: "porthole_sdk::bindings",
});
