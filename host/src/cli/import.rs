//! `porthole import`: a CSV file into a tenant's database.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use porthole_data::import::{self, CsvImport, ImportError};
use porthole_data::load::Kind;
use secrecy::{ExposeSecret, SecretString};

use super::reference::UrlReference;
use super::settings::{self, SettingsArgs};
use crate::text::in_one_line;

/// Load a CSV file with a header line into a tenant's database: all of it, or nothing.
#[derive(clap::Args)]
pub struct Import {
    /// The file.
    file: PathBuf,
    /// Whose database.
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// The table; made when it is missing, appended to when it is there.
    #[arg(long, value_name = "NAME")]
    table: String,
    /// A column's type, where what the file looks like is not what it is: integer, real, boolean, timestamp, text.
    #[arg(long = "column", value_name = "NAME:TYPE", value_parser = import::parse_column)]
    columns: Vec<(String, Kind)>,
    /// A column that the file does not have, with the same text in every row.
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = label)]
    labels: Vec<(String, String)>,
    /// Instead of the tenant's own URL, where that is a reader's: of whoever may write.
    #[command(flatten)]
    url: UrlReference,
    #[command(flatten)]
    settings: SettingsArgs,
}

fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err(format!("`{text}` is not NAME=VALUE")),
    }
}

impl Import {
    /// Loads the file and says what was loaded.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings.load()?;
        let config = settings::tenants(&settings)?;
        let tenant = settings::tenant(&config, &self.tenant)?;
        let (url, place) = match (self.url.read()?, &tenant.database) {
            (Some(url), _) => (url, "the URL"),
            (None, Some(url)) => (url.clone(), tenant.file.as_str()),
            (None, None) => bail!("{} names no database: add `database:`", tenant.file),
        };
        let url: SecretString = settings::tenant_database_url(url.expose_secret(), &settings)
            .map_err(|reason| anyhow::anyhow!("{place}: {reason}"))?
            .into();
        let options = CsvImport {
            table: self.table.clone(),
            columns: self.columns,
            labels: self.labels,
        };
        let bar = ProgressBar::new(0).with_style(
            ProgressStyle::with_template("{bar:40} {percent:>3} %  {msg}").context("the progress bar")?,
        );
        let mut progress = |progress: import::Progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
            bar.set_message(format!("{} rows", progress.rows));
        };
        let imported = import::csv(&url, &self.file, &options, &mut progress).await;
        bar.finish_and_clear();
        let file = self.file.display();
        match imported {
            Ok(imported) => {
                // Rows of days gone by: what hosts have kept of those days is not true any more.
                let told = async {
                    let identity = settings::identity(&settings).await?;
                    let told = identity.data_changed(&self.tenant, "").await;
                    identity.close().await;
                    told.map_err(anyhow::Error::from)
                };
                if let Err(error) = told.await {
                    eprintln!(
                        "the central database could not be told, so that running hosts may show the days before as they \
                         were for up to a day: {}",
                        in_one_line(&error)
                    );
                }
                let columns: Vec<_> = imported
                    .columns
                    .iter()
                    .map(|(name, kind)| format!("{name} {}", kind_name(*kind)))
                    .collect();
                println!(
                    "{} of {file} {} {} ({})",
                    counted(imported.rows),
                    if imported.created {
                        "into the new table"
                    } else {
                        "added to"
                    },
                    self.table,
                    columns.join(", ")
                );
                for (name, count) in &imported.rounded {
                    println!(
                        "{count} of the numbers in `{name}` have more digits than a double; each was rounded to the nearest one \
                         (`--column {name}:text` keeps all digits)"
                    );
                }
                Ok(ExitCode::SUCCESS)
            }
            Err(ImportError::Rows { faults, total }) => {
                for fault in &faults {
                    eprintln!("{file}:{}: {}", fault.line, fault.message);
                }
                if total > faults.len() as u64 {
                    eprintln!("… and {} more", total - faults.len() as u64);
                }
                bail!("{} of {file} cannot be loaded, so nothing was", counted(total))
            }
            Err(error) => Err(error).with_context(|| format!("nothing of {file} was loaded")),
        }
    }
}

fn counted(rows: u64) -> String {
    match rows {
        1 => "1 row".to_owned(),
        rows => format!("{rows} rows"),
    }
}

fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Integer => "integer",
        Kind::Real => "real",
        Kind::Boolean => "boolean",
        Kind::Timestamp => "timestamp",
        Kind::Text => "text",
    }
}
