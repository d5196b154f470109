//! What a reader asked of one table: its order, its filters, its page.

use std::rc::Rc;

use crate::prelude::*;

use super::Location;
use crate::sorting::TableQuery;

/// The wishes for one table. Those for a panel's table stand in the page's address, so that a link or a reload shows the
/// same rows, and Back the ones before.
#[derive(Clone, Copy)]
pub(crate) struct Wishes {
    current: ReadSignal<TableQuery>,
    kept: Kept,
}

/// Where they are kept.
#[derive(Clone, Copy)]
enum Kept {
    /// In the address, under the panel's id; of the panel alone, or on its dashboard.
    Address(Location, ReadSignal<Rc<str>>, bool),
    /// Only here.
    Here(Signal<TableQuery>),
}

impl Wishes {
    /// In the address, for panel `id`. `page_size`: rows on a page where the panel is shown alone, on a page of its own; none:
    /// it is on its dashboard.
    pub fn in_address(id: &str, page_size: Option<u32>) -> Self {
        let is_large = page_size.is_some();
        let location = use_context::<Location>();
        let id = create_signal(Rc::<str>::from(id));
        let current = create_selector(move || TableQuery {
            page_size,
            ..location.read(|address| id.with_untracked(|id| TableQuery::of_address(address, id, is_large)))
        });
        Self {
            current,
            kept: Kept::Address(location, *id, is_large),
        }
    }

    /// As long as the current scope lives.
    pub fn here() -> Self {
        let wishes = create_signal(TableQuery::default());
        Self {
            current: *wishes,
            kept: Kept::Here(wishes),
        }
    }

    /// Tracked.
    pub fn get_clone(self) -> TableQuery {
        self.current.get_clone()
    }

    /// Not tracked.
    pub fn get_clone_untracked(self) -> TableQuery {
        self.current.get_clone_untracked()
    }

    /// Tracked.
    pub fn with<T>(self, read: impl FnOnce(&TableQuery) -> T) -> T {
        self.current.with(read)
    }

    /// Not tracked.
    pub fn with_untracked<T>(self, read: impl FnOnce(&TableQuery) -> T) -> T {
        self.current.with_untracked(read)
    }

    /// Asks for something else.
    pub fn update(self, change: impl FnOnce(&mut TableQuery)) {
        let before = self.get_clone_untracked();
        let mut wishes = before.clone();
        change(&mut wishes);
        match self.kept {
            Kept::Here(kept) => kept.set(wishes),
            Kept::Address(location, id, is_large) => {
                let to = location.with_query(|address| {
                    id.with_untracked(|id| wishes.write_to_address(address, id, is_large));
                });
                if wishes.goes_on_from(&before) {
                    location.replace(&to);
                } else {
                    location.go(&to);
                }
            }
        }
    }
}
