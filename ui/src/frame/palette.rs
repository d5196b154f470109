//! Everything that can be gone to, searched by typing.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::Dashboards;

use super::user_menu::places;
use crate::{
    api, browser,
    keys::matches,
    live::live_all,
    query::segment,
    route::Page,
    stores::{Location, Look, Over, Preferences, Session, Stage},
    time::{range::QUICK, range::Range},
};

/// More are not shown at once: a reader types on.
const MOST: usize = 12;

/// What kind of entry a range is.
const RANGE: &str = "Range";

/// Something that can be gone to.
#[derive(Clone)]
struct Entry {
    kind: &'static str,
    title: String,
    act: Act,
}

#[derive(Clone)]
enum Act {
    Go(String),
    Show(Range),
    Choose(Look),
    Refresh,
    Keys,
}

/// The field and what it finds; `wanted` is what stands in it to begin with.
pub(super) fn palette(stage: Stage, wanted: &str) -> View {
    let location = use_context::<Location>();
    let preferences = use_context::<Preferences>();
    let wanted = create_signal(wanted.to_owned());
    let chosen = create_signal(0_usize);
    let all = create_signal(known(stage));
    find_dashboards(all, stage);
    let found = create_memo(move || {
        let wanted = wanted.get_clone();
        let range = typed_range(&wanted, stage, preferences);
        let title = range.as_ref().map(|entry| entry.title.clone());
        all.with(|all| {
            let others = all
                .iter()
                .filter(|entry| matches(&format!("{} {}", entry.kind, entry.title), &wanted))
                .filter(|entry| entry.kind != RANGE || Some(&entry.title) != title.as_ref());
            range
                .iter()
                .chain(others)
                .take(MOST)
                .cloned()
                .collect::<Vec<Entry>>()
        })
    });
    let follow = Rc::new(move |act: Act| {
        stage.over.set(Over::Nothing);
        let board = stage.board.get_clone_untracked();
        match (act, board) {
            (Act::Go(address), _) => location.go(&address),
            (Act::Choose(look), _) => preferences.choose_look(look),
            (Act::Keys, _) => stage.over.set(Over::Keys),
            (Act::Show(range), Some(board)) => board.show(&range),
            (Act::Refresh, Some(board)) => board.ask_all(),
            (Act::Show(..) | Act::Refresh, None) => {}
        }
    });
    let walk = {
        let follow = follow.clone();
        move |event: web_sys::KeyboardEvent| {
            let count = found.with_untracked(Vec::len).max(1);
            let at = chosen.get_untracked().min(count - 1);
            match event.key().as_str() {
                "ArrowDown" => chosen.set((at + 1) % count),
                "ArrowUp" => chosen.set((at + count - 1) % count),
                "Enter" => {
                    if let Some(entry) = found.with_untracked(|found| found.get(at).cloned()) {
                        follow(entry.act);
                    }
                }
                _ => return,
            }
            event.prevent_default();
        }
    };
    let items = live_all(move || {
        let at = chosen.get();
        found
            .get_clone()
            .into_iter()
            .enumerate()
            .map(|(index, entry)| {
                let (follow, act) = (follow.clone(), entry.act);
                let (id, is_chosen) = (format!("palette-{index}"), (index == at).to_string());
                view! {
                    li(id=id, role="option", class="menu-item", aria-selected=is_chosen, on:click=handler(move |_| follow(act.clone()))) {
                        span(class="grow") { (entry.title) }
                        span(class="dim") { (entry.kind) }
                    }
                }
            })
            .collect()
    });
    view! {
        div(class="palette", data-testid="palette") {
            input(r#type="text", role="combobox", placeholder="Go to…", aria-label="Go to", autocomplete="off", "spellcheck"="false",
                aria-expanded="true", aria-controls="palette-list", aria-activedescendant=format!("palette-{}", chosen.get()),
                bind:value=wanted, on:input=handler(move |_| chosen.set(0)), on:keydown=handler(walk))
            ul(id="palette-list", role="listbox", aria-label="Found") { (items) }
        }
    }
}

/// The range that is meant by a length like `6h`, on a dashboard. It comes first: whoever types one means nothing else.
fn typed_range(wanted: &str, stage: Stage, preferences: Preferences) -> Option<Entry> {
    stage.board.get_clone_untracked()?;
    let (now, zone) = (browser::now(), preferences.zone_untracked());
    let range = Range::of_length(wanted, now, &zone)?;
    Some(Entry {
        kind: RANGE,
        title: range.title(now, &zone),
        act: Act::Show(range),
    })
}

/// What is known without asking.
fn known(stage: Stage) -> Vec<Entry> {
    let entry = |kind, title: String, act| Entry { kind, title, act };
    let mut all = Vec::new();
    if let (Some(board), Some(dashboard)) = (
        stage.board.get_clone_untracked(),
        stage.dashboard.get_clone_untracked(),
    ) {
        all.extend(dashboard.panels.iter().map(|panel| {
            let address = board.panel_address(&dashboard.name, &panel.id);
            entry("Panel", panel.title.clone(), Act::Go(address))
        }));
        let zone = use_context::<Preferences>().zone_untracked();
        all.extend(QUICK.into_iter().filter_map(|(from, to, name)| {
            let range = Range::parse(from, to, browser::now(), &zone).ok()?;
            Some(entry(RANGE, name.to_owned(), Act::Show(range)))
        }));
        all.push(entry("Action", "Refresh all panels".to_owned(), Act::Refresh));
    }
    let session = use_context::<Session>();
    let location = use_context::<Location>();
    let tenant = Page::at(&location.path()).tenant();
    all.extend(
        places(session, tenant.as_deref())
            .into_iter()
            .map(|(name, _, address)| entry("Page", name.to_owned(), Act::Go(address))),
    );
    if let Some(me) = session.me() {
        all.extend(me.tenants.iter().map(|tenant| {
            entry(
                "Tenant",
                tenant.name.clone(),
                Act::Go(location.of_tenant(&tenant.id)),
            )
        }));
    }
    all.extend(
        Look::ALL
            .into_iter()
            .map(|(look, _, name)| entry("Theme", name.to_owned(), Act::Choose(look))),
    );
    all.push(entry("Action", "Keyboard shortcuts".to_owned(), Act::Keys));
    all
}

/// Puts the tenant's dashboards first, once the host has named them.
fn find_dashboards(all: Signal<Vec<Entry>>, stage: Stage) {
    let location = use_context::<Location>();
    let Some(tenant) = Page::at(&location.path()).tenant() else {
        return;
    };
    browser::spawn_scoped(async move {
        // Without them the rest can still be found.
        let Ok(found) = api::get::<Dashboards>("/dashboards", Some(&tenant), None).await else {
            return;
        };
        let board = stage.board.get_clone_untracked();
        let mut entries: Vec<Entry> = found
            .dashboards
            .into_iter()
            .map(|one| Entry {
                kind: "Dashboard",
                act: Act::Go(match &board {
                    Some(board) => board.address_of(&one.name),
                    None => format!("/t/{}/d/{}", segment(&tenant), segment(&one.name)),
                }),
                title: one.title,
            })
            .collect();
        all.update(|all| {
            entries.append(all);
            *all = entries;
        });
    });
}
