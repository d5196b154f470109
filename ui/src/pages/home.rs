//! The start: on to the reader's tenant.

use crate::prelude::*;

use super::{name_tab, notice};
use crate::{
    frame,
    query::segment,
    stores::{Location, Session},
};

/// Goes to the selected tenant, else to the first.
pub(crate) fn home() -> View {
    name_tab("");
    let location = use_context::<Location>();
    let Some(me) = use_context::<Session>().me() else {
        return View::new();
    };
    let selected = me
        .session
        .tenant
        .as_ref()
        .filter(|id| me.tenants.iter().any(|tenant| tenant.id == **id));
    if let Some(tenant) = selected.or_else(|| me.tenants.first().map(|tenant| &tenant.id)) {
        let address = format!("/t/{}", segment(tenant));
        // Not while this page is being drawn.
        on_mount(move || location.replace(&address));
        return View::new();
    }
    name_tab("No tenant yet");
    let bar = frame::bare_bar(None, None);
    let body = notice(
        "No tenant yet",
        "You are logged in, but no tenant has been opened to you. An administrator can do that.",
        None,
    );
    view! { (bar) main { (body) } }
}
