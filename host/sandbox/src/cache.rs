//! Precompiled components on disk, so that a start does not compile what was compiled before.
//!
//! Turning a forged precompiled form back into code runs whatever the forger wrote, as the host. So nothing that is
//! read here is believed until a keyed hash over it, its component's hash and the engine's settings has been checked;
//! the key lies beside the files, readable by the host alone. Whatever does not check is dropped and compiled again.

use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use porthole_keep::{KEY_BYTES, make_folder, read_or_make_key};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::SandboxError;

const KEY_FILE: &str = "key";
const TAG_BYTES: usize = 32;

/// The folder with precompiled components.
pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; KEY_BYTES],
    /// Of everything that decides whether a precompiled form fits this engine.
    engine: [u8; 32],
}

impl Cache {
    /// Opens the folder, making it and the key where they are missing.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> Result<Self, SandboxError> {
        make_folder(folder).map_err(|reason| refused(folder, reason))?;
        let key_file = folder.join(KEY_FILE);
        let key = read_or_make_key(&key_file).map_err(|reason| refused(&key_file, reason))?;
        let mut hasher = Sha256Hasher(Sha256::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        Ok(Self {
            folder: folder.to_owned(),
            key,
            engine: hasher.0.finalize().into(),
        })
    }

    /// The compiled form of the component with this hash, if there is one that checks.
    pub(crate) fn load(&self, engine: &Engine, hash: &str) -> Option<Component> {
        let path = self.path(hash);
        let file = fs::read(&path).ok()?;
        let checked = self.check(hash, &file);
        let component = match checked {
            // SAFETY: `deserialize` asks for bytes that came from `Component::serialize` unchanged. The tag says that
            // whoever wrote them knew the key, which only this host's account can read (`read_or_make_key` insists),
            // and the host writes nothing under a tag but what `serialize` gave it. The bytes are in our own memory:
            // the file cannot change between the check and the use.
            Some(bytes) => unsafe { Component::deserialize(engine, bytes) }.ok(),
            None => None,
        };
        if component.is_none() {
            tracing::warn!(path = %path.display(), "a precompiled component does not check; it is dropped and compiled again");
            let _ = fs::remove_file(&path);
        }
        component
    }

    /// Keeps a compiled form. A cache that cannot be written is slow, not wrong: it is logged and no more.
    pub(crate) fn store(&self, hash: &str, component: &Component) {
        let path = self.path(hash);
        if let Err(reason) = self.write(hash, component, &path) {
            tracing::warn!(path = %path.display(), reason, "a precompiled component cannot be kept");
        }
    }

    fn write(&self, hash: &str, component: &Component, path: &Path) -> Result<(), String> {
        let bytes = component.serialize().map_err(|error| error.to_string())?;
        let tag = self.tag(hash, &bytes).finalize().into_bytes();
        // Whole or not at all: another host may be reading the same folder.
        let mut file = tempfile::NamedTempFile::new_in(&self.folder).map_err(|error| error.to_string())?;
        file.write_all(&tag)
            .and_then(|()| file.write_all(&bytes))
            .map_err(|error| error.to_string())?;
        file.persist(path).map_err(|error| error.to_string())?;
        Ok(())
    }

    /// The part after the tag, if the tag is right.
    fn check<'a>(&self, hash: &str, file: &'a [u8]) -> Option<&'a [u8]> {
        let (tag, bytes) = file.split_at_checked(TAG_BYTES)?;
        self.tag(hash, bytes).verify_slice(tag).ok()?;
        Some(bytes)
    }

    fn tag(&self, hash: &str, bytes: &[u8]) -> Hmac<Sha256> {
        let mut tag = Hmac::<Sha256>::new(&self.key.into());
        // Both have a fixed length, so that no two inputs run together.
        tag.update(Sha256::digest(hash).as_slice());
        tag.update(&self.engine);
        tag.update(bytes);
        tag
    }

    fn path(&self, hash: &str) -> PathBuf {
        let engine = hex::encode(&self.engine[..8]);
        self.folder.join(format!("{hash}-{engine}.compiled"))
    }
}

fn refused(path: &Path, reason: String) -> SandboxError {
    SandboxError::Cache {
        path: path.display().to_string(),
        reason,
    }
}

/// Lets whatever implements [`Hash`] flow into SHA-256, whose results, unlike those of the standard hashers, stay the
/// same from one version of the compiler to the next.
struct Sha256Hasher(Sha256);

impl Hasher for Sha256Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        0
    }
}
