//! What a panel shows as rows and columns, written for other programs.
//!
//! A chart has a row for each point, a metric one row, a list of statuses a row for each thing, a table its rows. Pictures
//! and markup have none.

mod csv;
mod json;

use chrono::{DateTime, Datelike, SecondsFormat};
use porthole_model::{Chart, ColumnFormat, Metric, StatusItem, Statuses, TableColumn, View};
use serde_json::Value;

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// RFC 4180, UTF-8, with a head; texts that a spreadsheet would take for formulas are defused.
    Csv,
    /// A list of objects.
    Json,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Head {
    /// For programs.
    pub name: String,
    /// For people.
    pub title: String,
    /// Its numbers are instants.
    pub is_instant: bool,
    /// What people read instead of a text.
    pub labels: Vec<(String, String)>,
}

impl Head {
    fn plain(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            title: name.to_owned(),
            is_instant: false,
            labels: Vec::new(),
        }
    }

    fn instant(name: &str) -> Self {
        Self {
            is_instant: true,
            ..Self::plain(name)
        }
    }
}

/// A table's columns as a sheet's.
pub(crate) fn heads(columns: &[TableColumn]) -> Vec<Head> {
    let head = |column: &TableColumn| Head {
        name: column.name.clone(),
        title: column.title.clone(),
        is_instant: matches!(column.format, ColumnFormat::Datetime),
        labels: match &column.format {
            ColumnFormat::Status { styles } => styles
                .iter()
                .filter_map(|style| Some((style.value.clone(), style.label.clone()?)))
                .collect(),
            _ => Vec::new(),
        },
    };
    columns.iter().map(head).collect()
}

/// One row: a cell for each column.
pub(crate) type Row = Vec<Value>;

/// The rows of a view that is whole; none: a table, which has pages, or a view without rows.
pub(crate) fn of_view(view: &View) -> Option<(Vec<Head>, Box<dyn Iterator<Item = Row> + Send + '_>)> {
    match view {
        View::Chart(chart) => Some((
            vec![
                Head::instant("timestamp"),
                Head::plain("series"),
                Head::plain("value"),
            ],
            Box::new(points(chart)),
        )),
        View::Metric(metric) => Some((
            ["value", "unit", "previous", "change", "threshold"]
                .map(Head::plain)
                .into_iter()
                .chain([Head::instant("measured_at")])
                .collect(),
            Box::new(std::iter::once(figure(metric))),
        )),
        View::Statuses(Statuses { items }) => Some((
            ["name", "status", "label", "severity"]
                .map(Head::plain)
                .into_iter()
                .chain([Head::instant("checked_at"), Head::plain("message")])
                .collect(),
            Box::new(items.iter().map(status)),
        )),
        View::Table(_) | View::Image(_) | View::Markup(_) => None,
    }
}

fn points(chart: &Chart) -> impl Iterator<Item = Row> + Send + '_ {
    chart.series.iter().flat_map(|plot| {
        let points = plot.instants.iter().zip(&plot.values);
        points.map(|(instant, value)| {
            vec![
                Value::from(*instant),
                Value::from(plot.label.as_str()),
                Value::from(*value),
            ]
        })
    })
}

fn figure(metric: &Metric) -> Row {
    let trend = metric.trend.as_ref();
    vec![
        Value::from(metric.value),
        Value::from(metric.unit.as_deref()),
        Value::from(trend.map(|trend| trend.previous)),
        Value::from(trend.map(|trend| trend.change)),
        Value::from(
            metric
                .threshold
                .as_ref()
                .and_then(|reached| reached.label.as_deref()),
        ),
        Value::from(metric.measured_at),
    ]
}

fn status(item: &StatusItem) -> Row {
    vec![
        Value::from(item.name.as_str()),
        Value::from(item.status.as_str()),
        Value::from(item.label.as_str()),
        serde_json::to_value(item.severity).unwrap_or_default(),
        Value::from(item.checked_at),
        Value::from(item.message.as_deref()),
    ]
}

/// Writes a sheet into memory, for somebody who takes it from there again and again.
pub(crate) struct SheetWriter {
    heads: Vec<Head>,
    format: ExportFormat,
    rows: u64,
    written: Vec<u8>,
}

impl SheetWriter {
    /// With the head, if the format has one.
    pub fn new(heads: Vec<Head>, format: ExportFormat) -> Self {
        let mut written = Vec::new();
        match format {
            ExportFormat::Csv => csv::head(&heads, &mut written),
            ExportFormat::Json => json::begin(&mut written),
        }
        Self {
            heads,
            format,
            rows: 0,
            written,
        }
    }

    /// Adds a row.
    pub fn row(&mut self, row: &[Value]) {
        match self.format {
            ExportFormat::Csv => csv::row(&self.heads, row, &mut self.written),
            ExportFormat::Json => json::row(&self.heads, row, self.rows == 0, &mut self.written),
        }
        self.rows += 1;
    }

    /// Bytes that wait to be taken.
    pub fn waiting(&self) -> usize {
        self.written.len()
    }

    /// Takes what is written.
    pub fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.written)
    }

    /// Ends the sheet; there are no further rows.
    pub fn end(&mut self) {
        if self.format == ExportFormat::Json {
            json::end(self.rows == 0, &mut self.written);
        }
    }
}

