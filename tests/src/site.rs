//! One installation: a folder with tenants and data, and the command line on it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::{Host, places};

/// What a command of `porthole` said.
#[derive(Debug)]
pub struct Outcome {
    /// Its exit code; none when a signal ended it.
    pub code: Option<i32>,
    /// What it wrote for programs.
    pub stdout: String,
    /// What it wrote for people.
    pub stderr: String,
}

impl Outcome {
    /// Runs a command to its end, with text on its standard input.
    pub fn of(command: &mut Command, input: &str) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("porthole runs");
        // A command that does not read its input may be gone by now: that is not this function's to judge.
        let _ = process.stdin.take().expect("a pipe").write_all(input.as_bytes());
        let output = process.wait_with_output().expect("porthole ends");
        Self {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The standard output of a command that must have succeeded.
    ///
    /// # Panics
    /// When it has not, with all it said.
    #[track_caller]
    pub fn ok(self) -> String {
        assert_eq!(self.code, Some(0), "{}{}", self.stdout, self.stderr);
        self.stdout
    }

    /// Everything said by a command that must have failed in an orderly way.
    ///
    /// # Panics
    /// When it succeeded, panicked or was killed.
    #[track_caller]
    pub fn failed(self) -> String {
        let said = format!("{}{}", self.stdout, self.stderr);
        assert!(
            matches!(self.code, Some(code) if code != 0 && code != 101),
            "exit code {:?}: {said}",
            self.code
        );
        assert!(!said.contains("panicked at"), "{said}");
        said
    }
}

/// A folder with `config/` and `data/` that is deleted on drop.
pub struct Site {
    folder: TempDir,
    variables: Vec<(String, String)>,
}

impl Site {
    /// An installation without tenants; its central database is a SQLite file.
    pub fn new() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("porthole-site-")
            .tempdir()
            .expect("a temporary folder");
        std::fs::create_dir_all(folder.path().join("config/tenants")).expect("the configuration's folder");
        std::fs::create_dir_all(folder.path().join("data")).expect("the data's folder");
        Self {
            folder,
            variables: Vec::new(),
        }
    }

    /// The same with a setting: `with("PORTHOLE_CENTRAL_DATABASE_URL", …)`.
    pub fn with(mut self, variable: &str, value: &str) -> Self {
        self.variables.push((variable.to_owned(), value.to_owned()));
        self
    }

    /// The folder of the configuration, which holds `tenants/`.
    pub fn config(&self) -> PathBuf {
        self.folder.path().join("config")
    }

    /// The folder of the data.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Writes a file of the configuration, as `tenants/one/panels/load.yaml`, with its folders.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.config().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the file's folder");
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Adds a tenant with the dashboards and panels of a folder of `config/` in the checkout, as `examples/servers`,
    /// and a database of its own.
    pub fn tenant_like(&self, tenant: &str, model: &str, database: &str) {
        let model = places::workspace().join("config").join(model);
        copy_folder(&model, &self.config().join("tenants").join(tenant));
        self.tenant(tenant, database);
    }

    /// Writes a tenant's `tenant.yaml`.
    pub fn tenant(&self, tenant: &str, database: &str) {
        self.tenant_with(tenant, database, "");
    }

    /// The same with more lines below `tenant:`.
    pub fn tenant_with(&self, tenant: &str, database: &str, more: &str) {
        let yaml = format!("tenant:\n  name: \"{tenant}\"\n  database:\n    url: \"{database}\"\n{more}");
        self.write(&format!("tenants/{tenant}/tenant.yaml"), &yaml);
    }

    /// Adds somebody who may see these tenants. The password is as good as the host wants it.
    pub fn add_user(&self, email: &str, password: &str, tenants: &[&str]) {
        let mut arguments = vec!["user", "add", email, "--password-stdin"];
        for tenant in tenants {
            arguments.extend(["--tenant", tenant]);
        }
        self.run_with_input(&arguments, password).ok();
    }

    /// Adds an administrator with grants for these tenants.
    pub fn add_admin(&self, email: &str, password: &str, tenants: &[&str]) {
        let mut arguments = vec!["user", "add", email, "--admin", "--password-stdin"];
        for tenant in tenants {
            arguments.extend(["--tenant", tenant]);
        }
        self.run_with_input(&arguments, password).ok();
    }

