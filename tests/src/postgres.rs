//! A throw-away PostgreSQL: made in a temporary folder, for one test, gone when the test is.

use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

const START_WITHIN: Duration = Duration::from_secs(60);
const ADVICE: &str = "these tests need PostgreSQL's server programs: run `cargo xtask setup --for test`, or install \
                      them (Debian: `apt-get install postgresql`), or name their folder in PORTHOLE_POSTGRES_BIN";

/// A running server of this test alone, on a free port of 127.0.0.1. Stopped and deleted on drop, also in a panic.
pub struct Cluster {
    // Fields drop in order: the server stops before its folder goes.
    server: Server,
    folder: TempDir,
    programs: PathBuf,
    password: String,
}

impl Cluster {
    /// Makes and starts a server; as the user `postgres` when the test runs as root, which PostgreSQL refuses.
    ///
    /// # Panics
    /// When PostgreSQL is not installed (saying how to install it) or does not start (with its log).
    pub fn start() -> Self {
        let programs = programs();
        let account = Account::current();
        let folder = tempfile::Builder::new()
            .prefix("porthole-pg-")
            .tempdir()
            .expect("a temporary folder");
        let password = uuid::Uuid::new_v4().simple().to_string();
        let password_file = folder.path().join("password");
        std::fs::write(&password_file, &password).expect("the password's file");
        account.own(folder.path());
        account.own(&password_file);

        let made = account
            .command(&programs.join("initdb"))
            .args([
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ])
            .arg("--pwfile")
            .arg(&password_file)
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .current_dir(folder.path())
            .output()
            .unwrap_or_else(|error| panic!("initdb does not run: {error}; {ADVICE}"));
        assert!(
            made.status.success(),
            "initdb failed: {}",
            String::from_utf8_lossy(&made.stderr)
        );

        // Between finding a free port and listening on it somebody else may take it.
        for _ in 0..5 {
            match Server::start(&programs, &account, folder.path()) {
                Ok(server) => {
                    return Self {
                        server,
                        folder,
                        programs,
                        password,
                    };
                }
                Err(log) => assert!(
                    log.contains("Address already in use"),
                    "PostgreSQL did not start:\n{log}"
                ),
            }
        }
        panic!("PostgreSQL found no free port in five attempts");
    }

    /// Makes an empty database and returns its address, with the password.
    pub fn create_database(&self, name: &str) -> String {
        self.sql("postgres", &format!("CREATE DATABASE \"{name}\""));
        self.url(name)
    }

