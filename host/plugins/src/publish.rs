//! Publishing, switching and removing versions: what the command line and the interface do alike.

use std::sync::Arc;

use porthole_identity::{AuditEntry, NewPlugin, PluginRecord, Removal};
use porthole_model::{PluginPublished, PluginSource};
use porthole_sandbox::Plugin;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::PluginsError;
use crate::state::{Held, Inner, Plugins, TenantSettings};
use crate::trust;

/// A component that somebody wants to publish.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The component.
    pub bytes: Vec<u8>,
    /// The text of a minisign signature over `bytes`.
    pub signature: Option<String>,
    /// Whether it answers from then on.
    pub activate: bool,
}

impl Plugins {
    /// Checks a component as far as that can be done (size, world, version of the contract, description, signature, name and
    /// endpoint; its pin, if it shall answer), keeps it, and lets it answer if wished. `actor` is who wants it, for the audit log; refusals are
    /// written there too.
    ///
    /// # Errors
    /// [`PluginsError`]; then nothing has changed.
    pub async fn publish(
        &self,
        tenant: &str,
        upload: Upload,
        actor: AuditEntry,
    ) -> Result<PluginPublished, PluginsError> {
        let settings = self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        let _only = self.0.publishing(tenant).await?;
        let published = self.0.publish(&settings, upload, actor.clone()).await;
        if let Err(
            error @ (PluginsError::Refused(_) | PluginsError::Clash(_) | PluginsError::TooLarge { .. }),
        ) = &published
        {
            let entry = AuditEntry {
                action: "plugin_refused".to_owned(),
                tenant: Some(tenant.to_owned()),
                detail: Some(error.to_string()),
                ..actor
            };
            if let Some(identity) = &self.0.identity
                && let Err(error) = identity.audit(entry).await
            {
                tracing::error!("a refusal is not in the audit log: {error}");
            }
        }
        published
    }

    /// Lets a published version answer.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`]; [`PluginsError::Clash`] when the tenant's folder or another plugin is in the way.
    pub async fn activate(
        &self,
        tenant: &str,
        name: &str,
        version: &str,
        actor: AuditEntry,
    ) -> Result<(), PluginsError> {
        let settings = self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        let versions = self.0.identity()?.plugin_versions(tenant).await?;
        let record = versions
            .into_iter()
            .find(|record| record.name == name && record.version == version)
            .ok_or(PluginsError::NotFound)?;
        self.0.trusts(&settings, &record).await?;
        self.0.no_clash(tenant, name, record.endpoint.as_deref())?;
        if !self
            .0
            .identity()?
            .activate_plugin(tenant, name, version, actor)
            .await?
        {
            return Err(PluginsError::NotFound);
        }
        // A version that somebody wants to answer again gets another chance.
        self.0.sandbox.wake(tenant, &record.sha256);
        self.0.sync(tenant).await;
        Ok(())
    }

    /// Lets the version answer that did before the present one; gives back which.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`] when there is no such plugin, [`PluginsError::Clash`] when there is no version before.
    pub async fn roll_back(
        &self,
        tenant: &str,
        name: &str,
        actor: AuditEntry,
    ) -> Result<String, PluginsError> {
        let settings = self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        let versions = self.0.identity()?.plugin_versions(tenant).await?;
        if !versions.iter().any(|record| record.name == name) {
            return Err(self.0.not_published(tenant, name));
        }
        let before = versions
            .iter()
            .filter(|record| record.name == name && !record.is_active && record.activated_at.is_some())
            .max_by_key(|record| record.activated_at);
        if let Some(before) = before {
            self.0.trusts(&settings, before).await?;
        }
        let version = self.0.identity()?.roll_back_plugin(tenant, name, actor).await?;
        let version = version.ok_or_else(|| {
            PluginsError::Clash(format!(
                "no other version of {name} has answered before; activate one by its number"
            ))
        })?;
        if let Some(record) = versions
            .iter()
            .find(|record| record.name == name && record.version == version)
        {
            self.0.sandbox.wake(tenant, &record.sha256);
        }
        self.0.sync(tenant).await;
        Ok(version)
    }

