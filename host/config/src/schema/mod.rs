//! JSON Schemas (2020-12) of the files that this room reads, for editors that complete and check while one types.
//!
//! The readers of this crate decide what is right; a test holds these schemas against the keys that the readers ask for, so
//! that neither forgets one. What a panel type takes under `display:` and `parameters:` is the panel type's to say: see
//! [`panel`].

mod panel;
mod parts;
mod reference;
mod settings;
mod tenant;
#[cfg(test)]
mod tests;

pub use panel::{PanelRole, PanelSource, PanelType, panel};
pub use reference::reference;
pub use settings::settings;
pub use tenant::{dashboard, tenant};
