//! A database that is a file: whether it is still the one that connections were opened to. A file that is put in its place
//! has the same name, and connections go on with the one that is gone.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// A file's name, and which file was seen under it last. Its `Debug` does not show the name.
pub(super) struct File {
    path: PathBuf,
    seen: Mutex<Seen>,
}

impl fmt::Debug for File {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("File").finish_non_exhaustive()
    }
}

struct Seen {
    number: Option<u128>,
    since: Instant,
}

impl File {
    pub(super) fn new(path: &Path) -> Self {
        let seen = Seen {
            number: number(path),
            since: Instant::now(),
        };
        Self {
            path: path.to_owned(),
            seen: Mutex::new(seen),
        }
    }

    /// What tells the file from others of its name; none: there is no file, or the system does not number them.
    pub(super) fn number(&self) -> Option<u128> {
        let number = number(&self.path);
        let mut seen = self.seen.lock();
        if seen.number != number {
            *seen = Seen {
                number,
                since: Instant::now(),
            };
        }
        number
    }

    /// Whether a connection that was opened so long ago may be to the file that is there now. One that was opened just before
    /// that was noticed is taken for older: it costs opening it once more.
    pub(super) fn is_of(&self, age: Duration) -> bool {
        self.number();
        age < self.seen.lock().since.elapsed()
    }
}

/// Device and number of the file.
#[cfg(unix)]
fn number(path: &Path) -> Option<u128> {
    use std::os::unix::fs::MetadataExt;
    let about = std::fs::metadata(path).ok()?;
    Some(u128::from(about.dev()) << 64 | u128::from(about.ino()))
}

#[cfg(not(unix))]
fn number(_: &Path) -> Option<u128> {
    None
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_that_takes_anothers_place_is_noticed_and_connections_of_before_are_not_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let (path, next) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&path, "one").unwrap();
        let file = File::new(&path);
        let first = file.number();
        assert!(first.is_some());
        assert!(file.is_of(Duration::ZERO));
        std::fs::write(&next, "two").unwrap();
        std::fs::rename(&next, &path).unwrap();
        assert!(!file.is_of(Duration::from_secs(1)));
        assert_ne!(file.number(), first);
        while !file.is_of(Duration::from_nanos(1)) {
            std::hint::spin_loop();
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.number(), None);
    }
}
