//! What `display:` may say.

use porthole_sdk::Thresholds;
use serde::{Deserialize, Deserializer, de};

use crate::calculation::Calculation;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    pub unit: Option<String>,
    pub decimals: Option<Decimals>,
    #[serde(default)]
    pub calculation: Calculation,
    #[serde(default)]
    pub thresholds: Thresholds,
    /// None: where there is a time column.
    pub sparkline: Option<bool>,
    /// None: where there is a time column.
    pub trend: Option<bool>,
}

/// 0 to 10.
#[derive(Debug, Clone, Copy)]
pub struct Decimals(pub u8);

impl<'de> Deserialize<'de> for Decimals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match i64::deserialize(deserializer)? {
            decimals @ 0..=10 => Ok(Self(decimals as u8)),
            _ => Err(de::Error::custom("expected 0 to 10 decimals")),
        }
    }
}

/// JSON Schema of [`Display`].
pub fn schema() -> String {
    [
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{"#,
        r#""unit":{"type":"string","description":"Behind the number"},"#,
        r#""decimals":{"type":"integer","minimum":0,"maximum":10,"description":"Digits behind the point; without it: as many as the number needs"},"#,
        r#""calculation":{"enum":["newest","average","minimum","maximum","sum","count"],"default":"newest","description":"Which number of the range is shown; all but the newest need the role timestamp"},"#,
        r#""thresholds":"#,
        Thresholds::SCHEMA,
        r#","sparkline":{"type":"boolean","description":"Draw the value's course; needs the role timestamp, and is then the default"},"#,
        r#""trend":{"type":"boolean","description":"Compare with the previous equal period; needs the role timestamp, and is then the default"}}}"#,
    ]
    .concat()
}
