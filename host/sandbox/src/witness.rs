//! Who is told of every call: for accounts, logs and metrics, which are not this room's.

use crate::fault::{FaultKind, RenderFault};
use crate::plugin::Plugin;
use crate::receipt::{LogLine, Receipt};

/// One call, after its end.
#[derive(Debug, Clone, Copy)]
pub struct Witnessed<'a> {
    /// For whom.
    pub tenant: &'a str,
    /// For which of the tenant's panels.
    pub panel: &'a str,
    /// Who was called.
    pub plugin: &'a Plugin,
    /// What it cost.
    pub receipt: &'a Receipt,
    /// What the guest wrote.
    pub log: &'a [LogLine],
    /// How it ended, where it gave no view.
    pub fault: Option<&'a RenderFault>,
}

/// Is told of every call that was begun. Called on the way of the answer: it must be quick and must not block.
pub trait Witness: Send + Sync {
    /// A call has ended.
    fn called(&self, call: Witnessed<'_>);

    /// A call was not begun: the plugin rests, or there was no place.
    fn turned_away(&self, tenant: &str, plugin: &Plugin, why: &FaultKind);
}
