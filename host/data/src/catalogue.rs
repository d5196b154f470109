//! What a database says of its own tables.

mod sqlite;

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use crate::connection::Connections;
use crate::error::DataError;
use crate::fault::{Fault, Part};
use crate::source::TableName;
use crate::sql::{Bind, Dialect, Kind, Layout, Statement, Table, TableColumn, closest, quote};
use crate::time::TimeForm;

/// Rows looked at to tell how columns store what they store: so many of the first, and in SQLite of the last where rows have
/// numbers.
const SAMPLE: usize = 100;
/// From here on a number counts milliseconds since the Unix epoch, below it seconds: the year 5138 in seconds, March
/// 1973 in milliseconds.
const MILLIS_FROM: f64 = 100_000_000_000.0;

/// The tables of one database, remembered for a while.
#[derive(Debug)]
pub(crate) struct Catalogue {
    tables: Cache<TableName, Arc<Table>>,
    /// How columns of numbers count time: table (quoted) and column.
    counted: Cache<(String, String), TimeForm>,
}

/// Why a table's columns are not known.
pub(crate) enum Unknown {
    /// The configuration names a table that is not there.
    Fault(Fault),
    /// The database could not be asked.
    Error(DataError),
}

impl From<DataError> for Unknown {
    fn from(error: DataError) -> Self {
        Self::Error(error)
    }
}

impl Catalogue {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self {
            tables: Cache::builder().max_capacity(1000).time_to_live(ttl).build(),
            counted: Cache::builder().max_capacity(1000).time_to_live(ttl).build(),
        }
    }

    /// Looks a table up.
    pub(crate) async fn table(
        &self,
        connections: &Connections,
        name: &TableName,
    ) -> Result<Arc<Table>, Unknown> {
        if let Some(table) = self.tables.get(name).await {
            return Ok(table);
        }
        let (table, settled) = match connections.dialect() {
            Dialect::Postgres => (postgres(connections, name).await?, true),
            Dialect::Sqlite => sqlite::table(connections, name).await?,
        };
        let table = Arc::new(table);
        // What an empty table will store is not known yet.
        if settled {
            self.tables.insert(name.clone(), table.clone()).await;
        }
        Ok(table)
    }

    /// The table with what is counted of its columns, which only questions for the newest row of each need to know.
    pub(crate) async fn counted_table(
        &self,
        connections: &Connections,
        name: &TableName,
        table: Arc<Table>,
    ) -> Arc<Table> {
        if table.dialect == Dialect::Sqlite || table.crowded.is_some() {
            return table;
        }
        let crowded = Some(postgres_crowded(connections, &table).await);
        let table = Arc::new(Table {
            crowded,
            ..Table::clone(&table)
        });
        self.tables.insert(name.clone(), table.clone()).await;
        table
    }

    /// Forgets a table: the database no longer agrees with what we know of it.
    pub(crate) async fn forget(&self, name: &TableName) {
        self.tables.invalidate(name).await;
    }

    /// How a column of numbers in PostgreSQL counts time.
    pub(crate) async fn counted(
        &self,
        connections: &Connections,
        table: &Table,
        column: &TableColumn,
    ) -> Result<Option<TimeForm>, DataError> {
        if !column.kind.is_numeric() {
            return Ok(None);
        }
        let key = (table.quoted.clone(), column.name.clone());
        if let Some(form) = self.counted.get(&key).await {
            return Ok(Some(form));
        }
        let quoted = quote(&column.name);
        let text = format!(
            "SELECT max(CASE WHEN v >= 1 AND v < 1e18 THEN CAST(v AS float8) END) FROM (SELECT {quoted} AS v FROM {} \
             WHERE {quoted} IS NOT NULL LIMIT {SAMPLE}) AS s",
            table.quoted
        );
        let mut most = f64::NAN;
        connections
            .each(
                Statement {
                    text,
                    binds: Vec::new(),
                },
                |row| {
                    most = row.number(0);
                    Ok(())
                },
            )
            .await?;
        let form = counted_form(most, column.kind == Kind::Integer);
        if !most.is_nan() {
            self.counted.insert(key, form).await;
        }
        Ok(Some(form))
    }
}

fn counted_form(most: f64, whole: bool) -> TimeForm {
    if most >= MILLIS_FROM {
        TimeForm::Millis { whole }
    } else {
        TimeForm::Seconds { whole }
    }
}

fn no_table(name: &TableName, names: &[String]) -> Unknown {
    let fault = Fault::new(Part::Table, format!("the database has no table `{name}`"));
    Unknown::Fault(match closest(&name.name, names.iter().map(String::as_str)) {
        Some(close) => fault.help(format!("did you mean `{close}`?")),
        None if names.is_empty() => fault.help("it has no tables at all that this user may see"),
        None if names.len() <= 20 => fault.help(format!("it has {}", names.join(", "))),
        None => fault,
    })
}

