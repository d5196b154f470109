//! Who is logged in, the look, and the way out.

use crate::prelude::*;

use super::{Menu, menu, refresh_control, share};
use crate::{
    icon::{self, Icon},
    query::segment,
    stores::{Board, Location, Look, Over, Preferences, Session, Stage},
};

/// The round button on the right; `tenant` is the id of the one in the address.
pub(crate) fn user_menu(tenant: Option<String>) -> View {
    let session = use_context::<Session>();
    let preferences = use_context::<Preferences>();
    let me = session.me();
    let location = use_context::<Location>();
    let stage = use_context::<Stage>();
    let places = places(session, tenant.as_deref());
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
                let mark = (preferences.look() == look).then(|| View::from(icon::CHECK));
                view! {
                    button(r#type="button", class="menu-item", role="menuitemradio", aria-checked=is_chosen, on:click=handler(move |_| preferences.choose_look(look))) {
                        span(class="grow") { (title) }
                        (mark)
                    }
                }
            })
            .collect();
        let (name, email) = (name.clone(), email.clone());
        let second = (email != name).then(|| view! { div(class="dim") { (email) } });
        let places: Vec<View> = places
            .clone()
            .into_iter()
            .map(|(name, icon, address)| {
                view! {
                    button(r#type="button", class="menu-item", role="menuitem", on:click=handler(move |_| { open.set(false); location.go(&address); })) {
                        (icon)
                        span { (name) }
                    }
                }
            })
            .collect();
        let here = stage
            .board
            .get_clone_untracked()
            .map(|board| on_a_phone(&board, stage, open));
        let over = |icon: Icon, name: &'static str, what: Over| {
            let act = move |_| {
                open.set(false);
                stage.over.set(what);
            };
            view! {
                button(r#type="button", class="menu-item", role="menuitem", on:click=handler(act)) {
                    (icon)
                    span { (name) }
                }
            }
        };
        let search = over(icon::SEARCH, "Search", Over::Palette(""));
        let keys = over(icon::KEYBOARD, "Keyboard shortcuts", Over::Keys);
        view! {
            div(class="menu-head") { div { (name) } (second) }
            hr()
            (search)
            (here)
            (places)
            (keys)
            hr()
            div(class="menu-head") { "Theme" }
            (looks)
            hr()
            button(r#type="button", class="menu-item", role="menuitem", on:click=handler(move |_| { open.set(false); session.log_out(); })) {
                (icon::LEAVE)
                span { "Log out" }
            }
        }
    })
}

/// What stands in the bar where there is room for it.
fn on_a_phone(board: &Board, stage: Stage, open: Signal<bool>) -> View {
    let item = |icon: Icon, name: &'static str, act: fn(&Board, Stage)| {
        let board = board.clone();
        let act = move |_| {
            open.set(false);
            act(&board, stage);
        };
        view! {
            button(r#type="button", class="menu-item", role="menuitem", on:click=handler(act)) {
                (icon)
                span { (name) }
            }
        }
    };
    let refresh = item(icon::REFRESH, "Refresh all panels", |board, _| board.ask_all());
    let zoom_out = item(icon::ZOOM_OUT, "Zoom out", |board, _| board.zoom_out());
    let link = item(icon::LINK, "Copy link to this moment", |board, stage| {
        share::copy(stage, board.link(true));
    });
    let intervals = refresh_control::choices(board, open);
    view! {
        div(class="narrow-only") {
            (refresh)
            div(class="chips", role="group", aria-label="Refresh interval") { (intervals) }
            (zoom_out)
            (link)
            hr()
        }
    }
}

/// A name, its icon, the address.
type Place = (&'static str, Icon, String);

/// Where the reader may go besides dashboards. `tenant` is the id of the one in the address.
pub(super) fn places(session: Session, tenant: Option<&str>) -> Vec<Place> {
    let mut places = vec![("Account", icon::PERSON, "/account".to_owned())];
    if let Some(tenant) = tenant {
        let of_tenant = |page: &str| format!("/t/{}/{page}", segment(tenant));
        // Only editors may see a tenant's plugins, only its admins its members.
        if session.may_publish(tenant) {
            places.push(("Plugins", icon::PLUGIN, of_tenant("plugins")));
        }
        if session.administers(tenant) {
            places.push(("Members", icon::PEOPLE, of_tenant("members")));
        }
    }
    if session.is_admin() {
        places.push(("Administration", icon::KEY, "/admin/users".to_owned()));
    }
    places
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
