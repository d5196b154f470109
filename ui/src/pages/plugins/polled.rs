//! An answer of the host that is kept up to date while somebody looks.

use crate::prelude::*;

use crate::{
    api::{self, Failure},
    browser,
    live::watch,
    stores::Session,
};

/// Milliseconds between two looks at whether it is time to ask again.
const STEP: u32 = 1_000;

/// The newest answer to a question that is asked again and again.
#[derive(Clone, Copy)]
pub(super) struct Polled {
    /// As the host wrote it; the same text again changes nothing. None: not yet.
    pub text: Signal<Option<String>>,
    /// Why there is no newer one.
    pub failure: Signal<Option<Failure>>,
    asked: Signal<u32>,
}

impl Polled {
    /// Asks now, and again after so many milliseconds; not tracked: never by itself.
    pub fn start(path: String, tenant: String, every: impl Fn() -> Option<u32> + 'static) -> Self {
        let this = Self {
            text: create_signal(None),
            failure: create_signal(None),
            asked: create_signal(0),
        };
        let session = use_context::<Session>();
        let every: std::rc::Rc<dyn Fn() -> Option<u32>> = std::rc::Rc::new(every);
        watch(move || {
            this.asked.track();
            let (path, tenant, every) = (path.clone(), tenant.clone(), every.clone());
            browser::spawn_scoped(async move {
                loop {
                    match api::get_text(&path, &tenant).await {
                        Ok(text) => {
                            if this.failure.with_untracked(Option::is_some) {
                                this.failure.set(None);
                            }
                            if this.text.with_untracked(|old| old.as_ref() != Some(&text)) {
                                this.text.set(Some(text));
                            }
                        }
                        Err(failure) if failure.status() == Some(401) => return session.lost(),
                        Err(failure) => {
                            if this.failure.with_untracked(|old| old.as_ref() != Some(&failure)) {
                                this.failure.set(Some(failure));
                            }
                        }
                    }
                    let mut waited = 0;
                    while browser::is_hidden() || every().is_none_or(|every| waited < every) {
                        browser::sleep(STEP).await;
                        waited += STEP;
                    }
                }
            });
        });
        this
    }

    /// Asks again now.
    pub fn ask_again(self) {
        self.asked.set(self.asked.get_untracked() + 1);
    }
}
