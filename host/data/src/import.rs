//! CSV files into a tenant's table: types inferred, one transaction, bad rows reported by line.

mod bad_rows;
mod cell;
mod header;
mod held;
mod survey;
mod text;

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use csv::StringRecord;
use secrecy::SecretString;

use crate::load::{Kind, LoadError, Loader, TableSpec, Value};
use header::Header;
use survey::Survey;
use text::Text;

/// Rows inserted at once.
const BATCH: usize = 5000;
/// Rows between two reports of the first reading.
const REPORT_EVERY: u64 = 20_000;
/// What is wrong with a row that has swallowed the rest of the file.
const UNCLOSED: &str = "a quotation mark opened here is never closed";

/// How a CSV file becomes rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvImport {
    /// The table; created when missing.
    pub table: String,
    /// Kinds that are not inferred: column of the file and its kind.
    pub columns: Vec<(String, Kind)>,
    /// Columns that the file does not have, with the same text in every row: `("series", "ec2_24ae8d")`.
    pub labels: Vec<(String, String)>,
}

/// What was imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// Rows inserted.
    pub rows: u64,
    /// Whether the table was created; otherwise the rows were appended.
    pub created: bool,
    /// All columns that were written, labels included, with their kinds.
    pub columns: Vec<(String, Kind)>,
    /// Columns with fractions of more digits than a double has, which were rounded to the nearest, and how many there were.
    pub rounded: Vec<(String, u64)>,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of work done; the file is read twice.
    pub done: u64,
    /// Bytes of work in all: twice the size of the file.
    pub total: u64,
    /// Rows inserted so far.
    pub rows: u64,
}

/// A row that cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// From 1, the header included.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error("cannot read the file: {0}")]
    File(String),
    /// The header or the options do not fit.
    #[error("{0}")]
    Header(String),
    /// Rows that do not fit: the first 20, and how many there are in all.
    #[error("{total} rows cannot be imported; nothing was: {}", .faults.iter().map(|f| format!("line {}: {}", f.line, f.message)).collect::<Vec<_>>().join("; "))]
    Rows {
        /// One a row, in the order of the file; at most 20.
        faults: Vec<RowFault>,
        /// All rows that do not fit, listed or not.
        total: u64,
    },
    /// The database refused.
    #[error(transparent)]
    Load(#[from] LoadError),
}

impl ImportError {
    fn changed() -> Self {
        Self::File("it was changed while it was being read".into())
    }
}

/// Parses `NAME:TYPE`, with a type of `integer`, `real`, `boolean`, `timestamp` or `text`.
pub fn parse_column(text: &str) -> Result<(String, Kind), String> {
    let (name, kind) = text
        .rsplit_once(':')
        .ok_or_else(|| format!("`{text}` is not NAME:TYPE"))?;
    let kind = match kind.trim().to_ascii_lowercase().as_str() {
        "integer" | "int" | "bigint" => Kind::Integer,
        "real" | "float" | "double" | "number" | "numeric" => Kind::Real,
        "boolean" | "bool" => Kind::Boolean,
        "timestamp" | "datetime" | "time" => Kind::Timestamp,
        "text" | "string" => Kind::Text,
        other => {
            return Err(format!(
                "`{other}` is no type; there are integer, real, boolean, timestamp and text"
            ));
        }
    };
    match name.trim() {
        "" => Err(format!("`{text}` names no column")),
        name => Ok((name.to_owned(), kind)),
    }
}

