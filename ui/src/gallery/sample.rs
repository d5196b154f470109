//! One panel of the gallery: a real panel whose loader is given what it shows.

use crate::prelude::*;
use porthole_model::{Dashboard, Diagnostic, DrillDown, PanelAnswer, PanelPlacement, Position};

use super::answers;
use crate::{
    api::Failure,
    browser,
    panel::{Loader, framed, panel},
    stores::Board,
};

/// Columns of the grid.
const COLUMNS: u8 = 12;

/// A dashboard without panels: what is said over it is about its file. `faults`: of the file as it is; `outdated`: of a newer one
/// than the version that is shown.
pub(crate) fn dashboard(faults: Vec<Diagnostic>, outdated: Vec<Diagnostic>) -> Dashboard {
    Dashboard {
        name: "default".to_owned(),
        title: "System health".to_owned(),
        description: None,
        refresh_interval: 300,
        columns: COLUMNS,
        default_range: None,
        panels: Vec::new(),
        diagnostics: faults,
        outdated,
    }
}

/// A panel, and what it shows.
pub(crate) struct Sample {
    /// What stands in its head: the state it is in.
    pub title: &'static str,
    /// `timeseries`, …
    pub type_name: &'static str,
    /// Columns and rows.
    pub size: (u8, u8),
    /// The answer.
    pub answer: Option<PanelAnswer>,
    /// Why there is none, or no newer one.
    pub failure: Option<Failure>,
    /// Further things to set before it is drawn.
    pub set: fn(Loader),
    /// A chart shown as a table.
    pub as_table: bool,
    /// Faults of its file.
    pub faults: Vec<Diagnostic>,
    /// Faults of its file that came later.
    pub outdated: Vec<Diagnostic>,
}

impl Sample {
    /// Nothing yet.
    pub fn new(title: &'static str, type_name: &'static str, size: (u8, u8)) -> Self {
        Self {
            title,
            type_name,
            size,
            answer: None,
            failure: None,
            set: |_| {},
            as_table: false,
            faults: Vec::new(),
            outdated: Vec::new(),
        }
    }

    /// With a view.
    pub fn showing(mut self, view: porthole_model::View) -> Self {
        self.answer = Some(answers::answer(self.title, self.type_name, view));
        self
    }

    /// That failed.
    pub fn failing(mut self, failure: Failure) -> Self {
        self.failure = Some(failure);
        self
    }

    /// With something else set.
    pub fn with(mut self, set: fn(Loader)) -> Self {
        self.set = set;
        self
    }

    fn placement(&self, index: usize, position: Position) -> PanelPlacement {
        PanelPlacement {
            // Titles of two sections may be the same.
            id: format!("{}-{}-{index}", self.type_name, self.title)
                .to_lowercase()
                .replace(|c: char| !c.is_ascii_alphanumeric(), "-"),
            type_name: self.type_name.to_owned(),
            title: self.title.to_owned(),
            description: None,
            position,
            refresh_interval: 300,
            drill_down: DrillDown {
                enabled: true,
                show_table: true,
                disable_aggregation: false,
            },
            diagnostics: self.faults.clone(),
            outdated: self.outdated.clone(),
        }
    }

    fn draw(self, board: &Board, index: usize, position: Position) -> View {
        let placement = self.placement(index, position);
        if !placement.diagnostics.is_empty() {
            return panel(board, "default", &placement);
        }
        let loader = Loader::still(self.answer, self.failure);
        loader.received_at.set(browser::now() - 12_000);
        loader.drawing.show_as_table(self.as_table);
        (self.set)(loader);
        framed(board, "default", &placement, loader, create_node_ref())
    }
}

/// The samples in rows of a dashboard's grid, as many as fit beside each other.
pub(crate) fn grid(board: &Board, samples: Vec<Sample>) -> View {
    let (mut row, mut col, mut tallest) = (1_u16, 1, 0_u8);
    let panels: Vec<View> = samples
        .into_iter()
        .enumerate()
        .map(|(index, sample)| {
            let (width, height) = sample.size;
            if col + width > COLUMNS + 1 {
                (row, col, tallest) = (row + u16::from(tallest), 1, 0);
            }
            let position = Position {
                row,
                col,
                width,
                height,
            };
            col += width;
            tallest = tallest.max(height);
            sample.draw(board, index, position)
        })
        .collect();
    let columns = format!("grid-template-columns: repeat({COLUMNS}, minmax(0, 1fr))");
    view! { div(class="grid-board", prop:style=columns) { (panels) } }
}
