//! The first reading of a CSV file: what its columns hold, and which rows do not fit.

use crate::load::{Existing, Kind, LoadColumn, TableSpec};

use std::path::Path;

use super::header::Header;
use super::{CsvImport, ImportError, Place, RowFault, cell};

const MOST_FAULTS: usize = 20;
/// Kinds that are guessed, the narrowest first.
const GUESSED: [Kind; 4] = [Kind::Integer, Kind::Real, Kind::Boolean, Kind::Timestamp];

pub(super) struct Survey {
    columns: Vec<Column>,
    faults: Vec<(Place, String)>,
    rejected: u64,
    pub(super) rows: u64,
}

struct Column {
    name: String,
    /// Given by the options or by the table that is there.
    fixed: Option<Kind>,
    required: bool,
    filled: u64,
    empty: u64,
    first_empty: Vec<Place>,
    /// For each kind that may be meant.
    misfits: Vec<Misfits>,
}

/// The cells that are not of a kind.
struct Misfits {
    kind: Kind,
    count: u64,
    /// The first of them.
    faults: Vec<(Place, String)>,
}

impl Survey {
    pub(super) fn new(header: &Header, options: &CsvImport, existing: &[Existing]) -> Self {
        let columns = header.names.iter().map(|name| {
            let given = options
                .columns
                .iter()
                .find(|(other, _)| other == name)
                .map(|(_, kind)| *kind);
            let there = existing.iter().find(|other| other.name == *name);
            let fixed = given.or(there.and_then(|other| other.kind));
            let kinds = fixed.map_or(GUESSED.to_vec(), |kind| vec![kind]);
            Column {
                name: name.clone(),
                fixed,
                required: there.is_some_and(|other| other.required),
                filled: 0,
                empty: 0,
                first_empty: Vec::new(),
                misfits: kinds
                    .into_iter()
                    .map(|kind| Misfits {
                        kind,
                        count: 0,
                        faults: Vec::new(),
                    })
                    .collect(),
            }
        });
        Self {
            columns: columns.collect(),
            faults: Vec::new(),
            rejected: 0,
            rows: 0,
        }
    }

    pub(super) fn reject(&mut self, place: Place, message: String) {
        self.rows += 1;
        self.rejected += 1;
        if self.faults.len() < MOST_FAULTS {
            self.faults.push((place, message));
        }
    }

    pub(super) fn look(&mut self, place: Place, record: &csv::StringRecord) {
        self.rows += 1;
        for (cell, column) in record.iter().zip(&mut self.columns) {
            column.look(place, cell);
        }
    }

    /// The table to be written, or the rows that do not fit it.
    pub(super) fn table(
        mut self,
        file: &Path,
        options: &CsvImport,
        existing: &[Existing],
    ) -> Result<TableSpec, ImportError> {
        if self.rows == 0 {
            return Err(ImportError::Header("the file has a header and no rows".into()));
        }
        let mut columns = Vec::new();
        for column in std::mem::take(&mut self.columns) {
            let kind = column.kind();
            // A table that is made here says what is never missing, and holds later files to it.
            let required = if existing.is_empty() {
                column.empty == 0 && kind == Kind::Timestamp
            } else {
                column.required
            };
            columns.push(LoadColumn {
                name: column.name.clone(),
                kind,
                required,
            });
            self.take_faults(column, kind);
        }
        if self.rejected > 0 {
            self.faults.sort();
            self.faults.truncate(MOST_FAULTS);
            let named = |(place, message): (Place, String)| RowFault {
                line: place.line_in(file),
                message,
            };
            return Err(ImportError::Rows {
                faults: self.faults.into_iter().map(named).collect(),
                total: self.rejected,
            });
        }
        let time = columns
            .iter()
            .find(|column| column.kind == Kind::Timestamp)
            .map(|column| column.name.clone());
        columns.extend(options.labels.iter().map(|(name, _)| LoadColumn {
            name: name.clone(),
            kind: Kind::Text,
            required: false,
        }));
        let mut indexes = Vec::new();
        if let Some(time) = time {
            if !options.labels.is_empty() {
                indexes.push(
                    options
                        .labels
                        .iter()
                        .map(|(name, _)| name.clone())
                        .chain([time.clone()])
                        .collect(),
                );
            }
            indexes.push(vec![time]);
        }
        Ok(TableSpec {
            name: options.table.clone(),
            identity: None,
            columns,
            indexes,
        })
    }

    fn take_faults(&mut self, column: Column, kind: Kind) {
        if column.required && column.empty > 0 {
            self.rejected += column.empty;
            let name = &column.name;
            let empty = |place| {
                let message = format!("the column `{name}` is empty, and the table wants a value");
                (place, message)
            };
            self.faults.extend(column.first_empty.iter().copied().map(empty));
        }
        if let Some(misfits) = column.misfits.into_iter().find(|misfits| misfits.kind == kind) {
            self.rejected += misfits.count;
            self.faults.extend(misfits.faults);
        }
    }
}

impl Column {
    fn look(&mut self, place: Place, cell: &str) {
        if cell.trim().is_empty() {
            self.empty += 1;
            if self.first_empty.len() < MOST_FAULTS {
                self.first_empty.push(place);
            }
            return;
        }
        self.filled += 1;
        for Misfits { kind, count, faults } in &mut self.misfits {
            let fits = match self.fixed {
                Some(_) => cell::parse(cell, *kind).is_some(),
                None => cell::looks_like(cell, *kind),
            };
            if fits {
                continue;
            }
            *count += 1;
            if faults.len() < MOST_FAULTS {
                let shown: String = cell.chars().take(40).collect();
                let (name, kind) = (&self.name, *kind);
                let advice = match self.fixed {
                    Some(_) => String::new(),
                    None => format!("; if that is meant, give the column's type: --column {name}:text"),
                };
                let message =
                    format!("the column `{name}` holds {kind} values, but this is `{shown}`{advice}");
                faults.push((place, message));
            }
        }
    }

    /// The narrowest kind that nearly all cells fit; a number with a point among whole ones makes all of them real.
    fn kind(&self) -> Kind {
        if let Some(kind) = self.fixed {
            return kind;
        }
        if self.filled == 0 {
            return Kind::Text;
        }
        let misfits = |kind| {
            self.misfits
                .iter()
                .find(|misfits| misfits.kind == kind)
                .map_or(0, |misfits| misfits.count)
        };
        // One in twenty, and none where there are few.
        let nearly = |kind| misfits(kind) <= self.filled / 20;
        if misfits(Kind::Integer) == misfits(Kind::Real) && nearly(Kind::Integer) {
            return Kind::Integer;
        }
        [Kind::Real, Kind::Boolean, Kind::Timestamp]
            .into_iter()
            .find(|kind| nearly(*kind))
            .unwrap_or(Kind::Text)
    }
}
