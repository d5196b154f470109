//! What each tenant's calls of each plugin have cost, and how the last ones failed.

use std::collections::{HashMap, VecDeque};

use chrono::{SecondsFormat, Utc};
use metrics::{Counter, Gauge, counter, gauge};
use parking_lot::Mutex;
use porthole_model::{PluginFailure, PluginTotals};
use porthole_sandbox::{FaultKind, Witnessed};

/// Names of plugins that one tenant has accounts for, those that are gone counted; calls of further ones are not added up.
const NAMES: usize = 300;
/// Failures that are remembered of one plugin.
const FAILURES: usize = 20;

/// Sums since the host started, by tenant and plugin; the same as metrics.
#[derive(Default)]
pub struct Accounts {
    tenants: Mutex<HashMap<String, HashMap<String, Account>>>,
}

struct Account {
    totals: PluginTotals,
    failures: VecDeque<PluginFailure>,
    metrics: Metrics,
}

/// Handles, so that a call does not look names up.
struct Metrics {
    calls: HashMap<&'static str, Counter>,
    guest: Counter,
    wall: Counter,
    queries: Counter,
    rows: Counter,
    memory_peak: Gauge,
    labels: [(&'static str, String); 2],
}

impl Metrics {
    fn new(tenant: &str, plugin: &str) -> Self {
        let labels = [("tenant", tenant.to_owned()), ("plugin", plugin.to_owned())];
        let mut metrics = Self {
            calls: HashMap::new(),
            guest: counter!("porthole_plugin_guest_microseconds_total", &labels),
            wall: counter!("porthole_plugin_wall_microseconds_total", &labels),
            queries: counter!("porthole_plugin_queries_total", &labels),
            rows: counter!("porthole_plugin_rows_total", &labels),
            memory_peak: gauge!("porthole_plugin_memory_peak_bytes", &labels),
            labels,
        };
        // Limits, which are many, are also counted by tenant.
        for outcome in ["view", "trap", "failure", "resting", "busy", "internal"] {
            metrics.counter(outcome).increment(0);
        }
        metrics
    }

    fn count(&mut self, outcome: &'static str) {
        self.counter(outcome).increment(1);
    }

    fn counter(&mut self, outcome: &'static str) -> &Counter {
        let labels = &self.labels;
        self.calls.entry(outcome).or_insert_with(|| {
            let [tenant, plugin] = labels.clone();
            counter!(
                "porthole_plugin_calls_total",
                &[tenant, plugin, ("outcome", outcome.to_owned())]
            )
        })
    }
}

impl Accounts {
    /// Adds a call.
    pub fn add(&self, call: &Witnessed<'_>) {
        let mut tenants = self.tenants.lock();
        let Some(account) = account(&mut tenants, call.tenant, call.plugin.name()) else {
            return;
        };
        let (totals, receipt) = (&mut account.totals, call.receipt);
        totals.calls += 1;
        totals.guest_us += receipt.guest_us;
        totals.wall_us += receipt.wall_us;
        totals.memory_peak_bytes = totals.memory_peak_bytes.max(receipt.memory_bytes);
        totals.queries += u64::from(receipt.queries);
        totals.rows += receipt.rows;
        account.metrics.guest.increment(receipt.guest_us);
        account.metrics.wall.increment(receipt.wall_us);
        account.metrics.queries.increment(u64::from(receipt.queries));
        account.metrics.rows.increment(receipt.rows);
        account.metrics.memory_peak.set(totals.memory_peak_bytes as f64);
        account
            .metrics
            .count(call.fault.map_or("view", |fault| fault.kind.as_str()));
        if let Some(fault) = call.fault {
            totals.failures += 1;
            account.failures.push_front(PluginFailure {
                at: Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true),
                panel: call.panel.to_owned(),
                version: fault.version.clone(),
                message: fault.message.clone(),
            });
            account.failures.truncate(FAILURES);
        }
    }

    /// Counts a call that was not begun. It cost nothing and is none of the plugin's failures, so that only the metrics know.
    pub fn turned_away(&self, tenant: &str, plugin: &str, why: &FaultKind) {
        let mut tenants = self.tenants.lock();
        if let Some(account) = account(&mut tenants, tenant, plugin) {
            account.metrics.count(why.as_str());
        }
    }

    /// What a tenant's calls of a plugin have cost, and its newest failures, newest first.
    pub fn of(&self, tenant: &str, plugin: &str) -> (PluginTotals, Vec<PluginFailure>) {
        let tenants = self.tenants.lock();
        let account = tenants.get(tenant).and_then(|plugins| plugins.get(plugin));
        account.map_or_else(Default::default, |account| {
            (account.totals.clone(), account.failures.iter().cloned().collect())
        })
    }
}

/// The account of a tenant's plugin; none: the tenant has too many.
fn account<'a>(
    tenants: &'a mut HashMap<String, HashMap<String, Account>>,
    tenant: &str,
    plugin: &str,
) -> Option<&'a mut Account> {
    // The ordinary case allocates nothing.
    if !tenants.contains_key(tenant) {
        tenants.insert(tenant.to_owned(), HashMap::new());
    }
    let plugins = tenants.get_mut(tenant)?;
    if !plugins.contains_key(plugin) {
        if plugins.len() >= NAMES {
            return None;
        }
        let account = Account {
            totals: PluginTotals::default(),
            failures: VecDeque::new(),
            metrics: Metrics::new(tenant, plugin),
        };
        plugins.insert(plugin.to_owned(), account);
    }
    plugins.get_mut(plugin)
}
