//! All tenants, as one value that is swapped whole.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use porthole_model::Diagnostic;

use crate::folder::{Folder, shown};
use crate::secret::in_words;
use crate::stamp::Referred;
use crate::tenant_folder::{Outcome, Read, read_tenant};
use crate::{Environment, Tenant, TenantPlugins};

/// Tenants one host may have.
const TENANTS: usize = 10_000;
/// Files beside their folders that are told of at most.
const STRAY_TOLD: usize = 50;

/// Everything under the configuration folder at one moment.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// From 1; grows with every reload that changed something.
    pub generation: u64,
    /// By id.
    pub tenants: BTreeMap<String, Arc<Tenant>>,
    /// Tenants whose `tenant.yaml` is faulty, or whose folder cannot be read, with what their folders have of plugins. A
    /// reload serves such a tenant as it was before, and lets nothing new in; a start leaves it out.
    pub set_aside: BTreeMap<String, TenantPlugins>,
    /// All faults of all files, by file, line and column. Empty: `porthole validate` is content.
    pub diagnostics: Vec<Diagnostic>,
    /// What is no fault, and should be otherwise all the same: for `porthole validate`.
    pub warnings: Vec<Diagnostic>,
    /// Tenants of whose folders a part cannot be listed, so that nobody can tell what is missing from what was removed.
    pub(crate) unlisted: BTreeSet<String>,
    /// The folder of the tenants itself cannot be listed.
    pub(crate) is_unlisted: bool,
    /// Files elsewhere that were read for it.
    pub(crate) referred: Vec<Referred>,
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
        let Outcome {
            read,
            faults,
            is_unlisted,
            referred,
            warnings,
        } = read_tenant(folder, &name, environment);
        self.diagnostics.extend(faults);
        self.referred.extend(referred);
        self.warnings.extend(warnings);
        if is_unlisted {
            self.unlisted.insert(name.clone());
        }
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
        let names = match tenant_names(&dir.join("tenants")) {
            Ok(names) => names,
            Err(error) => {
                config.is_unlisted = true;
                config.diagnostics.push(Diagnostic {
                    file: "tenants".to_owned(),
                    line: 1,
                    column: 1,
                    message: format!(
                        "the folder `{}` cannot be read: {}",
                        dir.join("tenants").display(),
                        in_words(&error)
                    ),
                    help: Some(
                        "the configuration folder holds a folder `tenants`, with a folder for each tenant"
                            .to_owned(),
                    ),
                });
                return config;
            }
        };
        config.warnings.extend(stray(&dir.join("tenants")));
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

/// Files where only tenants' folders are read.
fn stray(tenants: &Path) -> Vec<Diagnostic> {
    let names = fs::read_dir(tenants).into_iter().flatten().flatten();
    let names = names.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut names: Vec<_> = names
        .filter(|name| !name.starts_with('.') && (name.ends_with(".yaml") || name.ends_with(".yml")))
        .take(STRAY_TOLD)
        .collect();
    names.sort();
    let warning = |name: String| Diagnostic {
        file: format!("tenants/{}", shown(&name)),
        line: 1,
        column: 1,
        message: "this file is not read: a tenant is a folder".to_owned(),
        help: Some("move it into the tenant's folder, as tenants/alpha/tenant.yaml".to_owned()),
    };
    names.into_iter().map(warning).collect()
}

/// The names of the tenants' folders, ascending. A link that leads nowhere just now counts: its tenant was not removed.
pub(crate) fn tenant_names(tenants: &Path) -> io::Result<Vec<String>> {
    let names = fs::read_dir(tenants)?
        .flatten()
        .filter(|entry| match fs::metadata(entry.path()) {
            Ok(metadata) => metadata.is_dir(),
            Err(_) => entry
                .file_type()
                .is_ok_and(|kind| kind.is_symlink() || kind.is_dir()),
        })
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|name| !name.starts_with('.'));
    let mut names: Vec<String> = names.collect();
    names.sort();
    names.truncate(TENANTS);
    Ok(names)
}

/// The text of a tenant's file, as `tenants/alpha/panels/load.yaml`, under the rules by which it is read: none, where it is no
/// plain file inside that tenant's folder, is too large or is no text.
pub fn text_of(dir: &Path, file: &str) -> Option<String> {
    let (tenant, name) = file.strip_prefix("tenants/")?.split_once('/')?;
    if !crate::is_id(tenant) {
        return None;
    }
    let folder = Folder::open(&dir.join("tenants").join(tenant)).ok()?;
    folder.read(name).ok()
}
