//! The engine: one for the whole host.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::admission::{Admission, Full};
use crate::bindings::{Call, Descriptor, PluginPre, PluginWorld, QueryError};
use crate::cache::Cache;
use crate::call::{self, Answer, Question};
use crate::fault::{FaultKind, RenderFault};
use crate::guest_text::{IN_MESSAGES, bounded};
use crate::limits::Limits;
use crate::load::{LoadError, look_at, look_at_world};
use crate::plugin::Plugin;
use crate::receipt::Receipt;
use crate::render::Rendered;
use crate::source::{Source, Sources};
use crate::state::CallState;
use crate::{descriptor, wasi};

/// How often running guests are looked at: to let others run, and to see whether their time is up.
const TICK: Duration = Duration::from_millis(10);

// What one component may have at most, whatever a tenant's limits say. A Rust panel has one of each; interpreters in
// WebAssembly are made of several modules. Measured on the examples and probes in other languages: Python (componentize-py
// 0.25) has 14 instances, 38 with stubs for WASI, of up to 242,064 bytes, 400,092 bytes as a component, 1 memory, 2 tables
// with less than 6,000 elements together; JavaScript (componentize-qjs 0.4) has 9 instances, 13 with stubs, of up to 27,208
// bytes, 2 memories, 2 tables with less than 5,700 elements. Python packages with native code bring instances of their own.
const MEMORIES_PER_CALL: u32 = 4;
const TABLES_PER_CALL: u32 = 32;
const INSTANCES_PER_CALL: u32 = 64;
const INSTANCE_BYTES: usize = 4 << 20;
const TABLE_ELEMENTS: usize = 65_536;

/// Memory of a place that stays with the process between calls, so that the next call finds its pages there.
const KEPT_MEMORY: usize = 2 << 20;
const KEPT_TABLE: usize = 64 << 10;
const KEPT_STACK: usize = 64 << 10;

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
    /// Where precompiled components are kept; none: nowhere. Only the host's own account may write there.
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
    #[error("precompiled components cannot be kept: {path}: {reason}")]
    Cache {
        /// The folder or the file in it.
        path: String,
        /// Why, and what to do.
        reason: String,
    },
}

/// Places of the pool that are taken, for health and for tests: all are 0 when no call is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occupancy {
    /// Core instances.
    pub instances: u64,
    /// Linear memories.
    pub memories: usize,
    /// Tables.
    pub tables: usize,
    /// Stacks.
    pub stacks: usize,
}

/// Runs plugins. Cheap to clone: all clones are one engine.
#[derive(Clone)]
pub struct Sandbox {
    inner: Arc<Inner>,
}

struct Inner {
    options: SandboxOptions,
    engine: Engine,
    linker: Linker<CallState>,
    admission: Admission,
    /// Compiling uses all processors by itself: one at a time.
    compiling: Semaphore,
    cache: Option<Cache>,
}

impl Sandbox {
    /// Starts the engine and its clock, and checks that both work.
    ///
    /// # Errors
    /// When the machine cannot run the engine (not enough address space for the pool), or the cache's folder is open to
    /// other users of the machine.
    pub fn new(options: SandboxOptions) -> Result<Self, SandboxError> {
        let engine = engine(&options).map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
        let linker = linker(&engine).map_err(|error| SandboxError::Engine(format!("{error:#}")))?;
        let cache = options
            .cache_dir
            .as_deref()
            .map(|folder| Cache::open(folder, &engine))
            .transpose()?;
        start_clock(&engine).map_err(|error| SandboxError::Engine(format!("its clock: {error}")))?;
        let admission = Admission::new(options.calls);
        let compiling = Semaphore::new(1);
        Ok(Self {
            inner: Arc::new(Inner {
                options,
                engine,
                linker,
                admission,
                compiling,
                cache,
            }),
        })
    }

