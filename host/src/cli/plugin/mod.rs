//! `porthole plugin`: a tenant's own panels, from the crate to the dashboard. One file per subcommand.

mod build;
mod dev;
mod inspect;
mod keys;
mod lock;
mod logs;
mod new;
mod publish;
mod record;
mod recorded;
mod remote;
mod shelf;
mod test;
mod used;

use std::process::ExitCode;

/// A tenant's own panels, from the first line of code to the dashboard.
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
    /// Show a panel in the browser while it is written.
    Dev(dev::Dev),
    /// Save real answers of a panel's sources as a fixture.
    Record(record::Record),
    /// Publish a component, so that the tenant's panels can use it at once.
    Publish(publish::Publish),
    /// List a tenant's plugins with their versions.
    List(shelf::List),
    /// Let a published version answer.
    Activate(shelf::Activate),
    /// Let the version answer that did before.
    Rollback(shelf::Rollback),
    /// Let no version of a plugin answer.
    Deactivate(shelf::Deactivate),
    /// Remove a published version, or a plugin with all its versions.
    Remove(shelf::Remove),
    /// Show what a plugin wrote.
    Logs(logs::Logs),
    /// Pin the plugins a tenant has now by their hashes: writes its plugins.lock.
    Lock(lock::Lock),
    /// Make a pair of keys to sign plugins with.
    Keygen(keys::Keygen),
    /// Sign a component: writes its .minisig file.
    Sign(keys::Sign),
}

impl Plugin {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self {
            Self::New(command) => command.run(),
            Self::Build(command) => command.run(),
            Self::Test(command) => command.run().await,
            Self::Inspect(command) => command.run().await,
            Self::Dev(command) => command.run().await,
            Self::Record(command) => command.run().await,
            Self::Publish(command) => command.run().await,
            Self::List(command) => command.run().await,
            Self::Activate(command) => command.run().await,
            Self::Rollback(command) => command.run().await,
            Self::Deactivate(command) => command.run().await,
            Self::Remove(command) => command.run().await,
            Self::Logs(command) => command.run().await,
            Self::Lock(command) => command.run().await,
            Self::Keygen(command) => command.run(),
            Self::Sign(command) => command.run(),
        }
    }
}
