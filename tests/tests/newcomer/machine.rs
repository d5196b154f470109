//! A machine on which somebody follows the deployment guide: its commands run as they stand there, in a folder in the place
//! of `/`.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use porthole_tests::guides::blocks;
use porthole_tests::{Cluster, Outcome, free_port, keycloak, nginx, places};
use serde_json::{Value, json};
use tempfile::TempDir;

const UP_WITHIN: Duration = Duration::from_secs(60);
/// Java, and a database that is made.
const KEYCLOAK_UP_WITHIN: Duration = Duration::from_secs(600);
pub const HOST: &str = "dash.example.org";
const PROVIDER: &str = "id.example.org";
/// The proxy's files, as shipped.
const PROXY: [&str; 2] = ["docker/nginx-tls.conf", "docker/nginx-keycloak.conf"];

/// From yesterday to an hour before the test began: the same for all machines.
static RANGE: LazyLock<(String, String)> = LazyLock::new(|| {
    let before = |hours| chrono::Utc::now() - chrono::TimeDelta::hours(hours);
    let written = |time: chrono::DateTime<chrono::Utc>| time.format("%Y-%m-%dT%H:00:00Z").to_string();
    (written(before(20)), written(before(1)))
});

/// The commands of a part of the guide, block by block.
pub fn commands(part: &str) -> Vec<String> {
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
pub struct Machine {
    // Fields drop in order: what runs ends before its folder and its database go.
    running: Vec<Child>,
    cluster: Cluster,
    root: TempDir,
    /// A release's folder, in which the commands are run.
    release: TempDir,
    host: u16,
    keycloak: u16,
    pub http: u16,
    https: u16,
    /// The distribution of Keycloak, where there is one.
    provider: Option<PathBuf>,
}

impl Machine {
    /// An empty one. Without Keycloak, where this machine cannot have it.
    pub fn new() -> Self {
        let root = tempfile::Builder::new()
            .prefix("porthole-newcomer-")
            .tempdir()
            .unwrap();
        for folder in [
            "etc/nginx/conf.d",
            "etc/nginx/sites-enabled",
            "usr/local/bin",
            "usr/local/sbin",
            "etc/systemd/system",
            "opt",
            "home",
            "tmp",
            "var",
        ] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        let machine = Self {
            running: Vec::new(),
            cluster: Cluster::start(),
            root,
            release: places::release(),
            host: free_port(),
            keycloak: free_port(),
            http: free_port(),
            https: free_port(),
            provider: keycloak::home(),
        };
        if let Some(home) = &machine.provider {
            keycloak::unpack(home, &machine.at("/opt/keycloak"));
        }
        // What the distribution's own file says, as far as it matters here.
        let at = machine.root.path().display();
        let whole = format!(
            "pid {at}/tmp/pid;\nerror_log {at}/tmp/error.log;\nevents {{}}\nhttp {{\naccess_log off;\n\
             client_body_temp_path {at}/tmp/body;\nproxy_temp_path {at}/tmp/proxy;\nfastcgi_temp_path {at}/tmp/fastcgi;\n\
             uwsgi_temp_path {at}/tmp/uwsgi;\nscgi_temp_path {at}/tmp/scgi;\ninclude {at}/etc/nginx/conf.d/*.conf;\n}}\n"
        );
        std::fs::write(machine.at("/etc/nginx/nginx.conf"), whole).unwrap();
        for file in PROXY {
            let shipped = std::fs::read_to_string(machine.release.path().join(file)).unwrap();
            let own = machine.at("/tmp").join(file.trim_start_matches("docker/"));
            std::fs::write(own, machine.own(&shipped)).unwrap();
        }
        machine
    }

    /// Where a path of the guide is here.
    pub fn at(&self, path: &str) -> PathBuf {
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
        for folder in ["/tmp/", "/etc/", "/usr/local/", "/var/", "/opt/"] {
            // Only where a path begins.
            for before in [" ", "\"", "'", "=", "<", ">", "\t", "\n"] {
                text = text.replace(&format!("{before}{folder}"), &format!("{before}{root}{folder}"));
            }
        }
        for (of_guide, own) in [
            ("runuser -u postgres -- ", ""),
            ("runuser -u porthole -- ", "exec "),
            ("exec exec ", "exec "),
            ("-o porthole -g porthole ", ""),
            ("-o keycloak -g keycloak ", ""),
            (PROXY[0], &format!("{root}/tmp/nginx-tls.conf")),
            (PROXY[1], &format!("{root}/tmp/nginx-keycloak.conf")),
            ("127.0.0.1:5432", &format!("127.0.0.1:{pg}")),
            ("127.0.0.1:8080", &format!("127.0.0.1:{}", self.host)),
            ("127.0.0.1:8081", &format!("127.0.0.1:{}", self.keycloak)),
            ("KC_HTTP_PORT=8081", &format!("KC_HTTP_PORT={}", self.keycloak)),
            // Of the machine's other addresses the test takes none.
            (" listen [::]:80;", ""),
            (" listen [::]:443 \\1;", ""),
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

    /// Runs commands of the guide in a release's folder, as the guide has it, with the umask of a careful root.
    pub fn run(&self, commands: &str) {
        // A system account is the machine's, not the folder's.
        let commands: String = commands
            .lines()
            .filter(|line| !line.starts_with("useradd "))
            .map(|line| format!("{line}\n"))
            .collect();
        let commands = self.own(&format!("umask 077\n{commands}"));
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
        bash.current_dir(self.release.path())
            .envs(environment)
            .env("PORTHOLE", "./porthole")
            .env("HOME", self.at("/home"));
        if let Some(home) = &self.provider {
            bash.envs(keycloak::environment(home));
        }
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

    /// Databases, program, configuration, secrets; Keycloak.
    pub fn set_up(&self) {
        self.run(&commands("The databases")[1]);
        let program = commands("The program and its configuration");
        self.run(&program[0]);
        self.adapt("/usr/local/sbin/porthole-admin");
        self.adapt("/usr/local/sbin/porthole-backup");
        self.run(&program[1]);
        if self.provider.is_some() {
            let keycloak = commands("Keycloak");
            keycloak[..2].iter().for_each(|commands| self.run(commands));
        }
    }

    /// Whether it has a Keycloak; if not, that is said.
    pub fn has_keycloak(&self) -> bool {
        if self.provider.is_none() {
            println!("{}", keycloak::MISSING);
        }
        self.provider.is_some()
    }

    /// Starts Keycloak as its unit does, and waits until it answers.
    pub fn start_keycloak(&mut self) {
        let unit = std::fs::read_to_string(self.at("/etc/systemd/system/keycloak.service")).unwrap();
        let says = |key: &str| {
            unit.lines()
                .find_map(|line| line.strip_prefix(key))
                .unwrap()
                .to_owned()
        };
        let mut service = self.bash();
        let settings = std::fs::read_to_string(self.at(&says("EnvironmentFile="))).unwrap();
        let settings = settings.lines().filter_map(|line| line.split_once('='));
        service.envs(settings.map(|(name, value)| (name.to_owned(), value.to_owned())));
        let start = self.own(&format!(" {}", says("ExecStart=")));
        service.arg("-c").arg(format!("exec{start}"));
        self.begin(service);
        let address = format!("http://127.0.0.1:{}/realms/porthole", self.keycloak);
        let deadline = Instant::now() + KEYCLOAK_UP_WITHIN;
        let mut curl = Command::new("curl");
        curl.args([
            "--silent",
            "--fail",
            "--noproxy",
            "*",
            "--output",
            "/dev/null",
            &address,
        ]);
        while !curl.status().is_ok_and(|status| status.success()) {
            assert!(Instant::now() < deadline, "{}", self.log());
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// A certificate and nginx's configuration.
    pub fn set_up_proxy(&self) {
        self.run(&commands("TLS and the proxy")[0]);
    }

    /// nginx with the shipped files, and the service.
    pub fn serve(&mut self) {
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

    /// Asks by name over TLS, with the certificate checked; the path below the interface, or the whole address, comes last.
    pub fn curl(&self, arguments: &[&str]) -> Outcome {
        let (path, options) = arguments.split_last().unwrap();
        let mut curl = Command::new("curl");
        curl.args(["--silent", "--show-error", "--fail", "--noproxy", "*"])
            .arg("--cacert")
            .arg(self.at("/etc/nginx/tls/fullchain.pem"))
            .args(["-b", "jar", "-c", "jar"])
            .args(options)
            .current_dir(self.at("/tmp"));
        for name in [HOST, PROVIDER] {
            // What asks for the usual port of a name gets to this machine's.
            curl.args(["--connect-to", &format!("{name}:443:127.0.0.1:{}", self.https)]);
        }
        curl.arg(match path.starts_with('/') {
            true => format!("https://{HOST}/api/v1{path}"),
            false => (*path).to_owned(),
        });
        Outcome::of(&mut curl, "")
    }

    fn json(&self, arguments: &[&str]) -> Value {
        let said = self.curl(arguments);
        assert_eq!(said.code, Some(0), "{arguments:?}: {said:?}\n{}", self.log());
        serde_json::from_str(&said.stdout).unwrap_or_else(|error| panic!("{arguments:?}: {said:?}: {error}"))
    }

    /// What a reader sees of both tenants' dashboards.
    pub fn seen(&self) -> Vec<Value> {
        // A cookie over TLS, for this host only; the port is the test's.
        let login = json!({ "email": "you@example.org", "password": "a long enough password" }).to_string();
        self.json(&[
            "-H",
            "content-type: application/json",
            "-d",
            &login,
            "/auth/login",
        ]);
        ["alpha", "beta"].map(|tenant| self.board(tenant)).concat()
    }

    /// What somebody sees who logs in with Keycloak, of `alpha`; they see no other tenant.
    pub fn seen_by_ada(&self) -> Vec<Value> {
        std::fs::remove_file(self.at("/tmp/jar")).unwrap();
        let form = self.curl(&["--location", "/auth/login?back_to=/t/alpha"]);
        let (_, action) = form
            .stdout
            .split_once("action=\"")
            .unwrap_or_else(|| panic!("{form:?}\n{}", self.log()));
        let action = action.split('"').next().unwrap().replace("&amp;", "&");
        assert!(
            action.starts_with(&format!("https://{PROVIDER}/realms/porthole/")),
            "{action}"
        );
        let password = "password=another long password";
        let page = self.curl(&[
            "--location",
            "--data-urlencode",
            "username=ada",
            "--data-urlencode",
            password,
            "--write-out",
            "%{url_effective}",
            &action,
        ]);
        assert!(
            page.stdout.ends_with(&format!("https://{HOST}/t/alpha")),
            "{page:?}\n{}",
            self.log()
        );
        let me = self.json(&["/auth/me"]);
        assert_eq!(me["email"], "ada@example.org", "{me}");
        let tenants: Vec<_> = me["tenants"]
            .as_array()
            .unwrap()
            .iter()
            .map(|tenant| &tenant["id"])
            .collect();
        assert_eq!(tenants, ["alpha"]);
        self.board("alpha")
    }

    /// What of Keycloak may not be reached from outside: the status of each.
    pub fn shut(&self) -> Vec<String> {
        let paths = [
            "admin/",
            "admin/master/console/",
            "realms/master/protocol/openid-connect/auth",
            "realms//master",
            "realms/%6daster",
            "realms/porthole/../master",
            "realms/master;x=1/protocol/openid-connect/token",
            "metrics",
            "health",
        ];
        let status = |path: &&str| {
            let address = format!("https://{PROVIDER}/{path}");
            let options = [
                "--no-fail",
                "--path-as-is",
                "--output",
                "/dev/null",
                "--write-out",
                "%{http_code}",
            ];
            self.curl(&[&options[..], &[&address]].concat()).stdout
        };
        paths.iter().map(status).collect()
    }

    /// What the panels of a tenant's dashboard show.
    fn board(&self, tenant: &str) -> Vec<Value> {
        let header = format!("X-Porthole-Tenant: {tenant}");
        let board = self.json(&["-H", &header, "/dashboards/default"]);
        let shown = |panel: &Value| {
            let id = panel["id"].as_str().unwrap();
            let (start, end) = &*RANGE;
            let path =
                format!("/panels/{id}/data?start_date={start}&end_date={end}&disable_aggregation=true");
            let mut answer = self.json(&["-H", &header, &path]);
            assert!(answer["view"].to_string().len() > 100, "{tenant} {id}: {answer}");
            json!([tenant, panel["title"], answer["view"].take()])
        };
        board["panels"].as_array().unwrap().iter().map(shown).collect()
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
