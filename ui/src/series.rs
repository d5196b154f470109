//! Series made ready to be drawn: one common time axis, gaps where there are gaps, sums where they are stacked.

use std::borrow::Cow;

use porthole_model::{Axis, Chart, Mark, Plot, View};

/// Nothing was measured and a line must break here.
pub const GAP: f64 = f64::NAN;
/// Nothing was measured here, but a line goes on: another series has a point at this instant.
pub const ABSENT: f64 = f64::INFINITY;

/// Series over one common axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Aligned {
    /// Milliseconds since the epoch, ascending, each once.
    pub instants: Vec<f64>,
    /// One list for each series, as long as `instants`; [`GAP`] and [`ABSENT`] where there is no value.
    pub values: Vec<Vec<f64>>,
}

/// What a series is called whose data says nothing of names.
const UNNAMED: &str = "value";

/// What of a view can be drawn over time: a chart, or the course of a number; `title` names what has no name of its own.
pub fn over_time<'a>(view: &'a View, title: &str) -> Option<Cow<'a, Chart>> {
    match view {
        View::Chart(chart) => Some(match &chart.series[..] {
            // A single series without a label has its column's name, which says nothing.
            [plot] if plot.label == UNNAMED => {
                let mut named = chart.clone();
                named.series[0].label = title.to_owned();
                Cow::Owned(named)
            }
            _ => Cow::Borrowed(chart),
        }),
        View::Metric(metric) => {
            let line = metric.sparkline.as_ref()?;
            Some(Cow::Owned(Chart {
                series: vec![Plot {
                    label: title.to_owned(),
                    instants: line.instants.clone(),
                    values: line.values.clone(),
                    color: None,
                    mark: Mark::Area,
                    join_within: None,
                }],
                y_axis: Axis {
                    label: None,
                    unit: metric.unit.clone(),
                    minimum: None,
                    maximum: None,
                },
                thresholds: Vec::new(),
                stacked: false,
            }))
        }
        _ => None,
    }
}

/// Puts series on the union of their instants. Where neighbouring points of a series are further apart than its
/// `join_within`, a gap is put between them.
pub fn align(plots: &[Plot]) -> Aligned {
    let points: Vec<Vec<(i64, f64)>> = plots.iter().map(with_gaps).collect();

    let mut instants: Vec<i64> = Vec::new();
    for series in &points {
        // Series of one chart usually share their buckets.
        if series.len() != instants.len() || !series.iter().zip(&instants).all(|((t, _), i)| t == i) {
            instants.extend(series.iter().map(|(instant, _)| instant));
            instants.sort_unstable();
            instants.dedup();
        }
    }

    let values = points
        .iter()
        .map(|series| {
            let mut next = series.iter().peekable();
            instants
                .iter()
                .map(|instant| {
                    let mut value = ABSENT;
                    while let Some((_, v)) = next.next_if(|(t, _)| t <= instant) {
                        // Of several points at one instant the last value counts, and nothing does not take it away.
                        if !(v.is_nan() && value.is_finite()) {
                            value = *v;
                        }
                    }
                    value
                })
                .collect::<Vec<f64>>()
        })
        .map(|mut values| {
            widen_gaps(&mut values);
            values
        })
        .collect();
    Aligned {
        instants: instants.into_iter().map(|instant| instant as f64).collect(),
        values,
    }
}

/// A gap reaches from the value before it to the value behind it: where other series have instants in between, the line
/// is broken there as well.
fn widen_gaps(values: &mut [f64]) {
    let mut in_gap = false;
    let mut spread = |value: &mut f64| {
        if *value == ABSENT {
            if in_gap {
                *value = GAP;
            }
        } else {
            in_gap = value.is_nan();
        }
    };
    values.iter_mut().for_each(&mut spread);
    values.iter_mut().rev().for_each(&mut spread);
}

