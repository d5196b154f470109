//! What stands for "nothing special" in each of the contract's records.

use crate::{
    Axis, Call, Chart, ColumnInfo, ColumnRole, Descriptor, Metric, Paging, Resolution, RowsRequest,
    SeriesRequest, Size, SourceRole, Span, TimeRange,
};

impl Default for SeriesRequest {
    /// The panel's own range and bucket ladder, all series, the configured function.
    fn default() -> Self {
        Self {
            span: Span::Panel,
            resolution: Resolution::Automatic,
            aggregate: None,
            labels: Vec::new(),
        }
    }
}

impl Default for RowsRequest {
    /// The first 100 rows of the panel's own range in the configured order, not counted.
    fn default() -> Self {
        Self {
            span: Span::Panel,
            sort: Vec::new(),
            filters: Vec::new(),
            latest_per: None,
            offset: 0,
            limit: 100,
            count: false,
        }
    }
}

impl Descriptor {
    /// A descriptor to complete with `..`: half the grid wide, two rows high, no source, any `display:` and
    /// `parameters:`. `type_name` is what the YAML says under `type:`; `version` is mostly `env!("CARGO_PKG_VERSION")`.
    pub fn new(type_name: &str, title: &str, version: &str) -> Self {
        Self {
            type_name: type_name.into(),
            version: version.into(),
            title: title.into(),
            description: String::new(),
            default_size: Size { width: 6, height: 2 },
            display_schema: String::new(),
            parameters_schema: String::new(),
            sources: Vec::new(),
            endpoint: None,
        }
    }
}

impl SourceRole {
    /// The source under `data_source:`, required, with exactly these columns.
    pub fn main(roles: impl IntoIterator<Item = ColumnRole>) -> Self {
        Self {
            name: "main".into(),
            required: true,
            roles: roles.into_iter().collect(),
            free_columns: false,
        }
    }
}

impl ColumnRole {
    /// A column that the YAML has to map.
    pub fn required(name: &str, description: &str) -> Self {
        Self {
            name: name.into(),
            required: true,
            description: description.into(),
        }
    }

    /// A column that the YAML may map.
    pub fn optional(name: &str, description: &str) -> Self {
        Self {
            name: name.into(),
            required: false,
            description: description.into(),
        }
    }
}

impl ColumnInfo {
    /// A column without title and format.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            title: None,
            format: None,
        }
    }
}

impl Default for Paging {
    /// The first page, everything else as the panel has it.
    fn default() -> Self {
        Self {
            page: 1,
            page_size: None,
            sort: Vec::new(),
            filters: Vec::new(),
        }
    }
}

impl Call {
    /// A call for this range with nothing configured and no wishes; `now` is the range's end.
    pub fn new(range: TimeRange) -> Self {
        Self {
            panel_id: "panel".into(),
            display: "{}".into(),
            parameters: "{}".into(),
            now: range.end,
            range,
            time_zone: "UTC".into(),
            raw: false,
            labels: Vec::new(),
            max_points: None,
            surface: None,
            paging: Paging::default(),
        }
    }
}

impl Default for Axis {
    /// No words, bounds as the data needs.
    fn default() -> Self {
        Self {
            label: None,
            unit: None,
            minimum: None,
            maximum: None,
        }
    }
}

impl Default for Chart {
    /// Without plots.
    fn default() -> Self {
        Self {
            plots: Vec::new(),
            y_axis: Axis::default(),
            thresholds: Vec::new(),
            stacked: false,
        }
    }
}

impl Default for Metric {
    /// Without a value.
    fn default() -> Self {
        Self {
            value: None,
            unit: None,
            decimals: None,
            threshold: None,
            trend: None,
            sparkline: None,
            measured_at: None,
        }
    }
}
