//! What `parameters:` may say.

use serde::Deserialize;

use crate::day::DAY;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    #[serde(default)]
    pub day: Which,
    /// How many servers and services are listed.
    #[serde(default = "three")]
    pub top: u8,
}

/// Which day, in UTC.
#[derive(Debug, Default, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Which {
    /// The last one that is over.
    #[default]
    Yesterday,
    /// The one that is not.
    Today,
}

impl Which {
    /// The day's number since the Unix epoch; `now` is in milliseconds.
    pub fn of(self, now: i64) -> i64 {
        match self {
            Self::Yesterday => now.div_euclid(DAY) - 1,
            Self::Today => now.div_euclid(DAY),
        }
    }
}

fn three() -> u8 {
    3
}

/// JSON Schema of [`Parameters`].
pub const SCHEMA: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{
"day":{"enum":["yesterday","today"],"default":"yesterday","description":"Which day, in UTC"},
"top":{"type":"integer","minimum":0,"maximum":255,"default":3,"description":"How many servers and services are listed"}}}"#;
