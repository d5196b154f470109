//! `porthole plugin keygen` and `porthole plugin sign`: minisign's own formats, so that its own program can do the same.

use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use minisign::{KeyPair, PublicKey, SecretKey, SecretKeyBox};

use super::publish::signature_path;

/// The variable with the password of a key, for scripts.
const PASSWORD: &str = "PORTHOLE_KEY_PASSWORD";

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
        let pair = if self.no_password {
            KeyPair::generate_unencrypted_keypair()?
        } else {
            KeyPair::generate_encrypted_keypair(Some(password("Password for the new key: ")?))?
        };
        let (secret, public) = (ending(&self.name, "key"), ending(&self.name, "pub"));
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
        let signature = minisign::sign(Some(&public), &secret, Cursor::new(&bytes), Some(&comment), None)?;
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
    // Whether a key has a password shows when it is opened without one.
    if let Ok(key) = SecretKeyBox::from_string(&text)?.into_unencrypted_secret_key() {
        return Ok(key);
    }
    read.into_secret_key(Some(password("Password of the key: ")?))
        .with_context(|| format!("{} cannot be opened with this password", path.display()))
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
