//! `porthole plugin build`: a component of a panel's crate.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use porthole_toolkit::{Built, Project, WasmToolchain};

use super::used::bytes;

/// Build a panel's component into `target/porthole/NAME.wasm`.
#[derive(clap::Args)]
pub struct Build {
    /// The crate's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
}

impl Build {
    /// Builds it and says where it is.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let project = Project::open(&self.dir)?;
        let built = build(&project)?;
        println!("{}", built.path.display());
        println!("  size    {}", bytes(built.bytes.len() as u64));
        println!("  sha256  {}", built.sha256);
        Ok(ExitCode::SUCCESS)
    }
}

/// Builds a crate's component.
pub fn build(project: &Project) -> anyhow::Result<Built> {
    let toolchain = WasmToolchain::find()?;
    eprintln!("building {} with {}", project.package, toolchain.name());
    project.build(&toolchain)
}

/// A path as somebody in the crate's folder would type it.
pub fn shown(path: &Path, project: &Project) -> String {
    path.strip_prefix(&project.folder)
        .unwrap_or(path)
        .display()
        .to_string()
}
