//! Buckets as the database tells them, before they are chunks.

use std::collections::HashMap;
use std::ops::Range as Indices;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::chunk::{CHUNK, Draft, Measure, Part, Slots, mask};
use crate::cells::Cells;
use crate::error::DataError;
use crate::label::shown;
use crate::sql::MOST_PACKED;

/// What the pieces of one question have read together, so that many pieces may read no more than one.
pub(super) struct Tally {
    /// Rows and bytes that may be read.
    most: (u64, u64),
    rows: AtomicU64,
    bytes: AtomicU64,
}

impl Tally {
    pub(super) fn new(most: (u64, u64)) -> Self {
        Self {
            most,
            rows: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        }
    }

    /// Counts rows that took so much memory together; an error when they are too many.
    fn rows(&self, rows: u64, bytes: u64) -> Result<(), DataError> {
        let rows = self.rows.fetch_add(rows, Ordering::Relaxed) + rows;
        let bytes = self.bytes.fetch_add(bytes, Ordering::Relaxed) + bytes;
        let (most_rows, most_bytes) = self.most;
        super::gather::within(rows, bytes, most_rows, most_bytes)
    }

    fn forget(&self, rows: u64, bytes: u64) {
        self.rows.fetch_sub(rows, Ordering::Relaxed);
        self.bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// What the database said of one stretch of buckets.
pub(super) struct Fresh {
    /// Numbers of buckets since the Unix epoch.
    stretch: Indices<i64>,
    /// The width of a bucket, milliseconds.
    size: i64,
    measure: Measure,
    /// The places of labels in `lines`.
    places: HashMap<Box<str>, usize>,
    /// Each series with what is known of it in each chunk of the stretch.
    lines: Vec<(Arc<str>, Vec<Option<Slots>>)>,
    /// The series of the last row.
    last: usize,
    /// What was made room for since the last row.
    bytes: usize,
    /// Rows and bytes that were counted.
    counted: (u64, u64),
    is_crowded: bool,
    is_odd: bool,
}

impl Fresh {
    pub(super) fn new(stretch: Indices<i64>, size: i64, measure: Measure) -> Self {
        Self {
            stretch,
            size,
            measure,
            places: HashMap::new(),
            lines: Vec::new(),
            last: 0,
            bytes: 0,
            counted: (0, 0),
            is_crowded: false,
            is_odd: false,
        }
    }

    /// Takes a row that is one bucket of one series: bucket, label, value, count.
    pub(super) fn row(&mut self, row: &dyn Cells, tally: &Tally) -> Result<(), DataError> {
        let Some(instant) = row.instant(0) else {
            return Ok(());
        };
        let label = row.text(1);
        let place = self.place(&shown(label.as_deref().unwrap_or_default()));
        let value = self.finite(row.raw(2));
        self.add(place, instant, value, row.number(3))?;
        self.count(1, tally)
    }

    /// Takes a row that is one bucket of all series: bucket, labels, values, counts.
    pub(super) fn packed(&mut self, row: &dyn Cells, tally: &Tally) -> Result<(), DataError> {
        let (Some(instant), Some(labels), Some(values)) = (row.instant(0), row.texts(1), row.numbers(2))
        else {
            return Ok(());
        };
        if labels.len() > MOST_PACKED {
            self.is_crowded = true;
            return Err(DataError::TooLarge(
                "a bucket has too many series for one row".into(),
            ));
        }
        let counts = row.numbers(3).unwrap_or_default();
        for (index, (label, value)) in labels.iter().zip(values).enumerate() {
            let place = self.place(&shown(label.as_deref().unwrap_or_default()));
            let value = self.finite(value);
            let count = counts.get(index).copied().flatten().unwrap_or_default();
            self.add(place, instant, value, count)?;
        }
        self.count(labels.len() as u64, tally)
    }

    /// Whether there was a row of all series that had not room for all of them.
    pub(super) fn is_crowded(&self) -> bool {
        self.is_crowded
    }

    /// Whether there was a number that is none, of which it cannot be told whether the other rows of its bucket had any.
    pub(super) fn is_odd(&self) -> bool {
        self.is_odd
    }

    fn finite(&mut self, value: Option<f64>) -> f64 {
        match value {
            Some(value) if value.is_finite() => value,
            odd => {
                self.is_odd |= odd.is_some();
                f64::NAN
            }
        }
    }

    /// Lets what was counted be read again.
    pub(super) fn forget(&self, tally: &Tally) {
        tally.forget(self.counted.0, self.counted.1);
    }

    fn count(&mut self, rows: u64, tally: &Tally) -> Result<(), DataError> {
        let bytes = std::mem::take(&mut self.bytes) as u64;
        self.counted.0 += rows;
        self.counted.1 += bytes;
        tally.rows(rows, bytes)
    }

    fn place(&mut self, label: &str) -> usize {
        // Rows of a bucket often come in the order of those of the last one.
        let next = if self.last + 1 < self.lines.len() {
            self.last + 1
        } else {
            0
        };
        let place = match self.lines.get(next) {
            Some((expected, _)) if **expected == *label => next,
            _ => match self.places.get(label) {
                Some(place) => *place,
                None => {
                    let chunks: Vec<Option<Slots>> = self.chunks().map(|_| None).collect();
                    let place = self.lines.len();
                    self.bytes += 64 + 2 * label.len() + size_of::<Option<Slots>>() * chunks.len();
                    self.lines.push((label.into(), chunks));
                    self.places.insert(label.into(), place);
                    place
                }
            },
        };
        self.last = place;
        place
    }

    fn add(&mut self, place: usize, instant: i64, value: f64, count: f64) -> Result<(), DataError> {
        if count >= f64::from(u32::MAX) {
            return Err(DataError::TooLarge(
                "a bucket has more rows than can be counted; ask for shorter buckets".into(),
            ));
        }
        // Lists of parts grow by doubling.
        self.bytes += 2 * size_of::<Part>();
        let bucket = instant.div_euclid(self.size);
        // The database was asked for no others.
        if !self.stretch.contains(&bucket) {
            return Ok(());
        }
        let chunk = (bucket.div_euclid(CHUNK) - self.chunks().start) as usize;
        let part = Part {
            value,
            count: if count.is_finite() { count as u32 } else { 0 },
        };
        let measure = self.measure;
        if let Some(slots) = self
            .lines
            .get_mut(place)
            .and_then(|(_, chunks)| chunks.get_mut(chunk))
        {
            slots
                .get_or_insert_default()
                .add(bucket.rem_euclid(CHUNK) as u32, part, measure);
        }
        Ok(())
    }

    /// The numbers of the chunks that the stretch is in.
    fn chunks(&self) -> Indices<i64> {
        self.stretch.start.div_euclid(CHUNK)..(self.stretch.end - 1).div_euclid(CHUNK) + 1
    }

    /// Makes it part of chunks in the making, by number; `now`: when it was read.
    pub(super) fn into_drafts(self, drafts: &mut HashMap<i64, Draft>, now: i64) {
        let chunks = self.chunks();
        for number in chunks.clone() {
            let begin = number * CHUNK;
            drafts
                .entry(number)
                .or_insert_with(|| Draft::new(self.measure, now))
                .fill(mask(self.stretch.start - begin, self.stretch.end - begin));
        }
        for (label, line) in self.lines {
            for (number, slots) in chunks.clone().zip(line) {
                if let (Some(draft), Some(slots)) = (drafts.get_mut(&number), slots) {
                    draft.take(&label, slots);
                }
            }
        }
    }
}
