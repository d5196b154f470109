//! Where points in time come from.
//!
//! Today always from the tenant's database. A store of settled buckets goes here, between [`fetch`] and [`read`]: callers
//! see no difference but the time it takes. [`Source::is_pure`](crate::Source::is_pure) tells which sources it may serve.

use std::collections::HashMap;

use crate::connection::Connections;
use crate::error::DataError;
use crate::frame::Series;
use crate::query::{SeriesAnswer, SeriesQuery};
use crate::sql::{self, Resolved};
use crate::time;

/// Answers a question for points in time.
pub(crate) async fn fetch(
    connections: &Connections,
    source: &Resolved<'_>,
    query: &SeriesQuery,
) -> Result<SeriesAnswer, DataError> {
    read(connections, source, query).await
}

/// Asks the database.
async fn read(
    connections: &Connections,
    source: &Resolved<'_>,
    query: &SeriesQuery,
) -> Result<SeriesAnswer, DataError> {
    let statement = sql::series(source, query, time::now()).map_err(DataError::Query)?;
    let unlabelled = match source.configured("series_label") {
        Some(_) => String::new(),
        None => source.value_name(),
    };
    let mut gathered = Gathered::default();
    connections
        .each(statement, |row| {
            // A row without a time is no point.
            let Some(instant) = row.instant(0) else {
                return Ok(());
            };
            let label = row.text(1);
            gathered.add(label.as_deref().unwrap_or(&unlabelled), instant, row.number(2));
            gathered.within(query)
        })
        .await?;
    Ok(gathered.answer())
}

/// Points by label, in the order they came.
#[derive(Default)]
struct Gathered {
    series: Vec<Series>,
    places: HashMap<String, usize>,
    last: usize,
    rows: u64,
    bytes: u64,
}

impl Gathered {
    fn add(&mut self, label: &str, instant: i64, value: f64) {
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

    fn within(&self, query: &SeriesQuery) -> Result<(), DataError> {
        let advice = "ask for a shorter range, longer buckets or fewer series";
        if self.rows > query.max_rows {
            return Err(DataError::TooLarge(format!(
                "the answer has more than {} points; {advice}",
                query.max_rows
            )));
        }
        if self.bytes > query.max_bytes {
            return Err(DataError::TooLarge(format!(
                "the answer has more than {} bytes; {advice}",
                query.max_bytes
            )));
        }
        Ok(())
    }

    fn answer(self) -> SeriesAnswer {
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
        }
    }
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
