//! Builds the UI: the application's module, its JavaScript, its styles and its font, ready to be embedded.
//!
//! The result is `ui/dist`: `index.html` and files whose names carry a hash of their content, each text also compressed
//! with brotli and gzip. What is already there and the same is not written again, so that nothing is embedded anew.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, ensure};
use porthole_toolkit::WasmToolchain;
use sha2::{Digest, Sha256};

use crate::{names, npm, process::run, workspace};

/// The whole first load, compressed; more is a fault.
const MOST_BYTES: usize = 250 * 1024;

/// The parts of the application: the name of their files and the feature they are compiled with. The first is what a
/// reader loads first; the other comes with the first of its pages.
const PARTS: [(&str, &str, &str); 2] = [("board", "app.wasm", "app.js"), ("desk", "desk.wasm", "desk.js")];

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
    let folder = workspace::root().join("ui");
    let work = workspace::target().join("ui");
    fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
    npm::install(&folder)?;

    let mut modules = Vec::new();
    for (part, ..) in PARTS {
        let work = work.join(part);
        fs::create_dir_all(&work).with_context(|| format!("cannot make {}", work.display()))?;
        // The next part's is compiled to the same place.
        let kept = work.join(format!("{MODULE}.wasm"));
        let compiled = compile(toolchain, part)?;
        fs::copy(&compiled, &kept).with_context(|| format!("cannot copy {}", compiled.display()))?;
        modules.push(kept);
    }
    let inputs = fingerprint(&folder, &modules)?;
    let stamp = work.join("inputs");
    let dist = folder.join("dist");
    if dist.join("index.html").exists() && fs::read_to_string(&stamp).ok().as_deref() == Some(&inputs) {
        println!("{:<32} unchanged", "ui");
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
    for ((part, wasm, script), module) in PARTS.into_iter().zip(&modules) {
        let work = work.join(part);
        let bound = bind(&folder, &work, module)?;
        addresses.insert(wasm, files.add(wasm, bound));
        let bundled = bundle(&folder, &work, &work.join("boot.js"), "esm")?;
        let text = String::from_utf8(bundled).context("esbuild wrote no UTF-8")?;
        let bundled = text.replace("{{module}}", &addresses[wasm]);
        addresses.insert(script, files.add(script, bundled.into_bytes()));
    }
    let start = bundle(&folder, &work, &folder.join("js/start.js"), "esm")?;
    let start = filled(
        &String::from_utf8(start).context("esbuild wrote no UTF-8")?,
        &addresses,
    )?;
    addresses.insert("start.js", files.add("start.js", start.into_bytes()));
    let styles = filled(&styles(&folder, &work)?, &addresses)?;
    addresses.insert("app.css", files.add("app.css", styles.into_bytes()));
    let page = fs::read_to_string(folder.join("index.html")).context("cannot read ui/index.html")?;
    files.add_as("index.html", filled(&page, &addresses)?.into_bytes());

    let first_load = files.write(&dist)?;
    ensure!(
        first_load <= MOST_BYTES,
        "the UI's first load is {:.1} KB compressed; {} KB are allowed",
        kilobytes(first_load),
        MOST_BYTES / 1024
    );
    fs::write(&stamp, inputs).with_context(|| format!("cannot write {}", stamp.display()))
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
    for part in ["ui.rs", "names.rs"] {
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
    for glue in [
        "boot.js",
        "chart.js",
        "copy.js",
        "page.js",
        "picture.js",
        "shade.js",
    ] {
        fs::copy(folder.join("js").join(glue), work.join(glue))
            .with_context(|| format!("cannot copy ui/js/{glue}"))?;
    }
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
        ])
        .arg(format!("--format={format}"))
        .arg(format!("--outfile={}", out.display()))
        // The work folder is not below the packages.
        .env("NODE_PATH", folder.join("node_modules")))
    .context("esbuild failed")?;
    read(&out)
}