async fn texts(
    connections: &Connections,
    text: &str,
    binds: Vec<Bind>,
    columns: usize,
) -> Result<Vec<Vec<String>>, DataError> {
    let mut rows = Vec::new();
    let statement = Statement {
        text: text.to_owned(),
        binds,
    };
    connections
        .each(statement, |row| {
            rows.push(
                (0..columns)
                    .map(|index| row.text(index).unwrap_or_default().into_owned())
                    .collect(),
            );
            Ok(())
        })
        .await?;
    Ok(rows)
}

// PostgreSQL.

/// Tables, views and the like that the user may read; the system's own are none of a tenant's business: some of them
/// show the whole server.
macro_rules! postgres_tables {
    ($end:literal) => {
        concat!(
            "SELECT n.nspname::text, c.relname::text, CAST(c.oid AS text), \
             CASE WHEN pg_table_is_visible(c.oid) THEN '1' ELSE '' END \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
             AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') ",
            $end
        )
    };
}

/// Those of a name in any case of letters. There may be as many tables as there are days: only these are looked through.
const POSTGRES_NAMED: &str = postgres_tables!("AND lower(c.relname) = lower($1) ORDER BY 1, 2 LIMIT 1000");

/// What can be proposed for a name that is not there: parts of other tables are not what was meant.
const POSTGRES_NAMES: &str = postgres_tables!("AND NOT c.relispartition ORDER BY 1, 2 LIMIT 5000");

/// Those of exactly this name that the login may not read: whether it may use their schema, and whether the name alone leads there.
const POSTGRES_HIDDEN: &str = "\
    SELECT n.nspname::text, CASE WHEN has_schema_privilege(n.oid, 'USAGE') THEN '1' ELSE '' END, \
    CASE WHEN pg_table_is_visible(c.oid) THEN '1' ELSE '' END \
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    WHERE c.relkind IN ('r', 'v', 'm', 'p', 'f') AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' \
    AND c.relname = $1 AND NOT (has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')) \
    ORDER BY 1 LIMIT 1000";

/// What is wrong with a table that is there and that the login may not read.
async fn hidden(connections: &Connections, name: &TableName) -> Result<Option<Fault>, DataError> {
    let rows = texts(
        connections,
        POSTGRES_HIDDEN,
        vec![Bind::Text(name.name.clone())],
        3,
    )
    .await?;
    let row = rows.iter().find(|row| match &name.schema {
        Some(schema) => row[0] == *schema,
        None => !row[2].is_empty(),
    });
    Ok(row.map(|row| {
        let schema = quote(&row[0]);
        match row[1].is_empty() {
            true => Fault::new(
                Part::Table,
                format!("the database's login may not use the schema `{}`", row[0]),
            )
            .help(format!(
                "as its owner: GRANT USAGE ON SCHEMA {schema} TO the login's role"
            )),
            false => Fault::new(
                Part::Table,
                format!("the database's login may not read the table `{name}`"),
            )
            .help(format!(
                "as its owner: GRANT SELECT ON {schema}.{} TO the login's role",
                quote(&name.name)
            )),
        }
    }))
}

/// A domain stands for the type under it.
const POSTGRES_COLUMNS: &str = "\
    SELECT a.attname::text, \
    format_type(CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END, NULL), \
    CASE WHEN a.attnotnull THEN '1' ELSE '' END \
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid \
    WHERE a.attrelid = CAST($1 AS oid) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum";

async fn postgres(connections: &Connections, name: &TableName) -> Result<Table, Unknown> {
    let tables = texts(
        connections,
        POSTGRES_NAMED,
        vec![Bind::Text(name.name.clone())],
        4,
    )
    .await?;
    // As written, or in any case of letters where there is only one such.
    let fits = |row: &Vec<String>, same: &dyn Fn(&str, &str) -> bool| {
        same(&row[1], &name.name)
            && match &name.schema {
                Some(schema) => same(&row[0], schema),
                None => !row[3].is_empty(),
            }
    };
    let exact: &dyn Fn(&str, &str) -> bool = &|left, right| left == right;
    let folded: &dyn Fn(&str, &str) -> bool = &|left, right| left.to_lowercase() == right.to_lowercase();
    let found = tables.iter().find(|row| fits(row, exact)).or_else(|| {
        let mut alike = tables.iter().filter(|row| fits(row, folded));
        match (alike.next(), alike.next()) {
            (Some(row), None) => Some(row),
            _ => None,
        }
    });
    let Some(row) = found else {
        if let Some(fault) = hidden(connections, name).await? {
            return Err(Unknown::Fault(fault));
        }
        let names: Vec<_> = texts(connections, POSTGRES_NAMES, Vec::new(), 4)
            .await?
            .iter()
            .map(|row| match (&name.schema, row[3].is_empty()) {
                (None, false) => row[1].clone(),
                _ => format!("{}.{}", row[0], row[1]),
            })
            .collect();
        return Err(no_table(name, &names));
    };
    let columns = texts(connections, POSTGRES_COLUMNS, vec![Bind::Text(row[2].clone())], 3).await?;
    let layout = postgres_layout(connections, &row[2], &columns).await;
    Ok(Table {
        dialect: Dialect::Postgres,
        numbered: false,
        layout,
        has_plain_order: true,
        crowded: None,
        quoted: format!("{}.{}", quote(&row[0]), quote(&row[1])),
        name: name.to_string(),
        columns: columns
            .into_iter()
            .map(|mut row| TableColumn {
                kind: postgres_kind(&row[1]),
                single: row[1] == "real",
                nullable: row[2].is_empty(),
                name: std::mem::take(&mut row[0]),
                time_form: None,
            })
            .collect(),
    })
}

