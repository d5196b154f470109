//! What lies below a folder, for those who look at all of it: the watch for changes, backups, `porthole diff`.
//!
//! Whoever may write into a tenant's folder may make links there, in circles and to anywhere. No link is followed out of the
//! folder, no folder is entered from within itself, and how much is looked at is bounded, for each tenant by itself, so that
//! one costs the others nothing.

use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::hash::{Hash, Hasher};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Something below a folder.
#[derive(Debug)]
pub struct Found<'a> {
    /// Relative to the folder.
    pub name: &'a Path,
    /// Where it is, without links.
    pub path: &'a Path,
    /// Of what a link leads to. An error: it leads nowhere or out of the folder, or cannot be looked at.
    pub metadata: io::Result<&'a Metadata>,
}

/// How much is looked at.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Files and folders together.
    pub entries: usize,
    /// Levels of folders.
    pub depth: usize,
}

/// For one tenant's folder: ten times what may be read of it.
pub const OF_TENANT: Bounds = Bounds {
    entries: 20_000,
    depth: 8,
};

/// Shows everything below `folder`, by name; what has a dot in front is left alone. Whether that was all there is.
///
/// # Errors
/// When the folder itself is not there.
pub fn walk(folder: &Path, bounds: Bounds, take: &mut dyn FnMut(Found<'_>)) -> io::Result<bool> {
    let root = fs::canonicalize(folder)?;
    let metadata = fs::metadata(&root)?;
    let mut walking = Walking {
        root: &root,
        left: bounds.entries,
        is_whole: true,
        above: vec![(metadata.dev(), metadata.ino())],
        take,
    };
    walking.folder(&root, Path::new(""), bounds.depth);
    Ok(walking.is_whole)
}

struct Walking<'a> {
    root: &'a Path,
    left: usize,
    is_whole: bool,
    /// The folders that are open, by device and number.
    above: Vec<(u64, u64)>,
    take: &'a mut dyn FnMut(Found<'_>),
}

impl Walking<'_> {
    /// Tells of what cannot be looked at.
    fn refused(&mut self, path: &Path, name: &Path, error: std::io::Error) {
        (self.take)(Found {
            name,
            path,
            metadata: Err(error),
        });
    }

    fn folder(&mut self, path: &Path, name: &Path, depth: usize) {
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => {
                return self.refused(path, name, error);
            }
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let mut names: Vec<OsString> = names
            .filter(|name| !is_hidden(name))
            .take(self.left.saturating_add(1))
            .collect();
        if names.len() > self.left {
            self.is_whole = false;
            names.truncate(self.left);
        }
        self.left -= names.len();
        names.sort();
        for entry in names {
            self.entry(&path.join(&entry), &name.join(&entry), depth);
        }
    }

    fn entry(&mut self, path: &Path, name: &Path, depth: usize) {
        let (target, metadata) = match self.target(path) {
            Ok(found) => found,
            Err(error) => {
                return self.refused(path, name, error);
            }
        };
        (self.take)(Found {
            name,
            path: &target,
            metadata: Ok(&metadata),
        });
        let id = (metadata.dev(), metadata.ino());
        if metadata.is_dir() && !self.above.contains(&id) {
            if depth == 0 {
                self.is_whole = false;
                return;
            }
            self.above.push(id);
            self.folder(&target, name, depth - 1);
            self.above.pop();
        }
    }

    /// What a path leads to, inside the root.
    fn target(&self, path: &Path) -> io::Result<(PathBuf, Metadata)> {
        let own = fs::symlink_metadata(path)?;
        if !own.is_symlink() {
            return Ok((path.to_owned(), own));
        }
        let target = fs::canonicalize(path)?;
        if !target.starts_with(self.root) {
            return Err(io::Error::other("it leads out of the folder"));
        }
        let metadata = fs::metadata(&target)?;
        Ok((target, metadata))
    }
}

fn is_hidden(name: &OsString) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// Adds to `hasher` what changes when a file is written, replaced (also by one of the same length and time), linked elsewhere,
/// or given other permissions; and of a folder only what it is, since its content is looked at by itself.
pub(crate) fn state(metadata: &io::Result<&Metadata>, hasher: &mut impl Hasher) {
    let metadata = match metadata {
        Ok(metadata) => metadata,
        Err(error) => {
            error.kind().hash(hasher);
            return;
        }
    };
    (
        metadata.dev(),
        metadata.ino(),
        metadata.mode(),
        metadata.uid(),
        metadata.gid(),
    )
        .hash(hasher);
    if !metadata.is_dir() {
        metadata.len().hash(hasher);
        (metadata.mtime(), metadata.mtime_nsec()).hash(hasher);
        (metadata.ctime(), metadata.ctime_nsec()).hash(hasher);
    }
}
