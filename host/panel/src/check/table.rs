//! Tables: columns that agree with their frame, turned into rows.

use porthole_model as model;
use porthole_sandbox::bindings as guest;
use serde_json::Value;

use super::{
    Cuts, MAX_PARTS, Refusal, at_most, text::color, text::label, text::optional_label,
    text::optional_shortened,
};

/// The most rows on one page.
const MAX_ROWS: usize = 10_000;

/// A table.
pub fn table(table: guest::Table, cuts: &mut Cuts) -> Result<model::Table, Refusal> {
    at_most(table.columns.len(), MAX_PARTS, "columns")?;
    if table.columns.len() != table.frame.columns.len() {
        return Err(format!(
            "the table describes {} columns and has {}",
            table.columns.len(),
            table.frame.columns.len()
        ));
    }
    let height = table
        .frame
        .columns
        .first()
        .map_or(0, |column| length(&column.data));
    at_most(height, MAX_ROWS, "rows")?;
    let mut rows: Vec<Vec<Value>> = (0..height)
        .map(|_| Vec::with_capacity(table.columns.len()))
        .collect();
    for (described, column) in table.columns.iter().zip(table.frame.columns) {
        if described.name != column.name {
            return Err(format!(
                "column `{}` is described as `{}`",
                column.name, described.name
            ));
        }
        if length(&column.data) != height {
            return Err(format!(
                "column `{}` has {} rows, the first has {height}",
                column.name,
                length(&column.data)
            ));
        }
        append(&mut rows, column.data, cuts);
    }
    Ok(model::Table {
        columns: table.columns.into_iter().map(column).collect::<Result<_, _>>()?,
        rows,
        total: table.total,
        page: table.page.max(1),
        page_size: table.page_size.max(1),
        sort: table
            .sort
            .into_iter()
            .map(|key| {
                Ok(model::SortKey {
                    column: label(key.column, "a sort key")?,
                    descending: key.descending,
                })
            })
            .collect::<Result<_, Refusal>>()?,
    })
}

fn length(data: &guest::ColumnData) -> usize {
    match data {
        guest::ColumnData::Numbers(cells) => cells.len(),
        guest::ColumnData::Integers(cells) => cells.len(),
        guest::ColumnData::Texts(cells) => cells.len(),
        guest::ColumnData::Booleans(cells) => cells.len(),
        guest::ColumnData::Instants(cells) => cells.len(),
    }
}

fn append(rows: &mut [Vec<Value>], data: guest::ColumnData, cuts: &mut Cuts) {
    fn put<T>(rows: &mut [Vec<Value>], cells: Vec<T>, value: impl Fn(T) -> Value) {
        for (row, cell) in rows.iter_mut().zip(cells) {
            row.push(value(cell));
        }
    }
    match data {
        guest::ColumnData::Numbers(cells) => put(rows, cells, Value::from),
        guest::ColumnData::Integers(cells) => put(rows, cells, Value::from),
        guest::ColumnData::Booleans(cells) => put(rows, cells, Value::from),
        guest::ColumnData::Instants(cells) => put(rows, cells, Value::from),
        guest::ColumnData::Texts(cells) => {
            for (row, cell) in rows.iter_mut().zip(cells) {
                row.push(Value::from(optional_shortened(cell, cuts)));
            }
        }
    }
}

fn column(column: guest::TableColumn) -> Result<model::TableColumn, Refusal> {
    Ok(model::TableColumn {
        name: label(column.name, "a column's name")?,
        title: label(column.title, "a column's title")?,
        format: match column.format {
            guest::ColumnFormat::Text => model::ColumnFormat::Text,
            guest::ColumnFormat::Number(decimals) => model::ColumnFormat::Number {
                decimals: decimals.map(|decimals| decimals.min(12)),
            },
            guest::ColumnFormat::Datetime => model::ColumnFormat::Datetime,
            guest::ColumnFormat::Boolean => model::ColumnFormat::Boolean,
            guest::ColumnFormat::Status(styles) => {
                at_most(styles.len(), MAX_PARTS, "status styles")?;
                model::ColumnFormat::Status {
                    styles: styles
                        .into_iter()
                        .map(|style| {
                            Ok(model::StatusStyle {
                                value: label(style.value, "a status")?,
                                color: color(&style.color)?,
                                label: optional_label(style.label, "a status' label")?,
                            })
                        })
                        .collect::<Result<_, Refusal>>()?,
                }
            }
        },
        sortable: column.sortable,
        filterable: column.filterable,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn described(name: &str) -> guest::TableColumn {
        guest::TableColumn {
            name: name.into(),
            title: name.into(),
            format: guest::ColumnFormat::Text,
            sortable: true,
            filterable: true,
        }
    }

    fn of(columns: Vec<guest::TableColumn>, frame: Vec<guest::Column>) -> guest::Table {
        guest::Table {
            columns,
            frame: guest::Frame { columns: frame },
            total: 2,
            page: 1,
            page_size: 25,
            sort: vec![],
        }
    }

    fn looked_at(view: guest::Table) -> Result<model::Table, Refusal> {
        table(view, &mut Cuts::default())
    }

    #[test]
    fn columns_become_rows_and_missing_cells_null() {
        let checked = looked_at(of(
            vec![described("a"), described("b")],
            vec![
                guest::Column {
                    name: "a".into(),
                    data: guest::ColumnData::Numbers(vec![1.5, f64::NAN]),
                },
                guest::Column {
                    name: "b".into(),
                    data: guest::ColumnData::Texts(vec![None, Some("x".into())]),
                },
            ],
        ))
        .unwrap();
        assert_eq!(
            serde_json::to_string(&checked.rows).unwrap(),
            r#"[[1.5,null],[null,"x"]]"#
        );
    }

    #[test]
    fn refuses_columns_of_different_length_number_or_name() {
        let numbers = |name: &str, cells| guest::Column {
            name: name.into(),
            data: guest::ColumnData::Numbers(cells),
        };
        let ragged = of(
            vec![described("a"), described("b")],
            vec![numbers("a", vec![1.0, 2.0]), numbers("b", vec![1.0])],
        );
        assert!(looked_at(ragged).unwrap_err().contains("`b` has 1 rows"));
        assert!(
            looked_at(of(vec![described("a")], vec![]))
                .unwrap_err()
                .contains("describes 1 columns and has 0")
        );
        assert!(
            looked_at(of(vec![described("a")], vec![numbers("z", vec![])]))
                .unwrap_err()
                .contains("described as `a`")
        );
    }
}
