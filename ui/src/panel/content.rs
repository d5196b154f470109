//! What is in a panel: a view, or why there is none.

use crate::prelude::*;
use porthole_model::{PanelAnswer, View as Shown};

use super::{Loader, skeleton::skeleton, state};
use crate::{live::live, stores::Board, views};

/// Rows on a page of a chart shown as a table; a browser draws these at once.
const CHART_ROWS: u32 = 100;

/// What a panel's body is, told apart as coarsely as it needs to be drawn anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Waiting,
    Failed,
    Empty(&'static str),
    Chart,
    ChartTable,
    Metric,
    Statuses,
    Table,
    Image,
    Markup,
}

/// Follows what the body of a panel is; drawn anew only when that changes.
pub(crate) fn kind(loader: Loader, as_table: ReadSignal<bool>) -> ReadSignal<Kind> {
    create_selector(move || {
        let is_filtered = loader.wishes.with(|wishes| !wishes.filters.is_empty());
        match loader.answer.get_clone() {
            Some(answer) => kind_of(&answer, as_table.get(), is_filtered),
            None if loader.failure.with(Option::is_some) => Kind::Failed,
            None => Kind::Waiting,
        }
    })
}

fn kind_of(answer: &PanelAnswer, as_table: bool, is_filtered: bool) -> Kind {
    if let Some(title) = state::emptiness(answer, is_filtered) {
        return Kind::Empty(title);
    }
    match &answer.view {
        Shown::Chart(_) if as_table => Kind::ChartTable,
        Shown::Chart(_) => Kind::Chart,
        Shown::Metric(_) => Kind::Metric,
        Shown::Statuses(_) => Kind::Statuses,
        Shown::Table(_) => Kind::Table,
        Shown::Image(_) => Kind::Image,
        Shown::Markup(_) => Kind::Markup,
    }
}

/// The body: the view, and a thin bar over it while a newer one takes long.
pub(crate) fn content(board: &Board, type_name: &str, loader: Loader, kind: ReadSignal<Kind>) -> View {
    let board = board.clone();
    let type_name = type_name.to_owned();
    let bar = live(move || {
        if loader.is_slow.get() && loader.answer.with(Option::is_some) {
            view! { div(class="bar", role="progressbar", aria-label="Refreshing") }
        } else {
            View::new()
        }
    });
    let content = live(move || match kind.get() {
        Kind::Waiting => skeleton(&type_name),
        Kind::Failed => match loader.failure.get_clone() {
            Some(failure) => state::failed(&failure, loader, &board.tenant),
            None => View::new(),
        },
        Kind::Empty(title) => state::empty(title, &board),
        Kind::Chart => views::chart(&board, loader),
        Kind::ChartTable => views::chart_table(loader, CHART_ROWS),
        Kind::Metric => views::metric(loader),
        Kind::Statuses => views::statuses(loader),
        Kind::Table => views::table(loader),
        Kind::Image => views::image(loader),
        Kind::Markup => views::markup(loader),
    });
    view! {
        (bar)
        (content)
    }
}
