//! `porthole tenant add`: a folder with a dashboard that works, and the database behind it. All of it, or nothing.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use porthole_config::{Settings, is_id};
use porthole_data::provision::NewDatabase;
use porthole_identity::AuditEntry;
use secrecy::{ExposeSecret, SecretString};

use super::sample;
use crate::cli::actor::actor;
use crate::cli::reference::UrlReference;
use crate::cli::settings::{self, SettingsArgs};
use crate::owner::{Readers, hand_over};
use crate::text::in_one_line;

/// Add a tenant: its folder with a dashboard, and a database with a sample table.
#[derive(clap::Args)]
pub struct Add {
    /// Its id: a-z, 0-9, _ and -. Also the name of its folder.
    tenant: String,
    /// The name that readers see [default: the id].
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Make a database on a PostgreSQL server, whose administrator's URL is given by one of the --url options. Without
    /// it, the tenant's database is a SQLite file in the data folder.
    #[arg(long)]
    create_database: bool,
    /// What the new database is called there [default: the id, with _ for -].
    #[arg(long, value_name = "NAME", requires = "create_database")]
    database: Option<String>,
    #[command(flatten)]
    url: UrlReference,
    #[command(flatten)]
    settings: SettingsArgs,
}

/// What was made so far, to be taken back when the rest fails.
#[derive(Default)]
struct Made {
    files: Vec<PathBuf>,
    database: Option<NewDatabase>,
}

impl Made {
    async fn take_back(mut self) -> anyhow::Result<()> {
        for file in &self.files {
            match fs::remove_file(file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => {
                    return Err(error).with_context(|| file.display().to_string());
                }
                _ => {}
            }
        }
        if let Some(database) = &mut self.database {
            database.undo().await?;
        }
        Ok(())
    }
}

impl Add {
    /// Makes everything, and says what was made; or takes back what was made, and says why.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings.load()?;
        if !is_id(&self.tenant) {
            bail!(
                "`{}` cannot be a tenant's id: use a-z, 0-9, _ and -, beginning with a letter or digit, at most 100 characters",
                self.tenant.escape_debug()
            );
        }
        let name = self.name.clone().unwrap_or_else(|| self.tenant.clone());
        if name.trim().is_empty() || name.chars().any(char::is_control) || name.chars().count() > 200 {
            bail!("a tenant's name has 1 to 200 characters, all on one line");
        }
        let url = self.url.read()?;
        if url.is_some() && !self.create_database {
            bail!(
                "a URL is for --create-database; for a database that is there already, name it in the `tenant.yaml` that \
                 this command makes without a URL"
            );
        }
        let folder = settings.config_dir.join("tenants").join(&self.tenant);
        if folder.symlink_metadata().is_ok() {
            bail!(
                "there is a tenant `{}` already: {} is there",
                self.tenant,
                folder.display()
            );
        }
        let mut made = Made::default();
        let outcome = tokio::select! {
            outcome = self.make(&settings, &folder, &name, url, &mut made) => outcome,
            _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("stopped")),
        };
        if let Err(error) = outcome {
            if let Err(left) = made.take_back().await {
                eprintln!(
                    "warning: not everything could be taken back: {}",
                    in_one_line(&left)
                );
            }
            return Err(error.context(format!("the tenant `{}` was not added", self.tenant)));
        }
        let identity = settings::identity(&settings).await?;
        let config = settings::tenants(&settings)?;
        settings::make_known(&identity, &config, &self.tenant).await?;
        let entry = AuditEntry {
            action: "tenant_added".to_owned(),
            target: Some(self.tenant.clone()),
            tenant: Some(self.tenant.clone()),
            ..actor()
        };
        identity.audit(entry).await?;
        let kept = identity.grants_in(&self.tenant).await?;
        identity.close().await;
        if !kept.is_empty() {
            let emails: Vec<_> = kept.iter().map(|grant| grant.email.as_str()).collect();
            eprintln!(
                "warning: there was a tenant of this id before, and whoever was let into it is let into this one: {}; \
                 `porthole user revoke EMAIL {}` shuts them out",
                emails.join(", "),
                self.tenant
            );
        }
        println!(
            "a host that runs shows it within seconds; let somebody in with `porthole user grant EMAIL {}`",
            self.tenant
        );
        Ok(ExitCode::SUCCESS)
    }

    async fn make(
        &self,
        settings: &Settings,
        folder: &Path,
        name: &str,
        url: Option<SecretString>,
        made: &mut Made,
    ) -> anyhow::Result<()> {
        // Looked at first: what can be seen to fail must not first make a database.
        let partial = partial_folder(settings)?;
        let mut said = Vec::new();
        let database = if self.create_database {
            let Some(server) = url else {
                bail!(
                    "--create-database needs the URL of somebody who may make roles and databases on the server: --url-env \
                     VARIABLE or --url-file FILE"
                );
            };
            self.postgres(settings, &server, made, &mut said).await?
        } else {
            self.sqlite(settings, made, &mut said).await?
        };
        write_folder(partial, folder, name, &database)?;
        for line in said {
            println!("{line}");
        }
        println!(
            "{}: a tenant with a dashboard of sample data, to be changed",
            folder.display()
        );
        Ok(())
    }

    /// A file in the data folder; what stands in `tenant.yaml`.
    async fn sqlite(
        &self,
        settings: &Settings,
        made: &mut Made,
        said: &mut Vec<String>,
    ) -> anyhow::Result<String> {
        let url = format!("sqlite:tenants/{}.sqlite", self.tenant);
        let opened =
            settings::tenant_database_url(&url, settings).map_err(|reason| anyhow::anyhow!(reason))?;
        let path = PathBuf::from(opened.trim_start_matches("sqlite:"));
        if path.symlink_metadata().is_ok() {
            bail!(
                "{} is there already: remove it, or name it in a tenant.yaml of your own",
                path.display()
            );
        }
        for ending in ["", "-wal", "-shm"] {
            made.files
                .push(PathBuf::from(format!("{}{ending}", path.display())));
        }
        let rows = sample::load(&opened.into()).await?;
        let folder = path
            .parent()
            .filter(|folder| folder.starts_with(&settings.data_dir));
        for made in folder.into_iter().chain(made.files.iter().map(PathBuf::as_path)) {
            if made.exists() {
                hand_over(made, &settings.data_dir).with_context(|| made.display().to_string())?;
            }
        }
        said.push(format!(
            "{}: {rows} readings in the table `readings`",
            path.display()
        ));
        Ok(format!("url: {}", quoted(&url)))
    }

    /// A database of a server, and two files with the URLs of its roles; what stands in `tenant.yaml`.
    async fn postgres(
        &self,
        settings: &Settings,
        server: &SecretString,
        made: &mut Made,
        said: &mut Vec<String>,
    ) -> anyhow::Result<String> {
        let database = match &self.database {
            Some(database) => database.clone(),
            None => self.tenant.replace('-', "_"),
        };
        let secrets = settings.data_dir.join("secrets");
        let [reader, owner] =
            ["reader", "owner"].map(|role| secrets.join(format!("{}.{role}.url", self.tenant)));
        for file in [&reader, &owner] {
            if file.symlink_metadata().is_ok() {
                bail!(
                    "{} is there already, of a tenant that is gone perhaps: remove it first",
                    file.display()
                );
            }
        }
        let new = made.database.insert(NewDatabase::new(server, &database)?);
        let provisioned = new.create().await?;
        let rows = sample::load(&provisioned.owner)
            .await
            .context("the sample cannot be loaded into the new database")?;
        Readers::Owner
            .make_folder(&secrets)
            .and_then(|()| hand_over(&secrets, &settings.data_dir))
            .with_context(|| secrets.display().to_string())?;
        for (file, url) in [(&reader, &provisioned.reader), (&owner, &provisioned.owner)] {
            write_secret(file, url, made)?;
            // Written by root, and read by the host.
            hand_over(file, &settings.data_dir).with_context(|| file.display().to_string())?;
        }
        said.extend([
            format!("the database {database}: {rows} readings in the table `readings`"),
            format!("{}: the URL of its reader, which the host uses", reader.display()),
            format!(
                "{}: the URL of its owner, for `porthole import --url-file`",
                owner.display()
            ),
        ]);
        if !provisioned.open_to_all.is_empty() {
            eprintln!(
                "warning: on this server everybody may connect to {}, and so may the new roles; shut them with REVOKE CONNECT \
                 ON DATABASE … FROM PUBLIC",
                provisioned.open_to_all.join(", ")
            );
        }
        let file = fs::canonicalize(&reader).with_context(|| reader.display().to_string())?;
        let file = file
            .to_str()
            .context("the data folder has a name that is not UTF-8")?;
        Ok(format!("url_file: {}", quoted(file)))
    }
}

