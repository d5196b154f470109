//! Why something about a tenant's plugins could not be done.

use porthole_identity::IdentityError;
use porthole_sandbox::LoadError;

/// Why something about a tenant's plugins could not be done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PluginsError {
    /// The tenant has no such plugin or version (or there is no such tenant: the same to who asks).
    #[error("there is no such plugin")]
    NotFound,
    /// The component is larger than the tenant's limit.
    #[error("the component has {size} bytes, more than the {limit} that are accepted (`limits.plugin`)")]
    TooLarge {
        /// Bytes.
        size: usize,
        /// Bytes.
        limit: usize,
    },
    /// It is no panel, or not one that this tenant trusts.
    #[error("{0}")]
    Refused(String),
    /// Its name, endpoint or version is another's, or the wish does not fit what is there.
    #[error("{0}")]
    Clash(String),
    /// Not now.
    #[error("{0}")]
    Busy(String),
    /// The host's own fault.
    #[error("{0}")]
    Internal(String),
}

impl From<IdentityError> for PluginsError {
    fn from(error: IdentityError) -> Self {
        match error {
            IdentityError::NoSuchTenant(_) => Self::NotFound,
            IdentityError::PluginVersionTaken { .. } => {
                Self::Clash(format!("{error}; raise the plugin's version and publish again"))
            }
            IdentityError::PluginsFull(message) => Self::Clash(message),
            error if error.is_unreachable() => {
                Self::Busy("the central database does not answer; try again in a moment".to_owned())
            }
            error => Self::Internal(error.to_string()),
        }
    }
}

impl From<LoadError> for PluginsError {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::TooLarge { size, limit, .. } => Self::TooLarge { size, limit },
            LoadError::QueueFull { .. } => Self::Busy(error.to_string()),
            LoadError::Internal { .. } => Self::Internal(error.to_string()),
            refused => Self::Refused(refused.to_string()),
        }
    }
}
