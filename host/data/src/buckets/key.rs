//! What makes two questions the same for the store.

use sha2::{Digest, Sha256};

use super::chunk::Measure;
use crate::sql::{Bind, Statement};

/// The hash of a source: tenant, database, table, columns, and condition with its bound values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct SourceKey([u8; 16]);

/// Everything but time that an answer depends on: the source, what is kept of it, and which series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) source: SourceKey,
    rest: [u8; 16],
}

impl SourceKey {
    /// `canonical` is the question without its range.
    pub(super) fn new(tenant: &str, database: &[u8; 32], canonical: &Statement) -> Self {
        let mut hash = Sha256::new();
        text(&mut hash, tenant);
        hash.update(database);
        text(&mut hash, &canonical.text);
        for bind in &canonical.binds {
            match bind {
                Bind::Integer(value) => text(&mut hash, &format!("i{value}")),
                Bind::Real(value) => text(&mut hash, &format!("r{:016x}", value.to_bits())),
                Bind::Text(value) => text(&mut hash, &format!("t{value}")),
                Bind::Moment { millis, zoned } => text(&mut hash, &format!("m{millis}{zoned}")),
            }
        }
        Self(half(hash))
    }

    /// No labels: all series.
    pub(super) fn of(self, measure: Measure, labels: &[String]) -> Key {
        let mut hash = Sha256::new();
        hash.update([measure.number()]);
        for label in labels {
            text(&mut hash, label);
        }
        Key {
            source: self,
            rest: half(hash),
        }
    }

    /// The first and the last that a [`Key`] of this source can be, as bytes.
    pub(super) fn bounds(&self) -> ([u8; 32], [u8; 32]) {
        let (mut first, mut last) = ([0; 32], [u8::MAX; 32]);
        first[..16].copy_from_slice(&self.0);
        last[..16].copy_from_slice(&self.0);
        (first, last)
    }
}

impl Key {
    pub(super) fn bytes(&self) -> [u8; 32] {
        let mut bytes = [0; 32];
        bytes[..16].copy_from_slice(&self.source.0);
        bytes[16..].copy_from_slice(&self.rest);
        bytes
    }

    #[cfg(test)]
    pub(super) fn for_test(number: u8) -> Self {
        SourceKey([number; 16]).of(Measure::Mean, &[])
    }
}

/// Each with its length, so that no two lists of texts are the same bytes.
fn text(hash: &mut Sha256, text: &str) {
    hash.update((text.len() as u64).to_le_bytes());
    hash.update(text.as_bytes());
}

fn half(hash: Sha256) -> [u8; 16] {
    let hash: [u8; 32] = hash.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&hash[..16]);
    half
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
