//! What goes into the central database and comes out of it.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use uuid::Uuid;

/// A user to be made.
#[derive(Debug, Clone)]
pub struct NewUser {
    /// Any case; kept in lower case.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
    /// None: the user cannot log in with a password.
    pub password: Option<SecretString>,
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The user's id.
    pub id: Uuid,
    /// Lower case.
    pub email: String,
    /// For people.
    pub full_name: Option<String>,
    /// May use the administration.
    pub is_admin: bool,
    /// Whether the user can log in with a password.
    pub has_password: bool,
    /// When that password was set; none: there is none, or nobody wrote it down.
    pub password_set_at: Option<DateTime<Utc>>,
    /// Whether an administrator switched the account off.
    pub is_disabled: bool,
    /// When the user was made.
    pub created_at: DateTime<Utc>,
    /// None: never.
    pub last_login_at: Option<DateTime<Utc>>,
    /// Whether a group of the identity provider has made them an administrator.
    pub is_admin_by_group: bool,
    /// Whether the identity provider knows them.
    pub is_from_provider: bool,
}

/// A tenant as the configuration describes it; without secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRecord {
    /// `tenant-alpha`.
    pub id: String,
    /// For people.
    pub name: String,
    /// The tenant's database: its name, or the SQLite file.
    pub database_name: String,
    /// The host it is on; `localhost` or empty for a file.
    pub database_host: String,
    /// None for a file.
    pub database_port: Option<u16>,
}

/// Where something was done from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Over the network.
    Address(IpAddr),
    /// On the machine of this name, with the command line.
    Machine(String),
}

/// What an [`Origin::Machine`] is written as begins and ends so.
const MACHINE: (&str, &str) = ("local (", ")");

impl From<IpAddr> for Origin {
    fn from(address: IpAddr) -> Self {
        Self::Address(address)
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Address(address) => address.fmt(to),
            Self::Machine(name) => write!(to, "{}{name}{}", MACHINE.0, MACHINE.1),
        }
    }
}

impl FromStr for Origin {
    type Err = ();

    /// Reads what [`Origin`] is written as.
    fn from_str(text: &str) -> Result<Self, ()> {
        if let Ok(address) = text.parse() {
            return Ok(Self::Address(address));
        }
        let name = text
            .strip_prefix(MACHINE.0)
            .and_then(|rest| rest.strip_suffix(MACHINE.1));
        name.map(|name| Self::Machine(name.to_owned())).ok_or(())
    }
}

/// Something that happened, for the audit log.
#[derive(Debug, Clone, Default)]
pub struct AuditEntry {
    /// What: `login`, `login_failed`, `logout`, `user_created`, `grant`, …
    pub action: String,
    /// Who did it; none: no account did.
    pub actor: Option<Uuid>,
    /// The actor's email at that time; of the command line, whose user it was; none: the host itself, or nobody known.
    pub actor_email: Option<String>,
    /// What it was done to: an email, a plugin, …
    pub target: Option<String>,
    /// In which tenant.
    pub tenant: Option<String>,
    /// From where.
    pub address: Option<Origin>,
    /// More, for people.
    pub detail: Option<String>,
}

/// A line of the audit log.
#[derive(Debug, Clone)]
pub struct AuditRecord {
    /// Ascending with time.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// What.
    pub entry: AuditEntry,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_read_as_it_was_written() {
        let (four, six) = (
            IpAddr::from([192, 0, 2, 1]),
            IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        );
        for origin in [four.into(), six.into(), Origin::Machine("web-1".to_owned())] {
            assert_eq!(origin.to_string().parse(), Ok(origin));
        }
        assert_eq!(Origin::Machine("web-1".to_owned()).to_string(), "local (web-1)");
        assert_eq!("elsewhere".parse::<Origin>(), Err(()));
    }
}
