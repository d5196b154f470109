//! Whose the files are that a command makes: nobody else's business where they hold password hashes, and the service's where
//! root makes them in the service's folder.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, lchown};
use std::path::Path;

/// Who may read what is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// The owner alone, whatever the umask is: 0700 and 0600.
    Owner,
    /// As the umask says.
    Usual,
}

impl Readers {
    /// Makes a folder, and those above it.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_folder(self, folder: &Path) -> io::Result<()> {
        let mode = if self == Self::Owner { 0o700 } else { 0o777 };
        DirBuilder::new().recursive(true).mode(mode).create(folder)
    }

    /// Makes a file that was not there before.
    ///
    /// # Errors
    /// When it is there, or cannot be made.
    pub fn make_file(self, file: &Path) -> io::Result<File> {
        let mode = if self == Self::Owner { 0o600 } else { 0o666 };
        OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(mode)
            .open(file)
    }
}

/// Gives what root has just made to the owner of the folder that it is for, and keeps it where that is the maker already.
///
/// # Errors
/// When there is no such file, or its owner cannot be changed.
pub fn hand_over(made: &Path, owner_of: &Path) -> io::Result<()> {
    let (owner, now) = (fs::metadata(owner_of)?, fs::symlink_metadata(made)?);
    // Somebody else than root cannot give anything away, and has no need to.
    if now.uid() != 0 || owner.uid() == 0 {
        return Ok(());
    }
    lchown(made, Some(owner.uid()), Some(owner.gid()))
}
