//! What is known of the tenants' plugins at this moment.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock, Weak};

use arc_swap::ArcSwap;
use parking_lot::Mutex;
use porthole_config::TenantPlugins;
use porthole_identity::Identity;
use porthole_model::PluginSource;
use porthole_sandbox::{FaultKind, Limits, Plugin, Registry, Sandbox, Witness, Witnessed};
use tokio::sync::Semaphore;

use crate::error::PluginsError;
use crate::publish::Uploads;
use crate::{Accounts, Logbook};

/// What a tenant's folder says, as far as plugins are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantSettings {
    /// The tenant's id.
    pub id: String,
    /// What its plugins may use up, size and description included.
    pub limits: Limits,
    /// Files, pins, keys.
    pub plugins: TenantPlugins,
    /// What is wrong with all that, a sentence each, for whoever looks at the tenant's plugins.
    pub notices: Vec<String>,
}

/// The tenants' own plugins. Cheap to clone: all clones are one.
#[derive(Clone)]
pub struct Plugins(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) sandbox: Sandbox,
    pub(crate) registry: Arc<Registry>,
    /// None: only files of the tenants' folders count.
    pub(crate) identity: Option<Arc<Identity>>,
    pub(crate) books: Arc<Books>,
    pub(crate) settings: ArcSwap<BTreeMap<String, Arc<TenantSettings>>>,
    pub(crate) tenants: Mutex<HashMap<String, Vec<Held>>>,
    /// One swap of a tenant's plugins at a time.
    pub(crate) turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    /// Who publishes, and who waits for it, by tenant.
    pub(crate) publishing: Mutex<HashMap<String, Uploads>>,
    /// What is loaded for tenants, a few at a time.
    pub(crate) compile_turn: Semaphore,
    /// By the hash of the component, for as long as anybody uses it.
    pub(crate) loaded: Mutex<HashMap<String, Weak<Plugin>>>,
    /// The central database did not answer, so that something may have been missed.
    pub(crate) missed: AtomicBool,
    pub(crate) on_change: OnceLock<Box<OnChange>>,
}

/// Is told which tenant's plugins have changed.
type OnChange = dyn Fn(&str) + Send + Sync;

/// One of a tenant's plugins, or why it is none.
#[derive(Debug, Clone)]
pub(crate) struct Held {
    pub(crate) source: PluginSource,
    /// The file, or the name under which it is published: tells plugins of one tenant apart before they are loaded.
    pub(crate) label: String,
    /// The type name; for a file that is not loaded, its name without the ending.
    pub(crate) name: String,
    /// Of its bytes; empty for a file that cannot be read.
    pub(crate) sha256: String,
    /// Bytes.
    pub(crate) size: u64,
    pub(crate) signed_by: Option<String>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// Being compiled; the one that answers until then.
    Compiling(Option<Arc<Plugin>>),
    Loaded(Arc<Plugin>),
    Refused(String),
}

impl Held {
    /// The plugin that answers.
    pub(crate) fn plugin(&self) -> Option<&Arc<Plugin>> {
        match &self.outcome {
            Outcome::Loaded(plugin) => Some(plugin),
            Outcome::Compiling(before) => before.as_ref(),
            Outcome::Refused(_) => None,
        }
    }
}

/// Accounts and logbook: what is told of every call.
pub(crate) struct Books {
    pub(crate) accounts: Accounts,
    pub(crate) logbook: Option<Logbook>,
}

impl Witness for Books {
    fn called(&self, call: Witnessed<'_>) {
        self.accounts.add(&call);
        if let Some(logbook) = &self.logbook {
            logbook.add(&call);
        }
    }

    fn turned_away(&self, tenant: &str, plugin: &Plugin, why: &FaultKind) {
        self.accounts.turned_away(tenant, plugin.name(), why);
    }
}

impl Plugins {
    /// Nobody's plugins yet. Without a central database, only the files of tenants' folders count and nothing can be
    /// published; without a logbook, what plugins write is not kept.
    pub fn new(
        sandbox: Sandbox,
        registry: Arc<Registry>,
        identity: Option<Arc<Identity>>,
        logbook: Option<Logbook>,
    ) -> Self {
        let books = Arc::new(Books {
            accounts: Accounts::default(),
            logbook,
        });
        sandbox.set_witness(Arc::clone(&books) as Arc<dyn Witness>);
        Self(Arc::new(Inner {
            sandbox,
            registry,
            identity,
            books,
            settings: ArcSwap::default(),
            tenants: Mutex::default(),
            turns: Mutex::default(),
            publishing: Mutex::default(),
            compile_turn: Semaphore::new(2),
            loaded: Mutex::default(),
            missed: AtomicBool::new(false),
            on_change: OnceLock::new(),
        }))
    }

    /// Has `on_change` called with a tenant's id each time that the plugins in the registry have changed for it; the
    /// first one stays.
    pub fn on_change(&self, on_change: impl Fn(&str) + Send + Sync + 'static) {
        let _ = self.0.on_change.set(Box::new(on_change));
    }

    /// The tenant's plugins that cannot be used: the file, or the name it is published under, and why.
    pub fn refused(&self, tenant: &str) -> Vec<(String, String)> {
        let tenants = self.0.tenants.lock();
        let held = tenants.get(tenant).into_iter().flatten();
        held.filter_map(|held| match &held.outcome {
            Outcome::Refused(reason) => Some((held.label.clone(), reason.clone())),
            _ => None,
        })
        .collect()
    }

    /// The largest component this tenant may publish, bytes; none: there is no such tenant.
    pub fn largest(&self, tenant: &str) -> Option<usize> {
        let settings = self.0.settings.load();
        settings
            .get(tenant)
            .map(|settings| settings.limits.component_bytes)
    }
}

impl Inner {
    /// The central database, for what cannot be done without.
    pub(crate) fn identity(&self) -> Result<&Identity, PluginsError> {
        self.identity
            .as_deref()
            .ok_or_else(|| PluginsError::Internal("there is no central database to publish into".to_owned()))
    }

    pub(crate) fn settings(&self, tenant: &str) -> Option<Arc<TenantSettings>> {
        self.settings.load().get(tenant).cloned()
    }
}
