//! A new database for a tenant on a PostgreSQL server: for an administrator at the command line, never for panels.
//!
//! The database has two roles of its own. Its *owner* loads rows. Its *reader* is the one that a host uses: it may connect
//! to this database, read what the owner makes, and nothing else. Everybody else may not even connect.

mod scram;
#[cfg(test)]
mod tests;

use std::future::Future;
use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};
use url::Url;

use crate::sql::quote;

const CONNECT: Duration = Duration::from_secs(10);
/// PostgreSQL cuts names behind 63 bytes without a word; the roles' names are longer than the database's.
const LONGEST_NAME: usize = 63 - "_reader".len();
/// What a reader's statement may take, unless the host says less.
const STATEMENT_TIMEOUT: &str = "60s";
/// The first version with `date_bin`, by which charts are asked for.
const OLDEST: i32 = 140_000;

/// Why there is no new database. What it had made so far is gone again after [`NewDatabase::undo`].
#[derive(Debug, thiserror::Error)]
pub enum ProvisionError {
    /// The wish cannot be.
    #[error("{0}")]
    Refused(String),
    /// The server cannot be reached, or did not do what it was asked.
    #[error("{what}: {source}")]
    Server {
        /// What was being done.
        what: &'static str,
        /// What the server or the network said.
        source: sqlx::Error,
    },
}

/// Where a new database is.
#[derive(Debug)]
pub struct Provisioned {
    /// For loading, with its password.
    pub owner: SecretString,
    /// For reading, with its password.
    pub reader: SecretString,
    /// Databases of the server that the new roles may connect to as well, because everybody may.
    pub open_to_all: Vec<String>,
}

/// A database to be made.
#[derive(Debug)]
pub struct NewDatabase {
    server: SecretString,
    name: String,
    /// Whether the roles are ours, and so ours to remove.
    has_roles: bool,
}

impl NewDatabase {
    /// `server`: the URL of somebody who may make roles and databases there. `name`: of the database, and the beginning of
    /// its roles' names.
    ///
    /// # Errors
    /// [`ProvisionError::Refused`] when the URL or the name cannot be.
    pub fn new(server: &SecretString, name: &str) -> Result<Self, ProvisionError> {
        let first = name
            .bytes()
            .next()
            .is_some_and(|first| first.is_ascii_lowercase());
        let rest = name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
        if !first || !rest || name.len() > LONGEST_NAME {
            return Err(ProvisionError::Refused(format!(
                "a new database's name begins with a-z, goes on with a-z, 0-9, _ and -, and has at most {LONGEST_NAME} characters"
            )));
        }
        if name.starts_with("pg_") {
            return Err(ProvisionError::Refused(
                "names that begin with pg_ are PostgreSQL's own".to_owned(),
            ));
        }
        if !["postgres://", "postgresql://"]
            .iter()
            .any(|scheme| server.expose_secret().starts_with(scheme))
        {
            return Err(ProvisionError::Refused(
                "the server's URL must begin with postgres://".to_owned(),
            ));
        }
        Ok(Self {
            server: server.clone(),
            name: name.to_owned(),
            has_roles: false,
        })
    }

    fn owner(&self) -> String {
        format!("{}_owner", self.name)
    }

    fn reader(&self) -> String {
        format!("{}_reader", self.name)
    }

