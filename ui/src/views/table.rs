//! Rows and columns; sorting, filtering and paging are the host's work.

use crate::prelude::*;
use porthole_model::{Table, TableColumn, View as Shown};

use super::{
    cell::{cell, is_number, lined_up, mark_of},
    pager::pager,
};
use crate::{
    browser, icon,
    live::{live, live_all},
    panel::Loader,
    sorting::page_count,
    stores::Preferences,
};

/// Milliseconds after the last key before a filter is asked for.
const TYPING: u32 = 350;

/// The table, its filters and its pager.
pub(crate) fn table(loader: Loader) -> View {
    let preferences = use_context::<Preferences>();
    let table = create_memo(
        move || match loader.answer.get_clone().as_deref().map(|answer| &answer.view) {
            Some(Shown::Table(table)) => table.clone(),
            _ => Table::default(),
        },
    );
    let title = move || {
        loader.answer.with(|answer| {
            answer
                .as_ref()
                .map(|answer| answer.title.clone())
                .unwrap_or_default()
        })
    };
    // The head is drawn anew only when it changes: a refresh must not take a filter from under the fingers.
    let head = create_selector(move || table.with(|table| (table.columns.clone(), table.sort.clone())));
    let columns = create_selector(move || table.with(|table| table.columns.clone()));
    let is_filtering = create_signal(false);
    // By a link, or by the way back: what is filtered must be seen.
    create_effect(move || {
        if loader.wishes.with(|wishes| !wishes.filters.is_empty()) && !is_filtering.get_untracked() {
            is_filtering.set(true);
        }
    });

    let heads = live_all(move || {
        let (columns, sort) = head.get_clone();
        columns
            .iter()
            .map(|column| heading(column, &sort, loader))
            .collect::<Vec<View>>()
    });
    let filters = live(move || {
        if !is_filtering.get() {
            return View::new();
        }
        let fields: Vec<View> = columns
            .get_clone()
            .iter()
            .map(|column| filter(column, loader))
            .collect();
        view! { tr(class="filters") { (fields) } }
    });
    let body = live_all(move || {
        let theme = preferences.theme();
        let zone = preferences.zone();
        let (is_empty, columns, total, page) = table.with(|table| {
            (
                table.rows.is_empty(),
                table.columns.len(),
                table.total,
                table.page,
            )
        });
        if is_empty {
            // Not while the table is being read: a button cannot be made then.
            return vec![nothing(columns, total, page, loader)];
        }
        table.with(|table| {
            let columns = lined_up(table);
            table
                .rows
                .iter()
                .map(|row| {
                    let mut mark = mark_of(&columns, row, theme);
                    let cells: Vec<View> = columns
                        .iter()
                        .zip(row)
                        .map(|(column, value)| cell(column, value, mark.take(), &zone, theme))
                        .collect();
                    view! { tr { (cells) } }
                })
                .collect::<Vec<View>>()
        })
    });
    let pages = pager(
        move || table.with(|table| (table.page, page_count(table.total, table.page_size))),
        move || {
            table.with(|table| {
                let first = u64::from(table.page.saturating_sub(1)) * u64::from(table.page_size);
                (first, table.total, u64::from(table.page_size))
            })
        },
        move |page| loader.wishes.update(|wishes| wishes.page = Some(page)),
    );
    let can_filter = move || table.with(|table| table.columns.iter().any(|column| column.filterable));
    let toggle = live(move || {
        if can_filter() {
            view! {
                button(r#type="button", class="icon-button", aria-label="Filter columns", title="Filter columns", aria-expanded=is_filtering.get().to_string(),
                    on:click=handler(move |_| toggle_filters(is_filtering, loader))) { (icon::FILTER) }
            }
        } else {
            View::new()
        }
    });
    view! {
        div(class="table-box", tabindex="0", role="region", aria-label=title()) {
            table(class="rows") {
                thead { tr { (heads) } (filters) }
                tbody { (body) }
            }
        }
        div(class="flex items-end gap-2") {
            (toggle)
            div(class="grow") { (pages) }
        }
    }
}

