//! What is meant by a tenant's URL.

use std::str::FromStr;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use sqlx::ConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;

/// What is meant by a tenant's URL.
pub(crate) enum Target {
    Postgres(Box<PgConnectOptions>),
    Sqlite(Box<SqliteConnectOptions>),
}

impl Target {
    /// Reads a URL; the error says what is wrong without repeating it.
    pub(crate) fn parse(url: &SecretString) -> Result<Self, String> {
        let url = url.expose_secret().trim();
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let path = path.split('?').next().unwrap_or(path);
            if path.is_empty() || path.contains(":memory:") {
                return Err("the database URL names no file: write `sqlite:PATH`".into());
            }
            let options = SqliteConnectOptions::new()
                .filename(path)
                .busy_timeout(Duration::from_secs(2))
                .disable_statement_logging();
            return Ok(Self::Sqlite(Box::new(options)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let mut options = PgConnectOptions::from_str(url).map_err(
                |_| "the database URL cannot be read: write `postgres://user:password@host:port/database`",
            )?;
            // The host's own password, from its environment, is not for whatever server a tenant names.
            let authority = url
                .split("://")
                .nth(1)
                .and_then(|rest| rest.split(['/', '?']).next())
                .unwrap_or_default();
            let user = authority.rsplit_once('@').map_or("", |(user, _)| user);
            if !user.contains(':') && !url.contains("password=") {
                options = options.password("");
            }
            let options = options.application_name("porthole").disable_statement_logging();
            return Ok(Self::Postgres(Box::new(options)));
        }
        Err("the database URL must begin with `postgres://` or `sqlite:`".into())
    }
}
