//! A running `porthole`.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use crate::postgres::free_port;
use crate::site::{Outcome, porthole};

const HEALTHY_WITHIN: Duration = Duration::from_secs(60);
/// A panel and what it stands on, from nothing, on a machine that is busy with other tests.
const BUILT_WITHIN: Duration = Duration::from_secs(900);

/// A `porthole` process on a free port of 127.0.0.1. Stopped on drop; a test that panics prints its log.
pub struct Host {
    process: Child,
    log: PathBuf,
    url: String,
    folder: TempDir,
}

impl Host {
    /// Runs the command made for a port and waits until the host there is healthy.
    pub(crate) async fn start(command: impl Fn(u16) -> Command) -> Self {
        let mut log = String::new();
        // Between finding a free port and listening on it somebody else may take it.
        for _ in 0..3 {
            let port = free_port();
            let mut host = Self::spawn(command(port), format!("http://127.0.0.1:{port}"));
            if host.is_healthy().await {
                return host;
            }
            log = host.log();
            if !log.to_lowercase().contains("in use") {
                break;
            }
        }
        panic!("porthole did not become healthy within {HEALTHY_WITHIN:?}:\n{log}");
    }

    /// The same at this port only.
    pub(crate) async fn start_at(port: u16, command: impl Fn(u16) -> Command) -> Self {
        let mut host = Self::spawn(command(port), format!("http://127.0.0.1:{port}"));
        if host.is_healthy().await {
            return host;
        }
        panic!(
            "porthole did not become healthy within {HEALTHY_WITHIN:?}:\n{}",
            host.log()
        );
    }

    /// Runs the command made for a port, and does not wait for anything.
    pub(crate) fn begin(command: impl Fn(u16) -> Command) -> Self {
        let port = free_port();
        Self::spawn(command(port), format!("http://127.0.0.1:{port}"))
    }

    /// Waits until the log has a line with this text.
    ///
    /// # Panics
    /// When the process ends before, or time is up; with the log.
    pub async fn says(&mut self, text: &str) {
        let deadline = Instant::now() + HEALTHY_WITHIN;
        while !self.log().contains(text) {
            let runs = matches!(self.process.try_wait(), Ok(None)) && Instant::now() < deadline;
            assert!(runs, "it did not say {text:?}:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Starts `porthole demo` in a new folder; returns it and the line it printed for programs.
    pub async fn demo() -> (Self, Value) {
        let folder = tempfile::Builder::new()
            .prefix("porthole-demo-")
            .tempdir()
            .expect("a temporary folder");
        let mut command = porthole();
        command
            .args(["demo", "--json", "--port", "0", "--data-dir"])
            .arg(folder.path().join("data"));
        command.current_dir(folder.path());
        let mut host = Self::spawn_in(command, String::new(), folder);
        let line = host.first_line();
        let line: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the demo printed {line:?}: {error}\n{}", host.log()));
        host.url = line["url"]
            .as_str()
            .expect("an address")
            .trim_end_matches('/')
            .to_owned();
        assert!(
            host.is_healthy().await,
            "the demo is not healthy:\n{}",
            host.log()
        );
        (host, line)
    }

    /// Runs `porthole` with these arguments over the data folder of a demo.
    pub fn run_beside(&self, arguments: &[&str]) -> Outcome {
        let data = self.folder.path().join("data");
        let mut command = porthole();
        command
            .current_dir(self.folder.path())
            .env("PORTHOLE_CONFIG_DIR", data.join("config"))
            .env("PORTHOLE_DATA_DIR", data);
        Outcome::of(command.args(arguments), "")
    }

    /// Starts `porthole plugin dev` on a panel's crate; returns it and the line it printed for programs. `target`: cargo's
    /// target folder. The component may have to be built first, which takes its time.
    pub async fn dev(project: &Path, target: &Path) -> (Self, Value) {
        let folder = tempfile::Builder::new()
            .prefix("porthole-dev-log-")
            .tempdir()
            .expect("a temporary folder");
        let mut command = porthole();
        command
            .args(["plugin", "dev", "--json", "--port", "0"])
            .arg(project)
            .env("CARGO_TARGET_DIR", target);
        let mut host = Self::spawn_in(command, String::new(), folder);
        let line = host.first_line_within(BUILT_WITHIN);
        let line: Value = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("the preview printed {line:?}: {error}\n{}", host.log()));
        let url = line["url"].as_str().expect("an address");
        host.url = url.split("/?").next().expect("an address").to_owned();
        assert!(
            host.is_healthy().await,
            "the preview is not healthy:\n{}",
            host.log()
        );
        (host, line)
    }

    /// Its address, as `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The memory it holds right now, KiB.
    pub fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.expect("the host runs on Linux");
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse().ok());
        number.expect("the system tells how much memory a process holds")
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }

    /// Sends it a signal, as `HUP`.
    pub fn signal(&self, name: &str) {
        let asked = Command::new("kill")
            .args([&format!("-{name}"), &self.process.id().to_string()])
            .status();
        assert!(asked.is_ok_and(|status| status.success()), "`kill` runs");
    }

    /// Asks it to stop, as a service manager does, and waits; its exit code.
    pub fn terminate(&mut self) -> Option<i32> {
        self.signal("TERM");
        self.process.wait().ok().and_then(|status| status.code())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    fn spawn(command: Command, url: String) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("porthole-log-")
            .tempdir()
            .expect("a temporary folder");
        Self::spawn_in(command, url, folder)
    }

    fn spawn_in(mut command: Command, url: String, folder: TempDir) -> Self {
        let log = folder.path().join("log");
        let process = command
            .stdin(Stdio::null())
            .stdout(File::create(folder.path().join("stdout")).expect("the output's file"))
            .stderr(File::create(&log).expect("the log's file"))
            .spawn()
            .expect("porthole runs");
        Self {
            process,
            log,
            url,
            folder,
        }
    }

    /// The first line of its standard output, which it must print while it starts.
    fn first_line(&mut self) -> String {
        self.first_line_within(HEALTHY_WITHIN)
    }

    fn first_line_within(&mut self, limit: Duration) -> String {
        let path = self.log.with_file_name("stdout");
        let deadline = Instant::now() + limit;
        while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            let mut text = String::new();
            if File::open(&path)
                .and_then(|mut file| file.read_to_string(&mut text))
                .is_ok()
                && let Some((line, _)) = text.split_once('\n')
            {
                return line.to_owned();
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        panic!("porthole printed no line within {limit:?}:\n{}", self.log());
    }

    async fn is_healthy(&mut self) -> bool {
        let http = crate::client::http().no_proxy().build().expect("an HTTP client");
        let deadline = Instant::now() + HEALTHY_WITHIN;
        while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            let answer = http.get(format!("{}/api/v1/health", self.url)).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        false
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // First the polite way, so that an orderly shutdown is exercised too; then the certain one.
        if matches!(self.process.try_wait(), Ok(None)) {
            let _ = Command::new("kill")
                .args(["-TERM", &self.process.id().to_string()])
                .status();
        }
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline && matches!(self.process.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("--- log of the host ---\n{}", self.log());
        }
    }
}
