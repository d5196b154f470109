//! A real host in a folder of its own: configuration, one reader, and the process.

use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use tempfile::TempDir;

/// The reader of every site.
pub const EMAIL: &str = "bench@example.org";
/// The reader's.
pub const PASSWORD: &str = "correct horse battery staple";

/// A process that ends with its owner.
pub struct Running(Child);

impl Running {
    /// Takes over a process.
    pub fn new(process: Child) -> Self {
        Self(process)
    }

    /// The process's id.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder with `config/` and `data/`, gone when this is dropped.
pub struct Site {
    folder: TempDir,
    porthole: PathBuf,
}

impl Site {
    /// An installation without tenants. `porthole` is the program.
    pub fn new(porthole: &Path) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        std::fs::create_dir_all(folder.path().join("data"))?;
        std::fs::create_dir_all(folder.path().join("config/tenants"))?;
        Ok(Self {
            folder,
            porthole: porthole.to_owned(),
        })
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file below `config/tenants`.
    pub fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let path = self.path().join("config/tenants").join(path);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        Ok(std::fs::write(path, text)?)
    }

    /// The program, told where its configuration and data are.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.porthole);
        command
            .current_dir(self.path())
            .env("PORTHOLE_CONFIG_DIR", self.path().join("config"))
            .env("PORTHOLE_DATA_DIR", self.path().join("data"))
            .env("PORTHOLE_LOG_LEVEL", "error");
        command
    }

    /// Somebody who may see these tenants.
    pub fn add_reader(&self, tenants: impl Iterator<Item = String>) -> anyhow::Result<()> {
        let mut user = self.command();
        user.args(["user", "add", EMAIL, "--password-stdin"]);
        for tenant in tenants {
            user.args(["--tenant", &tenant]);
        }
        let mut user = user.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
        user.stdin
            .take()
            .context("no input")?
            .write_all(PASSWORD.as_bytes())?;
        ensure!(user.wait()?.success(), "the reader cannot be added");
        Ok(())
    }

    /// Starts the host and waits until it is healthy; its address.
    pub async fn serve(&self) -> anyhow::Result<(Running, String)> {
        // Free now, and most likely still free in a moment.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let mut host = self.command();
        host.arg("serve")
            .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
        let host = Running(host.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
        let url = format!("http://127.0.0.1:{port}");
        for _ in 0..6000 {
            if reqwest::get(format!("{url}/api/v1/health"))
                .await
                .is_ok_and(|answer| answer.status().is_success())
            {
                return Ok((host, url));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        anyhow::bail!("the host does not become healthy")
    }
}

/// The reader's client, logged in.
pub async fn log_in(url: &str) -> anyhow::Result<reqwest::Client> {
    let client = reqwest::Client::builder().cookie_store(true).no_proxy().build()?;
    client
        .post(format!("{url}/api/v1/auth/login"))
        .json(&serde_json::json!({ "email": EMAIL, "password": PASSWORD }))
        .send()
        .await?
        .error_for_status()?;
    Ok(client)
}
