//! A tenant's folder: files inside it and nothing else.
//!
//! Whoever may write dashboards may write file names and links; neither leads out of the folder.

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

/// The largest file that is read.
pub(crate) const FILE_BYTES: u64 = 1024 * 1024;
/// What all files of one tenant may hold together.
const FOLDER_BYTES: u64 = 32 * 1024 * 1024;
/// Files of one kind a tenant may have.
pub(crate) const FILES: usize = 2000;
/// Folders below `panels/`.
const DEPTH: usize = 4;

/// Why a file cannot be used; the message goes on after the file's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FileFault {
    #[error("there is no file `{0}` in the tenant's folder")]
    Missing(String),
    #[error("`{0}` leads out of the tenant's folder")]
    Outside(String),
    #[error("`{0}` is not a plain file")]
    NotAFile(String),
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    #[error("`{0}` is larger than 1 MiB")]
    TooLarge(String),
    #[error("`{0}` is one file too many: the files of a tenant may hold 32 MiB together")]
    TooMuch(String),
    #[error("`{name}` is not UTF-8 text (line {line}, column {column})")]
    NotText { name: String, line: u32, column: u32 },
    #[error("`{0}` cannot be read: {1}")]
    Unreadable(String, io::ErrorKind),
}

impl FileFault {
    /// Where in the file itself the fault is.
    pub fn place(&self) -> (u32, u32) {
        match self {
            FileFault::NotText { line, column, .. } => (*line, *column),
            _ => (1, 1),
        }
    }

    /// What to do.
    pub fn help(&self) -> String {
        match self {
            FileFault::Missing(_) => "names are relative to the folder that holds `dashboards` and `panels`",
            FileFault::Outside(_) => "copy the file into the tenant's folder",
            FileFault::NotAFile(_) => "put a text file there",
            FileFault::NotAFolder(_) => "make it a folder of .yaml files, or remove it",
            FileFault::TooLarge(_) | FileFault::TooMuch(_) => {
                "a panel is a few kilobytes: remove what is not needed"
            }
            FileFault::NotText { .. } => "save the file as UTF-8",
            FileFault::Unreadable(..) => "look at the file's permissions",
        }
        .to_owned()
    }
}

/// One name in a folder.
#[derive(Debug)]
pub(crate) struct Entry {
    /// What of it can be read.
    pub name: String,
    /// Whether all of it can.
    pub is_utf8: bool,
    /// A folder itself, and no link to one.
    pub is_folder: bool,
}

/// A tenant's folder.
pub(crate) struct Folder {
    /// Without links.
    root: PathBuf,
    spent: Cell<u64>,
}

impl Folder {
    /// The folder, if it can be listed.
    pub fn open(root: &Path) -> io::Result<Self> {
        let root = fs::canonicalize(root)?;
        fs::read_dir(&root)?;
        Ok(Self {
            root,
            spent: Cell::new(0),
        })
    }

