//! Porthole's one binary: the server and its command line.

mod cli;
mod data_changes;
mod faults;
mod files;
mod metrics;
mod observe;
mod owner;
mod provider;
mod refused_logins;
mod retention;
mod served;
mod server;
mod switched_off;
mod text;
mod watch;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    // Before anything else: this process is one that compiles for another, and limits itself before it has threads.
    let arguments: Vec<String> = std::env::args().collect();
    if let Some((server::COMPILE, numbers)) = arguments.get(1..).and_then(|rest| {
        let (first, numbers) = rest.split_first()?;
        Some((first.as_str(), numbers))
    }) {
        return porthole_sandbox::compile_for_parent(numbers).into();
    }
    let cli = cli::Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: the runtime cannot start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let code = match runtime.block_on(cli.run()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {}", in_one_line(&error));
            ExitCode::FAILURE
        }
    };
    // Blocking work that nobody waits for any more (a hash, a compilation) must not hold up the end.
    runtime.shutdown_background();
    code
}

/// An error and its causes. Some say their cause in their own sentence, which then is not said again.
fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for said in error.chain().map(ToString::to_string) {
        if line.is_empty() {
            line = said;
        } else if !line.contains(&said) {
            line.push_str(": ");
            line.push_str(&said);
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::in_one_line;

    /// As many errors of libraries are: its sentence ends with its cause's.
    #[derive(Debug)]
    struct Repeating(std::io::Error);

    impl std::fmt::Display for Repeating {
        fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(to, "the server does not answer: {}", self.0)
        }
    }

    impl std::error::Error for Repeating {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn what_an_error_has_said_already_is_not_said_again() {
        let cause = std::io::Error::other("connection refused");
        let error = anyhow::Error::new(Repeating(cause)).context("nothing was added");
        assert_eq!(
            in_one_line(&error),
            "nothing was added: the server does not answer: connection refused"
        );
        let plain = anyhow::anyhow!("no such file").context("config/porthole.yaml");
        assert_eq!(in_one_line(&plain), "config/porthole.yaml: no such file");
    }
}
