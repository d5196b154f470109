//! Why a database could not be asked: for readers, who never see SQL text or the URL, and for the log.

use crate::connection::Connections;
use crate::error::DataError;
use crate::fault::{Fault, Part};
use crate::sql::Dialect;

impl Connections {
    pub(super) fn timed_out(&self) -> DataError {
        DataError::TimedOut(format!(
            "the database did not answer within {} s; ask for a shorter range, or add an index on the time column",
            self.statement_timeout.as_secs_f32()
        ))
    }

    /// What a reader is told of a database's error: never SQL text or the URL.
    pub(super) fn failed(&self, error: sqlx::Error) -> DataError {
        let unavailable = |message: &str| DataError::Unavailable(message.to_owned());
        match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().unwrap_or_default();
                let message: String = database.message().chars().take(300).collect();
                match (self.dialect(), code.as_ref()) {
                    (Dialect::Postgres, "57014") => self.timed_out(),
                    (Dialect::Postgres, code) if code.starts_with("28") => unavailable(
                        "the database refuses the login: check user and password in the database's URL",
                    ),
                    (Dialect::Postgres, "3D000") => {
                        unavailable("the server has no database of the name in the URL")
                    }
                    (Dialect::Postgres, "53300") => unavailable("the database server has no free connection"),
                    (Dialect::Postgres, code) if code.starts_with("08") || code.starts_with("57P") => {
                        unavailable("the database is starting or stopping")
                    }
                    // Overflows, days beyond the calendar, texts that are no numbers: the query is as it should be.
                    (Dialect::Postgres, code) if code.starts_with("22") => out_of_range(&message),
                    (Dialect::Sqlite, "1") if message == "integer overflow" => out_of_range(&message),
                    // A syntax error quotes the text.
                    (Dialect::Postgres, "42601") => DataError::Query("the database refused the query".into()),
                    (Dialect::Sqlite, code) => match code.parse::<i32>().map(|code| code & 0xff) {
                        Ok(9) => self.timed_out(),
                        Ok(5 | 6) => unavailable("the database file is locked by a writer"),
                        Ok(14) => unavailable("the database file does not exist or cannot be opened"),
                        Ok(11 | 26) => unavailable("the database file is damaged or is none of SQLite"),
                        _ => DataError::Query(format!("the database refused the query: {message}")),
                    },
                    _ => DataError::Query(format!("the database refused the query: {message}")),
                }
            }
            sqlx::Error::PoolTimedOut => DataError::Unavailable(format!(
                "the database did not accept a connection within {} s",
                self.connect_timeout.as_secs_f32()
            )),
            sqlx::Error::Io(error) => unavailable(network(error)),
            sqlx::Error::Tls(error) => unavailable(encryption(&error.to_string())),
            sqlx::Error::Configuration(_) => unavailable(
                "the database's URL cannot be used: check its parameters, and percent-encode `@`, `:`, `/`, `?`, `#` and `%` \
                 in user and password",
            ),
            sqlx::Error::PoolClosed | sqlx::Error::WorkerCrashed => {
                unavailable("the connection to the database was lost")
            }
            sqlx::Error::Protocol(_) => {
                unavailable("the server does not speak PostgreSQL's protocol as expected")
            }
            _ => {
                tracing::warn!(error = %brief(&error), "a tenant's database answered in an unexpected way");
                DataError::Query("the database answered in an unexpected way".into())
            }
        }
    }
}

/// Why there is no connection, without the server's name: readers see this, and where it is, is in the URL.
fn network(error: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    let text = error.to_string();
    if text.contains("failed to lookup address") || text.contains("resolve") {
        return "the name of the database's server cannot be resolved: check the host in the database's URL, and that `@`, `/`, \
                `?` and `#` in its password are percent-encoded";
    }
    match error.kind() {
        ErrorKind::ConnectionRefused => {
            "the database's server refuses connections: it is not running, or the database's URL has another host or port"
        }
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable | ErrorKind::TimedOut => {
            "the database's server cannot be reached: check host and port in the database's URL, and the network's rules"
        }
        ErrorKind::NotFound | ErrorKind::PermissionDenied => {
            "a socket or a certificate that the database's URL names is not there, or this host may not read it"
        }
        _ => "the connection to the database was lost",
    }
}

/// Why there is no encrypted connection.
fn encryption(said: &str) -> &'static str {
    if said.contains("does not support TLS") {
        "the database's server offers no encrypted connection, and `sslmode` in the database's URL asks for one"
    } else {
        "no encrypted connection to the database's server: check its certificate, and `sslmode` and `sslrootcert` in the \
         database's URL"
    }
}

/// The message may have hundreds of digits. Which part of the source it is about is found out by who has one.
fn out_of_range(message: &str) -> DataError {
    let said: String = message.chars().take(80).collect();
    DataError::OutOfRange(Fault::new(
        Part::Table,
        format!("the database cannot compute with what the data holds ({said})"),
    ))
}

/// An error for the log; those of the pool and of the configuration could carry the URL.
pub(super) fn brief(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Configuration(_) => "the configuration cannot be used".into(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn why_there_is_no_connection_is_told_apart() {
        let lookup = Error::other("failed to lookup address information: Name or service not known");
        assert!(network(&lookup).contains("cannot be resolved"));
        assert!(network(&Error::from(ErrorKind::ConnectionRefused)).contains("refuses connections"));
        assert!(network(&Error::from(ErrorKind::HostUnreachable)).contains("cannot be reached"));
        assert!(network(&Error::from(ErrorKind::NotFound)).contains("certificate"));
        assert!(network(&Error::from(ErrorKind::ConnectionReset)).contains("was lost"));
        assert!(encryption("server does not support TLS").contains("offers no encrypted connection"));
        assert!(encryption("invalid peer certificate: UnknownIssuer").contains("check its certificate"));
    }
}
