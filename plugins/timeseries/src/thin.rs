//! Fewer points, for a picture that cannot show more.

use core::mem;

use porthole_sdk::{Instant, Series};

/// Thins a series to at most `most` points (at least one) when it has more: of each of equally long stretches of
/// time the smallest and the largest value stay, and so do the first and the last point. No peak is lost, and no
/// value is made up. With fewer than four, the last point stays, then the first, then the one that is furthest from
/// both. Gives the greatest distance, in milliseconds, that thinning may have put between two points.
///
/// `gap`: points further apart than this, or with a missing value between them, are not joined, and a missing point
/// is kept there: a quarter of the points at most, at the longest of such holes. None: everything is joined.
pub fn thin(series: &mut Series, most: u32, gap: Option<u64>) -> Option<u64> {
    let most = most.max(1) as usize;
    if series.instants.len() <= most {
        return None;
    }
    let instants = mem::take(&mut series.instants);
    let values = mem::take(&mut series.values);
    let all: Vec<Point> = instants.into_iter().zip(values).collect();
    let mut holes = gap.map_or_else(Vec::new, |gap| holes(&all, gap));
    holes.sort_unstable_by_key(|hole| core::cmp::Reverse(hole.length));
    holes.truncate(most / 4);
    holes.sort_unstable_by_key(|hole| hole.before);
    let points: Vec<Point> = all.into_iter().filter(|(_, value)| !value.is_nan()).collect();
    let (kept, distance) = chosen(&points, most - holes.len())?;

    let mut holes = holes.iter().peekable();
    for place in kept {
        let mut hole = None;
        while let Some(next) = holes.next_if(|hole| hole.before <= place) {
            hole = Some(next.instant);
        }
        if let Some(instant) = hole {
            series.instants.push(instant);
            series.values.push(f64::NAN);
        }
        series.instants.push(points[place].0);
        series.values.push(points[place].1);
    }
    Some(distance)
}

type Point = (Instant, f64);

/// Where a line breaks.
struct Hole {
    /// The place, among the points that have a value, of the one after it.
    before: usize,
    /// In it.
    instant: Instant,
    length: u64,
}

fn holes(all: &[Point], gap: u64) -> Vec<Hole> {
    let mut holes = Vec::new();
    let mut last: Option<Instant> = None;
    let mut missing: Option<Instant> = None;
    let mut before = 0;
    for (instant, value) in all {
        if value.is_nan() {
            missing = missing.or(Some(*instant));
            continue;
        }
        if let Some(last) = last {
            let length = instant.abs_diff(last);
            let within = missing.or_else(|| (length > gap).then(|| last.saturating_add_unsigned(length / 2)));
            holes.extend(within.map(|instant| Hole {
                before,
                instant,
                length,
            }));
        }
        (last, missing) = (Some(*instant), None);
        before += 1;
    }
    holes
}

