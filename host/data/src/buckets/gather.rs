//! Points as they come from the database, put together by label.

use std::collections::HashMap;

use crate::error::DataError;
use crate::frame::Series;
use crate::query::{SeriesAnswer, SeriesQuery};

/// Points by label, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    series: Vec<Series>,
    places: HashMap<String, usize>,
    last: usize,
    rows: u64,
    bytes: u64,
}

impl Gathered {
    pub(super) fn add(&mut self, label: &str, instant: i64, value: f64) {
        self.rows += 1;
        self.bytes += 16;
        // Rows of one series often come together.
        if self
            .series
            .get(self.last)
            .is_none_or(|series| series.label != label)
        {
            self.last = match self.places.get(label) {
                Some(place) => *place,
                None => {
                    self.bytes += 64 + 2 * label.len() as u64;
                    self.series.push(Series {
                        label: label.to_owned(),
                        ..Series::default()
                    });
                    self.places.insert(label.to_owned(), self.series.len() - 1);
                    self.series.len() - 1
                }
            };
        }
        let series = &mut self.series[self.last];
        series.instants.push(instant);
        series.values.push(value);
    }

    pub(super) fn within(&self, query: &SeriesQuery) -> Result<(), DataError> {
        within(self.rows, self.bytes, query.max_rows, query.max_bytes)
    }

    /// Takes over later points.
    pub(super) fn append(&mut self, later: Self) {
        for series in later.series {
            for (instant, value) in series.instants.iter().zip(&series.values) {
                self.add(&series.label, *instant, *value);
            }
        }
    }

    /// In order of labels, and of time in each.
    pub(super) fn answer(self) -> SeriesAnswer {
        let Self {
            mut series,
            rows,
            bytes,
            ..
        } = self;
        series.iter_mut().for_each(sort);
        series.sort_by(|left, right| left.label.cmp(&right.label));
        SeriesAnswer {
            series,
            rows_read: rows,
            bytes_read: bytes,
            ..SeriesAnswer::default()
        }
    }
}

/// Whether so much may be read.
pub(super) fn within(rows: u64, bytes: u64, most_rows: u64, most_bytes: u64) -> Result<(), DataError> {
    let advice = "ask for a shorter range, longer buckets or fewer series";
    if rows > most_rows {
        return Err(DataError::TooLarge(format!(
            "the answer has more than {most_rows} points; {advice}"
        )));
    }
    if bytes > most_bytes {
        return Err(DataError::TooLarge(format!(
            "the answer has more than {most_bytes} bytes; {advice}"
        )));
    }
    Ok(())
}

/// Sorts points by time; those of the same instant stay as they came.
fn sort(series: &mut Series) {
    if series.instants.is_sorted() {
        return;
    }
    let mut points: Vec<_> = series
        .instants
        .iter()
        .copied()
        .zip(series.values.iter().copied())
        .collect();
    points.sort_by_key(|(instant, _)| *instant);
    (series.instants, series.values) = points.into_iter().unzip();
}
