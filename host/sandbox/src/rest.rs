//! Plugins that keep failing are left alone for a while: each failure costs a tenant its processor time, and the same
//! code with the same data mostly fails again.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use parking_lot::Mutex;

use crate::fault::{FaultKind, LimitName};

/// So many failures in a row, without one success, put a plugin to rest.
const FAILURES: u32 = 5;
/// The first rest; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(10);
/// No rest is longer.
const LONGEST: Duration = Duration::from_secs(600);
/// Plugins that are remembered; beyond, the whole memory is dropped, and failures are counted anew.
const REMEMBERED: usize = 100_000;

/// Which plugins of which tenants are at rest.
#[derive(Default)]
pub(crate) struct Rests {
    /// So that the ordinary call, when all is well, takes no lock.
    remembered: AtomicUsize,
    records: Mutex<HashMap<Key, Record>>,
}

/// A tenant, and the hash of a component.
type Key = (String, String);

struct Record {
    failures: u32,
    rests: u32,
    rest: Option<Rest>,
}

struct Rest {
    until: Instant,
    shown: SystemTime,
    reason: String,
}

/// How a call got in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Entry {
    /// As any call.
    Ordinary,
    /// As the one that finds out whether a rest has helped.
    Trial,
}

/// A plugin is at rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resting {
    /// How it failed last.
    pub reason: String,
    /// When it is tried again.
    pub until: SystemTime,
    /// Failures in a row that led here.
    pub failures: u32,
}

impl Rests {
    /// Whether the plugin may be called now. Once its rest is over, one call may try it; the others wait for the
    /// outcome of that one, for `patience` at most.
    pub(crate) fn enter(&self, tenant: &str, hash: &str, patience: Duration) -> Result<Entry, Resting> {
        if self.remembered.load(Ordering::Relaxed) == 0 {
            return Ok(Entry::Ordinary);
        }
        let mut records = self.records.lock();
        let Some(record) = records.get_mut(&(tenant.to_owned(), hash.to_owned())) else {
            return Ok(Entry::Ordinary);
        };
        let failures = record.failures;
        let Some(rest) = &mut record.rest else {
            return Ok(Entry::Ordinary);
        };
        let now = Instant::now();
        if now < rest.until {
            return Err(Resting {
                reason: rest.reason.clone(),
                until: rest.shown,
                failures,
            });
        }
        rest.until = now + patience;
        rest.shown = SystemTime::now() + patience;
        Ok(Entry::Trial)
    }

    /// Whether the plugin is at rest, without trying it.
    pub(crate) fn state(&self, tenant: &str, hash: &str) -> Option<Resting> {
        let records = self.records.lock();
        let record = records.get(&(tenant.to_owned(), hash.to_owned()))?;
        let rest = record.rest.as_ref()?;
        (Instant::now() < rest.until).then(|| Resting {
            reason: rest.reason.clone(),
            until: rest.shown,
            failures: record.failures,
        })
    }

    /// A call ended well.
    pub(crate) fn succeeded(&self, tenant: &str, hash: &str) {
        if self.remembered.load(Ordering::Relaxed) == 0 {
            return;
        }
        let mut records = self.records.lock();
        records.remove(&(tenant.to_owned(), hash.to_owned()));
        self.remembered.store(records.len(), Ordering::Relaxed);
    }

    /// A call ended in a way that counts (see [`counts`]).
    pub(crate) fn failed(&self, tenant: &str, hash: &str, entry: Entry, reason: &str) {
        let mut records = self.records.lock();
        if records.len() >= REMEMBERED {
            records.clear();
        }
        let record = records
            .entry((tenant.to_owned(), hash.to_owned()))
            .or_insert(Record {
                failures: 0,
                rests: 0,
                rest: None,
            });
        record.failures = record.failures.saturating_add(1);
        // Calls that were under way when the rest began say nothing new.
        let is_due = record.rest.is_none() && record.failures >= FAILURES;
        if is_due || entry == Entry::Trial {
            let length = FIRST.saturating_mul(1 << record.rests.min(10)).min(LONGEST);
            record.rests = record.rests.saturating_add(1);
            record.rest = Some(Rest {
                until: Instant::now() + length,
                shown: SystemTime::now() + length,
                reason: reason.to_owned(),
            });
        }
        self.remembered.store(records.len(), Ordering::Relaxed);
    }

