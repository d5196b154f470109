//! Writes the table of the built UI's files, so that the compiler embeds them.
//!
//! The files come from `ui/dist`, made by `cargo xtask build`. Without them the table is empty and the crate still
//! compiles: the server then answers with a page that says what to run.

use std::{
    collections::{BTreeMap, hash_map::DefaultHasher},
    env, fs,
    hash::{Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let dist = manifest.join("../../ui/dist");
    // A path that does not exist counts as changed for ever, and everything above this crate would be compiled again
    // each time: an empty folder does not.
    fs::create_dir_all(&dist)?;
    let dist = dist.canonicalize()?;
    println!("cargo:rerun-if-changed={}", dist.display());
    println!("cargo:rerun-if-changed=build.rs");

    let mut files = BTreeMap::new();
    collect(&dist, &dist, &mut files)?;
    fs::write(
        PathBuf::from(variable("OUT_DIR")?).join("embedded.rs"),
        table(&files)?,
    )
}

fn variable(name: &str) -> io::Result<String> {
    env::var(name).map_err(|error| io::Error::other(format!("{name}: {error}")))
}

/// Every file under `folder`, by its path below `root` with forward slashes.
fn collect(root: &Path, folder: &Path, into: &mut BTreeMap<String, PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, into)?;
        } else if let Ok(below) = path.strip_prefix(root) {
            let name = below
                .components()
                .map(|c| c.as_os_str().to_string_lossy())
                .collect::<Vec<_>>()
                .join("/");
            into.insert(name, path);
        }
    }
    Ok(())
}

/// The Rust text of the table: one entry for each file that is not itself a compressed form of another.
fn table(files: &BTreeMap<String, PathBuf>) -> io::Result<String> {
    let mut text = String::from("&[\n");
    for (name, path) in files {
        let is_form_of_another = [".br", ".gz"]
            .iter()
            .any(|end| name.strip_suffix(end).is_some_and(|n| files.contains_key(n)));
        // Notes of the build for itself.
        if is_form_of_another || name.starts_with('.') {
            continue;
        }
        let include = |path: &Path| format!("include_bytes!({:?})", path.display().to_string());
        let form = |end: &str| match files.get(&format!("{name}{end}")) {
            Some(path) => format!("Some({})", include(path)),
            None => "None".to_owned(),
        };
        let mut hasher = DefaultHasher::new();
        fs::read(path)?.hash(&mut hasher);
        text.push_str(&format!(
            "    Asset {{ path: {name:?}, hash: \"{:016x}\", plain: {}, brotli: {}, gzip: {} }},\n",
            hasher.finish(),
            include(path),
            form(".br"),
            form(".gz"),
        ));
    }
    text.push_str("]\n");
    Ok(text)
}
