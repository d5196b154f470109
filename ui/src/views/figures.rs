//! How the values of one chart are written: all in one unit and with the same decimals, so that they are compared at a glance.

use porthole_model::Chart;

use crate::{number, unit};

/// Of the largest value; what is smaller is what arithmetic leaves of nothing. Doubles have some sixteen digits, and sums of
/// many values lose a few.
const REST: f64 = 1e-12;

/// The unit and the decimals.
pub(super) struct Figures {
    /// The unit that they are shown in, and the one that they came in.
    units: [Option<String>; 2],
    /// What they were divided by.
    by: f64,
    decimals: u8,
    least: f64,
}

impl Figures {
    /// Puts a chart in the larger unit that values so large are read in, all of them in the same.
    pub fn scaling(chart: &mut Chart) -> Self {
        let largest = values(chart).fold(0.0_f64, |largest, value| largest.max(value.abs()));
        let own = chart.y_axis.unit.clone();
        let mut by = 1.0;
        if let Some((found, unit)) = unit::scale(own.as_deref(), largest) {
            by = found;
            divide(chart, by);
            chart.y_axis.unit = Some(unit);
        }
        Self {
            units: [chart.y_axis.unit.clone(), own],
            by,
            decimals: number::shared_decimals(values(chart)),
            least: largest / by * REST,
        }
    }

    /// One of the chart's values, as all of them; one that is too small for that in the unit and with the digits that it needs,
    /// for `0.0 GB` would say that there is nothing.
    pub fn written(&self, value: f64) -> String {
        let [shown, own] = &self.units;
        let text = number::rounded(value, self.decimals);
        if number::is_nothing(&text) && value.abs() > self.least {
            let (number, unit) = unit::written(restored(value, self.by), own.as_deref(), None);
            return number::with_unit(&number, Some(&unit));
        }
        number::with_unit(&text, shown.as_deref())
    }
}

/// A value before it was divided: whole where it was.
fn restored(value: f64, by: f64) -> f64 {
    let restored = value * by;
    let whole = restored.round();
    match (restored - whole).abs() <= whole.abs() * REST {
        true => whole,
        false => restored,
    }
}

fn values(chart: &Chart) -> impl Iterator<Item = f64> {
    chart
        .series
        .iter()
        .flat_map(|plot| plot.values.iter().copied().flatten())
}

fn divide(chart: &mut Chart, by: f64) {
    let values = chart.series.iter_mut().flat_map(|plot| &mut plot.values);
    let edges = [&mut chart.y_axis.minimum, &mut chart.y_axis.maximum];
    for value in values.chain(edges).flatten() {
        *value /= by;
    }
    for threshold in &mut chart.thresholds {
        threshold.value /= by;
    }
}

#[cfg(test)]
mod tests {
    use porthole_model::{Axis, Mark, Plot, Threshold};

    use super::*;

    fn chart(unit: &str, values: &[f64]) -> Chart {
        Chart {
            series: vec![Plot {
                label: "disk".to_owned(),
                instants: (0..values.len() as i64).collect(),
                values: values.iter().copied().map(Some).collect(),
                color: None,
                mark: Mark::Line,
                join_within: None,
            }],
            y_axis: Axis {
                unit: Some(unit.to_owned()),
                maximum: Some(2e10),
                ..Axis::default()
            },
            thresholds: vec![Threshold {
                value: 1.5e10,
                color: "#ef4444".to_owned(),
                label: None,
            }],
            ..Chart::default()
        }
    }

    #[test]
    fn a_chart_of_large_values_is_in_a_larger_unit_with_all_that_is_on_it() {
        let mut disk = chart("B", &[17_179_869_184.0, 6e8]);
        let figures = Figures::scaling(&mut disk);
        assert_eq!(disk.y_axis.unit.as_deref(), Some("GB"));
        assert_eq!(disk.y_axis.maximum, Some(20.0));
        assert_eq!(disk.thresholds[0].value, 15.0);
        assert_eq!(disk.series[0].values[1], Some(0.6));
        assert_eq!(figures.written(17.179), "17.2\u{a0}GB");
        assert_eq!(figures.written(0.6), "0.6\u{a0}GB");
    }

    #[test]
    fn a_small_value_beside_large_ones_is_written_in_its_own_unit_and_never_as_nothing() {
        let raw = [17_179_869_184.0, 12_000.0, 7.0, 0.0];
        let mut disk = chart("B", &raw);
        let figures = Figures::scaling(&mut disk);
        let written: Vec<String> = values(&disk).map(|value| figures.written(value)).collect();
        assert_eq!(written, ["17.2\u{a0}GB", "12\u{a0}kB", "7\u{a0}B", "0.0\u{a0}GB"]);
        assert_eq!(figures.written(1e-15), "0.0\u{a0}GB", "a rest of arithmetic");

        let mut share = chart("%", &[81.4, 0.0021]);
        let figures = Figures::scaling(&mut share);
        assert_eq!(figures.written(81.4), "81.4\u{a0}%");
        assert_eq!(figures.written(0.0021), "0.0021\u{a0}%");
    }
}
