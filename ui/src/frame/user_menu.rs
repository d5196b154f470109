//! Who is logged in, the look, and the way out.

use sycamore::prelude::*;

use super::{Menu, menu};
use crate::{
    icon,
    query::segment,
    stores::{Location, Look, Preferences, Session},
};

/// The round button on the right; `tenant` is the id of the one in the address.
pub(crate) fn user_menu(tenant: Option<String>) -> View {
    let session = use_context::<Session>();
    let preferences = use_context::<Preferences>();
    let me = session.me();
    let location = use_context::<Location>();
    // Only editors may see a tenant's plugins.
    let plugins = tenant
        .filter(|tenant| session.may_publish(tenant))
        .map(|tenant| format!("/t/{}/plugins", segment(&tenant)));
    let email = me.as_ref().map(|me| me.email.clone()).unwrap_or_default();
    let name = me
        .and_then(|me| me.full_name.clone())
        .unwrap_or_else(|| email.clone());
    let short = initials(&name);
    let face = view! { span(class="avatar", aria-hidden="true") { (short) } };
    let options = Menu {
        button: "rounded-full",
        list: "right",
        label: format!("Account of {name}"),
        id: "user-menu",
    };
    menu(options, face, move |open| {
        let looks: Vec<View> = Look::ALL
            .into_iter()
            .map(|(look, _, title)| {
                let is_chosen = (preferences.look() == look).to_string();
                let mark = (preferences.look() == look).then(icon::check);
                view! {
                    button(r#type="button", class="menu-item", role="menuitemradio", aria-checked=is_chosen, on:click=move |_| preferences.choose_look(look)) {
                        span(class="grow") { (title) }
                        (mark)
                    }
                }
            })
            .collect();
        let (name, email) = (name.clone(), email.clone());
        let second = (email != name).then(|| view! { div(class="dim") { (email) } });
        let plugins = plugins.clone().map(|address| {
            view! {
                button(r#type="button", class="menu-item", role="menuitem", on:click=move |_| { open.set(false); location.go(&address); }) {
                    (icon::plugin())
                    span { "Plugins" }
                }
                hr()
            }
        });
        view! {
            div(class="menu-head") { div { (name) } (second) }
            hr()
            (plugins)
            div(class="menu-head") { "Theme" }
            (looks)
            hr()
            button(r#type="button", class="menu-item", role="menuitem", on:click=move |_| { open.set(false); session.log_out(); }) {
                (icon::leave())
                span { "Log out" }
            }
        }
    })
}

/// `MR` of `Maria Rossi`, `a` of `alice@example.com`; the style makes them upper case.
fn initials(name: &str) -> String {
    let name = name.split('@').next().unwrap_or(name);
    let mut words = name
        .split([' ', '.', '-', '_'])
        .filter_map(|word| word.chars().next());
    [words.next(), words.next()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_come_from_names_and_from_addresses() {
        assert_eq!(initials("Maria Rossi"), "MR");
        assert_eq!(initials("alice@example.com"), "a");
        assert_eq!(initials("jan.de.vries@example.com"), "jd");
        assert_eq!(initials(""), "");
    }
}
