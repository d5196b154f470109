//! Buckets as they are kept: 64 of one width and one question together, all series of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::query::Aggregate;

/// How many buckets are kept together; one bit of a mask for each.
pub(super) const CHUNK: i64 = 64;

/// What is kept of a bucket: enough to answer the functions that share it, and to make a longer bucket of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Measure {
    /// Sum and count: averages, sums, counts.
    Mean,
    Minimum,
    Maximum,
    /// The value at the newest instant.
    Last,
}

impl Measure {
    /// What a function needs to have kept.
    pub(crate) fn of(aggregate: Aggregate) -> Self {
        match aggregate {
            Aggregate::Average | Aggregate::Sum | Aggregate::Count => Self::Mean,
            Aggregate::Minimum => Self::Minimum,
            Aggregate::Maximum => Self::Maximum,
            Aggregate::Last => Self::Last,
        }
    }

    pub(super) fn number(self) -> u8 {
        match self {
            Self::Mean => 0,
            Self::Minimum => 1,
            Self::Maximum => 2,
            Self::Last => 3,
        }
    }

    pub(super) fn numbered(number: u8) -> Option<Self> {
        [Self::Mean, Self::Minimum, Self::Maximum, Self::Last]
            .into_iter()
            .find(|measure| measure.number() == number)
    }
}

/// What is known of one series in one bucket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// The sum, or the value of the other measures; NaN where the database has no finite number.
    pub(super) value: f64,
    /// How many rows had a value; 0 except for [`Measure::Mean`].
    pub(super) count: u32,
}

impl Part {
    /// The two together; `other` is the later one.
    fn and(self, other: Self, measure: Measure) -> Self {
        match measure {
            Measure::Mean if other.count == 0 => self,
            Measure::Mean if self.count == 0 => other,
            Measure::Mean => Self {
                value: self.value + other.value,
                count: self.count.saturating_add(other.count),
            },
            Measure::Minimum => Self {
                value: self.value.min(other.value),
                count: 0,
            },
            Measure::Maximum => Self {
                value: self.value.max(other.value),
                count: 0,
            },
            Measure::Last => other,
        }
    }

    /// What the function makes of it.
    pub(super) fn answer(self, aggregate: Aggregate) -> f64 {
        match aggregate {
            Aggregate::Count => f64::from(self.count),
            Aggregate::Average if self.count == 0 => f64::NAN,
            Aggregate::Average => self.value / f64::from(self.count),
            Aggregate::Sum if self.count == 0 => f64::NAN,
            _ => self.value,
        }
    }
}

/// One series of a chunk: the buckets in which it has rows, and what is known of those, in their order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Empty where the database has no label.
    pub(super) label: Arc<str>,
    /// One bit for each bucket with rows; the lowest is the first bucket.
    pub(super) present: u64,
    /// One for each bit of `present`.
    pub(super) values: Box<[f64]>,
    /// One for each bit of `present` for [`Measure::Mean`], else empty.
    pub(super) counts: Box<[u32]>,
}

impl Line {
    /// The buckets with rows among those of `mask`: their place in the chunk, and what is known of them.
    pub(super) fn parts(&self, mask: u64) -> impl Iterator<Item = (u32, Part)> + '_ {
        let mut left = self.present & mask;
        std::iter::from_fn(move || {
            let slot = (left != 0).then(|| left.trailing_zeros())?;
            left &= left - 1;
            let before = self.present & ((1_u64 << slot) - 1);
            let index = before.count_ones() as usize;
            let part = Part {
                value: self.values.get(index).copied().unwrap_or(f64::NAN),
                count: self.counts.get(index).copied().unwrap_or(0),
            };
            Some((slot, part))
        })
    }
}

/// Up to 64 buckets, all series of them. Never changed: another takes its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Chunk {
    pub(super) measure: Measure,
    /// One bit for each bucket that is known, with rows or without.
    pub(super) filled: u64,
    /// When the oldest of them was read, milliseconds since the Unix epoch.
    pub(super) read_at: i64,
    /// Ordered by label.
    pub(super) lines: Vec<Line>,
}

impl Chunk {
    /// What it takes in memory, roughly, in bytes.
    pub(super) fn bytes(&self) -> usize {
        let line = |line: &Line| 88 + line.label.len() + 8 * line.values.len() + 4 * line.counts.len();
        128 + self.lines.iter().map(line).sum::<usize>()
    }
}

