//! Chunks on disk, so that a restart is warm: one SQLite file in the host's own folder.
//!
//! It is a cache. Whatever is wrong with it, nothing is lost by dropping it, and nothing in it is believed without a code
//! that only this host can make: bytes that somebody else put there would be shown to a tenant as its data.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use porthole_keep::{KEY_BYTES, make_folder, read_or_make_key};
use sha2::Sha256;
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions,
    SqliteSynchronous,
};
use sqlx::{ConnectOptions, Executor, Row};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::chunk::Chunk;
use super::key::{Key, Place};
use super::written;

/// Chunks that wait to be written; beyond it they are not kept on disk.
const WAITING: usize = 4096;
/// Bytes of chunks that wait to be written; beyond it they are not kept on disk. Memory has let go of some of them, so these
/// come on top of what it may take.
const WAITING_BYTES: usize = 16 << 20;
/// Chunks written in one transaction.
const AT_ONCE: usize = 256;
/// Length of the authentication code, bytes.
const CODE: usize = 32;

const SCHEMA: &str = "\
    CREATE TABLE IF NOT EXISTS chunk (\
        key BLOB NOT NULL, width INTEGER NOT NULL, place INTEGER NOT NULL, tenant TEXT NOT NULL, body BLOB NOT NULL); \
    CREATE UNIQUE INDEX IF NOT EXISTS chunk_place ON chunk (key, width, place); \
    DROP INDEX IF EXISTS chunk_tenant; \
    CREATE INDEX IF NOT EXISTS chunk_tenant_bytes ON chunk (tenant, length(body));";

/// Chunks on disk.
#[derive(Debug)]
pub(super) struct Disk {
    pool: SqlitePool,
    secret: [u8; KEY_BYTES],
    /// Nothing more is read or written: the file is damaged.
    broken: Arc<AtomicBool>,
    file: PathBuf,
    writer: mpsc::Sender<Job>,
    /// Bytes of the chunks that wait.
    waiting: Arc<AtomicUsize>,
    writing: tokio::sync::Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug)]
enum Job {
    Keep {
        tenant: Arc<str>,
        place: Place,
        chunk: Arc<Chunk>,
    },
    Forget {
        tenant: String,
    },
    /// Everything before it is written.
    Settle(tokio::sync::oneshot::Sender<()>),
    Stop,
}

impl Disk {
    /// Opens `buckets.sqlite` in a folder, or makes it anew when it cannot be used.
    ///
    /// # Errors
    /// What is wrong with the folder, and what to do.
    pub(super) async fn open(folder: &Path, most_bytes: u64) -> Result<Self, String> {
        make_folder(folder)?;
        let secret = read_or_make_key(&folder.join("key"))?;
        let file = folder.join("buckets.sqlite");
        let pool = match connect(&file).await {
            Ok(pool) => pool,
            Err(error) => {
                tracing::warn!(file = %file.display(), %error, "the kept buckets cannot be read and are dropped");
                remove(&file);
                connect(&file).await.map_err(|error| error.to_string())?
            }
        };
        let broken = Arc::new(AtomicBool::new(false));
        let (writer, jobs) = mpsc::channel(WAITING);
        let waiting = Arc::new(AtomicUsize::new(0));
        let task = Writer {
            pool: pool.clone(),
            secret,
            most_bytes,
            waiting: waiting.clone(),
            broken: broken.clone(),
            file: file.clone(),
        };
        Ok(Self {
            pool,
            secret,
            broken,
            file,
            writer,
            waiting,
            writing: tokio::sync::Mutex::new(Some(tokio::spawn(task.run(jobs)))),
        })
    }

    /// The chunks of one question between two places, those that are there.
    pub(super) async fn read(&self, key: &Key, width: u32, from: i64, to: i64) -> Vec<(i64, Chunk)> {
        if self.broken.load(Ordering::Relaxed) {
            return Vec::new();
        }
        let rows = sqlx::query(
            "SELECT place, tenant, body FROM chunk WHERE key = ?1 AND width = ?2 AND place BETWEEN ?3 AND ?4",
        )
        .bind(key.bytes().to_vec())
        .bind(i64::from(width))
        .bind(from)
        .bind(to)
        .fetch_all(&self.pool)
        .await;
        let rows = match rows {
            Ok(rows) => rows,
            Err(error) => {
                note(&self.broken, &self.file, &error);
                return Vec::new();
            }
        };
        let chunks = rows.iter().filter_map(|row| {
            let chunk = row.try_get::<i64, _>(0).ok()?;
            let tenant = row.try_get::<&str, _>(1).ok()?;
            let body = row.try_get::<&[u8], _>(2).ok()?;
            let place = Place {
                key: *key,
                width,
                chunk,
            };
            let (body, tag) = body.split_at_checked(body.len().checked_sub(CODE)?)?;
            code(&self.secret, tenant, &place, body).verify_slice(tag).ok()?;
            Some((chunk, written::read(body)?))
        });
        chunks.collect()
    }

