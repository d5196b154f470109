//! Makes the manifest of the SDK's copy, and its part of the lock file, from the workspace's: versions stand in one place.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fs,
    path::{Path, PathBuf},
};

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("../..");
    for path in [
        "Cargo.toml",
        "Cargo.lock",
        "sdk/Cargo.toml",
        "sdk/src",
        "sdk/templates",
        "wit",
    ] {
        println!("cargo::rerun-if-changed={}", workspace.join(path).display());
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    let manifest = manifest(
        &fs::read_to_string(workspace.join("Cargo.toml"))?,
        &fs::read_to_string(workspace.join("sdk/Cargo.toml"))?,
    )?;
    fs::write(out.join("sdk.toml"), manifest)?;
    let lock = fs::read_to_string(workspace.join("Cargo.lock"))?;
    fs::write(out.join("sdk.lock"), lock_of(&lock, "porthole-sdk")?)?;
    Ok(())
}

/// The SDK's manifest with the workspace's own lines where it refers to them.
fn manifest(workspace: &str, sdk: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut section = "";
    for line in sdk.lines() {
        if line.starts_with('[') {
            section = line;
        }
        // Which lints hold is for the crate that uses the copy to say.
        if section == "[lints]" {
            continue;
        }
        let from = match section {
            "[package]" => "[workspace.package]",
            _ => "[workspace.dependencies]",
        };
        match line.split_once([' ', '.']) {
            Some((name, _)) if line.contains("workspace = true") => {
                out.push_str(line_of(workspace, from, name)?);
            }
            _ => out.push_str(line),
        }
        out.push('\n');
    }
    Ok(out)
}

/// The line `name = …` of a section.
fn line_of<'a>(manifest: &'a str, section: &str, name: &str) -> Result<&'a str, String> {
    manifest
        .lines()
        .skip_while(|line| *line != section)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .find(|line| line.split_once(' ').is_some_and(|(key, _)| key == name))
        .ok_or_else(|| format!("{section} of the workspace has no line for {name}"))
}

/// The packages of a lock file that `root` stands on, itself included.
fn lock_of(lock: &str, root: &str) -> Result<String, String> {
    let mut packages: BTreeMap<(String, String), &str> = BTreeMap::new();
    for block in lock.split("[[package]]").skip(1) {
        let value = |key: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(key));
            line.map(|text| text.trim_matches([' ', '=', '"']).to_owned())
                .ok_or_else(|| format!("a package of the lock file has no {key}"))
        };
        packages.insert((value("name")?, value("version")?), block.trim());
    }
    let mut wanted: Vec<String> = vec![root.to_owned()];
    let mut kept = BTreeSet::new();
    while let Some(dependency) = wanted.pop() {
        // `name`, or `name version` where there are several.
        let mut words = dependency.split(' ');
        let (name, version) = (words.next().unwrap_or_default(), words.next());
        let found = packages
            .keys()
            .find(|(known, at)| known == name && version.is_none_or(|version| version == at))
            .ok_or_else(|| format!("the lock file has no {dependency}"))?;
        if !kept.insert(found.clone()) {
            continue;
        }
        let dependencies = packages
            .get(found)
            .and_then(|block| block.split_once("dependencies = ["))
            .map_or("", |(_, rest)| rest);
        wanted.extend(
            dependencies
                .lines()
                .map(|line| line.trim().trim_matches(['"', ',']))
                .filter(|line| !line.is_empty() && *line != "]")
                .map(str::to_owned),
        );
    }
    let blocks: Vec<String> = kept
        .iter()
        .filter_map(|package| packages.get(package))
        .map(|block| format!("[[package]]\n{block}\n"))
        .collect();
    Ok(blocks.join("\n"))
}
