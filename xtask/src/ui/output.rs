//! The files of a build: named by their content, compressed, and written only where they changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write,
    path::Path,
};

use anyhow::Context;
use sha2::{Digest, Sha256};

use super::{collect, hex, kilobytes};

/// The files of the UI by their path below `dist`.
#[derive(Default)]
pub struct Output {
    files: BTreeMap<String, Vec<u8>>,
}

impl Output {
    /// Adds a file under a name that carries its hash; its address.
    pub fn add(&mut self, name: &str, content: Vec<u8>) -> String {
        let hash = hex(&Sha256::digest(&content));
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "bin"));
        let path = format!("assets/{stem}-{}.{ending}", &hash[..12]);
        self.files.insert(path.clone(), content);
        format!("/{path}")
    }

    /// Adds a file under exactly this path.
    pub fn add_as(&mut self, path: &str, content: Vec<u8>) {
        self.files.insert(path.to_owned(), content);
    }

    /// Writes all files and their compressed forms, removes others, prints the sizes; the compressed size of what a
    /// browser loads first.
    pub fn write(self, dist: &Path) -> anyhow::Result<usize> {
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
            if !path.ends_with(".txt") && !path.starts_with("assets/desk-") && path != "desk.html" {
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
