//! Where a line has to break.

use porthole_sdk::Series;

/// How far apart, in milliseconds, neighbouring points may be and still be joined: half a bucket more than a bucket, or
/// three times the usual distance of this series, whichever is more (data measured every five minutes is not broken
/// by buckets of one). None where a single point gives nothing to go by.
pub fn join_within(series: &Series, bucket_seconds: Option<u32>) -> Option<u64> {
    let by_bucket = bucket_seconds.map(|seconds| u64::from(seconds) * 1500);
    let by_step = median_step(series).map(|step| step.saturating_mul(3));
    by_bucket.max(by_step)
}

/// The median distance between neighbouring points that have a value.
fn median_step(series: &Series) -> Option<u64> {
    let mut present = series
        .instants
        .iter()
        .zip(&series.values)
        .filter(|(_, value)| !value.is_nan())
        .map(|(instant, _)| *instant);
    let mut previous = present.next()?;
    let mut steps = Vec::with_capacity(series.instants.len());
    for instant in present {
        // Points at the same instant say nothing of how often it is measured.
        if instant > previous {
            steps.push(instant.abs_diff(previous));
        }
        previous = instant;
    }
    if steps.is_empty() {
        return None;
    }
    let middle = (steps.len() - 1) / 2;
    Some(*steps.select_nth_unstable(middle).1)
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
}
