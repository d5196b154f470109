//! The whole central database as a file, taken while it is in use, and put back into an empty place.
//!
//! SQLite writes a copy of itself. From PostgreSQL every row of every table is written as one line of JSON, within one
//! transaction that sees one moment. Tables are found in the catalogue, so that a migration needs no change here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use chrono::{SubsecRound, Utc};
use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Postgres, Row, Transaction};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, BufWriter};

use crate::audit::add_line;
use crate::store::Store;
use crate::{AuditEntry, Identity, IdentityError, Options};

/// The file of a backup from SQLite.
const SQLITE_FILE: &str = "central.sqlite";
/// The file of a backup from PostgreSQL.
const POSTGRES_FILE: &str = "central.jsonl";
/// What is not put back: who had logged out since would be logged in again, and a link that was used or replaced would open once
/// more.
const NOT_RESTORED: [&str; 3] = ["sessions", "password_links", "provider_logins"];
/// Keeps track of which migrations were applied; its rows are those of the database itself.
const MIGRATIONS: &str = "_sqlx_migrations";

impl Identity {
    /// Writes a backup into a folder; the name of its one file. The host may run meanwhile: the backup is of one moment.
    ///
    /// # Errors
    /// When the database cannot be read or the file cannot be written.
    pub async fn back_up(&self, folder: &Path) -> Result<&'static str, IdentityError> {
        match &self.store {
            Store::Sqlite(pool) => {
                let file = folder.join(SQLITE_FILE);
                let Some(name) = file.to_str() else {
                    return Err(refused("the backup's folder has a name that is not UTF-8"));
                };
                // Into an empty file, so that it is never anybody else's to read.
                private_file(&file).map_err(|error| failed(&file, &error))?;
                sqlx::query("VACUUM INTO $1").bind(name).execute(pool).await?;
                Ok(SQLITE_FILE)
            }
            Store::Postgres(pool) => {
                let mut connection = pool.acquire().await?;
                let mut transaction = connection
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?;
                write_rows(&mut transaction, &folder.join(POSTGRES_FILE)).await?;
                transaction.rollback().await?;
                Ok(POSTGRES_FILE)
            }
        }
    }

    /// Opens an empty central database and fills it from a backup's folder; what comes back has to be finished or undone.
    /// Sessions are not put back, nor links for passwords and logins that had begun: everybody logs in anew.
    ///
    /// # Errors
    /// [`IdentityError::Backup`] when the database is not empty, or when the backup is of the other kind of database.
    pub async fn restore(
        url: &SecretString,
        folder: &Path,
        options: Options,
    ) -> Result<Restoring, IdentityError> {
        let text = url.expose_secret();
        let (is_sqlite, name) = match text.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => (true, SQLITE_FILE),
            _ => (false, POSTGRES_FILE),
        };
        let from = folder.join(name);
        if !from.is_file() {
            return Err(refused(format!(
                "the backup has no {name}: a backup of SQLite is restored into SQLite, one of PostgreSQL into PostgreSQL"
            )));
        }
        let placed = match is_sqlite {
            true => Some(PlacedFile(Some(place_file(text, &from)?))),
            false => None,
        };
        let identity = Self::connect(url, options).await?;
        let transaction = match &identity.store {
            Store::Sqlite(pool) => {
                for table in NOT_RESTORED {
                    let statement = format!("DELETE FROM {table}");
                    sqlx::query(AssertSqlSafe(statement)).execute(pool).await?;
                }
                None
            }
            Store::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                read_rows(&mut transaction, &from).await?;
                Some(transaction)
            }
        };
        Ok(Restoring {
            identity,
            transaction,
            placed,
        })
    }
}

/// A central database that has been filled, and that can be empty again.
pub struct Restoring {
    identity: Identity,
    /// Of PostgreSQL: what was filled in.
    transaction: Option<Transaction<'static, Postgres>>,
    /// Of SQLite: the file.
    placed: Option<PlacedFile>,
}

impl Restoring {
    /// Makes it last.
    ///
    /// # Errors
    /// When the database does not; then it is as empty as it was.
    pub async fn finish(mut self) -> Result<Identity, IdentityError> {
        if let Some(transaction) = self.transaction.take() {
            transaction.commit().await?;
        }
        if let Some(mut placed) = self.placed.take() {
            placed.0 = None;
        }
        Ok(self.identity)
    }

