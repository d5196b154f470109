//! Charts and metrics: series whose columns agree and whose time runs forward.

use std::collections::HashSet;

use porthole_model as model;
use porthole_sandbox::bindings as guest;

use super::{
    Cuts, MAX_PARTS, MAX_POINTS, Refusal, at_most, number, text::color, text::optional_label,
    text::shortened, threshold,
};

/// A chart: of its series the first that can be shown.
pub fn chart(mut chart: guest::Chart, cuts: &mut Cuts) -> Result<model::Chart, Refusal> {
    cuts.series += chart.plots.len().saturating_sub(MAX_PARTS) as u64;
    chart.plots.truncate(MAX_PARTS);
    at_most(chart.thresholds.len(), MAX_PARTS, "thresholds")?;
    at_most(
        chart.plots.iter().map(|plot| plot.series.instants.len()).sum(),
        MAX_POINTS,
        "points",
    )?;
    let mut seen = HashSet::new();
    let mut series = Vec::with_capacity(chart.plots.len());
    for plot in chart.plots {
        let name = shortened(plot.series.label, cuts);
        if !seen.insert(name.clone()) {
            return Err(format!("two series are both called `{name}`"));
        }
        let (instants, values) = points(plot.series.instants, plot.series.values, &name)?;
        series.push(model::Plot {
            label: name,
            instants,
            values,
            color: plot.color.as_deref().map(color).transpose()?,
            mark: match plot.mark {
                guest::Mark::Line => model::Mark::Line,
                guest::Mark::Area => model::Mark::Area,
                guest::Mark::Bar => model::Mark::Bar,
                guest::Mark::Point => model::Mark::Point,
            },
            join_within: plot.join_within,
        });
    }
    Ok(model::Chart {
        series,
        y_axis: axis(chart.y_axis)?,
        thresholds: chart
            .thresholds
            .into_iter()
            .map(threshold)
            .collect::<Result<_, _>>()?,
        stacked: chart.stacked,
    })
}

/// A metric.
pub fn metric(metric: guest::Metric) -> Result<model::Metric, Refusal> {
    Ok(model::Metric {
        value: metric.value.and_then(number),
        unit: optional_label(metric.unit, "the unit")?,
        decimals: metric.decimals.map(|decimals| decimals.min(12)),
        threshold: metric.threshold.map(threshold).transpose()?,
        trend: metric.trend.and_then(|trend| {
            Some(model::Trend {
                previous: number(trend.previous)?,
                change: number(trend.change)?,
            })
        }),
        sparkline: metric
            .sparkline
            .map(|series| {
                at_most(series.instants.len(), MAX_POINTS, "points")?;
                points(series.instants, series.values, "sparkline")
            })
            .transpose()?
            .map(|(instants, values)| model::Sparkline { instants, values }),
        measured_at: metric.measured_at,
    })
}

fn axis(axis: guest::Axis) -> Result<model::Axis, Refusal> {
    let (minimum, maximum) = (axis.minimum.and_then(number), axis.maximum.and_then(number));
    if let (Some(low), Some(high)) = (minimum, maximum)
        && low >= high
    {
        return Err(format!("the axis ends ({high}) before it begins ({low})"));
    }
    Ok(model::Axis {
        label: optional_label(axis.label, "the axis' label")?,
        unit: optional_label(axis.unit, "the axis' unit")?,
        minimum,
        maximum,
    })
}

type Points = (Vec<i64>, Vec<Option<f64>>);

fn points(instants: Vec<i64>, values: Vec<f64>, name: &str) -> Result<Points, Refusal> {
    if instants.len() != values.len() {
        return Err(format!(
            "series `{name}` has {} instants and {} values",
            instants.len(),
            values.len()
        ));
    }
    if let Some(at) = instants.windows(2).position(|pair| pair[0] > pair[1]) {
        return Err(format!(
            "series `{name}` runs backwards in time at point {}",
            at + 1
        ));
    }
    Ok((instants, values.into_iter().map(number).collect()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn plot(label: &str, instants: Vec<i64>, values: Vec<f64>) -> guest::Plot {
        guest::Plot {
            series: guest::Series {
                label: label.into(),
                instants,
                values,
            },
            color: None,
            mark: guest::Mark::Line,
            join_within: None,
        }
    }

    fn chart_of(plots: Vec<guest::Plot>) -> guest::Chart {
        let y_axis = guest::Axis {
            label: None,
            unit: None,
            minimum: None,
            maximum: None,
        };
        guest::Chart {
            plots,
            y_axis,
            thresholds: vec![],
            stacked: false,
        }
    }

    fn looked_at(view: guest::Chart) -> Result<model::Chart, Refusal> {
        chart(view, &mut Cuts::default())
    }

    #[test]
    fn of_too_many_series_the_first_are_shown_and_the_others_counted() {
        let plots = (0..MAX_PARTS + 7).map(|number| plot(&number.to_string(), vec![1], vec![1.0]));
        let mut cuts = Cuts::default();
        let checked = chart(chart_of(plots.collect()), &mut cuts).unwrap();
        assert_eq!((checked.series.len(), cuts.series), (MAX_PARTS, 7));
        assert_eq!(checked.series[MAX_PARTS - 1].label, (MAX_PARTS - 1).to_string());
    }

    #[test]
    fn numbers_that_json_cannot_say_become_null() {
        let checked = looked_at(chart_of(vec![plot(
            "a",
            vec![1, 2, 3],
            vec![f64::NAN, f64::INFINITY, 0.5],
        )]))
        .unwrap();
        assert_eq!(checked.series[0].values, vec![None, None, Some(0.5)]);
    }

    #[test]
    fn refuses_lengths_that_disagree_and_time_that_runs_backwards() {
        assert!(
            looked_at(chart_of(vec![plot("a", vec![1, 2], vec![1.0])]))
                .unwrap_err()
                .contains("2 instants")
        );
        assert!(
            looked_at(chart_of(vec![plot("a", vec![2, 1], vec![1.0, 2.0])]))
                .unwrap_err()
                .contains("backwards")
        );
    }

    #[test]
    fn refuses_two_series_of_one_name() {
        let twice = chart_of(vec![plot("a", vec![], vec![]), plot("a", vec![], vec![])]);
        assert!(looked_at(twice).unwrap_err().contains("both called `a`"));
    }

    #[test]
    fn refuses_an_axis_that_ends_before_it_begins() {
        let mut backwards = chart_of(vec![]);
        backwards.y_axis.minimum = Some(100.0);
        backwards.y_axis.maximum = Some(0.0);
        assert!(looked_at(backwards).is_err());
    }
}
