//! The course of the value over the range.

use porthole_sdk::{Aggregate, Call, Resolution, Series, SeriesRequest, Source, TimeRange, log};

/// About as many points as a sparkline is worth.
const POINTS: i64 = 60;

/// Lengths of buckets that people find natural, in seconds; beyond the last, whole days.
const STEPS: [u32; 17] = [
    1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200,
];

const DAY: i64 = 86_400;

/// The sparkline; none where there is nothing to draw or more than one series. It is an ornament: a failure is a line
/// in the log, not the panel's. `aggregate`: what stands for a bucket; none: as the panel's configuration says.
pub fn of(source: &dyn Source, call: &Call, aggregate: Option<Aggregate>) -> Option<Series> {
    let request = SeriesRequest {
        resolution: Resolution::Seconds(step(call.range)),
        aggregate,
        labels: call.labels.clone(),
        ..SeriesRequest::default()
    };
    match source.series(request) {
        Ok(answer) => {
            let mut series = answer.series.into_iter();
            match (series.next(), series.next()) {
                (Some(series), None) if series.instants.len() > 1 => Some(series),
                _ => None,
            }
        }
        Err(_) => {
            log::warn("the course of the value could not be read; the sparkline is left out");
            None
        }
    }
}

/// The length of a bucket in seconds: the range by [`POINTS`], rounded up to a natural length.
pub fn step(range: TimeRange) -> u32 {
    let milliseconds = range.end.saturating_sub(range.start).max(1);
    let seconds = milliseconds.saturating_add(POINTS * 1000 - 1) / (POINTS * 1000);
    STEPS
        .into_iter()
        .find(|step| i64::from(*step) >= seconds)
        .unwrap_or_else(|| {
            let days = seconds.saturating_add(DAY - 1) / DAY;
            u32::try_from(days.saturating_mul(DAY)).unwrap_or(u32::MAX / DAY as u32 * DAY as u32)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step_of(seconds: i64) -> u32 {
        step(TimeRange {
            start: 0,
            end: seconds * 1000,
        })
    }

    #[test]
    fn steps_are_natural_and_give_at_most_sixty_points() {
        for (range, expected) in [
            (1, 1),
            (60, 1),
            (61, 2),
            (3600, 60),
            (6 * 3600, 600),
            (8 * 3600, 600),
            (24 * 3600, 1800),
            (7 * DAY, 10_800),
            (30 * DAY, 43_200),
            (31 * DAY, 86_400),
            (365 * DAY, 7 * 86_400),
        ] {
            assert_eq!(step_of(range), expected, "range of {range} s");
            assert!(range / i64::from(expected) <= POINTS);
        }
    }

    #[test]
    fn absurd_ranges_have_a_step() {
        assert_eq!(step(TimeRange { start: 0, end: 0 }), 1);
        assert_eq!(
            step(TimeRange {
                start: i64::MIN,
                end: i64::MAX
            }) % 86_400,
            0
        );
    }
}
