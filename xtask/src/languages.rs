//! Builds the panels that are not written in Rust: the examples, and the probes that the tests ask about their sandbox.
//!
//! Their tools come from PyPI and npm in the versions that the repository names, into folders of their own. Where they
//! cannot be had, that is said, and left in a file for the tests, which then count as skipped.

mod javascript;
mod python;

use std::{
    fmt,
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use porthole_toolkit::component;
use sha2::{Digest, Sha256};

use crate::{components, workspace};

/// The folder of the probes.
const PROBES: &str = "tests/languages";

/// A panel in another language.
struct Guest {
    /// Its component's name.
    name: &'static str,
    language: Language,
    /// Its folder in the workspace.
    folder: &'static str,
    /// The file in it that exports the panel.
    source: &'static str,
    /// Whether imports of WASI are replaced by functions that crash.
    stub_wasi: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Language {
    Python,
    JavaScript,
}

const GUESTS: [Guest; 6] = [
    Guest {
        name: "example_javascript",
        language: Language::JavaScript,
        folder: javascript::FOLDER,
        source: "hour_profile.js",
        stub_wasi: false,
    },
    Guest {
        name: "example_python",
        language: Language::Python,
        folder: python::FOLDER,
        source: "error_budget.py",
        stub_wasi: false,
    },
    Guest {
        name: "probe_javascript",
        language: Language::JavaScript,
        folder: PROBES,
        source: "probe.js",
        stub_wasi: false,
    },
    Guest {
        name: "probe_javascript_stubbed",
        language: Language::JavaScript,
        folder: PROBES,
        source: "probe.js",
        stub_wasi: true,
    },
    Guest {
        name: "probe_python",
        language: Language::Python,
        folder: PROBES,
        source: "probe.py",
        stub_wasi: false,
    },
    Guest {
        name: "probe_python_stubbed",
        language: Language::Python,
        folder: PROBES,
        source: "probe.py",
        stub_wasi: true,
    },
];

/// What became of a panel.
pub struct Outcome {
    name: &'static str,
    state: State,
}

enum State {
    Built { size: u64 },
    Unchanged { size: u64 },
    Missing { why: String },
}

impl Outcome {
    /// Whether there is no component because there are no tools.
    pub fn is_missing(&self) -> bool {
        matches!(self.state, State::Missing { .. })
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.name;
        match &self.state {
            State::Built { size } => write!(f, "{name:<32} {:>6.1} KB  built", *size as f64 / 1024.0),
            State::Unchanged { size } => write!(f, "{name:<32} {:>6.1} KB  unchanged", *size as f64 / 1024.0),
            State::Missing { why } => write!(f, "{name:<32} NOT BUILT: {why}"),
        }
    }
}

/// Whether a component of this name is made here.
pub fn makes(name: &str) -> bool {
    GUESTS.iter().any(|guest| guest.name == name)
}

/// Builds those whose sources, contract or tools have changed. Missing tools are no error, but an [`Outcome`].
///
/// # Errors
/// When a panel cannot be made though its tools are there: they have said why.
pub fn build() -> anyhow::Result<Vec<Outcome>> {
    let components = components::folder();
    std::fs::create_dir_all(&components).with_context(|| format!("cannot make {}", components.display()))?;
    std::fs::create_dir_all(folder()).with_context(|| format!("cannot make {}", folder().display()))?;
    GUESTS
        .iter()
        .map(|guest| {
            let state = make(guest, &components).with_context(|| format!("building {}", guest.name))?;
            Ok(Outcome {
                name: guest.name,
                state,
            })
        })
        .collect()
}

/// Where tools and half-made things are.
fn folder() -> PathBuf {
    workspace::target().join("languages")
}

fn make(guest: &Guest, components: &Path) -> anyhow::Result<State> {
    let component = components.join(format!("{}.wasm", guest.name));
    let stamp = folder().join(format!("{}.inputs", guest.name));
    let inputs = fingerprint(guest)?;
    if std::fs::read_to_string(&stamp).ok().as_deref() == Some(&inputs)
        && let Ok(file) = std::fs::metadata(&component)
    {
        return Ok(State::Unchanged { size: file.len() });
    }
    // What is there was made of something else: nobody may take it for today's.
    remove(&component)?;
    let excuse = components.join(format!("{}.missing", guest.name));
    let tools = match guest.language {
        Language::Python => python::prepare(),
        Language::JavaScript => javascript::prepare(),
    };
    if let Err(error) = tools {
        let why = format!("{error:#}");
        std::fs::write(&excuse, &why).with_context(|| format!("cannot write {}", excuse.display()))?;
        return Ok(State::Missing { why });
    }
    remove(&excuse)?;

    let partial = folder().join(format!("{}.wasm", guest.name));
    let source = workspace::root().join(guest.folder).join(guest.source);
    println!("building {}", guest.name);
    match guest.language {
        Language::Python => python::componentize(&source, &partial, guest.stub_wasi)?,
        Language::JavaScript => javascript::componentize(&source, &partial, guest.stub_wasi)?,
    }
    let bytes = std::fs::read(&partial).with_context(|| format!("cannot read {}", partial.display()))?;
    if guest.stub_wasi {
        component::check(&bytes)?;
    }
    // Whole or not at all, as with the others.
    std::fs::rename(&partial, &component).with_context(|| format!("cannot write {}", component.display()))?;
    std::fs::write(&stamp, &inputs).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(State::Built {
        size: bytes.len() as u64,
    })
}

fn remove(path: &Path) -> anyhow::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// Everything a component is made of: the contract, the sources, the tools' versions and how they are called.
fn fingerprint(guest: &Guest) -> anyhow::Result<String> {
    let root = workspace::root();
    let (ending, tools) = match guest.language {
        Language::Python => ("py", python::PINS),
        Language::JavaScript => ("js", javascript::PINS),
    };
    let mut files = files(&root.join("wit"), "wit")?;
    files.extend(self::files(&root.join(guest.folder), ending)?);
    files.push(root.join(tools));
    let mut hasher = Sha256::new();
    for file in files {
        let content = std::fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        hasher.update(file.strip_prefix(root).unwrap_or(&file).display().to_string());
        hasher.update(Sha256::digest(content));
    }
    // How the tools are called is written in this program.
    let program = format!("{:?} {} {}", guest.language, guest.source, guest.stub_wasi);
    hasher.update(program);
    hasher.update(include_bytes!("languages/python.rs"));
    hasher.update(include_bytes!("languages/javascript.rs"));
    Ok(hasher
        .finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect())
}

/// A folder's files with this ending, in order. Panels here have no folders within.
fn files(folder: &Path, ending: &str) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == ending) {
            files.push(path);
        }
    }
    ensure!(
        !files.is_empty(),
        "there is no .{ending} file in {}",
        folder.display()
    );
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_guest_has_its_source_and_its_pinned_tools() {
        for guest in &GUESTS {
            let source = workspace::root().join(guest.folder).join(guest.source);
            assert!(source.is_file(), "{}", source.display());
            assert_eq!(fingerprint(guest).unwrap().len(), 64);
        }
    }

    #[test]
    fn two_guests_never_have_the_same_fingerprint() {
        let all: std::collections::BTreeSet<String> =
            GUESTS.iter().map(|guest| fingerprint(guest).unwrap()).collect();
        assert_eq!(all.len(), GUESTS.len());
    }

    #[test]
    fn knows_its_own_components() {
        assert!(makes("example_python"));
        assert!(!makes("porthole_plugin_kpi"));
    }
}
