//! The engine: one for the whole host.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::admission::{Admission, DESCRIBING, Full, Place};
use crate::background::{Background, MOMENT};
use crate::bindings::{Call, Descriptor, PluginPre, PluginWorld, QueryError};
use crate::cache::Cache;
use crate::call::{self, Answer, Ending, Question};
use crate::compiler::{Compiler, Failure};
use crate::fault::{FaultKind, RenderFault};
use crate::guest_text::{IN_MESSAGES, bounded};
use crate::limits::Limits;
use crate::load::{LoadError, look_at, look_at_world};
use crate::plugin::Plugin;
use crate::receipt::Receipt;
use crate::render::Rendered;
use crate::rest::{self, Resting, Rests};
use crate::source::{Source, Sources};
use crate::state::CallState;
use crate::witness::{Witness, Witnessed};
use crate::{descriptor, wasi};

/// Components that may be compiled or wait for it at a time.
const COMPILE_QUEUE: usize = 32;

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

/// How long a plugin waits for its turn to describe itself.
const DESCRIBING_PATIENCE: Duration = Duration::from_secs(60);

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
    /// Where precompiled components are kept; none: nowhere. Only the host's own account may write there.
    pub cache_dir: Option<PathBuf>,
    /// The process that compiles; none: this one compiles, for tests and short-lived commands.
    pub compiler: Option<Compiler>,
}

