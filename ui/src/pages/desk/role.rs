//! What somebody may do in a tenant, and the choice of it.

use crate::prelude::*;
use porthole_model::Role;

use super::{Deed, choice};
use crate::{api, live::live};

/// All roles, as they are sent and as they are read.
pub(crate) fn roles() -> Vec<(String, String)> {
    Role::ALL
        .into_iter()
        .map(|role| (role.name().to_owned(), role_title(role).to_owned()))
        .collect()
}

/// With what it is good for.
pub(crate) fn role_title(role: Role) -> &'static str {
    match role {
        Role::Viewer => "Viewer: sees dashboards",
        Role::Editor => "Editor: also publishes plugins",
        Role::Admin => "Admin: also manages members",
    }
}

/// The role a name stands for; the least where it is none.
pub(crate) fn role(name: &str) -> Role {
    Role::ALL
        .into_iter()
        .find(|role| role.name() == name)
        .unwrap_or(Role::Viewer)
}

/// What is said beside what a group of the identity provider gives: it cannot be taken back here.
pub(crate) fn by_group() -> View {
    let why = "A group of the identity provider gives this, and would give it again: take them out of the group there. A role chosen here stays, whatever the group.";
    view! { span(class="badge", title=why) { "by a group" } }
}

/// The end of a question before something is taken away that a group of the identity provider may give as well.
pub(crate) const MAY_COME_BACK: &str = " If a group of the identity provider gives it as well, it is there again after their next login: take them out of the group, too.";

/// The choice of somebody's role, and a button that appears when it is another than before. `id`: of the whole page;
/// `whose`: for those who do not see the row; `path`: of the grant.
pub(crate) fn role_choice(
    id: String,
    whose: String,
    now: Role,
    path: String,
    done: impl Fn() + Clone + 'static,
) -> View {
    let value = create_signal(now.name().to_owned());
    let deed = Deed::new();
    let select = choice(id.clone(), format!("Role of {whose}"), false, roles(), value);
    let save_id = format!("{id}-save");
    let save = live(move || {
        if value.with(|value| value == now.name()) {
            return View::new();
        }
        let (path, done, whose, id) = (path.clone(), done.clone(), whose.clone(), save_id.clone());
        let run = move |_| {
            let wish = porthole_model::GrantRole {
                role: role(&value.get_clone_untracked()),
            };
            let (path, done) = (path.clone(), done.clone());
            deed.run(
                async move { api::change("PUT", &path, &wish).await },
                move |()| done(),
                |_| false,
            );
        };
        view! {
            button(r#type="button", class="button primary small", id=id, aria-label=format!("Save the role of {whose}"), disabled=deed.is_busy(), on:click=handler(run)) { "Save" }
        }
    });
    let trouble = deed.trouble();
    view! { div(class="role-choice") { (select) (save) } (trouble) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_can_be_chosen_and_read_back() {
        for (value, name) in roles() {
            assert_eq!(role(&value).name(), value);
            assert!(name.to_lowercase().starts_with(&value), "{name}");
        }
        assert_eq!(role("nonsense"), Role::Viewer);
    }
}
