//! Data for the preview: what the crate's fixtures hold, moved to now, in the tables that its panels name. What no
//! fixture has is made up.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Utc;
use porthole_config::{Panel, SourceConfig};
use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_sdk::ColumnData;
use porthole_sdk::testing::{Fixture, FixtureSource};
use secrecy::SecretString;

const MINUTE: i64 = 60_000;
/// Made-up data: a day, every five minutes, of three.
const STEPS: usize = 288;
const NAMES: [&str; 3] = ["alpha", "beta", "gamma"];

/// Makes a database with a table for each source of these panels.
///
/// # Errors
/// When the database cannot be written.
pub async fn fill(
    url: &SecretString,
    panels: &[Arc<Panel>],
    fixtures: &[(String, Fixture)],
) -> anyhow::Result<()> {
    let now = (Utc::now().timestamp_millis().div_euclid(MINUTE) + 1) * MINUTE;
    let mut tables = BTreeMap::new();
    for panel in panels {
        for (name, source) in &panel.sources {
            let fixture = chosen(&panel.id, name, fixtures);
            let table = table(source, fixture, now);
            let known = tables.entry(source.table.value.clone()).or_insert(table.clone());
            if known.0 != table.0 {
                eprintln!(
                    "note: the table {} is filled for one panel only; another one asks for other columns of it",
                    source.table.value
                );
            }
        }
    }
    let mut loader = Loader::open(url).await?;
    for (spec, rows) in tables.values() {
        loader.insert(spec, rows).await?;
    }
    loader.close().await;
    Ok(())
}

/// The fixture called as the panel is, else the first with such a source: and how far to move it in time is said by its
/// range's end.
fn chosen<'a>(
    panel: &str,
    source: &str,
    fixtures: &'a [(String, Fixture)],
) -> Option<(&'a FixtureSource, i64)> {
    let mut fixtures: Vec<&(String, Fixture)> = fixtures.iter().collect();
    fixtures.sort_by_key(|(name, _)| name != panel);
    fixtures
        .into_iter()
        .find_map(|(_, fixture)| Some((fixture.sources.get(source)?, fixture.range.end)))
}

fn table(
    source: &SourceConfig,
    fixture: Option<(&FixtureSource, i64)>,
    now: i64,
) -> (TableSpec, Vec<Vec<Value>>) {
    let height = fixture
        .and_then(|(source, _)| source.columns.first())
        .map_or(STEPS * NAMES.len(), |column| column.data.len());
    let mut columns: Vec<LoadColumn> = Vec::new();
    let mut cells: Vec<Vec<Value>> = Vec::new();
    let mut add = |name: &str, (kind, values): (Kind, Vec<Value>)| {
        // Two roles may be one column.
        if !columns.iter().any(|column| column.name == name) {
            columns.push(LoadColumn {
                name: name.to_owned(),
                kind,
                required: false,
            });
            cells.push(values);
        }
    };
    for column in &source.columns {
        let recorded = fixture.and_then(|(source, end)| {
            let recorded = source
                .columns
                .iter()
                .find(|recorded| recorded.name == column.name);
            recorded.map(|recorded| moved(&recorded.data, now - end))
        });
        let values = recorded.unwrap_or_else(|| made_up(&column.name, column.format.as_deref(), height, now));
        add(&column.column.value, values);
    }
    if let Some(time) = source.time_column.as_ref().map(|time| time.value.as_str())
        && time != "none"
        && source.column(time).is_none()
    {
        let recorded = fixture.and_then(|(source, end)| {
            let name = source.time_column.as_ref()?;
            let column = source.columns.iter().find(|column| column.name == *name)?;
            Some(moved(&column.data, now - end))
        });
        add(
            time,
            recorded.unwrap_or_else(|| made_up("timestamp", None, height, now)),
        );
    }
    let rows = (0..height)
        .map(|row| {
            cells
                .iter()
                .map(|column| column.get(row).cloned().unwrap_or(Value::Null))
                .collect()
        })
        .collect();
    let spec = TableSpec {
        name: source.table.value.clone(),
        identity: None,
        columns,
        indexes: Vec::new(),
    };
    (spec, rows)
}

