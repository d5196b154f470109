//! Files that are written whole.

use std::path::Path;

use anyhow::Context;
use sha2::{Digest, Sha256};

/// Writes a file when its bytes change, so that nothing that depends on it is made anew for nothing; true when it was
/// written. Whole or not at all: somebody may be reading it right now.
///
/// # Errors
/// When the file, or one beside it, cannot be written.
pub fn write_if_changed(path: &Path, bytes: &[u8]) -> anyhow::Result<bool> {
    if std::fs::read(path).ok().as_deref() == Some(bytes) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = Path::new(&partial);
    std::fs::write(partial, bytes).with_context(|| format!("cannot write {}", partial.display()))?;
    std::fs::rename(partial, path).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// SHA-256 as 64 hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_that_is_what_it_should_be_stays_untouched() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/panel.wasm");
        assert!(write_if_changed(&path, b"one").unwrap());
        assert!(!write_if_changed(&path, b"one").unwrap());
        assert!(write_if_changed(&path, b"two").unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }
}