/// A series' points in order, and a gap in the middle of each stretch that must not be joined.
fn with_gaps(plot: &Plot) -> Vec<(i64, f64)> {
    let mut points: Vec<(i64, f64)> = Vec::with_capacity(plot.instants.len());
    for (instant, value) in plot.instants.iter().zip(&plot.values) {
        let value = value.filter(|value| value.is_finite()).unwrap_or(GAP);
        if let (Some((before, _)), Some(limit)) = (points.last(), plot.join_within)
            && instant.saturating_sub(*before) > i64::try_from(limit).unwrap_or(i64::MAX)
        {
            points.push((before + (instant - before) / 2, GAP));
        }
        points.push((*instant, value));
    }
    // The host sends them in order; a faulty one must not make a faulty picture.
    if !points.is_sorted_by_key(|(instant, _)| *instant) {
        points.sort_by_key(|(instant, _)| *instant);
    }
    points
}

/// Each series on the sum of those before it; what is hidden or missing adds nothing. Where a line goes on between two
/// points, it adds what it shows there, if `is_joined` says that the series is a line.
pub fn stack(
    aligned: &Aligned,
    is_shown: impl Fn(usize) -> bool,
    is_joined: impl Fn(usize) -> bool,
) -> Vec<Vec<f64>> {
    let mut sums = vec![0.0; aligned.instants.len()];
    aligned
        .values
        .iter()
        .enumerate()
        .map(|(index, values)| {
            let mut values = values.clone();
            if is_joined(index) {
                fill_in(&aligned.instants, &mut values);
            }
            if is_shown(index) {
                for (value, sum) in values.iter_mut().zip(&mut sums) {
                    if value.is_finite() {
                        *sum += *value;
                        *value = *sum;
                    }
                }
            }
            values
        })
        .collect()
}

/// Puts in the values that a line passes through where another series has an instant.
fn fill_in(instants: &[f64], values: &mut [f64]) {
    let mut before = None::<usize>;
    for at in 0..values.len() {
        if values[at] == ABSENT {
            continue;
        }
        if let Some(from) = before.filter(|from| from + 1 < at && values[at].is_finite()) {
            let (start, length) = (instants[from], instants[at] - instants[from]);
            let (low, rise) = (values[from], values[at] - values[from]);
            for between in from + 1..at {
                values[between] = low + rise * (instants[between] - start) / length;
            }
        }
        before = values[at].is_finite().then_some(at);
    }
}

/// The last value of a series.
pub fn last(plot: &Plot) -> Option<f64> {
    plot.values
        .iter()
        .rev()
        .find_map(|value| value.filter(|value| value.is_finite()))
}

/// The least, the mean and the largest of the values that a series shows.
pub fn extent(plot: &Plot) -> Option<[f64; 3]> {
    let values = || {
        plot.values
            .iter()
            .copied()
            .flatten()
            .filter(|value| value.is_finite())
    };
    let count = values().count();
    let (low, sum, high) = values().fold(
        (f64::INFINITY, 0.0, f64::NEG_INFINITY),
        |(low, sum, high), value| (value.min(low), sum + value / count as f64, value.max(high)),
    );
    (count > 0).then_some([low, sum, high])
}

/// Whether any series has any value.
pub fn has_values(plots: &[Plot]) -> bool {
    plots.iter().any(|plot| last(plot).is_some())
}

