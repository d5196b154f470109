//! The sandbox: runs a panel type, which is a WebAssembly component that anybody may have written, for one call at a
//! time, and gives back what it returned or how it ended.
//!
//! One [`Sandbox`] holds the engine. [`Sandbox::load`] turns the bytes of a component into a [`Plugin`], which is
//! checked, compiled and linked once; [`Sandbox::render`] makes a **fresh instance for one call**, gives it the
//! tenant's [`Sources`] and nothing else, and throws everything away afterwards. Every resource a guest can use up has
//! a limit in [`Limits`]; a guest that reaches one ends with a [`RenderFault`] that names it.
//!
//! This room knows neither HTTP nor YAML nor SQL nor any credential: data comes through the [`Source`] trait.

mod admission;
mod background;
pub mod bindings;
mod cache;
mod call;
mod compiler;
mod descriptor;
mod engine;
mod fault;
mod guest_log;
mod guest_text;
mod host;
mod limits;
mod load;
mod loader;
mod meter;
mod plugin;
mod receipt;
mod registry;
mod render;
mod rest;
mod source;
mod state;
mod wasi;
mod witness;

pub use admission::Place;
pub use bindings::{Call, Descriptor, View};
pub use compiler::{Compiler, compile_for_parent};
pub use engine::{Occupancy, Sandbox, SandboxError, SandboxOptions};
pub use fault::{FaultKind, LimitName, RenderFault};
pub use limits::Limits;
pub use load::LoadError;
pub use plugin::Plugin;
pub use receipt::{LogLevel, LogLine, Receipt};
pub use registry::{Absent, Registry};
pub use render::Rendered;
pub use rest::Resting;
pub use source::{Source, Sources};
pub use witness::{Witness, Witnessed};
