//! Panels: the grid, the frame of each, asking for data, and what is shown while there is none.

mod grid;
mod loader;
mod measure;
mod receipt;
mod skeleton;
mod state;
mod surface;

pub(crate) use grid::grid;
pub(crate) use loader::Loader;
