//! Points where a source has none, for panels that ask for them. Without that a gap stays a gap.

use crate::error::DataError;
use crate::frame::Series;
use crate::query::{SeriesAnswer, SeriesQuery};

/// What a bucket without rows shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fill {
    /// The value of the bucket before it; nothing before the first.
    Previous,
    /// A value on the straight line between its neighbours; nothing before the first and after the last.
    Linear,
    /// 0: what is not there did not happen.
    Zero,
}

/// Puts points into the empty buckets of the range that have begun by `now`. Raw points stay as they are.
///
/// # Errors
/// [`DataError::TooLarge`] when there would be more points than the question allows.
pub(crate) fn fill(
    answer: &mut SeriesAnswer,
    fill: Fill,
    query: &SeriesQuery,
    now: i64,
) -> Result<(), DataError> {
    let (Some(seconds), Some(range)) = (query.bucket_seconds, query.range) else {
        return Ok(());
    };
    let size = i64::from(seconds) * 1000;
    let first = range.start.div_euclid(size);
    let last = range.end.saturating_sub(1).min(now).div_euclid(size);
    let buckets = u64::try_from(last.saturating_sub(first).saturating_add(1)).unwrap_or(0);
    if buckets.saturating_mul(answer.series.len() as u64) > query.max_rows {
        return Err(DataError::TooLarge(format!(
            "the answer has more than {} points when its gaps are filled; ask for a shorter range, longer buckets or fewer \
             series",
            query.max_rows
        )));
    }
    for series in &mut answer.series {
        *series = filled(series, fill, size, first, last);
    }
    Ok(())
}

fn filled(series: &Series, fill: Fill, size: i64, first: i64, last: i64) -> Series {
    let numbers = series.instants.iter().map(|instant| instant.div_euclid(size));
    // Rows without a value are rows: what is not known of them is not made up.
    let rows: Vec<(i64, f64)> = numbers.zip(series.values.iter().copied()).collect();
    let known: Vec<(i64, f64)> = rows
        .iter()
        .copied()
        .filter(|(_, value)| !value.is_nan())
        .collect();
    let mut made = Series {
        label: series.label.clone(),
        ..Series::default()
    };
    // The first of each that is not before the bucket.
    let (mut row, mut next) = (0, 0);
    for bucket in first..=last {
        row += rows[row..].iter().take_while(|(at, _)| *at < bucket).count();
        next += known[next..].iter().take_while(|(at, _)| *at < bucket).count();
        let after = known.get(next);
        let before = next.checked_sub(1).and_then(|index| known.get(index));
        let value = match (rows.get(row), before, after, fill) {
            (Some((at, value)), _, _, _) if *at == bucket => Some(*value),
            (_, _, _, Fill::Zero) => Some(0.0),
            (_, Some((_, value)), _, Fill::Previous) => Some(*value),
            (_, Some((start, from)), Some((end, to)), Fill::Linear) => {
                let way = (bucket - start) as f64 / (end - start) as f64;
                Some(from + (to - from) * way)
            }
            _ => None,
        };
        if let Some(value) = value {
            made.instants.push(bucket.saturating_mul(size));
            made.values.push(value);
        }
    }
    // What is said of the future stays, and nothing is made up around it.
    for (at, value) in rows.iter().filter(|(at, _)| *at > last) {
        made.instants.push(at.saturating_mul(size));
        made.values.push(*value);
    }
    made
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::query::{Aggregate, Range};

    const MINUTE: i64 = 60_000;

    fn answer(fill: Fill, now: i64) -> Vec<(i64, f64)> {
        let mut answer = SeriesAnswer {
            series: vec![Series {
                label: "a".into(),
                instants: vec![MINUTE, 4 * MINUTE, 5 * MINUTE],
                values: vec![1.0, 4.0, f64::NAN],
            }],
            ..SeriesAnswer::default()
        };
        self::fill(&mut answer, fill, &query(), now).unwrap();
        let series = &answer.series[0];
        let minutes = series.instants.iter().map(|instant| instant / MINUTE);
        // A missing value is told as one below all others.
        let values = series
            .values
            .iter()
            .map(|value| if value.is_nan() { -1.0 } else { *value });
        minutes.zip(values).collect()
    }

    fn query() -> SeriesQuery {
        SeriesQuery {
            range: Some(Range {
                start: 0,
                end: 7 * MINUTE,
            }),
            bucket_seconds: Some(60),
            aggregate: Aggregate::Average,
            labels: Vec::new(),
            max_rows: 10,
            max_bytes: 1000,
        }
    }

    #[test]
    fn each_way_fills_what_it_says_and_nothing_else() {
        let later = 100 * MINUTE;
        assert_eq!(
            answer(Fill::Previous, later),
            [(1, 1.0), (2, 1.0), (3, 1.0), (4, 4.0), (5, -1.0), (6, 4.0)]
        );
        assert_eq!(
            answer(Fill::Linear, later),
            [(1, 1.0), (2, 2.0), (3, 3.0), (4, 4.0), (5, -1.0)]
        );
        assert_eq!(
            answer(Fill::Zero, later),
            [
                (0, 0.0),
                (1, 1.0),
                (2, 0.0),
                (3, 0.0),
                (4, 4.0),
                (5, -1.0),
                (6, 0.0)
            ]
        );
    }

    #[test]
    fn the_future_is_not_filled_and_what_is_said_of_it_stays() {
        assert_eq!(
            answer(Fill::Zero, 3 * MINUTE - 1),
            [(0, 0.0), (1, 1.0), (2, 0.0), (4, 4.0), (5, -1.0)]
        );
    }

    #[test]
    fn more_points_than_may_be_are_refused() {
        let mut answer = SeriesAnswer {
            series: vec![Series::default(), Series::default()],
            ..SeriesAnswer::default()
        };
        assert!(matches!(
            fill(&mut answer, Fill::Zero, &query(), 100 * MINUTE),
            Err(DataError::TooLarge(_))
        ));
    }
}
