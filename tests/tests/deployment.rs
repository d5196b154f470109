//! What is shipped to run Porthole elsewhere names only files, variables and commands that exist here. Nothing is
//! started: containers cannot be built on every machine this is developed on.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use porthole_tests::guides::{blocks, links};
use porthole_tests::{Outcome, Site, places};
use serde_json::Value;

fn read(path: &str) -> String {
    std::fs::read_to_string(places::workspace().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn yaml(path: &str) -> Value {
    serde_saphyr::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// `docker/example.env`.
fn variables() -> BTreeMap<String, String> {
    read("docker/example.env")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once('=').unwrap_or_else(|| panic!("{line}")))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
}

#[test]
fn a_release_has_binaries_for_older_systems_checksums_and_a_bill_of_materials() {
    let workflow = yaml(".github/workflows/release.yml");
    let jobs = &workflow["jobs"];
    let container = jobs["binary"]["container"].as_str().unwrap();
    // The same system as the image's, whose C library is the oldest that is promised.
    assert!(
        read("docker/Dockerfile").contains(&format!("FROM {container} AS build")),
        "{container}"
    );
    let steps = |job: &str| {
        let steps = jobs[job]["steps"].as_array().unwrap().iter();
        steps
            .filter_map(|step| step["run"].as_str())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let (made, published) = (steps("binary"), steps("publish"));
    for part in [
        "cargo build --locked --release --package porthole",
        "cargo cyclonedx",
        ".tar.gz",
        ".cdx.json",
    ] {
        assert!(made.contains(part), "{part}");
    }
    assert!(made.contains(".ci/pack target/release/porthole out/porthole"));
    // Who builds it from a checkout gets the same program.
    assert!(read("docs/src/deployment.md").contains("cargo build --locked --release --package porthole"));
    assert!(published.contains("sha256sum porthole-* > SHA256SUMS"));
    // Nothing is published that has not passed.
    assert_eq!(jobs["test"]["uses"], "./.github/workflows/ci.yml");
    assert!(read(".github/workflows/ci.yml").contains("\n  workflow_call:\n"));
    for job in ["publish", "image"] {
        let needs = &jobs[job]["needs"];
        let waits = needs == "test" || needs.as_array().is_some_and(|jobs| jobs.contains(&"test".into()));
        assert!(waits, "{job} does not wait for the tests: {needs}");
    }
    // The page on installing names what there is.
    let page = read("docs/src/install.md");
    for named in [
        "SHA256SUMS",
        ".tar.gz",
        ".cdx.json",
        "gh attestation verify",
        "ghcr.io/",
    ] {
        assert!(page.contains(named), "{named}");
    }
    assert!(published.contains("out/porthole-*") && steps("image").contains("docker push \"ghcr.io/"));
    assert!(published.contains("out/porthole-* out/SHA256SUMS"));
}

#[test]
fn the_version_to_be_released_has_notes_that_say_how_to_upgrade() {
    let manifest = read("Cargo.toml");
    let version = manifest
        .lines()
        .find_map(|line| line.strip_prefix("version = "))
        .unwrap()
        .trim_matches('"');
    // By the command of the workflow.
    let workflow = read(".github/workflows/release.yml");
    let command = workflow
        .lines()
        .find(|line| line.trim().starts_with("awk "))
        .unwrap();
    let command = command.replace("> notes.md", "");
    let mut bash = Command::new("bash");
    bash.args(["-euc", &command])
        .current_dir(places::workspace())
        .env("GITHUB_REF_NAME", format!("v{version}"));
    let notes = Outcome::of(&mut bash, "").ok();
    assert!(notes.contains("\n### Upgrading\n"), "{notes}");
    assert!(!notes.contains("\n## "), "{notes}");
}

#[test]
fn a_releases_folder_has_every_file_that_the_guides_commands_and_the_compose_files_name() {
    let release = places::release();
    let is_there = |path: &str| {
        let path = path.trim_start_matches("./");
        assert!(release.path().join(path).exists(), "{path} is not in the release");
    };
    let mut seen = 0;
    for page in ["docs/src/deployment.md", "docs/src/compose.md"] {
        for (_, block) in blocks(&read(page)) {
            let words = block.split_whitespace();
            for word in words.filter(|word| word.starts_with("docker/") || word.starts_with("config/")) {
                is_there(word);
                seen += 1;
            }
        }
    }
    assert!(seen > 6, "{seen}");
    for file in ["docker-compose.yml", "docker-compose.prod.yml"] {
        is_there(file);
        let compose = resolved(&read(file));
        let mounts = compose
            .lines()
            .filter_map(|line| line.trim().strip_prefix("- ./"));
        for source in mounts.map(|mount| mount.split(':').next().unwrap()) {
            // Certificates are the operator's.
            if source != "docker/tls" {
                is_there(source);
            }
        }
    }
    // Its own links lead somewhere, and nothing of an operator's was taken along.
    for page in ["README.md", "CHANGELOG.md", "SECURITY.md"] {
        let text = std::fs::read_to_string(release.path().join(page)).unwrap();
        for link in links(&text) {
            let path = link.split('#').next().unwrap();
            if !path.is_empty() {
                is_there(path);
            }
        }
    }
    is_there("docs/src/SUMMARY.md");
    is_there("docker/example.env");
    assert!(!release.path().join("docker/tls").exists());
    let said = Outcome::of(Command::new(release.path().join("porthole")).arg("--version"), "");
    assert_eq!(said.code, Some(0), "{said:?}");
    // A folder in which something lies already is left alone.
    let again = Command::new(places::workspace().join(".ci/pack"))
        .arg(release.path().join("porthole"))
        .arg(release.path())
        .output()
        .unwrap();
    assert!(
        String::from_utf8_lossy(&again.stderr).contains("is not empty"),
        "{again:?}"
    );
}

/// The names in `${NAME:?}` of a text.
fn used(text: &str) -> BTreeSet<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines
        .flat_map(|line| line.split("${").skip(1))
        .map(|rest| rest.split_once('}').expect("a closing brace").0)
        .map(|name| {
            name.strip_suffix(":?")
                .unwrap_or_else(|| panic!("${{{name}}} may be empty: say `:?`"))
                .to_owned()
        })
        .collect()
}

fn resolved(text: &str) -> String {
    variables().iter().fold(text.to_owned(), |text, (name, value)| {
        text.replace(&format!("${{{name}:?}}"), value)
    })
}

fn services() -> serde_json::Map<String, Value> {
    yaml("docker-compose.yml")["services"]
        .as_object()
        .expect("services")
        .clone()
}

#[test]
fn the_compose_file_uses_exactly_the_variables_of_the_example() {
    let documented: BTreeSet<String> = variables().into_keys().collect();
    let mut named = used(&read("docker-compose.yml"));
    named.extend(used(&read("docker-compose.prod.yml")));
    assert_eq!(named, documented);
}

#[test]
fn files_that_the_compose_file_mounts_exist() {
    for (name, service) in services() {
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let volume = resolved(volume.as_str().unwrap());
            let source = volume.split(':').next().unwrap();
            // Certificates are the operator's.
            if source.starts_with('.') && source != "./docker/tls" {
                assert!(
                    places::workspace().join(source).exists(),
                    "{name} mounts {source}, which does not exist"
                );
            }
        }
    }
}

#[test]
fn volumes_networks_and_dependencies_of_the_compose_file_are_declared() {
    let compose = yaml("docker-compose.yml");
    let services = services();
    for (name, service) in &services {
        for volume in service["volumes"].as_array().into_iter().flatten() {
            let source = volume.as_str().unwrap().split(':').next().unwrap();
            if !source.starts_with(['.', '$']) {
                assert!(
                    compose["volumes"].as_object().unwrap().contains_key(source),
                    "{name}: {source}"
                );
            }
        }
        // A list of names, or a mapping of names to what is special there.
        let networks: Vec<String> = match &service["networks"] {
            Value::Object(networks) => networks.keys().cloned().collect(),
            Value::Array(networks) => networks
                .iter()
                .map(|network| network.as_str().unwrap().to_owned())
                .collect(),
            other => panic!("{name}: {other}"),
        };
        for network in networks {
            assert!(
                compose["networks"].as_object().unwrap().contains_key(&network),
                "{name}: {network}"
            );
        }
        for (dependency, condition) in service["depends_on"].as_object().into_iter().flatten() {
            assert!(
                services.contains_key(dependency),
                "{name} depends on {dependency}"
            );
            assert_eq!(
                condition["condition"], "service_healthy",
                "{name} does not wait for {dependency}"
            );
        }
    }
}

#[test]
fn the_host_knows_every_setting_that_the_compose_file_and_the_image_give_it() {
    let mut settings: BTreeMap<String, String> = services()["porthole"]["environment"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), resolved(value.as_str().unwrap())))
        .collect();
    for word in read("docker/Dockerfile").split_whitespace() {
        if let Some((name, value)) = word.split_once('=')
            && name.starts_with("PORTHOLE_")
        {
            settings.insert(name.to_owned(), value.to_owned());
        }
    }
    assert!(settings.len() >= 6, "{settings:?}");
    let folders = ["PORTHOLE_CONFIG_DIR", "PORTHOLE_DATA_DIR"];
    let site = settings
        .iter()
        .filter(|(name, _)| !folders.contains(&name.as_str()))
        .fold(Site::new(), |site, (name, value)| site.with(name, value));
    site.run(&["validate"]).ok();
    // The sample tenants find their databases' addresses in the variables.
    let folder = places::workspace().join("docker/config");
    let variables: Vec<_> = settings
        .iter()
        .filter(|(name, _)| !folders.contains(&name.as_str()))
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let folder = folder.to_str().unwrap();
    let said = site
        .run_with(&variables, &["validate", "--config-dir", folder])
        .ok();
    assert!(said.contains("no faults in 2 tenants"), "{said}");
}

