//! The configuration that comes with the product is sound.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::path::Path;

use porthole_config::{Config, Environment};

fn checkout() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_sample_tenants_have_no_faults() {
    let config = Config::load(&checkout().join("config"), &Environment::default());
    assert_eq!(config.diagnostics, []);
    let tenants: Vec<_> = config
        .tenants
        .values()
        .map(|tenant| (tenant.id.as_str(), tenant.name.as_str()))
        .collect();
    assert_eq!(
        tenants,
        [
            ("tenant-alpha", "Alpha Logistics"),
            ("tenant-beta", "Beta Retail")
        ]
    );
    let alpha = &config.tenants["tenant-alpha"];
    assert_eq!(
        alpha.dashboards.keys().collect::<Vec<_>>(),
        ["default", "network", "performance"]
    );
    for tenant in config.tenants.values() {
        let shown = |id: &String| {
            tenant
                .dashboards
                .values()
                .any(|dashboard| dashboard.panels.iter().any(|panel| panel.id.value == *id))
        };
        assert!(
            tenant.panels.keys().all(shown),
            "{}: every panel is on a dashboard",
            tenant.id
        );
    }
}

#[test]
fn the_example_for_imported_readings_is_a_tenants_folder_as_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let tenant = folder.path().join("tenants/my-servers");
    for part in ["dashboards", "panels"] {
        std::fs::create_dir_all(tenant.join(part)).unwrap();
        for entry in std::fs::read_dir(checkout().join("config/examples/servers").join(part)).unwrap() {
            let entry = entry.unwrap();
            std::fs::copy(entry.path(), tenant.join(part).join(entry.file_name())).unwrap();
        }
    }
    std::fs::copy(
        checkout().join("config/examples/servers/tenant.yaml"),
        tenant.join("tenant.yaml"),
    )
    .unwrap();
    let config = Config::load(folder.path(), &Environment::default());
    assert_eq!(config.diagnostics, []);
    assert_eq!(config.tenants["my-servers"].panels.len(), 4);
}
