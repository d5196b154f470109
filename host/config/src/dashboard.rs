//! One dashboard: which panels, where.

use porthole_model::Position;

use crate::Spanned;

/// A dashboard. Panels that its file describes wrongly are left out, and reported; the rest stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dashboard {
    /// The file's name without its ending: `default`.
    pub name: String,
    /// `dashboard.name`.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// Seconds, from 1; for panels that name none of their own.
    pub refresh_interval: u32,
    /// Width of the grid, 1 to 24; 12 unless the file says otherwise.
    pub columns: u8,
    /// `now-24h`, `now-7d`; none: the reader's own.
    pub default_range: Option<String>,
    /// In the order of the file; each id is a key of the tenant's panels.
    pub panels: Vec<Placement>,
    /// Relative to the configuration folder.
    pub file: String,
}

/// A panel's place on a dashboard.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placement {
    /// The panel's id, and where the placement stands.
    pub id: Spanned<String>,
    /// The panel's file, relative to the configuration folder.
    pub file: String,
    /// What `position:` says.
    pub position: GridWish,
}

/// What `position:` says; what is none is chosen by [`Dashboard::arrange`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct GridWish {
    /// From 1.
    pub row: Option<u16>,
    /// From 1, in the grid.
    pub col: Option<u8>,
    /// In columns, from 1, in the grid.
    pub width: Option<u8>,
    /// In rows, from 1.
    pub height: Option<u8>,
}

impl Dashboard {
    /// Places every panel, in reading order (by row, then by column). `size_of` gives a panel's default width and
    /// height in grid units. Panels with a full position stand where the file says; the others take the first free
    /// place that fits what they ask for.
    pub fn arrange(&self, size_of: impl Fn(&Placement) -> (u8, u8)) -> Vec<(&Placement, Position)> {
        crate::layout::arrange(self.columns, &self.panels, size_of)
    }
}