    /// Forgets what a tenant's plugin did, so that it is called again at once.
    pub(crate) fn forget(&self, tenant: &str, hash: &str) {
        let mut records = self.records.lock();
        records.remove(&(tenant.to_owned(), hash.to_owned()));
        self.remembered.store(records.len(), Ordering::Relaxed);
    }
}

/// Whether an end of a call speaks against the plugin. A failure that it reports in an orderly way does not, nor does a
/// question that was refused or that the database took too long to answer.
pub(crate) fn counts(kind: &FaultKind) -> bool {
    match kind {
        FaultKind::Trap { .. } => true,
        FaultKind::Limit { name, .. } => match name {
            LimitName::Cpu
            | LimitName::Wall
            | LimitName::Memory
            | LimitName::Memories
            | LimitName::Tables
            | LimitName::TableElements
            | LimitName::Instances
            | LimitName::Stack
            | LimitName::ResultSize => true,
            LimitName::Handles
            | LimitName::Queries
            | LimitName::Rows
            | LimitName::Bytes
            | LimitName::Waiting => false,
        },
        FaultKind::Failure(_) | FaultKind::Busy | FaultKind::Resting(_) | FaultKind::Internal => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOON: Duration = Duration::from_secs(5);

    fn fail(rests: &Rests, times: u32) {
        for _ in 0..times {
            rests.failed("acme", "hash", Entry::Ordinary, "it crashed");
        }
    }

    /// Moves the end of a rest to this moment.
    fn end(rests: &Rests) {
        for record in rests.records.lock().values_mut() {
            if let Some(rest) = &mut record.rest {
                rest.until = Instant::now();
            }
        }
    }

    fn length(rests: &Rests) -> u64 {
        let state = rests.state("acme", "hash");
        state
            .and_then(|state| state.until.duration_since(SystemTime::now()).ok())
            .map_or(0, |left| left.as_secs_f64().round() as u64)
    }

    #[test]
    fn repeated_failures_put_a_plugin_to_rest_and_one_success_forgives_them() {
        let rests = Rests::default();
        fail(&rests, FAILURES - 1);
        assert_eq!(rests.enter("acme", "hash", SOON), Ok(Entry::Ordinary));
        rests.succeeded("acme", "hash");
        fail(&rests, FAILURES - 1);
        assert_eq!(rests.enter("acme", "hash", SOON), Ok(Entry::Ordinary));
        fail(&rests, 1);
        let resting = rests.enter("acme", "hash", SOON);
        assert!(resting.is_err_and(|resting| resting.reason == "it crashed" && resting.failures == FAILURES));
    }

    #[test]
    fn a_plugin_rests_for_the_tenant_it_failed_for_and_for_no_other() {
        let rests = Rests::default();
        fail(&rests, FAILURES);
        assert_eq!(rests.enter("other", "hash", SOON), Ok(Entry::Ordinary));
        assert_eq!(rests.enter("acme", "another", SOON), Ok(Entry::Ordinary));
    }

    #[test]
    fn after_a_rest_one_call_tries_it_and_a_failure_doubles_the_rest() {
        let rests = Rests::default();
        fail(&rests, FAILURES);
        assert_eq!(length(&rests), 10);
        fail(&rests, 3);
        assert_eq!(length(&rests), 10, "calls that were under way change nothing");
        end(&rests);
        assert_eq!(rests.enter("acme", "hash", SOON), Ok(Entry::Trial));
        assert!(rests.enter("acme", "hash", SOON).is_err(), "one at a time");
        rests.failed("acme", "hash", Entry::Trial, "it crashed");
        assert_eq!(length(&rests), 20);
        for _ in 0..20 {
            end(&rests);
            rests.failed("acme", "hash", Entry::Trial, "it crashed");
        }
        assert_eq!(length(&rests), LONGEST.as_secs());
        end(&rests);
        assert_eq!(rests.enter("acme", "hash", SOON), Ok(Entry::Trial));
        rests.succeeded("acme", "hash");
        assert_eq!(rests.state("acme", "hash"), None);
    }

    #[test]
    fn an_orderly_failure_and_a_slow_database_do_not_count() {
        let limit = |name| FaultKind::Limit {
            name,
            value: String::new(),
        };
        assert!(counts(&limit(LimitName::Cpu)));
        assert!(counts(&limit(LimitName::Wall)));
        assert!(!counts(&limit(LimitName::Waiting)));
        assert!(!counts(&limit(LimitName::Rows)));
        assert!(!counts(&FaultKind::Busy));
    }
}
