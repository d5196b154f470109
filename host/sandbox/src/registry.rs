//! Which plugin answers to which `type:` and to which endpoint.

use std::collections::HashMap;
use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::plugin::Plugin;

/// The plugins by type name: the built-in ones, which every tenant has, and each tenant's own, which nobody else sees.
///
/// Readers never wait: the whole table is swapped at each change.
#[derive(Default)]
pub struct Registry {
    tables: ArcSwap<Tables>,
}

#[derive(Default, Clone)]
struct Tables {
    built_in: HashMap<String, Arc<Plugin>>,
    own: HashMap<String, Arc<Own>>,
}

/// One tenant's own plugins.
#[derive(Default)]
struct Own {
    by_type: HashMap<String, Arc<Plugin>>,
    by_endpoint: HashMap<String, Arc<Plugin>>,
    absent: Absent,
}

/// Why a plugin that a tenant's panel names may not be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Absent {
    /// Some of the tenant's plugins are still being compiled.
    pub compiling: bool,
    /// What could not be loaded, a sentence each.
    pub refused: Vec<String>,
}

impl Own {
    /// Whether the same components answer to the same names.
    fn is_like(&self, other: &Own) -> bool {
        let same = |one: &HashMap<String, Arc<Plugin>>, other: &HashMap<String, Arc<Plugin>>| {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, plugin)| other.get(name).is_some_and(|other| other.hash() == plugin.hash()))
        };
        self.absent == other.absent
            && same(&self.by_type, &other.by_type)
            && same(&self.by_endpoint, &other.by_endpoint)
    }
}

impl Registry {
    /// An empty registry.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a plugin for every tenant under its own type name; gives back the one it replaces.
    pub fn insert(&self, plugin: Arc<Plugin>) -> Option<Arc<Plugin>> {
        let mut replaced = None;
        self.tables.rcu(|tables| {
            let mut tables = Tables::clone(tables);
            replaced = tables.built_in.insert(plugin.name().to_owned(), plugin.clone());
            tables
        });
        replaced
    }

    /// Replaces all of one tenant's own plugins at once; an empty list with nothing absent forgets the tenant. Of two
    /// plugins with one name or one endpoint the first counts. Gives back whether anything is different from before.
    pub fn replace_tenant(&self, tenant: &str, plugins: &[Arc<Plugin>], absent: Absent) -> bool {
        let mut own = Own {
            absent,
            ..Own::default()
        };
        for plugin in plugins {
            own.by_type
                .entry(plugin.name().to_owned())
                .or_insert_with(|| Arc::clone(plugin));
            if let Some(endpoint) = &plugin.descriptor().endpoint {
                own.by_endpoint
                    .entry(endpoint.clone())
                    .or_insert_with(|| Arc::clone(plugin));
            }
        }
        let own = Arc::new(own);
        let is_nothing = own.by_type.is_empty() && own.absent == Absent::default();
        let mut is_changed = true;
        self.tables.rcu(|tables| {
            is_changed = match tables.own.get(tenant) {
                Some(before) => is_nothing || !before.is_like(&own),
                None => !is_nothing,
            };
            let mut tables = Tables::clone(tables);
            if is_nothing {
                tables.own.remove(tenant);
            } else {
                tables.own.insert(tenant.to_owned(), Arc::clone(&own));
            }
            tables
        });
        is_changed
    }

    /// The plugin that answers to `type_name` for this tenant. A built-in type comes first: a tenant's plugin cannot
    /// take the place of one.
    pub fn get(&self, tenant: &str, type_name: &str) -> Option<Arc<Plugin>> {
        let tables = self.tables.load();
        let own = || tables.own.get(tenant).and_then(|own| own.by_type.get(type_name));
        tables.built_in.get(type_name).or_else(own).cloned()
    }

    /// The tenant's own plugin with this endpoint.
    pub fn by_endpoint(&self, tenant: &str, endpoint: &str) -> Option<Arc<Plugin>> {
        let tables = self.tables.load();
        tables.own.get(tenant)?.by_endpoint.get(endpoint).cloned()
    }

    /// Whether every tenant has a type of this name.
    pub fn is_built_in(&self, type_name: &str) -> bool {
        self.tables.load().built_in.contains_key(type_name)
    }

    /// The type names this tenant can use, sorted.
    pub fn type_names(&self, tenant: &str) -> Vec<String> {
        let tables = self.tables.load();
        let own = tables.own.get(tenant);
        let own = own.into_iter().flat_map(|own| own.by_type.keys());
        let mut names: Vec<String> = tables.built_in.keys().chain(own).cloned().collect();
        names.sort();
        names.dedup();
        names
    }

    /// The endpoints of this tenant's own plugins, sorted.
    pub fn endpoints(&self, tenant: &str) -> Vec<String> {
        let tables = self.tables.load();
        let own = tables.own.get(tenant);
        let mut names: Vec<String> = own
            .into_iter()
            .flat_map(|own| own.by_endpoint.keys())
            .cloned()
            .collect();
        names.sort();
        names
    }

    /// Why a plugin of this tenant may not be there.
    pub fn absent(&self, tenant: &str) -> Absent {
        let tables = self.tables.load();
        tables
            .own
            .get(tenant)
            .map_or_else(Absent::default, |own| own.absent.clone())
    }
}