/// Recorded cells for a table; instants as far from now as they were from the end of what was recorded.
fn moved(data: &ColumnData, by: i64) -> (Kind, Vec<Value>) {
    fn cells<T: Clone>(values: &[Option<T>], cell: impl Fn(T) -> Value) -> Vec<Value> {
        values
            .iter()
            .map(|value| value.clone().map_or(Value::Null, &cell))
            .collect()
    }
    match data {
        ColumnData::Numbers(values) => {
            let cell = |value: &f64| {
                if value.is_finite() {
                    Value::Real(*value)
                } else {
                    Value::Null
                }
            };
            (Kind::Real, values.iter().map(cell).collect())
        }
        ColumnData::Integers(values) => (Kind::Integer, cells(values, Value::Integer)),
        ColumnData::Texts(values) => (Kind::Text, cells(values, Value::Text)),
        ColumnData::Booleans(values) => (Kind::Boolean, cells(values, Value::Boolean)),
        ColumnData::Instants(values) => (
            Kind::Timestamp,
            cells(values, |instant| Value::Instant(instant.saturating_add(by))),
        ),
    }
}

/// Cells for a column of which only the name is known.
fn made_up(name: &str, format: Option<&str>, height: usize, now: i64) -> (Kind, Vec<Value>) {
    let is = |words: &[&str]| words.iter().any(|word| name.contains(word));
    let who = |row: usize| row % NAMES.len();
    let step = |row: usize| row / NAMES.len();
    if format == Some("datetime") || is(&["time", "date"]) || name.ends_with("_at") {
        let back = |row: usize| 5 * MINUTE * (height / NAMES.len()).saturating_sub(step(row)) as i64;
        return (
            Kind::Timestamp,
            (0..height).map(|row| Value::Instant(now - back(row))).collect(),
        );
    }
    if is(&["status", "code", "severity"]) {
        let value = |row: usize| Value::Integer(((step(row) / 40 + who(row)) % 3) as i64);
        return (Kind::Integer, (0..height).map(value).collect());
    }
    if is(&["label", "name", "message", "title", "text"]) {
        let value = |row: usize| Value::Text(NAMES.get(who(row)).copied().unwrap_or_default().to_owned());
        return (Kind::Text, (0..height).map(value).collect());
    }
    let value = |row: usize| {
        let angle = step(row) as f64 / 23.0 + who(row) as f64;
        Value::Real((5_000.0 + 3_000.0 * angle.sin() + 800.0 * (angle * 7.3).sin()).round() / 100.0)
    };
    (Kind::Real, (0..height).map(value).collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_was_recorded_ends_now() {
        let (kind, cells) = moved(&ColumnData::Instants(vec![Some(90), None]), 10);
        assert_eq!(kind, Kind::Timestamp);
        assert_eq!(cells, [Value::Instant(100), Value::Null]);
        let (_, cells) = moved(&ColumnData::Numbers(vec![1.5, f64::NAN]), 10);
        assert_eq!(cells, [Value::Real(1.5), Value::Null]);
    }

    #[test]
    fn what_was_not_recorded_is_made_up_by_its_name() {
        let kind = |name: &str, format| made_up(name, format, 6, 0).0;
        assert_eq!(kind("timestamp", None), Kind::Timestamp);
        assert_eq!(kind("placed", Some("datetime")), Kind::Timestamp);
        assert_eq!(kind("series_label", None), Kind::Text);
        assert_eq!(kind("status_value", None), Kind::Integer);
        assert_eq!(kind("value", None), Kind::Real);
        let (_, instants) = made_up("timestamp", None, 6, 10 * MINUTE);
        assert_eq!(instants.first(), Some(&Value::Instant(0)));
        assert_eq!(instants.last(), Some(&Value::Instant(5 * MINUTE)));
    }

    #[test]
    fn the_fixture_called_as_the_panel_is_the_panels() {
        let fixture = |end| {
            Fixture::parse(&format!(
                r#"{{"fixture": 1, "range": {{"start": 0, "end": {end}}}, "sources": {{"main": {{"columns": []}}}}}}"#
            ))
            .unwrap()
        };
        let fixtures = [("a".to_owned(), fixture(1)), ("load".to_owned(), fixture(2))];
        assert_eq!(chosen("load", "main", &fixtures).unwrap().1, 2);
        assert_eq!(chosen("other", "main", &fixtures).unwrap().1, 1);
        assert!(chosen("load", "more", &fixtures).is_none());
    }
}
