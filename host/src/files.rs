//! The files of a configuration folder, named and hashed: what a backup copies, and what a reload is compared with.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

/// Folders within folders that are looked into.
const DEPTH: usize = 10;

/// Every plain file below a folder: its name relative to the folder, with `/`, and where it is. Links are followed, since
/// mounted configuration is made of them; names with a dot in front are left out.
pub fn below(folder: &Path) -> io::Result<BTreeMap<String, PathBuf>> {
    let mut found = BTreeMap::new();
    collect(folder, "", DEPTH, &mut found)?;
    Ok(found)
}

fn collect(
    folder: &Path,
    prefix: &str,
    depth: usize,
    found: &mut BTreeMap<String, PathBuf>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else {
            continue;
        };
        if name.starts_with('.') {
            continue;
        }
        let path = entry.path();
        // A link that leads nowhere is nothing that could be read.
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        let name = format!("{prefix}{name}");
        if metadata.is_dir() {
            if depth > 0 {
                collect(&path, &format!("{name}/"), depth - 1, found)?;
            }
        } else if metadata.is_file() {
            found.insert(name, path);
        }
    }
    Ok(())
}

/// What files of a tenant's folder end in. Others are nobody's but the operator's, and may hold secrets: what `url_file:`
/// names, or variables for a service manager.
const ENDINGS: [&str; 6] = [".yaml", ".yml", ".wasm", ".minisig", ".lock", ".md"];

/// Whether a file of the configuration folder, by its name there, is part of the configuration: `porthole.yaml`, and below
/// `tenants/` what ends as tenants' files do.
pub fn is_configuration(name: &str) -> bool {
    name == "porthole.yaml"
        || name.starts_with("tenants/") && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// SHA-256 of a file, 64 hexadecimal digits.
pub fn sha256(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    io::copy(&mut fs::File::open(path)?, &mut Sink(&mut digest))?;
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// The hashes of all files below a folder, by name; a file that goes away meanwhile is left out.
pub fn hashes(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let files = below(folder)?;
    Ok(files
        .into_iter()
        .filter_map(|(name, path)| Some((name, sha256(&path).ok()?)))
        .collect())
}

/// The same of those that are configuration.
pub fn configuration_hashes(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut found = hashes(folder)?;
    found.retain(|name, _| is_configuration(name));
    Ok(found)
}

struct Sink<'a>(&'a mut Sha256);

impl io::Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
