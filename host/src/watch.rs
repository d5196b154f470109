//! Porthole watches itself: it writes its own figures into a small SQLite file of its data folder, and that file is the
//! database of a tenant whose dashboard is made of ordinary panels.
//!
//! The tenant's id is `porthole`. Nobody sees it without a grant, and a folder `tenants/porthole` in the configuration takes
//! its place.

mod exposition;
mod look;

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::Utc;
use metrics::counter;
use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_identity::Identity;
use secrecy::SecretString;

use self::look::Look;
use crate::metrics::Figures;
use crate::text::in_one_line;

/// The tenant's id.
pub const TENANT: &str = "porthole";
/// Older figures are removed.
const KEPT: Duration = Duration::from_secs(14 * 86_400);
/// Between two removals.
const TIDY: Duration = Duration::from_secs(3600);

/// The file in which the machine is named.
const BOARD: &str = "dashboards/default.yaml";
/// The tenant's files.
const FILES: [(&str, &str); 16] = [
    ("tenant.yaml", include_str!("watch/tenant/tenant.yaml")),
    (BOARD, include_str!("watch/tenant/dashboards/default.yaml")),
    (
        "panels/buckets.yaml",
        include_str!("watch/tenant/panels/buckets.yaml"),
    ),
    (
        "panels/cache_kpi.yaml",
        include_str!("watch/tenant/panels/cache_kpi.yaml"),
    ),
    (
        "panels/calls.yaml",
        include_str!("watch/tenant/panels/calls.yaml"),
    ),
    (
        "panels/compile_queue.yaml",
        include_str!("watch/tenant/panels/compile_queue.yaml"),
    ),
    (
        "panels/connections.yaml",
        include_str!("watch/tenant/panels/connections.yaml"),
    ),
    (
        "panels/limits.yaml",
        include_str!("watch/tenant/panels/limits.yaml"),
    ),
    (
        "panels/machine.yaml",
        include_str!("watch/tenant/panels/machine.yaml"),
    ),
    (
        "panels/memory_kpi.yaml",
        include_str!("watch/tenant/panels/memory_kpi.yaml"),
    ),
    (
        "panels/parts.yaml",
        include_str!("watch/tenant/panels/parts.yaml"),
    ),
    (
        "panels/render_kpi.yaml",
        include_str!("watch/tenant/panels/render_kpi.yaml"),
    ),
    (
        "panels/render_time.yaml",
        include_str!("watch/tenant/panels/render_time.yaml"),
    ),
    (
        "panels/renders.yaml",
        include_str!("watch/tenant/panels/renders.yaml"),
    ),
    (
        "panels/requests.yaml",
        include_str!("watch/tenant/panels/requests.yaml"),
    ),
    (
        "panels/requests_kpi.yaml",
        include_str!("watch/tenant/panels/requests_kpi.yaml"),
    ),
];

/// Writes the tenant's folder below the data folder, anew; where it is.
pub fn tenant_folder(data_dir: &Path) -> anyhow::Result<PathBuf> {
    let folder = data_dir.join("watch").join(TENANT);
    let host = host_name();
    for (name, text) in FILES {
        let path = folder.join(name);
        let text = match name {
            BOARD => text.replace("\"Host HOST\"", &format!("\"Host {host}\"")),
            _ => text.to_owned(),
        };
        // Left alone where it is right: commands run beside a host that reads these files.
        if std::fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        let above = path.parent().unwrap_or(&folder);
        std::fs::create_dir_all(above).with_context(|| above.display().to_string())?;
        std::fs::write(&path, &text).with_context(|| path.display().to_string())?;
    }
    Ok(folder)
}

/// What is asked for figures.
pub struct Watch {
    pub figures: Figures,
    pub identity: Arc<Identity>,
    /// Where the figures are kept: `<data_dir>/watch/figures.sqlite`.
    pub data_dir: PathBuf,
    /// Between two looks.
    pub every: Duration,
}

impl Watch {
    /// Writes figures down until the future is dropped. A database that refuses costs figures and nothing else: it is tried
    /// again at each interval, and the log says once that it refuses, and once that it no longer does.
    pub async fn run(self) {
        let failures = counter!("porthole_watch_failures_total");
        failures.increment(0);
        let mut is_refused = false;
        loop {
            let Err(error) = self.write(&mut is_refused).await;
            failures.increment(1);
            if !is_refused {
                is_refused = true;
                tracing::error!(
                    "the host's own figures cannot be written down, and are tried again every {:?}: {}",
                    self.every,
                    in_one_line(&error)
                );
            }
            tokio::time::sleep(self.every).await;
        }
    }

