//! Dashboards: which panels, where, how large.

use serde::{Deserialize, Serialize};

/// `GET /dashboards`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboards {
    /// `default` first, then by title.
    pub dashboards: Vec<DashboardSummary>,
}

/// One line of the dashboard selector.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DashboardSummary {
    /// The file's name without its ending: `default`.
    pub name: String,
    /// `dashboard.name` of the YAML.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
}

/// `GET /dashboards/{name}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dashboard {
    /// The file's name without its ending: `default`.
    pub name: String,
    /// `dashboard.name` of the YAML.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// Seconds; for panels that name none of their own.
    pub refresh_interval: u32,
    /// Width of the grid; 12 unless the YAML says otherwise.
    pub columns: u8,
    /// The range a reader sees first, as `now-24h`; none: the UI's default.
    pub default_range: Option<String>,
    /// In reading order: by row, then by column.
    pub panels: Vec<PanelPlacement>,
    /// The dashboard's YAML is faulty: what is sound of it is shown, and these are the faults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// The dashboard's YAML, or its tenant's, has become faulty since: what is shown is the last good version, and these are
    /// the faults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outdated: Vec<Diagnostic>,
}

/// A panel's place and what the reader must know before its data comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanelPlacement {
    /// Unique in the tenant.
    pub id: String,
    /// `timeseries`, `kpi`, …
    #[serde(rename = "type")]
    pub type_name: String,
    /// The panel's heading.
    pub title: String,
    /// For the info mark.
    pub description: Option<String>,
    /// In grid units.
    pub position: Position,
    /// Seconds.
    pub refresh_interval: u32,
    /// What a click opens.
    pub drill_down: DrillDown,
    /// The panel's YAML is faulty: asking for its data answers with these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
    /// The panel's YAML has become faulty since: what is shown is the last good version, and these are the faults.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outdated: Vec<Diagnostic>,
}

/// Place in the grid; rows and columns count from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// From 1.
    pub row: u16,
    /// From 1.
    pub col: u8,
    /// In columns.
    pub width: u8,
    /// In rows.
    pub height: u8,
}

/// What opens when a panel is clicked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrillDown {
    /// Whether anything does.
    pub enabled: bool,
    /// The data as a table under the chart.
    pub show_table: bool,
    /// Opens with raw points.
    pub disable_aggregation: bool,
}

/// A fault in a configuration file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Relative to the configuration folder: `tenants/tenant-alpha/panels/cpu_usage.yaml`.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// From 1, in characters.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}
