//! The link with which somebody chooses a password, shown once to whoever made it.

use crate::prelude::*;
use porthole_model::PasswordLink;

use crate::pages::desk::{Dialog, secret, when};

/// The dialog that shows it.
pub(super) fn link_dialog(dialog: Dialog<PasswordLink>) -> View {
    dialog.view(
        |link| format!("A link for {}", link.email),
        move |link| {
            let ends = when(Some(&link.expires_at), "");
            // Without a configured address of its own the host names only the path.
            let url = if link.url.starts_with('/') {
                let origin = web_sys::window().and_then(|window| window.location().origin().ok());
                format!("{}{}", origin.unwrap_or_default(), link.url)
            } else {
                link.url.clone()
            };
            let secret = secret("Link", url);
            view! {
                p(class="dim") {
                    "Whoever opens it chooses the password of this account. It opens once, ends " (ends)
                    ", and is not shown again: give it to its owner, and to nobody else."
                }
                (secret)
                div(class="form-acts") {
                    button(r#type="button", class="button", on:click=handler(move |_| dialog.close())) { "Done" }
                }
            }
        },
    )
}
