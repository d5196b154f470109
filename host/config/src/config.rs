//! All tenants, as one value that is swapped whole.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use porthole_model::Diagnostic;

use crate::tenant_folder::{Read, read_tenant};
use crate::{Environment, Tenant, TenantPlugins};

/// Tenants one host may have.
const TENANTS: usize = 10_000;

/// Everything under the configuration folder at one moment.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// From 1; grows with every reload that changed something.
    pub generation: u64,
    /// By id.
    pub tenants: BTreeMap<String, Arc<Tenant>>,
    /// Tenants whose `tenant.yaml` is faulty, with what their folders have of plugins. A reload serves such a tenant as it
    /// was before, and lets nothing new in; a start leaves it out.
    pub set_aside: BTreeMap<String, TenantPlugins>,
    /// All faults of all files, by file, line and column. Empty: `porthole validate` is content.
    pub diagnostics: Vec<Diagnostic>,
}

impl Config {
    /// Reads `dir/tenants/*`. Never fails as a whole: what is sound is there, what is not is in `diagnostics`. A fault
    /// in a `tenant.yaml` takes out that tenant, one in a dashboard that dashboard, one in a panel that panel.
    /// `environment` answers `${NAME}` in `tenant.yaml`.
    pub fn load(dir: &Path, environment: &Environment) -> Config {
        Self::load_beside(dir, None, environment)
    }

    /// The same, and one more tenant: the folder `beside`, by its name, unless `dir` has a tenant of this name.
    pub fn load_beside(dir: &Path, beside: Option<&Path>, environment: &Environment) -> Config {
        let mut config = Self::load_tenants(dir, environment);
        let name = beside.and_then(|folder| folder.file_name()?.to_str());
        if let (Some(folder), Some(name)) = (beside, name)
            && !dir.join("tenants").join(name).exists()
        {
            config.take(name.to_owned(), folder, environment);
        }
        config
    }

    /// Reads one tenant's folder.
    fn take(&mut self, name: String, folder: &Path, environment: &Environment) {
        let (read, faults) = read_tenant(folder, &name, environment);
        self.diagnostics.extend(faults);
        match read {
            Read::Tenant(tenant) => {
                self.tenants.insert(name, Arc::from(tenant));
            }
            Read::SetAside(plugins) => {
                self.set_aside.insert(name, plugins);
            }
            Read::Nothing => {}
        }
    }

    fn load_tenants(dir: &Path, environment: &Environment) -> Config {
        let mut config = Config {
            generation: 1,
            ..Config::default()
        };
        let entries = match fs::read_dir(dir.join("tenants")) {
            Ok(entries) => entries,
            Err(error) => {
                config.diagnostics.push(Diagnostic {
                    file: "tenants".to_owned(),
                    line: 1,
                    column: 1,
                    message: format!(
                        "the folder `{}` cannot be read: {}",
                        dir.join("tenants").display(),
                        error.kind()
                    ),
                    help: Some(
                        "the configuration folder holds a folder `tenants`, with a folder for each tenant"
                            .to_owned(),
                    ),
                });
                return config;
            }
        };
        let mut names: Vec<String> = entries
            .flatten()
            .filter(|entry| fs::metadata(entry.path()).is_ok_and(|metadata| metadata.is_dir()))
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        names.truncate(TENANTS);
        for name in names {
            let folder = dir.join("tenants").join(&name);
            config.take(name, &folder, environment);
        }
        config
    }

    /// A tenant by its id.
    pub fn tenant(&self, id: &str) -> Option<&Arc<Tenant>> {
        self.tenants.get(id)
    }
}