/// The places of at most `most` points, ascending, and the greatest distance that may be between two of them.
fn chosen(points: &[Point], most: usize) -> Option<(Vec<usize>, u64)> {
    let end = points.len().checked_sub(1)?;
    let (first, last) = (points[0], points[end]);
    let span = last.0.abs_diff(first.0);
    if points.len() <= most {
        return Some(((0..=end).collect(), 0));
    }
    // From here on there are at least two points.
    let inner = 1..end;
    match most {
        0 | 1 => return Some((vec![end], span)),
        2 => return Some((vec![0, end], span)),
        3 => {
            let middle = first.1 / 2.0 + last.1 / 2.0;
            let away = |place: &usize| (points[*place].1 - middle).abs();
            let furthest = inner.max_by(|a, b| away(a).total_cmp(&away(b)));
            return Some(([0].into_iter().chain(furthest).chain([end]).collect(), span));
        }
        _ => {}
    }
    let stretches = (most - 2) as u64 / 2;
    let length = (span / stretches).saturating_add(1);
    let stretch = |place: usize| points[place].0.abs_diff(first.0) / length;
    let value = |place: &usize| points[*place].1;
    let mut kept = vec![0];
    let mut start = inner.start;
    while start < inner.end {
        let stop = (start..inner.end)
            .find(|place| stretch(*place) != stretch(start))
            .unwrap_or(inner.end);
        let lowest = (start..stop).min_by(|a, b| value(a).total_cmp(&value(b)));
        let highest = (start..stop).max_by(|a, b| value(a).total_cmp(&value(b)));
        if let (Some(lowest), Some(highest)) = (lowest, highest) {
            kept.push(lowest.min(highest));
            if lowest != highest {
                kept.push(lowest.max(highest));
            }
        }
        start = stop;
    }
    kept.push(end);
    Some((kept, length.saturating_mul(2)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_sdk::testing::series;

    use super::*;

    #[test]
    fn a_series_that_fits_stays_as_it_is() {
        let mut points = series("a", &[(0, 1.0), (1, f64::NAN), (2, 3.0), (3, 4.0)]);
        assert_eq!(thin(&mut points, 4, None), None);
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
            let distance = thin(&mut thinned, most, None).unwrap();
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
            assert_eq!(thin(&mut thinned, most, None), Some(5));
            assert_eq!(thinned.instants, kept, "{most}");
        }
        let mut two = series("a", &[(0, 1.0), (1, 2.0)]);
        thin(&mut two, 1, None).unwrap();
        assert_eq!(two.instants, [1]);
    }

    #[test]
    fn of_a_straight_line_as_many_points_stay_as_there_may_be_pairs_of() {
        let line: Vec<(i64, f64)> = (0..100).map(|at| (at * 1000, at as f64)).collect();
        for (most, left) in [(1, 1), (2, 2), (3, 3), (4, 4), (5, 4), (6, 6)] {
            let mut thinned = series("a", &line);
            thin(&mut thinned, most, None).unwrap();
            assert_eq!(thinned.instants.len(), left, "{most}");
        }
    }

    #[test]
    fn holes_stay_holes_also_where_points_are_further_apart_than_they_are_long() {
        // A missing value after a third, and nothing at all for a while after two thirds.
        let points: Vec<(i64, f64)> = (0..900)
            .filter(|at| !(600..620).contains(at))
            .map(|at| (at * 1000, if at == 300 { f64::NAN } else { at as f64 }))
            .collect();
        let mut thinned = series("a", &points);
        thin(&mut thinned, 20, Some(3_000)).unwrap();
        assert!(thinned.instants.len() <= 20 && thinned.instants.is_sorted());
        let missing: Vec<i64> = thinned
            .instants
            .iter()
            .zip(&thinned.values)
            .filter(|(_, value)| value.is_nan())
            .map(|(instant, _)| *instant)
            .collect();
        assert_eq!(missing, [300_000, 609_500]);
        let mut joined = series("a", &points);
        thin(&mut joined, 20, None).unwrap();
        assert!(joined.values.iter().all(|value| !value.is_nan()));
    }

    #[test]
    fn a_series_of_missing_values_only_is_empty() {
        let mut nothing = series("a", &[(0, f64::NAN); 10]);
        assert_eq!(thin(&mut nothing, 5, None), None);
        assert!(nothing.instants.is_empty() && nothing.values.is_empty());
    }

    #[test]
    fn points_at_one_instant_or_at_the_ends_of_time_do_no_harm() {
        let mut same = series("a", &[(5, 1.0), (5, 2.0), (5, 3.0), (5, 4.0), (5, 2.0), (5, 1.0)]);
        thin(&mut same, 4, None).unwrap();
        assert!(same.instants.len() <= 4);
        let mut far = series(
            "a",
            &[(i64::MIN, 1.0), (0, 2.0), (1, 3.0), (2, 4.0), (i64::MAX, 2.0)],
        );
        thin(&mut far, 4, None).unwrap();
        assert!(far.instants.len() <= 4);
    }
}
