//! Builds the UI: the application's module, its JavaScript, its styles and its font, ready to be embedded.
//!
//! The result is `ui/dist`: `index.html` and files whose names carry a hash of their content, each text also compressed
//! with brotli and gzip. What is already there and the same is not written again, so that nothing is embedded anew.

mod components;
mod output;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use porthole_toolkit::WasmToolchain;
use sha2::{Digest, Sha256};

pub use self::components::{build as component_tests, runner as component_runner};
use self::output::Output;
use crate::{names, npm, process::run, workspace};

/// The whole first load, compressed; more is a fault.
const MOST_BYTES: usize = 250 * 1024;

/// A part of the application: the feature it is compiled with, and what stands in `index.html` and `start.js` for its
/// module and its script.
type Part = (&'static str, &'static str, &'static str);

/// What is built.
struct Site {
    parts: &'static [Part],
    /// Below `ui/css`, and what stands for each in `index.html` and `start.js`; of the first part, then of the others.
    styles: &'static [(&'static str, &'static str)],
    dist: PathBuf,
    /// Compressed; none: as much as it is.
    most_bytes: Option<usize>,
}

impl Site {
    /// What the host embeds. The first part is what a reader loads first; the other comes with the first of its pages.
    fn product() -> Self {
        Self {
            parts: &[("board", "app.wasm", "app.js"), ("desk", "desk.wasm", "desk.js")],
            styles: &[("app.css", "app.css"), ("desk-part.css", "desk.css")],
            dist: workspace::root().join("ui/dist"),
            most_bytes: Some(MOST_BYTES),
        }
    }

    /// Each component in every state: for those who work on the UI, and never embedded.
    fn gallery() -> Self {
        Self {
            parts: &[("gallery", "app.wasm", "app.js")],
            styles: &[("gallery.css", "app.css")],
            dist: gallery_folder(),
            most_bytes: None,
        }
    }
}

/// Where [`gallery`] is built.
pub fn gallery_folder() -> PathBuf {
    workspace::target().join("ui/site")
}

/// The application's crate, as cargo names its module.
const MODULE: &str = "porthole_ui";

/// What the compiler may use of WebAssembly, as `wasm-opt` names it.
const FEATURES: [&str; 6] = [
    "bulk-memory",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
];

/// What stands in `index.html` and in the styles for a file's final address.
type Addresses = BTreeMap<&'static str, String>;

/// Builds the UI into `ui/dist`.
///
/// # Errors
/// When a tool is missing or fails: which, and what to do.
pub fn build(toolchain: &WasmToolchain) -> anyhow::Result<()> {
    Site::product().build(toolchain)
}

/// Builds the gallery into [`gallery_folder`].
///
/// # Errors
/// As for [`build`].
pub fn gallery(toolchain: &WasmToolchain) -> anyhow::Result<()> {
    Site::gallery().build(toolchain)
}

impl Site {
    fn build(self, toolchain: &WasmToolchain) -> anyhow::Result<()> {
        let folder = workspace::root().join("ui");
        let work = workspace::target().join("ui");
        fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
        npm::install(&folder)?;

        let mut modules = Vec::new();
        for (part, ..) in self.parts {
            let work = work.join(part);
            fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
            // The next part's is compiled to the same place.
            let kept = work.join(format!("{MODULE}.wasm"));
            let compiled = compile(toolchain, part)?;
            fs::copy(&compiled, &kept).with_context(|| format!("cannot copy {}", compiled.display()))?;
            modules.push(kept);
        }
        let inputs = fingerprint(&folder, &modules)?;
        let stamp = work.join(self.parts[0].0).join("inputs");
        let dist = self.dist;
        if dist.join("index.html").exists() && fs::read_to_string(&stamp).ok().as_deref() == Some(&inputs) {
            println!("{:<32} unchanged", dist.display());
            return Ok(());
        }

        let mut files = Output::default();
        let mut addresses = Addresses::new();
        let font = folder.join("node_modules/@fontsource-variable/inter");
        addresses.insert(
            "inter.woff2",
            files.add("inter.woff2", small_font(&folder, &work, &font)?),
        );
        files.add_as("assets/inter-licence.txt", read(&font.join("LICENSE"))?);
        addresses.insert("icon.svg", files.add("icon.svg", read(&folder.join("icon.svg"))?));
        addresses.insert(
            "theme.js",
            files.add(
                "theme.js",
                bundle(&folder, &work, &folder.join("js/theme.js"), "iife")?,
            ),
        );
        for ((part, wasm, script), module) in self.parts.iter().zip(&modules) {
            let work = work.join(part);
            let bound = bind(&folder, &work, module)?;
            addresses.insert(wasm, files.add(wasm, bound));
            let bundled = bundle(&folder, &work, &work.join("boot.js"), "esm")?;
            let text = String::from_utf8(bundled).context("esbuild wrote no UTF-8")?;
            let bundled = text.replace("{{module}}", &addresses[*wasm]);
            addresses.insert(script, files.add(script, bundled.into_bytes()));
        }
        for (entry, name) in self.styles {
            let styles = filled(&styles(&folder, entry, &work)?, &addresses)?;
            addresses.insert(name, files.add(name, styles.into_bytes()));
        }
        // A site of one part has it at every address.
        for (other, only) in [("desk.js", "app.js"), ("desk.css", "app.css")] {
            let only = addresses[only].clone();
            addresses.entry(other).or_insert(only);
        }
        let start = bundle(&folder, &work, &folder.join("js/start.js"), "esm")?;
        let start = filled(
            &String::from_utf8(start).context("esbuild wrote no UTF-8")?,
            &addresses,
        )?;
        addresses.insert("start.js", files.add("start.js", start.into_bytes()));
        let page = fs::read_to_string(folder.join("index.html")).context("cannot read ui/index.html")?;
        for (at, (part, wasm, script)) in self.parts.iter().enumerate() {
            // What is fetched before it is asked for is what the page will use: a browser warns of anything else.
            let styles: Vec<&str> = self.styles.iter().take(at + 1).map(|(_, name)| *name).collect();
            let page = filled(&page_of(&page, wasm, script, &styles), &addresses)?;
            let name = match at {
                0 => "index.html".to_owned(),
                _ => format!("{part}.html"),
            };
            files.add_as(&name, page.into_bytes());
        }

        let first_load = files.write(&dist)?;
        let most = self.most_bytes.unwrap_or(usize::MAX);
        ensure!(
            first_load <= most,
            "the UI's first load is {:.1} KB compressed; {} KB are allowed",
            kilobytes(first_load),
            most / 1024
        );
        fs::write(&stamp, inputs).with_context(|| format!("cannot write {}", stamp.display()))
    }
}

/// Compiles a part of the application; cargo knows whether there is anything to do.
fn compile(toolchain: &WasmToolchain, part: &str) -> anyhow::Result<PathBuf> {
    let mut cargo = toolchain.cargo_build(&workspace::guest_build());
    cargo.args([
        "--lib",
        "-p",
        "porthole-ui",
        "--no-default-features",
        "--features",
        part,
    ]);
    // A page is fetched before it runs: smaller still than what suits panels.
    cargo.env("CARGO_PROFILE_WASM_OPT_LEVEL", "z");
    // The section that says which features are used must survive until the end.
    cargo.env("CARGO_PROFILE_WASM_STRIP", "none");
    println!("building the UI ({part}) with {}", toolchain.name());
    run(&mut cargo).context("building the UI failed; the compiler's messages are above")?;
    Ok(workspace::guest_build().output().join(format!("{MODULE}.wasm")))
}

/// A text that changes when the result would.
fn fingerprint(folder: &Path, modules: &[PathBuf]) -> anyhow::Result<String> {
    let mut inputs = modules.to_vec();
    inputs.extend([folder.join("index.html"), folder.join("icon.svg")]);
    // Styles are made of the classes that stand in the sources.
    for part in ["build", "js", "css", "src"] {
        collect(&folder.join(part), &mut inputs)?;
    }
    inputs.push(folder.join("package-lock.json"));
    for part in ["ui.rs", "ui/output.rs", "names.rs"] {
        inputs.push(workspace::root().join("xtask/src").join(part));
    }
    let mut hasher = Sha256::new();
    for path in inputs {
        hasher.update(path.display().to_string());
        hasher.update(Sha256::digest(read(&path)?));
    }
    Ok(hex(&hasher.finalize()))
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() {
            collect(&path, into)?;
        } else {
            into.push(path);
        }
    }
    Ok(())
}

