//! How many connections of a pool are taken, for figures.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Connections, Pool};

/// One pool at this moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PoolOccupancy {
    /// Connections that are open, the idle ones among them.
    pub open: usize,
    /// Connections that nobody uses.
    pub idle: usize,
    /// Statements that wait for their turn.
    pub waiting: usize,
}

/// Counted as waiting for as long as it lives.
pub(super) struct Waiting<'a>(&'a AtomicUsize);

impl<'a> Waiting<'a> {
    pub(super) fn at(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Connections {
    /// How many connections there are right now.
    pub(crate) fn occupancy(&self) -> PoolOccupancy {
        let (open, idle) = match &self.pool {
            Pool::Postgres(pool) => (pool.size(), pool.num_idle()),
            Pool::Sqlite(pool) => (pool.size(), pool.num_idle()),
            Pool::None(_) => (0, 0),
        };
        PoolOccupancy {
            open: open as usize,
            // The two are read one after the other.
            idle: idle.min(open as usize),
            waiting: self.waiting.load(Ordering::Relaxed),
        }
    }
}
