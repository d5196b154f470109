//! `porthole openapi`.

use std::process::ExitCode;

/// Print the description of the HTTP interface.
#[derive(clap::Args)]
pub struct OpenApi {
    /// OpenAPI 3.1 for programs, or every call with its line of curl for people.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

/// In which form.
#[derive(clap::ValueEnum, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Markdown,
}

impl OpenApi {
    /// Prints it.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match self.format {
            Format::Json => println!("{}", serde_json::to_string_pretty(&porthole_api::openapi()?)?),
            Format::Markdown => print!("{}", porthole_api::calls_in_markdown()?),
        }
        Ok(ExitCode::SUCCESS)
    }
}
