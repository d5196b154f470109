//! What a call gives back when all went well.

use crate::admission::Place;
use crate::bindings::View;
use crate::receipt::{LogLine, Receipt};

/// What a call gave: a view as the guest made it, **not yet checked** beyond its size.
#[derive(Debug)]
pub struct Rendered {
    /// The view.
    pub view: View,
    /// What it cost.
    pub receipt: Receipt,
    /// What the guest wrote to its log.
    pub log: Vec<LogLine>,
    /// The tenant's place, held while this lives: making something showable of the view (decoding a picture) is the
    /// tenant's work as well, and waits for the tenant's other work.
    pub place: Place,
}