    /// Checks, compiles and links a component, and asks it to describe itself under the default limits.
    ///
    /// `origin` says where the bytes come from (a path, `built in`), for messages. Compiling takes processor time in
    /// proportion to the component and runs on the blocking pool. Needs a tokio runtime.
    ///
    /// # Errors
    /// A [`LoadError`] for everything that is not a panel; no bytes make this panic.
    pub async fn load(
        &self,
        bytes: impl AsRef<[u8]> + Send + 'static,
        origin: &str,
    ) -> Result<Arc<Plugin>, LoadError> {
        let origin = origin.to_owned();
        let size = bytes.as_ref().len();
        let limit = self.inner.options.max_component_bytes;
        if size > limit {
            return Err(LoadError::TooLarge { origin, size, limit });
        }
        if let Err(reason) = look_at(bytes.as_ref()) {
            return Err(LoadError::Unreadable { origin, reason });
        }
        let hash = hex::encode(Sha256::digest(bytes.as_ref()));
        let component = self.compile(bytes, &hash, &origin).await?;
        if let Err(reason) = look_at_world(&self.inner.engine, &component) {
            return Err(LoadError::WrongWorld { origin, reason });
        }
        let linked = self
            .inner
            .linker
            .instantiate_pre(&component)
            .and_then(PluginPre::new);
        let linked = linked.map_err(|error| LoadError::WrongWorld {
            origin: origin.clone(),
            reason: said(&error),
        })?;
        let descriptor = self.describe(&linked, &origin).await?;
        if let Err(reason) = descriptor::check(&descriptor) {
            return Err(LoadError::Descriptor { origin, reason });
        }
        Ok(Arc::new(Plugin {
            descriptor,
            hash,
            origin,
            linked,
        }))
    }

    /// Renders one view in a fresh instance that is thrown away afterwards.
    ///
    /// Waits for a free place, at most `limits.wall`: first behind other calls of `tenant`, then behind all calls of
    /// the host. Dropping the future ends the call. Needs a tokio runtime with time enabled.
    ///
    /// # Errors
    /// Every other end of a call, with what it cost and what it said: see [`FaultKind`].
    pub async fn render(
        &self,
        plugin: &Arc<Plugin>,
        tenant: &str,
        call: Call,
        sources: Arc<dyn Sources>,
        limits: &Limits,
    ) -> Result<Rendered, Box<RenderFault>> {
        let inner = &*self.inner;
        let fault = |kind, message, receipt, log| {
            Box::new(RenderFault {
                plugin: plugin.name().to_owned(),
                version: plugin.version().to_owned(),
                kind,
                message,
                receipt,
                log,
            })
        };
        // Held until the store is gone.
        let _place = match inner
            .admission
            .enter(tenant, limits.calls_per_tenant, limits.wall)
            .await
        {
            Ok(place) => place,
            Err(full) => {
                let message = match full {
                    Full::Tenant => format!(
                        "{} panels of this tenant are being rendered already; try again in a moment",
                        limits.calls_per_tenant.max(1)
                    ),
                    Full::Host => "the host is busy; try again in a moment".to_owned(),
                };
                return Err(fault(FaultKind::Busy, message, Receipt::default(), Vec::new()));
            }
        };
        let state = CallState::new(inner.allowed(limits), sources, call.now);
        let question = Question::Render(Box::new(call));
        let ending = call::ask(&inner.engine, &plugin.linked, state, question).await;
        match ending.result {
            Ok(Answer::View(view)) => Ok(Rendered {
                view: *view,
                receipt: ending.receipt,
                log: ending.log,
            }),
            Ok(Answer::Descriptor(_)) => {
                let message = "a description came where a view was asked for".to_owned();
                Err(fault(FaultKind::Internal, message, ending.receipt, ending.log))
            }
            Err((kind, message)) => Err(fault(kind, message, ending.receipt, ending.log)),
        }
    }

    /// Places of the pool that are taken right now.
    pub fn occupancy(&self) -> Occupancy {
        let metrics = self.inner.engine.pooling_allocator_metrics();
        Occupancy {
            instances: metrics.as_ref().map_or(0, |metrics| metrics.core_instances()),
            memories: metrics.as_ref().map_or(0, |metrics| metrics.memories()),
            tables: metrics.as_ref().map_or(0, |metrics| metrics.tables()),
            stacks: metrics.as_ref().map_or(0, |metrics| metrics.stacks()),
        }
    }

