//! One call from its fresh instance to its end.

use std::pin::pin;
use std::time::{Duration, Instant};

use wasmtime::component::ResourceTableError;
use wasmtime::{Engine, PoolConcurrencyLimitError, Store, Trap, UpdateDeadline, WasmBacktrace};

use crate::bindings::{Call, Descriptor, Failure, PluginPre, QueryError, View};
use crate::fault::{FaultKind, LimitName};
use crate::guest_text::{IN_MESSAGES, bounded};
use crate::meter::Meter;
use crate::receipt::{LogLine, Receipt};
use crate::state::CallState;

/// Handles that may exist beyond the open sources: what WASI hands out.
const FURTHER_HANDLES: usize = 1_024;
/// Named frames kept of a crash.
const FRAMES: usize = 12;
/// Characters kept of one frame's name.
const FRAME_NAME: usize = 120;

/// What is asked of a plugin.
pub(crate) enum Question {
    /// Who are you?
    Describe,
    /// Show something.
    Render(Box<Call>),
}

/// What it said.
pub(crate) enum Answer {
    /// To [`Question::Describe`].
    Descriptor(Box<Descriptor>),
    /// To [`Question::Render`].
    View(Box<View>),
}

/// How a call ended, and what it left.
pub(crate) struct Ending {
    pub(crate) result: Result<Answer, (FaultKind, String)>,
    pub(crate) receipt: Receipt,
    pub(crate) log: Vec<LogLine>,
}

/// Asks one question of a fresh instance, which is gone when this returns.
pub(crate) async fn ask(
    engine: Engine,
    plugin: PluginPre<CallState>,
    state: CallState,
    question: Question,
) -> Ending {
    let start = Instant::now();
    let mut store = store(&engine, state);
    let (wall, waiting) = (store.data().limits.wall, store.data().limits.waiting);
    let meter = store.data().meter.clone();
    let outcome = {
        let call = pin!(meter.measure(instantiate_and_call(&plugin, &mut store, question)));
        tokio::select! {
            biased;
            outcome = call => Ok(outcome),
            name = time_is_over(&meter, start, wall, waiting) => Err(name),
        }
    };
    let result = match outcome {
        Ok(Ok(answer)) => answer.map_err(|failure| judge_failure(failure, store.data())),
        Ok(Err(error)) => Err(judge_error(&error, store.data())),
        Err(name) => Err(limit(name, store.data())),
    };
    let (receipt, log) = store.into_data().finish(start.elapsed());
    Ending { result, receipt, log }
}

/// Comes back when the call has taken its time, or has waited its time for data; the one does not count for the other, so
/// that a slow database is not held against the plugin, and no plugin can wait without end.
async fn time_is_over(meter: &Meter, start: Instant, wall: Duration, waiting: Duration) -> LimitName {
    loop {
        let waited = meter.waited();
        let own = start.elapsed().saturating_sub(waited);
        if waited >= waiting {
            return LimitName::Waiting;
        }
        if own >= wall {
            return LimitName::Wall;
        }
        // Neither can be over sooner, whatever it does meanwhile.
        tokio::time::sleep((wall - own).min(waiting - waited)).await;
    }
}

fn store(engine: &Engine, state: CallState) -> Store<CallState> {
    let lifted = state.limits.lifted_bytes;
    let handles = state.limits.handles.saturating_add(FURTHER_HANDLES);
    let mut store = Store::new(engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(lifted);
    store.set_max_component_handles(handles);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut context| {
        let state = context.data_mut();
        if state.meter.used() >= state.limits.cpu {
            state.reached = Some(LimitName::Cpu);
            return Ok(UpdateDeadline::Interrupt);
        }
        // The runtime's own yield: a plain wake-up of oneself may be polled again before anybody else.
        Ok(UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now())))
    });
    store
}

async fn instantiate_and_call(
    plugin: &PluginPre<CallState>,
    store: &mut Store<CallState>,
    question: Question,
) -> wasmtime::Result<Result<Answer, Failure>> {
    let world = plugin.instantiate_async(&mut *store).await?;
    let panel = world.porthole_panel_panel();
    Ok(match question {
        Question::Describe => Ok(Answer::Descriptor(Box::new(panel.call_describe(store).await?))),
        Question::Render(call) => panel
            .call_render(store, &call)
            .await?
            .map(|view| Answer::View(Box::new(view))),
    })
}

/// A guest that says "I could not" because a limit made the host refuse its question has reached that limit.
fn judge_failure(failure: Failure, state: &CallState) -> (FaultKind, String) {
    if let Some(name) = state.reached()
        && matches!(failure, Failure::Query(_))
    {
        return limit(name, state);
    }
    let failure = bounded_failure(failure);
    let message = match &failure {
        Failure::Configuration(text) | Failure::Other(text) => text.clone(),
        Failure::Query(error) => describe_query_error(error),
    };
    (FaultKind::Failure(failure), message)
}

/// The same failure with a guest's texts cut to what a message can bear.
fn bounded_failure(failure: Failure) -> Failure {
    let text = |text: String| bounded(&text, IN_MESSAGES);
    match failure {
        Failure::Configuration(words) => Failure::Configuration(text(words)),
        Failure::Other(words) => Failure::Other(text(words)),
        Failure::Query(error) => Failure::Query(match error {
            QueryError::Denied(words) => QueryError::Denied(text(words)),
            QueryError::Invalid(words) => QueryError::Invalid(text(words)),
            QueryError::TimedOut => QueryError::TimedOut,
            QueryError::TooLarge(words) => QueryError::TooLarge(text(words)),
            QueryError::Unavailable(words) => QueryError::Unavailable(text(words)),
            QueryError::Other(words) => QueryError::Other(text(words)),
        }),
    }
}

