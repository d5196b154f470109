//! Reading a tenant's folder: `tenant.yaml`, `dashboards/`, `panels/`; plugins are another file's.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use porthole_model::Diagnostic;

use crate::dashboard_file::{DashboardFile, read_dashboard};
use crate::folder::{FILES, FileFault, Folder, shown};
use crate::names::{ID_HELP, is_id};
use crate::panel::FaultyPanel;
use crate::panel_file::read_panel;
use crate::plugins::TenantPlugins;
use crate::plugins_folder::read_plugins;
use crate::secret::in_words;
use crate::stamp::Referred;
use crate::suggestion::nearest_word;
use crate::tenant_file::{TenantFile, read_tenant_file};
use crate::{Dashboard, Environment, PanelEntry, Spanned, Tenant};

/// What a tenant's folder holds.
pub(crate) enum Read {
    /// A tenant.
    Tenant(Box<Tenant>),
    /// `tenant.yaml` is faulty; what there is of plugins beside it.
    SetAside(TenantPlugins),
    /// There is no such tenant.
    Nothing,
}

/// What came of reading a tenant's folder.
pub(crate) struct Outcome {
    pub read: Read,
    /// All there are, also those that the tenant carries.
    pub faults: Vec<Diagnostic>,
    /// The folder, or a part of it, is there and cannot be listed.
    pub is_unlisted: bool,
    /// Files elsewhere that were read for it.
    pub referred: Vec<Referred>,
    /// What is no fault, and should be otherwise all the same.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a tenant's folder.
pub(crate) fn read_tenant(path: &Path, id: &str, environment: &Environment) -> Outcome {
    let mut loading = Loading {
        id,
        label: format!("tenants/{}", shown(id)),
        faults: Vec::new(),
        is_unlisted: false,
        referred: Vec::new(),
        warnings: Vec::new(),
    };
    if !is_id(id) {
        let label = loading.label.clone();
        loading.fault(&label, "this folder's name cannot be a tenant's id", ID_HELP);
        return loading.with(Read::Nothing);
    }
    let folder = match Folder::open(path) {
        Ok(folder) => folder,
        Err(error) => {
            let label = loading.label.clone();
            let message = format!("the folder cannot be read: {}", in_words(&error));
            loading.fault(
                &label,
                &message,
                "look at the folder's permissions, and at where it leads",
            );
            loading.is_unlisted = true;
            return loading.with(Read::SetAside(TenantPlugins::default()));
        }
    };
    let mut read = loading.tenant(&folder, environment);
    let faults = &mut loading.faults;
    faults.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    // One file under two ids has its faults twice.
    faults.dedup();
    if let Read::Tenant(tenant) = &mut read {
        tenant.diagnostics.clone_from(faults);
        let is_faulty = |dashboard: &&Dashboard| faults.iter().any(|fault| fault.file == dashboard.file);
        let partial = tenant.dashboards.values().filter(is_faulty);
        tenant.partial_dashboards = partial.map(|dashboard| dashboard.name.clone()).collect();
    }
    loading.with(read)
}

struct Loading<'a> {
    id: &'a str,
    /// Of the folder, relative to the configuration folder.
    label: String,
    faults: Vec<Diagnostic>,
    is_unlisted: bool,
    referred: Vec<Referred>,
    warnings: Vec<Diagnostic>,
}

