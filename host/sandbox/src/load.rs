//! From bytes to a plugin: what is refused, and why.

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::guest_text::bounded;

/// Why a component was not accepted.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LoadError {
    /// More bytes than accepted.
    #[error("{origin}: the component has {size} bytes, more than the {limit} that are accepted")]
    TooLarge {
        /// Where it came from.
        origin: String,
        /// Its size, bytes.
        size: usize,
        /// The most accepted, bytes.
        limit: usize,
    },
    /// Not a component: random bytes, a core module, a precompiled file, cut short.
    #[error("{origin}: not a WebAssembly component: {reason}")]
    Unreadable {
        /// Where it came from.
        origin: String,
        /// What it is instead, and what to do.
        reason: String,
    },
    /// A component, but not one of our world.
    #[error("{origin}: not a panel: {reason}")]
    WrongWorld {
        /// Where it came from.
        origin: String,
        /// Which export is missing or which import is not there, by name.
        reason: String,
    },
    /// It did not describe itself within the limits.
    #[error("{origin}: the plugin could not describe itself: {reason}")]
    Describe {
        /// Where it came from.
        origin: String,
        /// How it ended.
        reason: String,
    },
    /// It described itself wrongly.
    #[error("{origin}: the plugin's description is wrong: {reason}")]
    Descriptor {
        /// Where it came from.
        origin: String,
        /// Which field, and what is expected.
        reason: String,
    },
    /// Compiling it took too long or too much memory.
    #[error("{origin}: the component could not be compiled within its limits: {reason}")]
    TooCostly {
        /// Where it came from.
        origin: String,
        /// Which limit, and its value.
        reason: String,
    },
    /// Too many components are waiting to be compiled.
    #[error("{origin}: {waiting} components are waiting to be compiled already; try again in a moment")]
    QueueFull {
        /// Where it came from.
        origin: String,
        /// How many.
        waiting: usize,
    },
    /// The host's own fault.
    #[error("{origin}: the plugin could not be loaded: {reason}")]
    Internal {
        /// Where it came from.
        origin: String,
        /// What went wrong.
        reason: String,
    },
}

/// Reads the first bytes and says what they are, if they are not a component.
pub(crate) fn look_at(bytes: &[u8]) -> Result<(), String> {
    const MAGIC: &[u8] = b"\0asm";
    const COMPONENT: &[u8] = &[0x0d, 0, 1, 0];
    const MODULE: &[u8] = &[1, 0, 0, 0];
    let Some((magic, rest)) = bytes.split_at_checked(4) else {
        return Err(format!("{} bytes are too few", bytes.len()));
    };
    if magic == b"\x7fELF" {
        return Err(
            "it is compiled already, for some machine; only portable components are accepted".to_owned(),
        );
    }
    if magic != MAGIC {
        return Err("it does not begin like WebAssembly".to_owned());
    }
    match rest.get(..4) {
        Some(COMPONENT) => Ok(()),
        Some(MODULE) => {
            Err("it is a core module; make a component of it, as `porthole plugin build` does".to_owned())
        }
        _ => Err("it is of a version of WebAssembly that is not known here".to_owned()),
    }
}

/// Compares the names of what a component imports and exports with what there is; an error lists what does not fit.
pub(crate) fn look_at_world(engine: &Engine, component: &Component) -> Result<(), String> {
    let ty = component.component_type();
    let foreign: Vec<&str> = ty
        .imports(engine)
        .map(|(name, _)| name)
        .filter(|name| !is_known(name))
        .collect();
    if !foreign.is_empty() {
        return Err(format!("it imports what a panel cannot have: {}", list(&foreign)));
    }
    let exports: Vec<&str> = ty.exports(engine).map(|(name, _)| name).collect();
    if !exports
        .iter()
        .any(|name| name.starts_with("porthole:panel/panel@"))
    {
        return Err(format!(
            "it does not export porthole:panel/panel; it exports {}",
            list(&exports)
        ));
    }
    Ok(())
}

fn is_known(import: &str) -> bool {
    const KNOWN: [&str; 10] = [
        "porthole:panel/query@",
        "porthole:panel/log@",
        "porthole:panel/types@",
        "porthole:panel/views@",
        "wasi:io/",
        "wasi:cli/",
        "wasi:clocks/",
        "wasi:filesystem/",
        "wasi:random/",
        "wasi:sockets/",
    ];
    KNOWN.iter().any(|known| import.starts_with(known))
}

/// The guest chose these names: a few, and each short.
fn list(names: &[&str]) -> String {
    const SHOWN: usize = 8;
    if names.is_empty() {
        return "nothing".to_owned();
    }
    let mut shown: Vec<String> = names.iter().take(SHOWN).map(|name| bounded(name, 100)).collect();
    if names.len() > SHOWN {
        shown.push(format!("and {} more", names.len() - SHOWN));
    }
    shown.join(", ")
}
