//! The grid of a dashboard.

use crate::prelude::*;
use porthole_model::{Dashboard, Position};

use super::surface::panel;
use crate::stores::Board;

/// All panels at their places; one below the other on a narrow screen, in reading order.
pub(crate) fn grid(board: &Board, dashboard: &Dashboard) -> View {
    let panels: Vec<View> = dashboard
        .panels
        .iter()
        .map(|placement| panel(board, &dashboard.name, placement))
        .collect();
    let columns = format!(
        "grid-template-columns: repeat({}, minmax(0, 1fr))",
        dashboard.columns.max(1)
    );
    let empty = dashboard
        .panels
        .is_empty()
        .then(|| view! { p(class="waiting") { "This dashboard has no panels yet: its file lists none under “panels”." } });
    let title = dashboard.title.clone();
    view! {
        h1(class="sr-only") { (title) }
        (empty)
        div(class="grid-board", prop:style=columns) { (panels) }
    }
}

/// A panel's place, for its style.
pub(super) fn area(position: Position) -> String {
    format!(
        "grid-column: {} / span {}; grid-row: {} / span {}",
        position.col.max(1),
        position.width.max(1),
        position.row.max(1),
        position.height.max(1)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_written_for_the_grid() {
        let position = Position {
            row: 2,
            col: 9,
            width: 4,
            height: 1,
        };
        assert_eq!(area(position), "grid-column: 9 / span 4; grid-row: 2 / span 1");
    }
}