#[test]
fn the_proxys_address_is_the_one_that_the_host_believes() {
    let compose = yaml("docker-compose.yml");
    let trusted = &compose["services"]["porthole"]["environment"]["PORTHOLE_TRUSTED_PROXIES"];
    assert_eq!(
        *trusted,
        compose["services"]["nginx"]["networks"]["front"]["ipv4_address"]
    );
}

#[test]
fn the_unit_of_systemd_is_hardened_and_starts_what_there_is() {
    let unit = read("docker/systemd/porthole.service");
    for line in [
        "ExecStart=/usr/local/bin/porthole serve --config /etc/porthole/porthole.yaml",
        "User=porthole",
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "CapabilityBoundingSet=",
        // `systemctl restart` comes back when it answers.
        "Type=notify",
    ] {
        assert!(unit.lines().any(|found| found == line), "{line}");
    }
    // Commands beside the service read the same settings: what stands in the unit only would be the service's alone.
    let own = unit.lines().filter(|line| line.starts_with("Environment="));
    assert_eq!(own.collect::<Vec<_>>(), Vec::<&str>::new());
    let state = unit
        .lines()
        .find_map(|line| line.strip_prefix("StateDirectory="))
        .unwrap();
    let guide = read("docs/src/deployment.md");
    assert!(
        guide.contains(&format!("\ndata_dir: \"/var/lib/{state}\"\n")),
        "{state}"
    );
    // The start waits for the central database for a minute.
    let start = unit
        .lines()
        .find_map(|line| line.strip_prefix("TimeoutStartSec="));
    assert!(start.unwrap().parse::<u64>().unwrap() > 2 * 60);
    let help = Site::new().run(&["serve", "--help"]).ok();
    assert!(help.contains("--config"), "{help}");
}