    /// Without links.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where a file is, if it is a plain file inside the folder; `name` is relative to the folder, with `/`.
    pub fn locate(&self, name: &str) -> Result<PathBuf, FileFault> {
        let shown = || shown(name);
        if !is_inside(name) {
            return Err(FileFault::Outside(shown()));
        }
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory | io::ErrorKind::InvalidInput => {
                FileFault::Missing(shown())
            }
            kind => FileFault::Unreadable(shown(), kind),
        };
        let path = fs::canonicalize(self.root.join(name)).map_err(failed)?;
        if !path.starts_with(&self.root) {
            return Err(FileFault::Outside(shown()));
        }
        // Asked before opening: to open a pipe is to wait for its other end.
        if !fs::metadata(&path).map_err(failed)?.is_file() {
            return Err(FileFault::NotAFile(shown()));
        }
        Ok(path)
    }

    /// Whether something has this name in the folder, be it a link that leads nowhere.
    pub fn names(&self, name: &str) -> bool {
        fs::symlink_metadata(self.root.join(name)).is_ok()
    }

    /// The text of a file; `name` is relative to the folder, with `/`.
    pub fn read(&self, name: &str) -> Result<String, FileFault> {
        let path = self.locate(name)?;
        let shown = || shown(name);
        let failed = |error: io::Error| FileFault::Unreadable(shown(), error.kind());
        let mut bytes = Vec::new();
        File::open(&path)
            .and_then(|file| file.take(FILE_BYTES + 1).read_to_end(&mut bytes))
            .map_err(failed)?;
        let length = bytes.len() as u64;
        if length > FILE_BYTES {
            return Err(FileFault::TooLarge(shown()));
        }
        if self.spent.get() + length > FOLDER_BYTES {
            return Err(FileFault::TooMuch(shown()));
        }
        self.spent.set(self.spent.get() + length);
        text(bytes).map_err(|(line, column)| FileFault::NotText {
            name: shown(),
            line,
            column,
        })
    }

    /// Files below `part` that are meant as configuration, relative to the folder, ascending, at most [`FILES`] and one; none
    /// where there is no such folder. Names with a dot in front are left alone.
    pub fn list(&self, part: &str, deep: bool) -> Result<Vec<String>, FileFault> {
        if !self.names(part) {
            return Ok(Vec::new());
        }
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => FileFault::Missing(part.to_owned()),
            io::ErrorKind::NotADirectory => FileFault::NotAFolder(part.to_owned()),
            kind => FileFault::Unreadable(part.to_owned(), kind),
        };
        let path = fs::canonicalize(self.root.join(part)).map_err(failed)?;
        if !path.starts_with(&self.root) {
            return Err(FileFault::Outside(part.to_owned()));
        }
        fs::read_dir(&path).map_err(failed)?;
        let mut found = Vec::new();
        self.collect(part, &[".yaml", ".yml"], if deep { DEPTH } else { 0 }, &mut found);
        found.sort();
        Ok(found)
    }

    /// What stands directly in a folder, by name, at most [`FILES`]. Names with a dot in front are left alone, and so is a
    /// folder that a link leads to from outside.
    pub fn entries(&self, part: &str) -> Vec<Entry> {
        let Ok(path) = fs::canonicalize(self.root.join(part)) else {
            return Vec::new();
        };
        if !path.starts_with(&self.root) {
            return Vec::new();
        }
        let Ok(entries) = fs::read_dir(path) else {
            return Vec::new();
        };
        let entries = entries.flatten().map(|entry| {
            let name = entry.file_name();
            Entry {
                is_utf8: name.to_str().is_some(),
                name: name.to_string_lossy().into_owned(),
                is_folder: entry.file_type().is_ok_and(|kind| kind.is_dir()),
            }
        });
        let mut entries: Vec<_> = entries
            .filter(|entry| !entry.name.starts_with('.'))
            .take(FILES)
            .collect();
        entries.sort_by(|one, other| one.name.cmp(&other.name));
        entries
    }

    fn collect(&self, part: &str, endings: &[&str], depth: usize, found: &mut Vec<String>) {
        let Ok(path) = fs::canonicalize(self.root.join(part)) else {
            return;
        };
        if !path.starts_with(&self.root) {
            return;
        }
        let Ok(entries) = fs::read_dir(path) else { return };
        for entry in entries.flatten() {
            if found.len() > FILES {
                return;
            }
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            let below = format!("{part}/{name}");
            // Follows no link: a folder that is a link could lead in circles.
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                if depth > 0 {
                    self.collect(&below, endings, depth - 1, found);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(below);
            }
        }
    }
}

/// A name for a message: short and on one line.
pub(crate) fn shown(name: &str) -> String {
    name.chars()
        .take(200)
        .map(|c| if c.is_control() { '?' } else { c })
        .collect()
}

/// Whether a name has only plain parts, so that it cannot climb.
fn is_inside(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', '\0'])
        && Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)))
}

/// UTF-8 text without a byte order mark, or the place of the first byte that is none.
pub(crate) fn text(bytes: Vec<u8>) -> Result<String, (u32, u32)> {
    match String::from_utf8(bytes) {
        Ok(text) => Ok(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        }),
        Err(error) => {
            let sound =
                String::from_utf8_lossy(&error.as_bytes()[..error.utf8_error().valid_up_to()]).into_owned();
            let line = sound.matches('\n').count() + 1;
            let column = sound.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
            Err((count(line), count(column)))
        }
    }
}