/// What is known of one series in the buckets of a chunk in the making. It takes the room of the buckets that it has: series
/// may be many, and each be known in one bucket only.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// One bit for each bucket with rows.
    present: u64,
    /// One for each bit of `present`, in their order.
    parts: Vec<Part>,
}

impl Slots {
    /// Adds to what is known of a bucket; later ones come later.
    pub(super) fn add(&mut self, slot: u32, part: Part, measure: Measure) {
        if i64::from(slot) >= CHUNK {
            return;
        }
        let bit = 1_u64 << slot;
        // Mostly the last one, or one after it.
        let index = (self.present & (bit - 1)).count_ones() as usize;
        match self.parts.get_mut(index) {
            Some(place) if self.present & bit != 0 => *place = place.and(part, measure),
            _ => self.parts.insert(index, part),
        }
        self.present |= bit;
    }

    /// The buckets with rows, and what is known of them.
    fn known(&self) -> impl Iterator<Item = (u32, Part)> + '_ {
        let slots = (0..CHUNK as u32).filter(|slot| self.present & (1 << slot) != 0);
        slots.zip(self.parts.iter().copied())
    }
}

/// A chunk in the making.
#[derive(Debug)]
pub(super) struct Draft {
    measure: Measure,
    filled: u64,
    read_at: i64,
    lines: BTreeMap<Arc<str>, Slots>,
}

impl Draft {
    pub(super) fn new(measure: Measure, read_at: i64) -> Self {
        Self {
            measure,
            filled: 0,
            read_at,
            lines: BTreeMap::new(),
        }
    }

    /// The buckets of `mask` are known from now on, without rows so far.
    pub(super) fn fill(&mut self, mask: u64) {
        self.filled |= mask;
    }

    /// Adds to what is known of a series in a bucket; later ones come later.
    pub(super) fn add(&mut self, label: &Arc<str>, slot: u32, part: Part) {
        let measure = self.measure;
        match self.lines.get_mut(&**label) {
            Some(slots) => slots.add(slot, part, measure),
            None => self
                .lines
                .entry(label.clone())
                .or_default()
                .add(slot, part, measure),
        }
    }

    /// The same for many buckets of a series.
    pub(super) fn take(&mut self, label: &Arc<str>, slots: Slots) {
        match self.lines.get_mut(&**label) {
            Some(line) => slots
                .known()
                .for_each(|(slot, part)| line.add(slot, part, self.measure)),
            None => {
                self.lines.insert(label.clone(), slots);
            }
        }
    }

    /// Takes over from `old` what this does not know itself.
    pub(super) fn inherit(&mut self, old: &Chunk) {
        let wanted = old.filled & !self.filled;
        if wanted == 0 || old.measure != self.measure {
            return;
        }
        for line in &old.lines {
            for (slot, part) in line.parts(wanted) {
                self.add(&line.label, slot, part);
            }
        }
        self.filled |= wanted;
        self.read_at = self.read_at.min(old.read_at);
    }

    /// Makes the bucket `slot` of shorter ones, if all of them are known and nothing is lost by it. `fine` are the
    /// chunks they are in with the mask of those that are part of it, in their order.
    pub(super) fn compose(&mut self, slot: u32, fine: &[(Option<Arc<Chunk>>, u64)]) -> bool {
        let known = |(chunk, mask): &(Option<Arc<Chunk>>, u64)| {
            chunk.as_ref().is_some_and(|chunk| {
                chunk.measure == self.measure
                    && chunk.filled & mask == *mask
                    // Whether a value is missing or infinite is not known any more, and the two differ here.
                    && (self.measure == Measure::Mean
                        || chunk.lines.iter().all(|line| line.parts(*mask).all(|(_, part)| !part.value.is_nan())))
            })
        };
        if !fine.iter().all(known) {
            return false;
        }
        for (chunk, mask) in fine {
            let Some(chunk) = chunk else { continue };
            for line in &chunk.lines {
                for (_, part) in line.parts(*mask) {
                    self.add(&line.label, slot, part);
                }
            }
            self.read_at = self.read_at.min(chunk.read_at);
        }
        self.fill(1 << slot);
        true
    }

    /// Whether nothing is known.
    pub(super) fn is_empty(&self) -> bool {
        self.filled == 0
    }

