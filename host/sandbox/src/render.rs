//! What a call gives back when all went well.

use crate::bindings::View;
use crate::receipt::{LogLine, Receipt};

/// What a call gave: a view as the guest made it, **not yet checked** beyond its size.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// The view.
    pub view: View,
    /// What it cost.
    pub receipt: Receipt,
    /// What the guest wrote to its log.
    pub log: Vec<LogLine>,
}
