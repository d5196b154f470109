//! The folder of precompiled components: what it saves, and that nobody else can put code there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::fs;
use std::path::{Path, PathBuf};

use porthole_sandbox::{Sandbox, SandboxError, SandboxOptions};
use world::{component, render};

fn sandbox_at(folder: &Path) -> Result<Sandbox, SandboxError> {
    let cache_dir = Some(folder.join("compiled"));
    Sandbox::new(SandboxOptions {
        calls: 2,
        cache_dir,
        ..SandboxOptions::default()
    })
}

/// The one precompiled file.
fn compiled_file(folder: &Path) -> PathBuf {
    let files: Vec<_> = fs::read_dir(folder.join("compiled"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "compiled"))
        .collect();
    assert_eq!(files.len(), 1, "{files:?}");
    files[0].clone()
}

#[tokio::test]
async fn a_component_is_compiled_once_and_then_read() {
    let folder = tempfile::tempdir().unwrap();
    sandbox_at(folder.path())
        .unwrap()
        .load(component("porthole_rogues"), "a")
        .await
        .unwrap();
    let file = compiled_file(folder.path());
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    let again = sandbox_at(folder.path()).unwrap();
    let rogue = again.load(component("porthole_rogues"), "a").await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written);
    assert!(
        render(&again, &rogue, r#"{"do":"query","count":1}"#)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_forged_file_is_dropped_and_compiled_again() {
    let folder = tempfile::tempdir().unwrap();
    sandbox_at(folder.path())
        .unwrap()
        .load(component("porthole_rogues"), "a")
        .await
        .unwrap();
    let file = compiled_file(folder.path());
    let good = fs::read(&file).unwrap();
    let spoil = |place: usize| {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        bytes
    };
    let forgeries = [
        spoil(0),
        spoil(32),
        spoil(good.len() - 1),
        good[..good.len() / 2].to_vec(),
        good[32..].to_vec(),
        Vec::new(),
    ];
    for forged in forgeries {
        fs::write(&file, &forged).unwrap();
        let sandbox = sandbox_at(folder.path()).unwrap();
        let rogue = sandbox.load(component("porthole_rogues"), "a").await.unwrap();
        assert!(render(&sandbox, &rogue, r#"{"do":"nothing"}"#).await.is_ok());
        assert_ne!(fs::read(compiled_file(folder.path())).unwrap(), forged);
    }
}

#[tokio::test]
async fn a_file_written_under_another_key_or_for_another_component_is_not_believed() {
    let (ours, theirs) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for folder in [&ours, &theirs] {
        sandbox_at(folder.path())
            .unwrap()
            .load(component("porthole_rogues"), "a")
            .await
            .unwrap();
    }
    let foreign = fs::read(compiled_file(theirs.path())).unwrap();
    fs::write(compiled_file(ours.path()), &foreign).unwrap();
    sandbox_at(ours.path())
        .unwrap()
        .load(component("porthole_rogues"), "a")
        .await
        .unwrap();
    assert_ne!(fs::read(compiled_file(ours.path())).unwrap(), foreign);
}

#[cfg(unix)]
#[test]
fn a_folder_or_key_that_others_can_use_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    sandbox_at(folder.path()).unwrap();
    let compiled = folder.path().join("compiled");
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&compiled), 0o700);
    assert_eq!(mode(&compiled.join("key")), 0o600);

    fs::set_permissions(compiled.join("key"), fs::Permissions::from_mode(0o644)).unwrap();
    let error = sandbox_at(folder.path()).err().expect("a readable key");
    assert!(error.to_string().contains("others can read it"), "{error}");
    fs::set_permissions(compiled.join("key"), fs::Permissions::from_mode(0o600)).unwrap();

    fs::set_permissions(&compiled, fs::Permissions::from_mode(0o777)).unwrap();
    let error = sandbox_at(folder.path()).err().expect("a writable folder");
    assert!(error.to_string().contains("others can write in it"), "{error}");
}
