//! A new account.

use crate::prelude::*;
use porthole_model::{NewAccount, PasswordLink, code};

use crate::{
    api,
    pages::desk::{Deed, Dialog, Field, focus_wrong},
};

/// The dialog that makes one; `made` is given the link for its owner.
pub(super) fn create_dialog(dialog: Dialog<()>, made: impl Fn(PasswordLink) + Clone + 'static) -> View {
    dialog.view(
        |()| "New account".to_owned(),
        move |()| form(dialog, made.clone()),
    )
}

fn form(dialog: Dialog<()>, made: impl Fn(PasswordLink) + Clone + 'static) -> View {
    let email = Field {
        kind: "email",
        hint: "What they log in with. It cannot be changed later.",
        ..Field::new("new-email", "Email")
    };
    let name = Field {
        hint: "May be left empty.",
        ..Field::new("new-name", "Name")
    };
    let is_admin = create_signal(false);
    let deed = Deed::new();
    let node = create_node_ref();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if !is_email(&email.text()) {
            email.wrong("This is not an email address.");
            focus_wrong(node);
            return;
        }
        let new = NewAccount {
            email: email.text(),
            full_name: Some(name.text()).filter(|name| !name.is_empty()),
            is_admin: is_admin.get_untracked(),
        };
        let made = made.clone();
        deed.run(
            async move { api::post::<PasswordLink>("/admin/users", &new).await },
            move |link| {
                dialog.close();
                made(link);
            },
            move |failure| match failure.problem() {
                Some(problem) if matches!(problem.code.as_str(), code::CONFLICT | code::INVALID_BODY) => {
                    email.wrong(problem.detail.clone());
                    focus_wrong(node);
                    true
                }
                _ => false,
            },
        );
    };
    let (email_view, name_view, trouble) = (email.view(), name.view(), deed.trouble());
    view! {
        form(novalidate=true, on:submit=handler(submit), r#ref=node) {
            (email_view)
            (name_view)
            label(class="check") { input(r#type="checkbox", bind:checked=is_admin) "Administers the host: accounts, tenants, the audit log" }
            p(class="dim") { "You are given a link with which its owner chooses a password. Which tenants it sees is for you to say afterwards." }
            (trouble)
            div(class="form-acts") {
                button(r#type="button", class="button", on:click=handler(move |_| dialog.close())) { "Cancel" }
                button(r#type="submit", class="button primary", disabled=deed.is_busy()) { "Create" }
            }
        }
    }
}

/// Whether the host may take it for one; what it is in the end the host says.
fn is_email(text: &str) -> bool {
    text.split_once('@')
        .is_some_and(|(name, domain)| !name.is_empty() && !domain.is_empty() && !domain.contains('@'))
        && !text.contains(char::is_whitespace)
}

#[cfg(test)]
mod tests {
    use super::is_email;

    #[test]
    fn what_is_no_email_is_told_before_it_is_sent() {
        assert!(is_email("ada@example.com"));
        for text in ["", "ada", "ada@", "@example.com", "a b@example.com", "a@b@c"] {
            assert!(!is_email(text), "{text}");
        }
    }
}
