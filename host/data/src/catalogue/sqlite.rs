//! Tables of SQLite. What its columns hold, their types do not say: some rows are looked at.

use super::{SAMPLE, Unknown, counted_form, no_table, texts};
use crate::connection::Connections;
use crate::error::DataError;
use crate::source::TableName;
use crate::sql::{Bind, Dialect, Kind, Layout, Table, TableColumn, quote};
use crate::time::{TextForm, TimeForm};

/// Rows looked at between the first and the last, evenly.
const SPREAD: usize = 64;

const TABLES: &str = "\
    SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite!_%' ESCAPE '!' \
    ORDER BY name LIMIT 5000";

const NUMBERED: &str = "\
    SELECT CASE WHEN type = 'table' AND wr = 0 THEN '1' ELSE '' END FROM pragma_table_list \
    WHERE schema = 'main' AND name = ?1";

const COLUMNS: &str = "\
    SELECT name, upper(type), CASE WHEN \"notnull\" OR (pk AND upper(type) = 'INTEGER') THEN '1' ELSE '' END \
    FROM pragma_table_xinfo(?1) WHERE hidden IN (0, 2, 3) ORDER BY cid";

// Of partial indexes, those on expressions and those in another order than the one that SQLite takes where nothing is said,
// only that they are there.
const INDEXES: &str = "\
    SELECT list.name, CASE WHEN list.partial = 0 AND part.coll = 'BINARY' THEN coalesce(part.name, '') ELSE '' END \
    FROM pragma_index_list(?1) AS list JOIN pragma_index_xinfo(list.name) AS part WHERE part.key = 1 \
    ORDER BY list.seq, part.seqno LIMIT 1000";

const COLLATED: &str = "\
    SELECT name FROM sqlite_schema WHERE type = 'table' AND name = ?1 AND sql LIKE '%collate%'";

/// The indexes of a table, and whether all of its texts are compared byte by byte.
async fn indexes_of(
    connections: &Connections,
    table: &str,
    columns: &[TableColumn],
) -> Result<(Vec<Vec<Option<usize>>>, bool), DataError> {
    let bind = || vec![Bind::Text(table.to_owned())];
    let parts = texts(connections, INDEXES, bind(), 2).await?;
    let indexes = parts.chunk_by(|one, other| one[0] == other[0]).map(|parts| {
        let place = |part: &Vec<String>| columns.iter().position(|column| column.name == part[1]);
        parts.iter().map(place).collect()
    });
    let collated = texts(connections, COLLATED, bind(), 1).await?;
    Ok((indexes.collect(), collated.is_empty()))
}

/// The table, and whether it had rows to tell its columns' ways by.
pub(super) async fn table(connections: &Connections, name: &TableName) -> Result<(Table, bool), Unknown> {
    let tables: Vec<String> = texts(connections, TABLES, Vec::new(), 1)
        .await?
        .into_iter()
        .flatten()
        .collect();
    let schema_fits = name
        .schema
        .as_ref()
        .is_none_or(|schema| schema.eq_ignore_ascii_case("main"));
    let found = tables
        .iter()
        .find(|table| schema_fits && table.eq_ignore_ascii_case(&name.name));
    let Some(found) = found else {
        return Err(no_table(name, &tables));
    };
    let declared = texts(connections, COLUMNS, vec![Bind::Text(found.clone())], 3).await?;
    let numbered = texts(connections, NUMBERED, vec![Bind::Text(found.clone())], 1).await?;
    // A column of that name hides the number.
    let numbered = numbered.iter().flatten().any(|yes| !yes.is_empty())
        && !declared.iter().any(|row| row[0].eq_ignore_ascii_case("_rowid_"));
    let quoted = format!("main.{}", quote(found));

    let mut seen: Vec<Seen> = declared.iter().map(|_| Seen::default()).collect();
    let select: Vec<_> = declared
        .iter()
        .map(|row| {
            let column = quote(&row[0]);
            format!("substr(typeof({column}), 1, 1) || substr(CAST({column} AS text), 1, 40)")
        })
        .collect();
    let mut rows = 0;
    if !select.is_empty() {
        for text in samples(&select.join(", "), &quoted, numbered) {
            for row in texts(connections, &text, Vec::new(), declared.len()).await? {
                rows += 1;
                for (seen, value) in seen.iter_mut().zip(&row) {
                    seen.look(value);
                }
            }
        }
    }
    let columns: Vec<_> = declared
        .into_iter()
        .zip(seen)
        .map(|(mut row, seen)| {
            let time_form = seen.time_form();
            TableColumn {
                kind: kind(&row[1], &seen, time_form),
                nullable: row[2].is_empty(),
                name: std::mem::take(&mut row[0]),
                // Reals are doubles here, whatever they are declared as.
                single: false,
                time_form,
            }
        })
        .collect();
    let (indexes, has_plain_order) = indexes_of(connections, found, &columns).await?;
    Ok((
        Table {
            dialect: Dialect::Sqlite,
            numbered,
            layout: Layout::Indexed(indexes),
            has_plain_order,
            crowded: None,
            quoted,
            name: name.to_string(),
            columns,
        },
        rows > 0,
    ))
}