impl Default for SandboxOptions {
    fn default() -> Self {
        Self {
            calls: 64,
            max_memory_bytes: 512 << 20,
            stack_bytes: 512 << 10,
            cache_dir: None,
            compiler: None,
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
    background: Background,
    /// Compiling uses all processors by itself: one at a time.
    compiling: Semaphore,
    /// Components that are compiled or wait for it.
    queue: AtomicUsize,
    rests: Rests,
    witness: OnceLock<Arc<dyn Witness>>,
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
        let background =
            Background::start().map_err(|error| SandboxError::Engine(format!("its threads: {error}")))?;
        let admission = Admission::new(options.calls);
        let compiling = Semaphore::new(1);
        Ok(Self {
            inner: Arc::new(Inner {
                options,
                engine,
                linker,
                admission,
                background,
                compiling,
                queue: AtomicUsize::new(0),
                rests: Rests::default(),
                witness: OnceLock::new(),
                cache,
            }),
        })
    }

    /// Has every call told to `witness` from now on; the first one stays.
    pub fn set_witness(&self, witness: Arc<dyn Witness>) {
        let _ = self.inner.witness.set(witness);
    }

    /// [`Sandbox::load_within`] the default limits, compiled by this very process: for the host's own components, which
    /// it knows, and which it needs before it can do anything else.
    ///
    /// # Errors
    /// The same.
    pub async fn load(
        &self,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        origin: &str,
    ) -> Result<Arc<Plugin>, LoadError> {
        self.load_by(None, bytes, origin, &Limits::default()).await
    }

    /// Checks, compiles and links a component, and asks it to describe itself under these limits.
    ///
    /// `origin` says where the bytes come from (a path, `built in`), for messages. Compiling takes processor time in
    /// proportion to the component, one component at a time, in a process of its own where there is a [`Compiler`].
    /// Needs a tokio runtime.
    ///
    /// # Errors
    /// A [`LoadError`] for everything that is not a panel; no bytes make this panic.
    pub async fn load_within(
        &self,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        origin: &str,
        limits: &Limits,
    ) -> Result<Arc<Plugin>, LoadError> {
        let compiler = self.inner.options.compiler.as_ref();
        self.load_by(compiler, bytes, origin, limits).await
    }

    async fn load_by(
        &self,
        compiler: Option<&Compiler>,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        origin: &str,
        limits: &Limits,
    ) -> Result<Arc<Plugin>, LoadError> {
        let origin = origin.to_owned();
        let size = bytes.as_ref().len();
        let limit = limits.component_bytes;
        if size > limit {
            return Err(LoadError::TooLarge { origin, size, limit });
        }
        if let Err(reason) = look_at(bytes.as_ref()) {
            return Err(LoadError::Unreadable { origin, reason });
        }
        let hash = hex::encode(Sha256::digest(bytes.as_ref()));
        let component = self.compile(compiler, bytes, &hash, &origin).await?;
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
        let descriptor = self.describe(&linked, &hash, &origin, limits).await?;
        if let Err(reason) = descriptor::check(&descriptor) {
            return Err(LoadError::Descriptor { origin, reason });
        }
        Ok(Arc::new(Plugin {
            descriptor,
            hash,
            size,
            origin,
            linked,
        }))
    }

    /// Renders one view in a fresh instance that is thrown away afterwards.
    ///
    /// Waits for a free place, at most `limits.wall`: first behind other calls of `tenant`, then behind all calls of
    /// the host. A call that computes for more than a moment goes on in the background, at a lower priority. Dropping
    /// the future ends the call, at its next pause at the latest. Needs a tokio runtime with time enabled.
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
        let entry = match inner.rests.enter(tenant, plugin.hash(), limits.wall) {
            Ok(entry) => entry,
            Err(resting) => {
                let message = format!(
                    "it failed {} times in a row and is left alone for a while; the last time, {}",
                    resting.failures, resting.reason
                );
                let kind = FaultKind::Resting(resting);
                return Err(fault(kind, message, Receipt::default(), Vec::new()));
            }
        };
        // Held until the store is gone, and by the answer until it is worked up.
        let place = match inner
            .admission
            .enter(tenant, limits.calls_per_tenant, limits.wall)
            .await
        {
            Ok(place) => place,
            Err(full) => {
                let message = match full {
                    Full::Tenant(inside) => format!(
                        "{inside} panels of this tenant are being rendered already, which is as many as may be at once; \
                         try again in a moment"
                    ),
                    Full::Host => "the host is busy; try again in a moment".to_owned(),
                };
                return Err(fault(FaultKind::Busy, message, Receipt::default(), Vec::new()));
            }
        };
        let panel = call.panel_id.clone();
        let state = CallState::new(
            inner.allowed(limits),
            inner.options.stack_bytes,
            sources,
            call.now,
        );
        let question = Question::Render(Box::new(call));
        let Some((ending, place)) = inner
            .run(&plugin.linked, &plugin.hash, place, state, question)
            .await
        else {
            let message = "the host is stopping".to_owned();
            return Err(fault(
                FaultKind::Internal,
                message,
                Receipt::default(),
                Vec::new(),
            ));
        };
        let outcome = match ending.result {
            Ok(Answer::View(view)) => Ok(Rendered {
                view: *view,
                receipt: ending.receipt,
                log: ending.log,
                place,
            }),
            Ok(Answer::Descriptor(_)) => {
                let message = "a description came where a view was asked for".to_owned();
                Err(fault(FaultKind::Internal, message, ending.receipt, ending.log))
            }
            Err((kind, message)) => Err(fault(kind, message, ending.receipt, ending.log)),
        };
        match &outcome {
            Err(fault) if rest::counts(&fault.kind, ending.waited_for_data) => {
                inner.rests.failed(tenant, plugin.hash(), entry, &fault.message);
            }
            _ => inner.rests.succeeded(tenant, plugin.hash()),
        }
        if let Some(witness) = inner.witness.get() {
            let (receipt, log, fault) = match &outcome {
                Ok(rendered) => (&rendered.receipt, &rendered.log, None),
                Err(fault) => (&fault.receipt, &fault.log, Some(&**fault)),
            };
            witness.called(Witnessed {
                tenant,
                panel: &panel,
                plugin,
                receipt,
                log,
                fault,
            });
        }
        outcome
    }

    /// Whether a tenant's plugin is at rest after repeated failures.
    pub fn resting(&self, tenant: &str, hash: &str) -> Option<Resting> {
        self.inner.rests.state(tenant, hash)
    }

    /// Ends a rest: the plugin is called again at once.
    pub fn wake(&self, tenant: &str, hash: &str) {
        self.inner.rests.forget(tenant, hash);
    }

