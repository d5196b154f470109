//! Places in the grid: first fit for panels without a full position, and which full positions overlap.

use std::collections::HashSet;

use porthole_model::Position;

use crate::dashboard::{GridWish, Placement};

/// Rows that are looked at for a free place. Beyond, panels pile up: nobody scrolls that far.
const ROWS: u16 = 4000;

/// See [`crate::Dashboard::arrange`].
pub(crate) fn arrange(
    columns: u8,
    panels: &[Placement],
    size_of: impl Fn(&Placement) -> (u8, u8),
) -> Vec<(&Placement, Position)> {
    let columns = columns.max(1);
    let mut taken = Taken::default();
    let mut places: Vec<Option<Position>> = vec![None; panels.len()];
    let wishes: Vec<(GridWish, u8, u8)> = panels
        .iter()
        .map(|panel| {
            let (width, height) = size_of(panel);
            let col = panel.position.col.unwrap_or(1).clamp(1, columns);
            let width = panel
                .position
                .width
                .unwrap_or(width)
                .clamp(1, columns - (col - 1));
            (
                panel.position,
                width,
                panel.position.height.unwrap_or(height).max(1),
            )
        })
        .collect();
    // Those with a place of their own first: nobody moves because of a neighbour that has none.
    for (place, (wish, width, height)) in places.iter_mut().zip(&wishes) {
        if let (Some(row), Some(col)) = (wish.row, wish.col) {
            let position = Position {
                row: row.max(1),
                col: col.clamp(1, columns),
                width: *width,
                height: *height,
            };
            taken.take(position);
            *place = Some(position);
        }
    }
    let mut from = 1;
    for (place, (wish, width, height)) in places.iter_mut().zip(&wishes) {
        if place.is_none() {
            let position = taken.first_fit(columns, *wish, (*width, *height), from);
            // Reading order: the next panel does not climb above this one.
            if wish.row.is_none() {
                from = position.row;
            }
            taken.take(position);
            *place = Some(position);
        }
    }
    let mut arranged: Vec<_> = panels
        .iter()
        .zip(places)
        .filter_map(|(panel, place)| place.map(|place| (panel, place)))
        .collect();
    arranged.sort_by_key(|(_, place)| (place.row, place.col));
    arranged
}

/// The first pair of each overlap among panels whose position is complete: indices of the later and the earlier one.
pub(crate) fn overlaps(panels: &[Placement]) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let complete: Vec<(usize, Position)> = panels
        .iter()
        .enumerate()
        .filter_map(|(index, panel)| {
            let GridWish {
                row,
                col,
                width,
                height,
            } = panel.position;
            Some((
                index,
                Position {
                    row: row?,
                    col: col?,
                    width: width?,
                    height: height?,
                },
            ))
        })
        .collect();
    for (at, (later, position)) in complete.iter().enumerate() {
        if let Some((earlier, _)) = complete[..at]
            .iter()
            .find(|(_, other)| touches(*position, *other))
        {
            found.push((*later, *earlier));
        }
    }
    found
}

fn touches(a: Position, b: Position) -> bool {
    let apart = |start_a: u32, length_a: u32, start_b: u32, length_b: u32| {
        start_a + length_a <= start_b || start_b + length_b <= start_a
    };
    !apart(
        u32::from(a.row),
        u32::from(a.height),
        u32::from(b.row),
        u32::from(b.height),
    ) && !apart(
        u32::from(a.col),
        u32::from(a.width),
        u32::from(b.col),
        u32::from(b.width),
    )
}

/// Cells that a panel stands on.
#[derive(Default)]
struct Taken(HashSet<(u16, u8)>);

impl Taken {
    fn take(&mut self, position: Position) {
        for row in position.row..=position.row.saturating_add(u16::from(position.height - 1)) {
            for col in position.col..=position.col.saturating_add(position.width - 1) {
                self.0.insert((row, col));
            }
        }
    }

    fn first_fit(&self, columns: u8, wish: GridWish, (width, height): (u8, u8), from: u16) -> Position {
        let last_col = columns.saturating_sub(width).saturating_add(1).max(1);
        let rows = wish.row.map_or(from..=ROWS, |row| row..=row);
        for row in rows {
            for col in wish.col.map_or(1..=last_col, |col| col..=col) {
                let position = Position {
                    row,
                    col,
                    width,
                    height,
                };
                if self.is_free(position) {
                    return position;
                }
            }
        }
        Position {
            row: wish.row.unwrap_or(ROWS),
            col: wish.col.unwrap_or(1),
            width,
            height,
        }
    }

    fn is_free(&self, position: Position) -> bool {
        (position.row..=position.row.saturating_add(u16::from(position.height - 1))).all(|row| {
            (position.col..=position.col.saturating_add(position.width - 1))
                .all(|col| !self.0.contains(&(row, col)))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Spanned;

    fn panel(id: &str, position: GridWish) -> Placement {
        Placement {
            id: Spanned::unplaced(id.to_owned()),
            file: String::new(),
            position,
        }
    }

    fn full(row: u16, col: u8, width: u8, height: u8) -> GridWish {
        GridWish {
            row: Some(row),
            col: Some(col),
            width: Some(width),
            height: Some(height),
        }
    }

    fn arranged(panels: &[Placement]) -> Vec<(&str, u16, u8, u8)> {
        arrange(12, panels, |_| (4, 1))
            .into_iter()
            .map(|(panel, place)| (panel.id.as_str(), place.row, place.col, place.width))
            .collect()
    }

    #[test]
    fn panels_without_a_position_flow_around_those_with_one() {
        let panels = [
            panel("free-1", GridWish::default()),
            panel("fixed", full(1, 5, 8, 2)),
            panel("free-2", GridWish::default()),
            panel(
                "wide",
                GridWish {
                    width: Some(12),
                    ..GridWish::default()
                },
            ),
        ];
        assert_eq!(
            arranged(&panels),
            [
                ("free-1", 1, 1, 4),
                ("fixed", 1, 5, 8),
                ("free-2", 2, 1, 4),
                ("wide", 3, 1, 12)
            ]
        );
    }

    #[test]
    fn a_wish_for_a_column_or_a_row_is_kept() {
        let panels = [
            panel("a", full(1, 1, 12, 1)),
            panel(
                "col",
                GridWish {
                    col: Some(9),
                    ..GridWish::default()
                },
            ),
            panel(
                "row",
                GridWish {
                    row: Some(5),
                    ..GridWish::default()
                },
            ),
        ];
        assert_eq!(
            arranged(&panels),
            [("a", 1, 1, 12), ("col", 2, 9, 4), ("row", 5, 1, 4)]
        );
    }

    #[test]
    fn finds_overlapping_positions() {
        let panels = [
            panel("a", full(1, 1, 8, 2)),
            panel("b", full(1, 9, 4, 1)),
            panel("c", full(2, 8, 2, 1)),
            panel("free", GridWish::default()),
        ];
        assert_eq!(overlaps(&panels), [(2, 0)]);
    }
}
