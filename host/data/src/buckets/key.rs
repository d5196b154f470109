//! What makes two questions the same for the store.

use sha2::{Digest, Sha256};

use super::chunk::Measure;
use super::generations::Generations;
use crate::sql::{Bind, Statement};

/// The hash of a source: tenant, database, table, columns, and condition with its bound values, and how often its data has
/// changed.
#[derive(Debug, Clone)]
pub(super) struct SourceKey(Sha256);

/// The hash of everything but time that an answer depends on: the source, what is kept of it, and which series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key([u8; 32]);

impl SourceKey {
    /// `canonical` is the question without its range; `settle`: after how many milliseconds its buckets are settled.
    pub(super) fn new(
        tenant: &str,
        database: &[u8; 32],
        canonical: &Statement,
        generations: Generations,
        settle: i64,
    ) -> Self {
        let mut hash = Sha256::new();
        text(&mut hash, tenant);
        hash.update(database);
        hash.update(generations.tenant.to_le_bytes());
        hash.update(generations.table.to_le_bytes());
        // Who waits longer for late rows must not find what was settled without them.
        hash.update(settle.to_le_bytes());
        text(&mut hash, &canonical.text);
        for bind in &canonical.binds {
            match bind {
                Bind::Integer(value) => text(&mut hash, &format!("i{value}")),
                Bind::Real(value) => text(&mut hash, &format!("r{:016x}", value.to_bits())),
                Bind::Text(value) => text(&mut hash, &format!("t{value}")),
                Bind::Moment { millis, zoned } => text(&mut hash, &format!("m{millis}{zoned}")),
            }
        }
        Self(hash)
    }

    /// No labels: all series.
    pub(super) fn of(&self, measure: Measure, labels: &[String]) -> Key {
        let mut hash = self.0.clone();
        hash.update([measure.number()]);
        for label in labels {
            text(&mut hash, label);
        }
        Key(hash.finalize().into())
    }
}

impl Key {
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    #[cfg(test)]
    pub(super) fn for_test(number: u8) -> Self {
        Self([number; 32])
    }
}

/// Each with its length, so that no two lists of texts are the same bytes.
fn text(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

/// Where a chunk belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) key: Key,
    /// The width of its buckets in seconds.
    pub(super) width: u32,
    /// Its first bucket's number since the Unix epoch, divided by 64.
    pub(super) chunk: i64,
}
