//! A dashboard: the bar and the grid of panels.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::Dashboard;

use super::{lost, name_tab, notice};
use crate::{
    api::{self, Failure},
    browser, frame,
    live::live,
    panel::{expanded, grid},
    query::segment,
    route::Page,
    stores::{Board, Location, Session, Stage},
};

/// The page.
pub(crate) fn dashboard(tenant: String, name: String) -> View {
    let session = use_context::<Session>();
    let found = create_signal(None::<Result<Rc<Dashboard>, Failure>>);
    let usual =
        create_selector(move || found.with(|found| found.as_ref()?.as_ref().ok()?.default_range.clone()));
    let title =
        create_selector(move || found.with(|found| Some(found.as_ref()?.as_ref().ok()?.title.clone())));
    let board = Board::new(&tenant, usual);
    let stage = use_context::<Stage>();
    stage.enter(&board);
    create_effect(move || {
        let dashboard = found.with(|found| found.as_ref().and_then(|found| found.as_ref().ok().cloned()));
        stage.dashboard.set(dashboard);
    });
    create_effect(move || name_tab(&title.get_clone().unwrap_or_default()));

    let path = format!("/dashboards/{}", segment(&name));
    let asked = create_signal(0_u32);
    create_effect(move || {
        asked.track();
        let (path, tenant) = (path.clone(), tenant.clone());
        browser::spawn_scoped(async move {
            let mut failed = 0;
            loop {
                match api::get::<Dashboard>(&path, Some(&tenant), None).await {
                    Ok(dashboard) => return found.set(Some(Ok(Rc::new(dashboard)))),
                    Err(failure) if failure.status() == Some(401) => return session.lost(),
                    Err(failure) => {
                        failed += 1;
                        let wait = failure.is_passing().then(|| {
                            crate::retry::delay(failed, failure.retry_after(), js_sys::Math::random())
                        });
                        found.set(Some(Err(failure)));
                        let Some(wait) = wait else { return };
                        browser::nap(wait).await;
                    }
                }
            }
        });
    });

    let bar = frame::top_bar(&board, &name, title);
    let location = use_context::<Location>();
    // One of its panels may be open; the dashboard stays beneath, so that the way back is short.
    let open = create_selector(move || match Page::at(&location.path()) {
        Page::Panel { panel, .. } => Some(panel),
        _ => None,
    });
    let large = {
        let board = board.clone();
        live(move || match (open.get_clone(), found.get_clone()) {
            (Some(id), Some(Ok(dashboard))) => match dashboard.panels.iter().find(|panel| panel.id == id) {
                Some(placement) => expanded(&board, &dashboard, placement),
                None => {
                    let back = board.address_of(&dashboard.name);
                    let act = view! { a(class="button primary", href=back) { "To the dashboard" } };
                    notice(
                        "There is no such panel",
                        &format!("“{}” has no panel named “{id}”.", dashboard.title),
                        Some(act),
                    )
                }
            },
            _ => View::new(),
        })
    };
    let content = live(move || match found.get_clone() {
        None => view! { div(class="waiting", aria-busy="true") },
        Some(Ok(dashboard)) => {
            let grid = grid(&board, &dashboard);
            view! { div(hidden=open.with(Option::is_some)) { (grid) } }
        }
        Some(Err(failure)) => {
            let again = view! {
                button(r#type="button", class="button primary", on:click=handler(move |_| asked.set(asked.get_untracked() + 1))) { "Try again" }
            };
            lost(&failure, &board.tenant, again)
        }
    });
    view! {
        (bar)
        main(class="board") {
            (large)
            (content)
        }
    }
}
