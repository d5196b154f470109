//! What is on the screen, for what is reached from everywhere: the palette and the shortcuts.

use porthole_model::Dashboard;
use std::rc::Rc;

use crate::prelude::*;

use super::Board;

/// What lies over the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    /// Nothing.
    Nothing,
    /// Everything that can be gone to, to be searched; and what stands in its field to begin with.
    Palette(&'static str),
    /// The keys.
    Keys,
}

/// The open dashboard, and what lies over it.
#[derive(Clone, Copy)]
pub(crate) struct Stage {
    /// None on pages without a dashboard.
    pub board: Signal<Option<Board>>,
    /// None as long as it is not known.
    pub dashboard: Signal<Option<Rc<Dashboard>>>,
    /// What lies over the page.
    pub over: Signal<Over>,
    /// Whether a link could be copied, for the moment in which that is said.
    pub copied: Signal<Option<bool>>,
    /// Whether the last question of a panel reached no host.
    pub is_cut_off: Signal<bool>,
}

impl Stage {
    /// Nothing on it.
    pub fn new() -> Self {
        Self {
            board: create_signal(None),
            dashboard: create_signal(None),
            over: create_signal(Over::Nothing),
            copied: create_signal(None),
            is_cut_off: create_signal(false),
        }
    }

    /// Puts a dashboard on it, as long as the current scope lives.
    pub fn enter(self, board: &Board) {
        self.board.set(Some(board.clone()));
        on_cleanup(move || {
            self.board.set(None);
            self.dashboard.set(None);
        });
    }
}