/// A text as a double-quoted scalar of YAML, which every string of JSON is.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Where the tenant's folder is made, beside its place.
fn partial_folder(settings: &Settings) -> anyhow::Result<tempfile::TempDir> {
    let tenants = settings.config_dir.join("tenants");
    let cannot = || {
        format!(
            "the configuration folder {} cannot be written to: run the command as who may, which is root where the folder is root's",
            settings.config_dir.display()
        )
    };
    fs::create_dir_all(&tenants).with_context(cannot)?;
    // In the folder that the tenant will be in: whoever may write above it may perhaps not write into it. Tenants' names begin
    // with no dot.
    tempfile::Builder::new()
        .prefix(".porthole-new-tenant-")
        .tempdir_in(&tenants)
        .with_context(cannot)
}

/// Puts the whole folder in its place at once, so that no host that looks at this moment sees half a tenant.
fn write_folder(partial: tempfile::TempDir, folder: &Path, name: &str, database: &str) -> anyhow::Result<()> {
    let yaml = format!("tenant:\n  name: {}\n  database:\n    {database}\n", quoted(name));
    fs::write(partial.path().join("tenant.yaml"), yaml)?;
    sample::write_files(partial.path())?;
    // A temporary folder is its maker's alone; configuration may be read by the host's user.
    #[cfg(unix)]
    fs::set_permissions(
        partial.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )?;
    // Fails when somebody else has made the tenant meanwhile.
    fs::rename(partial.path(), folder).with_context(|| folder.display().to_string())?;
    let _ = partial.keep();
    Ok(())
}

/// A file that only its owner reads, and that was not there before.
fn write_secret(path: &Path, secret: &SecretString, made: &mut Made) -> anyhow::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).with_context(|| path.display().to_string())?;
    made.files.push(path.to_owned());
    writeln!(file, "{}", secret.expose_secret()).with_context(|| path.display().to_string())?;
    file.sync_all().with_context(|| path.display().to_string())
}
