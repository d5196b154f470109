//! What a new tenant begins with: a table of readings, and a dashboard that shows it.

use std::fs;
use std::io;
use std::path::Path;

use chrono::Utc;
use porthole_data::load::{Kind, LoadColumn, LoadError, Loader, TableSpec, Value};
use secrecy::SecretString;

/// The example for imported CSV files: so a new tenant's table is one that `porthole import` goes on filling.
const FILES: [(&str, &str); 5] = [
    (
        "dashboards/default.yaml",
        include_str!("../../../../config/examples/servers/dashboards/default.yaml"),
    ),
    (
        "panels/usage.yaml",
        include_str!("../../../../config/examples/servers/panels/usage.yaml"),
    ),
    (
        "panels/latest.yaml",
        include_str!("../../../../config/examples/servers/panels/latest.yaml"),
    ),
    (
        "panels/servers.yaml",
        include_str!("../../../../config/examples/servers/panels/servers.yaml"),
    ),
    (
        "panels/highest.yaml",
        include_str!("../../../../config/examples/servers/panels/highest.yaml"),
    ),
];

const SERVERS: [&str; 3] = ["sample-1", "sample-2", "sample-3"];
const DAYS: i64 = 7;
const STEP_MINUTES: i64 = 15;

/// The dashboard and its panels, below the tenant's folder.
pub fn write_files(folder: &Path) -> io::Result<()> {
    for (name, text) in FILES {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(path, text)?;
    }
    Ok(())
}

fn readings() -> TableSpec {
    let column = |name: &str, kind| LoadColumn {
        name: name.to_owned(),
        kind,
        required: false,
    };
    let index = |columns: &[&str]| columns.iter().map(|name| (*name).to_owned()).collect();
    TableSpec {
        name: "readings".to_owned(),
        identity: None,
        columns: vec![
            column("timestamp", Kind::Timestamp),
            column("value", Kind::Real),
            column("series", Kind::Text),
        ],
        indexes: vec![index(&["timestamp"]), index(&["series", "timestamp"])],
    }
}

/// A week of made-up readings up to now: how many.
pub async fn load(url: &SecretString) -> Result<u64, LoadError> {
    let now = Utc::now().timestamp() / 60;
    let mut rows = Vec::new();
    for minute in (now - DAYS * 1440..now).step_by(STEP_MINUTES as usize) {
        for (number, server) in SERVERS.iter().enumerate() {
            let (number, hour) = (number as f64, minute as f64 / 60.0);
            // A day's wave, a shorter one, and each server on a level of its own.
            let value = 40.0
                + 10.0 * number
                + 18.0 * (hour * std::f64::consts::TAU / 24.0 + number).sin()
                + 6.0 * (hour * 1.7 + 2.0 * number).sin();
            rows.push(vec![
                Value::Instant(minute * 60_000),
                Value::Real((value * 10.0).round() / 10.0),
                Value::Text((*server).to_owned()),
            ]);
        }
    }
    let mut loader = Loader::open(url).await?;
    let loaded = loader.insert(&readings(), &rows).await;
    loader.close().await;
    loaded
}