    /// Writes a file that is not text into the configuration, whole or not at all, as a careful copying tool does.
    pub fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.config().join(path);
        std::fs::create_dir_all(path.parent().expect("a file has a folder")).expect("the file's folder");
        let partial = path.with_extension("partial");
        std::fs::write(&partial, bytes).unwrap_or_else(|error| panic!("{}: {error}", partial.display()));
        std::fs::rename(&partial, &path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }

    /// Imports a CSV file with the documented command; `options` follow the table.
    pub fn import(&self, file: &Path, tenant: &str, table: &str, options: &[&str]) -> Outcome {
        let file = file.to_str().expect("a path in UTF-8");
        let mut arguments = vec!["import", file, "--tenant", tenant, "--table", table];
        arguments.extend_from_slice(options);
        self.run(&arguments)
    }

    /// Runs `porthole` with these arguments on this installation.
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        self.run_with_input(arguments, "")
    }

    /// The same with text on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Outcome {
        Outcome::of(self.command().args(arguments), input)
    }

    /// The same with further variables.
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
        let variables = variables.iter().copied();
        Outcome::of(self.command().envs(variables).args(arguments), "")
    }

    /// Starts `porthole serve` on a free port and waits until it is healthy.
    pub async fn serve(&self) -> Host {
        Host::start(|port| {
            let mut command = self.command();
            command
                .arg("serve")
                .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
            command
        })
        .await
    }

    /// Starts `porthole serve` on a free port and waits for nothing.
    pub fn begin_serving(&self) -> Host {
        Host::begin(|port| {
            let mut command = self.command();
            command
                .arg("serve")
                .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
            command
        })
    }

    /// Starts `porthole serve` on this port, which must be free.
    pub async fn serve_at(&self, port: u16) -> Host {
        Host::start_at(port, |port| {
            let mut command = self.command();
            command
                .arg("serve")
                .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
            command
        })
        .await
    }

    /// Starts `porthole serve` and kills it so much later, wherever in its start it is.
    pub async fn serve_and_kill(&self, after: std::time::Duration) {
        let mut command = self.command();
        command.arg("serve").env("PORTHOLE_LISTEN", "127.0.0.1:0");
        let process = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let mut process = process.expect("porthole runs");
        tokio::time::sleep(after).await;
        let _ = process.kill();
        let _ = process.wait();
    }

    /// Starts one more `porthole serve` over the same configuration and central database, with a data folder of its own, as
    /// a second machine has.
    pub async fn serve_replica(&self, number: usize) -> Host {
        self.serve_replica_with(number, &[]).await
    }

    /// The same at this port, which must be free: one that is started again.
    pub async fn serve_replica_at(&self, number: usize, port: u16) -> Host {
        let data = self.folder.path().join(format!("data-{number}"));
        Host::start_at(port, |port| {
            let mut command = self.command();
            command
                .arg("serve")
                .env("PORTHOLE_DATA_DIR", &data)
                .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
            command
        })
        .await
    }

    /// The same with settings of its own, as a machine has that was set up differently.
    pub async fn serve_replica_with(&self, number: usize, own: &[(&str, &str)]) -> Host {
        let data = self.folder.path().join(format!("data-{number}"));
        Host::start(|port| {
            let mut command = self.command();
            command
                .arg("serve")
                .env("PORTHOLE_DATA_DIR", &data)
                .envs(own.iter().copied())
                .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
            command
        })
        .await
    }

    /// `porthole` with this installation's settings and none of the surrounding ones.
    fn command(&self) -> Command {
        let mut command = porthole();
        command
            .current_dir(self.folder.path())
            .env("PORTHOLE_CONFIG_DIR", self.config())
            .env("PORTHOLE_DATA_DIR", self.data())
            .envs(self.variables.iter().map(|(variable, value)| (variable, value)));
        command
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

/// `porthole` without any of the settings that surround the test.
pub fn porthole() -> Command {
    let mut command = Command::new(places::porthole());
    for (variable, _) in std::env::vars_os() {
        if variable.to_string_lossy().starts_with("PORTHOLE_") {
            command.env_remove(variable);
        }
    }
    command
}

fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    let entries = std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
    for entry in entries {
        let entry = entry.expect("a folder's entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file's type").is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), &target).expect("a copy");
        }
    }
}
