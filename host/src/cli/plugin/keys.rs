//! `porthole plugin keygen` and `porthole plugin sign`: minisign's own formats, so that its own program can do the same.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use super::publish::signature_path;

/// The variable with the password of a key, for scripts.
const PASSWORD: &str = "PORTHOLE_KEY_PASSWORD";
/// Of a secret key, whatever protects it.
const KEY_BYTES: usize = 158;

/// Make a pair of keys to sign plugins with: NAME.key, which stays with you, and NAME.pub, which goes to tenant.yaml.
#[derive(clap::Args)]
pub struct Keygen {
    /// Of the two files, without their endings.
    #[arg(default_value = "porthole")]
    name: PathBuf,
    /// Do not protect the secret key with a password, for machines that sign by themselves.
    #[arg(long)]
    no_password: bool,
}

impl Keygen {
    /// Overwrites nothing.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let (secret, public) = (ending(&self.name, "key"), ending(&self.name, "pub"));
        // Before a password is asked for.
        if let Some(there) = [&secret, &public]
            .into_iter()
            .find(|path| path.symlink_metadata().is_ok())
        {
            bail!(
                "{} is there already, and no key is overwritten: what it has signed would have to be signed again; give \
                 another name, as `porthole plugin keygen {}`, or move it away",
                there.display(),
                ending_of_another(&self.name)
            );
        }
        let pair = if self.no_password {
            KeyPair::generate_unencrypted_keypair()?
        } else {
            KeyPair::generate_encrypted_keypair(Some(password("Password for the new key: ")?))?
        };
        let text = pair.sk.to_box(Some("porthole plugin signing key"))?.into_string();
        write_new(&secret, &text, 0o600)?;
        write_new(&public, &pair.pk.to_box()?.into_string(), 0o644)?;
        println!(
            "{} (keep it secret) and {} are written",
            secret.display(),
            public.display()
        );
        println!("In the tenant's tenant.yaml:\n");
        println!(
            "  plugins:\n    require_signature: true\n    keys:\n      - \"{}\"",
            pair.pk.to_base64()
        );
        Ok(ExitCode::SUCCESS)
    }
}

/// Sign a component: writes its signature beside it, as FILE.minisig.
#[derive(clap::Args)]
pub struct Sign {
    /// The component.
    file: PathBuf,
    /// The secret key.
    #[arg(long, short, value_name = "FILE", default_value = "porthole.key")]
    key: PathBuf,
}

impl Sign {
    /// A password is asked for where the key has one, or taken from PORTHOLE_KEY_PASSWORD.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let bytes = std::fs::read(&self.file).with_context(|| self.file.display().to_string())?;
        let secret = secret_key(&self.key)?;
        let public = PublicKey::from_secret_key(&secret)?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let comment = format!("file:{name} sha256:{}", porthole_plugins::sha256(&bytes));
        // A damaged key signs as readily as a sound one; naming the public key has the signature checked.
        let signature = minisign::sign(Some(&public), &secret, Cursor::new(&bytes), Some(&comment), None)
            .with_context(|| format!("{} is damaged: what it signs does not fit it", self.key.display()))?;
        let path = signature_path(&self.file);
        std::fs::write(&path, signature.into_string()).with_context(|| path.display().to_string())?;
        println!(
            "{} is written, signed with {}",
            path.display(),
            public.to_base64()
        );
        Ok(ExitCode::SUCCESS)
    }
}

fn secret_key(path: &Path) -> anyhow::Result<SecretKey> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("{}: `porthole plugin keygen` makes a key", path.display()))?;
    let unreadable = || format!("{} is not a secret key of minisign", path.display());
    let read = SecretKeyBox::from_string(&text).with_context(unreadable)?;
    let key = text
        .lines()
        .nth(1)
        .and_then(|line| STANDARD.decode(line.trim()).ok());
    if key.is_none_or(|key| key.len() != KEY_BYTES) {
        bail!("{}", unreadable());
    }
    // Whether a key has a password shows when it is opened without one.
    if let Ok(key) = SecretKeyBox::from_string(&text)?.into_unencrypted_secret_key() {
        return Ok(key);
    }
    if let Some(key) = unchecked_key(&text) {
        return Ok(key);
    }
    read.into_secret_key(Some(password("Password of the key: ")?))
        .with_context(|| format!("{} cannot be opened with this password", path.display()))
}