    /// Writes a chunk soon.
    pub(super) fn keep(&self, tenant: &Arc<str>, place: Place, chunk: Arc<Chunk>) {
        // Full: the disk is slower than the databases. What is not kept is only asked for again.
        let bytes = chunk.bytes();
        if self.waiting.fetch_add(bytes, Ordering::Relaxed) + bytes > WAITING_BYTES {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            return;
        }
        let job = Job::Keep {
            tenant: tenant.clone(),
            place,
            chunk,
        };
        if self.writer.try_send(job).is_err() {
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Drops everything of a tenant. It is gone when this returns.
    pub(super) async fn forget(&self, tenant: &str) {
        let tenant = tenant.to_owned();
        let _ = self.writer.send(Job::Forget { tenant }).await;
        self.settled().await;
    }

    /// Waits until everything that was kept before is written.
    pub(super) async fn settled(&self) {
        let (sender, done) = tokio::sync::oneshot::channel();
        if self.writer.send(Job::Settle(sender)).await.is_ok() {
            let _ = done.await;
        }
    }

    /// Writes what waits and closes the file.
    pub(super) async fn close(&self) {
        let Some(writing) = self.writing.lock().await.take() else {
            return;
        };
        let _ = self.writer.send(Job::Stop).await;
        let _ = writing.await;
        self.pool.close().await;
    }
}

async fn connect(file: &Path) -> Result<SqlitePool, sqlx::Error> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Normal)
        .auto_vacuum(SqliteAutoVacuum::Incremental)
        .busy_timeout(Duration::from_secs(2))
        .disable_statement_logging();
    let pool = SqlitePoolOptions::new()
        .max_connections(3)
        .connect_with(options)
        .await?;
    let ready = async {
        pool.execute(sqlx::raw_sql(SCHEMA)).await?;
        // Of another version of ours, perhaps.
        sqlx::query("SELECT key, width, place, tenant, body FROM chunk LIMIT 1")
            .fetch_optional(&pool)
            .await
    };
    match ready.await {
        Ok(_) => Ok(pool),
        Err(error) => {
            pool.close().await;
            Err(error)
        }
    }
}

fn remove(file: &Path) {
    for end in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(end);
        let path = PathBuf::from(name);
        if let Err(error) = std::fs::remove_file(&path)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(file = %path.display(), %error, "cannot be removed");
        }
    }
}

/// A damaged file is removed; the next start makes it anew.
fn note(broken: &AtomicBool, file: &Path, error: &sqlx::Error) {
    let damaged = match error {
        // SQLITE_CORRUPT and SQLITE_NOTADB.
        sqlx::Error::Database(error) => {
            let code = error.code().and_then(|code| code.parse::<i32>().ok());
            matches!(code.map(|code| code & 0xff), Some(11 | 26))
        }
        _ => false,
    };
    if damaged {
        if !broken.swap(true, Ordering::Relaxed) {
            tracing::warn!(file = %file.display(), %error, "the kept buckets are damaged and are dropped; until the next start none are kept on disk");
            remove(file);
        }
    } else {
        tracing::warn!(%error, "buckets could not be read from disk or written there");
    }
}

fn code(secret: &[u8; KEY_BYTES], tenant: &str, place: &Place, body: &[u8]) -> Hmac<Sha256> {
    let mut code = Hmac::<Sha256>::new(secret.into());
    code.update(&(tenant.len() as u64).to_le_bytes());
    code.update(tenant.as_bytes());
    code.update(place.key.bytes());
    code.update(&place.width.to_le_bytes());
    code.update(&place.chunk.to_le_bytes());
    code.update(body);
    code
}

