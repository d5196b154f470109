//! Whole, settled buckets of one question: from memory, from disk, from shorter buckets, and what is then missing from
//! the database.

use std::collections::HashMap;
use std::ops::Range as Indices;
use std::sync::Arc;

use futures_util::future::try_join_all;

use super::chunk::{CHUNK, Chunk, Draft, Measure, mask};
use super::fresh::{Fresh, Tally};
use super::key::{Key, Place};
use super::store::BucketStore;
use super::{Asker, side_by_side};
use crate::error::DataError;
use crate::query::Range;
use crate::sql::{self, Odd, Resolved};

/// Gaps with fewer known buckets between them are read as one: each question costs the database more than that.
const MERGE: i64 = 8;
/// A gap is read in several pieces at the same time, none shorter than this many buckets.
const PIECE: i64 = 96;

/// How a piece is read.
#[derive(Clone, Copy)]
struct Way {
    /// Whether all series of a bucket may come in one row.
    may_be_packed: bool,
    odd: Odd,
}

/// Whole buckets of one question.
pub(super) struct Ask<'a> {
    pub(super) store: &'a BucketStore,
    pub(super) tenant: &'a Arc<str>,
    pub(super) asker: &'a Asker<'a>,
    pub(super) source: &'a Resolved<'a>,
    pub(super) labels: &'a [String],
    pub(super) measure: Measure,
    pub(super) key: Key,
    /// The width of the buckets in seconds.
    pub(super) width: u32,
    /// Shorter widths of which these buckets can be made, the longest first.
    pub(super) finer: Vec<u32>,
    /// Numbers of buckets since the Unix epoch; not empty.
    pub(super) wanted: Indices<i64>,
    /// Rows and bytes that may be read.
    pub(super) most: (u64, u64),
    /// Milliseconds since the Unix epoch.
    pub(super) now: i64,
    /// What was read before this, milliseconds since the Unix epoch, is read again.
    pub(super) not_before: i64,
}

/// Chunks in their order, and how many buckets the database was asked for.
pub(super) struct Filled {
    pub(super) chunks: Vec<Arc<Chunk>>,
    pub(super) computed: u64,
}