    pub(super) fn finish(self) -> Chunk {
        let measure = self.measure;
        let lines = self.lines.into_iter().map(|(label, slots)| Line {
            label,
            present: slots.present,
            values: slots.parts.iter().map(|part| part.value).collect(),
            counts: match measure {
                Measure::Mean => slots.parts.iter().map(|part| part.count).collect(),
                _ => Box::default(),
            },
        });
        Chunk {
            measure,
            filled: self.filled,
            read_at: self.read_at,
            lines: lines.collect(),
        }
    }
}

/// The bits of the buckets `first..end`, counted from the chunk's first one; what lies outside is cut off.
pub(super) fn mask(first: i64, end: i64) -> u64 {
    let up_to = |end: i64| match end.clamp(0, CHUNK) {
        CHUNK => u64::MAX,
        end => (1_u64 << end) - 1,
    };
    up_to(end) & !up_to(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(value: f64, count: u32) -> Part {
        Part { value, count }
    }

    #[test]
    fn masks_cover_what_they_say_and_no_more() {
        assert_eq!(mask(0, 64), u64::MAX);
        assert_eq!(mask(-5, 70), u64::MAX);
        assert_eq!(mask(0, 0), 0);
        assert_eq!(mask(63, 64), 1 << 63);
        assert_eq!(mask(1, 3), 0b110);
        assert_eq!(mask(3, 1), 0);
    }

    #[test]
    fn buckets_that_come_in_any_order_are_known_in_theirs() {
        let mut slots = Slots::default();
        for slot in [63, 0, 5, 0, 64] {
            slots.add(slot, part(f64::from(slot), 1), Measure::Mean);
        }
        let known: Vec<_> = slots.known().collect();
        assert_eq!(known, [(0, part(0.0, 2)), (5, part(5.0, 1)), (63, part(63.0, 1))]);
    }

    #[test]
    fn what_is_new_takes_the_place_of_what_is_old_and_leaves_the_rest() {
        let label: Arc<str> = "a".into();
        let mut old = Draft::new(Measure::Mean, 10);
        old.fill(0b11);
        old.add(&label, 0, part(1.0, 1));
        old.add(&label, 1, part(2.0, 1));
        let old = old.finish();
        let mut new = Draft::new(Measure::Mean, 20);
        new.fill(0b10);
        new.inherit(&old);
        let new = new.finish();
        assert_eq!((new.filled, new.read_at), (0b11, 10));
        assert_eq!(
            new.lines[0].parts(u64::MAX).collect::<Vec<_>>(),
            [(0, part(1.0, 1))]
        );
    }

    #[test]
    fn a_longer_bucket_is_made_of_shorter_ones_only_when_all_are_known() {
        let (a, b): (Arc<str>, Arc<str>) = ("a".into(), "b".into());
        let mut fine = Draft::new(Measure::Mean, 5);
        fine.fill(0b111);
        fine.add(&a, 0, part(1.0, 1));
        fine.add(&a, 2, part(8.0, 2));
        fine.add(&b, 1, part(f64::NAN, 0));
        let fine = Arc::new(fine.finish());
        let mut coarse = Draft::new(Measure::Mean, 7);
        assert!(!coarse.compose(3, &[(Some(fine.clone()), 0b1111)]));
        assert!(!coarse.compose(3, &[(None, 0b1)]));
        assert!(coarse.compose(3, &[(Some(fine), 0b111)]));
        let coarse = coarse.finish();
        assert_eq!((coarse.filled, coarse.read_at), (0b1000, 5));
        assert_eq!(
            coarse.lines[0].parts(u64::MAX).collect::<Vec<_>>(),
            [(3, part(9.0, 3))]
        );
        assert!(
            coarse.lines[1]
                .parts(u64::MAX)
                .all(|(_, part)| part.answer(Aggregate::Average).is_nan())
        );
    }

    #[test]
    fn a_value_that_may_be_infinite_is_not_made_part_of_a_longer_bucket() {
        let label: Arc<str> = "a".into();
        let mut fine = Draft::new(Measure::Maximum, 5);
        fine.fill(0b1);
        fine.add(&label, 0, part(f64::NAN, 0));
        let fine = Arc::new(fine.finish());
        assert!(!Draft::new(Measure::Maximum, 7).compose(0, &[(Some(fine), 0b1)]));
    }
}
