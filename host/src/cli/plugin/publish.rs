//! `porthole plugin publish`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use porthole_plugins::Upload;

use super::shelf::Whose;

/// Publish a component, so that the tenant's panels can use it at once.
#[derive(clap::Args)]
pub struct Publish {
    /// The component, as `porthole plugin build` makes it. A signature beside it, FILE.minisig, goes with it.
    file: PathBuf,
    /// Keep it, and let the version that answers now answer on.
    #[arg(long)]
    inactive: bool,
    #[command(flatten)]
    whose: Whose,
}

impl Publish {
    /// Says what was published, and how a panel uses it.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let bytes = std::fs::read(&self.file).with_context(|| self.file.display().to_string())?;
        let upload = Upload {
            bytes,
            signature: signature_of(&self.file)?,
            activate: !self.inactive,
        };
        let published = self.whose.open().await?.publish(upload).await;
        let published = published.with_context(|| format!("{} was not published", self.file.display()))?;
        println!(
            "{} {} is published for {}{}",
            published.name,
            published.version,
            self.whose.tenant,
            if published.active { " and answers now" } else { "" }
        );
        println!("    sha256 {}", published.sha256);
        if let Some(key) = &published.signed_by {
            println!("    signed by {key}");
        }
        match &published.endpoint {
            Some(endpoint) => println!("    a panel uses it with `endpoint: /api/v1/custom/{endpoint}`"),
            None => println!("    a panel uses it with `type: {}`", published.name),
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The text of the signature beside a component, if there is one.
pub fn signature_of(file: &Path) -> anyhow::Result<Option<String>> {
    let path = signature_path(file);
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| path.display().to_string()),
    }
}

/// `heat.wasm.minisig` for `heat.wasm`.
pub fn signature_path(file: &Path) -> PathBuf {
    let mut path = file.as_os_str().to_owned();
    path.push(".minisig");
    path.into()
}
