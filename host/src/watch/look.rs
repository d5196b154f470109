//! The host's figures as they are at one moment, and what they have become since another.

use std::collections::BTreeMap;
use std::time::Instant;

use super::exposition::{Sample, samples};
use crate::metrics::Figures;

/// Ticks of the processor's clock in a second, as the kernel counts for programs.
const TICKS: f64 = 100.0;

/// The figures of one moment.
pub struct Look {
    at: Instant,
    samples: Vec<Sample>,
    memory_mib: Option<f64>,
    cpu_seconds: Option<f64>,
}

impl Look {
    /// Those of now.
    pub fn at(figures: &Figures) -> Self {
        Self {
            at: Instant::now(),
            samples: samples(&figures.text()),
            memory_mib: memory_mib(),
            cpu_seconds: cpu_seconds(),
        }
    }

    /// A figure, all of whose samples that are meant are added up.
    pub fn sum(&self, name: &str, which: impl Fn(&Sample) -> bool) -> f64 {
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
    pub fn since(&self, before: &Look) -> Vec<(&'static str, String, f64)> {
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
        let queue = self.sum("porthole_compile_queue", |_| true);
        found.push(("compile_queue", "waiting".to_owned(), queue));
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
        rates("buckets", "porthole_buckets_requests_total", &|sample| {
            sample.label("outcome").to_owned()
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
    use std::time::Duration;

    use super::*;

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
                 porthole_database_waiting{{tenant=\"b\"}} 4\n\
                 porthole_buckets_requests_total{{outcome=\"hit\"}} {hits}\n\
                 porthole_buckets_requests_total{{outcome=\"miss\"}} 0\n\
                 porthole_sandbox_limits_total{{tenant=\"a\",limit=\"cpu\"}} {misses}\n\
                 porthole_compile_queue 2\n"
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
        assert_eq!(value("buckets", "hit"), 3.0);
        assert!(!found.iter().any(|one| one.0 == "buckets" && one.1 == "miss"));
        assert_eq!(value("limits", "cpu"), 1.0);
        assert_eq!(value("compile_queue", "waiting"), 2.0);
    }

    #[test]
    fn the_system_says_what_this_process_uses() {
        assert!(memory_mib().unwrap() > 1.0);
        assert!(cpu_seconds().unwrap() >= 0.0);
    }
}
