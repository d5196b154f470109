//! From a file or a row of the central database to a plugin that can be called.

use std::collections::HashSet;
use std::sync::Arc;

use porthole_config::PluginFile;
use porthole_identity::PluginRecord;
use porthole_model::PluginSource;
use porthole_sandbox::{LoadError, Plugin};

use crate::folder::{self, stem};
use crate::state::{Held, Inner, Outcome, TenantSettings};
use crate::trust;

/// What a tenant should have.
#[derive(Debug, Clone)]
pub(crate) enum Wanted {
    File(PluginFile),
    Published(PluginRecord),
}

impl Wanted {
    /// What is known before it is loaded.
    pub(crate) fn held(&self, before: Option<Arc<Plugin>>) -> Held {
        match self {
            Self::File(file) => Held {
                source: PluginSource::Folder,
                label: file.name.clone(),
                name: stem(&file.name),
                sha256: String::new(),
                size: 0,
                signed_by: None,
                outcome: Outcome::Compiling(before),
            },
            Self::Published(record) => Held {
                source: PluginSource::Published,
                label: record.name.clone(),
                name: record.name.clone(),
                sha256: record.sha256.clone(),
                size: record.size_bytes,
                signed_by: None,
                outcome: Outcome::Compiling(before),
            },
        }
    }
}

impl Inner {
    /// Loads what a tenant should have, if the tenant trusts it. `answering`: the hashes of what answers already, all that
    /// counts while nobody can tell what the tenant trusts.
    pub(crate) async fn load(
        &self,
        settings: &TenantSettings,
        wanted: &Wanted,
        answering: &HashSet<String>,
    ) -> Held {
        let mut held = wanted.held(None);
        held.outcome = match self.try_load(settings, wanted, answering, &mut held).await {
            Ok(plugin) => Outcome::Loaded(plugin),
            Err(reason) => {
                tracing::warn!(
                    tenant = settings.id,
                    plugin = held.label,
                    reason,
                    "a plugin cannot be used"
                );
                Outcome::Refused(reason)
            }
        };
        held
    }

    async fn try_load(
        &self,
        settings: &TenantSettings,
        wanted: &Wanted,
        answering: &HashSet<String>,
        held: &mut Held,
    ) -> Result<Arc<Plugin>, String> {
        let limit = settings.limits.component_bytes;
        let let_in = |sha256: &str| {
            if settings.plugins.is_frozen && !answering.contains(sha256) {
                return Err(trust::FROZEN.to_owned());
            }
            Ok(())
        };
        let (bytes, signature) = match wanted {
            Wanted::File(file) => {
                let file = file.clone();
                let found = tokio::task::spawn_blocking(move || folder::read(&file, limit)).await;
                let found = found.map_err(|_| "the file cannot be read".to_owned())??;
                (found.bytes, found.signature)
            }
            Wanted::Published(record) => {
                let_in(&record.sha256)?;
                trust::pinned(&settings.plugins, &record.name, &record.sha256)?;
                // What was checked when it was loaded before needs its bytes only for its signature.
                if let (Some(plugin), false) =
                    (self.known(&record.sha256), settings.plugins.require_signature)
                {
                    // Checked over the same bytes when they were published, with a key the tenant may have given up since.
                    let key = record.signed_by.clone();
                    let is_known =
                        |key: &String| settings.plugins.keys.iter().any(|known| known.value == *key);
                    held.signed_by = key.filter(is_known);
                    return Ok(plugin);
                }
                let bytes = self
                    .identity()
                    .map_err(|error| error.to_string())?
                    .plugin_bytes(&record.sha256)
                    .await
                    .map_err(|error| format!("the central database did not give its bytes: {error}"))?
                    .ok_or("its bytes are not in the central database any more")?;
                (bytes, record.signature.clone())
            }
        };
        held.size = bytes.len() as u64;
        held.sha256 = trust::sha256(&bytes);
        if let Wanted::Published(record) = wanted
            && record.sha256 != held.sha256
        {
            return Err(format!(
                "its bytes in the central database have the sha256 {}, and were published as {}",
                held.sha256, record.sha256
            ));
        }
        let_in(&held.sha256)?;
        held.signed_by = trust::signer(&settings.plugins, &bytes, signature.as_deref())?;
        let plugin = match self.known(&held.sha256) {
            Some(plugin) => plugin,
            None => self.compile(settings, bytes, &held.label).await?,
        };
        trust::pinned(&settings.plugins, plugin.name(), &held.sha256)?;
        held.name = plugin.name().to_owned();
        Ok(plugin)
    }

    async fn compile(
        &self,
        settings: &TenantSettings,
        bytes: Vec<u8>,
        label: &str,
    ) -> Result<Arc<Plugin>, String> {
        // What waits here waits for a turn of its own; the queue of the compiler is for those who can be sent away.
        let _turn = self
            .compile_turn
            .acquire()
            .await
            .map_err(|error| error.to_string())?;
        let loaded = self.sandbox.load_within(bytes, label, &settings.limits).await;
        let plugin = loaded.map_err(|error| match error {
            LoadError::Unreadable { reason, .. } => format!("it is not a WebAssembly component: {reason}"),
            LoadError::WrongWorld { reason, .. } => format!("it is not a panel: {reason}"),
            LoadError::Describe { reason, .. } => format!("it could not describe itself: {reason}"),
            LoadError::Descriptor { reason, .. } => format!("its description is wrong: {reason}"),
            error => error.to_string(),
        })?;
        self.remember(&plugin);
        Ok(plugin)
    }

    /// A plugin that is loaded already, whoever uses it.
    pub(crate) fn known(&self, sha256: &str) -> Option<Arc<Plugin>> {
        self.loaded.lock().get(sha256)?.upgrade()
    }

    /// Keeps a plugin for others with the same bytes.
    pub(crate) fn remember(&self, plugin: &Arc<Plugin>) {
        let mut loaded = self.loaded.lock();
        loaded.retain(|_, plugin| plugin.strong_count() > 0);
        loaded.insert(plugin.hash().to_owned(), Arc::downgrade(plugin));
    }
}
