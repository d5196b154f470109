//! Porthole watches itself: it writes its own figures into a small SQLite file of its data folder, and that file is the
//! database of a tenant whose dashboard is made of ordinary panels.
//!
//! The tenant's id is `porthole`. Nobody sees it without a grant, and a folder `tenants/porthole` in the configuration takes
//! its place.

mod exposition;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context;
use chrono::Utc;
use porthole_data::load::{Kind, LoadColumn, Loader, TableSpec, Value};
use porthole_identity::Identity;
use secrecy::SecretString;

use self::exposition::{Sample, samples};
use crate::metrics::Figures;
use crate::text::in_one_line;

/// The tenant's id.
pub const TENANT: &str = "porthole";
/// Older figures are removed.
const KEPT: Duration = Duration::from_secs(14 * 86_400);
/// Between two removals.
const TIDY: Duration = Duration::from_secs(3600);
/// Ticks of the processor's clock in a second, as the kernel counts for programs.
const TICKS: f64 = 100.0;

/// The file in which the machine is named.
const BOARD: &str = "dashboards/default.yaml";
/// The tenant's files.
const FILES: [(&str, &str); 13] = [
    ("tenant.yaml", include_str!("watch/tenant/tenant.yaml")),
    (BOARD, include_str!("watch/tenant/dashboards/default.yaml")),
    (
        "panels/cache_kpi.yaml",
        include_str!("watch/tenant/panels/cache_kpi.yaml"),
    ),
    (
        "panels/calls.yaml",
        include_str!("watch/tenant/panels/calls.yaml"),
    ),
    (
        "panels/connections.yaml",
        include_str!("watch/tenant/panels/connections.yaml"),
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
    /// Writes figures down until the future is dropped. A database that refuses costs figures and nothing else.
    pub async fn run(self) {
        if let Err(error) = self.write().await {
            tracing::error!(
                "the host's own figures are no longer written down: {}",
                in_one_line(&error)
            );
        }
    }

    async fn write(&self) -> anyhow::Result<()> {
        let file = self.data_dir.join("watch/figures.sqlite");
        let url: SecretString = format!("sqlite:{}", file.display()).into();
        let mut loader = Loader::open(&url).await?;
        let (figures, parts) = (figures_table(), parts_table());
        loader.create(&figures).await?;
        loader.create(&parts).await?;
        let mut clock = tokio::time::interval(self.every);
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let (mut before, mut tidied) = (self.look(), None::<Instant>);
        loop {
            clock.tick().await;
            let now = self.look();
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
        }
    }

    fn look(&self) -> Look {
        Look {
            at: Instant::now(),
            samples: samples(&self.figures.text()),
            memory_mib: memory_mib(),
            cpu_seconds: cpu_seconds(),
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
                format!("{faults} faults, {outdated} panels as they were before"),
            ),
            part(
                "Plugins",
                i64::from(queue > 2.0),
                format!("{queue} waiting to be compiled"),
            ),
        ]
    }
}

/// The figures of one moment.
struct Look {
    at: Instant,
    samples: Vec<Sample>,
    memory_mib: Option<f64>,
    cpu_seconds: Option<f64>,
}

impl Look {
    fn sum(&self, name: &str, which: impl Fn(&Sample) -> bool) -> f64 {
        let found = self
            .samples
            .iter()
            .filter(|sample| sample.name == name && which(sample));
        found.map(|sample| sample.value).sum()
    }

    /// Sums by what `series` makes of a sample.
    fn sums(&self, name: &str, series: impl Fn(&Sample) -> String) -> BTreeMap<String, f64> {
        let mut sums = BTreeMap::new();
        for sample in self.samples.iter().filter(|sample| sample.name == name) {
            *sums.entry(series(sample)).or_insert(0.0) += sample.value;
        }
        sums
    }

