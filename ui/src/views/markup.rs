//! HTML that the host made and cleaned, in a shadow root of its own.

use crate::prelude::*;
use porthole_model::View as Shown;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};

use crate::{color::Theme, panel::Loader, stores::Preferences};

#[wasm_bindgen(raw_module = "./shade.js")]
extern "C" {
    /// Shows HTML with its rules in the element's shadow root.
    fn shade(element: &web_sys::Element, html: &str, css: &str);
}

/// The HTML and its rules. The host keeps only what is harmless, the page's policy runs no scripts from it, and the
/// outer element keeps it in its panel: a rule for the shadow root's own host reaches only the inner one.
pub(crate) fn markup(loader: Loader) -> View {
    let preferences = use_context::<Preferences>();
    // The same text again changes nothing: what is selected or focused in it stays so.
    let parts =
        create_selector(
            move || match loader.answer.get_clone().as_deref().map(|answer| &answer.view) {
                Some(Shown::Markup(markup)) => Some((markup.html.clone(), markup.css.clone())),
                _ => None,
            },
        );
    let inner = create_node_ref();
    on_mount(move || {
        create_effect(move || {
            let element = inner
                .try_get()
                .and_then(|node| node.dyn_into::<web_sys::Element>().ok());
            if let (Some(element), Some((html, css))) = (element, parts.get_clone()) {
                shade(&element, &html, &css);
            }
        });
    });
    let theme = move || match preferences.theme() {
        Theme::Dark => "dark",
        Theme::Light => "light",
    };
    view! {
        div(class="markup", tabindex="0", role="group", aria-label="Content") {
            div(r#ref=inner, data-theme=theme(), data-testid="markup")
        }
    }
}
