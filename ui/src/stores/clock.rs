//! The time of day, for "12 s ago".

use crate::prelude::*;

use crate::browser;

/// Milliseconds between two looks at the clock.
const STEP: u32 = 4_000;

/// The time, renewed every few seconds while somebody looks.
#[derive(Clone, Copy)]
pub(crate) struct Clock {
    now: Signal<i64>,
}

impl Clock {
    /// Starts ticking; stops with the current scope.
    pub fn start() -> Self {
        let now = create_signal(browser::now());
        browser::spawn_scoped(async move {
            loop {
                browser::sleep(STEP).await;
                if !browser::is_hidden() {
                    now.set(browser::now());
                }
            }
        });
        Self { now }
    }

    /// Milliseconds since the epoch; tracked.
    pub fn now(self) -> i64 {
        self.now.get()
    }
}
