//! `porthole demo`: two sample tenants whose data keeps arriving, with nothing to set up.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::Utc;
use porthole_config::{Config, ConfigStore, Environment, Settings};
use porthole_demo::Feed;
use porthole_identity::{Identity, NewUser, Role};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use super::actor::actor;
use super::password;
use super::settings::{self, listed};
use crate::server::{self, Server};

/// Run the server with two sample tenants whose data keeps arriving. Answers on this machine only.
#[derive(clap::Args)]
pub struct Demo {
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Keep everything in this folder; without it, a temporary folder is used and removed at the end.
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Print one line of JSON, for scripts: {"url", "accounts": [{"email", "password", "admin", "tenants"}]}.
    #[arg(long)]
    json: bool,
}

/// What is printed.
#[derive(Serialize)]
struct Announcement {
    url: String,
    accounts: Vec<Account>,
}

#[derive(Serialize)]
struct Account {
    email: &'static str,
    password: String,
    admin: bool,
    tenants: &'static [&'static str],
    #[serde(skip)]
    name: &'static str,
}

impl Demo {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let temporary = match self.data_dir {
            Some(_) => None,
            None => Some(
                tempfile::Builder::new()
                    .prefix("porthole-demo-")
                    .tempdir()
                    .context("no temporary folder")?,
            ),
        };
        let data_dir = match (&self.data_dir, &temporary) {
            (Some(folder), _) => std::path::absolute(folder)?,
            (None, Some(folder)) => folder.path().to_path_buf(),
            (None, None) => bail!("there is no folder for the demo's data"),
        };
        let mut settings = Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            config_dir: data_dir.join("config"),
            data_dir,
            watch: None,
            ..Settings::default()
        };
        settings.log.level = "warn".to_owned();
        let _telemetry = settings::log(&settings)?;
        let _claim = settings::claim(&settings.data_dir)?;
        porthole_demo::write_configuration(&settings.config_dir).with_context(|| {
            format!(
                "the sample configuration cannot be written to {}",
                settings.config_dir.display()
            )
        })?;
        let store = ConfigStore::open(&settings.config_dir, Environment::default());
        let config = store.current();
        if !config.diagnostics.is_empty() {
            eprint!("{}", listed(&config.diagnostics));
        }
        let (identity, feeds) =
            tokio::try_join!(settings::identity(&settings), open_feeds(&config, &settings))?;
        identity.sync_tenants(&server::tenant_records(&config)).await?;
        let accounts = accounts(&identity).await?;
        let server = Server::start(settings, identity, store).await.with_context(|| {
            format!(
                "the demo cannot start on port {}; `--port N` takes another, `--port 0` a free one",
                self.port
            )
        })?;
        let announcement = Announcement {
            url: format!("http://{}", server.address()?),
            accounts,
        };
        let feeding: Vec<_> = feeds
            .into_iter()
            .map(|feed| {
                let changes = server.data_changes();
                let tenant = feed.tenant();
                tokio::spawn(async move {
                    let older_days_are_there = async move {
                        if let Err(error) = changes.tell(tenant, "").await {
                            tracing::warn!(tenant, "older days may not be shown: {error}");
                        }
                    };
                    let Err(error) = feed.run(older_days_are_there).await;
                    tracing::error!("no more sample data: {error}");
                })
            })
            .collect();
        announce(&announcement, self.json)?;
        server.run(server::asked_to_stop()).await?;
        for feed in feeding {
            feed.abort();
            let _ = feed.await;
        }
        Ok(ExitCode::SUCCESS)
    }
}

async fn open_feeds(config: &Config, settings: &Settings) -> anyhow::Result<Vec<Feed>> {
    let now = Utc::now().timestamp();
    let mut opening = tokio::task::JoinSet::new();
    for id in porthole_demo::tenants() {
        let tenant = settings::tenant(config, id)?;
        let Some(url) = &tenant.database else {
            bail!("{} names no database", tenant.file)
        };
        let url: SecretString = settings::database_url(url.expose_secret(), &settings.data_dir).into();
        opening.spawn(async move { Feed::open(id, &url, now).await });
    }
    let mut feeds = Vec::new();
    while let Some(feed) = opening.join_next().await {
        feeds.push(feed??);
    }
    Ok(feeds)
}

/// Makes the sample accounts, all with one new password, or gives those of an earlier run a new one.
async fn accounts(identity: &Identity) -> anyhow::Result<Vec<Account>> {
    let password = password::made_up();
    let account = |email, name, admin, tenants| Account {
        email,
        password: password.clone(),
        admin,
        tenants,
        name,
    };
    let accounts = vec![
        account(
            "admin@porthole.example",
            "Ada Admin",
            true,
            &["tenant-alpha", "tenant-beta"][..],
        ),
        account("maria@alpha.example", "Maria Rossi", false, &["tenant-alpha"]),
        account("ben@beta.example", "Ben Okafor", false, &["tenant-beta"]),
    ];
    for account in &accounts {
        let secret = SecretString::from(account.password.clone());
        let id = match identity.find_user(account.email).await? {
            Some(user) => {
                identity.set_password(user.id, &secret, false, actor()).await?;
                user.id
            }
            None => {
                let new = NewUser {
                    email: account.email.to_owned(),
                    full_name: Some(account.name.to_owned()),
                    is_admin: account.admin,
                    password: Some(secret),
                };
                identity.create_user(new, actor()).await?.id
            }
        };
        for tenant in account.tenants {
            identity.grant(id, tenant, Role::Viewer, actor()).await?;
        }
    }
    Ok(accounts)
}

fn announce(announcement: &Announcement, json: bool) -> anyhow::Result<()> {
    if json {
        println!("{}", serde_json::to_string(announcement)?);
        return Ok(());
    }
    println!("\n  Porthole is at {}\n", announcement.url);
    for account in &announcement.accounts {
        println!(
            "    {:24} {}   {}{}",
            account.email,
            account.password,
            account.tenants.join(", "),
            if account.admin { " (admin)" } else { "" }
        );
    }
    println!("\n  New data arrives every ten seconds. Ctrl+C stops.\n");
    Ok(())
}
