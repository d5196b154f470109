//! What is typed as a password, shown to whoever types it.

use crate::{live::live_text, prelude::*};

/// The button beside a field that shows what is typed there, and hides it again.
pub(crate) fn reveal(is_shown: Signal<bool>) -> View {
    let face = live_text(move || if is_shown.get() { "Hide" } else { "Show" }.to_owned());
    view! {
        button(r#type="button", class="show-typed", aria-label="Show what is typed", aria-pressed=is_shown.get().to_string(),
            on:click=handler(move |_| is_shown.set(!is_shown.get_untracked()))) { (face) }
    }
}