/// A filtered table keeps its head, and says in its body that nothing is left. A link may lead to a page that there is no
/// more.
fn nothing(columns: usize, total: u64, page: u32, loader: Loader) -> View {
    // Written before: the macro follows what a call gives, and a table that is being read cannot be followed.
    let columns = columns.to_string();
    if total == 0 {
        return view! {
            tr(data-testid="no-rows") { td(class="dim", colspan=columns) { "No rows match the filters" } }
        };
    }
    let text = format!("There is no page {} any more. ", page);
    let first = move |_| loader.wishes.update(|wishes| wishes.page = None);
    view! {
        tr(data-testid="no-rows") {
            td(class="dim", colspan=columns) {
                (text)
                button(r#type="button", class="link", on:click=handler(first)) { "To the first page" }
            }
        }
    }
}

/// Closing the filters takes them away: what is filtered must be seen.
fn toggle_filters(is_filtering: Signal<bool>, loader: Loader) {
    let is_open = is_filtering.get_untracked();
    if is_open && loader.wishes.with_untracked(|wishes| !wishes.filters.is_empty()) {
        loader.wishes.update(|wishes| {
            wishes.filters.clear();
            wishes.page = None;
        });
    }
    is_filtering.set(!is_open);
}

fn heading(column: &TableColumn, sort: &[porthole_model::SortKey], loader: Loader) -> View {
    let title = column.title.clone();
    let class = if is_number(column) { "right" } else { "" };
    if !column.sortable {
        return view! { th(scope="col", class=class) { (title) } };
    }
    let place = sort.iter().position(|key| key.column == column.name);
    let direction = match place {
        Some(at) if sort[at].descending => "descending",
        Some(_) => "ascending",
        None => "none",
    };
    let mark = place.map(|at| icon::arrow(sort[at].descending));
    let rank = place.filter(|_| sort.len() > 1).map(|at| {
        let text = (at + 1).to_string();
        view! { small { (text) } }
    });
    let (name, current) = (column.name.clone(), sort.to_vec());
    let choose = move |event: web_sys::MouseEvent| {
        loader
            .wishes
            .update(|wishes| wishes.sort_by(&name, &current, event.shift_key()));
    };
    view! {
        th(scope="col", class=class, aria-sort=direction) {
            button(r#type="button", class="sort", title="Sort; with Shift, sort by this as well", on:click=handler(choose)) {
                (title)
                (mark)
                (rank)
            }
        }
    }
}

fn filter(column: &TableColumn, loader: Loader) -> View {
    if !column.filterable {
        return view! { th() };
    }
    let typed = create_signal(
        loader
            .wishes
            .with_untracked(|wishes| wishes.filter_of(&column.name).to_owned()),
    );
    let (name, label) = (column.name.clone(), format!("Filter {}", column.title));
    // The way back changes what is filtered, too, and the field says it.
    let asked = {
        let name = name.clone();
        create_selector(move || loader.wishes.with(|wishes| wishes.filter_of(&name).to_owned()))
    };
    create_effect(move || {
        let asked = asked.get_clone();
        if typed.with_untracked(|typed| typed.trim() != asked) {
            typed.set(asked);
        }
    });
    // Each key starts the wait anew: the scope of the effect's earlier run ends, and with it what it spawned.
    create_effect(move || {
        let text = typed.get_clone();
        let name = name.clone();
        browser::spawn_scoped(async move {
            browser::sleep(TYPING).await;
            if loader
                .wishes
                .with_untracked(|wishes| wishes.filter_of(&name) != text.trim())
            {
                loader.wishes.update(|wishes| wishes.filter_by(&name, &text));
            }
        });
    });
    view! { th { input(r#type="search", placeholder="Filter", aria-label=label, autocomplete="off", bind:value=typed) } }
}
