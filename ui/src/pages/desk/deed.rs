//! Something that is being done at the host: whether it still is, and why it failed.

use std::future::Future;

use crate::prelude::*;
use porthole_model::code;

use super::parts::trouble;
use crate::{api::Failure, browser, live::live, stores::Session};

/// What a form or a button does; one thing at a time.
#[derive(Clone, Copy)]
pub(crate) struct Deed {
    is_busy: Signal<bool>,
    failure: Signal<Option<Failure>>,
    session: Session,
}

impl Deed {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            is_busy: create_signal(false),
            failure: create_signal(None),
            session: use_context::<Session>(),
        }
    }

    /// Whether it is under way; tracked.
    pub fn is_busy(self) -> bool {
        self.is_busy.get()
    }

    /// Forgets why it failed.
    pub fn forget(self) {
        if self.failure.with_untracked(Option::is_some) {
            self.failure.set(None);
        }
    }

    /// Does it, unless it is under way already. `failed` may take a failure and say it beside a field, by true.
    pub fn run<T: 'static>(
        self,
        work: impl Future<Output = Result<T, Failure>> + 'static,
        done: impl FnOnce(T) + 'static,
        failed: impl FnOnce(&Failure) -> bool + 'static,
    ) {
        if self.is_busy.get_untracked() {
            return;
        }
        self.is_busy.set(true);
        self.forget();
        browser::spawn_scoped(async move {
            let outcome = work.await;
            self.is_busy.set(false);
            match outcome {
                Ok(value) => done(value),
                // Only this one of the 401s speaks of what was typed, and not of the session.
                Err(failure) if failure.status() == Some(401) && !failure.is(code::WRONG_CREDENTIALS) => {
                    self.session.lost();
                }
                Err(failure) => {
                    if !failed(&failure) {
                        self.failure.set(Some(failure));
                    }
                }
            }
        });
    }

    /// Why it failed, where it did.
    pub fn trouble(self) -> View {
        live(move || {
            self.failure
                .get_clone()
                .map_or_else(View::new, |failure| trouble(&failure))
        })
    }
}