#[test]
fn instances_of_the_unit_have_ports_and_folders_of_their_own() {
    let own = read("docker/systemd/replica.conf");
    let settings = own.lines().filter_map(|line| line.strip_prefix("Environment="));
    let settings: Vec<_> = settings.map(|setting| setting.split_once('=').unwrap()).collect();
    let names: Vec<_> = settings.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, ["PORTHOLE_LISTEN", "PORTHOLE_DATA_DIR"]);
    assert!(
        settings.iter().all(|(_, value)| value.contains("%i")),
        "{settings:?}"
    );
    // A list in units: the unit's own is taken out first, and what is written to is what may be written to.
    assert!(own.contains("\nStateDirectory=\nStateDirectory=porthole-%i\n"));
    assert_eq!(settings[1].1, "/var/lib/porthole-%i");
    // The host takes them.
    let site = settings
        .iter()
        .fold(Site::new(), |site, (name, value)| match *name {
            "PORTHOLE_LISTEN" => site.with(name, &value.replace("%i", "8081")),
            _ => site,
        });
    site.run(&["validate"]).ok();
}

#[test]
fn a_backup_by_itself_runs_the_script_that_is_shipped_under_a_name_that_is_new_each_time() {
    let service = read("docker/systemd/porthole-backup.service");
    let start = service
        .lines()
        .find_map(|line| line.strip_prefix("ExecStart="))
        .unwrap();
    let guide = read("docs/src/deployment.md");
    let program = start.split(' ').next().unwrap();
    assert!(guide.contains(&format!(
        "install -m 755 docker/systemd/porthole-backup {program}\n"
    )));
    assert!(read("docker/systemd/porthole-backup.timer").contains("\nOnCalendar="));
    let script = read("docker/systemd/porthole-backup");
    assert!(script.contains("\numask 077\n") && script.contains("date +%F-%H%M%S"));
}

#[test]
fn the_shipped_proxy_takes_no_replica_for_dead() {
    for file in ["docker/nginx-http.conf", "docker/nginx-tls.conf"] {
        let text = read(file);
        let servers: Vec<_> = text
            .lines()
            .map(str::trim)
            .filter(|line| line.starts_with("server ") && line.ends_with(';'))
            .collect();
        assert_eq!(servers, ["server porthole:8080 max_fails=0;"; 2], "{file}");
        // And none of it counts anything else against one.
        assert!(!text.contains("fail_timeout"), "{file}");
    }
}

