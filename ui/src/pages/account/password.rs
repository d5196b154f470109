//! Another password of one's own.

use crate::prelude::*;
use porthole_model::{ApiTokens, PasswordChange, code};

use crate::{
    api,
    live::live,
    pages::desk::{Asked, Deed, Field, focus_wrong, live_ones, strength},
};

/// The section. `email`: whose; `of_programs`: the account's tokens; `done`: other sessions have ended, and tokens perhaps.
pub(super) fn password(
    email: String,
    of_programs: Asked<ApiTokens>,
    done: impl Fn() + Clone + 'static,
) -> View {
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
    // Once it is done: whether tokens were revoked.
    let outcome = create_signal(None::<bool>);
    let revokes = create_signal(false);
    let tokens = create_selector(move || of_programs.answer().map_or(0, |answer| live_ones(&answer)));
    let node = create_node_ref();
    let meter = strength(new, {
        let email = email.clone();
        move || email.clone()
    });
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        outcome.set(None);
        let is_current =
            !current.value.with_untracked(String::is_empty) || current.wrong("Your password as it is now.");
        if !(check(new, again, &email) & is_current) {
            focus_wrong(node);
            return;
        }
        let change = PasswordChange {
            current: current.value.get_clone_untracked(),
            new: new.value.get_clone_untracked(),
            revoke_tokens: revokes.get_untracked() && tokens.get_untracked() > 0,
        };
        let (done, revoked) = (done.clone(), change.revoke_tokens);
        deed.run(
            async move { api::change("POST", "/account/password", &change).await },
            move |()| {
                for field in [current, new, again] {
                    field.value.set(String::new());
                }
                revokes.set(false);
                outcome.set(Some(revoked));
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
    let said = live(move || match outcome.get() {
        Some(revoked) => {
            let ended = match revoked {
                true => "All your other sessions have ended, and your API tokens are revoked.",
                false => "All your other sessions have ended.",
            };
            view! { div(class="notice well", data-testid="password-changed") { b { "Your password is changed" } p { (ended) } } }
        }
        None => View::new(),
    });
    let programs = live(move || match tokens.get() {
        0 => View::new(),
        count => {
            let name = match count {
                1 => "Also revoke your API token".to_owned(),
                count => format!("Also revoke your {count} API tokens"),
            };
            view! {
                label(class="check") { input(r#type="checkbox", bind:checked=revokes) (name) ": if somebody else may have had your password" }
            }
        }
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
                (programs)
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
