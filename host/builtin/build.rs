//! Embeds the components that `cargo xtask build` has made of the crates in `plugins/` and `plugins/examples/`.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// What the crates of built-in panel types and of examples are called; test guests are not.
const BUILTIN: &str = "porthole_plugin_";
const EXAMPLE: &str = "porthole_example_";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-env-changed=PORTHOLE_COMPONENTS");
    println!("cargo::rerun-if-env-changed=CARGO_TARGET_DIR");
    let folder = folder();
    // Cargo looks at the folder and all that is in it; at its parent while there is none.
    println!("cargo::rerun-if-changed={}", folder.display());
    let builtin = components(&folder, BUILTIN)?;
    if builtin.is_empty() {
        println!(
            "cargo::warning=no built-in panels in {}; run `cargo xtask build` and compile again",
            folder.display()
        );
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    let code = [
        list("COMPONENTS", builtin, &out)?,
        list("EXAMPLES", components(&folder, EXAMPLE)?, &out)?,
    ];
    fs::write(out.join("components.rs"), code.concat())
}

/// The code of a list of components.
fn list(list: &str, components: Vec<(String, PathBuf)>, out: &Path) -> io::Result<String> {
    let mut code = format!("static {list}: &[Builtin] = &[\n");
    for (name, path) in components {
        // A copy: the build must not see a file that is replaced while it reads.
        let copy = out.join(format!("{name}.wasm"));
        fs::copy(&path, &copy)?;
        code.push_str(&format!(
            "    Builtin {{ name: {name:?}, bytes: include_bytes!({copy:?}) }},\n"
        ));
    }
    code.push_str("];\n");
    Ok(code)
}

/// `PORTHOLE_COMPONENTS`, else `components` in the workspace's target folder.
fn folder() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let given = |name| env::var_os(name).filter(|value| !value.is_empty());
    match (given("PORTHOLE_COMPONENTS"), given("CARGO_TARGET_DIR")) {
        (Some(folder), _) => workspace.join(folder),
        (None, Some(target)) => workspace.join(target).join("components"),
        (None, None) => workspace.join("target/components"),
    }
}

/// Names and files of those whose name begins so, by name.
fn components(folder: &Path, prefix: &str) -> io::Result<Vec<(String, PathBuf)>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name.starts_with(prefix) && path.extension().is_some_and(|extension| extension == "wasm") {
            found.push((name, path));
        }
    }
    found.sort();
    Ok(found)
}
