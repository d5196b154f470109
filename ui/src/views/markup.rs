//! HTML that the host made and cleaned.

use porthole_model::View as Shown;
use sycamore::prelude::*;

use crate::panel::Loader;

/// The HTML as it came: the host keeps only what is harmless, and the page's policy runs no scripts from it.
pub(crate) fn markup(loader: Loader) -> View {
    view! {
        (match loader.answer.get_clone().as_deref().map(|answer| &answer.view) {
            Some(Shown::Markup(markup)) => {
                let html = markup.html.clone();
                view! { div(class="markup", dangerously_set_inner_html=html) }
            }
            _ => View::new(),
        })
    }
}
