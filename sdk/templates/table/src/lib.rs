//! The panel type `new_panel`: one row for each series, with what is to be known of it over the range.

use porthole_sdk::{
    Call, Column, ColumnData, ColumnFormat, ColumnRole, Descriptor, Failure, Frame, Panel, SeriesRequest,
    Size, SourceRole, Sources, Table, TableColumn, View,
};
use serde::Deserialize;

/// `display:` in the panel's YAML.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Display {
    /// Digits behind the point.
    decimals: u8,
    /// At most this many rows.
    most: usize,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            decimals: 1,
            most: 20,
        }
    }
}

/// What editors complete and check in the YAML.
const DISPLAY_SCHEMA: &str = r#"{
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "decimals": {"type": "integer", "minimum": 0, "maximum": 12, "default": 1,
                     "description": "Digits behind the point"},
        "most": {"type": "integer", "minimum": 1, "default": 20, "description": "At most this many rows"}
    }
}"#;

/// A table of series.
pub struct NewPanel;

/// What is to be known of one series.
struct Row {
    name: String,
    lowest: f64,
    mean: f64,
    highest: f64,
    newest: f64,
}

impl Panel for NewPanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Lowest, mean, highest and newest value of each series, the highest mean first".into(),
            default_size: Size { width: 6, height: 2 },
            display_schema: DISPLAY_SCHEMA.into(),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was measured"),
                ColumnRole::required("value", "What was measured"),
                ColumnRole::required("series_label", "Whose value it is: one row each"),
            ])],
            ..Descriptor::new("new_panel", "New panel", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        let answer = sources.open("main")?.series(SeriesRequest::default())?;
        let mut rows: Vec<Row> = answer
            .series
            .into_iter()
            .filter_map(|series| row(series.label, &series.values))
            .collect();
        rows.sort_by(|a, b| b.mean.total_cmp(&a.mean));
        let total = rows.len() as u64;
        rows.truncate(display.most);

        let names = rows.iter().map(|row| Some(row.name.clone())).collect();
        let numbers = |of: fn(&Row) -> f64| ColumnData::Numbers(rows.iter().map(of).collect());
        let columns = [
            ("name", "Name", ColumnFormat::Text, ColumnData::Texts(names)),
            number("lowest", "Lowest", &display, numbers(|row| row.lowest)),
            number("mean", "Mean", &display, numbers(|row| row.mean)),
            number("highest", "Highest", &display, numbers(|row| row.highest)),
            number("newest", "Newest", &display, numbers(|row| row.newest)),
        ];
        let (described, columns) = columns
            .into_iter()
            .map(|(name, title, format, data)| {
                let described = TableColumn {
                    name: name.into(),
                    title: title.into(),
                    format,
                    // Readers sort and filter by what the source has; these are figures of our own.
                    sortable: false,
                    filterable: false,
                };
                (described, Column::new(name, data))
            })
            .unzip();
        Ok(View::Table(Table {
            columns: described,
            frame: Frame { columns },
            total,
            page: 1,
            page_size: u32::try_from(display.most).unwrap_or(u32::MAX),
            sort: Vec::new(),
        }))
    }
}

fn number(
    name: &'static str,
    title: &'static str,
    display: &Display,
    data: ColumnData,
) -> (&'static str, &'static str, ColumnFormat, ColumnData) {
    (name, title, ColumnFormat::Number(Some(display.decimals)), data)
}

/// None for a series without a known value.
fn row(name: String, values: &[f64]) -> Option<Row> {
    let known: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    Some(Row {
        name,
        lowest: known.iter().copied().min_by(f64::total_cmp)?,
        mean: known.iter().sum::<f64>() / known.len() as f64,
        highest: known.iter().copied().max_by(f64::total_cmp)?,
        newest: *known.last()?,
    })
}

porthole_sdk::export!(NewPanel);

#[cfg(test)]
mod tests;
