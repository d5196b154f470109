//! Time that a test's own thread was at work: a busy machine does not change it.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// Measures from when it was made.
pub(crate) struct Stopwatch(Duration);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(now())
    }

    pub(crate) fn elapsed(&self) -> Duration {
        now().saturating_sub(self.0)
    }
}

fn now() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}
