//! `porthole plugin dev`: a panel on a dashboard in the browser, built again whenever its author saves.
//!
//! The real server runs over a temporary folder with one tenant, `dev`: the crate's panels are on its dashboard, the
//! crate's fixtures are in its database, and the component is a file of its `plugins/`, swapped whole at each build.

mod changes;
mod data;
mod site;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use porthole_config::{ConfigStore, Environment, Settings};
use porthole_identity::{Identity, NewUser, Role};
use porthole_toolkit::{Built, Project, WasmToolchain};
use secrecy::SecretString;
use serde_json::json;

use crate::cli::{password, settings};
use crate::server::{self, Server};

use super::used;
use crate::cli::actor::actor;
use crate::text::in_one_line;
use changes::Seen;
use site::{Site, TENANT};

/// How often the crate is looked at, and the tenant's folder.
const LOOK_EVERY: Duration = Duration::from_millis(400);

/// Who looks at the panel.
const EMAIL: &str = "dev@porthole.example";

/// Show a panel in the browser while it is written. Answers on this machine only.
#[derive(clap::Args)]
pub struct Dev {
    /// The crate's folder.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// The port; 0 takes a free one.
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Show the data of this database, which is only read, instead of the crate's fixtures: `postgres://…` or `sqlite:…`.
    #[arg(
        long,
        value_name = "URL",
        env = "PORTHOLE_DEV_DATABASE_URL",
        hide_env_values = true
    )]
    database: Option<String>,
    /// Print what the address and the account are as one line of JSON, for scripts: {"url", "email", "password"}.
    #[arg(long)]
    json: bool,
}

impl Dev {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let project = Project::open(&self.dir)?;
        // Before the socket is taken and the browser opened: without this, nothing will ever be seen.
        let toolchain = WasmToolchain::find()?;
        let folder = tempfile::Builder::new()
            .prefix("porthole-dev-")
            .tempdir()
            .context("no temporary folder")?;
        let mut settings = Settings {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            config_dir: folder.path().join("config"),
            data_dir: folder.path().join("data"),
            reload: Some(LOOK_EVERY),
            watch: None,
            ..Settings::default()
        };
        settings.log.level = "error".to_owned();
        let _telemetry = settings::log(&settings)?;
        let _claim = settings::claim(&settings.data_dir)?;

        let mut site = Site::new(&settings.config_dir, &settings.data_dir, self.database)?;
        let mut seen = Seen::of(&project.folder);
        report(site.show(&project).await);
        if let Some(built) = rebuilt(&project, &toolchain).await {
            site.install(&project, &built)?;
        }

        let store = ConfigStore::open(&settings.config_dir, Environment::default());
        let config = store.current();
        eprint!("{}", settings::listed(&config.diagnostics));
        let identity = settings::identity(&settings).await?;
        identity.sync_tenants(&server::tenant_records(&config)).await?;
        let password = account(&identity).await?;
        let server = Server::start(settings, identity, store).await.with_context(|| {
            format!(
                "the preview cannot start on port {}; `--port N` takes another, `--port 0` a free one",
                self.port
            )
        })?;
        let observer = used::Observer::default();
        let told = observer.clone();
        let server = server.observed(move |panel, outcome| told.tell(panel, outcome));
        announce(&format!("http://{}", server.address()?), &password, self.json);

        let following = tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK_EVERY).await;
                let Some(changed) = seen.look_again(&project.folder) else {
                    continue;
                };
                if changed.shown {
                    report(site.show(&project).await);
                }
                if changed.built
                    && let Some(built) = rebuilt(&project, &toolchain).await
                {
                    report(site.install(&project, &built));
                    observer.forget();
                }
            }
        });
        server.run(server::asked_to_stop()).await?;
        following.abort();
        Ok(ExitCode::SUCCESS)
    }
}

/// Builds the component; the compiler's messages, and ours, are in the terminal.
async fn rebuilt(project: &Project, toolchain: &WasmToolchain) -> Option<Built> {
    let (project, toolchain) = (project.clone(), toolchain.clone());
    let started = std::time::Instant::now();
    let built = tokio::task::spawn_blocking(move || project.build(&toolchain)).await;
    match built.map_err(anyhow::Error::new).and_then(|built| built) {
        Ok(built) => {
            eprintln!(
                "built in {:.1} s: {}, sha256 {}",
                started.elapsed().as_secs_f64(),
                used::bytes(built.bytes.len() as u64),
                built.sha256.get(..12).unwrap_or_default()
            );
            Some(built)
        }
        Err(error) => {
            eprintln!(
                "error: {}\nThe panel stays as it was; save again to try again.",
                in_one_line(&error)
            );
            None
        }
    }
}

fn report(outcome: anyhow::Result<()>) {
    if let Err(error) = outcome {
        eprintln!("error: {}", in_one_line(&error));
    }
}

async fn account(identity: &Identity) -> anyhow::Result<String> {
    let password = password::made_up();
    let new = NewUser {
        email: EMAIL.to_owned(),
        full_name: Some("Panel author".to_owned()),
        is_admin: true,
        password: Some(SecretString::from(password.clone())),
    };
    let user = identity.create_user(new, actor()).await?;
    identity.grant(user.id, TENANT, Role::Editor, actor()).await?;
    Ok(password)
}

fn announce(url: &str, password: &str, as_json: bool) {
    // The strip with what a view cost is the page's, and off unless it is asked for.
    let url = format!("{url}/?receipt=1");
    if as_json {
        println!("{}", json!({"url": url, "email": EMAIL, "password": password}));
    } else {
        println!("\n  The panel is at {url}\n\n    {EMAIL}   {password}\n\n  Ctrl+C stops.\n");
    }
}

/// The name of a file without its ending.
fn stem(path: &Path) -> String {
    path.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