/// What one series shows at one point of the axis, for the tooltip: its own value there; where its line runs through, if
/// it is one (`is_joined`), the nearer of the two values that the line joins.
pub fn reading(aligned: &Aligned, series: usize, index: usize, is_joined: bool) -> Option<f64> {
    let values = aligned.values.get(series)?;
    let at = *aligned.instants.get(index)?;
    let here = *values.get(index)?;
    if here != ABSENT {
        return Some(here).filter(|value| value.is_finite());
    }
    // Gaps are marked at every instant that they reach over, so that neither is beyond one.
    let is_point = |i: &usize| values[*i] != ABSENT;
    let before = (0..index).rev().find(is_point).filter(|_| is_joined)?;
    let after = (index + 1..values.len()).find(is_point)?;
    let nearest = if at - aligned.instants[before] <= aligned.instants[after] - at {
        before
    } else {
        after
    };
    Some(values[nearest]).filter(|value| value.is_finite())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plot(points: &[(i64, Option<f64>)], join_within: Option<u64>) -> Plot {
        Plot {
            label: "edge-01".to_owned(),
            instants: points.iter().map(|(t, _)| *t).collect(),
            values: points.iter().map(|(_, v)| *v).collect(),
            color: None,
            mark: Default::default(),
            join_within,
        }
    }

    /// Floats as text, so that gaps can be compared.
    fn texts(values: &[f64]) -> Vec<String> {
        values.iter().map(|value| value.to_string()).collect()
    }

    #[test]
    fn a_gap_is_put_between_points_too_far_apart() {
        let aligned = align(&[plot(
            &[(0, Some(1.0)), (60, Some(2.0)), (300, Some(3.0))],
            Some(120),
        )]);
        assert_eq!(aligned.instants, [0.0, 60.0, 180.0, 300.0]);
        assert_eq!(texts(&aligned.values[0]), ["1", "2", "NaN", "3"]);
    }

    #[test]
    fn points_are_joined_where_the_series_says_nothing() {
        let aligned = align(&[plot(&[(0, Some(1.0)), (9_000, Some(2.0))], None)]);
        assert_eq!(texts(&aligned.values[0]), ["1", "2"]);
    }

    #[test]
    fn a_missing_value_is_a_gap_and_not_zero() {
        let aligned = align(&[plot(&[(0, Some(1.0)), (60, None), (120, Some(3.0))], None)]);
        assert_eq!(texts(&aligned.values[0]), ["1", "NaN", "3"]);
    }

    #[test]
    fn of_points_at_one_instant_the_last_value_counts() {
        let aligned = align(&[plot(
            &[(0, Some(1.0)), (0, Some(2.0)), (0, None), (60, None)],
            None,
        )]);
        assert_eq!(aligned.instants, [0.0, 60.0]);
        assert_eq!(texts(&aligned.values[0]), ["2", "NaN"]);
    }

    #[test]
    fn another_series_instants_do_not_break_a_line() {
        let aligned = align(&[
            plot(&[(0, Some(1.0)), (100, Some(2.0))], None),
            plot(&[(50, Some(9.0))], None),
        ]);
        assert_eq!(aligned.instants, [0.0, 50.0, 100.0]);
        assert_eq!(texts(&aligned.values[0]), ["1", "inf", "2"]);
        assert_eq!(texts(&aligned.values[1]), ["inf", "9", "inf"]);
    }

    #[test]
    fn a_gap_reaches_over_the_instants_of_other_series() {
        let aligned = align(&[
            plot(&[(0, Some(1.0)), (400, Some(2.0))], Some(100)),
            plot(
                &[
                    (0, Some(9.0)),
                    (100, Some(9.0)),
                    (300, Some(9.0)),
                    (400, Some(9.0)),
                ],
                None,
            ),
        ]);
        assert_eq!(texts(&aligned.values[0]), ["1", "NaN", "NaN", "NaN", "2"]);
    }

    #[test]
    fn instants_out_of_order_are_put_in_order() {
        let aligned = align(&[plot(&[(100, Some(2.0)), (0, Some(1.0))], Some(10))]);
        assert!(aligned.instants.is_sorted());
        assert_eq!(aligned.instants.len(), aligned.values[0].len());
    }

    #[test]
    fn lists_of_unequal_length_are_cut_to_the_shorter() {
        let mut one = plot(&[(0, Some(1.0)), (1, Some(2.0))], None);
        one.values.pop();
        assert_eq!(align(&[one]).instants, [0.0]);
    }

    #[test]
    fn hidden_series_add_nothing_to_a_stack() {
        let aligned = align(&[
            plot(&[(0, Some(1.0))], None),
            plot(&[(0, Some(2.0))], None),
            plot(&[(0, Some(4.0))], None),
        ]);
        assert_eq!(
            stack(&aligned, |index| index != 1, |_| true),
            [[1.0], [2.0], [5.0]]
        );
    }

    #[test]
    fn what_is_missing_in_a_stack_adds_nothing_and_stays_missing() {
        let aligned = align(&[
            plot(&[(0, Some(1.0)), (1, None), (2, Some(1.0))], None),
            plot(&[(0, Some(2.0)), (1, Some(2.0)), (2, None)], None),
            plot(&[(0, Some(4.0)), (1, Some(4.0)), (2, Some(4.0))], None),
        ]);
        let stacked = stack(&aligned, |_| true, |_| true);
        assert_eq!(texts(&stacked[0]), ["1", "NaN", "1"]);
        assert_eq!(texts(&stacked[1]), ["3", "2", "NaN"]);
        assert_eq!(texts(&stacked[2]), ["7", "6", "5"]);
    }

    #[test]
    fn a_line_in_a_stack_carries_what_it_passes_through_and_a_bar_nothing() {
        let aligned = align(&[
            plot(&[(0, Some(1.0)), (100, Some(3.0))], None),
            plot(&[(50, Some(9.0)), (150, Some(9.0))], None),
        ]);
        let lines = stack(&aligned, |_| true, |_| true);
        assert_eq!(texts(&lines[0]), ["1", "2", "3", "inf"]);
        assert_eq!(texts(&lines[1]), ["inf", "11", "12", "9"]);
        let bars = stack(&aligned, |_| true, |_| false);
        assert_eq!(texts(&bars[1]), ["inf", "9", "inf", "9"]);
    }

    #[test]
    fn a_tooltip_reads_the_nearer_point_of_a_line_but_never_across_a_gap_nor_beyond_an_end() {
        let aligned = align(&[
            plot(&[(0, Some(1.0)), (100, Some(2.0)), (200, None)], None),
            plot(&[(90, Some(9.0)), (190, Some(8.0))], None),
        ]);
        assert_eq!(aligned.instants, [0.0, 90.0, 100.0, 190.0, 200.0]);
        let read = |series, index| reading(&aligned, series, index, true);
        assert_eq!(read(0, 1), Some(2.0));
        assert_eq!(read(0, 3), None, "in a gap");
        assert_eq!(read(1, 0), None, "before the line begins");
        assert_eq!(read(1, 1), Some(9.0));
        assert_eq!(read(1, 2), Some(9.0));
        assert_eq!(read(1, 4), None, "behind its end");
        assert_eq!(read(7, 1), None);
        assert_eq!(reading(&aligned, 0, 1, false), None, "dots are not joined");
    }

    #[test]
    fn servers_sampled_at_different_minutes_all_have_a_value_under_the_cursor() {
        const MINUTE: i64 = 60_000;
        let server = |late: i64| -> Plot {
            let points: Vec<(i64, Option<f64>)> = (0..12)
                .map(|step| ((step * 5 + late) * MINUTE, Some((step * 10 + late) as f64)))
                .collect();
            plot(&points, Some(10 * MINUTE as u64))
        };
        let aligned = align(&[server(0), server(1), server(3)]);
        let at = aligned.instants.iter().position(|i| *i == (20 * MINUTE) as f64);
        let read = |series| reading(&aligned, series, at.unwrap(), true);
        assert_eq!(
            [read(0), read(1), read(2)],
            [Some(40.0), Some(41.0), Some(33.0)],
            "of 20:00, 21:00 and 18:00"
        );
    }

    #[test]
    fn what_is_missing_counts_neither_as_the_least_nor_in_the_mean() {
        let values = [
            (0, Some(4.0)),
            (1, None),
            (2, Some(-1.0)),
            (3, Some(f64::NAN)),
            (4, Some(3.0)),
        ];
        assert_eq!(extent(&plot(&values, None)), Some([-1.0, 2.0, 4.0]));
        assert_eq!(extent(&plot(&[(0, None)], None)), None);
        let huge = [(0, Some(f64::MAX)), (1, Some(f64::MAX))];
        assert!(extent(&plot(&huge, None)).is_some_and(|[_, mean, _]| mean.is_finite()));
    }

    #[test]
    fn the_last_value_skips_what_is_missing() {
        assert_eq!(last(&plot(&[(0, Some(1.0)), (1, None)], None)), Some(1.0));
        assert!(!has_values(&[plot(&[(0, None)], None)]));
    }
}
