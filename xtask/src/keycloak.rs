//! A Keycloak for the tests: its distribution, unpacked and made ready once, in a folder of the user's that outlives
//! checkouts. Where it cannot be had, the tests that need it say so and count as skipped.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail, ensure};

use crate::process;

/// The version that the tests run against; `docker-compose.yml` names the same line.
const VERSION: &str = "26.7.3";
/// Older ones it does not run on.
const OLDEST_JAVA: u32 = 21;
const PLUGIN: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy";
/// Which Java runs it, beside what it runs; written last, so that a folder without it is not ready.
const JAVA_FILE: &str = "java-home";

/// The folder of a Keycloak that is ready to start, made where it is missing.
///
/// # Errors
/// When it cannot be had: a sentence that says what is missing.
pub fn prepare() -> anyhow::Result<PathBuf> {
    let cache = cache().context("there is no home folder to keep it in")?;
    let folder = cache.join(format!("keycloak-{VERSION}"));
    if folder.join(JAVA_FILE).is_file() {
        return Ok(folder);
    }
    let java = java().with_context(|| {
        format!("there is no JDK {OLDEST_JAVA} or newer in JAVA_HOME, /usr/lib/jvm or /opt")
    })?;
    println!("preparing Keycloak {VERSION} in {}", folder.display());
    std::fs::create_dir_all(&cache).with_context(|| format!("cannot make {}", cache.display()))?;
    let archive = cache.join(format!("keycloak-quarkus-dist-{VERSION}.zip"));
    if !archive.is_file() {
        download(&cache)?;
        ensure!(archive.is_file(), "Maven left no {}", archive.display());
    }
    // What is left of an attempt that was broken off.
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("cannot remove {}", folder.display()))?;
    }
    process::run(
        Command::new(java.join("bin/jar"))
            .arg("xf")
            .arg(&archive)
            .current_dir(&cache),
    )?;
    // What it is built for holds at each start with `--optimized`, which then takes seconds.
    process::run(
        Command::new("bash")
            .arg(folder.join("bin/kc.sh"))
            .args(["build", "--db=dev-mem", "--cache=local"])
            .env("JAVA_HOME", &java),
    )?;
    std::fs::write(folder.join(JAVA_FILE), java.as_os_str().as_encoded_bytes())
        .with_context(|| format!("cannot write into {}", folder.display()))?;
    std::fs::remove_file(&archive).with_context(|| format!("cannot remove {}", archive.display()))?;
    Ok(folder)
}

/// Outside every checkout: it is large, and the same for all.
fn cache() -> Option<PathBuf> {
    let own = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    own.filter(|own| own.is_absolute())
        .or_else(home)
        .map(|cache| cache.join("porthole"))
}

/// Fetches the distribution with Maven, which knows its mirrors and checks what comes.
fn download(into: &Path) -> anyhow::Result<()> {
    if process::find_in_path("mvn").is_none() {
        bail!("there is no Maven (`mvn`) to fetch it with: on Debian, `apt-get install maven`");
    }
    process::run(
        Command::new("mvn")
            .args(["--quiet", "--batch-mode", PLUGIN])
            .arg(format!(
                "-Dartifact=org.keycloak:keycloak-quarkus-dist:{VERSION}:zip"
            ))
            .arg(format!("-DoutputDirectory={}", into.display()))
            .current_dir(into),
    )
    .context("Maven could not fetch it")
}

/// The newest JDK of those that are new enough.
fn java() -> Option<PathBuf> {
    let named = std::env::var_os("JAVA_HOME").map(PathBuf::from);
    let folders = ["/usr/lib/jvm", "/opt"]
        .into_iter()
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten())
        .map(|entry| entry.path());
    let usable = |home: PathBuf| {
        let release = std::fs::read_to_string(home.join("release")).ok()?;
        let version = major(&release).filter(|version| *version >= OLDEST_JAVA)?;
        home.join("bin/jar").is_file().then_some((version, home))
    };
    let found = named.into_iter().chain(folders).filter_map(usable);
    found.max_by_key(|(version, _)| *version).map(|(_, home)| home)
}

/// The first number of `JAVA_VERSION="25.0.1"`.
fn major(release: &str) -> Option<u32> {
    let version = release
        .lines()
        .find_map(|line| line.strip_prefix("JAVA_VERSION="))?;
    version
        .trim_matches('"')
        .split(['.', '-', '+'])
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jdk_says_how_old_it_is() {
        assert_eq!(major("IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"25.0.1\"\n"), Some(25));
        assert_eq!(major("JAVA_VERSION=\"21\"\n"), Some(21));
        assert_eq!(major("JAVA_VERSION=\"1.8.0_292\"\n"), Some(1));
        assert_eq!(major("nothing"), None);
    }

    #[test]
    fn the_compose_file_runs_the_line_of_versions_that_is_tested() {
        let compose = std::fs::read_to_string(crate::workspace::root().join("docker-compose.yml"));
        let line: Vec<&str> = VERSION.split('.').take(2).collect();
        let image = format!("image: keycloak/keycloak:{}\n", line.join("."));
        assert!(compose.is_ok_and(|compose| compose.contains(&image)), "{image}");
    }
}
