//! What several parts of the page share. Each store is a handful of signals that can be copied around.

mod board;
mod clock;
mod drawing;
mod location;
mod preferences;
mod recent;
mod session;
mod stage;
mod wishes;
mod zone;

pub(crate) use board::Board;
pub(crate) use clock::Clock;
pub(crate) use drawing::Drawing;
pub(crate) use location::Location;
pub(crate) use preferences::{Look, Preferences};
pub(crate) use recent::Recent;
pub(crate) use session::{Session, Who};
pub(crate) use stage::{Over, Stage};
pub(crate) use wishes::Wishes;
pub(crate) use zone::ZoneChoice;
