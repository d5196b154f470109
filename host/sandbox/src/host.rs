//! The host's side of the contract.

/// What a guest's `source` handle stands for.
pub struct OpenSource {
    pub(crate) source: std::sync::Arc<dyn crate::Source>,
}