#[test]
fn the_image_runs_as_nobody_special_and_the_service_is_read_only() {
    let dockerfile = read("docker/Dockerfile");
    let last = dockerfile.rsplit("\nFROM ").next().unwrap();
    let user = last
        .lines()
        .find_map(|line| line.strip_prefix("USER "))
        .expect("a USER in the last stage");
    assert!(
        user.split(':').all(|id| id.parse::<u32>().is_ok_and(|id| id > 0)),
        "USER {user}"
    );
    assert!(!last.contains("RUN "), "the last stage runs something as root");

    let service = &services()["porthole"];
    assert_eq!(service["read_only"], true);
    assert_eq!(service["cap_drop"][0], "ALL");
    assert_eq!(service["security_opt"][0], "no-new-privileges:true");
}

#[test]
fn no_image_is_of_whatever_version_comes() {
    let compose = services();
    let images = compose
        .values()
        .filter(|service| service["build"].is_null())
        .map(|service| &service["image"]);
    let mut images: Vec<String> = images.map(|image| image.as_str().unwrap().to_owned()).collect();
    let dockerfile = read("docker/Dockerfile");
    images.extend(
        dockerfile
            .lines()
            .filter_map(|line| line.strip_prefix("FROM ")?.split(' ').next())
            .map(str::to_owned),
    );
    assert!(images.len() > 5);
    for image in images {
        let version = image.split_once(':').map(|(_, version)| version);
        assert!(version.is_some_and(|version| version != "latest"), "{image}");
    }
}

#[test]
fn the_image_is_built_with_the_compiler_that_the_workspace_asks_for() {
    let manifest = read("Cargo.toml");
    let wanted = manifest
        .lines()
        .find_map(|line| line.strip_prefix("rust-version = "))
        .unwrap()
        .trim_matches('"');
    assert!(
        read("docker/Dockerfile").contains(&format!("FROM rust:{wanted}-")),
        "rust-version is {wanted}"
    );
    assert!(read(".github/workflows/ci.yml").contains(&format!("toolchain install {wanted} ")));
}

#[test]
fn what_the_image_copies_from_the_checkout_is_not_ignored() {
    let ignored = read(".dockerignore");
    for needed in [
        "wit",
        "sdk",
        "plugins",
        "model",
        "passwords",
        "host",
        "ui",
        "config",
        "migrations",
        "xtask",
        "Cargo.lock",
    ] {
        assert!(
            !ignored.lines().any(|line| line.trim_end_matches('/') == needed),
            "{needed} is ignored"
        );
        assert!(
            Path::new(&places::workspace()).join(needed).exists(),
            "{needed} does not exist"
        );
    }
}

#[test]
fn continuous_integration_measures_what_tests_run_and_says_it() {
    let workflow = yaml(".github/workflows/ci.yml");
    let steps = workflow["jobs"]["coverage"]["steps"].as_array().unwrap();
    let step = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap();
    assert!(
        step("Measure")["run"]
            .as_str()
            .unwrap()
            .contains("cargo xtask coverage | tee coverage.txt")
    );
    // With it a failure before the `|` is one.
    assert_eq!(step("Measure")["shell"], "bash");
    let said = step("Say it")["run"].as_str().unwrap();
    // What the command prints, told on the run's own page.
    let folder = tempfile::tempdir().unwrap();
    let printed = "TOTAL 1 1\nlines of the host that tests run: 84.2 % (at least 80 % wanted)\n";
    std::fs::write(folder.path().join("coverage.txt"), printed).unwrap();
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", said])
        .current_dir(folder.path())
        .env("GITHUB_STEP_SUMMARY", "summary.md");
    Outcome::of(&mut bash, "").ok();
    let summary = std::fs::read_to_string(folder.path().join("summary.md")).unwrap();
    assert!(
        summary.contains("\n- lines of the host that tests run: 84.2 %"),
        "{summary}"
    );
    assert!(read("xtask/src/coverage.rs").contains("\"lines of {} that tests run: "));
}

#[test]
fn continuous_integration_runs_the_commands_that_exist() {
    let workflow = yaml(".github/workflows/ci.yml");
    assert!(
        workflow["jobs"].as_object().is_some_and(|jobs| jobs.len() >= 3),
        "{workflow}"
    );
    let help = read("xtask/src/main.rs");
    for file in [
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        "docker/Dockerfile",
        ".ci/run",
    ] {
        for task in read(file).split("cargo xtask ").skip(1) {
            let task: String = task.chars().take_while(char::is_ascii_alphabetic).collect();
            let variant = format!("{}{}", task[..1].to_uppercase(), &task[1..]);
            assert!(
                help.contains(&format!("    {variant}(")),
                "{file} runs `cargo xtask {task}`"
            );
        }
    }
    // Continuous integration runs what a reader of the README runs.
    assert!(read(".ci/run").contains("cargo xtask test"));
    assert!(read("README.md").contains("cargo xtask test"));
}
