//! Bringing the registry up to what the tenants' folders and the central database say.
//!
//! A tenant's plugins are swapped whole: a call that has begun keeps the plugin it began with, and there is no moment
//! at which a plugin that is replaced is not there.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use porthole_identity::{IdentityError, PluginRecord};
use porthole_model::PluginSource;
use porthole_sandbox::{Absent, Plugin};
use tokio::task::JoinSet;

use crate::loading::Wanted;
use crate::state::{Held, Inner, Outcome, Plugins, TenantSettings};

/// How often the central database is asked whether another host has published something.
const EVERY: Duration = Duration::from_secs(2);
/// Types of the specification that name a kind of view and not a plugin.
const RESERVED: [&str; 2] = ["custom_image", "custom_template"];

impl Plugins {
    /// Takes over what all tenants' folders say, and loads what has changed. Waits until that is done, or for
    /// `patience`; what is not done by then goes on, and panels that wait for it say so.
    pub async fn take_over(&self, tenants: Vec<TenantSettings>, patience: Duration) {
        let new: BTreeMap<String, Arc<TenantSettings>> = tenants
            .into_iter()
            .map(|tenant| (tenant.id.clone(), Arc::new(tenant)))
            .collect();
        let old = self.0.settings.swap(Arc::new(new.clone()));
        let mut changed: BTreeSet<String> = old
            .keys()
            .chain(new.keys())
            .filter(|id| old.get(*id) != new.get(*id))
            .cloned()
            .collect();
        // Whoever has nothing, and had nothing, has nothing to load.
        let published: HashSet<String> = match self.0.active().await {
            Ok(active) => active.into_iter().map(|record| record.tenant).collect(),
            Err(error) => {
                tracing::error!("the central database does not say which plugins are published: {error}");
                self.0.missed.store(true, Ordering::Relaxed);
                HashSet::new()
            }
        };
        let held: HashSet<String> = self.0.tenants.lock().keys().cloned().collect();
        changed.retain(|id| {
            let has_files = new.get(id).is_some_and(|tenant| !tenant.plugins.files.is_empty());
            has_files || published.contains(id) || held.contains(id)
        });
        // Whoever had none awaits all of them from this moment, and not only when it is known what they are: that a panel's plugin is
        // still to come is no fault of the panel.
        for id in changed.iter().filter(|id| !held.contains(*id)) {
            let absent = Absent {
                compiling: true,
                ..Absent::default()
            };
            self.0.registry.replace_tenant(id, &[], absent);
        }
        self.sync_all(changed, patience).await;
    }

    /// Follows what other hosts publish, until the future is dropped.
    pub async fn follow(&self) {
        let Some(identity) = &self.0.identity else {
            return;
        };
        let mut seen = None;
        loop {
            tokio::time::sleep(EVERY).await;
            let now = match identity.plugin_generation().await {
                Ok(now) => Some(now),
                Err(error) => {
                    tracing::warn!("the central database does not say what is published: {error}");
                    continue;
                }
            };
            if now == seen && !self.0.missed.swap(false, Ordering::Relaxed) {
                continue;
            }
            if self.sync_published().await {
                seen = now;
            }
        }
    }

    /// Loads what is published and not what is held; false: the central database did not answer.
    async fn sync_published(&self) -> bool {
        let active = match self.0.active().await {
            Ok(active) => active,
            Err(error) => {
                tracing::warn!("the central database does not say which plugins are published: {error}");
                return false;
            }
        };
        let mut published: HashMap<String, BTreeMap<String, String>> = HashMap::new();
        for record in active {
            published
                .entry(record.tenant)
                .or_default()
                .insert(record.name, record.sha256);
        }
        let changed: BTreeSet<String> = {
            let tenants = self.0.tenants.lock();
            let held = |id: &str| -> BTreeMap<String, String> {
                let plugins = tenants.get(id).into_iter().flatten();
                plugins
                    .filter(|held| held.source == PluginSource::Published)
                    .map(|held| (held.label.clone(), held.sha256.clone()))
                    .collect()
            };
            let ids: BTreeSet<&String> = published.keys().chain(tenants.keys()).collect();
            ids.into_iter()
                .filter(|id| held(id) != published.get(*id).cloned().unwrap_or_default())
                .cloned()
                .collect()
        };
        self.sync_all(changed, Duration::MAX).await;
        true
    }

