//! Views: what a panel shows. `kind` tells them apart.

use serde::{Deserialize, Deserializer, Serialize, de::Error};
use serde_json::Value;

/// A checked view: everything a guest said has been bounded, and nothing in it can run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum View {
    /// Values over time.
    Chart(Chart),
    /// One number.
    Metric(Metric),
    /// A list of things and how they are.
    Statuses(Statuses),
    /// Rows and columns.
    Table(Table),
    /// A picture.
    Image(Image),
    /// Harmless HTML.
    Markup(Markup),
}

/// Reads `kind` from a JSON value and then the rest: what the derived code does, without a second set of readers for
/// every type below, which the UI's weight feels.
impl<'de> Deserialize<'de> for View {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const KINDS: &[&str] = &["chart", "metric", "statuses", "table", "image", "markup"];
        let (kind, value) = tagged(deserializer, "kind")?;
        let view = match kind.as_str() {
            "chart" => Chart::deserialize(value).map(Self::Chart),
            "metric" => Metric::deserialize(value).map(Self::Metric),
            "statuses" => Statuses::deserialize(value).map(Self::Statuses),
            "table" => Table::deserialize(value).map(Self::Table),
            "image" => Image::deserialize(value).map(Self::Image),
            "markup" => Markup::deserialize(value).map(Self::Markup),
            other => return Err(D::Error::unknown_variant(other, KINDS)),
        };
        view.map_err(D::Error::custom)
    }
}

/// A JSON object and the text under its tag.
fn tagged<'de, D: Deserializer<'de>>(
    deserializer: D,
    tag: &'static str,
) -> Result<(String, Value), D::Error> {
    let value = Value::deserialize(deserializer)?;
    match value.get(tag).and_then(Value::as_str) {
        Some(text) => Ok((text.to_owned(), value)),
        None => Err(D::Error::missing_field(tag)),
    }
}

/// Values over time.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// In the order of the legend.
    pub series: Vec<Plot>,
    /// The vertical axis.
    pub y_axis: Axis,
    /// Dashed lines.
    pub thresholds: Vec<Threshold>,
    /// Whether series are stacked on each other.
    pub stacked: bool,
}

/// One series of a chart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plot {
    /// Unique in the chart.
    pub label: String,
    /// Milliseconds since the epoch, ascending.
    pub instants: Vec<i64>,
    /// As many as `instants`; null where there is none.
    pub values: Vec<Option<f64>>,
    /// `#rrggbb`; none: the next of the palette.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// How it is drawn.
    pub mark: Mark,
    /// Neighbouring points further apart than this many milliseconds are not joined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub join_within: Option<u64>,
}

/// How a series is drawn.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mark {
    /// A line.
    #[default]
    Line,
    /// A line, filled to the axis.
    Area,
    /// Bars.
    Bar,
    /// Dots.
    Point,
}

/// The vertical axis of a chart.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Axis {
    /// What is measured.
    pub label: Option<String>,
    /// Behind each number.
    pub unit: Option<String>,
    /// None: as the data needs.
    pub minimum: Option<f64>,
    /// None: as the data needs.
    pub maximum: Option<f64>,
}

/// From this value on, this colour.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Threshold {
    /// The lowest value the threshold speaks of.
    pub value: f64,
    /// `#rrggbb`.
    pub color: String,
    /// `warning`, `critical`, …
    pub label: Option<String>,
}

/// One number.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Metric {
    /// None: there is no value in this range.
    pub value: Option<f64>,
    /// Behind the number.
    pub unit: Option<String>,
    /// None: as many as the value has, at most three.
    pub decimals: Option<u8>,
    /// The one that `value` has reached.
    pub threshold: Option<Threshold>,
    /// Against the previous equal period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<Trend>,
    /// The course of the value over the range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sparkline: Option<Sparkline>,
    /// Milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_at: Option<i64>,
}

/// A value against the previous equal period.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// The value then.
    pub previous: f64,
    /// The value now less the value then.
    pub change: f64,
}

/// A small course without axes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sparkline {
    /// Milliseconds since the epoch, ascending.
    pub instants: Vec<i64>,
    /// As many as `instants`.
    pub values: Vec<Option<f64>>,
}

/// A list of things and how they are; worst first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Statuses {
    /// Worst first, then by name.
    pub items: Vec<StatusItem>,
}

/// How one thing is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StatusItem {
    /// Of the service, server, …
    pub name: String,
    /// As the database has it.
    pub status: String,
    /// For people.
    pub label: String,
    /// `#rrggbb`.
    pub color: String,
    /// Which icon; never colour alone.
    pub severity: Severity,
    /// Milliseconds since the epoch.
    pub checked_at: Option<i64>,
    /// Why it is so.
    pub message: Option<String>,
}

