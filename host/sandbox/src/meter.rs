//! Measures the processor time of a guest and the time that it waits for data, so that waiting costs it neither processor
//! time nor its own time.

use std::future::Future;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Nobody is measuring right now.
const STOPPED: u64 = u64::MAX;

/// A stop watch of one call. It runs while the call is polled and the guest is not inside a question to its data.
///
/// The clock is the thread's processor time, which other threads and processes cannot use up. A call moves between
/// threads only at a poll's end, where the watch stands still; atomics are here for the compiler, and relaxed because
/// polls of one future happen one after another.
#[derive(Debug)]
pub(crate) struct Meter {
    used: AtomicU64,
    since: AtomicU64,
    asking: AtomicBool,
    /// When the call began.
    begin: Instant,
    /// Nanoseconds waited for data that has come.
    waited: AtomicU64,
    /// Nanoseconds after `begin`: when it began to wait.
    waits_since: AtomicU64,
}

impl Meter {
    pub(crate) fn new() -> Self {
        Self {
            used: AtomicU64::new(0),
            since: AtomicU64::new(STOPPED),
            asking: AtomicBool::new(false),
            begin: Instant::now(),
            waited: AtomicU64::new(0),
            waits_since: AtomicU64::new(STOPPED),
        }
    }

    /// Time the guest has used.
    pub(crate) fn used(&self) -> Duration {
        let running = match self.since.load(Relaxed) {
            STOPPED => 0,
            since => thread_nanos().saturating_sub(since),
        };
        Duration::from_nanos(self.used.load(Relaxed) + running)
    }

    /// Time waited for data.
    pub(crate) fn waited(&self) -> Duration {
        let running = match self.waits_since.load(Relaxed) {
            STOPPED => 0,
            since => self.elapsed().saturating_sub(since),
        };
        Duration::from_nanos(self.waited.load(Relaxed) + running)
    }

    /// Nanoseconds since the call began.
    fn elapsed(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_nanos()).unwrap_or(STOPPED - 1)
    }

    /// Polls `call` to its end and measures each poll.
    pub(crate) async fn measure<F: Future>(&self, call: F) -> F::Output {
        let mut call = pin!(call);
        std::future::poll_fn(|context| {
            if !self.asking.load(Relaxed) {
                self.start();
            }
            let poll = call.as_mut().poll(context);
            self.stop();
            poll
        })
        .await
    }

    /// Awaits an answer of the host for the guest; that time is not the guest's.
    pub(crate) async fn ask<F: Future>(&self, question: F) -> F::Output {
        self.stop();
        self.asking.store(true, Relaxed);
        let since = self.elapsed();
        self.waits_since.store(since, Relaxed);
        let answer = question.await;
        self.waits_since.store(STOPPED, Relaxed);
        self.waited
            .fetch_add(self.elapsed().saturating_sub(since), Relaxed);
        self.asking.store(false, Relaxed);
        self.start();
        answer
    }

    fn start(&self) {
        self.since.store(thread_nanos(), Relaxed);
    }

    fn stop(&self) {
        let since = self.since.swap(STOPPED, Relaxed);
        if since != STOPPED {
            self.used.fetch_add(thread_nanos().saturating_sub(since), Relaxed);
        }
    }
}

/// Processor time of this thread, nanoseconds.
#[cfg(unix)]
fn thread_nanos() -> u64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    seconds * 1_000_000_000 + u64::try_from(time.tv_nsec).unwrap_or(0)
}

/// Time since the first call, nanoseconds: the nearest thing where a thread's own time is not to be had.
#[cfg(not(unix))]
fn thread_nanos() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_nanos()).unwrap_or(STOPPED - 1)
}
