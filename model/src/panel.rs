//! A panel's answer.

use serde::{Deserialize, Serialize};

use crate::View;

/// `GET /panels/{id}/data` and `GET /reports/{id}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PanelAnswer {
    /// The panel's id.
    pub panel: String,
    /// `timeseries`, `kpi`, …
    #[serde(rename = "type")]
    pub type_name: String,
    /// The panel's heading.
    pub title: String,
    /// What was asked for; half-open.
    pub range: TimeRange,
    /// None for raw points and for panels without series.
    pub aggregation: Option<Aggregation>,
    /// RFC 3339; when the view was made, not when it was sent.
    pub generated_at: String,
    /// Where the answer came from.
    pub cache: CacheOutcome,
    /// Seconds.
    pub refresh_interval: u32,
    /// What the view does not show of what there is, in sentences; most views show all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// What to show.
    pub view: View,
    /// What making the view cost.
    pub usage: Usage,
}

/// Half-open: `start` is in, `end` is not. RFC 3339, UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeRange {
    /// In.
    pub start: String,
    /// Out.
    pub end: String,
}

/// How points were made of rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aggregation {
    /// Aligned to the Unix epoch, UTC.
    pub bucket_seconds: u32,
    /// `avg`, `min`, `max`, `sum`, `count`, `last`.
    pub function: String,
}

/// Where a view came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CacheOutcome {
    /// Made before, and still good.
    Hit,
    /// Made now, partly from stored buckets.
    Partial,
    /// Made now.
    Miss,
    /// Made before and too old, because it cannot be made now.
    Stale,
}

/// The receipt of one call into a sandbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// The plugin's name.
    pub plugin: String,
    /// The plugin's version.
    pub version: String,
    /// From start to end, microseconds.
    pub wall_us: u64,
    /// Inside the sandbox and not waiting for data, microseconds.
    pub guest_us: u64,
    /// The guest's memories at their largest, bytes.
    pub memory_bytes: u64,
    /// Questions asked of the tenant's database.
    pub queries: u32,
    /// Rows the database answered with.
    pub rows: u64,
    /// Buckets that the database was asked for: not known yet, or not settled.
    pub buckets_computed: u64,
    /// What it could have used up.
    #[serde(default)]
    pub allowed: Allowed,
}

/// What one call may use up.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowed {
    /// From start to end, waiting for data included, microseconds.
    pub wall_us: u64,
    /// Inside the sandbox and not waiting for data, microseconds.
    pub guest_us: u64,
    /// All of the guest's memories together, bytes.
    pub memory_bytes: u64,
    /// Questions to the tenant's database.
    pub queries: u32,
    /// Rows of all answers together.
    pub rows: u64,
}
