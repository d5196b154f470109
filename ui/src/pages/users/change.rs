//! Another name, or other rights.

use crate::prelude::*;
use porthole_model::{Account, AccountChange};

use crate::{
    api,
    pages::desk::{Deed, Dialog, Field},
    query::segment,
    stores::Session,
};

/// The dialog that changes an account.
pub(super) fn change_dialog(dialog: Dialog<Account>, done: impl Fn() + Clone + 'static) -> View {
    dialog.view(
        |account| format!("Edit {}", account.email),
        move |account| form(dialog, &account, done.clone()),
    )
}

fn form(dialog: Dialog<Account>, account: &Account, done: impl Fn() + Clone + 'static) -> View {
    let name = Field {
        value: create_signal(account.full_name.clone().unwrap_or_default()),
        ..Field::new("edit-name", "Name")
    };
    let is_admin = create_signal(account.is_admin);
    let is_own = use_context::<Session>()
        .me()
        .is_some_and(|me| me.id == account.id);
    let path = format!("/admin/users/{}", segment(&account.id));
    let deed = Deed::new();
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let change = AccountChange {
            full_name: Some(name.text()).filter(|name| !name.is_empty()),
            is_admin: is_admin.get_untracked(),
        };
        let (path, done) = (path.clone(), done.clone());
        deed.run(
            async move { api::change("PUT", &path, &change).await },
            move |()| {
                dialog.close();
                done();
            },
            |_| false,
        );
    };
    let (name_view, trouble) = (name.view(), deed.trouble());
    let is_by_group = account.is_admin_by_group;
    let note = match (is_own, is_by_group, account.is_admin && account.is_from_provider) {
        (true, ..) => "Your own account stays an administrator's; another administrator could change that.",
        (_, true, _) => {
            "A group of the identity provider makes them an administrator, and would again: take them out of the group there."
        }
        (.., true) => {
            "If a group of the identity provider makes them an administrator as well, it does so again at their next login: take them out of the group, too."
        }
        _ => "",
    };
    let note = (!note.is_empty()).then(|| view! { p(class="hint-line") { (note) } });
    let is_fixed = is_own || is_by_group;
    view! {
        form(novalidate=true, on:submit=handler(submit)) {
            (name_view)
            label(class="check") { input(r#type="checkbox",bind:checked=is_admin, disabled=is_fixed) "Administers the host: accounts, tenants, the audit log" }
            (note)
            (trouble)
            div(class="form-acts") {
                button(r#type="button", class="button", on:click=handler(move |_| dialog.close())) { "Cancel" }
                button(r#type="submit", class="button primary", disabled=deed.is_busy()) { "Save" }
            }
        }
    }
}
