//! `porthole plugin new`: a panel's crate from a template.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::ensure;
use clap::builder::PossibleValuesParser;
use porthole_toolkit::{Kind, Names, create, write_sdk};

/// Make a panel's crate that builds and passes its tests at once.
#[derive(clap::Args)]
pub struct New {
    /// The panel's name: small letters, digits and hyphens.
    #[arg(required_unless_present = "sdk_only")]
    name: Option<String>,
    /// What the panel shows at first.
    #[arg(long, value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)), default_value = Kind::Chart.name())]
    kind: String,
    /// The crate's folder [default: the name].
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// Only write this porthole's SDK into the `vendor/` of a crate that is there already.
    #[arg(long, conflicts_with_all = ["name", "kind"])]
    sdk_only: bool,
}

impl New {
    /// Makes the crate and says what to type next.
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let Some(name) = self.name else {
            let folder = self.dir.unwrap_or_else(|| PathBuf::from("."));
            let vendor = folder.join("vendor");
            ensure!(
                vendor.join("porthole-sdk").is_dir(),
                "{} has no vendor/porthole-sdk: name the folder of a panel's crate with --dir",
                folder.display()
            );
            write_sdk(&vendor)?;
            println!(
                "{} is the SDK of porthole {}",
                vendor.display(),
                env!("CARGO_PKG_VERSION")
            );
            return Ok(ExitCode::SUCCESS);
        };
        let names = Names::of(&name)?;
        let kind: Kind = self.kind.parse().map_err(anyhow::Error::msg)?;
        let folder = self.dir.unwrap_or_else(|| PathBuf::from(&names.kebab));
        let created = create(&names, kind, &folder)?;
        println!("{}: a panel of the kind {kind}", created.folder.display());
        for file in &created.files {
            println!("  {file}");
        }
        println!("  vendor/ (the SDK)\n\nNext:\n  cd {}", created.folder.display());
        println!("  porthole plugin test   # its tests, natively and in the sandbox");
        println!("  porthole plugin dev    # see it in the browser while you write");
        Ok(ExitCode::SUCCESS)
    }
}