    /// Makes the roles and the database. After an error, and when the future was dropped, [`NewDatabase::undo`] removes
    /// what there is of it.
    ///
    /// # Errors
    /// [`ProvisionError::Refused`] when there is such a database or role, or when the administrator may not make one.
    pub async fn create(&mut self) -> Result<Provisioned, ProvisionError> {
        let mut admin = connect(&self.server, None, "the server cannot be reached").await?;
        let is_superuser = self.check(&mut admin).await?;
        let (owner_password, reader_password) = (password(), password());
        let (owner, reader) = (self.owner(), self.reader());
        let (database, quoted_owner, quoted_reader) = (quote(&self.name), quote(&owner), quote(&reader));
        let rights = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION";
        let mut roles = vec![
            // The server is told what passwords are checked against, and not the passwords: it may log what it is told.
            format!(
                "CREATE ROLE {quoted_owner} {rights} PASSWORD '{}'",
                scram::verifier(&owner_password)
            ),
            format!(
                "CREATE ROLE {quoted_reader} {rights} NOINHERIT PASSWORD '{}'",
                scram::verifier(&reader_password)
            ),
            format!("ALTER ROLE {quoted_reader} SET default_transaction_read_only = on"),
            format!("ALTER ROLE {quoted_reader} SET statement_timeout = '{STATEMENT_TIMEOUT}'"),
            format!(
                "ALTER ROLE {quoted_reader} SET idle_in_transaction_session_timeout = '{STATEMENT_TIMEOUT}'"
            ),
        ];
        if !is_superuser {
            // Only members of a role may give it a database.
            roles.push(format!("GRANT {quoted_owner} TO CURRENT_USER"));
        }
        let what = "the roles cannot be made";
        run(&mut admin, what, "BEGIN").await?;
        for statement in &roles {
            run(&mut admin, what, statement).await?;
        }
        // From here on nobody else's roles can have these names.
        self.has_roles = true;
        run(&mut admin, what, "COMMIT").await?;

        let what = "the database cannot be made";
        run(
            &mut admin,
            what,
            &format!("CREATE DATABASE {database} OWNER {quoted_owner} TEMPLATE template0 ENCODING 'UTF8'"),
        )
        .await?;
        run(
            &mut admin,
            what,
            &format!("REVOKE ALL ON DATABASE {database} FROM PUBLIC"),
        )
        .await?;
        run(
            &mut admin,
            what,
            &format!("GRANT CONNECT ON DATABASE {database} TO {quoted_reader}"),
        )
        .await?;
        self.shut(is_superuser).await?;
        if !is_superuser {
            run(
                &mut admin,
                what,
                &format!("REVOKE {quoted_owner} FROM CURRENT_USER"),
            )
            .await?;
        }
        let open_to_all = sqlx::query_scalar::<_, String>(
            "SELECT datname::text FROM pg_database \
             WHERE datallowconn AND datname <> $1 AND has_database_privilege($2, oid, 'CONNECT') ORDER BY 1",
        )
        .bind(&self.name)
        .bind(&reader)
        .fetch_all(&mut admin)
        .await
        .map_err(|source| ProvisionError::Server { what, source })?;
        let _ = admin.close().await;
        Ok(Provisioned {
            owner: self.url_of(&owner, &owner_password)?,
            reader: self.url_of(&reader, &reader_password)?,
            open_to_all,
        })
    }