    /// Revokes all tokens that were filled in: among them are those that were revoked since the backup; how many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_tokens(&mut self, actor: AuditEntry) -> Result<u64, IdentityError> {
        const REVOKE: &str =
            "UPDATE api_tokens SET revoked_at = $1 WHERE revoked_at IS NULL AND expires_at > $1";
        let now = Utc::now().trunc_subsecs(3);
        let line = |revoked: u64| AuditEntry {
            action: "tokens_revoked".to_owned(),
            detail: Some(format!("{revoked}, with a backup that was restored")),
            ..actor
        };
        Ok(match (&mut self.transaction, &self.identity.store) {
            (Some(transaction), _) => {
                let revoked = sqlx::query(REVOKE).bind(now).execute(&mut **transaction).await?;
                let revoked = revoked.rows_affected();
                let line = line(revoked);
                add_line!(line, &mut **transaction)?;
                revoked
            }
            (None, Store::Sqlite(pool)) => {
                let revoked = sqlx::query(REVOKE).bind(now).execute(pool).await?.rows_affected();
                let line = line(revoked);
                add_line!(line, pool)?;
                revoked
            }
            (None, Store::Postgres(_)) => 0,
        })
    }

    /// Leaves the database as empty as it was.
    pub async fn undo(mut self) {
        // What was not committed is undone by ending the connection, if not by this.
        if let Some(transaction) = self.transaction.take()
            && let Err(error) = transaction.rollback().await
        {
            tracing::debug!(%error, "the transaction was not rolled back");
        }
        self.identity.close().await;
    }
}

/// A SQLite file that goes away again, unless it is told to stay.
struct PlacedFile(Option<PathBuf>);

impl Drop for PlacedFile {
    fn drop(&mut self) {
        let Some(file) = self.0.take() else { return };
        for ending in ["", "-wal", "-shm", ".lock"] {
            let mut path = file.clone().into_os_string();
            path.push(ending);
            if let Err(error) = std::fs::remove_file(&path)
                && error.kind() != std::io::ErrorKind::NotFound
            {
                tracing::warn!(%error, path = %path.display(), "the file of a restore that failed is still there");
            }
        }
    }
}

/// Makes a file that only its owner may read, whatever the umask is.
fn private_file(path: &Path) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

fn refused(message: impl Into<String>) -> IdentityError {
    IdentityError::Backup(message.into())
}

fn failed(path: &Path, error: &std::io::Error) -> IdentityError {
    refused(format!("{}: {error}", path.display()))
}

/// Copies the file of a backup to where the database is to be; nothing may be there.
fn place_file(url: &str, from: &Path) -> Result<PathBuf, IdentityError> {
    let options = SqliteConnectOptions::from_str(url)
        .map_err(|_| IdentityError::Address("what follows `sqlite:` cannot be read".to_owned()))?;
    let file = options.get_filename().to_owned();
    if file.exists() {
        return Err(refused(format!(
            "{} is there already: a backup is restored into an empty place only",
            file.display()
        )));
    }
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
    }
    let mut placed = PlacedFile(Some(file.clone()));
    let copied =
        std::fs::File::open(from).and_then(|mut from| std::io::copy(&mut from, &mut private_file(&file)?));
    copied.map_err(|error| failed(&file, &error))?;
    placed.0 = None;
    Ok(file)
}

