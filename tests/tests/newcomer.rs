//! Somebody follows the deployment guide on a machine without containers: databases, program, tenants, TLS, backup, and all
//! of it again on a second machine. The commands are the guide's own, in a folder in the place of `/`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use porthole_tests::guides::blocks;
use porthole_tests::{Cluster, Outcome, free_port, nginx, places};
use serde_json::{Value, json};
use tempfile::TempDir;

const UP_WITHIN: Duration = Duration::from_secs(60);
const HOST: &str = "dash.example.org";
/// The proxy's file, as shipped.
const PROXY: &str = "docker/nginx-tls.conf";

/// The commands of a part of the guide, block by block.
fn commands(part: &str) -> Vec<String> {
    let page = std::fs::read_to_string(places::workspace().join("docs/src/deployment.md")).unwrap();
    let (_, rest) = page
        .split_once(&format!("### {part}\n"))
        .unwrap_or_else(|| panic!("no part {part}"));
    let part = rest
        .split("\n### ")
        .next()
        .unwrap()
        .split("\n## ")
        .next()
        .unwrap();
    let blocks = blocks(part)
        .into_iter()
        .filter(|(language, _)| language == "bash");
    blocks.map(|(_, text)| text).collect()
}

/// A machine: a folder, a PostgreSQL, ports, and what runs on it.
struct Machine {
    // Fields drop in order: what runs ends before its folder and its database go.
    running: Vec<Child>,
    cluster: Cluster,
    root: TempDir,
    host: u16,
    http: u16,
    https: u16,
}

