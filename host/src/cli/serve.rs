//! `porthole serve`.

use std::process::ExitCode;

use super::settings::{self, SettingsArgs};
use crate::server::{self, Server};

/// Run the server.
#[derive(clap::Args)]
pub struct Serve {
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Serve {
    /// Serves until the process is asked to stop.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings.load()?;
        settings::log(&settings)?;
        let store = settings::store(&settings)?;
        for fault in &store.current().diagnostics {
            tracing::warn!(file = %fault.file, line = fault.line, column = fault.column, "{}", fault.message);
        }
        let _claim = settings::claim(&settings.data_dir)?;
        let identity = settings::identity(&settings).await?;
        let server = Server::start(settings, identity, store).await?;
        tracing::info!("listening on http://{}", server.address()?);
        server.run(server::asked_to_stop()).await?;
        Ok(ExitCode::SUCCESS)
    }
}
