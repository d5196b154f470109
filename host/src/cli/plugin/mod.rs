//! `porthole plugin`: everything a panel's author does. One file per subcommand.

mod build;
mod inspect;
mod new;
mod record;
mod recorded;
mod test;
mod used;

use std::process::ExitCode;

/// Write panels: new ones, their components, their tests, a live preview.
#[derive(clap::Subcommand)]
pub enum Plugin {
    /// Make a panel's crate that builds and passes its tests at once.
    New(new::New),
    /// Build a panel's component.
    Build(build::Build),
    /// Run a panel's tests: natively, and its component in the sandbox.
    Test(test::Test),
    /// Say what a component is, needs, and would be allowed.
    Inspect(inspect::Inspect),
    /// Save real answers of a panel's sources as a fixture.
    Record(record::Record),
}

impl Plugin {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::New(command) => command.run(),
            Self::Build(command) => command.run(),
            Self::Test(command) => command.run().await,
            Self::Inspect(command) => command.run().await,
            Self::Record(command) => command.run().await,
        }
    }
}
