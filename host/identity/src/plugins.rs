//! Plugins that tenants have published: the components by their hash, and which version of which tenant's plugin
//! answers. Every change raises a generation, by which other hosts notice it, and writes a line into the audit log in
//! the same transaction.

use chrono::{DateTime, SubsecRound, Utc};

use crate::audit::add_line;
use crate::store::{in_transaction, with_pool};
use crate::{AuditEntry, Identity, IdentityError};

/// Plugins one tenant may have published.
const PLUGINS: i64 = 100;
/// Versions of one plugin that are kept.
const VERSIONS: i64 = 50;

/// A plugin to be published; checked by whoever calls.
#[derive(Debug, Clone)]
pub struct NewPlugin {
    /// The tenant's id.
    pub tenant: String,
    /// The type name of its descriptor.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// SHA-256 of `bytes`, 64 hexadecimal digits.
    pub sha256: String,
    /// The component.
    pub bytes: Vec<u8>,
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// The endpoint's name of its descriptor.
    pub endpoint: Option<String>,
    /// The text of its minisign signature.
    pub signature: Option<String>,
    /// The public key that the signature was checked with.
    pub signed_by: Option<String>,
}

/// A published version, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PluginRecord {
    /// The tenant's id.
    pub tenant: String,
    /// The type name of its descriptor.
    pub name: String,
    /// Its semantic version.
    pub version: String,
    /// Of its bytes.
    pub sha256: String,
    /// Of its bytes.
    pub size_bytes: u64,
    /// For people.
    pub title: String,
    /// For people.
    pub description: String,
    /// The endpoint's name of its descriptor.
    pub endpoint: Option<String>,
    /// The text of its minisign signature.
    pub signature: Option<String>,
    /// The public key that the signature was checked with.
    pub signed_by: Option<String>,
    /// When.
    pub published_at: DateTime<Utc>,
    /// Email; none: the command line.
    pub published_by: Option<String>,
    /// When it last became the one that answers; none: never.
    pub activated_at: Option<DateTime<Utc>>,
    /// Whether it is the one that answers.
    pub is_active: bool,
}

/// What became of the wish to remove a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is gone.
    Done,
    /// It is the one that answers, and was left.
    Active,
    /// There is no such version.
    NotThere,
}

type Row = (
    String,
    String,
    String,
    String,
    i64,
    String,
    String,
    Option<String>,
    Option<String>,
    Option<String>,
    DateTime<Utc>,
    Option<String>,
    Option<DateTime<Utc>>,
    bool,
);

/// The columns of [`Row`]; what follows selects among the versions.
macro_rules! versions_where {
    ($rest:literal) => {
        sqlx::query_as::<_, Row>(concat!(
            "SELECT v.tenant_id, v.name, v.version, v.sha256, c.size_bytes, v.title, v.description, v.endpoint,
                    v.signature, v.signed_by, v.published_at, v.published_by, v.activated_at, v.is_active
             FROM plugin_versions v JOIN plugin_components c ON c.sha256 = v.sha256 ",
            $rest
        ))
    };
}

/// Tells other hosts that something has changed. Comes first in its transaction: its lock lets such transactions happen one
/// after another, so that no component is removed as unused while somebody is about to use it.
macro_rules! raise_generation {
    ($transaction:expr) => {
        sqlx::query("UPDATE plugin_generation SET generation = generation + 1 WHERE id = 1")
            .execute(&mut *$transaction)
            .await?
    };
}

/// Makes one version the one that answers; gives back whether there is such a version.
macro_rules! switch_to {
    ($transaction:expr, $tenant:expr, $name:expr, $version:expr, $now:expr) => {{
        sqlx::query(
            "UPDATE plugin_versions SET is_active = FALSE WHERE tenant_id = $1 AND name = $2 AND is_active",
        )
        .bind($tenant)
        .bind($name)
        .execute(&mut *$transaction)
        .await?;
        sqlx::query(
            "UPDATE plugin_versions SET is_active = TRUE, activated_at = $4
             WHERE tenant_id = $1 AND name = $2 AND version = $3",
        )
        .bind($tenant)
        .bind($name)
        .bind($version)
        .bind($now)
        .execute(&mut *$transaction)
        .await?
        .rows_affected()
            == 1
    }};
}

