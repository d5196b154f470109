//! Filling a sample tenant's database, and keeping it alive.

use std::time::Duration;

use chrono::Utc;
use porthole_data::load::{LoadError, Loader};
use secrecy::SecretString;

use crate::present::present;
use crate::tables::{self, Batch};
use crate::tenant::{SampleTenant, TENANTS};

/// New data arrives this often, in seconds.
const LIVE_STEP: i64 = 10;
/// The last two days have a measurement each minute, what is older one every five minutes.
const FINE_STEP: i64 = 60;
const COARSE_STEP: i64 = 300;
const DAY: i64 = 86_400;
/// Filled in before the first dashboard is shown.
const FIRST: i64 = DAY;
/// Filled in while it is looked at: this far back with the fine step, and so far in all.
const FINE: i64 = 2 * DAY;
const HISTORY: i64 = 31 * DAY;
/// Hourly totals go back this far: a year of whole weeks and the one that is not over.
const HOURLY: i64 = 54 * 7 * DAY;

/// Why a sample tenant could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// There is no sample tenant of this name.
    #[error("there is no sample tenant `{0}`")]
    UnknownTenant(String),
    /// Its database refused.
    #[error("the sample tenant {tenant} could not be filled: {source}")]
    Load {
        /// Which one.
        tenant: &'static str,
        /// Why.
        source: LoadError,
    },
}

/// One sample tenant's stream of data.
pub struct Feed {
    tenant: &'static SampleTenant,
    loader: Loader,
    /// Where the first day began; seconds since the Unix epoch.
    since: i64,
    /// Everything from `since` up to here is there.
    until: i64,
}

impl Feed {
    /// Opens the tenant's database and fills in the last day. `now` is in seconds since the Unix epoch.
    ///
    /// What an earlier run left is replaced: the figures are functions of time, so nothing is lost by it.
    pub async fn open(tenant: &str, url: &SecretString, now: i64) -> Result<Self, FeedError> {
        let tenant = TENANTS
            .iter()
            .find(|sample| sample.id == tenant)
            .ok_or_else(|| FeedError::UnknownTenant(tenant.to_owned()))?;
        let loader = Loader::open(url).await.map_err(|source| FeedError::Load {
            tenant: tenant.id,
            source,
        })?;
        let until = now - now.rem_euclid(FINE_STEP);
        let mut feed = Self {
            tenant,
            loader,
            since: until - FIRST,
            until,
        };
        let batches = feed.stretch(feed.since, until, FINE_STEP);
        for batch in batches {
            feed.replace(batch).await?;
        }
        let mut checks = tables::checks(tenant, until - 3600);
        for at in (until - 3540..=until).step_by(60) {
            checks.rows.extend(tables::checks(tenant, at).rows);
        }
        feed.replace(checks).await?;
        feed.replace(tables::traffic(tenant, until - HOURLY, until))
            .await?;
        feed.look(now).await?;
        feed.live(now).await?;
        Ok(feed)
    }

    /// Whose data it is.
    pub fn tenant(&self) -> &'static str {
        self.tenant.id
    }

    /// Fills in older days, awaits `filled`, then lets new data arrive, for ever. Ends only with an error; drop it to stop.
    pub async fn run(
        mut self,
        filled: impl Future<Output = ()>,
    ) -> Result<std::convert::Infallible, FeedError> {
        let newest = self.since;
        let mut before = newest;
        while before > newest - HISTORY {
            let from = before - DAY / 2;
            let step = if from >= newest + FIRST - FINE {
                FINE_STEP
            } else {
                COARSE_STEP
            };
            for batch in self.stretch(from, before, step) {
                self.insert(batch).await?;
            }
            before = from;
            self.live(Utc::now().timestamp()).await?;
        }
        filled.await;
        let mut clock = tokio::time::interval(Duration::from_secs(LIVE_STEP.unsigned_abs()));
        clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut tidied = self.until;
        loop {
            clock.tick().await;
            let now = Utc::now().timestamp();
            self.live(now).await?;
            if now - tidied > 3600 {
                tidied = now;
                for (table, column) in tables::aging() {
                    let removed = self
                        .loader
                        .delete_before(&table, column, (now - HISTORY) * 1000)
                        .await;
                    removed.map_err(|source| self.error(source))?;
                }
            }
        }
    }

    /// What has happened since the last time.
    async fn live(&mut self, now: i64) -> Result<(), FeedError> {
        // A machine that slept has a gap, as a real collector would have.
        let from = self.until.max(now - DAY);
        let to = now - now.rem_euclid(LIVE_STEP);
        if to <= from {
            return Ok(());
        }
        for batch in self.stretch(from, to, LIVE_STEP) {
            self.insert(batch).await?;
        }
        self.insert(tables::checks(self.tenant, now)).await?;
        self.insert(tables::traffic(self.tenant, from, to)).await?;
        self.look(now).await?;
        self.until = to;
        Ok(())
    }

    /// Writes anew how things are at present.
    async fn look(&mut self, now: i64) -> Result<(), FeedError> {
        for batch in present(self.tenant, now) {
            self.replace(batch).await?;
        }
        Ok(())
    }

    /// Everything but the checks.
    fn stretch(&self, from: i64, to: i64, step: i64) -> Vec<Batch> {
        let mut batches = vec![
            tables::measurements(self.tenant, from, to, step),
            tables::mishaps(self.tenant, from, to),
        ];
        batches.extend(tables::sales(self.tenant, from, to));
        batches
    }

    async fn insert(&mut self, batch: Batch) -> Result<(), FeedError> {
        if batch.rows.is_empty() {
            return Ok(());
        }
        let inserted = self.loader.insert(&batch.table, &batch.rows).await;
        inserted.map(drop).map_err(|source| self.error(source))
    }

    async fn replace(&mut self, batch: Batch) -> Result<(), FeedError> {
        let replaced = self.loader.replace(&batch.table, &batch.rows).await;
        replaced.map(drop).map_err(|source| self.error(source))
    }

    fn error(&self, source: LoadError) -> FeedError {
        FeedError::Load {
            tenant: self.tenant.id,
            source,
        }
    }
}