    /// Until something goes wrong. `is_refused`: whether it did before, which is over with the first figures.
    async fn write(&self, is_refused: &mut bool) -> anyhow::Result<Infallible> {
        let file = self.data_dir.join("watch/figures.sqlite");
        let url: SecretString = format!("sqlite:{}", file.display()).into();
        let mut loader = Loader::open(&url).await?;
        let (figures, parts) = (figures_table(), parts_table());
        loader.create(&figures).await?;
        loader.create(&parts).await?;
        let mut clock = tokio::time::interval(self.every);
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut before, mut tidied) = (Look::at(&self.figures), None::<Instant>);
        loop {
            clock.tick().await;
            let now = Look::at(&self.figures);
            let at = Utc::now().timestamp_millis();
            let mut rows = Vec::new();
            for (figure, series, value) in now.since(&before) {
                rows.push(vec![
                    Value::Instant(at),
                    Value::Text(figure.to_owned()),
                    Value::Text(series),
                    Value::Real(value),
                ]);
            }
            if !rows.is_empty() {
                loader.insert(&figures, &rows).await?;
            }
            loader.replace(&parts, &self.parts(&now, at).await).await?;
            if tidied.is_none_or(|tidied| tidied.elapsed() > TIDY) {
                tidied = Some(Instant::now());
                let kept = i64::try_from(KEPT.as_millis()).unwrap_or(i64::MAX);
                loader.delete_before(&figures, "recorded_at", at - kept).await?;
            }
            before = now;
            if std::mem::take(is_refused) {
                tracing::info!("the host's own figures are written down again");
            }
        }
    }

    async fn parts(&self, now: &Look, at: i64) -> Vec<Vec<Value>> {
        let part = |name: &str, status: i64, message: String| {
            vec![
                Value::Text(name.to_owned()),
                Value::Integer(status),
                Value::Instant(at),
                Value::Text(message),
            ]
        };
        let counted = |name: &str| now.sum(name, |_| true);
        let faults = counted("porthole_config_faults");
        let outdated = counted("porthole_config_outdated_panels");
        let boards = counted("porthole_config_outdated_dashboards");
        let queue = counted("porthole_compile_queue");
        let central = match self.identity.ping().await {
            Ok(()) => (0, "answers".to_owned()),
            Err(_) => (2, "does not answer; see the log".to_owned()),
        };
        let this = format!(
            "{}, process {}, Porthole {}",
            host_name(),
            std::process::id(),
            env!("CARGO_PKG_VERSION")
        );
        vec![
            part("Host", 0, this),
            part("Central database", central.0, central.1),
            part(
                "Configuration",
                i64::from(faults > 0.0),
                format!("{faults} faults, {outdated} panels and {boards} dashboards as they were before"),
            ),
            part(
                "Plugins",
                i64::from(queue > 2.0),
                format!("{queue} waiting to be compiled"),
            ),
        ]
    }
}

fn column(name: &str, kind: Kind) -> LoadColumn {
    LoadColumn {
        name: name.to_owned(),
        kind,
        required: true,
    }
}

fn figures_table() -> TableSpec {
    TableSpec {
        name: "figures".to_owned(),
        identity: None,
        columns: vec![
            column("recorded_at", Kind::Timestamp),
            column("figure", Kind::Text),
            column("series", Kind::Text),
            column("value", Kind::Real),
        ],
        indexes: vec![vec!["figure".to_owned(), "recorded_at".to_owned()]],
    }
}

fn parts_table() -> TableSpec {
    TableSpec {
        name: "parts".to_owned(),
        identity: None,
        columns: vec![
            column("name", Kind::Text),
            column("status", Kind::Integer),
            column("checked_at", Kind::Timestamp),
            column("message", Kind::Text),
        ],
        indexes: Vec::new(),
    }
}

/// What the system calls this machine, or a container: letters, digits, dots and hyphens.
fn host_name() -> String {
    let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let plain = |letter: &char| letter.is_ascii_alphanumeric() || ".-".contains(*letter);
    let name: String = name.trim().chars().filter(plain).take(64).collect();
    match name.is_empty() {
        true => "without a name".to_owned(),
        false => name,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_config::{Config, Environment};

    use super::*;

    #[test]
    fn the_tenants_files_have_no_faults() {
        let folder = tempfile::tempdir().unwrap();
        let beside = tenant_folder(folder.path()).unwrap();
        std::fs::create_dir(folder.path().join("tenants")).unwrap();
        let config = Config::load_beside(folder.path(), Some(&beside), &Environment::default());
        assert_eq!(config.diagnostics, []);
        assert_eq!(config.tenants[TENANT].panels.len(), 14);
        // Of several replicas, each says which it is.
        let name = &config.tenants[TENANT].dashboards["default"].title;
        assert_eq!(name, &format!("Host {}", host_name()));
        assert!(!host_name().is_empty());
    }
}
