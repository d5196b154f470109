//! What makes panels: finds a compiler for WebAssembly, builds a panel's crate, makes a component of it, says what the
//! component needs, and makes new crates from templates. `porthole plugin …` and `cargo xtask` both stand on this; it
//! runs no component.

pub mod component;
mod file;
mod names;
mod project;
mod scaffold;
mod sdk;
mod toolchain;

pub use component::Interfaces;
pub use file::{sha256, write_if_changed};
pub use names::Names;
pub use project::{Built, Project};
pub use scaffold::{Created, Kind, create};
pub use sdk::write_sdk;
pub use toolchain::{Build, TARGET, WasmToolchain};