/// Makes the module's JavaScript side in the work folder, beside the glue that it imports, and the module small.
fn bind(folder: &Path, work: &Path, module: &Path) -> anyhow::Result<Vec<u8>> {
    wasm_bindgen_cli_support::Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true)
        .generate(work)
        .context("wasm-bindgen failed; its version must be the one in Cargo.lock")?;
    copy_glue(folder, work)?;
    let small = work.join("small.wasm");
    run(Command::new("node")
        .arg(folder.join("node_modules/binaryen/bin/wasm-opt"))
        .arg(work.join(format!("{MODULE}_bg.wasm")))
        .args(["-Oz", "--converge", "--strip-debug", "--strip-producers"])
        // What the compiler uses; more would let the tool write what browsers do not read yet.
        .args(FEATURES.map(|feature| format!("--enable-{feature}")))
        .arg("-o")
        .arg(&small))
    .context("wasm-opt failed")?;
    let glue = work.join(format!("{MODULE}.js"));
    let script = fs::read_to_string(&glue).with_context(|| format!("cannot read {}", glue.display()))?;
    let (module, script) = names::shorten(&read(&small)?, &script)?;
    fs::write(&glue, script).with_context(|| format!("cannot write {}", glue.display()))?;
    Ok(module)
}

/// Puts the JavaScript that the module imports beside it.
fn copy_glue(folder: &Path, work: &Path) -> anyhow::Result<()> {
    let mut glue = Vec::new();
    collect(&folder.join("js"), &mut glue)?;
    for path in glue {
        let to = work.join(path.file_name().unwrap_or_default());
        fs::copy(&path, &to).with_context(|| format!("cannot copy {}", path.display()))?;
    }
    Ok(())
}