/// A key that `minisign -G -W` made: without a password, and without the checksum that the others have.
fn unchecked_key(text: &str) -> Option<SecretKey> {
    const METHOD: std::ops::Range<usize> = 2..4;
    const CHECKSUM: usize = 32;
    let key = STANDARD.decode(text.lines().nth(1)?.trim()).ok()?;
    let is_empty = |part: Option<&[u8]>| part.is_some_and(|part| part.iter().all(|byte| *byte == 0));
    let is_one = key.len() == KEY_BYTES
        && key.starts_with(b"Ed")
        && is_empty(key.get(METHOD))
        && is_empty(key.get(KEY_BYTES - CHECKSUM..));
    is_one.then(|| SecretKey::from_bytes(&key).ok()).flatten()
}

fn password(prompt: &str) -> anyhow::Result<String> {
    if let Ok(password) = std::env::var(PASSWORD) {
        return Ok(password);
    }
    if !std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        bail!(
            "there is no terminal to ask for the key's password at; give it in {PASSWORD}, or make a key with --no-password"
        );
    }
    eprint!("{prompt}");
    std::io::stderr().flush()?;
    Ok(rpassword::read_password()?)
}

fn ending(name: &Path, ending: &str) -> PathBuf {
    let mut path = name.as_os_str().to_owned();
    path.push(".");
    path.push(ending);
    path.into()
}

/// A name that could be free.
fn ending_of_another(name: &Path) -> String {
    format!("{}-2", name.display())
}

/// Makes a file with these rights; one that is there stays as it is.
fn write_new(path: &Path, text: &str, mode: u32) -> anyhow::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    let mut file = options
        .open(path)
        .with_context(|| format!("{} cannot be made", path.display()))?;
    file.write_all(text.as_bytes())
        .with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// As `minisign -G -W` of version 0.11 writes it.
    const UNCHECKED: &str = "untrusted comment: minisign encrypted secret key\n\
        RWQAAEIyAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAn7AaevsT3J+RV+32JSrr34vH5q+y8ALDFPYAeLx1aWS2\
        xpI2cPNjFZLDH2LsqN+24kRPyik82Y9CPLhTeQRc6AJrtA2Z0YpEAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
    const ITS_PUBLIC_KEY: &str = "RWSfsBp6+xPcn5LDH2LsqN+24kRPyik82Y9CPLhTeQRc6AJrtA2Z0YpE";

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.key");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn a_key_that_minisign_made_without_a_password_signs() {
        let (folder, path) = written(UNCHECKED);
        let public = PublicKey::from_secret_key(&secret_key(&path).unwrap()).unwrap();
        assert_eq!(public.to_base64(), ITS_PUBLIC_KEY);
        let file = folder.path().join("panel.wasm");
        std::fs::write(&file, "panel").unwrap();
        let sign = Sign {
            file: file.clone(),
            key: path,
        };
        sign.run().unwrap();
        let signature = std::fs::read_to_string(signature_path(&file)).unwrap();
        let signature = minisign::SignatureBox::from_string(&signature).unwrap();
        minisign::verify(&public, &signature, Cursor::new(b"panel"), true, false, false).unwrap();
    }

    #[test]
    fn a_public_key_is_not_taken_for_a_secret_one_with_a_password() {
        let (_folder, path) = written(&format!("untrusted comment: x\n{ITS_PUBLIC_KEY}\n"));
        let refused = secret_key(&path).unwrap_err().to_string();
        assert!(refused.contains("not a secret key"), "{refused}");
    }

    #[test]
    fn a_damaged_key_signs_nothing() {
        let (folder, path) = written(&UNCHECKED.replace("n7AaevsT3J+RV", "n7AaevsT3J+SV"));
        let file = folder.path().join("panel.wasm");
        std::fs::write(&file, "panel").unwrap();
        let sign = Sign {
            file: file.clone(),
            key: path,
        };
        assert!(sign.run().unwrap_err().to_string().contains("damaged"));
        assert!(!signature_path(&file).exists());
    }

    #[test]
    fn a_key_is_never_overwritten_and_the_error_says_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let name = folder.path().join("ours");
        let keygen = || Keygen {
            name: name.clone(),
            no_password: true,
        };
        keygen().run().unwrap();
        let before = std::fs::read(ending(&name, "key")).unwrap();
        let refused = keygen().run().unwrap_err().to_string();
        assert!(
            refused.contains("is there already") && refused.contains("ours-2"),
            "{refused}"
        );
        assert_eq!(std::fs::read(ending(&name, "key")).unwrap(), before);
    }
}
