//! Another password of one's own.

use crate::prelude::*;
use porthole_model::{PasswordChange, code};

use crate::{
    api,
    live::live,
    pages::desk::{Deed, Field, focus_wrong, strength},
};

/// The section. `email`: whose; `done`: other sessions have ended.
pub(super) fn password(email: String, done: impl Fn() + Clone + 'static) -> View {
    let current = Field {
        kind: "password",
        autocomplete: "current-password",
        ..Field::new("current-password", "Current password")
    };
    let new = Field {
        kind: "password",
        autocomplete: "new-password",
        hint: "At least 12 characters; a sentence is good.",
        ..Field::new("new-password", "New password")
    };
    let again = Field {
        kind: "password",
        autocomplete: "new-password",
        ..Field::new("new-password-again", "New password, again")
    };
    let deed = Deed::new();
    let is_done = create_signal(false);
    let node = create_node_ref();
    let meter = strength(new, {
        let email = email.clone();
        move || email.clone()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        is_done.set(false);
        let is_current =
            !current.value.with_untracked(String::is_empty) || current.wrong("Your password as it is now.");
        if !(check(new, again, &email) & is_current) {
            focus_wrong(node);
            return;
        }
        let change = PasswordChange {
            current: current.value.get_clone_untracked(),
            new: new.value.get_clone_untracked(),
        };
        let done = done.clone();
        deed.run(
            async move { api::change("POST", "/account/password", &change).await },
            move |()| {
                for field in [current, new, again] {
                    field.value.set(String::new());
                }
                is_done.set(true);
                done();
            },
            move |failure| {
                let Some(problem) = failure.problem() else {
                    return false;
                };
                match problem.code.as_str() {
                    code::WRONG_CREDENTIALS => current.wrong("This is not your password."),
                    code::INVALID_BODY => new.wrong(problem.detail.clone()),
                    _ => return false,
                };
                focus_wrong(node);
                true
            },
        );
    };
    let said = live(move || match is_done.get() {
        true => {
            view! { div(class="notice well", data-testid="password-changed") { b { "Your password is changed" } p { "All your other sessions have ended." } } }
        }
        false => View::new(),
    });
    let trouble = deed.trouble();
    let (current, new, again) = (current.view(), new.view(), again.view());
    view! {
        section(class="slab whole", aria-labelledby="password-title") {
            div(class="slab-head") { h2(id="password-title", tabindex="-1") { "Password" } }
            div(role="status") { (said) }
            form(class="line-form", novalidate=true, on:submit=handler(submit), r#ref=node) {
                (current)
                div { (new) (meter) }
                (again)
                button(r#type="submit", class="button primary", disabled=deed.is_busy()) { "Change password" }
            }
            (trouble)
        }
    }
}

/// Whether a new password was typed that the host will take, and twice the same; what is wrong is said at the fields. `email`:
/// the account's, empty where it is not known.
pub(crate) fn check(new: Field, again: Field, email: &str) -> bool {
    let (text, repeated) = (new.value.get_clone_untracked(), again.value.get_clone_untracked());
    if let Err(why) = porthole_passwords::check(&text, email) {
        return new.wrong(format!("It {why}."));
    }
    text == repeated || again.wrong("This is not the same.")
}
