//! Which plugin answers to which `type:`.

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
    own: HashMap<String, HashMap<String, Arc<Plugin>>>,
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

    /// Replaces all of one tenant's own plugins at once; an empty list forgets the tenant.
    pub fn replace_tenant(&self, tenant: &str, plugins: Vec<Arc<Plugin>>) {
        self.tables.rcu(|tables| {
            let mut tables = Tables::clone(tables);
            if plugins.is_empty() {
                tables.own.remove(tenant);
            } else {
                let own = plugins
                    .iter()
                    .map(|plugin| (plugin.name().to_owned(), plugin.clone()))
                    .collect();
                tables.own.insert(tenant.to_owned(), own);
            }
            tables
        });
    }

    /// The plugin that answers to `type_name` for this tenant. A built-in type comes first: a tenant's plugin cannot
    /// take the place of one.
    pub fn get(&self, tenant: &str, type_name: &str) -> Option<Arc<Plugin>> {
        let tables = self.tables.load();
        let own = || tables.own.get(tenant).and_then(|own| own.get(type_name));
        tables.built_in.get(type_name).or_else(own).cloned()
    }

    /// The type names this tenant can use, sorted.
    pub fn type_names(&self, tenant: &str) -> Vec<String> {
        let tables = self.tables.load();
        let own = tables.own.get(tenant);
        let mut names: Vec<String> = tables
            .built_in
            .keys()
            .chain(own.into_iter().flat_map(HashMap::keys))
            .cloned()
            .collect();
        names.sort();
        names.dedup();
        names
    }
}