    /// The address of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!(
            "postgres://postgres:{}@127.0.0.1:{}/{database}",
            self.password, self.server.port
        )
    }

    /// Runs statements with `psql` and returns what it prints: a line per row, columns separated by `|`.
    ///
    /// # Panics
    /// When a statement fails.
    pub fn sql(&self, database: &str, statements: &str) -> String {
        let output = Command::new(self.programs.join("psql"))
            .args([
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
            ])
            .args(["--host=127.0.0.1", "--username=postgres"])
            .arg(format!("--port={}", self.server.port))
            .arg(format!("--dbname={database}"))
            .arg(format!("--command={statements}"))
            .env("PGPASSWORD", &self.password)
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| panic!("psql does not run: {error}; {ADVICE}"));
        assert!(
            output.status.success(),
            "{statements}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// What the tools of PostgreSQL (`psql`, `pg_dump`, …) are told in the environment to use this server, as its
    /// superuser.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let path = std::env::var("PATH").unwrap_or_default();
        vec![
            ("PATH", format!("{}:{path}", self.programs.display())),
            ("PGHOST", "127.0.0.1".to_owned()),
            ("PGPORT", self.server.port.to_string()),
            ("PGUSER", "postgres".to_owned()),
            ("PGDATABASE", "postgres".to_owned()),
            ("PGPASSWORD", self.password.clone()),
        ]
    }

    /// Stops the server as if its machine had gone; its databases are still there for nobody.
    pub fn stop(&mut self) {
        self.server.stop();
    }

    /// Kills the server as a crash does: without a word to anybody.
    pub fn kill(&mut self) {
        let _ = Command::new("kill")
            .args(["-KILL", &self.server.process.id().to_string()])
            .status();
        let _ = self.server.process.wait();
    }

    /// Starts the server again, at the same address, with what it had.
    ///
    /// # Panics
    /// When it does not start, with its log.
    pub fn start_again(&mut self) {
        let deadline = Instant::now() + START_WITHIN;
        let port = self.server.port;
        loop {
            match Server::start_on(port, &self.programs, &Account::current(), self.folder.path()) {
                Ok(server) => {
                    self.server = server;
                    return;
                }
                // The last one's children may need a moment to notice that it has gone.
                Err(log) => assert!(
                    Instant::now() < deadline,
                    "PostgreSQL did not start again:\n{log}"
                ),
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// What the server has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

struct Server {
    process: Child,
    port: u16,
}

impl Server {
    /// Starts a server and waits until it answers; the error is its log.
    fn start(programs: &Path, account: &Account, folder: &Path) -> Result<Self, String> {
        Self::start_on(free_port(), programs, account, folder)
    }

    fn start_on(port: u16, programs: &Path, account: &Account, folder: &Path) -> Result<Self, String> {
        let log = std::fs::File::create(folder.join("log")).expect("the server's log");
        let process = account
            .command(&programs.join("postgres"))
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-h", "127.0.0.1", "-p", &port.to_string()])
            .args([
                "-c",
                "unix_socket_directories=",
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
            ])
            .args([
                "-c",
                "full_page_writes=off",
                "-c",
                "max_connections=60",
                "-c",
                "shared_buffers=64MB",
            ])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the server's log"))
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("postgres does not run: {error}; {ADVICE}"));
        let mut server = Self { process, port };

        let deadline = Instant::now() + START_WITHIN;
        while Instant::now() < deadline && matches!(server.process.try_wait(), Ok(None)) {
            let ready = Command::new(programs.join("pg_isready"))
                .args(["--quiet", "--host=127.0.0.1"])
                .arg(format!("--port={port}"))
                .status();
            if ready.is_ok_and(|status| status.success()) {
                return Ok(server);
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        server.stop();
        Err(std::fs::read_to_string(folder.join("log")).unwrap_or_default())
    }

    fn stop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            // SIGINT is PostgreSQL's fast shutdown: it ends its children, which a SIGKILL would leave behind.
            let asked = Command::new("kill")
                .args(["-INT", &self.process.id().to_string()])
                .status();
            if !asked.is_ok_and(|status| status.success()) {
                let _ = self.process.kill();
            }
        }
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Who runs the server.
enum Account {
    /// Whoever runs the test.
    Own,
    /// The test runs as root: the system's `postgres`.
    Postgres { user: u32, group: u32 },
}

impl Account {
    fn current() -> Self {
        if id(&["-u"]) != Some(0) {
            return Self::Own;
        }
        match (id(&["-u", "postgres"]), id(&["-g", "postgres"])) {
            (Some(user), Some(group)) => Self::Postgres { user, group },
            _ => panic!(
                "the test runs as root, PostgreSQL does not, and there is no user `postgres`; {ADVICE}"
            ),
        }
    }

    /// A command in this account; when it changes the account, one that ends with the test however the test ends.
    fn command(&self, program: &Path) -> Command {
        match self {
            Self::Own => Command::new(program),
            Self::Postgres { user, group } => {
                let mut command = Command::new("setpriv");
                command
                    .args([format!("--reuid={user}"), format!("--regid={group}")])
                    .args(["--clear-groups", "--pdeathsig=INT", "--"])
                    .arg(program);
                command
            }
        }
    }

    fn own(&self, path: &Path) {
        if let Self::Postgres { user, group } = self {
            chown(path, Some(*user), Some(*group)).expect("root gives a file away");
        }
    }
}

fn id(arguments: &[&str]) -> Option<u32> {
    let output = Command::new("id")
        .args(arguments)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}

/// The folder of `initdb` and `postgres`, which Debian keeps out of the PATH.
fn programs() -> PathBuf {
    if let Some(folder) = std::env::var_os("PORTHOLE_POSTGRES_BIN") {
        return folder.into();
    }
    let in_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut debian: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok().map(|entry| entry.path().join("bin")))
        .collect();
    debian.sort_by_key(|folder| std::cmp::Reverse(major_version(folder)));
    debian
        .into_iter()
        .chain(in_path)
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
        .unwrap_or_else(|| panic!("there is no `initdb` on this machine; {ADVICE}"))
}

fn major_version(bin: &Path) -> u32 {
    bin.parent()
        .and_then(Path::file_name)
        .and_then(|name| name.to_str())
        .and_then(|name| name.parse().ok())
        .unwrap_or(0)
}

/// A port of 127.0.0.1 that nobody listens on right now.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_answers_and_leaves_nothing_behind() {
        let cluster = Cluster::start();
        let folder = cluster.folder.path().to_owned();
        let process = cluster.server.process.id();
        let url = cluster.create_database("trial");
        assert!(url.starts_with("postgres://postgres:"));
        assert_eq!(cluster.sql("trial", "SELECT 1 + 1"), "2");
        drop(cluster);
        assert!(!folder.exists());
        assert!(!Path::new(&format!("/proc/{process}")).exists());
    }

    #[test]
    fn is_stopped_when_its_test_panics() {
        let (send, receive) = std::sync::mpsc::channel();
        let panicked = std::thread::spawn(move || {
            let cluster = Cluster::start();
            send.send(cluster.server.process.id()).unwrap();
            panic!("on purpose");
        });
        assert!(panicked.join().is_err());
        let process = receive.recv().unwrap();
        assert!(!Path::new(&format!("/proc/{process}")).exists());
    }
}
