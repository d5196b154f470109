//! Reading a source: `data_source:`, `data_sources:` and `query:`.

use std::collections::HashSet;

use crate::source::{ColumnConfig, SourceConfig};
use crate::suggestion::suggestion;
use crate::yaml::{Fields, Node, Reader, Scalar, Value};

/// Columns one source may have.
const COLUMNS: usize = 200;
/// The formats that the built-in panel types understand; a tenant's own types may understand others.
const FORMATS: [&str; 5] = ["datetime", "number", "status", "boolean", "text"];

/// Reads a source. None: it has no table or no columns; the reader knows.
pub(crate) fn source(reader: &Reader<'_>, name: &str, node: &Node) -> Option<SourceConfig> {
    let fields = Fields::of(reader, name, node)?;
    let table = fields.required_text("table", "the table or view to read, as table: \"metrics\"");
    let columns = fields.required(
        "columns",
        "say which columns are read, as columns: {timestamp: \"recorded_at\"}",
    );
    let columns = columns.and_then(|columns| read_columns(reader, columns));
    let time_column = fields.text("time_column");
    let time_zone = fields.text("time_zone");
    if let Some(zone) = &time_zone {
        crate::zone::check(reader, zone);
    }
    let query = fields.get("query");
    fields.finish();
    let mut source = SourceConfig {
        table: table?,
        columns: columns?,
        filter: None,
        order_by: None,
        limit: None,
        combined: None,
        time_column,
        time_zone,
    };
    if let Some(query) = query {
        query_into(reader, &mut source, query, node);
    }
    Some(source)
}

/// Reads a query, a mapping or one text, into its source. A source has one query.
pub(crate) fn query_into(reader: &Reader<'_>, source: &mut SourceConfig, query: &Node, of: &Node) {
    let has_one = source.combined.is_some()
        || source.filter.is_some()
        || source.order_by.is_some()
        || source.limit.is_some();
    if has_one {
        let message = format!("the source on line {} has a query of its own already", of.line);
        reader.fault(query, message, Some("keep one of the two".to_owned()));
        return;
    }
    match &query.value {
        Value::Scalar {
            meaning: Scalar::Text,
            ..
        } => source.combined = reader.text("query", query),
        Value::Map(_) => {
            if let Some(fields) = Fields::of(reader, "query", query) {
                source.filter = fields.text("where");
                source.order_by = fields.text("order_by");
                source.limit = fields.get("limit").and_then(|node| {
                    fields
                        .integer_of("limit", node, 1..=1_000_000_000)
                        .map(|limit| reader.spanned(node, limit))
                });
                fields.finish();
            }
        }
        _ => reader.wrong_kind(
            "query",
            "a text or a mapping with where, order_by and limit",
            query,
        ),
    }
}

/// A mapping of roles to columns, or a list of columns.
fn read_columns(reader: &Reader<'_>, node: &Node) -> Option<Vec<ColumnConfig>> {
    let columns: Vec<ColumnConfig> = match &node.value {
        Value::Map(entries) => entries
            .iter()
            .filter_map(|(role, column)| by_role(reader, role, column))
            .collect(),
        Value::List(items) => {
            let mut seen = HashSet::new();
            let mut columns = Vec::new();
            for item in items {
                let Some(column) = of_list(reader, item) else {
                    continue;
                };
                if seen.insert(column.name.clone()) {
                    columns.push(column);
                } else {
                    let message = format!("the column `{}` is here twice", column.name);
                    let help =
                        "give the second another `name` and say `column: …` for the database's".to_owned();
                    reader.fault(item, message, Some(help));
                }
            }
            columns
        }
        _ => {
            reader.wrong_kind(
                "columns",
                "a mapping of roles to columns, or a list of columns",
                node,
            );
            return None;
        }
    };
    if columns.is_empty() {
        if node.is_empty() {
            reader.fault(node, "the source has no columns", None);
        }
        return None;
    }
    if columns.len() > COLUMNS {
        reader.fault(
            node,
            format!(
                "a source may have {COLUMNS} columns, and this has {}",
                columns.len()
            ),
            None,
        );
        return None;
    }
    Some(columns)
}

/// `value: "cpu_percent"`, or `value: {column: "cpu_percent", display: "CPU"}`.
fn by_role(reader: &Reader<'_>, role: &Node, node: &Node) -> Option<ColumnConfig> {
    let name = role.scalar_text().unwrap_or_default();
    if name.trim().is_empty() || name.len() > 200 {
        reader.fault(role, "this cannot be the name of a column", None);
        return None;
    }
    if let Value::Map(_) = node.value {
        let fields = Fields::of(reader, name, node)?;
        let column = fields.required_text("column", "the database's column");
        let (title, format) = looks(&fields);
        fields.finish();
        return Some(ColumnConfig {
            name: name.to_owned(),
            column: column?,
            title,
            format,
        });
    }
    let column = reader.text(name, node)?;
    Some(ColumnConfig {
        name: name.to_owned(),
        column,
        title: None,
        format: None,
    })
}

/// `- name: "timestamp"` with `display` and `format`, or `- timestamp`.
fn of_list(reader: &Reader<'_>, node: &Node) -> Option<ColumnConfig> {
    if let Value::Scalar { .. } = node.value {
        let column = reader.text("columns", node)?;
        return Some(ColumnConfig {
            name: column.value.clone(),
            column,
            title: None,
            format: None,
        });
    }
    let fields = Fields::of(reader, "a column", node)?;
    let name = fields.required_text("name", "the database's column, as name: \"timestamp\"");
    let column = fields.text("column");
    let (title, format) = looks(&fields);
    fields.finish();
    let name = name?;
    Some(ColumnConfig {
        name: name.value.clone(),
        column: column.unwrap_or(name),
        title,
        format,
    })
}

fn looks(fields: &Fields<'_, '_, '_>) -> (Option<String>, Option<String>) {
    let title = fields.text("display").map(|title| title.value);
    let format = fields.text("format");
    if let Some(format) = format
        .as_ref()
        .filter(|format| !FORMATS.contains(&format.as_str()))
        && let Some(help) = suggestion(&format.value, &FORMATS)
    {
        fields
            .reader
            .extend([format.fault("this looks like a misspelt format", Some(help))]);
    }
    (title, format.map(|format| format.value))
}