/// How bad a status is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// As it should be.
    Good,
    /// Look at it.
    Warning,
    /// Act.
    Critical,
    /// The status is not one the panel knows.
    Unknown,
}

/// One page of rows and columns.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// In order.
    pub columns: Vec<TableColumn>,
    /// Arrays in column order; datetimes are milliseconds since the epoch; numbers that no double holds are texts with all
    /// their digits.
    pub rows: Vec<Vec<Value>>,
    /// Rows on all pages together.
    pub total: u64,
    /// From 1.
    pub page: u32,
    /// Rows on a full page.
    pub page_size: u32,
    /// The first is what the rows are sorted by, the next breaks ties.
    pub sort: Vec<SortKey>,
}

/// A column and its direction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SortKey {
    /// The column's name.
    pub column: String,
    /// Largest first.
    pub descending: bool,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TableColumn {
    /// For `sort` and `filter[…]`.
    pub name: String,
    /// For people.
    pub title: String,
    /// How its cells are written.
    pub format: ColumnFormat,
    /// Whether `sort` takes it.
    pub sortable: bool,
    /// Whether `filter[…]` takes it.
    pub filterable: bool,
}

/// How the cells of a column are written.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "as", rename_all = "lowercase")]
pub enum ColumnFormat {
    /// As it is.
    Text,
    /// Right-aligned.
    Number {
        /// None: as many as the value has.
        decimals: Option<u8>,
    },
    /// In the reader's zone.
    Datetime,
    /// Yes or no.
    Boolean,
    /// With a mark in the status' colour.
    Status {
        /// By the cell's text.
        styles: Vec<StatusStyle>,
    },
}

/// As for [`View`].
impl<'de> Deserialize<'de> for ColumnFormat {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const FORMATS: &[&str] = &["text", "number", "datetime", "boolean", "status"];
        let (name, mut value) = tagged(deserializer, "as")?;
        let mut field = |name: &str| value.get_mut(name).map(Value::take).unwrap_or_default();
        Ok(match name.as_str() {
            "text" => Self::Text,
            "number" => Self::Number {
                decimals: Option::deserialize(field("decimals")).map_err(D::Error::custom)?,
            },
            "datetime" => Self::Datetime,
            "boolean" => Self::Boolean,
            "status" => Self::Status {
                styles: Vec::deserialize(field("styles")).map_err(D::Error::custom)?,
            },
            other => return Err(D::Error::unknown_variant(other, FORMATS)),
        })
    }
}

/// The look of one status in a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusStyle {
    /// The cell's text this is for.
    pub value: String,
    /// `#rrggbb`.
    pub color: String,
    /// For people; none: the value.
    pub label: Option<String>,
}

/// A picture.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// As the host found it, not as the guest said.
    pub media_type: String,
    /// Same origin.
    pub url: String,
    /// For those who cannot see it.
    pub alternative: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// HTML that has been sanitised.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Markup {
    /// No scripts, no styles, no foreign addresses.
    pub html: String,
    /// Rules for the utility classes in `html`, made by the host; meant for a shadow root around it.
    pub css: String,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let column = |format| TableColumn {
            name: "a".to_owned(),
            title: "A".to_owned(),
            format,
            sortable: true,
            filterable: false,
        };
        let style = StatusStyle {
            value: "up".to_owned(),
            color: "#10B981".to_owned(),
            label: None,
        };
        let formats = [
            ColumnFormat::Text,
            ColumnFormat::Number { decimals: Some(2) },
            ColumnFormat::Number { decimals: None },
            ColumnFormat::Datetime,
            ColumnFormat::Boolean,
            ColumnFormat::Status { styles: vec![style] },
        ];
        let views = [
            View::Chart(Chart::default()),
            View::Metric(Metric {
                value: Some(1.5),
                ..Default::default()
            }),
            View::Statuses(Statuses::default()),
            View::Table(Table {
                columns: formats.map(column).to_vec(),
                ..Default::default()
            }),
            View::Image(Image {
                media_type: "image/png".to_owned(),
                url: "/x".to_owned(),
                alternative: String::new(),
                width: 1,
                height: 2,
            }),
            View::Markup(Markup {
                html: "<p>x</p>".to_owned(),
                css: String::new(),
            }),
        ];
        for view in views {
            let text = serde_json::to_string(&view).unwrap();
            assert_eq!(serde_json::from_str::<View>(&text).unwrap(), view, "{text}");
        }
    }

    #[test]
    fn an_unknown_kind_is_named() {
        let error = serde_json::from_value::<View>(json!({"kind": "hologram"})).unwrap_err();
        assert!(error.to_string().contains("hologram"), "{error}");
        assert!(
            serde_json::from_value::<View>(json!({}))
                .unwrap_err()
                .to_string()
                .contains("kind")
        );
        assert!(serde_json::from_value::<ColumnFormat>(json!({"as": "status", "styles": 1})).is_err());
    }
}