/// Whether rows are on other servers: foreign tables, partitioned tables with such, engines that spread tables.
const POSTGRES_SPREAD: &str = "\
    SELECT CASE WHEN c.relkind = 'f' OR version() ~ 'Cockroach|Yugabyte' \
    OR EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = 'citus') \
    OR (c.relkind = 'p' AND EXISTS (SELECT 1 FROM pg_partition_tree(c.oid) t JOIN pg_catalog.pg_class p ON p.oid = t.relid \
    WHERE p.relkind = 'f')) THEN '1' ELSE '' END FROM pg_catalog.pg_class c WHERE c.oid = CAST($1 AS oid)";

/// The columns of each whole B-tree, in their order.
const POSTGRES_INDEXES: &str = "\
    SELECT CAST(i.indexrelid AS text), COALESCE(a.attname::text, '') FROM pg_catalog.pg_index i \
    JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid JOIN pg_catalog.pg_am m ON m.oid = c.relam \
    CROSS JOIN LATERAL unnest(CAST(i.indkey AS int2[])) WITH ORDINALITY AS k (attnum, n) \
    LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum AND k.attnum > 0 \
    WHERE i.indrelid = CAST($1 AS oid) AND i.indisvalid AND i.indpred IS NULL AND m.amname = 'btree' \
    AND k.n <= i.indnkeyatts ORDER BY i.indexrelid, k.n";

/// An engine that cannot say is asked in the plain way.
async fn postgres_layout(connections: &Connections, oid: &str, columns: &[Vec<String>]) -> Layout {
    let binds = || vec![Bind::Text(oid.to_owned())];
    let spread = texts(connections, POSTGRES_SPREAD, binds(), 1).await;
    if !matches!(spread.as_deref(), Ok([row]) if row[0].is_empty()) {
        return Layout::Spread;
    }
    let Ok(rows) = texts(connections, POSTGRES_INDEXES, binds(), 2).await else {
        return Layout::Indexed(Vec::new());
    };
    let mut indexes: Vec<Vec<Option<usize>>> = Vec::new();
    let mut last = None;
    for row in &rows {
        let place = columns.iter().position(|column| column[0] == row[1]);
        match indexes.last_mut() {
            Some(index) if last == Some(&row[0]) => index.push(place),
            _ => indexes.push(vec![place]),
        }
        last = Some(&row[0]);
    }
    Layout::Indexed(indexes)
}

/// Columns of large tables in which each value comes in at least 200 rows, as `ANALYZE` has counted: with that many, reading
/// one row by an index takes less than ranking all.
const POSTGRES_CROWDED: &str = "\
    SELECT s.attname::text FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
    JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname \
    WHERE c.oid = to_regclass($1) AND s.inherited = (c.relkind = 'p') AND c.reltuples >= 100000 AND \
    CASE WHEN s.n_distinct > 0 THEN c.reltuples / s.n_distinct >= 200 ELSE s.n_distinct > -0.005 AND s.n_distinct < 0 END";

/// None of them where the engine cannot say.
async fn postgres_crowded(connections: &Connections, table: &Table) -> Vec<usize> {
    let names = texts(
        connections,
        POSTGRES_CROWDED,
        vec![Bind::Text(table.quoted.clone())],
        1,
    )
    .await;
    let names: Vec<String> = names.unwrap_or_default().into_iter().flatten().collect();
    let columns = table.columns.iter().enumerate();
    let crowded = columns.filter(|(_, column)| names.contains(&column.name));
    crowded.map(|(place, _)| place).collect()
}

fn postgres_kind(name: &str) -> Kind {
    match name {
        "boolean" => Kind::Boolean,
        "smallint" | "integer" | "bigint" => Kind::Integer,
        "numeric" => Kind::Decimal,
        "real" | "double precision" => Kind::Number,
        "text" | "character varying" => Kind::Text,
        "timestamp without time zone" => Kind::Time(TimeForm::Timestamp),
        "timestamp with time zone" => Kind::Time(TimeForm::TimestampTz),
        "date" => Kind::Time(TimeForm::Date),
        other => Kind::Opaque(other.into()),
    }
}
