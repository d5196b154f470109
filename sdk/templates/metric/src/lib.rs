//! The panel type `new_panel`: the value that nearly all values stay below, and whether that is good.

use porthole_sdk::{
    Call, ColumnRole, Descriptor, Failure, Metric, Panel, SeriesRequest, Size, Source, SourceRole, Sources,
    Span, Thresholds, TimeRange, Trend, View,
};
use serde::Deserialize;

/// `display:` in the panel's YAML.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Display {
    /// Behind the number.
    unit: Option<String>,
    /// The share of all values, in percent, that lie below the number.
    percentile: f64,
    /// From which value on it has which colour.
    thresholds: Thresholds,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            unit: None,
            percentile: 95.0,
            thresholds: Thresholds::default(),
        }
    }
}

/// What editors complete and check in the YAML.
fn display_schema() -> String {
    [
        r#"{"type": "object", "additionalProperties": false, "properties": {
            "unit": {"type": "string", "description": "Behind the number"},
            "percentile": {"type": "number", "minimum": 0, "maximum": 100, "default": 95,
                           "description": "The share of all values, in percent, that lie below the number"},
            "thresholds": "#,
        Thresholds::SCHEMA,
        "}}",
    ]
    .concat()
}

/// A percentile.
pub struct NewPanel;

impl Panel for NewPanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "The value that nearly all values stay below".into(),
            default_size: Size { width: 3, height: 1 },
            display_schema: display_schema(),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was measured"),
                ColumnRole::required("value", "What was measured"),
            ])],
            ..Descriptor::new("new_panel", "New panel", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        if !(0.0..=100.0).contains(&display.percentile) {
            return Err(Failure::configuration(
                "display.percentile",
                "a percentile goes from 0 to 100",
            ));
        }
        let source = sources.open("main")?;
        let value = percentile(values(&*source, Span::Panel)?, display.percentile);
        // The same length of time, just before what the reader looks at.
        let length = call.range.end - call.range.start;
        let before = Span::Between(TimeRange {
            start: call.range.start - length,
            end: call.range.start,
        });
        let previous = percentile(values(&*source, before)?, display.percentile);
        Ok(View::Metric(Metric {
            value,
            decimals: Some(1),
            threshold: value.and_then(|value| display.thresholds.reached(value)).cloned(),
            trend: value.zip(previous).map(|(value, previous)| Trend {
                previous,
                change: value - previous,
            }),
            unit: display.unit,
            ..Metric::default()
        }))
    }
}

/// All known values of a stretch of time.
fn values(source: &dyn Source, span: Span) -> Result<Vec<f64>, Failure> {
    let answer = source.series(SeriesRequest {
        span,
        ..SeriesRequest::default()
    })?;
    let values = answer.series.into_iter().flat_map(|series| series.values);
    Ok(values.filter(|value| value.is_finite()).collect())
}

/// The smallest value that at least `percent` of all values do not exceed; none of none.
fn percentile(mut values: Vec<f64>, percent: f64) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let rank = (values.len() as f64 * percent / 100.0).ceil() as usize;
    values.get(rank.max(1) - 1).copied()
}

porthole_sdk::export!(NewPanel);

#[cfg(test)]
mod tests;
