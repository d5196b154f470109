//! The databases of all tenants: one small pool each, opened when needed, closed when idle.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use crate::buckets::{BucketOptions, BucketStore};
use crate::catalogue::Catalogue;
use crate::connection::{Connections, PoolOccupancy};
use crate::tenant::{Tenant, TenantData};

/// Tenants nobody asked for in this time are forgotten.
const FORGET: Duration = Duration::from_secs(3600);

/// Where one tenant's data is. Its `Debug` does not show the URL.
#[derive(Debug, Clone)]
pub struct TenantDatabase {
    /// The tenant's id, for logs.
    pub tenant: String,
    /// `postgres://user:password@host/database` or `sqlite:PATH`.
    pub url: SecretString,
    /// Queries at the same time; 0 counts as 1.
    pub max_connections: u32,
    /// A query that takes longer is stopped.
    pub statement_timeout: Duration,
}

impl TenantDatabase {
    /// With the usual limits: 4 connections, 15 seconds for a query.
    pub fn new(tenant: impl Into<String>, url: SecretString) -> Self {
        Self {
            tenant: tenant.into(),
            url,
            max_connections: 4,
            statement_timeout: Duration::from_secs(15),
        }
    }
}

/// Limits for all tenants together.
#[derive(Debug, Clone)]
pub struct DatabasesOptions {
    /// How long connecting may take, and how long a query waits for a free connection.
    pub connect_timeout: Duration,
    /// Connections unused for this long are closed, at the latest after twice this time.
    pub idle_timeout: Duration,
    /// Queries at the same time over all tenants.
    pub max_connections: u32,
    /// How long a table's columns are remembered.
    pub catalogue_ttl: Duration,
}

impl Default for DatabasesOptions {
    /// 3 seconds, 60 seconds, 200 connections, 60 seconds.
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(3),
            idle_timeout: Duration::from_secs(60),
            max_connections: 200,
            catalogue_ttl: Duration::from_secs(60),
        }
    }
}

/// The databases of all tenants.
#[derive(Debug)]
pub struct Databases {
    options: DatabasesOptions,
    turns: Arc<Semaphore>,
    store: BucketStore,
    tenants: Mutex<HashMap<Key, Entry>>,
}

/// What makes two databases the same.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    tenant: String,
    url: String,
    max_connections: u32,
    statement_timeout: Duration,
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key")
            .field("tenant", &self.tenant)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Entry {
    data: TenantData,
    used: Instant,
}

impl Databases {
    /// Connects to nothing yet; keeps a few buckets in memory.
    pub fn new(options: DatabasesOptions) -> Self {
        Self::with_store(options, BucketStore::in_memory(BucketOptions::default()))
    }

    /// Connects to nothing yet; keeps buckets in this store.
    pub fn with_store(options: DatabasesOptions, store: BucketStore) -> Self {
        let turns = Arc::new(Semaphore::new(options.max_connections.max(1) as usize));
        Self {
            options,
            turns,
            store,
            tenants: Mutex::default(),
        }
    }

    /// One tenant's data. Connects to nothing yet; equal databases share their connections, and a tenant has one: whoever comes
    /// with other settings takes its place. Must be called within a Tokio runtime.
    pub fn tenant(&self, database: &TenantDatabase) -> TenantData {
        let key = Key {
            tenant: database.tenant.clone(),
            url: database.url.expose_secret().to_owned(),
            max_connections: database.max_connections,
            statement_timeout: database.statement_timeout,
        };
        let now = Instant::now();
        let mut tenants = self.tenants.lock();
        if let Some(entry) = tenants.get_mut(&key) {
            entry.used = now;
            return entry.data.clone();
        }
        // A pool without connections costs little, but a tenant that has gone must go some day.
        // So must the pool of one whose settings have changed: it closes with the last question that still has it, and until
        // then there are the connections of both.
        tenants.retain(|other, entry| other.tenant != key.tenant && now.duration_since(entry.used) < FORGET);
        let connections = Connections::new(database, &self.options, self.turns.clone());
        let catalogue = Catalogue::new(self.options.catalogue_ttl);
        let data = TenantData(Arc::new(Tenant {
            id: database.tenant.as_str().into(),
            store: self.store.clone(),
            connections,
            catalogue,
        }));
        tenants.insert(
            key,
            Entry {
                data: data.clone(),
                used: now,
            },
        );
        data
    }

    /// Forgets a tenant: its connections, and everything that is kept of its data.
    pub async fn forget(&self, tenant: &str) {
        self.tenants.lock().retain(|key, _| key.tenant != tenant);
        self.store.forget(tenant).await;
    }

    /// The pools of the tenants that were asked for in the last hour, by tenant; where a tenant's settings have changed, both
    /// pools together.
    pub fn occupancy(&self) -> BTreeMap<String, PoolOccupancy> {
        let mut found: BTreeMap<String, PoolOccupancy> = BTreeMap::new();
        for (key, entry) in self.tenants.lock().iter() {
            let pool = entry.data.0.connections.occupancy();
            let sum = found.entry(key.tenant.clone()).or_default();
            sum.open += pool.open;
            sum.idle += pool.idle;
            sum.waiting += pool.waiting;
        }
        found
    }

    /// The settled buckets of all tenants.
    pub fn store(&self) -> &BucketStore {
        &self.store
    }

    /// Closes all connections as they become free, for an orderly end.
    pub async fn close(&self) {
        self.store.close().await;
        let entries: Vec<_> = self.tenants.lock().drain().map(|(_, entry)| entry.data).collect();
        for data in entries {
            data.0.connections.close().await;
        }
    }
}
