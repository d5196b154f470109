//! What `display:` may say.

use std::collections::BTreeMap;

use porthole_sdk::{Color, Thresholds};
use serde::{Deserialize, Deserializer, de};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    pub y_axis_label: Option<String>,
    #[serde(default)]
    pub y_axis_range: AxisRange,
    pub unit: Option<String>,
    pub line_color: Option<Color>,
    /// By label.
    #[serde(default)]
    pub colors: BTreeMap<String, Color>,
    #[serde(default)]
    pub fill_area: bool,
    #[serde(default)]
    pub thresholds: Thresholds,
    pub mark: Option<MarkName>,
    #[serde(default)]
    pub stacked: bool,
    #[serde(default)]
    pub connect_gaps: bool,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarkName {
    Line,
    Area,
    Bar,
    Point,
}

/// `[minimum, maximum]`; null in either place: as the data needs.
#[derive(Debug, Clone, Copy, Default)]
pub struct AxisRange {
    pub minimum: Option<f64>,
    pub maximum: Option<f64>,
}

impl<'de> Deserialize<'de> for AxisRange {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let bounds = Vec::<Option<f64>>::deserialize(deserializer)?;
        let [minimum, maximum] = bounds[..] else {
            return Err(de::Error::custom("expected two numbers, as [0, 100]"));
        };
        match (minimum, maximum) {
            (Some(minimum), Some(maximum)) if minimum >= maximum => Err(de::Error::custom(
                "the first number, the minimum, must be less than the second, the maximum",
            )),
            _ => Ok(Self { minimum, maximum }),
        }
    }
}

/// JSON Schema of [`Display`].
pub fn schema() -> String {
    let color = r##"{"type":"string","description":"As #RGB or #RRGGBB","pattern":"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"}"##;
    [
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{"#,
        r#""y_axis_label":{"type":"string","description":"What is measured"},"#,
        r#""y_axis_range":{"type":"array","minItems":2,"maxItems":2,"items":{"type":["number","null"]},"description":"[minimum, maximum]; null: as the data needs"},"#,
        r#""unit":{"type":"string","description":"Behind each number"},"#,
        r##""line_color":{"type":"string","description":"Of the line, where there is one series; as #RGB or #RRGGBB","pattern":"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"},"##,
        r#""colors":{"type":"object","description":"Colour by series label","additionalProperties":"#,
        color,
        r#"},"fill_area":{"type":"boolean","description":"Fill lines down to the axis"},"#,
        r#""thresholds":"#,
        Thresholds::SCHEMA,
        r#","mark":{"enum":["line","area","bar","point"],"description":"How a series is drawn; without it: a line, or an area with fill_area"},"#,
        r#""stacked":{"type":"boolean","description":"Stack the series on each other"},"#,
        r#""connect_gaps":{"type":"boolean","description":"Draw a line across times without data"}}}"#,
    ]
    .concat()
}
