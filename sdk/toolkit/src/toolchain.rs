//! Finds a way to build for `wasm32-unknown-unknown`, in the one place that knows there is more than one.

use std::{
    ffi::OsString,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, bail};

/// The target that panels and the UI are built for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// What to build, and where.
#[derive(Debug, Clone, Copy)]
pub struct Build<'a> {
    /// The folder that cargo is run in.
    pub folder: &'a Path,
    /// Cargo's target folder.
    pub target: &'a Path,
    /// The profile; the folder's `Cargo.toml` has it, unless it is cargo's own.
    pub profile: &'a str,
}

impl Build<'_> {
    /// Where cargo leaves the modules: `<crate with _>.wasm`.
    pub fn output(&self) -> PathBuf {
        let folder = match self.profile {
            "dev" | "test" => "debug",
            "bench" => "release",
            own => own,
        };
        self.target.join(TARGET).join(folder)
    }
}

/// A cargo that builds for [`TARGET`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The cargo in use has the target installed: the ordinary way.
    Installed,
    /// Debian's compiler with its own library sources; builds the standard library along.
    Distribution {
        /// The linker, as Debian names it.
        linker: PathBuf,
    },
}

impl WasmToolchain {
    /// Looks for one.
    ///
    /// # Errors
    /// When there is none: what to type to get one.
    pub fn find() -> anyhow::Result<Self> {
        if target_is_installed()? {
            return Ok(Self::Installed);
        }
        if let Some(linker) = distribution_linker() {
            return Ok(Self::Distribution { linker });
        }
        bail!(
            "there is no Rust standard library for {TARGET}. Install it with\n    \
             rustup target add {TARGET}\n(rustup itself is at https://rustup.rs) or, where that server cannot be reached, on Debian or Ubuntu with\n    \
             apt-get install rustc-web cargo-web rust-web-src lld-22"
        )
    }

    /// Which way this is, for people.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Installed => "the installed wasm target",
            Self::Distribution { .. } => "the distribution's wasm toolchain",
        }
    }

    /// `cargo build` for wasm. Add `-p` and what else is needed. A target folder of its own keeps it from waiting for,
    /// and from disturbing, a native build.
    pub fn cargo_build(&self, build: &Build<'_>) -> Command {
        let mut command = match self {
            Self::Installed => Command::new(native("CARGO", "cargo")),
            Self::Distribution { linker } => {
                let mut command = Command::new("/usr/bin/cargo");
                // What belongs to the cargo that runs this must not reach the other one's compiler.
                for name in [
                    "RUSTUP_TOOLCHAIN",
                    "RUSTDOC",
                    "RUSTC_WRAPPER",
                    "RUSTC_WORKSPACE_WRAPPER",
                ] {
                    command.env_remove(name);
                }
                command
                    .env("RUSTC", "/usr/bin/rustc")
                    // The distribution's stable compiler is told to accept `-Z build-std`: it ships no prebuilt library
                    // for this target, only the library's matching sources.
                    .env("RUSTC_BOOTSTRAP", "1")
                    .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
                command
            }
        };
        // Flags meant for this machine's processor would be an error for the other one.
        command
            .env_remove("RUSTFLAGS")
            .env_remove("CARGO_ENCODED_RUSTFLAGS");
        command
            .current_dir(build.folder)
            .env("CARGO_TARGET_DIR", build.target)
            .arg("build");
        if matches!(self, Self::Distribution { .. }) {
            command.args(["-Z", "build-std=std,panic_abort"]);
        }
        command.args(["--target", TARGET, "--profile", build.profile]);
        command
    }
}

/// The tool that cargo says it is running with, else the one on the path.
fn native(variable: &str, name: &str) -> OsString {
    std::env::var_os(variable).unwrap_or_else(|| name.into())
}

fn target_is_installed() -> anyhow::Result<bool> {
    let output = Command::new(native("RUSTC", "rustc"))
        .args(["--print", "target-libdir", "--target", TARGET])
        .output();
    let output = match output {
        // No Rust of the ordinary kind: the distribution may have one.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        output => output.context("cannot run rustc")?,
    };
    if !output.status.success() {
        return Ok(false);
    }
    Ok(has_standard_library(Path::new(
        String::from_utf8_lossy(&output.stdout).trim(),
    )))
}

/// rustc prints the folder whether or not it is there.
fn has_standard_library(folder: &Path) -> bool {
    std::fs::read_dir(folder).is_ok_and(|entries| {
        entries
            .flatten()
            .any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
    })
}

fn distribution_linker() -> Option<PathBuf> {
    let sources = [
        "/usr/lib/rustlib/src/rust/library/std/Cargo.toml",
        "/usr/src/rustc/library/std/Cargo.toml",
    ];
    let compiler = [Path::new("/usr/bin/cargo"), Path::new("/usr/bin/rustc")]
        .iter()
        .all(|tool| tool.exists());
    if !compiler || !(sources.iter().any(|file| Path::new(file).exists()) || sysroot_has_sources()) {
        return None;
    }
    ["/usr/bin/wasm-ld-22", "/usr/bin/wasm-ld"]
        .iter()
        .map(PathBuf::from)
        .find(|linker| linker.exists())
}

fn sysroot_has_sources() -> bool {
    Command::new("/usr/bin/rustc")
        .args(["--print", "sysroot"])
        .output()
        .is_ok_and(|output| {
            let sysroot = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
            sysroot
                .join("lib/rustlib/src/rust/library/std/Cargo.toml")
                .exists()
        })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_without_the_standard_library_is_no_target() {
        let folder = tempfile::tempdir().unwrap();
        assert!(!has_standard_library(folder.path()));
        assert!(!has_standard_library(&folder.path().join("missing")));
        std::fs::write(folder.path().join("libstd-0123.rlib"), "").unwrap();
        assert!(has_standard_library(folder.path()));
    }

    #[test]
    fn the_distribution_builds_its_library_along_and_uses_its_own_compiler() {
        let command = WasmToolchain::Distribution {
            linker: "/usr/bin/wasm-ld-22".into(),
        }
        .cargo_build(&Build {
            folder: Path::new("/a"),
            target: Path::new("/t"),
            profile: "wasm",
        });
        assert_eq!(command.get_program(), "/usr/bin/cargo");
        let arguments: Vec<_> = command
            .get_args()
            .map(|argument| argument.to_string_lossy())
            .collect();
        assert_eq!(
            arguments,
            [
                "build",
                "-Z",
                "build-std=std,panic_abort",
                "--target",
                TARGET,
                "--profile",
                "wasm"
            ]
        );
        assert!(
            command
                .get_envs()
                .any(|(name, value)| name == "RUSTC" && value.is_some_and(|path| path == "/usr/bin/rustc"))
        );
    }
    #[test]
    fn modules_are_where_cargo_leaves_them() {
        for (profile, folder) in [("release", "release"), ("dev", "debug"), ("wasm", "wasm")] {
            let build = Build {
                folder: Path::new("/a"),
                target: Path::new("/t"),
                profile,
            };
            assert_eq!(build.output(), Path::new("/t").join(TARGET).join(folder));
        }
    }
}
