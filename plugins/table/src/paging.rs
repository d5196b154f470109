//! Which page, in which order.

use porthole_sdk::{ColumnInfo, Failure, Paging, SortKey};

use crate::display::{Direction, Display, LARGEST_PAGE, no_column};

/// A page of the table.
#[derive(Debug, PartialEq)]
pub struct Page {
    /// From 1.
    pub number: u32,
    /// Rows on a full page.
    pub size: u32,
    /// Empty: the order of the source.
    pub sort: Vec<SortKey>,
}

impl Page {
    /// What the reader asked for, and what the YAML says where nothing was asked.
    ///
    /// # Errors
    /// When the reader asks for a column that is not there, or for what the YAML does not allow.
    pub fn of(paging: &Paging, display: &Display, infos: &[ColumnInfo]) -> Result<Self, Failure> {
        let asked = paging
            .sort
            .iter()
            .map(|key| &key.column)
            .chain(paging.filters.iter().map(|filter| &filter.column));
        for column in asked {
            if !infos.iter().any(|info| &info.name == column) {
                return Err(Failure::invalid(no_column(column, infos)));
            }
        }
        if !display.sortable && !paging.sort.is_empty() {
            return Err(Failure::invalid(
                "this table cannot be sorted: its configuration says `sortable: false`",
            ));
        }
        if !display.filterable && !paging.filters.is_empty() {
            return Err(Failure::invalid(
                "this table cannot be filtered: its configuration says `filterable: false`",
            ));
        }
        let sort = match (&display.default_sort, paging.sort.is_empty()) {
            (Some(column), true) => {
                vec![SortKey {
                    column: column.clone(),
                    descending: display.default_sort_order == Direction::Desc,
                }]
            }
            _ => paging.sort.clone(),
        };
        let size = paging
            .page_size
            .unwrap_or(display.pagination.0)
            .clamp(1, LARGEST_PAGE);
        Ok(Self {
            number: paging.page.max(1),
            size,
            sort,
        })
    }

    /// Rows before this page. A page further out than can be counted is past the end of any table.
    pub fn offset(&self) -> u32 {
        (self.number - 1).saturating_mul(self.size)
    }
}
