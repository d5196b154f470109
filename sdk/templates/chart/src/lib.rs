//! The panel type `new_panel`: each series, and how it runs when its short ups and downs are taken out.

use porthole_sdk::{
    Axis, Call, Chart, ColumnRole, Descriptor, Failure, Mark, Panel, Plot, Series, SeriesRequest, Size,
    SourceRole, Sources, View,
};
use serde::Deserialize;

/// `display:` in the panel's YAML.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Display {
    /// Behind each number.
    unit: Option<String>,
    /// How many points one point of the smooth line is the mean of.
    points: usize,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            unit: None,
            points: 12,
        }
    }
}

/// What editors complete and check in the YAML.
const DISPLAY_SCHEMA: &str = r#"{
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "unit": {"type": "string", "description": "Behind each number"},
        "points": {"type": "integer", "minimum": 2, "default": 12,
                   "description": "How many points one point of the smooth line is the mean of"}
    }
}"#;

/// Series with their moving means.
pub struct NewPanel;

impl Panel for NewPanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Values over time with their moving mean".into(),
            default_size: Size { width: 6, height: 2 },
            display_schema: DISPLAY_SCHEMA.into(),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was measured"),
                ColumnRole::required("value", "What was measured"),
                ColumnRole::optional("series_label", "Whose value it is: one line each"),
            ])],
            ..Descriptor::new("new_panel", "New panel", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        if display.points < 2 {
            return Err(Failure::configuration(
                "display.points",
                "a mean needs at least 2 points",
            ));
        }
        let answer = sources.open("main")?.series(SeriesRequest {
            // The reader may have picked some of the lines.
            labels: call.labels.clone(),
            ..SeriesRequest::default()
        })?;
        let mut plots = Vec::new();
        for series in answer.series {
            let join_within = longest_joined(&series);
            for (series, mark) in [
                (moving_mean(&series, display.points), Mark::Line),
                (series, Mark::Area),
            ] {
                plots.push(Plot {
                    series,
                    mark,
                    color: None,
                    join_within,
                });
            }
        }
        Ok(View::Chart(Chart {
            plots,
            y_axis: Axis {
                unit: display.unit,
                ..Axis::default()
            },
            ..Chart::default()
        }))
    }
}

/// At each point the mean of the last `length` points; missing values (NaN) do not count.
fn moving_mean(series: &Series, length: usize) -> Series {
    let values = (1..=series.values.len()).map(|end| {
        let window = &series.values[end.saturating_sub(length)..end];
        let known: Vec<f64> = window.iter().copied().filter(|value| !value.is_nan()).collect();
        known.iter().sum::<f64>() / known.len() as f64
    });
    Series {
        label: format!("{} (mean)", series.label),
        instants: series.instants.clone(),
        values: values.collect(),
    }
}

/// Three times the usual distance of two points, milliseconds: over a longer gap no line is drawn, for nothing was
/// measured there. None where there are too few points to know what is usual.
fn longest_joined(series: &Series) -> Option<u64> {
    let pairs = series.instants.windows(2);
    let mut distances: Vec<u64> = pairs.map(|pair| pair[0].abs_diff(pair[1])).collect();
    distances.sort_unstable();
    distances.get(distances.len() / 2).map(|usual| usual * 3)
}

porthole_sdk::export!(NewPanel);

#[cfg(test)]
mod tests;