    /// Lets no version of a plugin answer.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`] when nothing of this name is published, [`PluginsError::Clash`] when no version answers.
    pub async fn deactivate(&self, tenant: &str, name: &str, actor: AuditEntry) -> Result<(), PluginsError> {
        self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        if !self.0.identity()?.deactivate_plugin(tenant, name, actor).await? {
            let versions = self.0.identity()?.plugin_versions(tenant).await?;
            if versions.iter().any(|record| record.name == name) {
                return Err(PluginsError::Clash(format!(
                    "no version of {name} answers: it is deactivated already"
                )));
            }
            return Err(self.0.not_published(tenant, name));
        }
        self.0.sync(tenant).await;
        Ok(())
    }

    /// Removes a version that does not answer.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`]; [`PluginsError::Clash`] for the version that answers.
    pub async fn remove_version(
        &self,
        tenant: &str,
        name: &str,
        version: &str,
        actor: AuditEntry,
    ) -> Result<(), PluginsError> {
        self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        let removal = self
            .0
            .identity()?
            .remove_plugin_version(tenant, name, version, actor);
        match removal.await? {
            Removal::Done => Ok(()),
            Removal::NotThere => Err(PluginsError::NotFound),
            Removal::Active => Err(PluginsError::Clash(format!(
                "{name} {version} is the version that answers: activate another first, or deactivate it"
            ))),
        }
    }

    /// Removes a published plugin with all its versions.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`].
    pub async fn remove(&self, tenant: &str, name: &str, actor: AuditEntry) -> Result<(), PluginsError> {
        self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        if !self.0.identity()?.remove_plugin(tenant, name, actor).await? {
            return Err(self.0.not_published(tenant, name));
        }
        self.0.sync(tenant).await;
        Ok(())
    }
}

/// Uploads of one tenant that may wait for each other; each is held in memory.
const UPLOADS: usize = 4;

/// The uploads of one tenant: one at a time, since compiling is the dearest thing a tenant can ask for.
pub(crate) struct Uploads {
    waiting: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

impl Default for Uploads {
    fn default() -> Self {
        Self {
            waiting: Arc::new(Semaphore::new(UPLOADS)),
            turn: Arc::new(Semaphore::new(1)),
        }
    }
}

impl Inner {
    /// Waits for the tenant's turn to publish.
    async fn publishing(&self, tenant: &str) -> Result<[OwnedSemaphorePermit; 2], PluginsError> {
        let (waiting, turn) = {
            let mut publishing = self.publishing.lock();
            let uploads = publishing.entry(tenant.to_owned()).or_default();
            (Arc::clone(&uploads.waiting), Arc::clone(&uploads.turn))
        };
        let busy = |_| {
            PluginsError::Busy(format!(
                "{UPLOADS} plugins of this tenant are being published already; try again in a moment"
            ))
        };
        let waiting = waiting.try_acquire_owned().map_err(busy)?;
        let turn = turn
            .acquire_owned()
            .await
            .map_err(|error| PluginsError::Internal(error.to_string()))?;
        Ok([waiting, turn])
    }
}

impl Inner {
    async fn publish(
        self: &Arc<Self>,
        settings: &TenantSettings,
        upload: Upload,
        actor: AuditEntry,
    ) -> Result<PluginPublished, PluginsError> {
        let (tenant, size) = (settings.id.as_str(), upload.bytes.len());
        let limit = settings.limits.component_bytes;
        if size > limit {
            return Err(PluginsError::TooLarge { size, limit });
        }
        if settings.plugins.is_frozen {
            return Err(PluginsError::Refused(trust::FROZEN.to_owned()));
        }
        let signature = upload.signature.as_deref();
        let signed_by =
            trust::signer(&settings.plugins, &upload.bytes, signature).map_err(PluginsError::Refused)?;
        if let Some(signature) = signature {
            trust::worth_keeping(&settings.plugins, &upload.bytes, signature)
                .map_err(PluginsError::Refused)?;
        }
        let sha256 = trust::sha256(&upload.bytes);
        let bytes: Arc<[u8]> = upload.bytes.into();
        let plugin = match self.known(&sha256) {
            Some(plugin) => plugin,
            None => {
                let loaded = self
                    .sandbox
                    .load_within(bytes.clone(), "the upload", &settings.limits);
                let plugin = loaded.await?;
                self.remember(&plugin);
                plugin
            }
        };
        let endpoint = plugin.descriptor().endpoint.clone();
        // A pin lets a version run. What is only kept may come before its pin does, so that there is a hash to pin.
        if upload.activate {
            trust::pinned(&settings.plugins, plugin.name(), &sha256).map_err(PluginsError::Refused)?;
        }
        self.no_clash(tenant, plugin.name(), endpoint.as_deref())?;
        let mut new = new_plugin(tenant, &plugin, bytes.to_vec(), upload.signature);
        new.signed_by.clone_from(&signed_by);
        self.identity()?
            .publish_plugin(&new, upload.activate, actor)
            .await?;
        if upload.activate {
            self.sandbox.wake(tenant, &sha256);
            self.sync(tenant).await;
        }
        Ok(PluginPublished {
            name: plugin.name().to_owned(),
            version: plugin.version().to_owned(),
            sha256,
            endpoint,
            signed_by,
            active: upload.activate || self.answers(tenant, plugin.hash()),
        })
    }

