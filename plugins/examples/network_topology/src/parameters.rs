//! What `parameters:` may say.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Whether nodes that are offline are drawn, and the lines to them.
    #[serde(default = "yes")]
    pub include_offline: bool,
    /// From this load on, percent, a line is drawn as busy.
    #[serde(default = "eighty")]
    pub busy_percent: f64,
}

fn yes() -> bool {
    true
}

fn eighty() -> f64 {
    80.0
}

/// JSON Schema of [`Parameters`].
pub const SCHEMA: &str = r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{
"include_offline":{"type":"boolean","default":true,"description":"Whether nodes that are offline are drawn"},
"busy_percent":{"type":"number","default":80,"description":"From this load on a line is drawn as busy"}}}"#;
