//! Whoever writes a tenant's dashboards gets no further than the tenant's folder, and cannot exhaust the host.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod folder;

use std::fmt::Write as _;

use folder::{DASHBOARD, Folder, assert_faults, lines, tenant};

fn shown_file(folder: &Folder, name: &str) -> Vec<String> {
    folder.write(
        "dashboards/default.yaml",
        DASHBOARD.replace("panels/load.yaml", name),
    );
    let config = folder.load();
    assert!(tenant(&config).panels["load"].panel().is_none(), "{name}");
    lines(tenant(&config).panels["load"].diagnostics())
}

#[test]
fn a_panels_file_cannot_be_outside_of_the_tenants_folder() {
    let folder = Folder::new();
    let other = folder.path().join("tenants/two/panels");
    std::fs::create_dir_all(&other).unwrap();
    std::fs::write(other.join("secret.yaml"), folder::PANEL).unwrap();
    for name in [
        "../two/panels/secret.yaml",
        "panels/../../two/panels/secret.yaml",
        "/etc/passwd",
        "//etc/passwd",
        "..",
        "panels\\\\..\\\\..\\\\two\\\\panels\\\\secret.yaml",
        "panels/load.yaml\\0",
    ] {
        let faults = shown_file(&folder, name);
        assert_eq!(faults.len(), 1, "{name}: {faults:?}");
        assert!(
            faults[0].contains("leads out of the tenant's folder"),
            "{name}: {faults:?}"
        );
    }
    assert!(shown_file(&folder, "panels")[0].contains("is not a plain file"));
}

#[cfg(unix)]
#[test]
fn a_link_does_not_lead_out_either() {
    use std::os::unix::fs::symlink;
    let folder = Folder::new();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("secret.yaml"), folder::PANEL).unwrap();
    let inside = folder.tenant_path();
    symlink(
        outside.path().join("secret.yaml"),
        inside.join("panels/link.yaml"),
    )
    .unwrap();
    symlink(outside.path(), inside.join("panels/links")).unwrap();
    symlink(
        outside.path().join("secret.yaml"),
        inside.join("dashboards/link.yaml"),
    )
    .unwrap();
    symlink(
        inside.join("panels/load.yaml"),
        inside.join("panels/allowed.yaml"),
    )
    .unwrap();
    for name in ["panels/link.yaml", "panels/links/secret.yaml"] {
        assert!(
            shown_file(&folder, name)[0].contains("leads out of the tenant's folder"),
            "{name}"
        );
    }
    let config = folder.load();
    let faults = lines(&config.diagnostics);
    assert!(
        faults
            .iter()
            .any(|fault| fault.starts_with("dashboards/link.yaml:1:1") && fault.contains("leads out"))
    );
    assert!(tenant(&config).panels["allowed"].panel().is_some());
}

#[cfg(unix)]
#[test]
fn a_pipe_is_not_waited_for() {
    let folder = Folder::new();
    let pipe = folder.tenant_path().join("panels/pipe.yaml");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    assert!(shown_file(&folder, "panels/pipe.yaml")[0].contains("is not a plain file"));
}

#[test]
fn refuses_files_that_are_too_large_or_no_text() {
    let folder = Folder::new();
    folder.write(
        "panels/load.yaml",
        format!("{}# {}\n", folder::PANEL, "x".repeat(1024 * 1024)),
    );
    assert!(shown_file(&folder, "panels/load.yaml")[0].contains("larger than 1 MiB"));
    folder.write("panels/load.yaml", b"panel:\n  title: \"\xff\"\n");
    assert_faults(
        &shown_file(&folder, "panels/load.yaml"),
        &[("panels/load.yaml:2:11", "not UTF-8")],
    );
}

#[test]
fn aliases_cannot_multiply_without_end() {
    let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (level, name) in ('b'..='k').enumerate() {
        let below = char::from(b'a' + u8::try_from(level).unwrap());
        writeln!(
            bomb,
            "{name}: &{name} [{}]",
            vec![format!("*{below}"); 10].join(", ")
        )
        .unwrap();
    }
    let faults = Folder::faults_of_panel(&bomb);
    assert_eq!(faults.len(), 1);
    assert!(faults[0].contains("more than 10000 values"), "{faults:?}");

    let text = format!(
        "a: &a \"{}\"\nb: [{}]\n",
        "x".repeat(500_000),
        vec!["*a"; 50].join(", ")
    );
    assert!(Folder::faults_of_panel(&text)[0].contains("MiB of text"));
}

#[test]
fn nesting_is_bounded_also_through_aliases() {
    for text in [
        "[".repeat(100_000),
        "- ".repeat(100_000),
        format!("a: {}", "{b: ".repeat(5000)),
        (0..5000).fold(String::new(), |mut text, depth| {
            writeln!(text, "{}a:", " ".repeat(depth % 400)).unwrap();
            text
        }),
    ] {
        assert_eq!(Folder::faults_of_panel(&text).len(), 1);
    }
    let mut chain = "l0: &l0 [x]\n".to_owned();
    for level in 1..90 {
        writeln!(chain, "l{level}: &l{level} [*l{}]", level - 1).unwrap();
    }
    assert!(Folder::faults_of_panel(&chain)[0].contains("levels of nesting"));
    assert_eq!(Folder::faults_of_panel("a: &a [*a]\n").len(), 1);
}

#[test]
fn sensible_aliases_and_merges_are_welcome() {
    let folder = Folder::new();
    folder.write(
        "panels/load.yaml",
        format!(
            "{}  display:\n    good: &good {{color: \"#10B981\", label: \"good\"}}\n    first: {{<<: *good, label: \"fine\"}}\n    second: *good\n",
            folder::PANEL
        ),
    );
    let config = folder.load();
    assert_eq!(lines(&config.diagnostics), [""; 0]);
    let display = &tenant(&config).panels["load"].panel().unwrap().display;
    assert_eq!(
        display["first"],
        serde_json::json!({"color": "#10B981", "label": "fine"})
    );
    assert_eq!(display["second"], display["good"]);
}

#[test]
fn a_thousand_faults_are_not_a_thousand_messages() {
    let mut text = folder::PANEL.to_owned();
    for number in 0..1000 {
        writeln!(text, "  unknown{number}: 1").unwrap();
    }
    let faults = Folder::faults_of_panel(&text);
    assert_eq!(faults.len(), 51);
    assert!(faults[50].contains("950 more faults"));
}

#[test]
fn messages_do_not_grow_with_what_they_complain_about() {
    let faults = Folder::faults_of_panel(&format!("panel: \"{}\"\n", "x\\n".repeat(100_000)));
    assert!(faults[0].len() < 300, "{}", faults[0].len());
}

#[test]
fn numbers_that_json_does_not_have_are_refused() {
    let faults = Folder::faults_of_panel(&format!("{}  display: {{a: [.nan]}}\n", folder::PANEL));
    assert_faults(&faults, &[("panels/load.yaml:7:17", "not a finite number")]);
}

mod any_text {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

        /// No text makes reading panic, and every fault is in the file.
        #[test]
        fn is_read_without_a_panic(text in "([ a-z0-9:\\-\\[\\]{}&*!|>'\"#%@`,?~<\\n\\\\]|panel|title|type|\\n  ){0,80}") {
            for fault in Folder::faults_of_panel(&text) {
                prop_assert!(fault.contains(".yaml:"));
            }
            for fault in Folder::faults_of_dashboard(&text) {
                prop_assert!(fault.contains(".yaml:"));
            }
        }
    }
}