    /// Why a plugin cannot be changed over the API: it is a file, or nothing at all.
    fn not_published(&self, tenant: &str, name: &str) -> PluginsError {
        let tenants = self.tenants.lock();
        let mut held = tenants.get(tenant).into_iter().flatten();
        match held.find(|held| held.source == PluginSource::Folder && held.name == name) {
            Some(file) => PluginsError::Clash(format!(
                "{name} is not published: it is the file {}; remove that instead",
                file.label
            )),
            None => PluginsError::NotFound,
        }
    }

    /// Whether a published component of this hash answers for the tenant.
    fn answers(&self, tenant: &str, sha256: &str) -> bool {
        let tenants = self.tenants.lock();
        let mut held = tenants.get(tenant).into_iter().flatten();
        held.any(|held| held.source == PluginSource::Published && held.sha256 == sha256)
    }

    /// Whether the tenant trusts a version that was published before, under rules that may be younger than it: what would
    /// not run is not made the one that answers.
    async fn trusts(&self, settings: &TenantSettings, record: &PluginRecord) -> Result<(), PluginsError> {
        if settings.plugins.is_frozen {
            return Err(PluginsError::Refused(trust::FROZEN.to_owned()));
        }
        trust::pinned(&settings.plugins, &record.name, &record.sha256).map_err(PluginsError::Refused)?;
        if !settings.plugins.require_signature {
            return Ok(());
        }
        let bytes = self.identity()?.plugin_bytes(&record.sha256).await?;
        let bytes = bytes.ok_or(PluginsError::NotFound)?;
        trust::signer(&settings.plugins, &bytes, record.signature.as_deref())
            .map(drop)
            .map_err(|reason| PluginsError::Refused(format!("{} {}: {reason}", record.name, record.version)))
    }

    /// Whether a published plugin of this name and endpoint would be in another's way.
    fn no_clash(&self, tenant: &str, name: &str, endpoint: Option<&str>) -> Result<(), PluginsError> {
        if crate::swap::is_reserved(name) || self.registry.is_built_in(name) {
            return Err(PluginsError::Clash(format!(
                "`{name}` is the name of a built-in panel type; give the plugin another type name"
            )));
        }
        let tenants = self.tenants.lock();
        let held = tenants.get(tenant).map_or(&[][..], Vec::as_slice);
        let is_itself = |held: &Held| held.source == PluginSource::Published && held.name == name;
        for other in held.iter().filter(|held| !is_itself(held)) {
            if other.name == name {
                return Err(PluginsError::Clash(format!(
                    "the tenant's folder has a plugin `{name}` already ({}); remove the file first",
                    other.label
                )));
            }
            let taken = other
                .plugin()
                .and_then(|plugin| plugin.descriptor().endpoint.as_deref());
            if endpoint.is_some() && taken == endpoint {
                return Err(PluginsError::Clash(format!(
                    "the plugin `{}` has the endpoint `{}` already",
                    other.name,
                    endpoint.unwrap_or_default()
                )));
            }
        }
        Ok(())
    }
}

fn new_plugin(tenant: &str, plugin: &Plugin, bytes: Vec<u8>, signature: Option<String>) -> NewPlugin {
    let descriptor = plugin.descriptor();
    NewPlugin {
        tenant: tenant.to_owned(),
        name: plugin.name().to_owned(),
        version: plugin.version().to_owned(),
        sha256: plugin.hash().to_owned(),
        bytes,
        title: descriptor.title.clone(),
        description: descriptor.description.clone(),
        endpoint: descriptor.endpoint.clone(),
        signature,
        signed_by: None,
    }
}
