//! What a tenant's people are told of its plugins.

use std::collections::BTreeMap;
use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use porthole_identity::PluginRecord;
use porthole_model as model;
use porthole_model::{PluginSource, PluginState};

use crate::error::PluginsError;
use crate::state::{Held, Outcome, Plugins, TenantSettings};

impl Plugins {
    /// The tenant's own plugins, by name.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`] when there is no such tenant.
    pub async fn list(&self, tenant: &str) -> Result<model::Plugins, PluginsError> {
        let settings = self.0.settings(tenant).ok_or(PluginsError::NotFound)?;
        let mut versions: BTreeMap<String, Vec<PluginRecord>> = BTreeMap::new();
        for record in self.0.versions(tenant).await? {
            versions.entry(record.name.clone()).or_default().push(record);
        }
        let held = self.0.tenants.lock().get(tenant).cloned().unwrap_or_default();
        let mut plugins = Vec::new();
        for held in &held {
            let published = match held.source {
                PluginSource::Published => versions.remove(&held.label).unwrap_or_default(),
                PluginSource::Folder => Vec::new(),
            };
            plugins.push(self.describe(&settings, held, published));
        }
        // What is published and does not answer; or not yet on this host, which has still to hear of it.
        plugins.extend(
            versions
                .into_values()
                .filter_map(|versions| self.describe_absent(&settings, versions)),
        );
        plugins.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(model::Plugins {
            plugins,
            notices: settings.notices.clone(),
        })
    }

    /// One of the tenant's own plugins.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`].
    pub async fn one(&self, tenant: &str, name: &str) -> Result<model::Plugin, PluginsError> {
        let plugins = self.list(tenant).await?.plugins;
        plugins
            .into_iter()
            .find(|plugin| plugin.name == name)
            .ok_or(PluginsError::NotFound)
    }

    /// What a tenant's plugin wrote, oldest first; the newest `limit` lines.
    ///
    /// # Errors
    /// [`PluginsError::NotFound`] when the tenant has no plugin of this name; built-in ones count.
    pub async fn log(
        &self,
        tenant: &str,
        name: &str,
        limit: usize,
    ) -> Result<model::PluginLog, PluginsError> {
        if !self.0.registry.is_built_in(name) {
            self.one(tenant, name).await?;
        }
        let (plugins, tenant, name) = (self.clone(), tenant.to_owned(), name.to_owned());
        let read = move || {
            let logbook = plugins.0.books.logbook.as_ref();
            logbook.map(|logbook| logbook.read(&tenant, &name, limit))
        };
        let lines = tokio::task::spawn_blocking(read)
            .await
            .map_err(|error| PluginsError::Internal(format!("reading a plugin's log: {error}")))?;
        Ok(model::PluginLog {
            lines: lines.unwrap_or_default(),
        })
    }

    fn describe(&self, settings: &TenantSettings, held: &Held, versions: Vec<PluginRecord>) -> model::Plugin {
        let plugin = held.plugin();
        let resting = plugin.and_then(|plugin| self.0.sandbox.resting(&settings.id, plugin.hash()));
        let state = match (&held.outcome, resting) {
            (Outcome::Compiling(_), _) => PluginState::Compiling,
            (Outcome::Refused(reason), _) => PluginState::Refused {
                reason: reason.clone(),
            },
            (Outcome::Loaded(_), Some(resting)) => PluginState::Resting {
                reason: resting.reason,
                until: rfc3339(resting.until),
            },
            (Outcome::Loaded(_), None) => PluginState::Active,
        };
        let descriptor = plugin.map(|plugin| plugin.descriptor());
        // What is not loaded is known by what it said of itself when it was published.
        let published = versions.iter().find(|version| version.is_active);
        let published = published.filter(|_| plugin.is_none());
        let text = |loaded: Option<&String>, published: Option<&String>| {
            loaded.or(published).cloned().unwrap_or_default()
        };
        let (totals, failures) = self.0.books.accounts.of(&settings.id, &held.name);
        model::Plugin {
            name: held.name.clone(),
            title: text(
                descriptor.map(|descriptor| &descriptor.title),
                published.map(|version| &version.title),
            ),
            description: text(
                descriptor.map(|descriptor| &descriptor.description),
                published.map(|version| &version.description),
            ),
            endpoint: descriptor
                .map(|descriptor| &descriptor.endpoint)
                .or(published.map(|version| &version.endpoint))
                .cloned()
                .flatten(),
            source: held.source,
            state,
            version: plugin.map_or_else(String::new, |plugin| plugin.version().to_owned()),
            sha256: held.sha256.clone(),
            size_bytes: held.size,
            signed_by: held.signed_by.clone(),
            versions: versions.into_iter().map(version).collect(),
            limits: limits(settings),
            totals,
            failures,
        }
    }

    fn describe_absent(
        &self,
        settings: &TenantSettings,
        versions: Vec<PluginRecord>,
    ) -> Option<model::Plugin> {
        let active = versions.iter().find(|version| version.is_active);
        let shown = active.or(versions.first())?;
        let (totals, failures) = self.0.books.accounts.of(&settings.id, &shown.name);
        Some(model::Plugin {
            name: shown.name.clone(),
            title: shown.title.clone(),
            description: shown.description.clone(),
            endpoint: shown.endpoint.clone(),
            source: PluginSource::Published,
            state: match active {
                Some(_) => PluginState::Compiling,
                None => PluginState::Inactive,
            },
            version: String::new(),
            sha256: active.map_or_else(String::new, |version| version.sha256.clone()),
            size_bytes: active.map_or(0, |version| version.size_bytes),
            signed_by: None,
            limits: limits(settings),
            totals,
            failures,
            versions: versions.into_iter().map(version).collect(),
        })
    }
}

fn version(record: PluginRecord) -> model::PluginVersion {
    model::PluginVersion {
        version: record.version,
        sha256: record.sha256,
        size_bytes: record.size_bytes,
        published_at: record.published_at.to_rfc3339_opts(SecondsFormat::Millis, true),
        published_by: record.published_by,
        signed_by: record.signed_by,
        active: record.is_active,
    }
}

fn limits(settings: &TenantSettings) -> Vec<model::PluginLimit> {
    settings
        .limits
        .named()
        .into_iter()
        .map(|(name, value)| model::PluginLimit {
            name: name.to_owned(),
            value,
        })
        .collect()
}

fn rfc3339(at: SystemTime) -> String {
    DateTime::<Utc>::from(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}