/// Imports a file with a header line: all of it, or nothing. `progress` is called now and then.
///
/// The file is read twice: first to tell what its columns hold and whether every row fits, then to insert, or to say
/// which rows do not fit. A column whose kind is not given has the kind that the existing table says, else the one that
/// nearly all of its cells fit; a cell that does not is a bad row, not a reason to load text.
pub async fn csv(
    url: &SecretString,
    file: &Path,
    options: &CsvImport,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported, ImportError> {
    let size = std::fs::metadata(file)
        .map_err(|error| ImportError::File(error.to_string()))?
        .len();
    let header = Header::read(file, options)?;
    let mut loader = Loader::open(url).await?;
    let imported = import(&mut loader, file, size, &header, options, progress).await;
    loader.close().await;
    imported
}

async fn import(
    loader: &mut Loader,
    file: &Path,
    size: u64,
    header: &Header,
    options: &CsvImport,
    progress: &mut (dyn FnMut(Progress) + Send),
) -> Result<Imported, ImportError> {
    let existing = loader.existing(&options.table).await?.unwrap_or_default();
    let mut report = |done: u64, rows: u64| {
        progress(Progress {
            done: done.min(2 * size),
            total: 2 * size,
            rows,
        })
    };

    let table = {
        let mut survey = Survey::new(header, options, &existing);
        let mut reader = header.reader(file)?;
        let mut record = StringRecord::new();
        while let Some(row) = next(&mut reader, &mut record, header) {
            match row {
                Ok(_) => survey.look(&record),
                Err(_) => survey.reject(),
            }
            if survey.rows.is_multiple_of(REPORT_EVERY) {
                report(reader.position().byte(), 0);
                tokio::task::yield_now().await;
            }
        }
        if survey.rows == 0 {
            return Err(ImportError::Header("the file has a header and no rows".into()));
        }
        let (columns, all_fit) = survey.decide(&existing);
        if !all_fit {
            let mut report = |done: u64| report(size + done, 0);
            let (faults, total) = bad_rows::find(file, header, &columns, &mut report).await?;
            return Err(ImportError::Rows { faults, total });
        }
        survey::table(columns, options, &existing)
    };
    let labels = labels(options, &table)?;

    loader.begin().await?;
    let mut rounded = vec![0; header.names.len()];
    let inserted = insert(
        loader,
        file,
        size,
        header,
        &labels,
        &table,
        &mut rounded,
        &mut report,
    )
    .await;
    let (rows, created) = match inserted {
        Ok(done) => loader.end(Ok(done)).await?,
        Err(ImportError::Load(error)) => {
            return Err(loader.end::<()>(Err(error)).await.err().map_or_else(
                || ImportError::Header("the import was given up".into()),
                ImportError::Load,
            ));
        }
        Err(other) => {
            // Whatever this says, the reason to give up is the one to report.
            let _ = loader.end::<()>(Err(LoadError::Refused(String::new()))).await;
            return Err(other);
        }
    };
    report(2 * size, rows);
    let names = table.columns.iter().map(|column| column.name.clone());
    let rounded = names.zip(rounded).filter(|(_, count)| *count > 0).collect();
    let columns = table
        .columns
        .into_iter()
        .map(|column| (column.name, column.kind))
        .collect();
    Ok(Imported {
        rows,
        created,
        columns,
        rounded,
    })
}

/// The labels as values of their columns, which stand last in the table.
fn labels(options: &CsvImport, table: &TableSpec) -> Result<Vec<Value>, ImportError> {
    let columns = &table.columns[table.columns.len() - options.labels.len()..];
    let labels = options.labels.iter().zip(columns);
    labels
        .map(|((name, text), column)| match column.kind {
            // An empty label is one.
            Kind::Text => Ok(Value::Text(text.clone())),
            kind => cell::parse(text, kind).ok_or_else(|| {
                let shown: String = text.chars().take(40).collect();
                ImportError::Header(format!(
                    "the table's column `{name}` holds {kind} values, and the label `{shown}` is none"
                ))
            }),
        })
        .collect()
}

/// The second reading, in the open transaction. Cells that are rounded are counted by column.
#[allow(clippy::too_many_arguments, reason = "what one reading needs, in one place")]
async fn insert(
    loader: &mut Loader,
    file: &Path,
    size: u64,
    header: &Header,
    labels: &[Value],
    table: &TableSpec,
    rounded: &mut [u64],
    report: &mut (dyn FnMut(u64, u64) + Send),
) -> Result<(u64, bool), ImportError> {
    let created = loader.prepare(table).await?;
    let mut reader = header.reader(file)?;
    let mut record = StringRecord::new();
    let mut batch = Vec::with_capacity(BATCH);
    let mut rows = 0;
    loop {
        let row = next(&mut reader, &mut record, header);
        if batch.len() == BATCH || row.is_none() {
            rows += loader.append(table, &batch).await?;
            batch.clear();
            report(size + reader.position().byte(), rows);
        }
        let Some(row) = row else {
            return Ok((rows, created));
        };
        // The first reading found all rows good; the file has changed if one is not.
        row.map_err(|_| ImportError::changed())?;
        let mut values = Vec::with_capacity(table.columns.len());
        for ((cell, column), rounded) in record.iter().zip(&table.columns).zip(&mut *rounded) {
            *rounded += u64::from(cell::is_rounded(cell, column.kind));
            values.push(cell::parse(cell, column.kind).ok_or_else(ImportError::changed)?);
        }
        values.extend_from_slice(labels);
        batch.push(values);
    }
}

/// Where a row begins. Empty lines before it may belong to it here: [`Place::line_in`] leaves them out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    byte: u64,
    line: u64,
}

impl Place {
    fn of(position: &csv::Position) -> Self {
        Self {
            byte: position.byte(),
            line: position.line(),
        }
    }

    /// The line of the file, from 1, that the row begins on.
    fn line_in(self, file: &Path) -> u64 {
        let mut skipped = 0;
        if let Ok(mut file) = File::open(file)
            && file.seek(SeekFrom::Start(self.byte)).is_ok()
        {
            for byte in BufReader::new(file).bytes() {
                match byte {
                    Ok(b'\n') => skipped += 1,
                    Ok(b'\r') => {}
                    _ => break,
                }
            }
        }
        self.line + skipped
    }
}

/// Reads a row; `None` at the end. A row that cannot be read does not end the reading.
fn next(
    reader: &mut csv::Reader<Text>,
    record: &mut StringRecord,
    header: &Header,
) -> Option<Result<Place, (Place, String)>> {
    let place = Place::of(reader.position());
    let read = reader.read_record(record);
    // Whatever else is wrong with it, its text included.
    if !matches!(read, Ok(false)) && reader.get_ref().passed() {
        return Some(Err((place, UNCLOSED.into())));
    }
    match read {
        Ok(false) => None,
        Ok(true) => {
            let place = record.position().map_or(place, Place::of);
            match record.len() == header.names.len() {
                true => Some(Ok(place)),
                false => {
                    let (has, wants) = (record.len(), header.names.len());
                    Some(Err((place, format!("{has} cells where the header has {wants}"))))
                }
            }
        }
        Err(error) => match error.kind() {
            csv::ErrorKind::Utf8 { .. } => Some(Err((place, "not UTF-8 text".into()))),
            // Reading will not go on: say so instead of loading half of the file.
            _ => (!reader.is_done()).then(|| Err((place, error.to_string()))),
        },
    }
}
