//! The panel type `new_panel`: figures for the template in the panel's YAML.

use porthole_sdk::{
    Call, ColumnRole, Descriptor, Failure, Panel, SeriesRequest, Size, SourceRole, Sources, View, natural_order,
};
use serde::{Deserialize, Serialize};

/// `parameters:` in the panel's YAML.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    /// From this value on a series is said to be high.
    high: f64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self { high: 80.0 }
    }
}

/// What editors complete and check in the YAML.
const PARAMETERS_SCHEMA: &str = r#"{
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "high": {"type": "number", "default": 80, "description": "From this value on a series is said to be high"}
    }
}"#;

/// What the template can use: `{{ hours }}`, `{% for line in lines %}` …
#[derive(Serialize)]
struct Summary {
    hours: f64,
    lines: Vec<Line>,
    /// How many lines are high.
    high: usize,
}

/// One series.
#[derive(Serialize)]
struct Line {
    name: String,
    mean: f64,
    peak: f64,
    high: bool,
}

/// A summary.
pub struct NewPanel;

impl Panel for NewPanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Mean and peak of each series, for a template".into(),
            default_size: Size { width: 4, height: 2 },
            parameters_schema: PARAMETERS_SCHEMA.into(),
            // The YAML says `endpoint: "/api/v1/custom/new-panel"`.
            endpoint: Some("new-panel".into()),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was measured"),
                ColumnRole::required("value", "What was measured"),
                ColumnRole::optional("series_label", "Whose value it is: one line each"),
            ])],
            ..Descriptor::new("new_panel", "New panel", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let parameters: Parameters = call.parameters()?;
        let answer = sources.open("main")?.series(SeriesRequest::default())?;
        let mut lines: Vec<Line> = answer
            .series
            .into_iter()
            .filter_map(|series| line(series.label, &series.values, parameters.high))
            .collect();
        lines.sort_by(|a, b| natural_order(&a.name, &b.name));
        View::document(&Summary {
            hours: tenths((call.range.end - call.range.start) as f64 / 3_600_000.0),
            high: lines.iter().filter(|line| line.high).count(),
            lines,
        })
    }
}

/// None for a series without a known value.
fn line(name: String, values: &[f64], high: f64) -> Option<Line> {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let peak = known.iter().copied().max_by(f64::total_cmp)?;
    Some(Line {
        name,
        mean: tenths(known.iter().sum::<f64>() / known.len() as f64),
        peak: tenths(peak),
        high: peak >= high,
    })
}

fn tenths(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

porthole_sdk::export!(NewPanel);

#[cfg(test)]
mod tests;
