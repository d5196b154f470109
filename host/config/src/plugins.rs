//! What a tenant's folder says of its plugins: which files there are, which hashes they must have, whose signatures
//! count. What is in a file is for those to say who know WebAssembly.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::Spanned;

/// A tenant's plugins, as its folder has them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantPlugins {
    /// The `.wasm` files under `plugins/`, by name.
    pub files: Vec<PluginFile>,
    /// `plugins.lock`.
    pub lock: Lock,
    /// `plugins.require_signature`: a plugin that none of `keys` has signed does not run.
    pub require_signature: bool,
    /// `plugins.keys`: minisign public keys, in base64 as minisign prints them.
    pub keys: Vec<Spanned<String>>,
    /// `tenant.yaml` has faults, so that nobody can tell what it says of plugins: `require_signature` and `keys` are what
    /// it said before, and nothing may run that did not run then.
    pub is_frozen: bool,
}

/// One `.wasm` file of a tenant's folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginFile {
    /// Relative to the configuration folder: `tenants/alpha/plugins/heat.wasm`.
    pub name: String,
    /// Where to read it; inside the tenant's folder, without links.
    pub path: PathBuf,
    /// Changes when the file, or the signature beside it, is written.
    pub stamp: u64,
    /// The signature beside it, `heat.wasm.minisig`, if there is one.
    pub signature: Option<PathBuf>,
}

/// What `plugins.lock` says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Lock {
    /// There is no such file: any plugin may run.
    #[default]
    Absent,
    /// Only these may run, by the plugin's name; of several, any.
    Pins(BTreeMap<String, Vec<Pin>>),
    /// The file has faults: nothing may run, since nobody can tell what was meant to.
    Faulty,
}

/// What a plugin must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pin {
    /// Of its bytes: 64 hexadecimal digits, lower case, with its place in the file.
    pub sha256: Spanned<String>,
}
