//! A tenant's plugins: what is there, what it may use up, what it has used up, what it said.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

use crate::reading::tagged;

/// `GET /plugins`: the tenant's own plugins, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plugins {
    /// By name.
    pub plugins: Vec<Plugin>,
}

/// `GET /plugins/{name}`: one of the tenant's own plugins.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plugin {
    /// What `type:` in a panel's YAML says; for a file that cannot be loaded, its name without the ending.
    pub name: String,
    /// For people; empty for what cannot be loaded.
    pub title: String,
    /// For people.
    pub description: String,
    /// The last part of `/api/v1/custom/{endpoint}`, if it has one.
    pub endpoint: Option<String>,
    /// Where it comes from.
    pub source: PluginSource,
    /// How it is doing.
    pub state: PluginState,
    /// The version that answers; empty when none does.
    pub version: String,
    /// Of that version's bytes, hexadecimal.
    pub sha256: String,
    /// Of that version, bytes.
    pub size_bytes: u64,
    /// The key that signed that version, if it is signed with one of the tenant's keys.
    pub signed_by: Option<String>,
    /// All published versions, newest first; empty for a file of the tenant's folder.
    pub versions: Vec<PluginVersion>,
    /// What one call may use up.
    pub limits: Vec<PluginLimit>,
    /// What its calls have used up since the host started.
    pub totals: PluginTotals,
    /// The newest failures, newest first.
    pub failures: Vec<PluginFailure>,
}

/// Where a plugin comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PluginSource {
    /// A file in the tenant's folder `plugins/`.
    Folder,
    /// Published over the API or the command line.
    Published,
}

/// How a plugin is doing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum PluginState {
    /// It answers.
    Active,
    /// Published, and no version is active.
    Inactive,
    /// It is being compiled.
    Compiling,
    /// It failed several times in a row and is left alone for a while.
    Resting {
        /// Why: the last failure.
        reason: String,
        /// When it is tried again; RFC 3339.
        until: String,
    },
    /// It cannot be used.
    Refused {
        /// Why, and what to do.
        reason: String,
    },
}

/// As for [`View`](crate::View): what the derived code does, with less of it.
impl<'de> Deserialize<'de> for PluginState {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const STATES: &[&str] = &["active", "inactive", "compiling", "resting", "refused"];
        let (name, mut value) = tagged(deserializer, "is")?;
        let mut text = |field: &'static str| match value.get_mut(field).map(Value::take) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(D::Error::missing_field(field)),
        };
        Ok(match name.as_str() {
            "active" => Self::Active,
            "inactive" => Self::Inactive,
            "compiling" => Self::Compiling,
            "resting" => Self::Resting {
                reason: text("reason")?,
                until: text("until")?,
            },
            "refused" => Self::Refused {
                reason: text("reason")?,
            },
            other => return Err(D::Error::unknown_variant(other, STATES)),
        })
    }
}

/// One published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginVersion {
    /// Semantic version.
    pub version: String,
    /// Of its bytes, hexadecimal.
    pub sha256: String,
    /// Bytes.
    pub size_bytes: u64,
    /// RFC 3339.
    pub published_at: String,
    /// Email; none: the command line.
    pub published_by: Option<String>,
    /// The key that signed it, if it came with a signature.
    pub signed_by: Option<String>,
    /// Whether this version answers.
    pub active: bool,
}

/// One limit of a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginLimit {
    /// `cpu`, `memory`, …: as under `limits:` in `tenant.yaml`.
    pub name: String,
    /// With its unit: `500 ms`.
    pub value: String,
}

/// Sums over all calls since the host started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginTotals {
    /// Calls, failed ones counted.
    pub calls: u64,
    /// Calls that gave no view.
    pub failures: u64,
    /// Inside the sandbox, microseconds.
    pub guest_us: u64,
    /// From start to end, microseconds.
    pub wall_us: u64,
    /// The largest memory of any call, bytes.
    pub memory_peak_bytes: u64,
    /// Questions to the tenant's database.
    pub queries: u64,
    /// Rows read.
    pub rows: u64,
}

/// A call that gave no view.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginFailure {
    /// RFC 3339.
    pub at: String,
    /// The panel it was called for.
    pub panel: String,
    /// The version that was called.
    pub version: String,
    /// A sentence.
    pub message: String,
}

/// `GET /plugins/{name}/logs`: what a plugin wrote, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginLog {
    /// Oldest first.
    pub lines: Vec<PluginLogLine>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginLogLine {
    /// RFC 3339; when the call ended.
    pub at: String,
    /// `debug`, `info`, `warn`, `error`.
    pub level: String,
    /// The panel it was called for.
    pub panel: String,
    /// The version that wrote it.
    pub version: String,
    /// What it wrote.
    pub message: String,
}

/// `POST /plugins`: what was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PluginPublished {
    /// What `type:` in a panel's YAML says.
    pub name: String,
    /// Semantic version.
    pub version: String,
    /// Of the bytes, hexadecimal.
    pub sha256: String,
    /// The last part of `/api/v1/custom/{endpoint}`, if it has one.
    pub endpoint: Option<String>,
    /// The key that signed it, if it is signed with one of the tenant's keys.
    pub signed_by: Option<String>,
    /// Whether this version answers from now on.
    pub active: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn states_that_are_written_are_read_again() {
        let states = [
            PluginState::Active,
            PluginState::Inactive,
            PluginState::Compiling,
            PluginState::Resting {
                reason: "cpu 500 ms".to_owned(),
                until: "2026-01-01T00:00:00Z".to_owned(),
            },
            PluginState::Refused {
                reason: "it is signed by nobody".to_owned(),
            },
        ];
        for state in states {
            let text = serde_json::to_string(&state).unwrap();
            assert_eq!(
                serde_json::from_str::<PluginState>(&text).unwrap(),
                state,
                "{text}"
            );
            assert_eq!(crate::read::<PluginState>(&text).unwrap(), state, "{text}");
        }
    }

    #[test]
    fn an_unknown_or_half_told_state_is_refused() {
        for text in [
            r#"{"is":"asleep"}"#,
            r#"{"is":"resting","reason":"x"}"#,
            r#"{"is":"refused","reason":1}"#,
            "{}",
        ] {
            assert!(serde_json::from_str::<PluginState>(text).is_err(), "{text}");
        }
    }
}