impl Loading<'_> {
    fn with(self, read: Read) -> Outcome {
        Outcome {
            read,
            faults: self.faults,
            is_unlisted: self.is_unlisted,
            referred: self.referred,
            warnings: self.warnings,
        }
    }

    fn fault(&mut self, file: &str, message: &str, help: &str) {
        self.faults.push(Diagnostic {
            file: file.to_owned(),
            line: 1,
            column: 1,
            message: message.to_owned(),
            help: Some(help.to_owned()),
        });
    }

    /// A fault of a file as a whole.
    fn unusable(&self, name: &str, fault: &FileFault) -> Diagnostic {
        let (line, column) = fault.place();
        Diagnostic {
            file: self.labelled(name),
            line,
            column,
            message: fault.to_string(),
            help: Some(fault.help()),
        }
    }

    fn labelled(&self, name: &str) -> String {
        format!("{}/{}", self.label, shown(name))
    }

    fn tenant(&mut self, folder: &Folder, environment: &Environment) -> Read {
        let has_file = folder.names("tenant.yaml");
        let own = self.own_file(folder, environment);
        self.misspelt(folder);
        let (dashboards, files) = self.dashboards(folder);
        let panels = self.panels(folder, &files);
        let reads_data =
            |panel: &PanelEntry| matches!(panel, PanelEntry::Ok(panel) if !panel.sources.is_empty());
        if !has_file && own.is_some() && panels.values().any(reads_data) {
            let file = self.labelled("tenant.yaml");
            self.fault(
                &file,
                "the tenant has no tenant.yaml, and so no database, and there are panels that need one",
                "write a tenant.yaml with `tenant:`, `name:` and `database:`",
            );
        }
        let (plugins, faults) = read_plugins(folder, &self.label);
        self.faults.extend(faults);
        let Some(own) = own else {
            return Read::SetAside(plugins);
        };
        Read::Tenant(Box::new(Tenant {
            id: self.id.to_owned(),
            name: own.name.unwrap_or_else(|| self.id.to_owned()),
            database: own.database,
            database_place: own.database_place,
            file: self.labelled("tenant.yaml"),
            statement_timeout: own.statement_timeout,
            max_connections: own.max_connections,
            limits: own.limits,
            time_zone: own.time_zone,
            dashboards,
            panels,
            outdated: BTreeMap::new(),
            outdated_dashboards: BTreeMap::new(),
            partial_dashboards: BTreeSet::new(),
            plugins: TenantPlugins {
                require_signature: own.plugins.require_signature,
                keys: own.plugins.keys,
                ..plugins
            },
            diagnostics: Vec::new(),
        }))
    }

    /// Warns of names that are nearly those of what is read, and therefore are not.
    fn misspelt(&mut self, folder: &Folder) {
        for entry in folder.entries(".") {
            let name = entry.name.as_str();
            let names: &[&str] = match entry.is_folder {
                true => &["dashboards", "panels", "plugins"],
                false => &["tenant.yaml", "plugins.lock"],
            };
            // A file of this other name has a fault of its own.
            if names.contains(&name) || name == "tenant.yml" {
                continue;
            }
            if let Some(meant) = nearest_word(name, names)
                && !folder.names(meant)
            {
                self.warnings.push(Diagnostic {
                    file: self.labelled(name),
                    line: 1,
                    column: 1,
                    message: format!("nothing of this name is read: `{}`", shown(name)),
                    help: Some(format!("did you mean `{meant}`?")),
                });
            }
        }
    }

    /// `tenant.yaml`, which may be absent.
    fn own_file(&mut self, folder: &Folder, environment: &Environment) -> Option<TenantFile> {
        let read = match folder.read("tenant.yaml") {
            Ok(text) => {
                let label = self.labelled("tenant.yaml");
                read_tenant_file(
                    &label,
                    &text,
                    folder.root(),
                    environment,
                    &mut self.referred,
                    &mut self.warnings,
                )
            }
            Err(FileFault::Missing(_)) if folder.names("tenant.yml") => {
                let file = self.labelled("tenant.yml");
                self.fault(
                    &file,
                    "the file is not read, because its name ends in .yml",
                    "rename it to tenant.yaml",
                );
                return None;
            }
            // A link that leads nowhere is no sign that nothing is meant.
            Err(FileFault::Missing(_)) if !folder.names("tenant.yaml") => return Some(TenantFile::default()),
            Err(fault) => Err(vec![self.unusable("tenant.yaml", &fault)]),
        };
        read.map_err(|faults| self.faults.extend(faults)).ok()
    }

    /// The dashboards, and where each of their panels says its file is: `default` first.
    fn dashboards(&mut self, folder: &Folder) -> (BTreeMap<String, Dashboard>, Vec<Mention>) {
        let mut dashboards = BTreeMap::new();
        let mut mentions = Vec::new();
        let mut names = self.listed(folder, "dashboards", false);
        names.sort_by_key(|name| name != "dashboards/default.yaml");
        if names.first().is_none_or(|name| name != "dashboards/default.yaml") {
            let file = self.labelled("dashboards/default.yaml");
            self.fault(
                &file,
                "the tenant has no default dashboard",
                "every tenant needs a dashboards/default.yaml",
            );
        }
        for path in names {
            let Some(name) = self.stem(&path) else { continue };
            let text = match folder.read(&path) {
                Ok(text) => text,
                Err(fault) => {
                    self.faults.push(self.unusable(&path, &fault));
                    continue;
                }
            };
            let (read, faults) = read_dashboard(&name, &self.labelled(&path), &text);
            self.faults.extend(faults);
            let Some(DashboardFile { mut dashboard, files }) = read else {
                continue;
            };
            for (placement, file) in dashboard.panels.iter_mut().zip(files) {
                // `./panels/a.yaml` and `panels//a.yaml` are one file.
                let plain = file
                    .value
                    .split('/')
                    .filter(|part| !part.is_empty() && *part != ".");
                let path = if file.value.starts_with('/') {
                    file.value.clone()
                } else {
                    plain.collect::<Vec<_>>().join("/")
                };
                placement.file = self.labelled(&path);
                mentions.push(Mention {
                    id: placement.id.value.clone(),
                    path,
                    at: file,
                });
            }
            dashboards.insert(name, dashboard);
        }
        (dashboards, mentions)
    }

    /// All panels: those that dashboards mention under their ids, the others under their files' names.
    fn panels(&mut self, folder: &Folder, mentions: &[Mention]) -> BTreeMap<String, PanelEntry> {
        let mut panels: BTreeMap<String, PanelEntry> = BTreeMap::new();
        let mut first: BTreeMap<&str, &Mention> = BTreeMap::new();
        for mention in mentions {
            match first.get(mention.id.as_str()) {
                None => {
                    let entry = self.mentioned(folder, mention);
                    panels.insert(mention.id.clone(), entry);
                    first.insert(&mention.id, mention);
                }
                Some(before) if before.path == mention.path => {}
                Some(before) => {
                    let message = format!(
                        "the panel `{}` is `{}` here and `{}` in {}, line {}",
                        mention.id,
                        shown(&mention.path),
                        shown(&before.path),
                        before.at.file,
                        before.at.line
                    );
                    let help =
                        "an id names one file in the whole tenant: give one of them another id".to_owned();
                    let fault = mention.at.fault(message, Some(help));
                    self.faults.push(fault.clone());
                    // Which of the two is meant cannot be known, and the wrong one under this name would mislead.
                    if let Some(entry) = panels.get_mut(&mention.id) {
                        *entry = made_faulty(entry, fault);
                    }
                }
            }
        }
        for path in self.listed(folder, "panels", true) {
            if mentions.iter().any(|mention| mention.path == path) {
                continue;
            }
            let Some(id) = self.stem(&path) else { continue };
            if panels.contains_key(&id) {
                let file = self.labelled(&path);
                let message =
                    format!("no dashboard shows this panel, and its name `{id}` is another panel's id");
                self.fault(
                    &file,
                    &message,
                    "rename the file, or put it on a dashboard with an id of its own",
                );
                continue;
            }
            let entry = match folder.read(&path) {
                Ok(text) => read_panel(&id, &self.labelled(&path), &text),
                Err(fault) => self.absent(&id, &path, self.unusable(&path, &fault)),
            };
            self.faults.extend_from_slice(entry.diagnostics());
            panels.insert(id, entry);
        }
        panels
    }

    fn mentioned(&mut self, folder: &Folder, mention: &Mention) -> PanelEntry {
        let entry = match folder.read(&mention.path) {
            Ok(text) => read_panel(&mention.id, &self.labelled(&mention.path), &text),
            // A file with wrong content is faulty in itself; one that is not there, where it is named.
            Err(fault @ FileFault::NotText { .. }) => {
                self.absent(&mention.id, &mention.path, self.unusable(&mention.path, &fault))
            }
            Err(fault) => self.absent(
                &mention.id,
                &mention.path,
                mention.at.fault(fault.to_string(), Some(fault.help())),
            ),
        };
        self.faults.extend_from_slice(entry.diagnostics());
        entry
    }

    fn absent(&self, id: &str, path: &str, fault: Diagnostic) -> PanelEntry {
        PanelEntry::Faulty(Arc::new(FaultyPanel {
            id: id.to_owned(),
            title: None,
            type_name: None,
            file: self.labelled(path),
            diagnostics: vec![fault],
            read: None,
        }))
    }

    fn listed(&mut self, folder: &Folder, part: &str, deep: bool) -> Vec<String> {
        let mut names = match folder.list(part, deep) {
            Ok(names) => names,
            Err(fault) => {
                self.faults.push(self.unusable(part, &fault));
                self.is_unlisted = true;
                return Vec::new();
            }
        };
        if names.len() > FILES {
            names.truncate(FILES);
            let part = self.labelled(part);
            self.fault(
                &part,
                &format!("the folder holds more than {FILES} files"),
                "only the first are read",
            );
        }
        names
    }

    /// A file's name without its ending, if it can be an id.
    fn stem(&mut self, path: &str) -> Option<String> {
        let name = path.rsplit('/').next().unwrap_or_default();
        let file = self.labelled(path);
        let Some(stem) = name.strip_suffix(".yaml") else {
            self.fault(
                &file,
                "the file is not read, because its name ends in .yml",
                "rename it to .yaml",
            );
            return None;
        };
        if !is_id(stem) {
            self.fault(&file, &format!("`{}` cannot be an id", shown(stem)), ID_HELP);
            return None;
        }
        Some(stem.to_owned())
    }
}

/// A panel on a dashboard.
struct Mention {
    id: String,
    /// Relative to the tenant's folder.
    path: String,
    /// `config_file:`.
    at: Spanned<String>,
}

fn made_faulty(entry: &PanelEntry, fault: Diagnostic) -> PanelEntry {
    let mut faulty = match entry {
        PanelEntry::Faulty(faulty) => (**faulty).clone(),
        PanelEntry::Ok(panel) => FaultyPanel {
            id: panel.id.clone(),
            title: Some(panel.title.clone()),
            type_name: Some(panel.type_name.value.clone()),
            file: panel.file.clone(),
            diagnostics: Vec::new(),
            read: Some(Arc::clone(panel)),
        },
    };
    faulty.diagnostics.push(fault);
    PanelEntry::Faulty(Arc::new(faulty))
}
