//! A real Keycloak for the tests of a program, with the realm that is shipped.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::places;
use crate::postgres::free_port;

const READY_WITHIN: Duration = Duration::from_secs(300);
const ADMIN_PASSWORD: &str = "the administrator's";
/// The secret of every client.
pub const CLIENT_SECRET: &str = "the client's";
/// The password of every user.
pub const USER_PASSWORD: &str = "the user's";
/// The realm of `docker/keycloak`.
const REALM: &str = "porthole";
/// Little memory, and quick to start rather than quick later.
const JAVA: &str = "-Xms64m -Xmx512m -XX:MaxMetaspaceSize=256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
                    -Dfile.encoding=UTF-8 -Djava.security.egd=file:/dev/urandom";
/// What is said where there is none.
pub const MISSING: &str = "skipped: there is no Keycloak in ~/.cache/porthole or PORTHOLE_KEYCLOAK; `cargo xtask test` fetches \
                           one, with Maven and for a JDK 21";
/// Ends Keycloak, and removes its folder, when the test's end of the pipe is closed: also if the test is killed.
const KEEPER: &str =
    "bash bin/kc.sh \"$@\" </dev/null & kc=$!; cat >/dev/null; kill $kc; wait $kc; rm -rf \"$PWD\"";

/// A running Keycloak. All tests of a program share one; each makes users and clients of its own.
pub struct Keycloak {
    url: String,
    _keeper: Child,
}

/// Makes a folder what unpacking the distribution would make it: of its own for what is written there, and the large rest as
/// links.
///
/// # Panics
/// When the folder cannot be written to.
pub fn unpack(home: &Path, folder: &Path) {
    std::fs::create_dir_all(folder.join("lib")).expect("a folder");
    for part in ["lib/lib", "providers", "themes"] {
        std::os::unix::fs::symlink(home.join(part), folder.join(part)).expect("a link");
    }
    for (part, into) in [
        ("bin", ""),
        ("conf", ""),
        ("lib/app", "lib"),
        ("lib/quarkus", "lib"),
        ("lib/quarkus-run.jar", "lib"),
    ] {
        let copied = Command::new("cp")
            .arg("-r")
            .arg(home.join(part))
            .arg(folder.join(into))
            .status();
        assert!(copied.is_ok_and(|status| status.success()), "`cp` runs");
    }
    // As who unpacks the archive with `unzip` or `tar` has them; some JDKs' `jar` leaves that out.
    for program in ["kc.sh", "kcadm.sh"] {
        let program = folder.join("bin").join(program);
        std::fs::set_permissions(program, std::fs::Permissions::from_mode(0o755)).expect("a program");
    }
}

/// What its programs are started with: the JDK, and how it is to be run here.
///
/// # Panics
/// When the distribution was not made ready by `cargo xtask test`.
pub fn environment(home: &Path) -> [(&'static str, String); 2] {
    let java = std::fs::read_to_string(home.join("java-home")).expect("the JDK's folder");
    [
        ("JAVA_HOME", java.trim().to_owned()),
        ("JAVA_OPTS", JAVA.to_owned()),
    ]
}

/// A client of the realm.
pub struct NewClient<'c> {
    /// Its name.
    pub id: &'c str,
    /// The address of the host that it is.
    pub url: &'c str,
    /// How long its access tokens are good.
    pub token_seconds: u32,
    /// Whether its access tokens have the audience of Porthole's interface.
    pub has_audience: bool,
}

