//! What a table that is there already has, held against what is to be written into it.

use super::{Kind, LoadError, Loader, TableSpec, Writer, refused};
use crate::sql::quote;

/// A column of a table that is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Existing {
    pub(crate) name: String,
    /// `None`: a type that cannot be loaded.
    pub(crate) kind: Option<Kind>,
    /// As the database calls it.
    pub(crate) declared: String,
    /// A row has to have a value for it.
    pub(crate) required: bool,
}

impl Loader {
    /// The columns of a table; `None`: there is none of this name.
    pub(crate) async fn existing(&mut self, table: &str) -> Result<Option<Vec<Existing>>, LoadError> {
        let name = self.table_name(table)?;
        let rows: Vec<(String, String, bool)> = match &mut self.connection {
            Writer::Postgres(connection) => {
                let quoted = match &name.schema {
                    Some(schema) => format!("{}.{}", quote(schema), quote(&name.name)),
                    None => quote(&name.name),
                };
                sqlx::query_as(
                    "SELECT attname::text, format_type(atttypid, NULL), \
                     attnotnull AND NOT atthasdef AND attidentity = '' AS required FROM pg_catalog.pg_attribute \
                     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum",
                )
                .bind(quoted)
                .fetch_all(&mut **connection)
                .await
                .map_err(refused)?
            }
            Writer::Sqlite(connection) => sqlx::query_as(
                "SELECT name, upper(type), \"notnull\" = 1 AND dflt_value IS NULL AND NOT (pk = 1 AND upper(type) = 'INTEGER') \
                 FROM pragma_table_info(?1) ORDER BY cid",
            )
            .bind(&name.name)
            .fetch_all(&mut **connection)
            .await
            .map_err(refused)?,
        };
        if rows.is_empty() {
            return Ok(None);
        }
        Ok(Some(
            rows.into_iter()
                .map(|(name, declared, required)| Existing {
                    name,
                    kind: kind_of(&declared),
                    declared,
                    required,
                })
                .collect(),
        ))
    }
}

/// The kind of a database's type: SQLite's by the parts of its name.
fn kind_of(declared: &str) -> Option<Kind> {
    let declared = declared.to_uppercase();
    let has = |part: &str| declared.contains(part);
    if has("BOOL") {
        Some(Kind::Boolean)
    } else if has("TIMESTAMP") || has("DATETIME") {
        Some(Kind::Timestamp)
    } else if has("INT") && !has("INTERVAL") && !has("POINT") {
        Some(Kind::Integer)
    } else if has("TEXT") || has("CHAR") || has("CLOB") {
        Some(Kind::Text)
    } else if has("REAL") || has("DOUBLE") || has("FLOA") || has("NUMERIC") || has("DECIMAL") {
        Some(Kind::Real)
    } else {
        None
    }
}

/// How a table that is there differs from what is to be written into it.
pub(super) fn differences(table: &TableSpec, existing: &[Existing]) -> Vec<String> {
    let mut differences = Vec::new();
    for column in &table.columns {
        match existing.iter().find(|other| other.name == column.name) {
            None => {
                let names: Vec<_> = existing.iter().map(|other| other.name.as_str()).collect();
                differences.push(format!(
                    "it has no column `{}` (it has {})",
                    column.name,
                    names.join(", ")
                ));
            }
            Some(other) => {
                let fits = match (other.kind, column.kind) {
                    (Some(Kind::Real), Kind::Integer) => true,
                    (kind, wanted) => kind == Some(wanted),
                };
                if !fits {
                    differences.push(format!(
                        "its column `{}` is {}, not {}",
                        column.name, other.declared, column.kind
                    ));
                }
            }
        }
    }
    let written = |other: &Existing| {
        table.columns.iter().any(|column| column.name == other.name)
            || table
                .identity
                .as_ref()
                .is_some_and(|identity| *identity == other.name)
    };
    for other in existing.iter().filter(|other| other.required && !written(other)) {
        differences.push(format!("its column `{}` needs a value in every row", other.name));
    }
    differences
}
