//! What several parts of the page share. Each store is a handful of signals that can be copied around.

mod board;
mod clock;
mod location;
mod preferences;
mod recent;
mod session;
mod stage;

pub(crate) use board::Board;
pub(crate) use clock::Clock;
pub(crate) use location::Location;
pub(crate) use preferences::{Look, Preferences, ZoneChoice};
pub(crate) use recent::Recent;
pub(crate) use session::{Session, Who};
pub(crate) use stage::{Over, Stage};
