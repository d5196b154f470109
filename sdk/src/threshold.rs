//! Thresholds in a panel's YAML.

use serde::{Deserialize, Deserializer, de};

use crate::{Color, Threshold};

/// `thresholds:`, lowest first whatever the order in the YAML. Each entry has `value`, `color` and, if wanted, `label`.
#[derive(Debug, Clone, Default)]
pub struct Thresholds(Vec<Threshold>);

impl Thresholds {
    /// The highest threshold that `value` has reached; none below the first, or without a value.
    pub fn reached(&self, value: f64) -> Option<&Threshold> {
        self.0.iter().rev().find(|threshold| threshold.value <= value)
    }

    /// Lowest first.
    pub fn as_slice(&self) -> &[Threshold] {
        &self.0
    }

    /// Lowest first.
    pub fn into_vec(self) -> Vec<Threshold> {
        self.0
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// JSON Schema of `thresholds:`.
    pub const SCHEMA: &str = r##"{"type":"array","description":"From which value on what is shown has which colour","items":{"type":"object","required":["value","color"],"additionalProperties":false,"properties":{"value":{"type":"number","description":"From this value on"},"color":{"type":"string","description":"As #RGB or #RRGGBB","pattern":"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"},"label":{"type":"string","description":"What it is called"}}}}"##;
}

impl<'de> Deserialize<'de> for Thresholds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Entry {
            value: f64,
            color: Color,
            label: Option<String>,
        }
        let mut thresholds: Vec<Threshold> = Vec::new();
        for entry in Vec::<Entry>::deserialize(deserializer)? {
            if thresholds.iter().any(|known| known.value == entry.value) {
                return Err(de::Error::custom("each threshold needs a value of its own"));
            }
            // Put in its place: there are few, and a sort would be much of a small panel's code.
            let place = thresholds
                .iter()
                .take_while(|known| known.value < entry.value)
                .count();
            let threshold = Threshold {
                value: entry.value,
                color: entry.color.into(),
                label: entry.label,
            };
            thresholds.insert(place, threshold);
        }
        Ok(Self(thresholds))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn three() -> Thresholds {
        serde_json::from_str(
            r##"[{"value":90,"color":"#EF4444","label":"critical"},{"value":0,"color":"#10B981"},{"value":70,"color":"#F59E0B"}]"##,
        )
        .unwrap()
    }

    #[test]
    fn the_highest_threshold_at_or_below_the_value_counts() {
        let thresholds = three();
        let reached = |value| thresholds.reached(value).map(|threshold| threshold.value);
        assert_eq!(reached(69.9), Some(0.0));
        assert_eq!(reached(70.0), Some(70.0));
        assert_eq!(reached(1e9), Some(90.0));
        assert_eq!(reached(-0.1), None);
        assert_eq!(reached(f64::NAN), None);
    }

    #[test]
    fn the_order_in_the_yaml_does_not_matter() {
        assert_eq!(
            three().as_slice().iter().map(|it| it.value).collect::<Vec<_>>(),
            [0.0, 70.0, 90.0]
        );
    }

    #[test]
    fn the_same_value_twice_is_a_mistake() {
        let twice = r##"[{"value":1,"color":"#000000"},{"value":1,"color":"#ffffff"}]"##;
        assert!(serde_json::from_str::<Thresholds>(twice).is_err());
    }

    #[test]
    fn the_schema_is_json() {
        serde_json::from_str::<serde_json::Value>(Thresholds::SCHEMA).unwrap();
    }
}
