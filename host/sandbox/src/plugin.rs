//! A plugin: a component that was checked, compiled and linked.

use std::fmt;

use crate::bindings::{Descriptor, PluginPre};
use crate::state::CallState;

/// A component that was checked, compiled and linked; made by [`Sandbox::load`](crate::Sandbox::load).
pub struct Plugin {
    pub(crate) descriptor: Descriptor,
    pub(crate) hash: String,
    pub(crate) size: usize,
    pub(crate) origin: String,
    pub(crate) linked: PluginPre<CallState>,
}

impl Plugin {
    /// What the plugin says about itself; checked.
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    /// What `type:` in a panel's YAML says: `[a-z0-9_]+`.
    pub fn name(&self) -> &str {
        &self.descriptor.type_name
    }

    /// Its semantic version.
    pub fn version(&self) -> &str {
        &self.descriptor.version
    }

    /// SHA-256 of the component's bytes, 64 hexadecimal digits.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Size of the component, bytes.
    pub fn size(&self) -> usize {
        self.size
    }

    /// Where it came from.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

impl fmt::Debug for Plugin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plugin")
            .field("name", &self.name())
            .field("version", &self.version())
            .field("hash", &self.hash)
            .field("origin", &self.origin)
            .finish_non_exhaustive()
    }
}
