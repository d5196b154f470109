//! The panel type `new_panel`: the hours of each day as coloured fields.

mod png;

use std::collections::BTreeMap;

use porthole_sdk::{
    Aggregate, Call, Color, ColumnRole, Descriptor, Failure, Panel, Resolution, SeriesRequest, Size, SourceRole,
    Sources, View,
};
use serde::Deserialize;

use png::Picture;

const HOUR: i64 = 3_600_000;
const HOURS: i64 = 24;
/// Rows beyond these would be too thin to see.
const MOST_DAYS: i64 = 62;
/// The most pixels in each direction.
const MOST_PIXELS: u32 = 1_600;

/// Places in the palette: two fixed ones, then the shades from low to high.
const GROUND: u8 = 0;
const MISSING: u8 = 1;
const FIRST_SHADE: u8 = 2;
const SHADES: u8 = 64;

/// `parameters:` in the panel's YAML.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Parameters {
    /// The colour of the highest mean.
    color: Option<Color>,
    /// Behind each number.
    unit: String,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            color: Color::parse("#2563EB"),
            unit: String::new(),
        }
    }
}

/// What editors complete and check in the YAML.
const PARAMETERS_SCHEMA: &str = r##"{
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "color": {"type": "string", "pattern": "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$", "default": "#2563EB",
                  "description": "The colour of the highest mean"},
        "unit": {"type": "string", "default": "", "description": "Behind each number"}
    }
}"##;

/// A heat map of hours and days.
pub struct NewPanel;

impl Panel for NewPanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "The mean of each hour, a row of fields for each day (UTC)".into(),
            default_size: Size { width: 6, height: 2 },
            parameters_schema: PARAMETERS_SCHEMA.into(),
            // The YAML says `endpoint: "/api/v1/custom/new-panel"`.
            endpoint: Some("new-panel".into()),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was measured"),
                ColumnRole::required("value", "What was measured"),
            ])],
            ..Descriptor::new("new_panel", "New panel", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let parameters: Parameters = call.parameters()?;
        let answer = sources.open("main")?.series(SeriesRequest {
            resolution: Resolution::Seconds(3_600),
            aggregate: Some(Aggregate::Average),
            ..SeriesRequest::default()
        })?;
        let mut hours = BTreeMap::new();
        for series in &answer.series {
            for (instant, value) in series.instants.iter().zip(&series.values) {
                if value.is_finite() {
                    hours.insert(instant.div_euclid(HOUR), *value);
                }
            }
        }
        let last = (call.range.end - 1).div_euclid(HOUR * HOURS);
        let first = call.range.start.div_euclid(HOUR * HOURS).max(last - MOST_DAYS + 1);
        let low = hours.values().copied().min_by(f64::total_cmp).unwrap_or(0.0);
        let high = hours.values().copied().max_by(f64::total_cmp).unwrap_or(0.0);

        let surface = call.surface_or(640, 240);
        let mut picture = Picture::new(
            surface.width.clamp(HOURS as u32 * 4, MOST_PIXELS),
            surface.height.clamp((last - first + 1) as u32 * 4, MOST_PIXELS),
            palette(parameters.color, surface.dark),
        );
        let (columns, rows) = (HOURS as u32, (last - first + 1) as u32);
        for row in 0..rows {
            for column in 0..columns {
                let hour = (first + i64::from(row)) * HOURS + i64::from(column);
                let shade = match hours.get(&hour) {
                    None => MISSING,
                    Some(value) if high > low => {
                        FIRST_SHADE + ((value - low) / (high - low) * f64::from(SHADES - 1)) as u8
                    }
                    Some(_) => FIRST_SHADE + SHADES / 2,
                };
                // From edge to edge, with a pixel of ground between two fields.
                let (left, top) = (column * picture.width / columns, row * picture.height / rows);
                let right = (column + 1) * picture.width / columns - 1;
                let bottom = (row + 1) * picture.height / rows - 1;
                picture.fill(left..right, top..bottom, shade);
            }
        }
        let alternative = if hours.is_empty() {
            "No measurements".to_owned()
        } else {
            format!(
                "Means of {} hours, from {low:.1}{unit} to {high:.1}{unit}",
                hours.len(),
                unit = parameters.unit
            )
        };
        Ok(View::png(picture.encode(), alternative))
    }
}

/// Ground, missing, and the shades from near the ground to the colour itself.
fn palette(color: Option<Color>, dark: bool) -> Vec<[u8; 3]> {
    let (ground, missing, low) = if dark {
        ([17, 24, 39], [31, 41, 55], [30, 41, 70])
    } else {
        ([255, 255, 255], [243, 244, 246], [224, 231, 255])
    };
    let high = color.map_or([37, 99, 235], |color| color.channels());
    let mut palette = vec![ground, missing];
    for shade in 0..u32::from(SHADES) {
        let most = u32::from(SHADES) - 1;
        let mix = |from: u8, to: u8| ((u32::from(from) * (most - shade) + u32::from(to) * shade) / most) as u8;
        palette.push([mix(low[0], high[0]), mix(low[1], high[1]), mix(low[2], high[2])]);
    }
    debug_assert_eq!(palette[usize::from(GROUND)], ground);
    palette
}

porthole_sdk::export!(NewPanel);

#[cfg(test)]
mod tests;
