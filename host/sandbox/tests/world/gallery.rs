//! What every rogue has to leave as it found it: the neighbour's answers, the pool's places, the host's memory.

use std::sync::Arc;
use std::time::Duration;

use porthole_sandbox::{FaultKind, LimitName, Limits, Plugin, RenderFault, Rendered, Sandbox};
use tokio::sync::Mutex;

use super::{Data, OneSource, assert_empty, call, component, limit_of, small_sandbox};

/// One rogue at a time: the memory of the process is looked at.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Calls before the memory is looked at first: all places of the pool have been used and keep what they keep.
const WARM_UP: u32 = 16;
/// Calls between the two looks.
const CALLS: u32 = 24;
/// What the process may have grown by in between, bytes: less than a rogue with 64 MiB would leave behind once, or
/// one with 1 MiB in every call.
const GROWTH: usize = 20 << 20;
/// Rounds of calls after which the memory must have come to rest.
const ROUNDS: u32 = 4;

/// How a rogue ends, whoever calls it.
pub type End = Result<Rendered, Box<RenderFault>>;

/// The usual limits, with more wall time: on a busy machine, what is limited otherwise takes longer to get there.
pub fn patient() -> Limits {
    Limits {
        wall: Duration::from_secs(60),
        ..Limits::default()
    }
}

/// Limits under which a loop is soon over.
pub fn tight() -> Limits {
    Limits {
        cpu: Duration::from_millis(50),
        // Far beyond what the loop may use: a loop is stopped by its processor time also on a busy machine.
        wall: Duration::from_secs(20),
        ..Limits::default()
    }
}

/// Asserts that every call of the rogue ended at this limit.
pub fn at_limit(name: LimitName, value: &'static str) -> impl Fn(End) {
    move |end| assert_eq!(limit_of(end), (name, value.to_owned()))
}

/// Asserts that every call of the rogue was a crash for a reason with these words.
pub fn crashed(words: &'static str) -> impl Fn(End) {
    move |end| match end.map_err(|fault| fault.kind) {
        Err(FaultKind::Trap { reason, .. }) => assert!(reason.contains(words), "{reason}"),
        other => panic!("no crash: {other:?}"),
    }
}

/// Asserts that every call of the rogue went deeper than it may. Which end that is depends on which stack is used up
/// first: the machine's, or the one that the guest keeps in its own memory.
pub fn too_deep(end: End) {
    match end.map_err(|fault| fault.kind) {
        Err(FaultKind::Trap { reason, .. }) => assert!(reason.contains("goes too deep"), "{reason}"),
        Err(FaultKind::Limit { name, .. }) => assert_eq!(name, LimitName::Stack),
        other => panic!("no crash: {other:?}"),
    }
}

/// Has the rogue of the tests do this again and again.
pub async fn survive(order: &str, limits: &Limits, judge: impl Fn(End)) {
    survive_component(component("porthole_rogues"), order, limits, judge).await;
}

/// Calls a component again and again, four at a time, while a neighbour's panel is asked all along. Each end is
/// judged; the neighbour's answer must be what it was before; afterwards all places must be free and the memory back.
pub async fn survive_component(bytes: Vec<u8>, order: &str, limits: &Limits, judge: impl Fn(End)) {
    let _alone = ALONE.lock().await;
    let sandbox = small_sandbox();
    let rogue = sandbox.load(bytes, "the rogue").await.unwrap();
    let neighbour = sandbox
        .load(component("porthole_rogues"), "the neighbour")
        .await
        .unwrap();
    let before = ask_neighbour(&sandbox, &neighbour).await;
    bad_calls(
        &sandbox, &rogue, order, limits, WARM_UP, &judge, &neighbour, &before,
    )
    .await;
    // What is left behind makes every round grow; an allocator that keeps buffers for later stops growing.
    let mut grown = GROWTH;
    for _ in 0..ROUNDS {
        let resident = resident_bytes();
        bad_calls(
            &sandbox, &rogue, order, limits, CALLS, &judge, &neighbour, &before,
        )
        .await;
        assert_empty(&sandbox);
        grown = resident_bytes().saturating_sub(resident);
        if grown < GROWTH {
            break;
        }
    }
    assert!(
        grown < GROWTH,
        "the process has grown by {} KiB in the last of {ROUNDS} rounds",
        grown >> 10
    );
    assert_eq!(ask_neighbour(&sandbox, &neighbour).await, before);
}

#[allow(clippy::too_many_arguments, reason = "what a rogue is judged by")]
async fn bad_calls(
    sandbox: &Sandbox,
    rogue: &Arc<Plugin>,
    order: &str,
    limits: &Limits,
    count: u32,
    judge: &impl Fn(End),
    neighbour: &Arc<Plugin>,
    before: &porthole_sandbox::View,
) {
    let mut running = tokio::task::JoinSet::new();
    let mut left = count;
    while left > 0 || !running.is_empty() {
        while left > 0 && running.len() < 4 {
            left -= 1;
            let (sandbox, rogue, limits) = (sandbox.clone(), rogue.clone(), limits.clone());
            let order = call(order);
            // Not to be left alone: each call is meant to be made.
            sandbox.wake("acme", rogue.hash());
            running.spawn(async move {
                let sources = Arc::new(OneSource::new(Data::points(100)));
                sandbox.render(&rogue, "acme", order, sources, &limits).await
            });
        }
        assert_eq!(ask_neighbour(sandbox, neighbour).await, *before);
        if let Some(end) = running.join_next().await {
            judge(end.unwrap());
        }
    }
}

async fn ask_neighbour(sandbox: &Sandbox, plugin: &Arc<Plugin>) -> porthole_sandbox::View {
    let sources = Arc::new(OneSource::new(Data::points(50)));
    let order = call(r#"{"do":"query","count":1}"#);
    sandbox
        .render(plugin, "neighbour", order, sources, &Limits::default())
        .await
        .expect("the neighbour's panel answers as before")
        .view
}

/// Memory of this process that is really there, bytes; 0 where the system does not tell.
fn resident_bytes() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<usize>().ok());
    kib.unwrap_or(0) << 10
}
