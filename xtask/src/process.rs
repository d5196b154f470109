//! Running other programs.

use std::process::{Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// Runs a program that must succeed; what it prints is seen.
///
/// # Errors
/// When it does not run or fails; the message has the whole command.
pub fn run(command: &mut Command) -> anyhow::Result<()> {
    let status = command
        .stdin(Stdio::null())
        .status()
        .with_context(|| format!("cannot run {}", line(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", line(command));
    }
    Ok(())
}

/// Runs a program and keeps what it prints, whether or not it succeeds.
///
/// # Errors
/// When it does not run.
pub fn output(command: &mut Command) -> anyhow::Result<Output> {
    command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot run {}", line(command)))
}

/// Whether a program runs and succeeds; what it prints is not seen.
pub fn succeeds(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program for at most this long; none when it had to be ended.
///
/// # Errors
/// When it does not run.
pub fn run_within(command: &mut Command, limit: Duration) -> anyhow::Result<Option<ExitStatus>> {
    let mut process = command
        .stdin(Stdio::null())
        .spawn()
        .with_context(|| format!("cannot run {}", line(command)))?;
    let deadline = Instant::now() + limit;
    loop {
        if let Some(status) = process.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            // It may have ended between the two lines: either way it is gone afterwards.
            let _ = process.kill();
            process.wait()?;
            return Ok(None);
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The first file of this name in the folders of `PATH`.
pub fn find_in_path(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// A command as somebody would type it.
pub fn line(command: &Command) -> String {
    let mut line = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ends_a_program_that_takes_too_long() {
        let started = Instant::now();
        assert_eq!(
            run_within(Command::new("sleep").arg("60"), Duration::from_millis(200)).unwrap(),
            None
        );
        assert!(started.elapsed() < Duration::from_secs(10));
    }

    #[test]
    fn a_failure_names_the_whole_command() {
        let error = run(Command::new("ls").arg("/no/such/folder").stderr(Stdio::null())).unwrap_err();
        assert!(
            error.to_string().starts_with("ls /no/such/folder failed"),
            "{error}"
        );
    }
}
