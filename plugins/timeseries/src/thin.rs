//! Fewer points, for a picture that cannot show more.

use core::mem;

use porthole_sdk::{Instant, Series};

/// Thins a series to at most `most` points (at least one) when it has more: of each of equally long stretches of
/// time the smallest and the largest value stay, and so do the first and the last point. No peak is lost, and no
/// value is made up. With fewer than four, the last point stays, then the first, then the one that is furthest from
/// both. Gives the greatest distance, in milliseconds, that thinning may have put between two points.
pub fn thin(series: &mut Series, most: u32) -> Option<u64> {
    let most = most.max(1) as usize;
    if series.instants.len() <= most {
        return None;
    }
    let instants = mem::take(&mut series.instants);
    let values = mem::take(&mut series.values);
    let points: Vec<(Instant, f64)> = instants
        .into_iter()
        .zip(values)
        .filter(|(_, value)| !value.is_nan())
        .collect();
    let (Some(first), Some(last)) = (points.first().copied(), points.last().copied()) else {
        return None;
    };

    if most < 4 {
        let mut keep = Kept { series, last: None };
        if most >= 2 {
            keep.push(first);
        }
        if most == 3 {
            let middle = (first.1 + last.1) / 2.0;
            let away = |point: &&(Instant, f64)| (point.1 - middle).abs();
            let inner = points.get(1..points.len() - 1).unwrap_or_default();
            if let Some(furthest) = inner.iter().max_by(|a, b| away(a).total_cmp(&away(b))) {
                keep.push(*furthest);
            }
        }
        keep.push(last);
        return Some(last.0.abs_diff(first.0));
    }

    let stretches = (most - 2) as u64 / 2;
    let length = (last.0.abs_diff(first.0) / stretches).saturating_add(1);
    let mut keep = Kept { series, last: None };
    keep.push(first);
    let mut rest = &points[..];
    while let Some(&(start, _)) = rest.first() {
        let stretch = start.abs_diff(first.0) / length;
        let end = rest
            .iter()
            .position(|point| point.0.abs_diff(first.0) / length != stretch)
            .unwrap_or(rest.len());
        let (within, after) = rest.split_at(end);
        rest = after;
        let lowest = within.iter().min_by(|a, b| a.1.total_cmp(&b.1));
        let highest = within.iter().max_by(|a, b| a.1.total_cmp(&b.1));
        if let (Some(lowest), Some(highest)) = (lowest, highest) {
            let (earlier, later) = if lowest.0 <= highest.0 {
                (lowest, highest)
            } else {
                (highest, lowest)
            };
            keep.push(*earlier);
            keep.push(*later);
        }
    }
    keep.push(last);
    Some(length.saturating_mul(2))
}

/// Takes points in order of time, each once.
struct Kept<'a> {
    series: &'a mut Series,
    last: Option<(Instant, f64)>,
}

impl Kept<'_> {
    fn push(&mut self, point: (Instant, f64)) {
        if self.last != Some(point) {
            self.series.instants.push(point.0);
            self.series.values.push(point.1);
            self.last = Some(point);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_sdk::testing::series;

    use super::*;

    #[test]
    fn a_series_that_fits_stays_as_it_is() {
        let mut points = series("a", &[(0, 1.0), (1, f64::NAN), (2, 3.0), (3, 4.0)]);
        assert_eq!(thin(&mut points, 4), None);
        assert_eq!(points.instants, [0, 1, 2, 3]);
    }

    #[test]
    fn extremes_first_and_last_stay_and_nothing_is_made_up() {
        let original: Vec<(i64, f64)> = (0..10_000)
            .map(|at| (at * 1000, f64::from(at as i32 * 7919 % 1000)))
            .collect();
        let mut spiked = original.clone();
        spiked[5_003].1 = 1e6;
        spiked[7_001].1 = -1e6;
        for most in [4, 5, 100, 801, 9_999] {
            let mut thinned = series("a", &spiked);
            let distance = thin(&mut thinned, most).unwrap();
            let kept: Vec<(i64, f64)> = thinned
                .instants
                .iter()
                .copied()
                .zip(thinned.values.iter().copied())
                .collect();
            assert!(kept.len() <= most as usize, "{} points of {most}", kept.len());
            assert!(kept.contains(&spiked[5_003]) && kept.contains(&spiked[7_001]));
            assert_eq!((kept[0], kept[kept.len() - 1]), (spiked[0], spiked[9_999]));
            assert!(kept.iter().all(|point| spiked.contains(point)));
            assert!(
                kept.windows(2)
                    .all(|pair| pair[0].0 <= pair[1].0 && pair[0].0.abs_diff(pair[1].0) <= distance)
            );
        }
    }

    #[test]
    fn so_few_points_as_are_asked_for() {
        let points = [(0, 1.0), (1, 2.0), (2, -9.0), (3, 3.0), (4, 1.5), (5, 2.0)];
        for (most, kept) in [(0, &[5][..]), (1, &[5]), (2, &[0, 5]), (3, &[0, 2, 5])] {
            let mut thinned = series("a", &points);
            assert_eq!(thin(&mut thinned, most), Some(5));
            assert_eq!(thinned.instants, kept, "{most}");
        }
        let mut two = series("a", &[(0, 1.0), (1, 2.0)]);
        thin(&mut two, 1).unwrap();
        assert_eq!(two.instants, [1]);
    }

    #[test]
    fn a_series_of_missing_values_only_is_empty() {
        let mut nothing = series("a", &[(0, f64::NAN); 10]);
        assert_eq!(thin(&mut nothing, 5), None);
        assert!(nothing.instants.is_empty() && nothing.values.is_empty());
    }

    #[test]
    fn points_at_one_instant_or_at_the_ends_of_time_do_no_harm() {
        let mut same = series("a", &[(5, 1.0), (5, 2.0), (5, 3.0), (5, 4.0), (5, 2.0), (5, 1.0)]);
        thin(&mut same, 4).unwrap();
        assert!(same.instants.len() <= 4);
        let mut far = series(
            "a",
            &[(i64::MIN, 1.0), (0, 2.0), (1, 3.0), (2, 4.0), (i64::MAX, 2.0)],
        );
        thin(&mut far, 4).unwrap();
        assert!(far.instants.len() <= 4);
    }
}
