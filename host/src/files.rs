//! The files of a configuration folder, named and hashed: what a backup copies, and what a reload is compared with.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use porthole_config::walk::{Bounds, Found, OF_TENANT, walk};
use sha2::{Digest, Sha256};

/// For folders that only the host's operator writes into.
const ALL: Bounds = Bounds {
    entries: usize::MAX,
    depth: 32,
};
/// The largest file of a tenant that counts. What is larger is neither read by the host nor a plugin that it would take.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The files of a configuration.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Name, relative to the configuration folder, with `/`; and where it is.
    pub files: BTreeMap<String, PathBuf>,
    /// What was left out, because there is too much of it: names of files, and of tenants' folders.
    pub left_out: Vec<String>,
}

/// The files of a configuration folder that are configuration: `porthole.yaml`, and of each tenant what ends as tenants' files
/// do. A tenant's folder may itself be a link; no link in it leads out.
///
/// # Errors
/// When there is no such folder.
pub fn configuration(folder: &Path) -> io::Result<Configuration> {
    let mut found = Configuration::default();
    let own = folder.join("porthole.yaml");
    if own.is_file() {
        found.files.insert("porthole.yaml".to_owned(), own);
    }
    let tenants = folder.join("tenants");
    if !tenants.exists() && folder.is_dir() {
        return Ok(found);
    }
    for entry in fs::read_dir(tenants)? {
        let entry = entry?;
        let Ok(tenant) = entry.file_name().into_string() else {
            continue;
        };
        if tenant.starts_with('.') || !fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir()) {
            continue;
        }
        let label = format!("tenants/{tenant}");
        let mut large = Vec::new();
        let whole = walk(&entry.path(), OF_TENANT, &mut |below| {
            let Some((name, length)) = plain(&below) else {
                return;
            };
            let name = format!("{label}/{name}");
            if !is_configuration(&name) {
            } else if length > LARGEST {
                large.push(name);
            } else {
                found.files.insert(name, below.path.to_owned());
            }
        });
        found.left_out.extend(large);
        // A folder that goes away meanwhile is gone.
        if !whole.unwrap_or(true) {
            found.left_out.push(label);
        }
    }
    Ok(found)
}

/// The name and the length of a plain file.
fn plain(found: &Found<'_>) -> Option<(String, u64)> {
    let metadata = found.metadata.as_ref().ok()?;
    let name = found.name.to_str()?;
    metadata.is_file().then(|| (name.to_owned(), metadata.len()))
}

/// What files of a tenant's folder end in. Others are nobody's but the operator's, and may hold secrets: what `url_file:`
/// names, or variables for a service manager.
const ENDINGS: [&str; 6] = [".yaml", ".yml", ".wasm", ".minisig", ".lock", ".md"];

/// Whether a file of the configuration folder, by its name there, is part of the configuration: `porthole.yaml`, and below
/// `tenants/` what ends as tenants' files do.
fn is_configuration(name: &str) -> bool {
    name == "porthole.yaml"
        || name.starts_with("tenants/") && ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// SHA-256 of a file, 64 hexadecimal digits.
fn sha256(path: &Path) -> io::Result<String> {
    let mut digest = Sha256::new();
    io::copy(&mut fs::File::open(path)?, &mut Sink(&mut digest))?;
    Ok(digest
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// The hashes of all files below a folder of the operator's, by name relative to it.
///
/// # Errors
/// When the folder is not there, or a file of it cannot be read.
pub fn hashes(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    walk(folder, ALL, &mut |found| {
        if let Some((name, _)) = plain(&found) {
            files.insert(name, found.path.to_owned());
        }
    })?;
    files
        .into_iter()
        .map(|(name, path)| Ok((name, sha256(&path)?)))
        .collect()
}

/// The hashes of a configuration's files, by name; a file that goes away meanwhile is left out.
///
/// # Errors
/// When there is no such folder.
pub fn configuration_hashes(folder: &Path) -> io::Result<BTreeMap<String, String>> {
    let files = configuration(folder)?.files;
    Ok(files
        .into_iter()
        .filter_map(|(name, path)| Some((name, sha256(&path).ok()?)))
        .collect())
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn links_in_circles_and_out_of_a_tenants_folder_cost_nothing_and_lead_nowhere() {
        let folder = tempfile::tempdir().unwrap();
        let outside = tempfile::tempdir().unwrap();
        fs::write(outside.path().join("secret.yaml"), "secret").unwrap();
        let panels = folder.path().join("tenants/one/panels");
        fs::create_dir_all(&panels).unwrap();
        fs::write(panels.join("load.yaml"), "panel").unwrap();
        for number in 0..20 {
            symlink(".", panels.join(format!("circle{number}"))).unwrap();
            symlink("..", panels.join(format!("up{number}"))).unwrap();
        }
        symlink(outside.path(), panels.join("out")).unwrap();
        symlink(outside.path().join("secret.yaml"), panels.join("secret.yaml")).unwrap();
        symlink("load.yaml", panels.join("same.yaml")).unwrap();
        let found = configuration(folder.path()).unwrap();
        let names: Vec<_> = found.files.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            ["tenants/one/panels/load.yaml", "tenants/one/panels/same.yaml"]
        );
        assert_eq!(found.left_out, [""; 0]);
    }

    #[test]
    fn a_tenant_with_too_many_files_or_too_large_ones_is_named_and_the_others_are_whole() {
        let folder = tempfile::tempdir().unwrap();
        for tenant in ["a", "b"] {
            fs::create_dir_all(folder.path().join(format!("tenants/{tenant}"))).unwrap();
        }
        for number in 0..=OF_TENANT.entries {
            fs::write(folder.path().join(format!("tenants/a/{number}")), "").unwrap();
        }
        let sparse = fs::File::create(folder.path().join("tenants/b/notes.md")).unwrap();
        sparse.set_len(LARGEST + 1).unwrap();
        fs::write(folder.path().join("tenants/b/tenant.yaml"), "tenant: {}").unwrap();
        let found = configuration(folder.path()).unwrap();
        assert_eq!(found.left_out.len(), 2, "{:?}", found.left_out);
        assert!(found.left_out.contains(&"tenants/a".to_owned()));
        assert!(found.left_out.contains(&"tenants/b/notes.md".to_owned()));
        assert!(found.files.contains_key("tenants/b/tenant.yaml"));
    }
}
