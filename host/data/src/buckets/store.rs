//! The store: what is kept, in memory and on disk, and who is reading what at the moment.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;

use super::chunk::Chunk;
use super::disk::Disk;
use super::generations::{Changes, Generations};
use super::key::{Key, Place};
use super::shelves::Shelves;

/// How much is kept, for how long, and where.
#[derive(Debug, Clone)]
pub struct BucketOptions {
    /// What all tenants' buckets may take in memory, bytes; 0: none are kept.
    pub memory_bytes: u64,
    /// What they may take on disk, bytes.
    pub disk_bytes: u64,
    /// A folder of the store's own, made where it is missing; none: nothing is kept on disk.
    pub folder: Option<PathBuf>,
    /// A bucket that ended longer ago than this is read once, where a source does not say otherwise.
    pub settle: Duration,
    /// What was read longer ago than this is read again, where a source does not say otherwise.
    pub reread: Duration,
}

impl Default for BucketOptions {
    /// 64 MiB in memory, nothing on disk, settled after 10 minutes, read again after a day.
    fn default() -> Self {
        Self {
            memory_bytes: 64 << 20,
            disk_bytes: 512 << 20,
            folder: None,
            settle: Duration::from_secs(600),
            reread: Duration::from_secs(24 * 3600),
        }
    }
}

/// Settled buckets of all tenants. Cheap to clone.
#[derive(Debug, Clone)]
pub struct BucketStore(Arc<Inner>);

/// Held by the one who reads.
pub(super) type Flight = tokio::sync::Mutex<()>;

#[derive(Debug)]
struct Inner {
    options: BucketOptions,
    shelves: Shelves,
    disk: Option<Disk>,
    /// Questions whose buckets are being read: one reader at a time, the others find what it has found.
    flights: Mutex<HashMap<(Key, u32), Weak<Flight>>>,
    changes: Changes,
    /// Counts what was forgotten, so that nothing is kept that was read before.
    forgotten: Mutex<HashMap<Arc<str>, u64>>,
}

impl BucketStore {
    /// Opens the store. A folder that cannot be used is said in the log, and nothing is kept on disk.
    pub async fn open(options: BucketOptions) -> Self {
        let disk = match &options.folder {
            Some(folder) if options.memory_bytes > 0 && options.disk_bytes > 0 => {
                match Disk::open(folder, options.disk_bytes).await {
                    Ok(disk) => Some(disk),
                    Err(error) => {
                        tracing::warn!(folder = %folder.display(), %error, "no buckets are kept on disk");
                        None
                    }
                }
            }
            _ => None,
        };
        Self::with(options, disk)
    }

    /// A store in memory only.
    pub fn in_memory(options: BucketOptions) -> Self {
        Self::with(options, None)
    }

    fn with(options: BucketOptions, disk: Option<Disk>) -> Self {
        let most = usize::try_from(options.memory_bytes).unwrap_or(usize::MAX);
        Self(Arc::new(Inner {
            options,
            shelves: Shelves::new(most),
            disk,
            flights: Mutex::default(),
            changes: Changes::default(),
            forgotten: Mutex::default(),
        }))
    }

    /// What all buckets in memory take, bytes.
    pub fn bytes(&self) -> u64 {
        self.0.shelves.bytes() as u64
    }

    /// Drops everything of a tenant, in memory and on disk.
    pub async fn forget(&self, tenant: &str) {
        self.forgetting(tenant);
        self.0.shelves.forget(tenant);
        if let Some(disk) = &self.0.disk {
            disk.forget(tenant).await;
        }
    }

    /// A tenant's data has changed where it was thought to change no more; `generation` is the number of the change.
    /// `table`: as the configuration names it, or empty for all data. What was kept before is not shown again. Returns
    /// whether the number is a new one.
    pub fn data_changed(&self, tenant: &str, table: &str, generation: i64) -> bool {
        self.0.changes.raise(tenant, table, generation)
    }

    pub(super) fn generations(&self, tenant: &str, table: &str) -> Generations {
        self.0.changes.of(tenant, table)
    }

    /// Writes what waits and closes the file on disk.
    pub async fn close(&self) {
        if let Some(disk) = &self.0.disk {
            disk.close().await;
        }
    }

    pub(super) fn options(&self) -> &BucketOptions {
        &self.0.options
    }

    fn forgetting(&self, tenant: &str) {
        let mut forgotten = self.0.forgotten.lock();
        *forgotten.entry(tenant.into()).or_default() += 1;
    }

    /// How often something of this tenant was forgotten.
    pub(super) fn era(&self, tenant: &str) -> u64 {
        self.0.forgotten.lock().get(tenant).copied().unwrap_or(0)
    }

    /// The chunks in memory.
    pub(super) fn look(&self, tenant: &str, places: impl Iterator<Item = Place>) -> Vec<Option<Arc<Chunk>>> {
        self.0.shelves.get(tenant, places)
    }

    /// Brings chunks of one question back from disk, between two places.
    pub(super) async fn recall(&self, key: &Key, width: u32, from: i64, to: i64) -> Vec<(i64, Chunk)> {
        match &self.0.disk {
            Some(disk) => disk.read(key, width, from, to).await,
            None => Vec::new(),
        }
    }

    /// Keeps a chunk, unless something of the tenant was forgotten after `era`. `on_disk`: it is not there yet.
    pub(super) fn keep(&self, tenant: &Arc<str>, place: Place, chunk: &Arc<Chunk>, on_disk: bool, era: u64) {
        let forgotten = self.0.forgotten.lock();
        if forgotten.get(tenant).copied().unwrap_or(0) != era {
            return;
        }
        self.0.shelves.put(tenant, place, chunk.clone());
        if on_disk && let Some(disk) = &self.0.disk {
            disk.keep(tenant, place, chunk.clone());
        }
    }

    /// The lock of those who read one question's buckets.
    pub(super) fn flight(&self, key: Key, width: u32) -> Arc<Flight> {
        let mut flights = self.0.flights.lock();
        if let Some(flight) = flights.get(&(key, width)).and_then(Weak::upgrade) {
            return flight;
        }
        flights.retain(|_, flight| flight.strong_count() > 0);
        let flight = Arc::new(Flight::new(()));
        flights.insert((key, width), Arc::downgrade(&flight));
        flight
    }

    /// Waits until everything that was kept is on disk.
    pub async fn settled(&self) {
        if let Some(disk) = &self.0.disk {
            disk.settled().await;
        }
    }
}