/// The font with the letters and weights that the UI uses.
fn small_font(folder: &Path, work: &Path, font: &Path) -> anyhow::Result<Vec<u8>> {
    let out = work.join("inter.woff2");
    run(Command::new("node")
        .arg(folder.join("build/font.mjs"))
        .arg(font.join("files/inter-latin-wght-normal.woff2"))
        .arg(&out))
    .context("making the font small failed")?;
    read(&out)
}

/// One file of an entry and all it imports.
fn bundle(folder: &Path, work: &Path, entry: &Path, format: &str) -> anyhow::Result<Vec<u8>> {
    let out = work.join("bundle.js");
    run(Command::new(folder.join("node_modules/.bin/esbuild"))
        .arg(entry)
        .args([
            "--bundle",
            "--minify",
            "--target=es2022",
            "--legal-comments=none",
            "--log-level=warning",
            // The bindings name a file of glue once for each group of what is imported from it.
            "--log-override:duplicate-object-key=silent",
        ])
        .arg(format!("--format={format}"))
        .arg(format!("--outfile={}", out.display()))
        // The work folder is not below the packages.
        .env("NODE_PATH", folder.join("node_modules")))
    .context("esbuild failed")?;
    read(&out)
}

/// An entry with all it imports, and with the classes that the sources use where it asks for them.
fn styles(folder: &Path, entry: &str, work: &Path) -> anyhow::Result<String> {
    let out = work.join("app.css");
    run(Command::new(folder.join("node_modules/.bin/tailwindcss"))
        .args(["--minify", "--input", &format!("css/{entry}"), "--output"])
        .arg(&out)
        .current_dir(folder))
    .context("tailwindcss failed")?;
    fs::read_to_string(&out).with_context(|| format!("cannot read {}", out.display()))
}

/// The page that starts a part of the application, with the places of its files named.
fn page_of(page: &str, wasm: &str, script: &str, styles: &[&str]) -> String {
    let styles: Vec<String> = styles
        .iter()
        .map(|name| format!("<link rel=\"stylesheet\" href=\"{{{{{name}}}}}\" />"))
        .collect();
    page.replace("{{styles}}", &styles.join("\n    "))
        .replace("{{part.wasm}}", &format!("{{{{{wasm}}}}}"))
        .replace("{{part.js}}", &format!("{{{{{script}}}}}"))
}

/// Puts addresses in the place of `{{name}}`.
fn filled(text: &str, addresses: &Addresses) -> anyhow::Result<String> {
    let mut text = text.to_owned();
    for (name, address) in addresses {
        text = text.replace(&format!("{{{{{name}}}}}"), address);
    }
    if let Some(at) = text.find("{{") {
        let rest: String = text[at..].chars().take(40).collect();
        anyhow::bail!("nothing is known to put in the place of {rest}");
    }
    Ok(text)
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn kilobytes(bytes: usize) -> f64 {
    bytes as f64 / 1024.0
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_page_fetches_ahead_what_its_own_part_needs() {
        let page = "{{styles}} {{part.wasm}} {{part.js}} {{start.js}}";
        assert_eq!(
            page_of(page, "desk.wasm", "desk.js", &["app.css", "desk.css"]),
            "<link rel=\"stylesheet\" href=\"{{app.css}}\" />\n    <link rel=\"stylesheet\" href=\"{{desk.css}}\" /> \
             {{desk.wasm}} {{desk.js}} {{start.js}}"
        );
    }

    #[test]
    fn a_place_that_nothing_fills_is_a_fault() {
        let addresses = Addresses::from([("a.js", "/assets/a-1.js".to_owned())]);
        assert_eq!(filled("<{{a.js}}>", &addresses).unwrap(), "</assets/a-1.js>");
        assert!(
            filled("{{b.js}}", &addresses)
                .unwrap_err()
                .to_string()
                .contains("{{b.js}}")
        );
    }
}
