//! What a host says when it starts: to the service manager that waits for it, and to whoever has named the wrong database.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixDatagram;
use std::process::Stdio;
use std::time::{Duration, Instant};

use porthole_tests::{Client, Cluster, Site, porthole};

const PASSWORD: &str = "correct horse battery staple";
const PATIENCE: Duration = Duration::from_secs(60);

/// A service manager's socket.
struct Manager {
    socket: UnixDatagram,
    folder: tempfile::TempDir,
}

impl Manager {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        Self { socket, folder }
    }

    fn path(&self) -> String {
        self.folder.path().join("notify").display().to_string()
    }

    fn has_heard_nothing(&self) -> bool {
        self.socket.set_nonblocking(true).unwrap();
        let heard = self.socket.recv(&mut [0; 256]);
        self.socket.set_nonblocking(false).unwrap();
        heard.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }

    fn hears(&self) -> String {
        self.socket.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut buffer = [0; 256];
        let length = self.socket.recv(&mut buffer).expect("the host says something");
        String::from_utf8(buffer[..length].to_vec()).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_manager_hears_when_readers_are_answered_and_not_before_and_when_they_are_not_any_more() {
    let mut cluster = Cluster::start();
    let manager = Manager::new();
    let site = Site::new()
        .with(
            "PORTHOLE_CENTRAL_DATABASE_URL",
            &cluster.create_database("central"),
        )
        .with("NOTIFY_SOCKET", &manager.path());
    cluster.stop();
    let mut host = site.begin_serving();
    host.says("waiting for the central database").await;
    assert!(manager.has_heard_nothing());
    cluster.start_again();
    assert_eq!(tokio::task::block_in_place(|| manager.hears()), "READY=1");
    // At once, and not after some time.
    Client::anonymous(host.url()).get("/ready").await.ok();
    assert!(manager.has_heard_nothing());
    assert_eq!(host.terminate(), Some(0), "{}", host.log());
    assert_eq!(tokio::task::block_in_place(|| manager.hears()), "STOPPING=1");
}

#[tokio::test]
async fn a_service_manager_that_is_gone_does_not_keep_a_host_from_serving() {
    let site = Site::new().with("NOTIFY_SOCKET", "/nowhere/notify");
    let host = site.serve().await;
    Client::anonymous(host.url()).get("/ready").await.ok();
    assert!(host.log().contains("was not told READY=1"), "{}", host.log());
}

#[tokio::test]
async fn the_log_says_which_central_database_it_is_and_warns_when_nobody_is_in_it() {
    let site = Site::new();
    let host = site.serve().await;
    let place = format!("SQLite, {}", site.data().join("central.sqlite").display());
    let log = host.log();
    assert!(log.contains(&format!("the central database: {place}")), "{log}");
    assert!(log.contains(&format!("({place}) has no accounts")), "{log}");
    drop(host);
    let said = site.run(&["user", "list"]);
    assert_eq!((said.code, said.stdout.as_str()), (Some(0), ""));
    assert!(
        said.stderr.contains("there are no accounts yet") && said.stderr.contains(&place),
        "{said:?}"
    );
    site.add_admin("ada@example.org", PASSWORD, &[]);
    let log = site.serve().await.log();
    assert!(!log.contains("has no accounts"), "{log}");
    assert_eq!(site.run(&["user", "list"]).stderr, "");
}

#[tokio::test]
async fn a_host_whose_central_database_has_just_gone_says_within_seconds_that_it_is_not_ready() {
    let mut cluster = Cluster::start();
    let url = cluster.create_database("central");
    let site = Site::new().with("PORTHOLE_CENTRAL_DATABASE_URL", &url);
    let host = site.serve().await;
    let place = url.split('@').nth(1).unwrap();
    let log = host.log();
    assert!(
        log.contains(&format!("the central database: PostgreSQL, {place}")),
        "{log}"
    );
    let password = url.split(':').nth(2).unwrap().split('@').next().unwrap();
    assert!(!log.contains(password), "{log}");
    let nobody = Client::anonymous(host.url());
    nobody.get("/ready").await.ok();
    cluster.stop();
    let asked = Instant::now();
    let answer = nobody.get("/ready").await;
    let took = asked.elapsed();
    assert_eq!(answer.status, 503, "{answer:?}");
    // Two seconds, and a machine that is busy with other tests.
    assert!(took < Duration::from_secs(4), "{took:?}");
}

#[test]
fn a_command_whose_reader_has_gone_ends_quietly() {
    let site = Site::new();
    for number in 0..3 {
        site.add_admin(&format!("ada-{number}@example.org"), PASSWORD, &[]);
    }
    // Closed before anything is printed.
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = porthole();
    let mut process = command
        .args(["user", "list"])
        .env("PORTHOLE_CONFIG_DIR", site.config())
        .env("PORTHOLE_DATA_DIR", site.data())
        .stdin(Stdio::null())
        .stdout(writer)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = String::new();
    process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let ended = process.wait().unwrap();
    assert_eq!((ended.code(), said.as_str()), (Some(141), ""));
}
