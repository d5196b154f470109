//! `porthole serve`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use porthole_config::Settings;
use porthole_identity::{Identity, IdentityError};

use super::settings::{self, SettingsArgs};
use crate::server::{self, Server};
use crate::settings_file::SettingsFile;
use crate::text::in_one_line;

/// Run the server.
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Serve {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let file = self.settings.file().map(SettingsFile::look);
        let settings = self.settings.load()?;
        let telemetry = settings::log(&settings)?;
        let store = settings::store(&settings)?;
        for fault in &store.current().diagnostics {
            tracing::warn!(file = %fault.file, line = fault.line, column = fault.column, "{}", fault.message);
        }
        let _claim = settings::claim(&settings.data_dir)?;
        let identity = awaited(&settings).await?;
        say_which(&settings, &identity).await?;
        let every = settings.reload;
        let server = Server::start(settings, identity, store).await?;
        tracing::info!("listening on http://{}", server.address()?);
        let followed = file
            .zip(every)
            .map(|(file, every)| tokio::spawn(file.follow(every)));
        server.run(server::asked_to_stop()).await?;
        if let Some(followed) = followed {
            followed.abort();
        }
        telemetry.close().await;
        Ok(ExitCode::SUCCESS)
    }
}

/// Says which central database is used, and that there is nobody in it: whoever has forgotten to name theirs has an empty one
/// in the data folder instead.
async fn say_which(settings: &Settings, identity: &Identity) -> anyhow::Result<()> {
    let place = settings::central_place(settings);
    tracing::info!("the central database: {place}");
    if !identity.has_accounts().await? {
        tracing::warn!(
            "the central database ({place}) has no accounts. If there should be some, this is not the one that has them: \
             PORTHOLE_CENTRAL_DATABASE_URL or `central_database.url` names another, and if neither is set it is a file in the data folder. \
             Otherwise `porthole user add EMAIL --admin` makes the first account"
        );
    }
    Ok(())
}

/// How long the start waits for the central database: machines and containers start in any order.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two attempts.
const PAUSE: Duration = Duration::from_secs(1);

/// Opens the central database, and waits for it if it is not there yet. Tenants' databases are opened when their panels are
/// asked for, and so are not waited for.
async fn awaited(settings: &Settings) -> anyhow::Result<Identity> {
    let begun = Instant::now();
    let mut has_said = false;
    loop {
        let error = match settings::identity(settings).await {
            Ok(identity) => return Ok(identity),
            Err(error) => error,
        };
        let is_worth_waiting = error
            .downcast_ref::<IdentityError>()
            .is_some_and(IdentityError::may_come_up);
        if !is_worth_waiting || begun.elapsed() > PATIENCE {
            return Err(error);
        }
        if !has_said {
            tracing::warn!(
                "waiting for the central database, for {} s at most: {}",
                PATIENCE.as_secs(),
                in_one_line(&error)
            );
            has_said = true;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
