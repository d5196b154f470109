//! A folder that only the host can write in, and the secret in it.
//!
//! What the host keeps for itself between two starts (precompiled components, buckets) is believed only with a code made
//! with a secret that nobody else can read.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

/// Length of a secret, bytes.
pub const KEY_BYTES: usize = 64;

/// Makes the folder where it is missing, and refuses one that others can write in. The error says what to do.
pub fn make_folder(folder: &Path) -> Result<(), String> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| error.to_string())?;
    let metadata = fs::metadata(folder).map_err(|error| error.to_string())?;
    only_ours(&metadata, 0o022, "others can write in it; make it `chmod 700`")
}

/// The key in this file, made where it is missing; one that others can read is refused. The error says what to do.
pub fn read_or_make_key(path: &Path) -> Result<[u8; KEY_BYTES], String> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(mut file) => {
            let key: [u8; KEY_BYTES] = rand::random();
            file.write_all(&key)
                .and_then(|()| file.sync_all())
                .map_err(|error| error.to_string())?;
            Ok(key)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let mut file = File::open(path).map_err(|error| error.to_string())?;
            let metadata = file.metadata().map_err(|error| error.to_string())?;
            only_ours(
                &metadata,
                0o077,
                "others can read it; remove the folder, it is made anew",
            )?;
            let mut key = [0; KEY_BYTES];
            file.read_exact(&mut key)
                .map_err(|_| "the key is too short; remove the folder, it is made anew".to_owned())?;
            Ok(key)
        }
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a file or folder belongs to the account the host runs as and gives others none of the rights in `mask`.
#[cfg(unix)]
fn only_ours(metadata: &fs::Metadata, mask: u32, complaint: &str) -> Result<(), String> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    if metadata.permissions().mode() & mask != 0 {
        return Err(complaint.to_owned());
    }
    let us = rustix::process::geteuid().as_raw();
    if metadata.uid() != us {
        return Err(format!(
            "it belongs to user {}, and the host runs as user {us}",
            metadata.uid()
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn only_ours(_metadata: &fs::Metadata, _mask: u32, _complaint: &str) -> Result<(), String> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_key_is_made_once_and_is_the_hosts_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        let key = read_or_make_key(&path).unwrap();
        assert_eq!(read_or_make_key(&path).unwrap(), key);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn a_key_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        read_or_make_key(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read_or_make_key(&path).is_err());
    }

    #[test]
    fn a_folder_that_others_can_write_in_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept");
        make_folder(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o777)).unwrap();
        assert!(make_folder(&path).is_err());
    }
}
