//! Python panels: componentize-py, in a virtual environment under the target folder.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};

use crate::apt::Apt;
use crate::{process, workspace};

/// The example, which is also where the tools' versions are written.
pub const FOLDER: &str = "plugins/examples/python";
/// The file with them.
pub const PINS: &str = "plugins/examples/python/requirements.txt";

fn environment() -> PathBuf {
    super::folder().join("python")
}

/// Makes the virtual environment and installs what [`PINS`] says; instant when that was done before.
///
/// # Errors
/// When there is no Python, no `venv` or no way to the package index: what to do.
pub fn prepare() -> anyhow::Result<()> {
    let environment = environment();
    let pins = workspace::root().join(PINS);
    let wanted = std::fs::read(&pins).with_context(|| format!("cannot read {}", pins.display()))?;
    let installed = environment.join("installed.txt");
    if std::fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    let python = interpreter()?;
    println!("making a virtual environment with {}", python.display());
    process::run(
        Command::new(&python)
            .args(["-m", "venv", "--clear"])
            .arg(&environment),
    )
    .context("no virtual environment could be made; is Python's module `venv` complete?")?;
    process::run(
        Command::new(environment.join("bin/python"))
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--only-binary=:all:",
                "--requirement",
            ])
            .arg(&pins),
    )
    .with_context(|| format!("pip could not install {PINS}; is there a way to the package index?"))?;
    std::fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))
}

/// A Python that can make virtual environments; installs the distribution's where that is allowed.
fn interpreter() -> anyhow::Result<PathBuf> {
    if let Some(python) = find() {
        return Ok(python);
    }
    if let Some(apt) = Apt::find() {
        println!("installing Python");
        apt.install(&["python3", "python3-venv"])?;
    }
    find().context(
        "there is no Python 3.10 or newer with the module `venv`: on Debian or Ubuntu, type\n    \
         apt-get install python3 python3-venv\nas root; elsewhere install it your system's way",
    )
}

fn find() -> Option<PathBuf> {
    let mut candidates = process::find_in_path("python3")
        .into_iter()
        .chain([PathBuf::from("/usr/bin/python3")]);
    candidates.find(|python| can_make_environments(python))
}

/// Debian's Python has `venv` without `ensurepip`, which then fails half-way.
fn can_make_environments(python: &Path) -> bool {
    process::succeeds(Command::new(python).args([
        "-c",
        "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))",
    ]))
}

/// Makes a component of a module.
///
/// # Errors
/// When componentize-py refuses it; it has said why.
pub fn componentize(source: &Path, component: &Path, stub_wasi: bool) -> anyhow::Result<()> {
    let (Some(folder), Some(module)) = (source.parent(), source.file_stem()) else {
        bail!("{} is no module", source.display());
    };
    let mut command = Command::new(environment().join("bin/componentize-py"));
    command
        .args(["--quiet", "--world", "plugin", "--wit-path"])
        .arg(workspace::root().join("wit"))
        .arg("componentize");
    if stub_wasi {
        command.arg("--stub-wasi");
    }
    command
        .args([OsStr::new("--python-path"), folder.as_os_str()])
        .args([OsStr::new("--output"), component.as_os_str()])
        .arg(module)
        // It looks for further packages in the environment; there are none but itself.
        .env("VIRTUAL_ENV", environment())
        .env("PYTHONDONTWRITEBYTECODE", "1");
    process::run(&mut command)
}
