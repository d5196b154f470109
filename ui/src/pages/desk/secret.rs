//! A text that is shown once, to be copied.

use crate::prelude::*;
use wasm_bindgen::JsCast;

use crate::{browser, live::live_text};

/// The text in a field that cannot be changed, and a button that copies it.
pub(crate) fn secret(label: &'static str, value: String) -> View {
    let said = create_signal("");
    let copied = value.clone();
    let node = create_node_ref();
    let select = move || {
        if let Some(input) = node
            .try_get()
            .and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok())
        {
            input.select();
        }
    };
    let copy = move |_| {
        let text = copied.clone();
        browser::spawn_scoped(async move {
            let is_done = browser::copy_text(&text).await.is_truthy();
            if !is_done {
                select();
            }
            said.set(if is_done {
                "Copied."
            } else {
                "This browser does not let a page copy. The text is marked: copy it with the keyboard."
            });
        });
    };
    let status = live_text(move || said.get().to_owned());
    view! {
        div(class="form-row") {
            label(class="label", r#for="secret") { (label) }
            div(class="secret") {
                div(class="field") {
                    input(id="secret", class="mono", r#type="text", readonly=true, autocomplete="off", "spellcheck"="false", value=value, r#ref=node,
                        data-testid="secret", on:focus=handler(move |_| select()))
                }
                button(r#type="button", class="button primary", on:click=handler(copy)) { "Copy" }
            }
            p(class="hint-line", role="status") { (status) }
        }
    }
}