/// Removes components that no version needs any more.
macro_rules! drop_unused {
    ($transaction:expr) => {
        sqlx::query("DELETE FROM plugin_components WHERE sha256 NOT IN (SELECT sha256 FROM plugin_versions)")
            .execute(&mut *$transaction)
            .await?
    };
}

impl Identity {
    /// Keeps a version of a tenant's plugin and, if wished, makes it the one that answers. The same bytes under the same
    /// version again are no error. `actor` says who; its action, target and detail are filled in here.
    ///
    /// # Errors
    /// [`IdentityError::NoSuchTenant`]; [`IdentityError::PluginVersionTaken`] for other bytes under a version that is
    /// there; [`IdentityError::PluginsFull`].
    pub async fn publish_plugin(
        &self,
        plugin: &NewPlugin,
        activate: bool,
        actor: AuditEntry,
    ) -> Result<(), IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let size = i64::try_from(plugin.bytes.len()).unwrap_or(i64::MAX);
        let tenant = plugin.tenant.as_str();
        let is_configured = self.configured.has(tenant);
        let published = in_transaction!(&self.store, transaction => {
            raise_generation!(transaction);
            let is_known = sqlx::query_as::<_, (String,)>(
                "SELECT tenant_id FROM tenants WHERE tenant_id = $1 AND disabled_at IS NULL",
            )
            .bind(tenant)
            .fetch_optional(&mut *transaction)
            .await?
            .is_some();
            if !is_known || !is_configured {
                return Err(IdentityError::NoSuchTenant(tenant.to_owned()));
            }
            let before = versions_where!("WHERE v.tenant_id = $1 AND v.name = $2 AND v.version = $3")
                .bind(tenant)
                .bind(&plugin.name)
                .bind(&plugin.version)
                .fetch_optional(&mut *transaction)
                .await?
                .map(record);
            match before {
                Some(before) if before.sha256 != plugin.sha256 => {
                    return Err(IdentityError::PluginVersionTaken {
                        name: plugin.name.clone(),
                        version: plugin.version.clone(),
                        sha256: before.sha256,
                    });
                }
                Some(_) => {
                    // The same again; a signature may have come since.
                    sqlx::query(
                        "UPDATE plugin_versions SET signature = COALESCE($4, signature), signed_by = COALESCE($5, signed_by)
                         WHERE tenant_id = $1 AND name = $2 AND version = $3",
                    )
                    .bind(tenant)
                    .bind(&plugin.name)
                    .bind(&plugin.version)
                    .bind(&plugin.signature)
                    .bind(&plugin.signed_by)
                    .execute(&mut *transaction)
                    .await?;
                }
                None => {
                    let (names, versions) = sqlx::query_as::<_, (i64, i64)>(
                        "SELECT COUNT(DISTINCT CASE WHEN name <> $2 THEN name END),
                                COUNT(CASE WHEN name = $2 THEN 1 END)
                         FROM plugin_versions WHERE tenant_id = $1",
                    )
                    .bind(tenant)
                    .bind(&plugin.name)
                    .fetch_one(&mut *transaction)
                    .await?;
                    if names >= PLUGINS {
                        return Err(IdentityError::PluginsFull(format!(
                            "the tenant has {names} other plugins published, which is the most it may have; remove one"
                        )));
                    }
                    if versions >= VERSIONS {
                        return Err(IdentityError::PluginsFull(format!(
                            "{versions} versions of {} are published, which is the most there may be; remove an old one",
                            plugin.name
                        )));
                    }
                    sqlx::query(
                        "INSERT INTO plugin_components (sha256, bytes, size_bytes, created_at)
                         VALUES ($1, $2, $3, $4) ON CONFLICT (sha256) DO NOTHING",
                    )
                    .bind(&plugin.sha256)
                    .bind(&plugin.bytes)
                    .bind(size)
                    .bind(now)
                    .execute(&mut *transaction)
                    .await?;
                    sqlx::query(
                        "INSERT INTO plugin_versions
                            (tenant_id, name, version, sha256, title, description, endpoint, signature, signed_by,
                             published_at, published_by, is_active)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, FALSE)",
                    )
                    .bind(tenant)
                    .bind(&plugin.name)
                    .bind(&plugin.version)
                    .bind(&plugin.sha256)
                    .bind(&plugin.title)
                    .bind(&plugin.description)
                    .bind(&plugin.endpoint)
                    .bind(&plugin.signature)
                    .bind(&plugin.signed_by)
                    .bind(now)
                    .bind(&actor.actor_email)
                    .execute(&mut *transaction)
                    .await?;
                }
            }
            if activate {
                let _there = switch_to!(transaction, tenant, &plugin.name, &plugin.version, now);
            }
            let entry = AuditEntry {
                action: "plugin_published".to_owned(),
                target: Some(format!("{} {}", plugin.name, plugin.version)),
                tenant: Some(tenant.to_owned()),
                detail: Some(format!(
                    "sha256 {}{}",
                    plugin.sha256,
                    if activate { ", active" } else { "" }
                )),
                ..actor
            };
            add_line!(entry, &mut *transaction)
        });
        Ok(published?)
    }

    /// Makes a published version the one that answers; false: there is no such version.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn activate_plugin(
        &self,
        tenant: &str,
        name: &str,
        version: &str,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let activated = in_transaction!(&self.store, transaction => {
            raise_generation!(transaction);
            if !switch_to!(transaction, tenant, name, version, now) {
                // Dropping the transaction takes back that the other version was switched off.
                return Ok(false);
            }
            let entry = step("plugin_activated", tenant, format!("{name} {version}"), actor);
            add_line!(entry, &mut *transaction)
        });
        activated?;
        Ok(true)
    }

    /// Makes the version that answered before the present one answer again; none: there is none. The version.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn roll_back_plugin(
        &self,
        tenant: &str,
        name: &str,
        actor: AuditEntry,
    ) -> Result<Option<String>, IdentityError> {
        let now = Utc::now().trunc_subsecs(3);
        let rolled_back = in_transaction!(&self.store, transaction => {
            raise_generation!(transaction);
            let before = versions_where!(
                "WHERE v.tenant_id = $1 AND v.name = $2 AND NOT v.is_active AND v.activated_at IS NOT NULL
                 ORDER BY v.activated_at DESC, v.published_at DESC LIMIT 1"
            )
            .bind(tenant)
            .bind(name)
            .fetch_optional(&mut *transaction)
            .await?
            .map(record);
            let Some(before) = before else {
                return Ok(None);
            };
            let _there = switch_to!(transaction, tenant, name, &before.version, now);
            let entry = step("plugin_rolled_back", tenant, format!("{name} {}", before.version), actor);
            add_line!(entry, &mut *transaction).map(|()| before.version)
        });
        Ok(Some(rolled_back?))
    }

    /// Lets no version of a plugin answer any more; false: none did.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn deactivate_plugin(
        &self,
        tenant: &str,
        name: &str,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let deactivated = in_transaction!(&self.store, transaction => {
            raise_generation!(transaction);
            let changed = sqlx::query(
                "UPDATE plugin_versions SET is_active = FALSE WHERE tenant_id = $1 AND name = $2 AND is_active",
            )
            .bind(tenant)
            .bind(name)
            .execute(&mut *transaction)
            .await?
            .rows_affected();
            if changed == 0 {
                return Ok(false);
            }
            let entry = step("plugin_deactivated", tenant, name.to_owned(), actor);
            add_line!(entry, &mut *transaction)
        });
        deactivated?;
        Ok(true)
    }

    /// Removes a version that does not answer, and its bytes when nobody else has them.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn remove_plugin_version(
        &self,
        tenant: &str,
        name: &str,
        version: &str,
        actor: AuditEntry,
    ) -> Result<Removal, IdentityError> {
        let removed = in_transaction!(&self.store, transaction => {
            raise_generation!(transaction);
            let found = versions_where!("WHERE v.tenant_id = $1 AND v.name = $2 AND v.version = $3")
                .bind(tenant)
                .bind(name)
                .bind(version)
                .fetch_optional(&mut *transaction)
                .await?
                .map(record);
            match found {
                None => return Ok(Removal::NotThere),
                Some(found) if found.is_active => return Ok(Removal::Active),
                Some(_) => {}
            }
            sqlx::query("DELETE FROM plugin_versions WHERE tenant_id = $1 AND name = $2 AND version = $3")
                .bind(tenant)
                .bind(name)
                .bind(version)
                .execute(&mut *transaction)
                .await?;
            drop_unused!(transaction);
            let entry = step("plugin_version_removed", tenant, format!("{name} {version}"), actor);
            add_line!(entry, &mut *transaction)
        });
        removed?;
        Ok(Removal::Done)
    }

    /// Removes a plugin with all its versions; false: there is no such plugin.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn remove_plugin(
        &self,
        tenant: &str,
        name: &str,
        actor: AuditEntry,
    ) -> Result<bool, IdentityError> {
        let removed = in_transaction!(&self.store, transaction => {
            raise_generation!(transaction);
            let versions = sqlx::query("DELETE FROM plugin_versions WHERE tenant_id = $1 AND name = $2")
                .bind(tenant)
                .bind(name)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if versions == 0 {
                return Ok(false);
            }
            drop_unused!(transaction);
            let mut entry = step("plugin_removed", tenant, name.to_owned(), actor);
            entry.detail = Some(format!("{versions} versions"));
            add_line!(entry, &mut *transaction)
        });
        removed?;
        Ok(true)
    }

    /// All versions that a tenant has published, by name, newest first.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn plugin_versions(&self, tenant: &str) -> Result<Vec<PluginRecord>, IdentityError> {
        let rows = with_pool!(&self.store, pool => versions_where!(
            "WHERE v.tenant_id = $1 ORDER BY v.name, v.published_at DESC, v.version DESC"
        )
        .bind(tenant)
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// The versions that answer, of all tenants, by tenant and name.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn active_plugins(&self) -> Result<Vec<PluginRecord>, IdentityError> {
        let rows = with_pool!(&self.store, pool => versions_where!("WHERE v.is_active ORDER BY v.tenant_id, v.name")
            .fetch_all(pool)
            .await)?;
        Ok(rows.into_iter().map(record).collect())
    }

    /// The bytes of a published component.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn plugin_bytes(&self, sha256: &str) -> Result<Option<Vec<u8>>, IdentityError> {
        let found = with_pool!(&self.store, pool => sqlx::query_as::<_, (Vec<u8>,)>(
            "SELECT bytes FROM plugin_components WHERE sha256 = $1",
        )
        .bind(sha256)
        .fetch_optional(pool)
        .await)?;
        Ok(found.map(|(bytes,)| bytes))
    }

    /// Another number after each change of what is published.
    ///
    /// # Errors
    /// When the central database fails.
    pub async fn plugin_generation(&self) -> Result<i64, IdentityError> {
        let (generation,) = with_pool!(&self.store, pool => sqlx::query_as::<_, (i64,)>(
            "SELECT generation FROM plugin_generation WHERE id = 1",
        )
        .fetch_one(pool)
        .await)?;
        Ok(generation)
    }
}

fn step(action: &str, tenant: &str, target: String, actor: AuditEntry) -> AuditEntry {
    AuditEntry {
        action: action.to_owned(),
        target: Some(target),
        tenant: Some(tenant.to_owned()),
        ..actor
    }
}

fn record(row: Row) -> PluginRecord {
    let (
        tenant,
        name,
        version,
        sha256,
        size_bytes,
        title,
        description,
        endpoint,
        signature,
        signed_by,
        published_at,
        published_by,
        activated_at,
        is_active,
    ) = row;
    PluginRecord {
        tenant,
        name,
        version,
        sha256,
        size_bytes: u64::try_from(size_bytes).unwrap_or(0),
        title,
        description,
        endpoint,
        signature,
        signed_by,
        published_at,
        published_by,
        activated_at,
        is_active,
    }
}
