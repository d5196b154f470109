//! What is shipped to run Porthole elsewhere works where containers cannot be started: the commands inside of it are run here,
//! on the real programs.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::process::Command;

use porthole_tests::{Cluster, Outcome, Site, free_port, places, porthole};
use serde_json::Value;

fn read(path: &str) -> String {
    std::fs::read_to_string(places::workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// What the image's health check runs, for a host on this port.
fn health_check(port: u16) -> Vec<String> {
    let dockerfile = read("docker/Dockerfile").replace("\\\n", "");
    let line = dockerfile
        .lines()
        .find(|line| line.starts_with("HEALTHCHECK "))
        .unwrap();
    let (_, command) = line.split_once(" CMD ").unwrap();
    let words: Vec<String> =
        serde_json::from_str(command).unwrap_or_else(|error| panic!("{command}: {error}"));
    assert!(words.iter().any(|word| word.contains("/8080 ")), "{words:?}");
    let at = format!("/{port} ");
    words.iter().map(|word| word.replace("/8080 ", &at)).collect()
}

fn run(words: &[String]) -> Outcome {
    Outcome::of(Command::new(&words[0]).args(&words[1..]), "")
}

#[tokio::test]
async fn the_images_health_check_tells_a_host_that_answers_from_one_that_does_not() {
    let host = Site::new().serve().await;
    let port = host.url().rsplit(':').next().unwrap().parse().unwrap();
    let said = run(&health_check(port));
    assert_eq!(said.code, Some(0), "{said:?}");
    assert_ne!(run(&health_check(free_port())).code, Some(0));
    // Something else answers there.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let other = axum::Router::new();
    tokio::spawn(async move { axum::serve(listener, other).await });
    let said = tokio::task::spawn_blocking(move || run(&health_check(port))).await;
    assert_ne!(said.unwrap().code, Some(0));
}

#[test]
fn the_program_needs_no_library_that_a_small_image_lacks() {
    let said = Outcome::of(Command::new("ldd").arg(porthole().get_program()), "");
    let libraries = said.stdout.lines().map(str::trim);
    for library in libraries.filter(|line| !line.is_empty()) {
        let of_libc = ["linux-vdso", "libc.so", "libm.so", "libgcc_s.so", "ld-linux"];
        assert!(
            of_libc.iter().any(|name| library.contains(name)),
            "`{library}` is not in debian:12-slim"
        );
    }
    // It asks the system whose certificates to believe.
    let dockerfile = read("docker/Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    assert!(
        last.contains("COPY --from=build /etc/ssl/certs/ca-certificates.crt "),
        "{last}"
    );
}

#[test]
fn the_readers_role_of_a_tenants_database_sees_what_its_owner_makes_and_changes_nothing() {
    let cluster = Cluster::start();
    let owner = cluster.create_database("porthole");
    let mut script = Command::new("sh");
    script
        .arg(places::workspace().join("docker/postgres/reader.sh"))
        .envs(cluster.environment())
        .env("POSTGRES_USER", "postgres")
        .env("POSTGRES_DB", "porthole")
        .env("READER_PASSWORD", "it's a \"password\"");
    let said = Outcome::of(&mut script, "");
    assert_eq!(said.code, Some(0), "{said:?}");
    cluster.sql(
        "porthole",
        "CREATE TABLE readings (value real); INSERT INTO readings VALUES (1.5); CREATE ROLE stranger LOGIN PASSWORD 'x'",
    );
    let port = owner
        .rsplit(':')
        .next()
        .unwrap()
        .split('/')
        .next()
        .unwrap()
        .to_owned();
    let ask = |user: &str, password: &str, statement: &str| {
        let mut psql = Command::new("psql");
        psql.envs(cluster.environment())
            .env("PGPASSWORD", password)
            .args([
                "--no-psqlrc",
                "--tuples-only",
                "--no-align",
                "--set=ON_ERROR_STOP=1",
            ])
            .args(["--host=127.0.0.1", &format!("--port={port}"), "--dbname=porthole"])
            .arg(format!("--username={user}"))
            .arg(format!("--command={statement}"));
        Outcome::of(&mut psql, "")
    };
    let reader = |statement: &str| ask("reader", "it's a \"password\"", statement);
    assert_eq!(reader("SELECT value FROM readings").ok().trim(), "1.5");
    for statement in [
        "INSERT INTO readings VALUES (2)",
        "BEGIN READ WRITE; INSERT INTO readings VALUES (2); COMMIT",
        "BEGIN READ WRITE; CREATE TABLE mine (value real); COMMIT",
        "BEGIN READ WRITE; CREATE TEMPORARY TABLE mine (value real); COMMIT",
    ] {
        assert_ne!(reader(statement).code, Some(0), "{statement}");
    }
    assert!(
        ask("stranger", "x", "SELECT 1")
            .failed()
            .contains("permission denied for database")
    );
}

/// Whether an address like `172.30.77.2` lies in a range like `172.30.77.128/25`.
fn lies_in(address: &str, range: &str) -> bool {
    let number = |address: &str| u32::from(address.parse::<std::net::Ipv4Addr>().unwrap());
    let (start, length) = range.split_once('/').unwrap();
    let bits: u32 = length.parse().unwrap();
    (number(address) ^ number(start)) >> (32 - bits) == 0
}

#[test]
fn nobody_else_is_given_the_proxys_address_before_it_starts() {
    let compose = yaml("docker-compose.yml");
    let address = compose["services"]["nginx"]["networks"]["front"]["ipv4_address"]
        .as_str()
        .unwrap();
    let network = &compose["networks"]["front"]["ipam"]["config"][0];
    let (subnet, range) = (
        network["subnet"].as_str().unwrap(),
        network["ip_range"].as_str().unwrap(),
    );
    assert!(lies_in(address, subnet) && !lies_in(address, range), "{network}");
    assert!(lies_in(range.split('/').next().unwrap(), subnet));
    // Keycloak believes the same proxy.
    let trusted = format!("KC_PROXY_TRUSTED_ADDRESSES: {address}\n");
    assert!(read("docker-compose.prod.yml").contains(&trusted), "{trusted}");
}

#[test]
fn a_database_counts_as_healthy_only_when_it_listens_for_others() {
    // The image's first start answers on a socket while it still prepares the database.
    for file in ["docker-compose.yml", "docker-compose.prod.yml"] {
        for line in read(file).lines().filter(|line| line.contains("pg_isready")) {
            assert!(line.contains("pg_isready --host=127.0.0.1 "), "{file}: {line}");
        }
    }
}

#[test]
fn sample_users_are_for_trying_things_out_only() {
    let realm: Value = serde_json::from_str(&read("docker/keycloak/porthole-realm.json")).unwrap();
    assert!(realm["users"].is_null());
    let users: Value = serde_json::from_str(&read("docker/keycloak/porthole-users-0.json")).unwrap();
    assert_eq!(
        (&users["realm"], users["users"].as_array().unwrap().len()),
        (&realm["realm"], 3)
    );
    let production = read("docker-compose.prod.yml");
    assert!(production.contains("volumes: !override\n      - ./docker/keycloak/porthole-realm.json:"));
    assert!(!production.contains("./docker/keycloak:"));
}
