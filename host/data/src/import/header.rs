//! The first line of a CSV file, and the options that name its columns.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::{Reader, ReaderBuilder};

use super::text::Text;
use super::{CsvImport, ImportError, UNCLOSED};

/// PostgreSQL's limit.
const LONGEST_NAME: usize = 63;
const MOST_COLUMNS: usize = 500;
/// In bytes, without the line's end.
const LONGEST_HEADER: u64 = 64 * 1024;
/// More names than these are not listed in a message.
const MOST_LISTED: usize = 20;
/// In characters.
const LONGEST_SHOWN: usize = 60;
const NOT_UTF8: &str = "the file is not UTF-8 text; save it as UTF-8";

#[derive(Debug)]
pub(super) struct Header {
    /// The columns' names.
    pub(super) names: Vec<String>,
}

impl Header {
    /// Reads the header and holds the options against it.
    pub(super) fn read(file: &Path, options: &CsvImport) -> Result<Self, ImportError> {
        let refuse = |message: String| Err(ImportError::Header(message));
        if is_utf16(file)? {
            return refuse(NOT_UTF8.into());
        }
        // One byte more than a header and its line's end, so that a longer one is told from one that fits.
        let mut reader = open(file, LONGEST_HEADER + 1)?;
        let record = reader
            .byte_headers()
            .map_err(|error| ImportError::File(error.to_string()))?
            .clone();
        let unclosed = !record.is_empty() && reader.get_ref().passed();
        if reader.position().byte() > LONGEST_HEADER + 1 {
            let reason = if unclosed {
                ": a quotation mark in it is not closed"
            } else {
                ""
            };
            let most = LONGEST_HEADER / 1024;
            return refuse(format!("the header line is longer than {most} KiB{reason}"));
        }
        if unclosed {
            return refuse(format!("line 1: {UNCLOSED}"));
        }
        let mut names = Vec::with_capacity(record.len());
        for (index, name) in record.iter().enumerate() {
            let Ok(name) = std::str::from_utf8(name) else {
                return refuse(NOT_UTF8.into());
            };
            let name = match index {
                0 => name.trim_start_matches('\u{feff}'),
                _ => name,
            };
            names.push(name.trim().to_owned());
        }
        if names.iter().all(String::is_empty) {
            return refuse(
                "the file is empty, or its first line has no names: a header line is needed".into(),
            );
        }
        if names.len() > MOST_COLUMNS {
            return refuse(format!("the file has more than {MOST_COLUMNS} columns"));
        }
        if let [name] = names.as_slice()
            && let Some(separator) = name.chars().find(|letter| matches!(letter, ';' | '\t'))
        {
            let separator = match separator {
                '\t' => "tabs",
                _ => "`;`",
            };
            return refuse(format!(
                "the header has one column `{}`: the file seems to be separated by {separator}; commas are needed",
                shown(name)
            ));
        }
        let mut seen = HashSet::new();
        for name in names.iter().chain(options.labels.iter().map(|(name, _)| name)) {
            if name.is_empty() {
                return refuse("line 1: a column has no name".into());
            }
            if name.len() > LONGEST_NAME || name.contains('\0') {
                return refuse(format!(
                    "line 1: `{}` cannot be the name of a column",
                    shown(name)
                ));
            }
            if !seen.insert(name.to_lowercase()) {
                return refuse(format!("there are two columns `{}`", shown(name)));
            }
        }
        for (name, _) in &options.columns {
            if !names.contains(name) {
                let listed: Vec<_> = names.iter().take(MOST_LISTED).map(|name| shown(name)).collect();
                let more = match names.len().saturating_sub(MOST_LISTED) {
                    0 => String::new(),
                    more => format!(" and {more} more"),
                };
                return refuse(format!(
                    "a type is given for `{}`, but the file has no such column; it has {}{more}",
                    shown(name),
                    listed.join(", ")
                ));
            }
        }
        if let Some((name, _)) = options.labels.iter().find(|(_, text)| text.contains('\0')) {
            return refuse(format!("the label `{name}` has a NUL character"));
        }
        Ok(Self { names })
    }

    /// Reads the rows, from the second line on.
    pub(super) fn reader(&self, file: &Path) -> Result<Reader<Text>, ImportError> {
        let mut reader = open(file, u64::MAX)?;
        // Otherwise the first row's reading begins at the header.
        reader
            .byte_headers()
            .map_err(|error| ImportError::File(error.to_string()))?;
        Ok(reader)
    }
}

/// Whether the file begins with the byte order mark of UTF-16.
fn is_utf16(file: &Path) -> Result<bool, ImportError> {
    let mut start = Vec::with_capacity(2);
    File::open(file)
        .and_then(|file| file.take(2).read_to_end(&mut start))
        .map_err(|error| ImportError::File(error.to_string()))?;
    Ok(matches!(start.as_slice(), [0xff, 0xfe] | [0xfe, 0xff]))
}

/// A name as a message shows it: not too long, and without characters that a terminal would obey.
fn shown(name: &str) -> String {
    let mut shown = String::new();
    let mut letters = name.chars();
    for letter in letters.by_ref().take(LONGEST_SHOWN) {
        match letter.is_control() {
            true => shown.extend(letter.escape_default()),
            false => shown.push(letter),
        }
    }
    if letters.next().is_some() {
        shown.push('…');
    }
    shown
}

fn open(file: &Path, most: u64) -> Result<Reader<Text>, ImportError> {
    let text = Text::open(file, most).map_err(|error| ImportError::File(error.to_string()))?;
    // Rows of another length are read as well, so that all of them can be reported.
    Ok(ReaderBuilder::new().flexible(true).from_reader(text))
}
