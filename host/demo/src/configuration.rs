//! The sample tenants' dashboards and panels, as files that can be read, changed and learned from.

use std::io;
use std::path::Path;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "../../config/tenants"]
struct Sample;

/// The plugins that each sample tenant's panels name, without the `porthole_example_` before them.
const PLUGINS: [(&str, &[&str]); 2] = [
    (
        "tenant-alpha",
        &[
            "calendar_heatmap",
            "daily_summary",
            "network_topology",
            "service_map",
        ],
    ),
    (
        "tenant-beta",
        &["calendar_heatmap", "network_topology", "service_map"],
    ),
];

/// Writes the sample tenants' folders below `folder`/tenants, with the plugins that their panels name. Files that are there already stay as they are: somebody
/// may have changed them.
pub fn write_configuration(folder: &Path) -> io::Result<()> {
    let tenants = folder.join("tenants");
    for name in Sample::iter() {
        // A plugin that lay in the folder when this was compiled is somebody's own.
        if name.ends_with(".wasm") {
            continue;
        }
        if let Some(file) = Sample::get(&name) {
            write(&tenants.join(name.as_ref()), &file.data)?;
        }
    }
    for (tenant, names) in PLUGINS {
        let plugins = tenants.join(tenant).join("plugins");
        for example in porthole_builtin::examples() {
            let name = example.name.trim_start_matches("porthole_example_");
            if names.contains(&name) {
                write(&plugins.join(name).with_extension("wasm"), example.bytes)?;
            }
        }
    }
    Ok(())
}

/// Writes a file that is not there yet, whole or not at all.
fn write(target: &Path, bytes: &[u8]) -> io::Result<()> {
    if target.exists() {
        return Ok(());
    }
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent)?;
    }
    let partial = target.with_extension("partial");
    std::fs::write(&partial, bytes)?;
    std::fs::rename(partial, target)
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
    #[test]
    fn each_tenant_gets_the_plugins_that_its_panels_name_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        write_configuration(folder.path()).unwrap();
        for (tenant, names) in PLUGINS {
            let tenant = folder.path().join("tenants").join(tenant);
            let panels: String = std::fs::read_dir(tenant.join("panels"))
                .unwrap()
                .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
                .collect();
            for (_, all) in PLUGINS {
                for name in all {
                    let file = tenant.join("plugins").join(name).with_extension("wasm");
                    assert_eq!(file.is_file(), names.contains(name), "{}", file.display());
                    // By its type, or by its endpoint.
                    let named = panels.contains(&format!("\"{name}\""))
                        || panels.contains(&format!("{}\"", name.replace('_', "-")));
                    assert_eq!(named, names.contains(name), "{}", file.display());
                }
            }
        }
    }
}
