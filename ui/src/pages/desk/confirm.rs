//! The question before something is done that is not easily undone.

use std::rc::Rc;

use crate::prelude::*;

use super::{Deed, Dialog};
use crate::api;

/// What is asked, and what is done when the answer is yes.
#[derive(Clone)]
pub(crate) struct Question {
    /// The heading, which names whom or what it is about.
    pub title: String,
    /// What will be the case afterwards.
    pub text: String,
    /// On the button.
    pub act: &'static str,
    /// Whether it takes something away.
    pub is_grave: bool,
    /// Method and path of the request.
    pub request: (&'static str, String),
    /// What follows it.
    pub done: Rc<dyn Fn()>,
}

/// One question at a time.
#[derive(Clone, Copy)]
pub(crate) struct Confirm(Dialog<Question>);

impl Confirm {
    /// Nothing is asked.
    pub fn new() -> Self {
        Self(Dialog::new())
    }

    /// Asks.
    pub fn ask(self, question: Question) {
        self.0.open(question);
    }

    /// A small button that asks. `id` tells it from all others of the page, `label` names what it is about.
    pub fn button(self, id: String, label: String, question: Question) -> View {
        let name = question.act;
        view! {
            button(r#type="button", class="button", id=id, aria-label=label, on:click=handler(move |_| self.ask(question.clone()))) { (name) }
        }
    }

    /// To stand somewhere on the page, once.
    pub fn view(self) -> View {
        self.0.view(
            |question| question.title.clone(),
            move |question| self.content(question),
        )
    }

    fn content(self, question: Question) -> View {
        let deed = Deed::new();
        let Question {
            text,
            act,
            is_grave,
            request: (method, path),
            done,
            ..
        } = question;
        let run = move |_| {
            let (path, done) = (path.clone(), done.clone());
            deed.run(
                async move { api::tell(method, &path, None).await },
                move |()| {
                    self.0.close();
                    done();
                },
                |_| false,
            );
        };
        let trouble = deed.trouble();
        let class = if is_grave {
            "button grave"
        } else {
            "button primary"
        };
        view! {
            p(class="dim") { (text) }
            (trouble)
            div(class="form-acts") {
                button(r#type="button", class="button", on:click=handler(move |_| self.0.close())) { "Cancel" }
                button(r#type="button", class=class, disabled=deed.is_busy(), on:click=handler(run)) { (act) }
            }
        }
    }
}
