//! The script that runs the program as the service does reads variables as the service manager does, or refuses to.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use porthole_tests::places;

/// Runs the script with a file of variables; what it would run is told a variable's name and prints its value.
fn run(folder: &Path, file: &str, arguments: &[&str]) -> Output {
    let file_name = folder.join("porthole.env");
    fs::write(&file_name, file).unwrap();
    let script = fs::read_to_string(places::workspace().join("docker/systemd/porthole-admin")).unwrap();
    let file_name = file_name.display().to_string();
    let there = [
        ("/etc/porthole.env", file_name.as_str()),
        ("cd /etc/porthole", "cd /"),
        ("runuser -u porthole -- /usr/local/bin/porthole", "printenv"),
        ("/usr/local/bin/porthole", "echo"),
    ];
    let script = there.iter().fold(script, |script, (from, to)| {
        assert!(script.contains(from), "{from}");
        script.replace(from, to)
    });
    Command::new("sh")
        .args(["-c", &script, "porthole-admin"])
        .args(arguments)
        .env("MINE", "the caller's")
        .output()
        .expect("a shell runs")
}

fn value(file: &str, name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), file, &[name]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.strip_suffix('\n').unwrap().to_owned()
}

#[test]
fn variables_are_read_as_the_service_manager_reads_them() {
    for (file, expected) in [
        ("A=one\n", "one"),
        ("A=last line without an end", "last line without an end"),
        ("A=one\nB=two\nA=three\n", "three"),
        ("; a comment\n  # another\n\n\t A = one two \t\r\n", "one two"),
        ("A=\"one  two\"\n", "one  two"),
        ("A='$HOME `id`'\n", "$HOME `id`"),
        ("A=$(id) # no comment\n", "$(id) # no comment"),
        ("A=it's\n", "it's"),
        ("A=a=b\n", "a=b"),
        ("A=\n", ""),
    ] {
        assert_eq!(value(file, "A"), expected, "{file:?}");
    }
    assert_eq!(value("MINE=the file's\nMINE=again\n", "MINE"), "the caller's");
}

#[test]
fn what_is_not_understood_is_refused_with_its_line() {
    for line in [
        "no value",
        "export A=one",
        "1A=one",
        "=one",
        "A=one\\",
        "A=\"one",
        "A=\"one\" two",
        "A='one'two'",
        "$(id)=one",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let output = run(folder.path(), &format!("B=1\n{line}\n"), &["B"]);
        assert_eq!(output.status.code(), Some(2), "{line}: {output:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("porthole.env:2: "), "{line}: {said}");
        assert!(output.stdout.is_empty(), "{line}");
    }
}

#[test]
fn tenants_are_added_as_who_may_write_the_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), "A=1\n", &["tenant", "add", "acme"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "tenant add acme\n");
}
