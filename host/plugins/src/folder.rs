//! Plugins as files of a tenant's folder.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use porthole_config::PluginFile;

/// The largest signature that is read, bytes; minisign's have some hundred.
const SIGNATURE: u64 = 4_096;

/// A file that was read.
pub(crate) struct Found {
    pub(crate) bytes: Vec<u8>,
    pub(crate) signature: Option<String>,
}

/// Reads a plugin's file and the signature beside it; `limit` in bytes. An error is a sentence for the tenant.
pub(crate) fn read(file: &PluginFile, limit: usize) -> Result<Found, String> {
    let bytes = read_within(&file.path, limit as u64)
        .map_err(|error| format!("the file cannot be read: {}", error.kind()))?
        .ok_or_else(|| {
            format!("the file is larger than the {limit} bytes that are accepted (`limits.plugin`)")
        })?;
    let signature = match &file.signature {
        None => None,
        Some(path) => match read_within(path, SIGNATURE) {
            Ok(Some(text)) => Some(String::from_utf8_lossy(&text).into_owned()),
            // What cannot be read is as good as what does not fit.
            Ok(None) | Err(_) => Some(String::new()),
        },
    };
    Ok(Found { bytes, signature })
}

/// The name of a file without its folder and ending: what it is called until it has said its own name.
pub(crate) fn stem(name: &str) -> String {
    let name = name.rsplit('/').next().unwrap_or(name);
    name.strip_suffix(".wasm").unwrap_or(name).to_owned()
}

/// None: there is more.
fn read_within(path: &Path, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    File::open(path)?
        .take(limit.saturating_add(1))
        .read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_file_beyond_the_limit_is_not_read_to_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heat.wasm");
        std::fs::write(&path, [0; 101]).unwrap();
        let file = PluginFile {
            name: "tenants/a/plugins/heat.wasm".to_owned(),
            path,
            stamp: 0,
            signature: Some(folder.path().join("missing.minisig")),
        };
        assert!(
            read(&file, 100)
                .err()
                .unwrap()
                .contains("larger than the 100 bytes")
        );
        let found = read(&file, 101).ok().unwrap();
        assert_eq!((found.bytes.len(), found.signature.as_deref()), (101, Some("")));
        assert_eq!(stem(&file.name), "heat");
    }
}
