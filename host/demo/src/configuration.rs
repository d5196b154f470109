//! The sample tenants' dashboards and panels, as files that can be read, changed and learned from.

use std::io;
use std::path::Path;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../config/tenants"]
struct Sample;

/// Writes the sample tenants' folders below `folder`/tenants. Files that are there already stay as they are: somebody
/// may have changed them.
pub fn write_configuration(folder: &Path) -> io::Result<()> {
    let tenants = folder.join("tenants");
    for name in Sample::iter() {
        let target = tenants.join(name.as_ref());
        let Some(file) = Sample::get(&name) else { continue };
        if target.exists() {
            continue;
        }
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(target, &file.data)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn writes_both_tenants_and_leaves_changed_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        write_configuration(folder.path()).unwrap();
        for tenant in crate::tenants() {
            let file = folder.path().join("tenants").join(tenant).join("tenant.yaml");
            assert!(file.is_file(), "{tenant}");
            std::fs::write(&file, "changed").unwrap();
        }
        write_configuration(folder.path()).unwrap();
        for tenant in crate::tenants() {
            let file = folder.path().join("tenants").join(tenant).join("tenant.yaml");
            assert_eq!(std::fs::read_to_string(file).unwrap(), "changed");
        }
    }
}
