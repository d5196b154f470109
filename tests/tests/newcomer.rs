//! Somebody follows the deployment guide on a machine without containers: databases, program, tenants, Keycloak, TLS, backup,
//! and all of it again on a second machine. The commands are the guide's own, in a folder in the place of `/`.
#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "newcomer/machine.rs"]
mod machine;

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use machine::{HOST, Machine, commands};

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
    let keycloak = commands("Keycloak");
    first.set_up_proxy();
    if first.has_keycloak() {
        first.start_keycloak();
        first.run(&keycloak[2]);
    }
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
    let ada = first.has_keycloak().then(|| first.seen_by_ada());
    if let Some(ada) = &ada {
        assert_eq!(*ada, before[..4]);
        assert_eq!(
            first.shut(),
            ["403", "403", "403", "403", "403", "403", "400", "404", "404"]
        );
    }
    // What the service reads is readable to it, though root makes files that only root may read.
    for file in [
        "porthole.yaml",
        "tenants/alpha/tenant.yaml",
        "tenants/alpha/panels",
    ] {
        let mode = mode(&first.at(&format!("/etc/porthole/{file}")));
        assert_eq!(mode & 0o044, 0o044, "{file}: {mode:o}");
    }
    let kept = commands("Keep, and put back");
    first.run(&kept[usize::from(ada.is_some())]);
    // Passwords of two kinds are in the dumps: nobody but root may read them.
    let dumps = first.at("/var/backups/porthole-databases");
    assert_eq!(mode(&dumps), 0o700);
    let dumps: Vec<_> = std::fs::read_dir(dumps)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    assert_eq!(dumps.len(), 2 + usize::from(ada.is_some()), "{dumps:?}");
    for dump in dumps {
        assert_eq!(mode(&dump), 0o600, "{}", dump.display());
    }

    // Another machine, to which the backups are brought.
    let mut second = Machine::new();
    second.set_up();
    for tenant in ["alpha", "beta"] {
        std::fs::remove_dir_all(second.at(&format!("/etc/porthole/tenants/{tenant}"))).unwrap();
    }
    let backups = (first.at("/var/backups/."), second.at("/var/backups/"));
    let copied = Command::new("cp").arg("-r").args([backups.0, backups.1]).status();
    assert!(copied.unwrap().success());
    drop(first);
    second.run(&kept[2]);
    second.set_up_proxy();
    if ada.is_some() {
        second.run(&kept[3]);
        second.start_keycloak();
    }
    second.serve();
    assert_eq!(second.seen(), before);
    if ada.is_some() {
        assert_eq!(Some(second.seen_by_ada()), ada);
    }
}
