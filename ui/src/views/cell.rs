//! Cells of a table, by the format of their column.

use crate::prelude::*;
use porthole_model::{ColumnFormat, Table, TableColumn};
use serde_json::Value;

use crate::{
    color, number, text,
    time::{civil::Zone, format},
};

/// Characters of a text on one line; longer ones are wrapped where the table has the page for itself.
const LONG: usize = 28;

pub(super) fn is_number(column: &TableColumn) -> bool {
    matches!(column.format, ColumnFormat::Number { .. })
}

/// The columns, where numbers say nothing of their decimals with as many as the rows have, so that points stand in line.
pub(super) fn lined_up(table: &Table) -> Vec<TableColumn> {
    let decimals =
        |at: usize| number::common_decimals(table.rows.iter().filter_map(|row| row.get(at)?.as_f64()));
    let mut columns = table.columns.clone();
    for (at, column) in columns.iter_mut().enumerate() {
        if column.format == (ColumnFormat::Number { decimals: None }) {
            column.format = ColumnFormat::Number {
                decimals: decimals(at),
            };
        }
    }
    columns
}

/// A cell that says how something is: the colour, and the word.
pub(super) type Status = (String, String);

fn status_of(column: &TableColumn, value: &Value, theme: color::Theme) -> Option<Status> {
    let ColumnFormat::Status { styles } = &column.format else {
        return None;
    };
    let style = styles.iter().find(|style| value.as_str() == Some(&style.value))?;
    let color =
        color::legible(&style.color, theme, color::FOR_TEXT).unwrap_or_else(|| "currentColor".to_owned());
    Some((color, style.label.clone().unwrap_or_else(|| plain(value))))
}

/// How the things of a row are, for its first cell: on a phone, the column that says it is out of sight.
pub(super) fn mark_of(columns: &[TableColumn], row: &[Value], theme: color::Theme) -> Option<Status> {
    let mut cells = columns.iter().zip(row);
    if cells
        .next()
        .is_some_and(|(first, value)| status_of(first, value, theme).is_some())
    {
        return None;
    }
    cells.find_map(|(column, value)| status_of(column, value, theme))
}

pub(super) fn cell(
    column: &TableColumn,
    value: &Value,
    mark: Option<Status>,
    zone: &dyn Zone,
    theme: color::Theme,
) -> View {
    let text = text_of(&column.format, value, zone);
    let full = text.clone();
    let class = match text.chars().nth(LONG) {
        _ if is_number(column) => "right",
        Some(_) => "long",
        None => "",
    };
    if let Some((color, _)) = status_of(column, value, theme) {
        let (ink, swatch) = (format!("color: {color}"), format!("background: {color}"));
        return view! {
            td(class=class) {
                span(class="mark-cell", prop:style=ink) { i(class="swatch", prop:style=swatch) (text) }
            }
        };
    }
    let Some((color, word)) = mark else {
        return view! { td(class=class, title=full) { (text) } };
    };
    let ink = format!("--mark: {color}");
    view! { td(class=class, title=full, data-status=word, prop:style=ink) { (text) } }
}

/// A cell as it is written; a dash where there is nothing.
fn text_of(format: &ColumnFormat, value: &Value, zone: &dyn Zone) -> String {
    match (format, value) {
        (_, Value::Null) => "–".to_owned(),
        (ColumnFormat::Datetime, value) => {
            match value.as_i64().or_else(|| value.as_f64().map(|v| v as i64)) {
                Some(instant) => format::stamp(instant, zone),
                None => plain(value),
            }
        }
        // More digits than a double has.
        (ColumnFormat::Number { .. }, Value::Number(n))
            if n.as_i64().is_some_and(|n| n.unsigned_abs() >> 53 > 0) =>
        {
            value.to_string()
        }
        (ColumnFormat::Number { decimals }, value) => match (value.as_f64(), decimals) {
            (Some(n), Some(_)) => number::number(n, *decimals),
            (Some(n), None) => number::exact(n),
            (None, _) => plain(value),
        },
        (ColumnFormat::Boolean, Value::Bool(yes)) => if *yes { "Yes" } else { "No" }.to_owned(),
        (ColumnFormat::Status { styles }, value) => styles
            .iter()
            .find(|style| value.as_str() == Some(&style.value))
            .and_then(|style| style.label.clone())
            .unwrap_or_else(|| plain(value)),
        (_, value) => plain(value),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "true" } else { "false" }.to_owned(),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(whole), _) => whole.to_string(),
            (_, Some(whole)) => whole.to_string(),
            _ => text::shortest(number.as_f64().unwrap_or_default()),
        },
        // No cell is one: a view of the host has only texts, numbers and truth values.
        _ => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::time::civil::Fixed;

    fn text(format: ColumnFormat, value: Value) -> String {
        text_of(&format, &value, &Fixed(0))
    }

    #[test]
    fn cells_are_written_by_their_format() {
        assert_eq!(
            text(ColumnFormat::Datetime, json!(1_795_269_521_000_i64)),
            "2026-11-21 13:58:41"
        );
        assert_eq!(
            text(ColumnFormat::Number { decimals: Some(2) }, json!(1234.5)),
            "1,234.50"
        );
        assert_eq!(
            text(ColumnFormat::Number { decimals: None }, json!(0.125)),
            "0.125"
        );
        let large = ColumnFormat::Number { decimals: Some(0) };
        assert_eq!(text(large, json!(9_007_199_254_740_993_i64)), "9007199254740993");
        assert_eq!(text(ColumnFormat::Boolean, json!(true)), "Yes");
        assert_eq!(text(ColumnFormat::Text, json!("x")), "x");
    }

    #[test]
    fn points_of_a_column_stand_in_line_unless_its_decimals_are_measured() {
        let column = |name: &str| TableColumn {
            name: name.to_owned(),
            title: name.to_owned(),
            format: ColumnFormat::Number { decimals: None },
            sortable: true,
            filterable: true,
        };
        let table = Table {
            columns: ["money", "count", "measured"].map(column).to_vec(),
            rows: vec![
                vec![json!(168.88), json!(7), json!(0.123_456)],
                vec![json!(168.6), json!(9_007_199_254_740_991_i64), json!(2)],
                vec![Value::Null, Value::Null, Value::Null],
            ],
            ..Table::default()
        };
        let columns = lined_up(&table);
        let written = |row: usize| -> Vec<String> {
            let cells = columns.iter().zip(&table.rows[row]);
            cells
                .map(|(column, value)| text_of(&column.format, value, &Fixed(0)))
                .collect()
        };
        assert_eq!(written(0), ["168.88", "7", "0.123456"]);
        assert_eq!(written(1), ["168.60", "9,007,199,254,740,991", "2"]);
        assert_eq!(written(2), ["–", "–", "–"]);
    }

    #[test]
    fn nothing_is_a_dash_and_not_zero() {
        for format in [
            ColumnFormat::Text,
            ColumnFormat::Datetime,
            ColumnFormat::Number { decimals: None },
        ] {
            assert_eq!(text(format, Value::Null), "–");
        }
    }

    #[test]
    fn a_value_that_does_not_fit_its_format_is_shown_as_it_is() {
        assert_eq!(text(ColumnFormat::Datetime, json!("soon")), "soon");
        assert_eq!(
            text(ColumnFormat::Number { decimals: Some(1) }, json!("many")),
            "many"
        );
        assert_eq!(text(ColumnFormat::Boolean, json!(1)), "1");
    }
}