    /// Whether the administrator is a superuser; refuses what cannot be done before anything is.
    async fn check(&self, admin: &mut PgConnection) -> Result<bool, ProvisionError> {
        let asked = async {
            let (version, may) = sqlx::query_as::<_, (i32, bool)>(
                "SELECT current_setting('server_version_num')::integer, \
                        rolsuper OR (rolcreaterole AND rolcreatedb) FROM pg_roles WHERE rolname = current_user",
            )
            .fetch_one(&mut *admin)
            .await?;
            let is_superuser =
                sqlx::query_scalar::<_, bool>("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
                    .fetch_one(&mut *admin)
                    .await?;
            let taken = sqlx::query_scalar::<_, String>(
                "SELECT 'a database ' || datname FROM pg_database WHERE datname = $1 \
                 UNION ALL SELECT 'a role ' || rolname FROM pg_roles WHERE rolname IN ($2, $3)",
            )
            .bind(&self.name)
            .bind(self.owner())
            .bind(self.reader())
            .fetch_all(&mut *admin)
            .await?;
            Ok((version, may, is_superuser, taken))
        };
        let (version, may, is_superuser, taken) = asked.await.map_err(|source| ProvisionError::Server {
            what: "the server does not say what there is",
            source,
        })?;
        if version < OLDEST {
            return Err(ProvisionError::Refused(
                "the server is older than PostgreSQL 14, which charts need".to_owned(),
            ));
        }
        if !may {
            return Err(ProvisionError::Refused(
                "the user of the server's URL may not make databases and roles: it needs CREATEDB and CREATEROLE".to_owned(),
            ));
        }
        if !taken.is_empty() {
            return Err(ProvisionError::Refused(format!(
                "the server has {} already; choose another name with --database, or remove what is there",
                taken.join(" and ")
            )));
        }
        Ok(is_superuser)
    }

    /// Within the new database: nothing for everybody, and for the reader what the owner makes.
    async fn shut(&self, is_superuser: bool) -> Result<(), ProvisionError> {
        let what = "the database cannot be shut to others";
        let mut admin = connect(&self.server, Some(&self.name), what).await?;
        let (owner, reader) = (quote(&self.owner()), quote(&self.reader()));
        let mut statements = vec![
            "REVOKE ALL ON SCHEMA public FROM PUBLIC".to_owned(),
            format!("GRANT USAGE, CREATE ON SCHEMA public TO {owner}"),
            format!("GRANT USAGE ON SCHEMA public TO {reader}"),
            format!(
                "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT SELECT ON TABLES TO {reader}"
            ),
        ];
        if is_superuser {
            // Large objects can be made by whoever may call these, whatever else they may not do.
            for function in ["lo_creat(integer)", "lo_create(oid)", "lo_from_bytea(oid, bytea)"] {
                statements.push(format!(
                    "REVOKE EXECUTE ON FUNCTION pg_catalog.{function} FROM PUBLIC"
                ));
            }
        }
        for statement in &statements {
            run(&mut admin, what, statement).await?;
        }
        let _ = admin.close().await;
        Ok(())
    }

    /// Removes what [`NewDatabase::create`] made; what was there before stays.
    ///
    /// # Errors
    /// [`ProvisionError::Server`]: then the database or its roles may still be there.
    pub async fn undo(&mut self) -> Result<(), ProvisionError> {
        if !self.has_roles {
            return Ok(());
        }
        let what = "what was made of the database cannot be removed";
        let mut admin = connect(&self.server, None, what).await?;
        let is_ours = sqlx::query_scalar::<_, bool>(
            "SELECT EXISTS (SELECT 1 FROM pg_database JOIN pg_roles ON pg_roles.oid = pg_database.datdba \
             WHERE datname = $1 AND rolname = $2)",
        )
        .bind(&self.name)
        .bind(self.owner())
        .fetch_one(&mut admin)
        .await
        .map_err(|source| ProvisionError::Server { what, source })?;
        if is_ours {
            // Who is no superuser has given the role away again, and only its members may drop what it has.
            let owner = quote(&self.owner());
            let again = format!("GRANT {owner} TO CURRENT_USER");
            if let Err(error) = run(&mut admin, what, &again).await {
                tracing::debug!(%error, "the new role cannot be taken again");
            }
            let drop = format!("DROP DATABASE {} WITH (FORCE)", quote(&self.name));
            run(&mut admin, what, &drop).await?;
        }
        for role in [self.reader(), self.owner()] {
            run(&mut admin, what, &format!("DROP ROLE IF EXISTS {}", quote(&role))).await?;
        }
        let _ = admin.close().await;
        self.has_roles = false;
        Ok(())
    }

    /// The server's URL for another role and this database. What it says of encryption stays.
    fn url_of(&self, role: &str, password: &str) -> Result<SecretString, ProvisionError> {
        let refused = || ProvisionError::Refused("the server's URL cannot be read".to_owned());
        let mut url = Url::parse(self.server.expose_secret().trim()).map_err(|_| refused())?;
        let kept: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name.starts_with("ssl") || ["host", "hostaddr", "port"].contains(&&**name))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.set_query(None);
        if !kept.is_empty() {
            url.query_pairs_mut().extend_pairs(kept);
        }
        url.set_username(role).map_err(|()| refused())?;
        url.set_password(Some(password)).map_err(|()| refused())?;
        url.set_path(&self.name);
        Ok(String::from(url).into())
    }
}

/// 256 random bits that need no quoting anywhere.
fn password() -> String {
    use rand::RngExt;
    let bytes: [u8; 32] = rand::rng().random();
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

async fn connect(
    server: &SecretString,
    database: Option<&str>,
    what: &'static str,
) -> Result<PgConnection, ProvisionError> {
    let options = PgConnectOptions::from_str(server.expose_secret().trim()).map_err(|_| {
        // Not what the parser says: it may repeat the password.
        ProvisionError::Refused(
            "the server's URL cannot be read: write postgres://user:password@host:port/postgres".to_owned(),
        )
    })?;
    let options = match database {
        Some(database) => options.database(database),
        None => options,
    };
    let options = options
        .application_name("porthole tenant add")
        .disable_statement_logging();
    in_time(what, PgConnection::connect_with(&options)).await
}

async fn in_time<T>(
    what: &'static str,
    connection: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, ProvisionError> {
    let late = || sqlx::Error::Io(std::io::Error::from(std::io::ErrorKind::TimedOut));
    let connected = tokio::time::timeout(CONNECT, connection).await;
    connected
        .unwrap_or_else(|_| Err(late()))
        .map_err(|source| ProvisionError::Server { what, source })
}

async fn run(admin: &mut PgConnection, what: &'static str, statement: &str) -> Result<(), ProvisionError> {
    // Made of names that were checked and quoted, and of verifiers in base64.
    let done = sqlx::raw_sql(AssertSqlSafe(statement.to_owned()))
        .execute(admin)
        .await;
    done.map(drop)
        .map_err(|source| ProvisionError::Server { what, source })
}
