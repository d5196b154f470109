//! `porthole plugin logs`.

use std::process::ExitCode;
use std::time::Duration;

use super::shelf::Whose;

/// How often --follow looks.
const EVERY: Duration = Duration::from_secs(1);

/// Show what a plugin wrote, and how its calls failed.
#[derive(clap::Args)]
pub struct Logs {
    /// The plugin's type name; a built-in one too.
    name: String,
    /// The newest so many lines.
    #[arg(long, short = 'n', value_name = "N", default_value_t = 50)]
    lines: usize,
    /// Go on until Ctrl+C.
    #[arg(long, short)]
    follow: bool,
    #[command(flatten)]
    whose: Whose,
}

impl Logs {
    /// Oldest first, one line each: when, how serious, for which panel, what.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let mut seen = self.whose.log(&self.name, self.lines).await?;
        seen.iter().for_each(print);
        if seen.is_empty() && !self.follow {
            eprintln!("{} has written nothing for {}", self.name, self.whose.tenant);
        }
        if !self.follow {
            return Ok(ExitCode::SUCCESS);
        }
        loop {
            tokio::time::sleep(EVERY).await;
            let now = self.whose.log(&self.name, 1_000).await?;
            // What stood there last time, wherever it stands now.
            let known = seen
                .last()
                .and_then(|last| now.iter().rposition(|line| line == last));
            now.iter().skip(known.map_or(0, |last| last + 1)).for_each(print);
            seen = now;
        }
    }
}

fn print(line: &porthole_model::PluginLogLine) {
    println!(
        "{} {:5} {} ({}): {}",
        line.at, line.level, line.panel, line.version, line.message
    );
}
