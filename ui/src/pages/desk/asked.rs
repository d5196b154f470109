//! An answer of the host, asked for when its question changes and again when something was done.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::Read;
use wasm_bindgen::JsCast;

use super::parts::trouble;
use crate::{
    api::{self, Failure},
    browser,
    live::{live, watch},
    stores::Session,
};

/// The newest answer to a question.
pub(crate) struct Asked<T: 'static> {
    answer: Signal<Option<Rc<T>>>,
    failure: Signal<Option<Failure>>,
    asked: Signal<u32>,
}

impl<T> Clone for Asked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Asked<T> {}

impl<T: Read + PartialEq + 'static> Asked<T> {
    /// Asks now, and anew when the path is another one; `path` starts behind the API's base and is tracked.
    pub fn start(path: impl Fn() -> String + 'static) -> Self {
        let this = Self {
            answer: create_signal(None),
            failure: create_signal(None),
            asked: create_signal(0),
        };
        let session = use_context::<Session>();
        let answered = create_signal(String::new());
        watch(move || {
            this.asked.track();
            let path = path();
            browser::spawn_scoped(async move {
                let answer = api::get::<T>(&path, None, None).await;
                let is_same = answered.with_untracked(|answered| *answered == path);
                answered.set_silent(path);
                match answer {
                    Ok(answer) => {
                        if this.failure.with_untracked(Option::is_some) {
                            this.failure.set(None);
                        }
                        // Drawn anew only where it is another one: the focus stays.
                        if this.answer.with_untracked(|old| old.as_deref() != Some(&answer)) {
                            this.answer.set(Some(Rc::new(answer)));
                        }
                    }
                    Err(failure) if failure.status() == Some(401) => session.lost(),
                    Err(failure) => {
                        // What was answered to another question is not shown beside this one.
                        if !is_same {
                            this.answer.set(None);
                        }
                        this.failure.set(Some(failure));
                    }
                }
            });
        });
        this
    }

    /// Asks again now.
    pub fn again(self) {
        self.asked.set(self.asked.get_untracked() + 1);
    }

    /// The answer, if there is one; tracked.
    pub fn answer(self) -> Option<Rc<T>> {
        self.answer.get_clone()
    }

    /// Whether the host says that there is no such thing; tracked.
    pub fn is_missing(self) -> bool {
        self.failure.with(|failure| {
            failure
                .as_ref()
                .is_some_and(|failure| failure.status() == Some(404))
        })
    }

    /// Whether the host says that it does not understand the question, which asking again does not mend; tracked.
    pub fn is_refused(self) -> bool {
        self.failure.with(|failure| {
            failure
                .as_ref()
                .is_some_and(|failure| failure.status() == Some(400))
        })
    }

    /// The answer drawn, what stands for it until it is there, or why there is none.
    pub fn shown(self, draw: impl Fn(&T) -> View + 'static) -> View {
        let node = create_node_ref();
        let content = live(move || {
            let focused = focused_id();
            if let Some(id) = focused {
                give_focus_back(node, id);
            }
            match self.answer.get_clone() {
                Some(answer) => draw(&answer),
                None if self.failure.with(Option::is_some) => View::new(),
                None => view! { div(class="waiting", aria-busy="true") { "Loading…" } },
            }
        });
        let failure = live(move || match self.failure.get_clone() {
            None => View::new(),
            Some(failure) => {
                let trouble = trouble(&failure);
                view! {
                    div(class="failed") {
                        (trouble)
                        button(r#type="button", class="button", on:click=handler(move |_| self.again())) { "Try again" }
                    }
                }
            }
        });
        view! { div(class="asked", r#ref=node) { (failure) (content) } }
    }
}

/// The id of the element that has the focus.
fn focused_id() -> Option<String> {
    let focused = web_sys::window()?.document()?.active_element()?;
    Some(focused.id()).filter(|id| !id.is_empty())
}

/// Once something is drawn anew: the focus to the element of that id, or, where it is gone, to the heading above.
fn give_focus_back(node: NodeRef, id: String) {
    browser::spawn_scoped(async move {
        browser::sleep(0).await;
        let is_lost = web_sys::window()
            .and_then(|window| window.document()?.active_element())
            .is_none_or(|element| element.tag_name() == "BODY");
        if !is_lost {
            return;
        }
        let heading = || {
            let here = node.try_get()?.dyn_into::<web_sys::Element>().ok()?;
            here.closest("section, main")
                .ok()??
                .query_selector("h2, h1")
                .ok()?
        };
        let found = browser::element(&id).or_else(heading);
        if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = found.focus();
        }
    });
}
