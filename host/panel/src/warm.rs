//! Buckets read before somebody asks for them.
//!
//! A tenant that is read has the buckets of its dashboards' default ranges kept up to date, one question at a time, so that
//! the next reader finds them. Tenants that nobody reads cost nothing, however many there are.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use chrono::Utc;
use futures_util::{StreamExt, stream};
use parking_lot::Mutex;
use porthole_config::relative_range;
use porthole_data::{DataError, Range, SeriesQuery};

use crate::pipeline::Pipeline;
use crate::snapshot::{Entry, ReadyTenant};

/// How often tenants that are read have their buckets brought up to date.
const EVERY: Duration = Duration::from_secs(600);
/// Who has not been read for this long is left alone.
const FORGET: Duration = Duration::from_secs(24 * 3600);
/// How often it is looked whose turn it is.
const LOOK: Duration = Duration::from_secs(5);
/// So many tenants at the same time: one whose database is slow keeps no other waiting.
const SIDE_BY_SIDE: usize = 4;
/// A tenant whose questions take longer than this is left alone until its next turn.
const WITHIN: Duration = Duration::from_secs(120);
/// What dashboards show that name no range of their own.
const USUAL: Duration = Duration::from_secs(24 * 3600);

/// Who is read, and whose buckets were brought up to date when.
#[derive(Default)]
pub struct Readers(Mutex<HashMap<String, Reader>>);

struct Reader {
    read: Instant,
    warmed: Option<Instant>,
}

impl Readers {
    /// Somebody reads a tenant.
    pub fn reads(&self, tenant: &str) {
        let mut readers = self.0.lock();
        match readers.get_mut(tenant) {
            Some(reader) => reader.read = Instant::now(),
            None => {
                let reader = Reader {
                    read: Instant::now(),
                    warmed: None,
                };
                readers.insert(tenant.to_owned(), reader);
            }
        }
    }

    /// Nobody reads a tenant any more.
    pub fn forget(&self, tenant: &str) {
        self.0.lock().remove(tenant);
    }

    /// Whose turn it is; their time is counted from now.
    fn due(&self) -> Vec<String> {
        let now = Instant::now();
        let mut readers = self.0.lock();
        readers.retain(|_, reader| now.duration_since(reader.read) < FORGET);
        let due = readers.iter_mut().filter_map(|(tenant, reader)| {
            let is_due = reader
                .warmed
                .is_none_or(|warmed| now.duration_since(warmed) >= EVERY);
            is_due.then(|| {
                reader.warmed = Some(now);
                tenant.clone()
            })
        });
        due.collect()
    }
}

impl Pipeline {
    /// Keeps the buckets of the tenants that are read up to date, until the future is dropped.
    pub async fn keep_warm(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            stream::iter(self.readers.due())
                .for_each_concurrent(SIDE_BY_SIDE, |tenant| async move {
                    match tokio::time::timeout(WITHIN, self.warm(&tenant)).await {
                        Ok(questions) => {
                            tracing::debug!(tenant, questions, "buckets were brought up to date")
                        }
                        Err(_) => tracing::debug!(tenant, "bringing buckets up to date takes too long"),
                    }
                })
                .await;
        }
    }

    /// Reads the buckets of a tenant's dashboards' default ranges that are not known, one question at a time. Returns how
    /// many questions it asked.
    pub async fn warm(&self, tenant: &str) -> usize {
        let snapshot = self.snapshot();
        let Some(ready) = snapshot.tenants.get(tenant) else {
            return 0;
        };
        let Ok(database) = &ready.database else {
            return 0;
        };
        let data = self.databases().tenant(database);
        let mut asked = 0;
        for (source, query) in questions(ready) {
            asked += 1;
            // The others would fare no better. Of other errors a reader is told; nobody reads here.
            if let Err(DataError::Unavailable(_)) = data.warm(&source, &query).await {
                break;
            }
        }
        asked
    }
}

/// What the series of a tenant's dashboards are asked for, as far as that can be kept: each question once.
fn questions(tenant: &ReadyTenant) -> Vec<(porthole_data::Source, SeriesQuery)> {
    let now = Utc::now().timestamp_millis();
    let mut seen = HashSet::new();
    let mut questions = Vec::new();
    for dashboard in tenant.by_name.values() {
        let length = dashboard.default_range.as_deref().and_then(relative_range);
        let length = i64::try_from(length.unwrap_or(USUAL).as_millis()).unwrap_or(i64::MAX);
        for placed in &dashboard.panels {
            let Some(Entry::Ready(panel, _)) = tenant.panels.get(&placed.id) else {
                continue;
            };
            for (name, source) in &panel.sources {
                let has_value = source.columns().iter().any(|column| column.name == "value");
                let Some(bucket) = source
                    .ladder()
                    .bucket(length)
                    .filter(|_| has_value && source.is_pure())
                else {
                    continue;
                };
                if !seen.insert((&placed.id, name, length)) {
                    continue;
                }
                let query = SeriesQuery {
                    range: Some(Range {
                        start: now.saturating_sub(length),
                        end: now,
                    }),
                    bucket_seconds: Some(bucket),
                    aggregate: source.aggregate(),
                    labels: Vec::new(),
                    max_rows: tenant.limits.rows,
                    max_bytes: tenant.limits.bytes,
                };
                questions.push((source.clone(), query));
            }
        }
    }
    questions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenants_turn_comes_once_when_it_is_read_and_not_again_at_once() {
        let readers = Readers::default();
        assert!(readers.due().is_empty());
        readers.reads("a");
        readers.reads("a");
        assert_eq!(readers.due(), ["a"]);
        readers.reads("a");
        assert!(readers.due().is_empty());
        readers.forget("a");
        readers.reads("a");
        assert_eq!(readers.due(), ["a"]);
    }
}
