//! A dashboard: the bar and the grid of panels.

use std::{cell::RefCell, rc::Rc};

use crate::prelude::*;
use porthole_model::Dashboard;

use super::{
    dashboard_faults::{DashboardFaults, dashboard_faults},
    lost, name_tab, notice,
};
use crate::{
    api::{self, Failure},
    browser, frame,
    live::live,
    panel::{expanded, grid},
    query::segment,
    route::Page,
    stores::{Board, Location, Session, Stage},
};

/// Milliseconds after which it is asked again whether the dashboard is still the same.
const AGAIN: u32 = 60_000;

/// Milliseconds after a panel was refused in which the others may be, too.
const CALM: u32 = 300;

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
    // No range to choose where there is no dashboard.
    let is_nowhere = create_selector(move || {
        found.with(|found| matches!(found, Some(Err(failure)) if failure.is_withdrawal()))
    });
    let location = use_context::<Location>();
    // One of its panels may be open; the dashboard stays beneath, so that the way back is short.
    let open = create_selector(move || match Page::at(&location.path()) {
        Page::Panel { panel, .. } => Some(panel),
        _ => None,
    });
    // Whoever closes a panel goes on where it was opened.
    let large_before = RefCell::new(None::<String>);
    create_effect(move || {
        let now = open.get_clone();
        if let (Some(panel), None) = (large_before.replace(now.clone()), now) {
            // Once the dashboard is there again.
            browser::spawn_scoped(async move {
                if let Some(heading) = browser::element(&format!("panel-title-{panel}")) {
                    browser::focus_first(&heading, "a");
                }
            });
        }
    });
    create_effect(move || {
        let title = title.get_clone().unwrap_or_default();
        let panel = open
            .get_clone()
            .map(|id| found.with(|found| title_of(found, &id)));
        match panel {
            _ if is_nowhere.get() => name_tab("Not found"),
            None => name_tab(&title),
            Some(Some(panel)) => name_tab(&format!("{panel} · {title}")),
            // Not known yet, or there is none.
            Some(None) if title.is_empty() => name_tab(""),
            Some(None) => name_tab("Not found"),
        }
    });

    let path = format!("/dashboards/{}", segment(&name));
    let asked = create_signal(0_u32);
    let faults = create_signal(DashboardFaults::default());
    let said_of_faults = dashboard_faults(tenant.clone(), *faults);
    let is_shown = move || found.with_untracked(|found| matches!(found, Some(Ok(_))));
    let doubted = board.doubted;
    let known: Rc<RefCell<String>> = Rc::default();
    create_effect(move || {
        asked.track();
        let is_doubted = doubted.get() > 0;
        let (path, tenant, known) = (path.clone(), tenant.clone(), known.clone());
        browser::spawn_scoped(async move {
            if is_doubted {
                // By all panels at once, as a rule.
                browser::sleep(CALM).await;
            }
            let mut failed = 0;
            loop {
                let answer = api::get_text(&path, &tenant).await;
                let answer = answer.and_then(|text| Ok((api::read::<Dashboard>(&text)?, text)));
                match answer {
                    Ok((mut dashboard, text)) => {
                        failed = 0;
                        // Whoever leaves it open all day sees what is changed on it, and no flicker else.
                        if !is_shown() || *known.borrow() != text {
                            *known.borrow_mut() = text;
                            faults.set(DashboardFaults::taken_from(&mut dashboard));
                            found.set(Some(Ok(Rc::new(dashboard))));
                        }
                        browser::nap(AGAIN).await;
                    }
                    Err(failure) if failure.status() == Some(401) => return session.lost(),
                    // It was there, and nothing of it may be seen any more. Who knows what else is not open any more: the
                    // page is drawn anew when the host has said.
                    Err(failure) if failure.is_withdrawal() && is_shown() => {
                        return session.ask();
                    }
                    // The panels say what is wrong.
                    Err(_) if is_shown() => {
                        browser::nap(AGAIN).await;
                    }
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

    let bar = {
        let board = board.clone();
        live(move || {
            if is_nowhere.get() {
                frame::bare_bar(Some(board.tenant.to_string()), None)
            } else {
                frame::top_bar(&board, &name, title)
            }
        })
    };
    let said = said(&board, stage);
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
            (said)
            (said_of_faults)
            (large)
            (content)
        }
    }
}

/// What a panel of the dashboard is called.
fn title_of(found: &Option<Result<Rc<Dashboard>, Failure>>, panel: &str) -> Option<String> {
    let dashboard = found.as_ref()?.as_ref().ok()?;
    let placement = dashboard.panels.iter().find(|one| one.id == panel)?;
    Some(placement.title.clone())
}

/// What concerns all panels: a range that the address named and that is none, and a host that is not reached.
fn said(board: &Board, stage: Stage) -> View {
    let range_fault = board.range_fault;
    let about_range = live(move || match range_fault.get_clone() {
        Some(text) => view! {
            div(class="notice", role="status", data-testid="range-fault") {
                span(class="grow") { (text) }
                button(r#type="button", class="button", on:click=handler(move |_| range_fault.set(None))) { "Close" }
            }
        },
        None => View::new(),
    });
    let about_host = live(move || {
        if !stage.is_cut_off.get() {
            return View::new();
        }
        view! {
            div(class="notice", role="status", data-testid="cut-off") {
                "The host does not answer. What is here is from before; it is asked again by itself."
            }
        }
    });
    view! {
        (about_range)
        (about_host)
    }
}