impl Job {
    /// What it takes of the room for those that wait.
    fn bytes(&self) -> usize {
        match self {
            Self::Keep { chunk, .. } => chunk.bytes(),
            Self::Forget { .. } | Self::Settle(_) | Self::Stop => 0,
        }
    }
}

/// The only one who writes.
struct Writer {
    pool: SqlitePool,
    secret: [u8; KEY_BYTES],
    most_bytes: u64,
    /// Bytes of the chunks that wait.
    waiting: Arc<AtomicUsize>,
    broken: Arc<AtomicBool>,
    file: PathBuf,
}

impl Writer {
    async fn run(self, mut jobs: mpsc::Receiver<Job>) {
        let mut waiting = Vec::with_capacity(AT_ONCE);
        let mut stop = false;
        while !stop && jobs.recv_many(&mut waiting, AT_ONCE).await > 0 {
            let mut done = Vec::new();
            let mut work = Vec::new();
            for job in waiting.drain(..) {
                match job {
                    Job::Settle(sender) => done.push(sender),
                    Job::Stop => stop = true,
                    job => work.push(job),
                }
            }
            let bytes: usize = work.iter().map(Job::bytes).sum();
            if !work.is_empty()
                && !self.broken.load(Ordering::Relaxed)
                && let Err(error) = self.write(work).await
            {
                note(&self.broken, &self.file, &error);
            }
            self.waiting.fetch_sub(bytes, Ordering::Relaxed);
            for sender in done {
                let _ = sender.send(());
            }
        }
        tracing::debug!(file = %self.file.display(), "no more buckets are written");
    }

    async fn write(&self, work: Vec<Job>) -> Result<(), sqlx::Error> {
        let mut transaction = self.pool.begin().await?;
        for job in work {
            match job {
                Job::Keep { tenant, place, chunk } => {
                    let mut body = written::write(&chunk);
                    let tag = code(&self.secret, &tenant, &place, &body).finalize().into_bytes();
                    body.extend_from_slice(&tag);
                    // A row of another number takes the place of the one before: see `shrink`.
                    sqlx::query(
                        "INSERT OR REPLACE INTO chunk (key, width, place, tenant, body) VALUES (?1, ?2, ?3, ?4, ?5)",
                    )
                    .bind(place.key.bytes().to_vec())
                    .bind(i64::from(place.width))
                    .bind(place.chunk)
                    .bind(tenant.to_string())
                    .bind(body)
                    .execute(&mut *transaction)
                    .await?;
                }
                Job::Forget { tenant } => {
                    sqlx::query("DELETE FROM chunk WHERE tenant = ?1")
                        .bind(tenant)
                        .execute(&mut *transaction)
                        .await?;
                }
                Job::Settle(_) | Job::Stop => {}
            }
        }
        transaction.commit().await?;
        self.shrink().await
    }

    /// Drops what the tenant that has most wrote first when the file has grown too large: one that asks for everything drives
    /// out nobody's but its own.
    async fn shrink(&self) -> Result<(), sqlx::Error> {
        let number = async |pragma: &'static str| -> Result<u64, sqlx::Error> {
            let row = sqlx::query(pragma).fetch_one(&self.pool).await?;
            Ok(u64::try_from(row.try_get::<i64, _>(0)?).unwrap_or(0))
        };
        let page = number("PRAGMA page_size").await?;
        let pages = number("PRAGMA page_count").await?;
        let free = number("PRAGMA freelist_count").await?;
        if pages.saturating_sub(free).saturating_mul(page) <= self.most_bytes {
            return Ok(());
        }
        let largest =
            "SELECT tenant, count(*) FROM chunk GROUP BY tenant ORDER BY sum(length(body)) DESC LIMIT 1";
        let Some(row) = sqlx::query(largest).fetch_optional(&self.pool).await? else {
            return Ok(());
        };
        let (tenant, chunks): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        // Row numbers ascend with the time of writing.
        sqlx::query(
            "DELETE FROM chunk WHERE rowid IN (SELECT rowid FROM chunk WHERE tenant = ?1 ORDER BY rowid LIMIT ?2)",
        )
        .bind(tenant)
        .bind((chunks / 8).max(64))
        .execute(&self.pool)
        .await?;
        sqlx::query("PRAGMA incremental_vacuum")
            .execute(&self.pool)
            .await?;
        Ok(())
    }
}
