//! A tenant's plugins: what is there, what it may use up, what it has used up, what it said.

use serde::{Deserialize, Serialize};

/// `GET /plugins`: the tenant's own plugins, by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Plugins {
    /// By name.
    pub plugins: Vec<Plugin>,
    /// What is wrong with the tenant's files as far as plugins are concerned, a sentence each: a file in `plugins/` that is
    /// ignored, a `tenant.yaml` that nobody can read.
    #[serde(default)]
    pub notices: Vec<String>,
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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
