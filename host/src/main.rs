//! Porthole's one binary: the server and its command line.

mod broken_pipe;
mod cli;
mod data_changes;
mod faults;
mod files;
mod interface;
mod metrics;
mod notify;
mod observe;
mod owner;
mod provider;
mod refused_logins;
mod retention;
mod served;
mod server;
mod settings_file;
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
    broken_pipe::end_quietly();
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
            eprintln!("error: {}", text::in_one_line(&error));
            ExitCode::FAILURE
        }
    };
    // Blocking work that nobody waits for any more (a hash, a compilation) must not hold up the end.
    runtime.shutdown_background();
    code
}