    /// What has become of the counters since: figure, series, value.
    fn since(&self, before: &Look) -> Vec<(&'static str, String, f64)> {
        let seconds = self.at.duration_since(before.at).as_secs_f64();
        let mut found = Vec::new();
        if let Some(held) = self.memory_mib {
            found.push(("memory", "held".to_owned(), held));
        }
        let connections = ["porthole_database_connections", "porthole_central_connections"];
        for state in ["busy", "idle"] {
            let of_state = |name| self.sum(name, |sample| sample.label("state") == state);
            found.push((
                "connections",
                state.to_owned(),
                connections.into_iter().map(of_state).sum(),
            ));
        }
        let waiting = self.sum("porthole_database_waiting", |_| true);
        found.push(("connections", "waiting".to_owned(), waiting));
        // The first look has nothing before it.
        if seconds < 0.01 {
            return found;
        }
        if let (Some(now), Some(then)) = (self.cpu_seconds, before.cpu_seconds) {
            found.push(("cpu", "porthole".to_owned(), 100.0 * (now - then) / seconds));
        }
        let grown = |name: &str, series: &dyn Fn(&Sample) -> String| {
            let (now, then) = (self.sums(name, series), before.sums(name, series));
            now.into_iter()
                // What has never happened is no line of a chart.
                .filter(|(_, value)| *value > 0.0)
                .map(|(series, value)| {
                    let grown = value - then.get(&series).copied().unwrap_or(0.0);
                    (series, grown.max(0.0))
                })
                .collect::<Vec<_>>()
        };
        let mut rates = |figure, name, series: &dyn Fn(&Sample) -> String| {
            let grown = grown(name, series);
            found.extend(
                grown
                    .iter()
                    .map(|(series, value)| (figure, series.clone(), value / seconds)),
            );
            grown
        };
        let all = |_: &Sample| "all".to_owned();
        rates("requests", "porthole_http_requests_total", &all);
        rates("requests_by_status", "porthole_http_requests_total", &|sample| {
            format!("{}xx", sample.label("status").get(..1).unwrap_or("?"))
        });
        rates("calls", "porthole_plugin_calls_total", &|sample| {
            sample.label("tenant").to_owned()
        });
        rates("limits", "porthole_sandbox_limits_total", &|sample| {
            sample.label("limit").to_owned()
        });
        let renders = rates("renders", "porthole_renders_total", &|sample| {
            sample.label("outcome").to_owned()
        });
        let views: f64 = renders
            .iter()
            .filter(|(outcome, _)| outcome == "view")
            .map(|(_, count)| count)
            .sum();
        if views > 0.0 {
            let hits = grown("porthole_renders_total", &|sample| {
                sample.label("cache").to_owned()
            });
            let hits: f64 = hits
                .iter()
                .filter(|(cache, _)| cache == "hit")
                .map(|(_, count)| count)
                .sum();
            found.push(("cache", "hits".to_owned(), 100.0 * hits / views));
        }
        let by_cache = |sample: &Sample| sample.label("cache").to_owned();
        for series in [&all as &dyn Fn(&Sample) -> String, &by_cache] {
            let counts: BTreeMap<_, _> = grown("porthole_render_seconds_count", series)
                .into_iter()
                .collect();
            for (series, sum) in grown("porthole_render_seconds_sum", series) {
                if let Some(count) = counts.get(&series).filter(|count| **count > 0.0) {
                    found.push(("render_ms", series, 1000.0 * sum / count));
                }
            }
        }
        found
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

/// What this process holds in memory; none: the system does not say.
fn memory_mib() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib / 1024.0)
}

/// What this process has computed, on all processors; none: the system does not say.
fn cpu_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Behind the program's name, which may hold anything: state, and eleven more before the two that count.
    let (_, rest) = stat.rsplit_once(") ")?;
    let mut numbers = rest.split(' ').skip(11);
    let (user, system): (f64, f64) = (numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?);
    Some((user + system) / TICKS)
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
        assert_eq!(config.tenants[TENANT].panels.len(), 11);
        // Of several replicas, each says which it is.
        let name = &config.tenants[TENANT].dashboards["default"].title;
        assert_eq!(name, &format!("Host {}", host_name()));
        assert!(!host_name().is_empty());
    }

    #[test]
    fn figures_are_what_has_grown_between_two_looks() {
        let look = |at, hits: f64, misses: f64, seconds: f64| Look {
            at,
            samples: samples(&format!(
                "porthole_renders_total{{tenant=\"a\",outcome=\"view\",cache=\"hit\"}} {hits}\n\
                 porthole_renders_total{{tenant=\"b\",outcome=\"view\",cache=\"miss\"}} {misses}\n\
                 porthole_renders_total{{tenant=\"b\",outcome=\"trap\",cache=\"none\"}} 0\n\
                 porthole_render_seconds_sum{{cache=\"miss\"}} {seconds}\n\
                 porthole_render_seconds_count{{cache=\"miss\"}} {misses}\n\
                 porthole_central_connections{{state=\"busy\"}} 1\n\
                 porthole_database_connections{{tenant=\"a\",state=\"busy\"}} 2\n\
                 porthole_database_connections{{tenant=\"b\",state=\"idle\"}} 3\n\
                 porthole_database_waiting{{tenant=\"b\"}} 4\n"
            )),
            memory_mib: None,
            cpu_seconds: None,
        };
        let begin = Instant::now();
        let before = look(begin, 10.0, 10.0, 1.0);
        let after = look(begin + Duration::from_secs(10), 40.0, 20.0, 1.5);
        let found = after.since(&before);
        let value = |figure: &str, series: &str| {
            let one = found.iter().find(|one| one.0 == figure && one.1 == series);
            one.unwrap_or_else(|| panic!("{figure} {series}: {found:?}")).2
        };
        assert_eq!(value("renders", "view"), 4.0);
        assert!(!found.iter().any(|one| one.1 == "trap"), "{found:?}");
        assert_eq!(value("cache", "hits"), 75.0);
        assert_eq!(value("render_ms", "miss"), 50.0);
        assert_eq!(value("render_ms", "all"), 50.0);
        assert_eq!(value("connections", "busy"), 3.0);
        assert_eq!(value("connections", "idle"), 3.0);
        assert_eq!(value("connections", "waiting"), 4.0);
    }

    #[test]
    fn the_system_says_what_this_process_uses() {
        assert!(memory_mib().unwrap() > 1.0);
        assert!(cpu_seconds().unwrap() >= 0.0);
    }
}
