//! The proxy in front of hosts, with the very file that the compose file mounts.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::places;
use crate::postgres::free_port;

const UPSTREAM: &str = "server porthole:8080 max_fails=0;";
const UP_WITHIN: Duration = Duration::from_secs(20);

/// A running nginx on a free port of 127.0.0.1, with `docker/nginx-http.conf`.
pub struct Nginx {
    process: Child,
    url: String,
    folder: TempDir,
}

impl Nginx {
    /// Starts it in front of these addresses, as `http://127.0.0.1:8080`.
    ///
    /// # Panics
    /// When there is no nginx on this machine, with the sentence that says what to type.
    pub async fn before(hosts: &[&str]) -> Self {
        let port = free_port();
        let folder = tempfile::Builder::new()
            .prefix("porthole-nginx-")
            .tempdir()
            .expect("a temporary folder");
        let shipped = std::fs::read_to_string(places::workspace().join("docker/nginx-http.conf"))
            .expect("the shipped file");
        assert!(shipped.contains(UPSTREAM) && shipped.contains("listen 8080;"));
        let upstreams: String = hosts
            .iter()
            .map(|host| UPSTREAM.replace("porthole:8080", host.trim_start_matches("http://")))
            .collect();
        let site = shipped
            .replace(UPSTREAM, &upstreams)
            .replace("listen 8080;", &format!("listen 127.0.0.1:{port};"));
        let path = folder.path().display();
        // What the image's own nginx.conf says around the file, as far as it matters here.
        let user = if std::env::var("USER").as_deref() == Ok("root") || is_root() {
            "user root;\n"
        } else {
            ""
        };
        let whole = format!(
            "{user}pid {path}/pid;\nerror_log {path}/error.log warn;\nworker_processes 2;\nevents {{}}\nhttp {{\naccess_log off;\n\
             client_body_temp_path {path}/body;\nproxy_temp_path {path}/proxy;\nfastcgi_temp_path {path}/fastcgi;\n\
             uwsgi_temp_path {path}/uwsgi;\nscgi_temp_path {path}/scgi;\n{site}\n}}\n"
        );
        let file = folder.path().join("nginx.conf");
        std::fs::write(&file, whole).expect("the file is written");
        let process = Command::new(program())
            .arg("-p")
            .arg(folder.path())
            .arg("-c")
            .arg(&file)
            .args(["-g", "daemon off;"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("nginx runs");
        let nginx = Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            folder,
        };
        let deadline = Instant::now() + UP_WITHIN;
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < deadline, "nginx did not start:\n{}", nginx.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        nginx
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it complained of.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("error.log")).unwrap_or_default()
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // SIGTERM, so that it ends its workers.
        let _ = Command::new("kill")
            .args(["-TERM", &self.process.id().to_string()])
            .status();
        let _ = self.process.wait();
    }
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|metadata| {
        use std::os::unix::fs::MetadataExt;
        metadata.uid() == 0
    })
}

/// The program; Debian keeps it where only root looks.
///
/// # Panics
/// When there is no nginx on this machine, with the sentence that says what to type.
pub fn program() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/sbin".into(), "/usr/local/sbin".into()])
        .map(|folder: PathBuf| folder.join("nginx"))
        .find(|program| program.is_file())
        .unwrap_or_else(|| {
            panic!("there is no nginx on this machine: `apt-get install nginx-light`, or `cargo xtask setup`")
        })
}
