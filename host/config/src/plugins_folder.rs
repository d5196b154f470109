//! Which files of a tenant's folder are plugins, which only look as if they were, and what is pinned.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;

use porthole_model::Diagnostic;

use crate::folder::{Entry, FileFault, Folder, shown};
use crate::plugins::{Lock, PluginFile, TenantPlugins};
use crate::plugins_file::read_lock;

/// Plugins one tenant's folder may hold.
const PLUGINS: usize = 100;

/// The plugins of a tenant's folder, and what they must be, without what `tenant.yaml` says of them. `label` is the folder
/// relative to the configuration folder. A file that was meant to be a plugin and is none is a fault; other files, as
/// notes or sources, are nobody's business.
pub(crate) fn read_plugins(folder: &Folder, label: &str) -> (TenantPlugins, Vec<Diagnostic>) {
    let mut reading = Reading {
        folder,
        label,
        faults: Vec::new(),
    };
    let files = reading.files();
    let lock = reading.lock();
    let plugins = TenantPlugins {
        files,
        lock,
        ..TenantPlugins::default()
    };
    (plugins, reading.faults)
}

struct Reading<'a> {
    folder: &'a Folder,
    label: &'a str,
    faults: Vec<Diagnostic>,
}

impl Reading<'_> {
    fn fault(&mut self, name: &str, place: (u32, u32), message: String, help: &str) {
        self.faults.push(Diagnostic {
            file: format!("{}/{}", self.label, shown(name)),
            line: place.0,
            column: place.1,
            message,
            help: Some(help.to_owned()),
        });
    }

    fn files(&mut self) -> Vec<PluginFile> {
        let entries = self.folder.entries("plugins");
        let mut names = Vec::new();
        for entry in &entries {
            let name = format!("plugins/{}", entry.name);
            match oddity(entry, &entries, self.folder) {
                Some((message, help)) => self.fault(&name, (1, 1), message, help),
                None if entry.name.ends_with(".wasm") => names.push(name),
                None => {}
            }
        }
        if names.len() > PLUGINS {
            names.truncate(PLUGINS);
            let message = format!("the folder holds more than {PLUGINS} plugins");
            self.fault("plugins", (1, 1), message, "only the first are loaded");
        }
        names.into_iter().filter_map(|name| self.file(&name)).collect()
    }

    fn file(&mut self, name: &str) -> Option<PluginFile> {
        match self.folder.locate(name) {
            Ok(path) => {
                let signature = self.folder.locate(&format!("{name}.minisig")).ok();
                Some(PluginFile {
                    name: format!("{}/{name}", self.label),
                    stamp: stamp([Some(&path), signature.as_ref()]),
                    path,
                    signature,
                })
            }
            Err(fault) => {
                let help = match &fault {
                    FileFault::Missing(_) => "the link leads nowhere: mend it, or remove it".to_owned(),
                    FileFault::NotAFile(_) => {
                        "put a component there, as `porthole plugin build` makes it".to_owned()
                    }
                    other => other.help(),
                };
                self.fault(name, fault.place(), fault.to_string(), &help);
                None
            }
        }
    }

    fn lock(&mut self) -> Lock {
        match self.folder.read("plugins.lock") {
            Ok(text) => {
                let (lock, faults) = read_lock(&format!("{}/plugins.lock", self.label), &text);
                self.faults.extend(faults);
                lock
            }
            Err(FileFault::Missing(_)) if !self.folder.names("plugins.lock") => Lock::Absent,
            Err(fault) => {
                self.fault("plugins.lock", fault.place(), fault.to_string(), &fault.help());
                Lock::Faulty
            }
        }
    }
}

