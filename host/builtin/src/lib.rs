//! The built-in panel types, embedded as components.
