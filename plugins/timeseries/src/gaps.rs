//! Where a line has to break.

use porthole_sdk::Series;

/// How far apart, in milliseconds, neighbouring points may be and still be joined: half a bucket more than a bucket, or
/// three times the usual distance of this series, whichever is more (data measured every five minutes is not broken
/// by buckets of one). Points as they were stored may have been measured more rarely for a while: what is usual there is
/// joined, too. None where a single point gives nothing to go by.
pub fn join_within(series: &Series, bucket_seconds: Option<u32>) -> Option<u64> {
    let by_bucket = bucket_seconds.map(|seconds| u64::from(seconds) * 1500);
    let by_step = median_step(series).map(|step| step.saturating_mul(3));
    let limit = by_bucket.max(by_step)?;
    let rarely = bucket_seconds
        .is_none()
        .then(|| longest_usual(&all_steps(series), limit));
    Some(limit.max(rarely.unwrap_or(0)))
}

/// So many distances on one side of another say what is usual there.
const NEIGHBOURS: usize = 4;
/// Fewer say nothing: two outages in a row are not a habit.
const FEWEST: usize = 3;

/// The longest distance beyond a limit that is no more than half longer than what is usual just before or just after it; 0
/// where there is none.
fn longest_usual(steps: &[u64], limit: u64) -> u64 {
    let usual = |steps: &[u64]| {
        let mut steps = steps.to_vec();
        (steps.len() >= FEWEST).then(|| median(&mut steps)).flatten()
    };
    let long = steps.iter().enumerate().filter(|(_, step)| **step > limit);
    long.filter(|(at, step)| {
        let before = &steps[at.saturating_sub(NEIGHBOURS)..*at];
        let after = &steps[at + 1..steps.len().min(at + 1 + NEIGHBOURS)];
        usual(before)
            .max(usual(after))
            .is_some_and(|usual| **step <= usual.saturating_add(usual / 2))
    })
    .map(|(_, step)| *step)
    .max()
    .unwrap_or(0)
}

/// So many neighbours tell how often a series is measured; looking at all of a long one would cost more than the rest
/// of the panel.
const SAMPLES: usize = 512;

/// The median distance between neighbouring points that have a value: of a sample spread over the series, or of all
/// where the sample meets too many missing values.
fn median_step(series: &Series) -> Option<u64> {
    let count = series.instants.len().min(series.values.len());
    if count > 2 * SAMPLES {
        let mut steps: Vec<u64> = (0..SAMPLES)
            .filter_map(|sample| step_at(series, sample * (count - 1) / SAMPLES))
            .collect();
        if steps.len() > SAMPLES / 2 {
            return median(&mut steps);
        }
    }
    median(&mut all_steps(series))
}

/// The distance from this point to the next, where both have a value. Points at the same instant say nothing of how
/// often it is measured.
fn step_at(series: &Series, place: usize) -> Option<u64> {
    let (instants, values) = (
        series.instants.get(place..place + 2)?,
        series.values.get(place..place + 2)?,
    );
    let present = !values[0].is_nan() && !values[1].is_nan() && instants[1] > instants[0];
    present.then(|| instants[1].abs_diff(instants[0]))
}

/// All distances between neighbouring points that have a value, missing ones skipped.
fn all_steps(series: &Series) -> Vec<u64> {
    let points = series.instants.iter().zip(&series.values);
    let mut present = points
        .filter(|(_, value)| !value.is_nan())
        .map(|(instant, _)| *instant);
    let Some(mut previous) = present.next() else {
        return Vec::new();
    };
    let mut steps = Vec::new();
    for instant in present {
        if instant > previous {
            steps.push(instant.abs_diff(previous));
        }
        previous = instant;
    }
    steps
}

fn median(steps: &mut [u64]) -> Option<u64> {
    match steps.len() {
        0 => None,
        length => Some(*steps.select_nth_unstable((length - 1) / 2).1),
    }
}

#[cfg(test)]
mod tests {
    use porthole_sdk::testing::series;

    use super::*;

    #[test]
    fn the_usual_distance_decides_where_there_are_no_buckets() {
        let every_ten_seconds_with_a_hole =
            series("a", &[(0, 1.0), (10_000, 1.0), (20_000, 1.0), (500_000, 1.0)]);
        assert_eq!(join_within(&every_ten_seconds_with_a_hole, None), Some(30_000));
    }

    fn at(instants: impl IntoIterator<Item = i64>) -> Series {
        let points: Vec<(i64, f64)> = instants.into_iter().map(|instant| (instant, 1.0)).collect();
        series("a", &points)
    }

    #[test]
    fn a_series_that_was_measured_more_rarely_before_is_whole() {
        let rarely_then_often = (0..30)
            .map(|minute| minute * 60_000)
            .chain((175..1_000).map(|step| step * 10_000));
        assert_eq!(join_within(&at(rarely_then_often.clone()), None), Some(60_000));
        let often_then_rarely = (0..900)
            .map(|step| step * 10_000)
            .chain((150..170).map(|minute| minute * 60_000));
        assert_eq!(join_within(&at(often_then_rarely), None), Some(60_000));
        // Buckets know how wide they are.
        assert_eq!(join_within(&at(rarely_then_often), Some(10)), Some(30_000));
    }

    #[test]
    fn outages_are_gaps_however_many_there_are() {
        let one = (0..20).chain(50..70).map(|step| step * 10_000);
        assert_eq!(join_within(&at(one), None), Some(30_000));
        // A single point between two outages.
        let two = (0..20).chain([50]).chain(80..100).map(|step| step * 10_000);
        assert_eq!(join_within(&at(two), None), Some(30_000));
    }

    #[test]
    fn buckets_finer_than_the_data_do_not_break_the_line() {
        let every_five_minutes = series("a", &[(0, 1.0), (300_000, 1.0), (600_000, 1.0)]);
        assert_eq!(join_within(&every_five_minutes, Some(60)), Some(900_000));
        let every_bucket = series("a", &[(0, 1.0), (1_000, 1.0), (2_000, 1.0)]);
        assert_eq!(join_within(&every_bucket, Some(60)), Some(90_000));
    }

    #[test]
    fn missing_values_and_equal_instants_are_no_steps() {
        let points = series("a", &[(0, 1.0), (0, 2.0), (1_000, f64::NAN), (2_000, 1.0)]);
        assert_eq!(join_within(&points, None), Some(6_000));
    }

    #[test]
    fn a_single_point_has_no_step() {
        assert_eq!(join_within(&series("a", &[(0, 1.0)]), None), None);
        assert_eq!(join_within(&series("a", &[]), Some(60)), Some(90_000));
    }

    #[test]
    fn long_series_are_judged_by_a_sample_and_by_all_where_values_are_missing() {
        let mut points: Vec<(i64, f64)> = (0..10_000).map(|at| (at * 10_000, 1.0)).collect();
        points.extend((20_000..30_000).map(|at| (at * 10_000, 1.0)));
        assert_eq!(join_within(&series("a", &points), None), Some(30_000));
        for point in points.iter_mut().step_by(2) {
            point.1 = f64::NAN;
        }
        assert_eq!(join_within(&series("a", &points), None), Some(60_000));
    }
}
