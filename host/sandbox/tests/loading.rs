//! What is accepted as a plugin, and what is not.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use porthole_sandbox::{Absent, Limits, LoadError, Registry, Sandbox};
use world::{assert_empty, component, components, small_sandbox};

async fn refusal(sandbox: &Sandbox, bytes: Vec<u8>) -> LoadError {
    sandbox
        .load(bytes, "upload.wasm")
        .await
        .expect_err("it must not be accepted")
}

#[tokio::test]
async fn a_panel_is_accepted_and_known_by_its_name_and_hash() {
    let sandbox = small_sandbox();
    let plugin = sandbox
        .load(component("porthole_rogues"), "rogues.wasm")
        .await
        .unwrap();
    assert_eq!(plugin.name(), "rogue");
    assert_eq!(plugin.version(), "0.1.0");
    assert_eq!(plugin.hash().len(), 64);
    assert_eq!(plugin.origin(), "rogues.wasm");
    assert_empty(&sandbox);
}

#[tokio::test]
async fn every_panel_in_rust_that_was_built_is_accepted_and_needs_no_wasi() {
    let sandbox = small_sandbox();
    let mut seen = 0;
    for entry in std::fs::read_dir(components()).expect("run `cargo xtask build` first") {
        let path = entry.unwrap().path();
        // Those in other languages have tests of their own.
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let in_rust = !name.contains("python") && !name.contains("javascript");
        if in_rust && path.extension().is_some_and(|extension| extension == "wasm") {
            let bytes = std::fs::read(&path).unwrap();
            assert!(
                !bytes.windows(5).any(|window| window == b"wasi:"),
                "{}",
                path.display()
            );
            let plugin = sandbox.load(bytes, &path.display().to_string()).await.unwrap();
            assert!(!plugin.descriptor().title.is_empty());
            seen += 1;
        }
    }
    assert!(seen > 0, "run `cargo xtask build` first");
    assert_empty(&sandbox);
}

#[tokio::test]
async fn bytes_that_are_no_component_are_refused_and_named() {
    let sandbox = small_sandbox();
    let cases: [(&[u8], &str); 5] = [
        (b"", "too few"),
        (b"\x00as", "too few"),
        (b"hello, I am a panel", "does not begin like WebAssembly"),
        (b"\x7fELF\x02\x01\x01\x00", "compiled already"),
        (b"\0asm\x02\0\0\0", "version"),
    ];
    for (bytes, expected) in cases {
        let error = refusal(&sandbox, bytes.to_vec()).await;
        assert!(matches!(error, LoadError::Unreadable { .. }));
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[tokio::test]
async fn a_core_module_is_refused_with_advice() {
    let module = wat::parse_str("(module (func (export \"render\")))").unwrap();
    let error = refusal(&small_sandbox(), module).await;
    assert!(error.to_string().contains("core module"), "{error}");
}

#[tokio::test]
async fn a_component_cut_short_or_overwritten_is_refused_wherever_it_is_cut() {
    let sandbox = small_sandbox();
    let whole = component("porthole_rogues");
    for part in 1..16 {
        let cut = whole[..whole.len() * part / 16].to_vec();
        refusal(&sandbox, cut).await;
    }
    // Random bytes in the middle, always the same ones.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..16 {
        let mut spoilt = whole.clone();
        for _ in 0..64 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let place = 8 + (state as usize) % (spoilt.len() - 8);
            spoilt[place] = (state >> 40) as u8;
        }
        // It may still be a panel, if only data was hit; what counts is that nothing worse happens.
        let _ = sandbox.load(spoilt, "spoilt.wasm").await;
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn a_component_of_another_world_is_refused_by_the_name_of_what_is_missing() {
    let sandbox = small_sandbox();
    let empty = wat::parse_str("(component)").unwrap();
    let error = refusal(&sandbox, empty).await;
    assert!(matches!(error, LoadError::WrongWorld { .. }));
    assert!(
        error
            .to_string()
            .contains("it does not export porthole:panel/panel"),
        "{error}"
    );
}

#[tokio::test]
async fn an_import_that_no_panel_may_have_is_refused_by_its_name() {
    let sandbox = small_sandbox();
    for import in [
        "wasi:http/outgoing-handler@0.2.0",
        "porthole:admin/secrets@0.1.0",
        "evil:thing/x",
    ] {
        let text = format!(r#"(component (import "{import}" (instance)))"#);
        let error = refusal(&sandbox, wat::parse_str(text).unwrap()).await;
        assert!(matches!(error, LoadError::WrongWorld { .. }), "{error}");
        assert!(error.to_string().contains(import), "{error}");
    }
}

#[tokio::test]
async fn a_known_name_with_another_meaning_is_refused() {
    let sandbox = small_sandbox();
    let text = r#"(component
        (import "porthole:panel/log@0.1.0" (instance (export "write" (func (param "level" u32)))))
        (instance (export "porthole:panel/panel@0.1.0")))"#;
    let error = refusal(&sandbox, wat::parse_str(text).unwrap()).await;
    assert!(matches!(error, LoadError::WrongWorld { .. }), "{error}");
    let text = r#"(component (instance (export "porthole:panel/panel@0.1.0")))"#;
    let error = refusal(&sandbox, wat::parse_str(text).unwrap()).await;
    assert!(matches!(error, LoadError::WrongWorld { .. }), "{error}");
}

#[tokio::test]
async fn a_component_that_is_too_large_is_refused_unread() {
    let sandbox = small_sandbox();
    let limits = Limits {
        component_bytes: 1_000,
        ..Limits::default()
    };
    let error = sandbox
        .load_within(vec![0; 1_001], "upload.wasm", &limits)
        .await
        .expect_err("it must not be accepted");
    assert!(
        matches!(
            error,
            LoadError::TooLarge {
                size: 1_001,
                limit: 1_000,
                ..
            }
        ),
        "{error}"
    );
}

#[tokio::test]
async fn a_tenants_own_type_is_seen_by_that_tenant_only() {
    let sandbox = small_sandbox();
    let plugin = sandbox
        .load(component("porthole_rogues"), "rogues.wasm")
        .await
        .unwrap();
    let registry = Registry::new();
    registry.replace_tenant("acme", std::slice::from_ref(&plugin), Absent::default());
    assert!(registry.get("acme", "rogue").is_some());
    assert!(registry.get("other", "rogue").is_none());
    assert_eq!(registry.type_names("acme"), ["rogue"]);
    registry.replace_tenant("acme", &[], Absent::default());
    assert!(registry.get("acme", "rogue").is_none());
    assert!(registry.insert(plugin).is_none());
    assert!(registry.get("other", "rogue").is_some());
}
