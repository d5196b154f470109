//! Instants, zones, ranges and how they are written. Plain logic: the browser's clock and zone come in from outside.

pub mod civil;
pub mod expression;
pub mod format;
pub mod range;