impl Keycloak {
    /// The one of this program, started by the first test that asks; none where this machine cannot have one, which is
    /// said.
    pub async fn shared() -> Option<&'static Self> {
        static SHARED: OnceCell<Option<Keycloak>> = OnceCell::const_new();
        let shared = SHARED.get_or_init(|| async {
            let home = home()?;
            Some(Self::start(&home).await)
        });
        let shared = shared.await.as_ref();
        if shared.is_none() {
            println!("{MISSING}");
        }
        shared
    }

    async fn start(home: &Path) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("porthole-keycloak-")
            .tempdir()
            .expect("a temporary folder")
            .keep();
        unpack(home, &folder);
        let import = folder.join("data/import");
        std::fs::create_dir_all(&import).expect("a folder");
        let shipped = places::workspace().join("docker/keycloak");
        for file in ["porthole-realm.json", "porthole-users-0.json"] {
            std::fs::copy(shipped.join(file), import.join(file)).expect("the realm's files");
        }

        let port = free_port();
        let log = std::fs::File::create(folder.join("log")).expect("a log");
        let mut keeper = Command::new("bash")
            .args(["-c", KEEPER, "keeper", "start", "--optimized", "--import-realm"])
            .args([
                "--http-enabled=true",
                "--hostname-strict=false",
                "--http-host=127.0.0.1",
            ])
            .arg(format!("--http-port={port}"))
            .current_dir(&folder)
            .envs(environment(home))
            .env("KC_BOOTSTRAP_ADMIN_USERNAME", "admin")
            .env("KC_BOOTSTRAP_ADMIN_PASSWORD", ADMIN_PASSWORD)
            .env("PORTHOLE_URL", "http://127.0.0.1:9")
            .env("PORTHOLE_INTERNAL_URL", "http://127.0.0.1:9")
            .env("PORTHOLE_CLIENT_SECRET", CLIENT_SECRET)
            .env("PORTHOLE_USERS_PASSWORD", USER_PASSWORD)
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("bash runs");
        let url = format!("http://127.0.0.1:{port}");
        let description = format!("{url}/realms/{REALM}/.well-known/openid-configuration");
        let http = crate::client::http().no_proxy().build().expect("an HTTP client");
        let deadline = Instant::now() + READY_WITHIN;
        loop {
            let answer = http.get(&description).send().await;
            if answer.is_ok_and(|answer| answer.status().is_success()) {
                break;
            }
            let has_ended = !matches!(keeper.try_wait(), Ok(None));
            if has_ended || Instant::now() > deadline {
                let log = std::fs::read(folder.join("log")).unwrap_or_default();
                panic!("Keycloak did not start:\n{}", String::from_utf8_lossy(&log));
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Self { url, _keeper: keeper }
    }

    /// Its address, as `http://127.0.0.1:8080`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The realm, as its tokens name it.
    pub fn issuer(&self) -> String {
        issuer(&self.url)
    }

    /// Asks the administration, which must do it; `path` begins behind the realm's.
    pub async fn admin(&self, method: &str, path: &str, body: Option<&Value>) -> Value {
        let http = crate::client::http().no_proxy().build().expect("an HTTP client");
        let form = "grant_type=password&client_id=admin-cli&username=admin";
        let token = http
            .post(format!(
                "{}/realms/master/protocol/openid-connect/token",
                self.url
            ))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!(
                "{form}&password={}",
                ADMIN_PASSWORD.replace(' ', "+").replace('\'', "%27")
            ))
            .send()
            .await
            .expect("Keycloak answers");
        let token: Value = token.json().await.expect("a token");
        let token = token["access_token"]
            .as_str()
            .unwrap_or_else(|| panic!("{token}"));
        let method = method.parse().expect("a method");
        let mut request = http
            .request(method, format!("{}/admin/realms/{REALM}{path}", self.url))
            .bearer_auth(token);
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.expect("Keycloak answers");
        let (status, text) = (response.status(), response.text().await.expect("a whole body"));
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Makes a client like the one of the realm's file, for another host.
    pub async fn add_client(&self, new: NewClient<'_>) {
        let found = self.admin("GET", "/clients?clientId=porthole", None).await;
        let mut client = found[0].clone();
        let url = new.url;
        let fields = client.as_object_mut().expect("a client");
        fields.remove("id");
        fields["clientId"] = json!(new.id);
        fields["secret"] = json!(CLIENT_SECRET);
        fields["redirectUris"] = json!([format!("{url}/api/v1/auth/callback")]);
        // For programs of the tests; people log in by the form.
        fields["directAccessGrantsEnabled"] = json!(true);
        let attributes = &mut fields["attributes"];
        attributes["post.logout.redirect.uris"] = json!(format!("{url}/login"));
        attributes["backchannel.logout.url"] = json!(format!("{url}/api/v1/auth/backchannel-logout"));
        attributes["access.token.lifespan"] = json!(new.token_seconds.to_string());
        let mappers = fields["protocolMappers"].as_array_mut().expect("mappers");
        mappers.retain(|mapper| new.has_audience || mapper["protocolMapper"] != "oidc-audience-mapper");
        for mapper in mappers {
            mapper.as_object_mut().expect("a mapper").remove("id");
        }
        self.admin("POST", "/clients", Some(&client)).await;
    }

    /// Makes a user, with the address `NAME@example.org`, in these groups; their id.
    pub async fn add_user(&self, name: &str, groups: &[&str]) -> String {
        let user = json!({
            "username": name, "email": format!("{name}@example.org"), "emailVerified": true, "enabled": true,
            "firstName": name, "lastName": "Test", "groups": groups,
            "credentials": [{"type": "password", "value": USER_PASSWORD, "temporary": false}],
        });
        self.admin("POST", "/users", Some(&user)).await;
        let found = self
            .admin("GET", &format!("/users?exact=true&username={name}"), None)
            .await;
        found[0]["id"].as_str().expect("an id").to_owned()
    }

    /// Puts a user into a group, or takes them out.
    pub async fn set_member(&self, user: &str, group: &str, is_member: bool) {
        let groups = self.admin("GET", "/groups", None).await;
        let id = groups
            .as_array()
            .and_then(|groups| groups.iter().find(|known| known["path"] == group));
        let id = id.and_then(|group| group["id"].as_str()).expect("a group");
        let method = if is_member { "PUT" } else { "DELETE" };
        self.admin(method, &format!("/users/{user}/groups/{id}"), None)
            .await;
    }

    /// Switches a user off, or on again.
    pub async fn set_enabled(&self, user: &str, enabled: bool) {
        let path = format!("/users/{user}");
        let mut known = self.admin("GET", &path, None).await;
        known["enabled"] = json!(enabled);
        self.admin("PUT", &path, Some(&known)).await;
    }

    /// The tokens that a client gets for a user who tells it their password.
    pub async fn tokens(&self, client: &str, user: &str) -> Value {
        let http = crate::client::http().no_proxy().build().expect("an HTTP client");
        let encode = |text: &str| text.replace(' ', "+").replace('\'', "%27");
        let body = format!(
            "grant_type=password&scope=openid+profile+email&client_id={client}&client_secret={}&username={user}&password={}",
            encode(CLIENT_SECRET),
            encode(USER_PASSWORD)
        );
        let response = http
            .post(format!("{}/protocol/openid-connect/token", self.issuer()))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .send()
            .await
            .expect("Keycloak answers");
        let tokens: Value = response.json().await.expect("JSON");
        assert!(tokens["access_token"].is_string(), "{tokens}");
        tokens
    }
}

/// The realm at an address of Keycloak's, as tokens that were made there name it.
pub fn issuer(url: &str) -> String {
    format!("{url}/realms/{REALM}")
}

/// A Keycloak that is ready to start, where this machine has one.
pub fn home() -> Option<PathBuf> {
    let named = std::env::var_os("PORTHOLE_KEYCLOAK").map(PathBuf::from);
    let prepared = || {
        let cache = match std::env::var_os("XDG_CACHE_HOME").filter(|cache| !cache.is_empty()) {
            Some(cache) => PathBuf::from(cache),
            None => PathBuf::from(std::env::var_os("HOME")?).join(".cache"),
        };
        let entries = std::fs::read_dir(cache.join("porthole")).ok()?;
        let folders = entries.flatten().map(|entry| entry.path());
        folders
            .filter(|path| {
                path.file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with("keycloak-"))
            })
            .max()
    };
    named
        .or_else(prepared)
        .filter(|home| home.join("java-home").is_file())
}
