//! Which of the tenant's dashboards is looked at.

use crate::prelude::*;
use porthole_model::{DashboardSummary, Dashboards};

use super::{
    Menu,
    menu::{menu, search},
};
use crate::{
    api, browser, icon,
    live::live_text,
    stores::{Board, Location},
};

/// The selector; `current` is the name in the address.
pub(crate) fn dashboard_menu(board: Board, current: String, title: ReadSignal<Option<String>>) -> View {
    let location = use_context::<Location>();
    let all = create_signal(Vec::<DashboardSummary>::new());
    let tenant = board.tenant.clone();
    browser::spawn_scoped(async move {
        // Without the list the page still works: the menu then has only this one.
        if let Ok(found) = api::get::<Dashboards>("/dashboards", Some(&tenant), None).await {
            all.set(found.dashboards);
        }
    });
    let shown = current.clone();
    let face_title = live_text(move || title.get_clone().unwrap_or_else(|| shown.clone()));
    let face = view! {
        b { (face_title) }
        (icon::CHEVRON)
    };
    let options = Menu {
        button: "pill",
        list: "",
        label: "Dashboard".to_owned(),
        id: "dashboard-menu",
    };
    menu(options, face, move |open| {
        let items: Vec<View> = all
            .get_clone()
            .into_iter()
            .map(|dashboard| {
                let is_current = (dashboard.name == current).to_string();
                let board = board.clone();
                let name = dashboard.name.clone();
                let choose = move |_| {
                    open.set(false);
                    location.go(&board.address_of(&name));
                };
                let description = dashboard.description.map(|text| view! { span(class="dim") { (text) } });
                let title = dashboard.title;
                view! {
                    button(r#type="button", class="menu-item", role="menuitem", aria-current=is_current, on:click=handler(choose)) {
                        span(class="what") { span { (title) } (description) }
                    }
                }
            })
            .collect();
        let search = search(items.len(), "Dashboard ", open);
        view! { div(class="menu-head") { "Dashboards" } (search) (items) }
    })
}