    async fn sync_all(&self, tenants: BTreeSet<String>, patience: Duration) {
        let mut syncing = JoinSet::new();
        for id in tenants {
            let inner = Arc::clone(&self.0);
            syncing.spawn(async move { inner.sync(&id).await });
        }
        let all = async { while syncing.join_next().await.is_some() {} };
        if tokio::time::timeout(patience, all).await.is_err() {
            tracing::info!("some plugins are still being compiled; their panels wait for them");
        }
        syncing.detach_all();
    }
}

impl Inner {
    /// Brings one tenant's plugins up to date.
    pub(crate) async fn sync(self: &Arc<Self>, tenant: &str) {
        let turn = Arc::clone(self.turns.lock().entry(tenant.to_owned()).or_default());
        let _turn = turn.lock().await;
        let Some(settings) = self.settings(tenant) else {
            self.tenants.lock().remove(tenant);
            self.put(tenant, &[]);
            return;
        };
        let before = self.tenants.lock().get(tenant).cloned().unwrap_or_default();
        let answering = |source: PluginSource, label: &str| {
            before
                .iter()
                .find(|held| held.source == source && held.label == label)
                .and_then(|held| held.plugin().cloned())
        };
        let mut wanted: Vec<Wanted> = settings.plugins.files.iter().cloned().map(Wanted::File).collect();
        let mut kept: Vec<Held> = Vec::new();
        match self.versions(tenant).await {
            Ok(versions) => {
                let active = versions.into_iter().filter(|version| version.is_active);
                wanted.extend(active.map(Wanted::Published));
            }
            Err(error) => {
                tracing::warn!(tenant, "what is published stays as it was: {error}");
                self.missed.store(true, Ordering::Relaxed);
                kept.extend(
                    before
                        .iter()
                        .filter(|held| held.source == PluginSource::Published)
                        .cloned(),
                );
            }
        }
        let mut held: Vec<Held> = wanted
            .iter()
            .map(|wanted| {
                let held = wanted.held(None);
                let before = answering(held.source, &held.label);
                wanted.held(before)
            })
            .collect();
        held.extend(kept);
        let hashes = before.iter().filter_map(Held::plugin);
        let hashes: Arc<HashSet<String>> = Arc::new(hashes.map(|plugin| plugin.hash().to_owned()).collect());
        let mut loading = JoinSet::new();
        for (place, wanted) in wanted.into_iter().enumerate() {
            let (inner, settings, hashes) = (Arc::clone(self), Arc::clone(&settings), Arc::clone(&hashes));
            loading.spawn(async move { (place, inner.load(&settings, &wanted, &hashes).await) });
        }
        // What is quick need not wait for what is slow: each is put in its place as it comes, the first ones at once.
        let mut is_shown = false;
        while !loading.is_empty() {
            let next = tokio::time::timeout(Duration::from_millis(200), loading.join_next()).await;
            match next {
                Ok(Some(Ok((place, loaded)))) => {
                    if let Some(slot) = held.get_mut(place) {
                        *slot = loaded;
                    }
                    if loading.is_empty() || is_shown {
                        self.show(tenant, &held);
                    }
                }
                Ok(_) => {}
                Err(_slow) => {
                    is_shown = true;
                    self.show(tenant, &held);
                }
            }
        }
        self.show(tenant, &held);
    }

    /// What answers for all tenants, as far as it is published.
    async fn active(&self) -> Result<Vec<PluginRecord>, IdentityError> {
        match &self.identity {
            Some(identity) => identity.active_plugins().await,
            None => Ok(Vec::new()),
        }
    }

    /// What a tenant has published.
    pub(crate) async fn versions(&self, tenant: &str) -> Result<Vec<PluginRecord>, IdentityError> {
        match &self.identity {
            Some(identity) => identity.plugin_versions(tenant).await,
            None => Ok(Vec::new()),
        }
    }