/// Why a file of `plugins/` that was probably meant to be a plugin is none, and what to do.
fn oddity(entry: &Entry, entries: &[Entry], folder: &Folder) -> Option<(String, &'static str)> {
    let lower = entry.name.to_ascii_lowercase();
    let ignored = |why: &str| format!("this is ignored: {why}");
    if !entry.is_utf8 {
        let why = "its name is not UTF-8 (the bytes that are not stand here as \u{fffd})";
        return Some((ignored(why), "rename it to plain letters, digits, `-` and `_`"));
    }
    if entry.is_folder {
        if lower.ends_with(".wasm") {
            let help = "put the component itself there: a file, not a folder";
            return Some((ignored("it is a folder"), help));
        }
        let below = folder.entries(&format!("plugins/{}", entry.name));
        let holds = below.iter().any(|below| below.name.ends_with(".wasm"));
        return holds.then(|| {
            let help = "move its `.wasm` files up into `plugins/`";
            (
                ignored("plugins are not looked for in folders below `plugins/`"),
                help,
            )
        });
    }
    if lower.ends_with(".wasm") && !entry.name.ends_with(".wasm") {
        let help = "rename it, so that it ends in `.wasm`";
        return Some((
            ignored("its name does not end in `.wasm`, in small letters"),
            help,
        ));
    }
    if lower.ends_with(".cwasm") || lower.ends_with(".wat") {
        let help = "put the component itself there, a `.wasm` file; the host compiles it";
        return Some((
            ignored("only components are plugins, and not other forms of them"),
            help,
        ));
    }
    if let Some(signed) = lower.strip_suffix(".minisig") {
        let belongs = signed.ends_with(".wasm")
            && entries
                .iter()
                .any(|other| entry.name.strip_suffix(".minisig") == Some(&other.name));
        let help = "a signature stands beside its plugin as `NAME.wasm.minisig`";
        return (!belongs).then(|| {
            (
                ignored("there is no plugin of this name that it could sign"),
                help,
            )
        });
    }
    None
}

/// Lengths and times of files, as one number.
fn stamp(files: [Option<&PathBuf>; 2]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for file in files {
        let metadata = file.and_then(|file| std::fs::metadata(file).ok());
        metadata.as_ref().map(std::fs::Metadata::len).hash(&mut hasher);
        metadata
            .and_then(|metadata| metadata.modified().ok())
            .hash(&mut hasher);
    }
    hasher.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::ffi::OsStr;
    use std::fs;
    use std::os::unix::ffi::OsStrExt;

    use super::*;

    #[test]
    fn what_was_meant_to_be_a_plugin_and_is_none_is_named_with_the_reason() {
        let root = tempfile::tempdir().unwrap();
        let plugins = root.path().join("plugins");
        fs::create_dir_all(plugins.join("dir.wasm")).unwrap();
        fs::create_dir_all(plugins.join("below")).unwrap();
        fs::create_dir_all(plugins.join("sources")).unwrap();
        for name in [
            "heat.wasm",
            "heat.wasm.minisig",
            "UPPER.WASM",
            "below/cold.wasm",
            "sources/lib.rs",
            "old.cwasm",
            "gone.wasm.minisig",
            "heat.minisig",
            "README.md",
            ".hidden.wasm",
        ] {
            fs::write(plugins.join(name), "x").unwrap();
        }
        fs::write(plugins.join(OsStr::from_bytes(b"odd\xff.wasm")), "x").unwrap();
        std::os::unix::fs::symlink("nowhere", plugins.join("link.wasm")).unwrap();
        std::os::unix::fs::symlink("/dev/null", plugins.join("null.wasm")).unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let (found, faults) = read_plugins(&folder, "tenants/one");
        let names: Vec<_> = found.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["tenants/one/plugins/heat.wasm"]);
        for (file, word) in [
            ("UPPER.WASM", "small letters"),
            ("below", "folders below"),
            ("dir.wasm", "it is a folder"),
            ("gone.wasm.minisig", "no plugin of this name"),
            ("heat.minisig", "no plugin of this name"),
            ("link.wasm", "there is no file"),
            ("null.wasm", "leads out"),
            ("odd\u{fffd}.wasm", "not UTF-8"),
            ("old.cwasm", "only components"),
        ] {
            let file = format!("tenants/one/plugins/{file}");
            let fault = faults.iter().find(|fault| fault.file == file);
            let fault = fault.unwrap_or_else(|| panic!("{file}: {faults:?}"));
            assert!(fault.message.contains(word), "{fault:?}");
        }
        assert_eq!(faults.len(), 9, "{faults:?}");
    }

    #[test]
    fn a_pipe_is_no_plugin_and_is_not_waited_for() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("plugins")).unwrap();
        let pipe = root.path().join("plugins/pipe.wasm");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
        assert!(made.success());
        let folder = Folder::open(root.path()).unwrap();
        let (found, faults) = read_plugins(&folder, "tenants/one");
        assert_eq!(found.files, []);
        assert!(faults[0].message.contains("not a plain file"), "{faults:?}");
        assert!(
            faults[0].help.as_deref().unwrap().contains("component"),
            "{faults:?}"
        );
    }
}
