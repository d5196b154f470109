//! The built-in panel type table.