    /// Remembers what a tenant has and puts it in the registry.
    fn show(&self, tenant: &str, held: &[Held]) {
        let held = without_clashes(held, |name| is_reserved(name) || self.registry.is_built_in(name));
        if held.is_empty() {
            self.tenants.lock().remove(tenant);
        } else {
            self.tenants.lock().insert(tenant.to_owned(), held.clone());
        }
        self.put(tenant, &held);
    }

    fn put(&self, tenant: &str, held: &[Held]) {
        let plugins: Vec<Arc<Plugin>> = held.iter().filter_map(|held| held.plugin().cloned()).collect();
        let absent = Absent {
            compiling: held
                .iter()
                .any(|held| matches!(held.outcome, Outcome::Compiling(None))),
            refused: held
                .iter()
                .filter_map(|held| match &held.outcome {
                    Outcome::Refused(reason) => Some(format!("{}: {reason}", held.label)),
                    _ => None,
                })
                .collect(),
        };
        if self.registry.replace_tenant(tenant, &plugins, absent)
            && let Some(on_change) = self.on_change.get()
        {
            on_change(tenant);
        }
    }
}

/// Whether a type name means a kind of view and so cannot be a plugin's.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

/// Of two plugins with one name or endpoint the first counts: files before what is published. The others say why not.
fn without_clashes(held: &[Held], is_taken: impl Fn(&str) -> bool) -> Vec<Held> {
    let mut names: HashMap<String, String> = HashMap::new();
    let mut endpoints: HashMap<String, String> = HashMap::new();
    let mut clear = Vec::new();
    for held in held {
        let mut held = held.clone();
        if let Some(plugin) = held.plugin().cloned() {
            let endpoint = plugin.descriptor().endpoint.clone();
            let reason = if is_taken(plugin.name()) {
                Some(format!(
                    "`{}` is the name of a built-in panel type",
                    plugin.name()
                ))
            } else if let Some(other) = names.get(plugin.name()) {
                Some(format!("{other} has the name `{}` already", plugin.name()))
            } else {
                endpoint.as_ref().and_then(|endpoint| {
                    let other = endpoints.get(endpoint)?;
                    Some(format!("{other} has the endpoint `{endpoint}` already"))
                })
            };
            match reason {
                Some(reason) => held.outcome = Outcome::Refused(reason),
                None => {
                    names.insert(plugin.name().to_owned(), held.label.clone());
                    if let Some(endpoint) = endpoint {
                        endpoints.insert(endpoint, held.label.clone());
                    }
                }
            }
        }
        clear.push(held);
    }
    clear
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use porthole_config::{PluginFile, TenantPlugins};
    use porthole_sandbox::{Limits, Registry, Sandbox, SandboxOptions};

    use super::*;

    #[tokio::test]
    async fn plugins_that_are_still_to_come_are_awaited_before_anything_is_known_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let registry = Arc::new(Registry::new());
        let sandbox = Sandbox::new(SandboxOptions::default()).unwrap();
        let plugins = Plugins::new(sandbox, Arc::clone(&registry), None, None);
        let tenant = |id: &str, files: &[&str]| TenantSettings {
            id: id.to_owned(),
            limits: Limits::default(),
            plugins: TenantPlugins {
                files: files
                    .iter()
                    .map(|name| PluginFile {
                        name: format!("tenants/{id}/plugins/{name}"),
                        path: folder.path().join(name),
                        stamp: 1,
                        signature: None,
                    })
                    .collect(),
                ..TenantPlugins::default()
            },
            notices: Vec::new(),
        };
        // Nobody gets to look at the tenant's file.
        let turn = Arc::clone(plugins.0.turns.lock().entry("alpha".to_owned()).or_default());
        let held_up = turn.lock().await;
        let tenants = vec![tenant("alpha", &["heat.wasm"]), tenant("beta", &[])];
        plugins.take_over(tenants, Duration::ZERO).await;
        assert!(registry.absent("alpha").compiling);
        assert!(!registry.absent("beta").compiling);

        drop(held_up);
        plugins.0.sync("alpha").await;
        let absent = registry.absent("alpha");
        assert!(
            !absent.compiling && absent.refused.len() == 1,
            "there is no such file: {absent:?}"
        );
    }
}
