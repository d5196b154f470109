//! The embedded UI and its headers.