    /// Components that are being compiled or wait for it.
    pub fn compile_queue(&self) -> usize {
        self.inner.queue.load(Ordering::Relaxed)
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
        compiler: Option<&Compiler>,
        bytes: impl AsRef<[u8]> + Send + Sync + 'static,
        hash: &str,
        origin: &str,
    ) -> Result<Component, LoadError> {
        let internal = |reason: String| LoadError::Internal {
            origin: origin.to_owned(),
            reason,
        };
        let inner = self.inner.clone();
        if let Some(component) = self.kept(hash).await {
            return Ok(component);
        }
        let _waiting = Waiting::begin(&self.inner.queue).map_err(|waiting| LoadError::QueueFull {
            origin: origin.to_owned(),
            waiting,
        })?;
        let _turn = self
            .inner
            .compiling
            .acquire()
            .await
            .map_err(|error| internal(error.to_string()))?;
        // Somebody before us in the queue may have compiled the same.
        if let Some(component) = self.kept(hash).await {
            return Ok(component);
        }
        let unreadable = |reason: String| LoadError::Unreadable {
            origin: origin.to_owned(),
            reason,
        };
        let key = hash.to_owned();
        let code = match compiler {
            Some(compiler) => {
                let code = compiler.compile(&inner.options, bytes.as_ref()).await;
                Some(code.map_err(|failure| match failure {
                    Failure::Unreadable(reason) => unreadable(reason),
                    Failure::TooCostly(reason) => LoadError::TooCostly {
                        origin: origin.to_owned(),
                        reason,
                    },
                    Failure::Internal(reason) => internal(reason),
                })?)
            }
            None => None,
        };
        let work = move || {
            let component = match &code {
                // SAFETY: `deserialize` asks for bytes that came from `Engine::precompile_component` or
                // `Component::serialize` unchanged. These came through a pipe, which nobody else can write to, from a
                // process that this host has just started from its own program and that does nothing but call the
                // former. The engine compares their version and settings with its own before it uses them.
                Some(code) => unsafe { Component::deserialize(&inner.engine, code) }?,
                None => Component::from_binary(&inner.engine, bytes.as_ref())?,
            };
            if let Some(cache) = &inner.cache {
                cache.store(&key, &component);
            }
            Ok(component)
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(Ok(component)) => Ok(component),
            Ok(Err(error)) => {
                let error: wasmtime::Error = error;
                Err(unreadable(said(&error)))
            }
            Err(_panicked) => Err(internal("the compiler gave up on it".to_owned())),
        }
    }

    /// The compiled form on disk.
    async fn kept(&self, hash: &str) -> Option<Component> {
        self.inner.cache.as_ref()?;
        let inner = self.inner.clone();
        let key = hash.to_owned();
        let look = move || inner.cache.as_ref()?.load(&inner.engine, &key);
        tokio::task::spawn_blocking(look).await.ok().flatten()
    }

    async fn describe(
        &self,
        linked: &PluginPre<CallState>,
        hash: &str,
        origin: &str,
        limits: &Limits,
    ) -> Result<Descriptor, LoadError> {
        let inner = &*self.inner;
        let limits = inner.allowed(limits);
        let wrong = |reason: String| LoadError::Describe {
            origin: origin.to_owned(),
            reason,
        };
        let place = inner
            .admission
            .enter_to_describe(DESCRIBING_PATIENCE)
            .await
            .map_err(|_full| wrong("the host is busy; try again in a moment".to_owned()))?;
        let state = CallState::new(limits, inner.options.stack_bytes, Arc::new(NoSources), 0);
        let Some((ending, _place)) = inner.run(linked, hash, place, state, Question::Describe).await else {
            return Err(wrong("the host is stopping".to_owned()));
        };
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

/// A component in the queue of the compiler.
struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    /// Takes a place in the queue; an error says how many are before.
    fn begin(queue: &'a AtomicUsize) -> Result<Self, usize> {
        let before = queue.fetch_add(1, Ordering::Relaxed);
        let waiting = Self(queue);
        if before < COMPILE_QUEUE {
            Ok(waiting)
        } else {
            Err(before)
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Inner {
    /// Runs a call; none: the host is stopping. Whoever leaves before its end frees the place only once the store is
    /// gone.
    async fn run(
        &self,
        linked: &PluginPre<CallState>,
        hash: &str,
        place: Place,
        state: CallState,
        question: Question,
    ) -> Option<(Ending, Place)> {
        // Nobody waits for a description the way a reader waits for a panel.
        let at_once = matches!(question, Question::Describe) || place.was_heavy(hash);
        let meter = state.meter.clone();
        let (engine, linked, hash) = (self.engine.clone(), linked.clone(), hash.to_owned());
        let call = {
            let meter = meter.clone();
            async move {
                let ending = call::ask(engine, linked, state, question).await;
                place.note(&hash, meter.used() >= MOMENT);
                (ending, place)
            }
        };
        self.background
            .run(call, at_once, || meter.used() >= MOMENT)
            .await
    }

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

pub(crate) fn engine(options: &SandboxOptions) -> wasmtime::Result<Engine> {
    let calls = options.calls.max(1).saturating_add(DESCRIBING);
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
