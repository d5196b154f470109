//! The command line: one file per subcommand. Wires rooms together and prints; knows how none of them works.

mod actor;
mod backup;
mod demo;
mod diff;
mod doctor;
mod import;
mod openapi;
mod password;
mod plugin;
mod reference;
mod restore;
mod schema;
mod serve;
mod settings;
mod tenant;
mod token;
mod user;
mod validate;

pub use settings::tenant_database_url;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::text::in_one_line;

/// Operations dashboards for many tenants, in which every panel is a sandboxed WebAssembly component.
#[derive(Parser)]
#[command(name = "porthole", version, max_term_width = 110, propagate_version = true)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server.
    Serve(serve::Serve),
    /// Run the server with two sample tenants whose data keeps arriving; needs nothing else.
    Demo(demo::Demo),
    /// Check a configuration folder and report every fault with its place.
    Validate(validate::Validate),
    /// Show what a reload of the configuration would change.
    Diff(diff::Diff),
    /// Write JSON Schemas of the configuration's files, for editors.
    Schema(schema::Schema),
    /// Print the description of the HTTP interface, for programs or with a line of curl for each call.
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApi),
    /// Keep accounts, grants, published plugins and the configuration, while the host runs.
    Backup(backup::Backup),
    /// Put a backup back into an empty place.
    Restore(restore::Restore),
    /// Ask a tenant's database what its panels cost, and which index they lack.
    Doctor(doctor::Doctor),
    /// Load a CSV file into a tenant's database: all of it, or nothing.
    Import(import::Import),
    /// Add, list and change local accounts and what they may see.
    #[command(subcommand)]
    User(user::User),
    /// A tenant's own panels, from the first line of code to the dashboard.
    #[command(subcommand)]
    Plugin(plugin::Plugin),
    /// Add a tenant with its database, list tenants, switch one off and on.
    #[command(subcommand)]
    Tenant(tenant::Tenant),
    /// Make, list and revoke tokens for programs.
    #[command(subcommand)]
    Token(token::Token),
}

impl Cli {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        match self.command {
            Command::Serve(command) => command.run().await,
            Command::Demo(command) => command.run().await,
            Command::Validate(command) => command.run().await,
            Command::Diff(command) => command.run().await,
            Command::Schema(command) => command.run().await,
            Command::OpenApi(command) => command.run(),
            Command::Backup(command) => command.run().await,
            Command::Restore(command) => command.run().await,
            Command::Doctor(command) => command.run().await,
            Command::Import(command) => command.run().await,
            Command::User(command) => command.run().await,
            Command::Plugin(command) => command.run().await,
            Command::Tenant(command) => command.run().await,
            Command::Token(command) => command.run().await,
        }
    }
}

/// How a command ends that says with 0 and 1 what it found: with 2, when it could not look.
fn or_unusable(outcome: anyhow::Result<ExitCode>) -> ExitCode {
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {}", in_one_line(&error));
        ExitCode::from(2)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// What the parser would otherwise find wrong only when the command is used.
    #[test]
    fn every_command_can_be_parsed() {
        Cli::command().debug_assert();
    }
}
