//! The first line of a CSV file, and the options that name its columns.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use csv::{Reader, ReaderBuilder};

use super::{CsvImport, ImportError};

/// PostgreSQL's limit.
const LONGEST_NAME: usize = 63;
const MOST_COLUMNS: usize = 500;

#[derive(Debug)]
pub(super) struct Header {
    /// The columns' names.
    pub(super) names: Vec<String>,
}

impl Header {
    /// Reads the header and holds the options against it.
    pub(super) fn read(file: &Path, options: &CsvImport) -> Result<Self, ImportError> {
        let mut reader = open(file)?;
        let refuse = |message: String| Err(ImportError::Header(message));
        let record = match reader.headers() {
            Ok(record) => record,
            Err(error) => return refuse(format!("the header line cannot be read: {error}")),
        };
        let names: Vec<_> = record
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let name = if index == 0 {
                    name.trim_start_matches('\u{feff}')
                } else {
                    name
                };
                name.trim().to_owned()
            })
            .collect();
        if names.iter().all(String::is_empty) {
            return refuse(
                "the file is empty, or its first line has no names: a header line is needed".into(),
            );
        }
        if names.len() > MOST_COLUMNS {
            return refuse(format!("the file has more than {MOST_COLUMNS} columns"));
        }
        let mut seen = HashSet::new();
        for name in names.iter().chain(options.labels.iter().map(|(name, _)| name)) {
            if name.is_empty() {
                return refuse("line 1: a column has no name".into());
            }
            if name.len() > LONGEST_NAME || name.contains('\0') {
                return refuse(format!("line 1: `{name}` cannot be the name of a column"));
            }
            if !seen.insert(name.to_lowercase()) {
                return refuse(format!("there are two columns `{name}`"));
            }
        }
        for (name, _) in &options.columns {
            if !names.contains(name) {
                let names = names.join(", ");
                return refuse(format!(
                    "a type is given for `{name}`, but the file has no such column; it has {names}"
                ));
            }
        }
        if let Some((name, _)) = options.labels.iter().find(|(_, text)| text.contains('\0')) {
            return refuse(format!("the label `{name}` has a NUL character"));
        }
        Ok(Self { names })
    }

    /// Reads the rows, from the second line on.
    pub(super) fn reader(&self, file: &Path) -> Result<Reader<File>, ImportError> {
        let mut reader = open(file)?;
        // Otherwise the first row's reading begins at the header.
        reader
            .headers()
            .map_err(|error| ImportError::File(error.to_string()))?;
        Ok(reader)
    }
}

fn open(file: &Path) -> Result<Reader<File>, ImportError> {
    // Rows of another length are read as well, so that all of them can be reported.
    ReaderBuilder::new()
        .flexible(true)
        .from_path(file)
        .map_err(|error| ImportError::File(error.to_string()))
}
