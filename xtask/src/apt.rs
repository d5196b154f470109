//! Debian's package manager, where this user may use it.

use std::process::Command;

use crate::process;

/// A way to install packages without asking anybody anything.
pub struct Apt {
    with_sudo: bool,
}

impl Apt {
    /// None where there is no `apt-get`, or this user is neither root nor allowed `sudo` without a password.
    pub fn find() -> Option<Self> {
        process::find_in_path("apt-get")?;
        if is_root() {
            return Some(Self { with_sudo: false });
        }
        process::succeeds(Command::new("sudo").args(["--non-interactive", "true"]))
            .then_some(Self { with_sudo: true })
    }

    /// Installs packages; fetches the lists first where they do not know one of them.
    ///
    /// # Errors
    /// When `apt-get` fails; it has said why.
    pub fn install(&self, packages: &[&str]) -> anyhow::Result<()> {
        if !packages.iter().all(|package| has_candidate(package)) {
            process::run(self.command().arg("update"))?;
        }
        process::run(
            self.command()
                .args(["install", "--yes", "--no-install-recommends"])
                .args(packages),
        )
    }

    fn command(&self) -> Command {
        let mut command = Command::new(if self.with_sudo { "sudo" } else { "env" });
        if self.with_sudo {
            command.args(["--non-interactive", "env"]);
        }
        // Another installation may be running: wait for it rather than fail.
        command.args([
            "DEBIAN_FRONTEND=noninteractive",
            "apt-get",
            "--quiet",
            "-o",
            "DPkg::Lock::Timeout=300",
        ]);
        command
    }
}

fn is_root() -> bool {
    process::output(Command::new("id").arg("-u")).is_ok_and(|output| output.stdout == b"0\n")
}

fn has_candidate(package: &str) -> bool {
    process::output(
        Command::new("apt-cache")
            .args(["policy", package])
            .env("LC_ALL", "C"),
    )
    .is_ok_and(|output| names_a_candidate(&String::from_utf8_lossy(&output.stdout)))
}

fn names_a_candidate(policy: &str) -> bool {
    policy.lines().any(|line| {
        line.trim()
            .strip_prefix("Candidate:")
            .is_some_and(|version| version.trim() != "(none)")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_package_that_the_lists_do_not_have() {
        assert!(!names_a_candidate(""));
        assert!(!names_a_candidate(
            "postgresql:\n  Installed: (none)\n  Candidate: (none)\n"
        ));
        assert!(names_a_candidate(
            "postgresql:\n  Installed: (none)\n  Candidate: 15+248\n"
        ));
    }
}
