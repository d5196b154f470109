//! What an author has saved since we last looked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Folders of a crate that are not its author's work.
const NOT_LOOKED_AT: [&str; 4] = ["target", "golden", "vendor", ".git"];
/// Folders that change what is shown, not what is built.
const SHOWN: [&str; 2] = ["panels", "fixtures"];
/// A crate with more files than this is followed in part.
const MOST_FILES: usize = 5_000;

/// The files of a crate as they were.
pub struct Seen(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

/// What there is to do about a change.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Changed {
    /// The component is to be built again.
    pub built: bool,
    /// Panels or data are to be shown again.
    pub shown: bool,
}

impl Seen {
    /// The files as they are.
    pub fn of(folder: &Path) -> Self {
        let mut files = BTreeMap::new();
        walk(folder, folder, &mut files);
        Self(files)
    }

    /// What has changed since; none: nothing.
    pub fn look_again(&mut self, folder: &Path) -> Option<Changed> {
        let now = Self::of(folder).0;
        let mut changed = Changed::default();
        let differs = now
            .iter()
            .filter(|(path, state)| self.0.get(*path) != Some(state))
            .chain(self.0.iter().filter(|(path, _)| !now.contains_key(*path)));
        for (path, _) in differs {
            let first = path.components().next().map(|part| part.as_os_str().to_owned());
            if SHOWN.iter().any(|name| first.as_deref() == Some(name.as_ref())) {
                changed.shown = true;
            } else {
                changed.built = true;
            }
        }
        self.0 = now;
        (changed != Changed::default()).then_some(changed)
    }
}

fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<PathBuf, (u64, Option<SystemTime>)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let name = name.to_string_lossy();
        // Cargo writes the lock file itself.
        if name.starts_with('.') || name.ends_with('~') || name == "Cargo.lock" || files.len() >= MOST_FILES {
            continue;
        }
        let Ok(metadata) = entry.metadata() else { continue };
        if metadata.is_dir() {
            if folder != root || !NOT_LOOKED_AT.contains(&name.as_ref()) {
                walk(root, &path, files);
            }
        } else if let Ok(relative) = path.strip_prefix(root) {
            files.insert(relative.to_path_buf(), (metadata.len(), metadata.modified().ok()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_is_saved_says_what_is_to_be_done() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        for name in ["src", "panels", "target", "golden"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        std::fs::write(root.join("src/lib.rs"), "one").unwrap();
        let mut seen = Seen::of(root);
        assert_eq!(seen.look_again(root), None);
        std::fs::write(root.join("src/lib.rs"), "other").unwrap();
        let built = Changed {
            built: true,
            shown: false,
        };
        assert_eq!(seen.look_again(root), Some(built));
        std::fs::write(root.join("panels/a.yaml"), "").unwrap();
        let shown = Changed {
            built: false,
            shown: true,
        };
        assert_eq!(seen.look_again(root), Some(shown));
        for name in ["target/x", "golden/x.json", "src/.lib.rs.swp", "Cargo.lock"] {
            std::fs::write(root.join(name), "").unwrap();
        }
        assert_eq!(seen.look_again(root), None);
        std::fs::remove_file(root.join("src/lib.rs")).unwrap();
        assert_eq!(seen.look_again(root), Some(built));
    }
}
