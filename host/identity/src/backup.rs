//! The whole central database as a file, taken while it is in use, and put back into an empty place.
//!
//! SQLite writes a copy of itself. From PostgreSQL every row of every table is written as one line of JSON, within one
//! transaction that sees one moment. Tables are found in the catalogue, so that a migration needs no change here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::str::FromStr;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, Connection, Row};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, BufWriter};

use crate::store::Store;
use crate::{Identity, IdentityError, Options};

/// The file of a backup from SQLite.
const SQLITE_FILE: &str = "central.sqlite";
/// The file of a backup from PostgreSQL.
const POSTGRES_FILE: &str = "central.jsonl";
/// What is not put back: who had logged out since would be logged in again.
const NOT_RESTORED: &str = "sessions";
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

    /// Opens an empty central database and fills it from a backup's folder. Sessions are not put back: everybody logs in
    /// anew.
    ///
    /// # Errors
    /// [`IdentityError::Backup`] when the database is not empty, or when the backup is of the other kind of database.
    pub async fn restore(url: &SecretString, folder: &Path, options: Options) -> Result<Self, IdentityError> {
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
        if is_sqlite {
            place_file(text, &from)?;
        }
        let identity = Self::connect(url, options).await?;
        match &identity.store {
            Store::Sqlite(pool) => {
                sqlx::query("DELETE FROM sessions").execute(pool).await?;
            }
            Store::Postgres(pool) => {
                let mut transaction = pool.begin().await?;
                read_rows(&mut transaction, &from).await?;
                transaction.commit().await?;
            }
        }
        Ok(identity)
    }
}

fn refused(message: impl Into<String>) -> IdentityError {
    IdentityError::Backup(message.into())
}

fn failed(path: &Path, error: &std::io::Error) -> IdentityError {
    refused(format!("{}: {error}", path.display()))
}

/// Copies the file of a backup to where the database is to be; nothing may be there.
fn place_file(url: &str, from: &Path) -> Result<(), IdentityError> {
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
    std::fs::copy(from, &file).map_err(|error| failed(&file, &error))?;
    #[cfg(unix)]
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600))
        .map_err(|error| failed(&file, &error))?;
    Ok(())
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
    let file = tokio::fs::File::create(path).await.map_err(to_file)?;
    let mut out = BufWriter::new(file);
    for table in tables(connection).await? {
        if table == NOT_RESTORED {
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
        insert(connection, table, row).await?;
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