impl Ask<'_> {
    /// All of the wanted buckets.
    pub(super) async fn fill(&self) -> Result<Filled, DataError> {
        if let Some(chunks) = self.kept().await {
            return Ok(Filled { chunks, computed: 0 });
        }
        let flight = self.store.flight(self.key, self.width);
        let _turn = flight.lock().await;
        // The one before may have read what is missing here.
        let era = self.store.era(self.tenant);
        let mut chunks = self.look();
        if self.missing(&chunks).is_empty() {
            return Ok(Filled {
                chunks: chunks.into_iter().flatten().collect(),
                computed: 0,
            });
        }
        let gaps = merged(&self.missing(&chunks));
        let pieces: Vec<_> = gaps.iter().flat_map(|gap| self.pieces(gap)).collect();
        let computed = pieces.iter().map(|piece| (piece.end - piece.start) as u64).sum();
        let tally = Tally::new(self.most);
        let read = try_join_all(pieces.iter().map(|piece| self.read(piece, &tally))).await?;
        let mut drafts: HashMap<i64, Draft> = HashMap::new();
        for fresh in read {
            fresh.into_drafts(&mut drafts, self.now);
        }
        let first = self.wanted.start.div_euclid(CHUNK);
        for (index, known) in chunks.iter_mut().enumerate() {
            let number = first + index as i64;
            if let Some(mut draft) = drafts.remove(&number) {
                if let Some(old) = known.as_deref() {
                    draft.inherit(old);
                }
                let chunk = Arc::new(draft.finish());
                self.store
                    .keep(self.tenant, self.place(number), &chunk, true, era);
                *known = Some(chunk);
            }
        }
        Ok(Filled {
            chunks: chunks.into_iter().flatten().collect(),
            computed,
        })
    }

    /// All of the wanted buckets, if the database need not be asked.
    pub(super) async fn kept(&self) -> Option<Vec<Arc<Chunk>>> {
        let era = self.store.era(self.tenant);
        let mut chunks = self.look();
        if self.missing(&chunks).is_empty() {
            return Some(chunks.into_iter().flatten().collect());
        }
        self.recall(self.width, &mut chunks, era).await;
        if self.missing(&chunks).is_empty() {
            return Some(chunks.into_iter().flatten().collect());
        }
        for width in &self.finer {
            self.compose(*width, &mut chunks, era).await;
            if self.missing(&chunks).is_empty() {
                return Some(chunks.into_iter().flatten().collect());
            }
        }
        None
    }

    fn place(&self, chunk: i64) -> Place {
        Place {
            key: self.key,
            width: self.width,
            chunk,
        }
    }

    /// The numbers of the chunks that the wanted buckets are in.
    fn numbers(&self) -> Indices<i64> {
        self.wanted.start.div_euclid(CHUNK)..(self.wanted.end - 1).div_euclid(CHUNK) + 1
    }

    fn look(&self) -> Vec<Option<Arc<Chunk>>> {
        let places = self.numbers().map(|number| self.place(number));
        let mut chunks = self.store.look(self.tenant, places);
        for chunk in &mut chunks {
            if chunk.as_ref().is_some_and(|chunk| !self.is_good(chunk)) {
                *chunk = None;
            }
        }
        chunks
    }

    fn is_good(&self, chunk: &Chunk) -> bool {
        // Of the future: the clock was wrong then, or is now.
        chunk.measure == self.measure && chunk.read_at >= self.not_before && chunk.read_at <= self.now
    }

    /// Takes from disk what is not in memory.
    async fn recall(&self, width: u32, chunks: &mut [Option<Arc<Chunk>>], era: u64) {
        let numbers = self.numbers();
        for (number, chunk) in self
            .store
            .recall(&self.key, width, numbers.start, numbers.end - 1)
            .await
        {
            let Some(place) = chunks.get_mut((number - numbers.start) as usize) else {
                continue;
            };
            if place.is_none() && self.is_good(&chunk) {
                let chunk = Arc::new(chunk);
                self.store
                    .keep(self.tenant, self.place(number), &chunk, false, era);
                *place = Some(chunk);
            }
        }
    }

    /// Makes of shorter buckets what is missing.
    async fn compose(&self, width: u32, chunks: &mut [Option<Arc<Chunk>>], era: u64) {
        let ratio = i64::from(self.width / width);
        let finer = Ask {
            width,
            finer: Vec::new(),
            wanted: self.wanted.start * ratio..self.wanted.end * ratio,
            labels: self.labels,
            ..*self
        };
        let mut fine = finer.look();
        finer.recall(width, &mut fine, era).await;
        if fine.iter().all(Option::is_none) {
            return;
        }
        let fine_first = finer.numbers().start;
        let first = self.numbers().start;
        let mut drafts: HashMap<i64, Draft> = HashMap::new();
        for gap in self.missing(chunks) {
            for bucket in gap {
                let parts = bucket * ratio..(bucket + 1) * ratio;
                let of = parts.start.div_euclid(CHUNK)..(parts.end - 1).div_euclid(CHUNK) + 1;
                let parts: Vec<_> = of
                    .map(|number| {
                        let begin = number * CHUNK;
                        let chunk = fine.get((number - fine_first) as usize).cloned().flatten();
                        (chunk, mask(parts.start - begin, parts.end - begin))
                    })
                    .collect();
                let number = bucket.div_euclid(CHUNK);
                let draft = drafts
                    .entry(number)
                    .or_insert_with(|| Draft::new(self.measure, self.now));
                draft.compose(bucket.rem_euclid(CHUNK) as u32, &parts);
            }
        }
        for (number, mut draft) in drafts {
            let Some(place) = chunks.get_mut((number - first) as usize) else {
                continue;
            };
            if draft.is_empty() {
                continue;
            }
            if let Some(old) = place.as_deref() {
                draft.inherit(old);
            }
            let chunk = Arc::new(draft.finish());
            self.store
                .keep(self.tenant, self.place(number), &chunk, true, era);
            *place = Some(chunk);
        }
    }

    /// The wanted buckets that are not known, in runs.
    fn missing(&self, chunks: &[Option<Arc<Chunk>>]) -> Vec<Indices<i64>> {
        let mut gaps: Vec<Indices<i64>> = Vec::new();
        let first = self.numbers().start;
        for (index, chunk) in chunks.iter().enumerate() {
            let begin = (first + index as i64) * CHUNK;
            let wanted = mask(self.wanted.start - begin, self.wanted.end - begin);
            let mut left = wanted & !chunk.as_ref().map_or(0, |chunk| chunk.filled);
            while left != 0 {
                let from = left.trailing_zeros();
                let length = (left >> from).trailing_ones();
                let gap = begin + i64::from(from)..begin + i64::from(from + length);
                left &= !mask(gap.start - begin, gap.end - begin);
                match gaps.last_mut() {
                    Some(last) if last.end == gap.start => last.end = gap.end,
                    _ => gaps.push(gap),
                }
            }
        }
        gaps
    }

    /// A gap in the pieces in which it is read.
    fn pieces(&self, gap: &Indices<i64>) -> Vec<Indices<i64>> {
        let length = gap.end - gap.start;
        let most = side_by_side(self.asker.connections.most()) as i64;
        let pieces = (length / PIECE).clamp(1, most);
        let size = (length + pieces - 1) / pieces;
        (0..pieces)
            .map(|piece| gap.start + piece * size..(gap.start + (piece + 1) * size).min(gap.end))
            .filter(|piece| !piece.is_empty())
            .collect()
    }

    async fn read(&self, piece: &Indices<i64>, tally: &Tally) -> Result<Fresh, DataError> {
        let mut way = Way {
            may_be_packed: true,
            odd: Odd::Along,
        };
        loop {
            let fresh = self.read_as(piece, tally, way).await?;
            if fresh.is_crowded() && way.may_be_packed {
                way.may_be_packed = false;
            } else if fresh.is_odd() && way.odd == Odd::Along {
                way.odd = Odd::LeftOut;
            } else {
                return Ok(fresh);
            }
            fresh.forget(tally);
        }
    }

    /// What is crowded or odd may not be all there is.
    async fn read_as(&self, piece: &Indices<i64>, tally: &Tally, way: Way) -> Result<Fresh, DataError> {
        let size = i64::from(self.width) * 1000;
        let range = Range {
            start: piece.start * size,
            end: piece.end * size,
        };
        let query = sql::PartsQuery {
            range,
            seconds: self.width,
            measure: self.measure,
            labels: self.labels,
            may_be_packed: way.may_be_packed,
            odd: way.odd,
        };
        let parts = sql::parts(self.source, &query, self.now).map_err(DataError::Query)?;
        let mut fresh = self.fresh(piece);
        if !parts.is_packed {
            let read = self.asker.each(parts.statement, |row| fresh.row(row, tally));
            read.await?;
            return Ok(fresh);
        }
        let read = self
            .asker
            .each(parts.statement, |row| fresh.packed(row, tally))
            .await;
        match fresh.is_crowded() {
            true => Ok(fresh),
            false => read.map(|()| fresh),
        }
    }

    fn fresh(&self, piece: &Indices<i64>) -> Fresh {
        Fresh::new(piece.clone(), i64::from(self.width) * 1000, self.measure)
    }
}

/// Joins gaps that are close to each other.
fn merged(gaps: &[Indices<i64>]) -> Vec<Indices<i64>> {
    let mut merged: Vec<Indices<i64>> = Vec::new();
    for gap in gaps {
        match merged.last_mut() {
            Some(last) if gap.start - last.end <= MERGE => last.end = gap.end,
            _ => merged.push(gap.clone()),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_close_to_each_other_are_read_as_one() {
        assert_eq!(merged(&[0..1, 3..5, 100..101]), vec![0..5, 100..101]);
        assert!(merged(&[]).is_empty());
    }
}