fn describe_query_error(error: &QueryError) -> String {
    match error {
        QueryError::Denied(text) => format!("the configuration does not allow this: {text}"),
        QueryError::Invalid(text) => format!("the question to the data is wrong: {text}"),
        QueryError::TimedOut => "the database did not answer in time".to_owned(),
        QueryError::TooLarge(text) => format!("too much data: {text}"),
        QueryError::Unavailable(text) => format!("the database cannot be reached: {text}"),
        QueryError::Other(text) => text.clone(),
    }
}

/// Finds out how a call ended. Different ends look alike from outside (a memory bomb has no trap, deep recursion shows
/// as an access out of bounds), so our own notes come first.
fn judge_error(error: &wasmtime::Error, state: &CallState) -> (FaultKind, String) {
    let trap = error.downcast_ref::<Trap>().copied();
    // A refused question alone did not end this call; a limit that traps did.
    let ended = state.reached().filter(|name| {
        matches!(
            name,
            LimitName::Cpu | LimitName::Memory | LimitName::TableElements
        )
    });
    if let Some(name) = ended {
        return limit(name, state);
    }
    if trap == Some(Trap::StackOverflow) {
        return limit(LimitName::Stack, state);
    }
    if error.is::<PoolConcurrencyLimitError>() {
        return (
            FaultKind::Busy,
            "the host has no room for another call right now".to_owned(),
        );
    }
    let root = error.root_cause().to_string();
    // These errors have no type of their own that could be asked for.
    if root.contains("fuel allocated for hostcalls has been exhausted") {
        return limit(LimitName::ResultSize, state);
    }
    if root.contains("store handle limit exceeded")
        || error.is::<ResourceTableError>() && root.contains("no free keys")
    {
        return limit(LimitName::Handles, state);
    }
    if let Some(rest) = root.strip_prefix("resource limit exceeded: ") {
        let name = match rest.split(' ').next() {
            Some("memory") => LimitName::Memories,
            Some("table") => LimitName::Tables,
            _ => LimitName::Instances,
        };
        return limit(name, state);
    }
    let reason = match (trap, error.downcast_ref::<wasmtime_wasi::I32Exit>()) {
        (Some(Trap::UnreachableCodeReached), _) => {
            "it gave up (a panic, an assertion or an abort; its log may say why)".to_owned()
        }
        (Some(Trap::MemoryOutOfBounds), _) => {
            "it touched memory that is not there (often a call that goes too deep)".to_owned()
        }
        (Some(trap), _) => trap.to_string(),
        (None, Some(exit)) => format!("it called exit({})", exit.0),
        (None, None) => bounded(&root, IN_MESSAGES),
    };
    let frames = frames(error);
    let message = match frames.first() {
        Some(innermost) => format!("it crashed in {innermost}: {reason}"),
        None => format!("it crashed: {reason}"),
    };
    (FaultKind::Trap { reason, frames }, message)
}

/// The named functions, innermost first.
fn frames(error: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = error.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let named = backtrace.frames().iter().filter_map(|frame| frame.func_name());
    // Names are the guest's own choice.
    named.take(FRAMES).map(|name| bounded(name, FRAME_NAME)).collect()
}

fn limit(name: LimitName, state: &CallState) -> (FaultKind, String) {
    let limits = &state.limits;
    let value = match name {
        LimitName::Cpu => duration(limits.cpu),
        LimitName::Wall => duration(limits.wall),
        LimitName::Waiting => duration(limits.waiting),
        LimitName::Memory => bytes(limits.memory_bytes as u64),
        LimitName::Memories => limits.memories.to_string(),
        LimitName::Tables => limits.tables.to_string(),
        LimitName::TableElements => limits.table_elements.to_string(),
        LimitName::Instances => limits.instances.to_string(),
        LimitName::Stack => bytes(state.stack_bytes as u64),
        LimitName::ResultSize => bytes(limits.lifted_bytes as u64),
        LimitName::Handles => limits.handles.to_string(),
        LimitName::Queries => limits.queries.to_string(),
        LimitName::Rows => limits.rows.to_string(),
        LimitName::Bytes => bytes(limits.bytes),
    };
    let message = format!("it reached its limit of {name}: {value}");
    (FaultKind::Limit { name, value }, message)
}

pub(crate) fn duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if milliseconds >= 1_000 && milliseconds.is_multiple_of(1_000) {
        format!("{} s", milliseconds / 1_000)
    } else {
        format!("{milliseconds} ms")
    }
}

pub(crate) fn bytes(bytes: u64) -> String {
    const MIB: u64 = 1 << 20;
    const KIB: u64 = 1 << 10;
    if bytes >= MIB && bytes.is_multiple_of(MIB) {
        format!("{} MiB", bytes / MIB)
    } else if bytes >= KIB && bytes.is_multiple_of(KIB) {
        format!("{} KiB", bytes / KIB)
    } else {
        format!("{bytes} bytes")
    }
}