/// A cell's text; none: there is nothing in it.
fn instant(value: &Value) -> Option<String> {
    let milliseconds = value.as_i64()?;
    Some(match DateTime::from_timestamp_millis(milliseconds) {
        Some(instant) => instant.to_rfc3339_opts(SecondsFormat::AutoSi, true),
        None => far_instant(milliseconds),
    })
}

/// The same for years that the calendar at hand does not have: it repeats itself every 400 years, of 146,097 days.
fn far_instant(milliseconds: i64) -> String {
    const CYCLE: i64 = 146_097 * 86_400_000;
    let (cycles, within) = (milliseconds.div_euclid(CYCLE), milliseconds.rem_euclid(CYCLE));
    let near = DateTime::from_timestamp_millis(within).unwrap_or_default();
    let year = i64::from(near.year()) + 400 * cycles;
    let written = near.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    // As ISO 8601 has it, with a sign.
    format!("{year:+}{}", written.get(4..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_model::{Plot, Severity, StatusStyle, Trend};
    use serde_json::json;

    use super::*;

    fn written(view: &View, format: ExportFormat) -> String {
        let (heads, rows) = of_view(view).unwrap();
        let mut sheet = SheetWriter::new(heads, format);
        rows.for_each(|row| sheet.row(&row));
        sheet.end();
        String::from_utf8(sheet.take()).unwrap()
    }

    #[test]
    fn a_chart_has_a_row_for_each_point() {
        let plot = |label: &str| Plot {
            label: label.to_owned(),
            instants: vec![0, 1_500],
            values: vec![Some(0.1), None],
            color: None,
            mark: porthole_model::Mark::Line,
            join_within: None,
        };
        let chart = View::Chart(Chart {
            series: vec![plot("a,b"), plot("=c")],
            ..Chart::default()
        });
        assert_eq!(
            written(&chart, ExportFormat::Csv),
            "timestamp,series,value\r\n1970-01-01T00:00:00Z,\"a,b\",0.1\r\n1970-01-01T00:00:01.500Z,\"a,b\",\r\n\
             1970-01-01T00:00:00Z,'=c,0.1\r\n1970-01-01T00:00:01.500Z,'=c,\r\n"
        );
        let rows: Value = serde_json::from_str(&written(&chart, ExportFormat::Json)).unwrap();
        assert_eq!(
            rows[3],
            json!({"timestamp": "1970-01-01T00:00:01.500Z", "series": "=c", "value": null})
        );
    }

    #[test]
    fn a_metric_is_one_row_and_a_list_of_statuses_a_row_for_each_thing() {
        let metric = View::Metric(Metric {
            value: Some(-4.5),
            unit: Some("%".to_owned()),
            trend: Some(Trend {
                previous: 1.0,
                change: -5.5,
            }),
            ..Metric::default()
        });
        assert_eq!(
            written(&metric, ExportFormat::Csv),
            "value,unit,previous,change,threshold,measured_at\r\n-4.5,%,1.0,-5.5,,\r\n"
        );
        let statuses = View::Statuses(Statuses {
            items: vec![StatusItem {
                name: "web".to_owned(),
                status: "up".to_owned(),
                label: "Up".to_owned(),
                color: "#000000".to_owned(),
                severity: Severity::Good,
                checked_at: Some(0),
                message: None,
            }],
        });
        assert_eq!(
            written(&statuses, ExportFormat::Csv),
            "name,status,label,severity,checked_at,message\r\nweb,up,Up,good,1970-01-01T00:00:00Z,\r\n"
        );
    }

    #[test]
    fn instants_beyond_the_calendar_are_instants() {
        for (milliseconds, written) in [
            (9_215_576_668_800_000_i64, "+294000-01-01T00:00:00Z"),
            (253_402_300_800_000, "+10000-01-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59.999Z"),
        ] {
            assert_eq!(instant(&json!(milliseconds)).as_deref(), Some(written));
        }
        // PostgreSQL's last year.
        let last = instant(&json!(9_224_318_015_999_999_i64));
        assert_eq!(last.as_deref(), Some("+294276-12-31T23:59:59.999Z"));
    }

    #[test]
    fn a_sheet_without_rows_has_a_head_or_is_an_empty_list() {
        let empty = View::Statuses(Statuses::default());
        assert_eq!(written(&empty, ExportFormat::Csv).lines().count(), 1);
        assert_eq!(written(&empty, ExportFormat::Json), "[]\n");
    }

    #[test]
    fn people_read_the_labels_of_a_tables_statuses_and_programs_the_values() {
        let column = |name: &str, format| TableColumn {
            name: name.to_owned(),
            title: name.to_uppercase(),
            format,
            sortable: true,
            filterable: true,
        };
        let styles = vec![StatusStyle {
            value: "1".to_owned(),
            color: "#000000".to_owned(),
            label: Some("Fine".to_owned()),
        }];
        let columns = [
            column("at", ColumnFormat::Datetime),
            column("state", ColumnFormat::Status { styles }),
        ];
        let of = |format| {
            let mut sheet = SheetWriter::new(heads(&columns), format);
            sheet.row(&[json!(0), json!("1")]);
            sheet.end();
            String::from_utf8(sheet.take()).unwrap()
        };
        assert_eq!(of(ExportFormat::Csv), "AT,STATE\r\n1970-01-01T00:00:00Z,Fine\r\n");
        assert_eq!(
            of(ExportFormat::Json),
            "[\n{\"at\":\"1970-01-01T00:00:00Z\",\"state\":\"1\"}\n]\n"
        );
    }
}
