//! How a reader wants one chart: which of its series, and whether as a table.

use std::rc::Rc;

use crate::prelude::*;

use super::Location;
use crate::legend::Visibility;

/// The wishes for one chart. Those for a panel's chart stand in the page's address, so that a link or a reload shows the same.
#[derive(Clone, Copy)]
pub(crate) struct Drawing {
    /// Which series are shown.
    pub visibility: ReadSignal<Visibility>,
    /// Whether the chart is shown as a table.
    pub as_table: ReadSignal<bool>,
    kept: Kept,
}

/// Where they are kept.
#[derive(Clone, Copy)]
enum Kept {
    /// In the address, under the panel's id.
    Address(Location, ReadSignal<Rc<str>>),
    /// Only here.
    Here(Signal<Visibility>, Signal<bool>),
}

impl Drawing {
    /// In the address, for panel `id`.
    pub fn in_address(id: &str) -> Self {
        let location = use_context::<Location>();
        let id = *create_signal(Rc::<str>::from(id));
        let name = format!("as.{}", id.get_clone_untracked());
        Self {
            visibility: create_selector(move || {
                let id = id.get_clone_untracked();
                location.read(|address| Visibility::of_address(address, &id))
            }),
            as_table: create_selector(move || location.parameter(&name).as_deref() == Some("table")),
            kept: Kept::Address(location, id),
        }
    }

    /// As long as the current scope lives.
    pub fn here() -> Self {
        let (visibility, as_table) = (create_signal(Visibility::default()), create_signal(false));
        Self {
            visibility: *visibility,
            as_table: *as_table,
            kept: Kept::Here(visibility, as_table),
        }
    }

    /// Shows other series.
    pub fn update(self, change: impl FnOnce(&mut Visibility)) {
        let mut wanted = self.visibility.get_clone_untracked();
        change(&mut wanted);
        match self.kept {
            Kept::Here(kept, _) => kept.set(wanted),
            Kept::Address(location, id) => {
                let id = id.get_clone_untracked();
                location.change(|address| wanted.write_to_address(address, &id));
            }
        }
    }

    /// Shows the chart as a table, or as a chart again.
    pub fn show_as_table(self, as_table: bool) {
        match self.kept {
            Kept::Here(_, kept) => kept.set(as_table),
            Kept::Address(location, id) => {
                let name = format!("as.{}", id.get_clone_untracked());
                location.change(|address| {
                    address.set(&name, as_table.then_some("table"));
                });
            }
        }
    }
}