impl Machine {
    fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("porthole-newcomer-")
            .tempdir()
            .unwrap();
        for folder in [
            "etc/nginx/conf.d",
            "etc/nginx/sites-enabled",
            "usr/local/bin",
            "usr/local/sbin",
            "tmp",
            "var",
        ] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let machine = Self {
            running: Vec::new(),
            cluster: Cluster::start(),
            root,
            host: free_port(),
            http: free_port(),
            https: free_port(),
        };
        // What the distribution's own file says, as far as it matters here.
        let at = machine.root.path().display();
        let whole = format!(
            "pid {at}/tmp/pid;\nerror_log {at}/tmp/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n\
             client_body_temp_path {at}/tmp/body;\nproxy_temp_path {at}/tmp/proxy;\nfastcgi_temp_path {at}/tmp/fastcgi;\n\
             uwsgi_temp_path {at}/tmp/uwsgi;\nscgi_temp_path {at}/tmp/scgi;\ninclude {at}/etc/nginx/conf.d/*.conf;\n}}\n"
        );
        std::fs::write(machine.at("/etc/nginx/nginx.conf"), whole).unwrap();
        let shipped = std::fs::read_to_string(places::workspace().join(PROXY)).unwrap();
        std::fs::write(machine.at("/tmp/nginx-tls.conf"), machine.own(&shipped)).unwrap();
        machine
    }

    /// Where a path of the guide is here.
    fn at(&self, path: &str) -> PathBuf {
        self.root.path().join(path.trim_start_matches('/'))
    }

    /// A text of the guide with what is this machine's own: folders, ports, and nobody else's accounts.
    fn own(&self, text: &str) -> String {
        let root = self.root.path().display().to_string();
        let pg = self
            .cluster
            .environment()
            .into_iter()
            .find(|(name, _)| *name == "PGPORT")
            .unwrap()
            .1;
        let mut text = text.to_owned();
        // The first one first: this machine's own folder lies there.
        for folder in ["/tmp/", "/etc/", "/usr/local/", "/var/"] {
            // Only where a path begins.
            for before in [" ", "\"", "'", "=", "<", ">", "\t"] {
                text = text.replace(&format!("{before}{folder}"), &format!("{before}{root}{folder}"));
            }
        }
        for (of_guide, own) in [
            ("runuser -u postgres -- ", ""),
            ("runuser -u porthole -- ", "exec "),
            ("exec exec ", "exec "),
            ("-o porthole -g porthole ", ""),
            (PROXY, &format!("{root}/tmp/nginx-tls.conf")),
            ("target/debug/porthole", places::porthole().to_str().unwrap()),
            ("127.0.0.1:5432", &format!("127.0.0.1:{pg}")),
            ("127.0.0.1:8080", &format!("127.0.0.1:{}", self.host)),
            ("listen 80;", &format!("listen 127.0.0.1:{};", self.http)),
            ("listen 443 ", &format!("listen 127.0.0.1:{} ", self.https)),
            (
                "nginx -t",
                &format!("{} -t -c {root}/etc/nginx/nginx.conf", nginx::program().display()),
            ),
        ] {
            text = text.replace(of_guide, own);
        }
        text
    }

    /// Runs commands of the guide from the checkout, as the guide has it.
    fn run(&self, commands: &str) {
        // A system account is the machine's, not the folder's.
        let commands: String = commands
            .lines()
            .filter(|line| !line.starts_with("useradd "))
            .map(|line| format!("{line}\n"))
            .collect();
        let commands = self.own(&commands);
        let outcome = Outcome::of(self.bash().args(["-euc", &commands]), "");
        assert_eq!(
            outcome.code,
            Some(0),
            "{commands}\n{}{}",
            outcome.stdout,
            outcome.stderr
        );
    }

    fn bash(&self) -> Command {
        let mut bash = Command::new("bash");
        for (variable, _) in std::env::vars_os() {
            if variable.to_string_lossy().starts_with("PORTHOLE_") {
                bash.env_remove(variable);
            }
        }
        let mut environment = self.cluster.environment();
        let path = &mut environment
            .iter_mut()
            .find(|(name, _)| *name == "PATH")
            .unwrap()
            .1;
        *path = format!(
            "{0}/usr/local/sbin:{0}/usr/local/bin:{path}",
            self.root.path().display()
        );
        bash.current_dir(places::workspace()).envs(environment);
        bash
    }

    /// A shipped file that was installed: its paths and accounts become this machine's.
    fn adapt(&self, path: &str) {
        let path = self.at(path);
        let text = std::fs::read_to_string(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        std::fs::write(&path, self.own(&text)).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Databases, program, configuration, secrets.
    fn set_up(&self) {
        self.run(&commands("The databases")[1]);
        let program = commands("The program and its configuration");
        self.run(&program[0]);
        self.adapt("/usr/local/sbin/porthole-admin");
        self.run(&program[1]);
    }

    /// A certificate, nginx with the shipped file, and the service.
    fn serve(&mut self) {
        self.run(&commands("TLS and the proxy")[0]);
        let mut service = self.bash();
        service.arg("-c").arg("exec porthole-admin serve");
        self.begin(service);
        let mut proxy = Command::new(nginx::program());
        proxy
            .arg("-c")
            .arg(self.at("/etc/nginx/nginx.conf"))
            .args(["-g", "daemon off;"]);
        self.begin(proxy);
        let deadline = Instant::now() + UP_WITHIN;
        while self.curl(&["/ready"]).code != Some(0) {
            assert!(Instant::now() < deadline, "{}", self.log());
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn begin(&mut self, mut command: Command) {
        let log = std::fs::File::options()
            .create(true)
            .append(true)
            .open(self.at("/tmp/log"))
            .unwrap();
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.running.push(command.spawn().unwrap());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.at("/tmp/log")).unwrap_or_default()
    }

    /// Asks by name over TLS, with the certificate checked; the path comes last.
    fn curl(&self, arguments: &[&str]) -> Outcome {
        let (path, options) = arguments.split_last().unwrap();
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*"])
            .arg("--cacert")
            .arg(self.at("/etc/nginx/tls/fullchain.pem"))
            .args(["--resolve", &format!("{HOST}:{}:127.0.0.1", self.https)])
            .args(["-b", "jar", "-c", "jar"])
            .args(options)
            .arg(format!("https://{HOST}:{}/api/v1{path}", self.https))
            .current_dir(self.at("/tmp"));
        Outcome::of(&mut curl, "")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let said = self.curl(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}\n{}", self.log());
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {said:?}: {error}"))
    }

    /// What a reader sees of both tenants' dashboards.
    fn seen(&self) -> Vec<Value> {
        // A cookie over TLS, for this host only; the port is the test's.
        let login = json!({ "email": "you@example.org", "password": "a long enough password" }).to_string();
        self.json(&[
            "-H",
            "content-type: application/json",
            "-d",
            &login,
            "/auth/login",
        ]);
        let mut seen = Vec::new();
        for tenant in ["alpha", "beta"] {
            let header = format!("X-Porthole-Tenant: {tenant}");
            let board = self.json(&["-H", &header, "/dashboards/default"]);
            for panel in board["panels"].as_array().unwrap() {
                let id = panel["id"].as_str().unwrap();
                let now = chrono::Utc::now();
                // From yesterday to an hour ago: the same for both machines.
                let day = now - chrono::TimeDelta::hours(20);
                let end = now - chrono::TimeDelta::hours(1);
                let path = format!(
                    "/panels/{id}/data?start_date={}&end_date={}&disable_aggregation=true",
                    day.format("%Y-%m-%dT%H:00:00Z"),
                    end.format("%Y-%m-%dT%H:00:00Z")
                );
                let mut answer = self.json(&["-H", &header, &path]);
                assert!(answer["view"].to_string().len() > 100, "{tenant} {id}: {answer}");
                seen.push(json!([tenant, panel["title"], answer["view"].take()]));
            }
        }
        seen
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        for process in &mut self.running {
            let _ = Command::new("kill")
                .args(["-TERM", &process.id().to_string()])
                .status();
            let _ = process.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- log of the machine ---\n{}", self.log());
        }
    }
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_guide_leads_from_an_empty_machine_to_two_tenants_over_tls_and_back_from_a_backup() {
    let mut first = Machine::new();
    first.set_up();
    assert_eq!(mode(&first.at("/etc/porthole.env")), 0o600);
    for commands in &commands("The program and its configuration")[2..] {
        first.run(commands);
    }
    commands("Data and accounts")
        .iter()
        .for_each(|commands| first.run(commands));
    first.serve();
    let plain = Command::new("curl")
        .args([
            "--silent",
            "--noproxy",
            "*",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code} %{redirect_url}",
        ])
        .args(["-H", &format!("Host: {HOST}")])
        .arg(format!("http://127.0.0.1:{}/t/alpha", first.http))
        .output()
        .unwrap();
    let plain = String::from_utf8_lossy(&plain.stdout).into_owned();
    assert_eq!(plain, format!("301 https://{HOST}/t/alpha"));
    let before = first.seen();
    assert_eq!(before.len(), 8, "{before:#?}");
    let cookies = std::fs::read_to_string(first.at("/tmp/jar")).unwrap();
    assert!(cookies.contains("__Host-porthole_session"), "{cookies}");
    let kept = commands("Keep, and put back");
    first.run(&kept[0]);

    // Another machine, to which the backups are brought.
    let mut second = Machine::new();
    second.set_up();
    for tenant in ["alpha", "beta"] {
        std::fs::remove_dir_all(second.at(&format!("/etc/porthole/tenants/{tenant}"))).unwrap();
    }
    let backups = (
        first.at("/var/backups/porthole/."),
        second.at("/var/backups/porthole/"),
    );
    let copied = Command::new("cp").arg("-r").args([backups.0, backups.1]).status();
    assert!(copied.unwrap().success());
    drop(first);
    second.run(&kept[1]);
    second.serve();
    assert_eq!(second.seen(), before);
}
