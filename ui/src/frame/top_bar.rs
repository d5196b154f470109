//! The bar itself.

use crate::prelude::*;

use super::{dashboard_menu, range_picker, refresh_control, share, tenant_menu, user_menu};
use crate::{
    icon,
    stores::{Board, Over, Stage},
};

/// For a dashboard. `title` is the dashboard's, once it is known.
pub(crate) fn top_bar(board: &Board, dashboard: &str, title: ReadSignal<Option<String>>) -> View {
    let tenants = tenant_menu::tenant_menu(Some(board.tenant.to_string()));
    let dashboards = dashboard_menu::dashboard_menu(board.clone(), dashboard.to_owned(), title);
    let range = range_picker::range_picker(board.clone());
    let refresh = refresh_control::refresh_control(board.clone());
    let share = share::share(board.clone());
    let user = user_menu::user_menu(Some(board.tenant.to_string()));
    let stage = use_context::<Stage>();
    let search = move |_| stage.over.set(Over::Palette(""));
    let board = board.clone();
    view! {
        header(class="top") {
            a(href="/", aria-label="Porthole, start page", class="rounded-full") { (icon::MARK) }
            nav(class="crumb", aria-label="Tenant and dashboard") {
                (tenants)
                span(class="dim wide", aria-hidden="true") { "/" }
                (dashboards)
            }
            span(class="grow")
            button(r#type="button", class="pill roomy", aria-label="Search", title="Search (Ctrl K)", aria-haspopup="dialog", data-testid="search", on:click=handler(search)) {
                (icon::SEARCH)
                span(class="dim") { "Search" }
                kbd(class="dim") { "Ctrl K" }
            }
            (range)
            button(r#type="button", class="icon-button wide", aria-label="Zoom out", title="Zoom out", data-testid="zoom-out", on:click=handler(move |_| board.zoom_out())) {
                (icon::ZOOM_OUT)
            }
            (refresh)
            (share)
            (user)
        }
    }
}

/// For pages of no tenant; `title` says which.
pub(crate) fn titled_bar(title: &'static str) -> View {
    let user = user_menu::user_menu(None);
    view! {
        header(class="top") {
            a(href="/", aria-label="Porthole, start page", class="rounded-full") { (icon::MARK) }
            nav(class="crumb", aria-label="Start") {
                a(class="here link", href="/") { "Dashboards" }
                span(class="dim", aria-hidden="true") { "/" }
                b(class="here") { (title) }
            }
            span(class="grow")
            (user)
        }
    }
}

/// For pages without a dashboard. `trail` stands behind the tenant: where in it this page is.
pub(crate) fn bare_bar(tenant: Option<String>, trail: Option<View>) -> View {
    let user = user_menu::user_menu(tenant.clone());
    let tenants = tenant_menu::tenant_menu(tenant);
    view! {
        header(class="top") {
            a(href="/", aria-label="Porthole, start page", class="rounded-full") { (icon::MARK) }
            nav(class="crumb", aria-label="Tenant") { (tenants) (trail) }
            span(class="grow")
            (user)
        }
    }
}