/// The styles with the classes that the sources use.
fn styles(folder: &Path, work: &Path) -> anyhow::Result<String> {
    let out = work.join("app.css");
    run(Command::new(folder.join("node_modules/.bin/tailwindcss"))
        .args(["--minify", "--input", "css/app.css", "--output"])
        .arg(&out)
        .current_dir(folder))
    .context("tailwindcss failed")?;
    fs::read_to_string(&out).with_context(|| format!("cannot read {}", out.display()))
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

/// The files of the UI by their path below `dist`.
#[derive(Default)]
struct Output {
    files: BTreeMap<String, Vec<u8>>,
}

impl Output {
    /// Adds a file under a name that carries its hash; its address.
    fn add(&mut self, name: &str, content: Vec<u8>) -> String {
        let hash = hex(&Sha256::digest(&content));
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let path = format!("assets/{stem}-{}.{ending}", &hash[..12]);
        self.files.insert(path.clone(), content);
        format!("/{path}")
    }

    /// Adds a file under exactly this path.
    fn add_as(&mut self, path: &str, content: Vec<u8>) {
        self.files.insert(path.to_owned(), content);
    }

    /// Writes all files and their compressed forms, removes others, prints the sizes; the compressed size of what a
    /// browser loads first.
    fn write(self, dist: &Path) -> anyhow::Result<usize> {
        fs::create_dir_all(dist.join("assets")).with_context(|| format!("cannot make {}", dist.display()))?;
        let mut kept = BTreeSet::new();
        let mut first_load = 0;
        for (path, content) in self.files {
            let mut forms = vec![(path.clone(), content.clone())];
            // A font is compressed already.
            if !path.ends_with(".woff2") {
                for (ending, compressed) in [(".br", brotli(&content)?), (".gz", gzip(&content)?)] {
                    if compressed.len() < content.len() {
                        forms.push((format!("{path}{ending}"), compressed));
                    }
                }
            }
            let sent = forms.iter().map(|(_, bytes)| bytes.len()).min().unwrap_or(0);
            if !path.ends_with(".txt") && !path.starts_with("assets/desk-") {
                first_load += sent;
            }
            println!(
                "{path:<40} {:>7.1} KB  {:>7.1} KB compressed",
                kilobytes(content.len()),
                kilobytes(sent)
            );
            for (name, bytes) in forms {
                let file = dist.join(&name);
                if fs::read(&file).ok().as_deref() != Some(&bytes[..]) {
                    fs::write(&file, &bytes).with_context(|| format!("cannot write {}", file.display()))?;
                }
                kept.insert(file);
            }
        }
        let mut present = Vec::new();
        collect(dist, &mut present)?;
        for file in present.into_iter().filter(|file| !kept.contains(file)) {
            fs::remove_file(&file).with_context(|| format!("cannot remove {}", file.display()))?;
        }
        println!(
            "{:<40} {:>22.1} KB compressed",
            "first load",
            kilobytes(first_load)
        );
        Ok(first_load)
    }
}

fn brotli(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: 11,
        lgwin: 22,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &content[..], &mut out, &parameters).context("brotli failed")?;
    Ok(out)
}

fn gzip(content: &[u8]) -> anyhow::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(content)?;
    encoder.finish().context("gzip failed")
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
    fn a_name_changes_with_the_content() {
        let mut output = Output::default();
        let one = output.add("app.js", b"1".to_vec());
        assert_ne!(one, output.add("app.js", b"2".to_vec()));
        assert!(one.starts_with("/assets/app-") && one.ends_with(".js"), "{one}");
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

    #[test]
    fn writing_again_leaves_no_old_files_and_touches_no_same_ones() {
        let folder = tempfile::tempdir().unwrap();
        let write = |text: &str| {
            let mut output = Output::default();
            output.add("app.js", text.repeat(100).into_bytes());
            output.add_as("index.html", b"<p>same</p>".to_vec());
            output.write(folder.path()).unwrap();
            let mut files = Vec::new();
            collect(folder.path(), &mut files).unwrap();
            files
        };
        let first = write("one");
        let page = fs::metadata(folder.path().join("index.html"))
            .unwrap()
            .modified()
            .unwrap();
        let second = write("two");
        assert_eq!(first.len(), second.len());
        assert_ne!(first, second);
        assert_eq!(
            fs::metadata(folder.path().join("index.html"))
                .unwrap()
                .modified()
                .unwrap(),
            page
        );
    }
}