/// Questions for some rows of a table: of the first, of the last and of those between, where rows have numbers, since whoever
/// writes may have come to write in another way; else of the first, and of what follows a number of them.
fn samples(select: &str, table: &str, numbered: bool) -> Vec<String> {
    if !numbered {
        let after = |rows: u32| format!("SELECT {select} FROM {table} LIMIT {SAMPLE} OFFSET {rows}");
        return [0, 1000, 10_000, 100_000].map(after).to_vec();
    }
    let between = format!(
        "WITH RECURSIVE place(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM place WHERE n < {SPREAD}), \
         ends(low, high) AS (SELECT (SELECT min(_rowid_) FROM {table}), (SELECT max(_rowid_) FROM {table})) \
         SELECT (SELECT _rowid_ FROM {table} WHERE _rowid_ >= low + (high - low) / {SPREAD} * n ORDER BY _rowid_ LIMIT 1) \
         FROM place CROSS JOIN ends"
    );
    vec![
        format!("SELECT {select} FROM {table} LIMIT {SAMPLE}"),
        format!("SELECT {select} FROM {table} ORDER BY _rowid_ DESC LIMIT {SAMPLE}"),
        format!("SELECT {select} FROM {table} WHERE _rowid_ IN ({between})"),
    ]
}

/// What was seen in a column of SQLite.
#[derive(Debug, Default)]
struct Seen {
    integers: usize,
    reals: usize,
    texts: usize,
    most: f64,
    form: Option<TextForm>,
    /// Text that is no point in time.
    other_text: bool,
    /// Texts of no length, which are how some write that there is no time. Among numbers they are larger than all.
    has_empty: bool,
}

impl Seen {
    fn look(&mut self, value: &str) {
        let mut letters = value.chars();
        let kind = letters.next();
        let rest = letters.as_str();
        match kind {
            Some('i' | 'r') => {
                if kind == Some('i') {
                    self.integers += 1;
                } else {
                    self.reals += 1;
                }
                self.most = self.most.max(rest.parse().unwrap_or(0.0));
            }
            Some('t') if rest.is_empty() => self.has_empty = true,
            Some('t') => {
                self.texts += 1;
                match TextForm::of(rest) {
                    Some(form) => self.form = Some(self.form.map_or(form, |known| known.and(form))),
                    None => self.other_text = true,
                }
            }
            _ => {}
        }
    }

    /// How the column would store points in time, if it does.
    fn time_form(&self) -> Option<TimeForm> {
        let numbers = self.integers + self.reals;
        match self.form {
            Some(form) if numbers == 0 && !self.other_text => Some(TimeForm::Text(form)),
            None if numbers > 0 && self.texts == 0 && !self.has_empty => {
                Some(counted_form(self.most, self.reals == 0))
            }
            _ => None,
        }
    }
}

/// A declared type is read as SQLite does; without one, what was seen decides.
fn kind(declared: &str, seen: &Seen, time_form: Option<TimeForm>) -> Kind {
    let has = |part: &str| declared.contains(part);
    if has("BOOL") {
        Kind::Boolean
    } else if has("DATE") || has("TIME") {
        match time_form {
            Some(form) => Kind::Time(form),
            // Nothing seen, or nothing that is a time, or times as texts and as numbers, which have no common order.
            None if seen.other_text || (seen.form.is_some() && seen.integers + seen.reals > 0) => Kind::Text,
            None => Kind::Time(TimeForm::Text(TextForm::PLAIN)),
        }
    } else if has("INT") {
        Kind::Integer
    } else if has("CHAR") || has("CLOB") || has("TEXT") {
        Kind::Text
    } else if has("REAL") || has("FLOA") || has("DOUB") {
        Kind::Number
    } else if has("NUM") || has("DEC") {
        // Whole numbers among them are stored as such.
        Kind::Decimal
    } else if seen.texts > 0 || seen.has_empty {
        Kind::Text
    } else if seen.reals > 0 {
        Kind::Number
    } else if seen.integers > 0 {
        Kind::Integer
    } else if declared.is_empty() {
        Kind::Text
    } else {
        Kind::Opaque(declared.to_lowercase().into())
    }
}