    async fn compile(
        &self,
        bytes: impl AsRef<[u8]> + Send + 'static,
        hash: &str,
        origin: &str,
    ) -> Result<Component, LoadError> {
        let internal = |reason: String| LoadError::Internal {
            origin: origin.to_owned(),
            reason,
        };
        let _turn = self
            .inner
            .compiling
            .acquire()
            .await
            .map_err(|error| internal(error.to_string()))?;
        let inner = self.inner.clone();
        let key = hash.to_owned();
        let work = move || {
            if let Some(component) = inner
                .cache
                .as_ref()
                .and_then(|cache| cache.load(&inner.engine, &key))
            {
                return Ok(component);
            }
            let component = Component::from_binary(&inner.engine, bytes.as_ref())?;
            if let Some(cache) = &inner.cache {
                cache.store(&key, &component);
            }
            Ok(component)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(component)) => Ok(component),
            Ok(Err(error)) => {
                let error: wasmtime::Error = error;
                Err(LoadError::Unreadable {
                    origin: origin.to_owned(),
                    reason: said(&error),
                })
            }
            Err(_panicked) => Err(internal("the compiler gave up on it".to_owned())),
        }
    }

    async fn describe(&self, linked: &PluginPre<CallState>, origin: &str) -> Result<Descriptor, LoadError> {
        let inner = &*self.inner;
        let limits = inner.allowed(&Limits::default());
        let wrong = |reason: String| LoadError::Describe {
            origin: origin.to_owned(),
            reason,
        };
        let _place = inner
            .admission
            .enter_for_host(limits.wall)
            .await
            .map_err(|_full| wrong("the host is busy; try again in a moment".to_owned()))?;
        let state = CallState::new(limits, Arc::new(NoSources), 0);
        let ending = call::ask(&inner.engine, linked, state, Question::Describe).await;
        match ending.result {
            Ok(Answer::Descriptor(descriptor)) => Ok(*descriptor),
            Ok(Answer::View(_)) => Err(wrong("a view came where a description was asked for".to_owned())),
            Err((_, message)) => {
                let said = ending
                    .log
                    .last()
                    .map(|line| format!("; the last it said: {}", line.message));
                Err(wrong(message + &said.unwrap_or_default()))
            }
        }
    }
}

impl Inner {
    /// A tenant's limits, within what the engine was set up for.
    fn allowed(&self, limits: &Limits) -> Limits {
        Limits {
            memory_bytes: limits.memory_bytes.min(self.options.max_memory_bytes),
            memories: limits.memories.min(MEMORIES_PER_CALL as usize),
            tables: limits.tables.min(TABLES_PER_CALL as usize),
            table_elements: limits.table_elements.min(TABLE_ELEMENTS),
            instances: limits.instances.min(INSTANCES_PER_CALL as usize),
            ..limits.clone()
        }
    }
}

/// The engine's words about a component; they quote names that its author chose.
fn said(error: &wasmtime::Error) -> String {
    bounded(&format!("{error:#}"), IN_MESSAGES)
}

/// A plugin that describes itself has no tenant, hence no data.
struct NoSources;

impl Sources for NoSources {
    fn open(&self, _name: &str) -> Result<Arc<dyn Source>, QueryError> {
        Err(QueryError::Denied(
            "there is no data while a plugin describes itself".to_owned(),
        ))
    }
}

fn engine(options: &SandboxOptions) -> wasmtime::Result<Engine> {
    let calls = options.calls.max(1);
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(calls)
        .max_component_instance_size(INSTANCE_BYTES)
        .max_core_instances_per_component(INSTANCES_PER_CALL)
        .total_core_instances(calls.saturating_mul(INSTANCES_PER_CALL))
        .max_core_instance_size(INSTANCE_BYTES)
        .max_memories_per_component(MEMORIES_PER_CALL)
        .total_memories(calls.saturating_mul(MEMORIES_PER_CALL))
        .max_memory_size(options.max_memory_bytes)
        .max_tables_per_component(TABLES_PER_CALL)
        .total_tables(calls.saturating_mul(TABLES_PER_CALL))
        .table_elements(TABLE_ELEMENTS)
        .total_stacks(calls)
        .max_unused_warm_slots(calls)
        .linear_memory_keep_resident(KEPT_MEMORY)
        .table_keep_resident(KEPT_TABLE)
        .async_stack_keep_resident(KEPT_STACK)
        .pagemap_scan(Enabled::Auto);
    let mut config = Config::new();
    config
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool))
        .epoch_interruption(true)
        .max_wasm_stack(options.stack_bytes)
        // The guest's stack and as much again, and more, for the host functions it calls.
        .async_stack_size(options.stack_bytes.saturating_add(1 << 20))
        // Calls are asynchronous for the host; guests themselves have no threads and no concurrency.
        .concurrency_support(false)
        .memory_init_cow(true)
        .wasm_backtrace_max_frames(std::num::NonZeroUsize::new(32));
    Engine::new(&config)
}

fn linker(engine: &Engine) -> wasmtime::Result<Linker<CallState>> {
    let mut linker = Linker::new(engine);
    wasi::link(&mut linker)?;
    PluginWorld::add_to_linker::<_, HasSelf<CallState>>(&mut linker, |state| state)?;
    Ok(linker)
}

/// Ticks until the engine is gone.
fn start_clock(engine: &Engine) -> std::io::Result<()> {
    let engine = engine.weak();
    std::thread::Builder::new()
        .name("porthole-ticks".to_owned())
        .spawn(move || {
            loop {
                std::thread::sleep(TICK);
                match engine.upgrade() {
                    Some(engine) => engine.increment_epoch(),
                    None => return,
                }
            }
        })?;
    Ok(())
}
