//! Panels: the grid, the frame of each, asking for data, and what is shown while there is none.

mod badges;
mod content;
mod expanded;
mod export;
mod grid;
mod head;
mod loader;
mod measure;
mod receipt;
mod skeleton;
mod state;
mod surface;

pub(crate) use badges::badges;
pub(crate) use content::{Kind, content, kind};
pub(crate) use expanded::expanded;
pub(crate) use export::exports;
pub(crate) use grid::grid;
pub(crate) use loader::{Loader, Subject};
pub(crate) use measure::measure;
pub(crate) use surface::{framed, panel};
