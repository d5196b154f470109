//! The first reading of a CSV file: what its columns hold, and whether all rows fit.

use crate::load::{Existing, Kind, LoadColumn, TableSpec};

use super::header::Header;
use super::{CsvImport, cell};

/// Kinds that are guessed, the narrowest first.
const GUESSED: [Kind; 5] = [
    Kind::Integer,
    Kind::Real,
    Kind::Boolean,
    Kind::Timestamp,
    Kind::Text,
];

pub(super) struct Survey {
    columns: Vec<Column>,
    rejected: bool,
    pub(super) rows: u64,
}

struct Column {
    name: String,
    /// Given by the options or by the table that is there.
    fixed: Option<Kind>,
    required: bool,
    filled: u64,
    empty: u64,
    /// For each kind that may be meant, how many cells are not of it.
    misfits: Vec<(Kind, u64)>,
}

/// A column whose kind is decided.
pub(super) struct Decided {
    pub(super) column: LoadColumn,
    /// Not given by the options or by the table that is there.
    guessed: bool,
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
                misfits: kinds.into_iter().map(|kind| (kind, 0)).collect(),
            }
        });
        Self {
            columns: columns.collect(),
            rejected: false,
            rows: 0,
        }
    }

    /// A row that cannot be read.
    pub(super) fn reject(&mut self) {
        self.rows += 1;
        self.rejected = true;
    }

    pub(super) fn look(&mut self, record: &csv::StringRecord) {
        self.rows += 1;
        for (cell, column) in record.iter().zip(&mut self.columns) {
            column.look(cell);
        }
    }

    /// The columns of the file as they are to be written, and whether every row fits them.
    pub(super) fn decide(self, existing: &[Existing]) -> (Vec<Decided>, bool) {
        let mut all_fit = !self.rejected;
        let mut decided = Vec::with_capacity(self.columns.len());
        for column in self.columns {
            let kind = column.kind();
            // A table that is made here says what is never missing, and holds later files to it.
            let required = if existing.is_empty() {
                column.empty == 0 && kind == Kind::Timestamp
            } else {
                column.required
            };
            all_fit &= column.misfits(kind) == 0 && !(required && column.empty > 0);
            decided.push(Decided {
                guessed: column.fixed.is_none(),
                column: LoadColumn {
                    name: column.name,
                    kind,
                    required,
                },
            });
        }
        (decided, all_fit)
    }
}

/// The table to be written: the columns of the file, and the labels, which are text or what the table that is there says.
pub(super) fn table(decided: Vec<Decided>, options: &CsvImport, existing: &[Existing]) -> TableSpec {
    let mut columns: Vec<LoadColumn> = decided.into_iter().map(|decided| decided.column).collect();
    let time = columns
        .iter()
        .find(|column| column.kind == Kind::Timestamp)
        .map(|column| column.name.clone());
    let there = |name: &str| existing.iter().find(|other| other.name == name);
    columns.extend(options.labels.iter().map(|(name, _)| LoadColumn {
        name: name.clone(),
        kind: there(name).and_then(|other| other.kind).unwrap_or(Kind::Text),
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
    TableSpec {
        name: options.table.clone(),
        identity: None,
        columns,
        indexes,
    }
}

impl Column {
    fn look(&mut self, cell: &str) {
        if cell.trim().is_empty() {
            self.empty += 1;
            return;
        }
        self.filled += 1;
        let guessed = self.fixed.is_none();
        for (kind, count) in &mut self.misfits {
            if !fits(cell, *kind, guessed) {
                *count += 1;
            }
        }
    }

    fn misfits(&self, kind: Kind) -> u64 {
        self.misfits
            .iter()
            .find(|(other, _)| *other == kind)
            .map_or(0, |(_, count)| *count)
    }

    /// The narrowest kind that nearly all cells fit; a number with a point among whole ones makes all of them real.
    fn kind(&self) -> Kind {
        if let Some(kind) = self.fixed {
            return kind;
        }
        if self.filled == 0 {
            return Kind::Text;
        }
        // One in twenty, and none where there are few.
        let nearly = |kind| self.misfits(kind) <= self.filled / 20;
        if self.misfits(Kind::Integer) == self.misfits(Kind::Real) && nearly(Kind::Integer) {
            return Kind::Integer;
        }
        [Kind::Real, Kind::Boolean, Kind::Timestamp]
            .into_iter()
            .find(|kind| nearly(*kind))
            .unwrap_or(Kind::Text)
    }
}

impl Decided {
    /// What is wrong with a cell of this column, if anything is.
    pub(super) fn fault(&self, cell: &str) -> Option<String> {
        let LoadColumn { name, kind, required } = &self.column;
        if cell.trim().is_empty() {
            return required.then(|| format!("the column `{name}` is empty, and the table wants a value"));
        }
        if fits(cell, *kind, self.guessed) {
            return None;
        }
        if *kind == Kind::Text {
            return Some(format!("the column `{name}` has a NUL character"));
        }
        let shown: String = cell.chars().take(40).collect();
        let why = cell::too_much(cell, *kind);
        let advice = match (why, self.guessed) {
            (None, true) => format!("; if that is meant, give the column's type: --column {name}:text"),
            (None, false) => String::new(),
            (Some(why), true) => format!(": {why}; --column {name}:text keeps its digits"),
            (Some(why), false) => format!(": {why}; a column of text keeps its digits"),
        };
        Some(format!(
            "the column `{name}` holds {kind} values, but this is `{shown}`{advice}"
        ))
    }
}

/// Whether a cell that is not empty is of a kind; one that was only guessed is held to stricter looks.
fn fits(cell: &str, kind: Kind, guessed: bool) -> bool {
    match guessed {
        true => cell::looks_like(cell, kind),
        false => cell::parse(cell, kind).is_some(),
    }
}
