//! Each component in every state, on one page: to be looked at while working on them, and photographed by the tests. It
//! asks no host, and is a build of its own (`cargo xtask build --gallery`), of which nothing is in the product.

pub(crate) mod answers;
mod controls;
pub(crate) mod failures;
pub(crate) mod sample;
mod views;

use crate::prelude::*;
use porthole_model::{Me, Role, Session as Login, TenantSummary};

use crate::{
    browser,
    color::Theme,
    frame,
    stores::{Board, Clock, Location, Look, Preferences, Recent, Session, Stage},
};

/// The tenant whose reader looks at the gallery.
pub(crate) const TENANT: &str = "gallery";

/// The page.
#[component]
pub(crate) fn Gallery() -> View {
    let location = Location::install();
    provide_context(location);
    let preferences = Preferences::load();
    provide_context(preferences);
    provide_context(Recent::load());
    provide_context(Clock::start());
    provide_context(Session::of(location, reader()));
    provide_context(Stage::new());
    let board = Board::new(TENANT, *create_signal(Some("now-12h".to_owned())));

    let bar = frame::top_bar(
        &board,
        "default",
        *create_signal(Some("System health".to_owned())),
    );
    let sections: Vec<View> = vec![
        section(
            "Charts",
            "Lines, areas, bars and dots over time. A gap is a gap; a lone value is a dot.",
            views::charts(&board),
        ),
        section(
            "Numbers",
            "One value, its threshold's colour and word, its change and its course.",
            views::metrics(&board),
        ),
        section(
            "Health",
            "Worst first; never colour alone. The time of the last check, and why.",
            views::statuses(&board),
        ),
        section(
            "Tables",
            "Sorted, filtered and paged by the host.",
            views::tables(&board),
        ),
        section(
            "Pictures and markup",
            "What tenants' own panels draw.",
            views::own(&board),
        ),
        section(
            "First load",
            "The shape of what will come.",
            failures::skeletons(&board),
        ),
        section(
            "Nothing there",
            "An answer that is empty says so; it is no zero.",
            failures::empties(&board),
        ),
        section(
            "Old data",
            "What was there stays, and says how old it is and why.",
            failures::stale(&board),
        ),
        section(
            "Failures",
            "Each in its own words, with what a reader can do.",
            failures::failures(&board),
        ),
        section(
            "Faulty files",
            "Over a dashboard that is not what its file says: where, to those who may mend it.",
            failures::banners(),
        ),
        section(
            "Controls",
            "Buttons, fields, marks and menus.",
            controls::controls(),
        ),
        section(
            "Pages",
            "Pages that only say something, and login.",
            controls::pages(),
        ),
    ];
    let head = create_node_ref();
    on_mount(move || {
        // The login page takes the focus, which would scroll down to it.
        browser::spawn_scoped(async move {
            browser::sleep(50).await;
            if let Some(head) = head.try_get() {
                browser::focus_first(&head, "button");
            }
        });
    });
    let switch = move |_| {
        preferences.choose_look(match preferences.theme() {
            Theme::Dark => Look::Light,
            Theme::Light => Look::Dark,
        });
    };
    view! {
        (bar)
        main(class="board") {
            div(class="gallery-head", r#ref=head) {
                h1 { "Gallery" }
                p(class="dim") { "Each component in every state, with made-up data." }
                button(r#type="button", class="button", on:click=handler(switch)) { "Dark or light" }
            }
            (sections)
        }
    }
}

fn section(title: &'static str, about: &'static str, content: View) -> View {
    let id = title.to_lowercase().replace(' ', "-");
    view! {
        section(class="gallery-section", data-testid=format!("gallery-{id}")) {
            h2 { (title) }
            p(class="dim") { (about) }
            (content)
        }
    }
}

pub(crate) fn reader() -> Me {
    let tenant = |id: &str, name: &str, role| TenantSummary {
        id: id.to_owned(),
        name: name.to_owned(),
        role,
    };
    Me {
        id: "1".to_owned(),
        email: "maria.rossi@example.com".to_owned(),
        full_name: Some("Maria Rossi".to_owned()),
        is_admin: true,
        tenants: vec![
            tenant(TENANT, "Alpha Logistics", Role::Admin),
            tenant("beta", "Beta Media", Role::Viewer),
        ],
        session: Login {
            tenant: Some(TENANT.to_owned()),
            expires_at: "2099-01-01T00:00:00Z".to_owned(),
        },
    }
}
