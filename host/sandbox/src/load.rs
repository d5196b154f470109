//! From bytes to a plugin: what is refused, and why.

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
    /// The host's own fault.
    #[error("{origin}: the plugin could not be loaded: {reason}")]
    Internal {
        /// Where it came from.
        origin: String,
        /// What went wrong.
        reason: String,
    },
}
