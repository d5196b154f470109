//! What `display:` may say.

use core::fmt;

use porthole_sdk::{Color, Severity, Thresholds};
use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor},
};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    #[serde(default)]
    pub status_mapping: StatusMapping,
    /// For readings; asked where the mapping does not know the status.
    #[serde(default)]
    pub thresholds: Thresholds,
}

/// Statuses in the order of the YAML.
#[derive(Debug, Default)]
pub struct StatusMapping(pub Vec<(String, Mapped)>);

/// The look of one status.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapped {
    pub color: Color,
    pub label: String,
    pub severity: Option<SeverityName>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SeverityName {
    Good,
    Warning,
    Critical,
    Unknown,
}

impl From<SeverityName> for Severity {
    fn from(name: SeverityName) -> Self {
        match name {
            SeverityName::Good => Self::Good,
            SeverityName::Warning => Self::Warning,
            SeverityName::Critical => Self::Critical,
            SeverityName::Unknown => Self::Unknown,
        }
    }
}

impl<'de> Deserialize<'de> for StatusMapping {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs;
        impl<'de> Visitor<'de> for Pairs {
            type Value = Vec<(String, Mapped)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping from each status to its color and label")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(pairs)
            }
        }
        deserializer.deserialize_map(Pairs).map(Self)
    }
}

/// JSON Schema of [`Display`].
pub fn schema() -> String {
    [
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{"#,
        r#""status_mapping":{"type":"object","description":"The look of each status, by number or text","#,
        r#""additionalProperties":{"type":"object","required":["color","label"],"additionalProperties":false,"properties":{"#,
        r##""color":{"type":"string","description":"As #RGB or #RRGGBB","pattern":"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"},"##,
        r#""label":{"type":"string","description":"What readers see in its place"},"#,
        r#""severity":{"enum":["good","warning","critical","unknown"],"description":"Without it: from the label, else the color, else the order"}}}},"#,
        r#""thresholds":"#,
        Thresholds::SCHEMA,
        r#"}}"#,
    ]
    .concat()
}
