//! The engine: one for the whole host.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Semaphore;
use tracing::Instrument;
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use crate::admission::{Admission, DESCRIBING, Full, Place};
use crate::background::{Background, MOMENT};
use crate::bindings::{Call, PluginPre, PluginWorld};
use crate::cache::Cache;
use crate::call::{self, Answer, Ending, Question};
use crate::compiler::Compiler;
use crate::fault::{FaultKind, RenderFault};
use crate::limits::Limits;
use crate::plugin::Plugin;
use crate::receipt::Receipt;
use crate::render::Rendered;
use crate::rest::{self, Resting, Rests};
use crate::source::Sources;
use crate::state::CallState;
use crate::wasi;
use crate::witness::{Witness, Witnessed};

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
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) options: SandboxOptions,
    pub(crate) engine: Engine,
    pub(crate) linker: Linker<CallState>,
    pub(crate) admission: Admission,
    pub(crate) background: Background,
    /// Compiling uses all processors by itself: one at a time.
    pub(crate) compiling: Semaphore,
    /// Components that are compiled or wait for it.
    pub(crate) queue: AtomicUsize,
    pub(crate) rests: Rests,
    pub(crate) witness: OnceLock<Arc<dyn Witness>>,
    pub(crate) cache: Option<Cache>,
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
        let entry = match inner.rests.enter(tenant, plugin.hash(), limits.longest()) {
            Ok(entry) => entry,
            Err(resting) => {
                let message = format!(
                    "it failed {} times in a row and is left alone for a while; the last time, {}",
                    resting.failures, resting.reason
                );
                let kind = FaultKind::Resting(resting);
                inner.turned_away(tenant, plugin, &kind);
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
                inner.turned_away(tenant, plugin, &FaultKind::Busy);
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
            Err(fault) if rest::counts(&fault.kind) => {
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
}

impl Inner {
    fn turned_away(&self, tenant: &str, plugin: &Plugin, why: &FaultKind) {
        if let Some(witness) = self.witness.get() {
            witness.turned_away(tenant, plugin, why);
        }
    }

    /// Runs a call; none: the host is stopping. Whoever leaves before its end frees the place only once the store is
    /// gone.
    pub(crate) async fn run(
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
            // In the span of whoever asked, also in the background.
            .run(call.in_current_span(), at_once, || meter.used() >= MOMENT)
            .await
    }

    /// A tenant's limits, within what the engine was set up for.
    pub(crate) fn allowed(&self, limits: &Limits) -> Limits {
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
        .max_memories_per_module(MEMORIES_PER_CALL)
        .max_memory_size(options.max_memory_bytes)
        .max_tables_per_component(TABLES_PER_CALL)
        .total_tables(calls.saturating_mul(TABLES_PER_CALL))
        .max_tables_per_module(TABLES_PER_CALL)
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
