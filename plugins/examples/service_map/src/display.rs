//! What `display:` may say.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    /// From this share of failed calls on, percent, a line is a warning.
    #[serde(default = "two")]
    pub warning_percent: f64,
    /// From this share on it is an alarm.
    #[serde(default = "twenty")]
    pub critical_percent: f64,
}

fn two() -> f64 {
    2.0
}

fn twenty() -> f64 {
    20.0
}

/// JSON Schema of [`Display`].
pub const SCHEMA: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{
"warning_percent":{"type":"number","default":2,"description":"From this share of failed calls on a line is a warning"},
"critical_percent":{"type":"number","default":20,"description":"From this share on it is an alarm"}}}"#;
