//! A dialog over the page: it takes the focus and gives it back.

use crate::prelude::*;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

use crate::{browser, live::live};

#[wasm_bindgen(raw_module = "./desk.js")]
extern "C" {
    #[wasm_bindgen(js_name = closeDialog)]
    fn close_dialog(dialog: &web_sys::Element);
}

/// A dialog about a `T`, open while there is one.
pub(crate) struct Dialog<T: 'static> {
    subject: Signal<Option<T>>,
    node: NodeRef,
}

impl<T> Clone for Dialog<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Dialog<T> {}

impl<T: Clone + 'static> Dialog<T> {
    /// Not open.
    pub fn new() -> Self {
        Self {
            subject: create_signal(None),
            node: create_node_ref(),
        }
    }

    /// Opens it about this.
    pub fn open(self, subject: T) {
        self.subject.set(Some(subject));
    }

    /// Closes it.
    pub fn close(self) {
        // The browser's own way first: it gives the focus back, which taking the element away would not.
        if let Some(node) = self.element() {
            close_dialog(&node);
        }
        if self.subject.with_untracked(Option::is_some) {
            self.subject.set(None);
        }
    }

    fn element(self) -> Option<web_sys::Element> {
        self.node.try_get().and_then(|node| node.dyn_into().ok())
    }

    /// To stand somewhere on the page. `title`: its heading; `content`: what is below it.
    pub fn view(self, title: impl Fn(&T) -> String + 'static, content: impl Fn(T) -> View + 'static) -> View {
        live(move || {
            let Some(subject) = self.subject.get_clone() else {
                return View::new();
            };
            let title = title(&subject);
            let content = content(subject);
            on_mount(move || {
                if let Some(node) = self.element() {
                    browser::show_dialog(&node);
                }
            });
            // Escape closes it without asking us. It tells us late: there may be another one by then.
            let closed = move |event: web_sys::Event| {
                let told = event
                    .target()
                    .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
                if told.is_some() && told == self.element() {
                    self.subject.set(None);
                }
            };
            view! {
                dialog(class="over form", aria-labelledby="dialog-title", r#ref=self.node, on:close=handler(closed), data-testid="dialog") {
                    h2(id="dialog-title") { (title) }
                    (content)
                }
            }
        })
    }
}