/// Our tables, each behind those that it refers to.
async fn tables(connection: &mut PgConnection) -> Result<Vec<String>, IdentityError> {
    let all = sqlx::query_scalar::<_, String>(
        "SELECT c.relname::text FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace \
         AND c.relkind IN ('r', 'p') AND c.relname <> $1 ORDER BY 1",
    )
    .bind(MIGRATIONS)
    .fetch_all(&mut *connection)
    .await?;
    let references = sqlx::query(
        "SELECT child.relname::text, parent.relname::text FROM pg_constraint r \
         JOIN pg_class child ON child.oid = r.conrelid JOIN pg_class parent ON parent.oid = r.confrelid \
         WHERE r.contype = 'f' AND r.conrelid <> r.confrelid",
    )
    .fetch_all(&mut *connection)
    .await?;
    let mut waits: BTreeMap<String, BTreeSet<String>> =
        all.into_iter().map(|table| (table, BTreeSet::new())).collect();
    for row in references {
        let (child, parent): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        if let (true, Some(parents)) = (waits.contains_key(&parent), waits.get(&child)) {
            let mut parents = parents.clone();
            parents.insert(parent);
            waits.insert(child, parents);
        }
    }
    let mut ordered = Vec::new();
    while !waits.is_empty() {
        let free: Vec<String> = waits
            .iter()
            .filter(|(_, parents)| parents.is_empty())
            .map(|(table, _)| table.clone())
            .collect();
        if free.is_empty() {
            return Err(refused(
                "the tables of the central database refer to each other in a circle",
            ));
        }
        for table in free {
            waits.remove(&table);
            for parents in waits.values_mut() {
                parents.remove(&table);
            }
            ordered.push(table);
        }
    }
    Ok(ordered)
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

async fn write_rows(connection: &mut PgConnection, path: &Path) -> Result<(), IdentityError> {
    let to_file = |error: std::io::Error| failed(path, &error);
    let file = tokio::fs::File::from_std(private_file(path).map_err(to_file)?);
    let mut out = BufWriter::new(file);
    for table in tables(connection).await? {
        if NOT_RESTORED.contains(&table.as_str()) {
            continue;
        }
        // Row by row, since rows hold plugins: a cursor keeps one of them in memory at a time.
        let name = quoted(&table);
        sqlx::query(AssertSqlSafe(format!(
            "DECLARE porthole_backup NO SCROLL CURSOR FOR SELECT row_to_json(t)::text FROM {name} t"
        )))
        .execute(&mut *connection)
        .await?;
        while let Some(row) = sqlx::query_scalar::<_, String>("FETCH 1 FROM porthole_backup")
            .fetch_optional(&mut *connection)
            .await?
        {
            // Written out by hand, because the row is JSON already.
            let line = format!("{} {row}\n", table);
            out.write_all(line.as_bytes()).await.map_err(to_file)?;
        }
        sqlx::query("CLOSE porthole_backup")
            .execute(&mut *connection)
            .await?;
    }
    out.flush().await.map_err(to_file)?;
    out.into_inner().sync_all().await.map_err(to_file)
}

async fn read_rows(connection: &mut PgConnection, path: &Path) -> Result<(), IdentityError> {
    let tables = tables(connection).await?;
    for table in &tables {
        let name = quoted(table);
        let rows = sqlx::query_scalar::<_, i64>(AssertSqlSafe(format!("SELECT count(*) FROM {name}")))
            .fetch_one(&mut *connection)
            .await?;
        if rows == 0 {
            continue;
        }
        if matches!(
            table.as_str(),
            "users" | "tenants" | "audit_log" | "plugin_components"
        ) {
            return Err(refused(format!(
                "the central database is not empty (its table {table} has {rows} rows): a backup is restored into an \
                 empty one only"
            )));
        }
        // What migrations put there.
        sqlx::query(AssertSqlSafe(format!("DELETE FROM {name}")))
            .execute(&mut *connection)
            .await?;
    }
    let from_file = |error: std::io::Error| failed(path, &error);
    let file = tokio::fs::File::open(path).await.map_err(from_file)?;
    let mut lines = BufReader::new(file).lines();
    let mut number = 0_u64;
    while let Some(line) = lines.next_line().await.map_err(from_file)? {
        number += 1;
        let unreadable = |why: &str| refused(format!("{}:{number}: {why}", path.display()));
        let (table, row) = line
            .split_once(' ')
            .ok_or_else(|| unreadable("this is not a table's name and a row"))?;
        if !tables.iter().any(|known| known == table) {
            return Err(unreadable(
                "this table is not known here: the backup is of a newer Porthole, and so needs one",
            ));
        }
        // Of a backup that was made when links were among it.
        if !NOT_RESTORED.contains(&table) {
            insert(connection, table, row).await?;
        }
    }
    for table in &tables {
        count_on(connection, table).await?;
    }
    Ok(())
}

/// Only the columns that the backup has: others take what a migration gives them.
async fn insert(connection: &mut PgConnection, table: &str, row: &str) -> Result<(), IdentityError> {
    let keys = sqlx::query_scalar::<_, String>("SELECT json_object_keys($1::json)")
        .bind(row)
        .fetch_all(&mut *connection)
        .await?;
    let columns: Vec<String> = keys.iter().map(|key| quoted(key)).collect();
    let (columns, name) = (columns.join(", "), quoted(table));
    sqlx::query(AssertSqlSafe(format!(
        "INSERT INTO {name} ({columns}) OVERRIDING SYSTEM VALUE \
         SELECT {columns} FROM json_populate_record(NULL::{name}, $1::json)"
    )))
    .bind(row)
    .execute(&mut *connection)
    .await?;
    Ok(())
}

/// Numbers that the database gives go on behind those that were restored.
async fn count_on(connection: &mut PgConnection, table: &str) -> Result<(), IdentityError> {
    let name = quoted(table);
    let columns = sqlx::query_scalar::<_, String>(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::regclass AND attidentity <> '' AND NOT attisdropped",
    )
    .bind(&name)
    .fetch_all(&mut *connection)
    .await?;
    for column in columns {
        let quoted_column = quoted(&column);
        sqlx::query(AssertSqlSafe(format!(
            "SELECT setval(pg_get_serial_sequence($1, $2), (SELECT max({quoted_column}) FROM {name})) \
             WHERE EXISTS (SELECT 1 FROM {name})"
        )))
        .bind(&name)
        .bind(&column)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
