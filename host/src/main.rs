//! Porthole.
fn main() {}
