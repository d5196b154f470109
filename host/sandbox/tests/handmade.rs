//! Hostile components that no compiler makes, and what is left of WASI.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::time::Duration;

use porthole_sandbox::bindings::View;
use porthole_sandbox::{FaultKind, LimitName, Limits, LoadError};
use world::handmade::Handmade;
use world::{assert_empty, limit_of, render, render_within, small_sandbox};

const ENDLESS: &str = "(loop $again (br $again)) unreachable";

#[tokio::test]
async fn a_handmade_panel_works() {
    let sandbox = small_sandbox();
    let plugin = sandbox
        .load(Handmade::default().build(), "handmade")
        .await
        .unwrap();
    assert_eq!(plugin.name(), "handmade");
    let rendered = render(&sandbox, &plugin, "{}").await.unwrap();
    assert_eq!(rendered.view, View::Document(String::new()));
}

#[tokio::test]
async fn a_start_function_without_end_is_stopped() {
    let fields = r#"(memory (export "memory") 1) (func $begin (loop $again (br $again))) (start $begin)"#;
    let sandbox = small_sandbox();
    let bytes = Handmade {
        fields,
        ..Handmade::default()
    };
    let limits = Limits {
        // On a busy machine half a second of computing may take its time.
        wall: Duration::from_secs(60),
        ..Limits::default()
    };
    let error = sandbox
        .load_within(bytes.build(), "x", &limits)
        .await
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "x: the plugin could not describe itself: it reached its limit of cpu: 500 ms"
    );
    assert_empty(&sandbox);
}

#[tokio::test]
async fn a_description_that_never_comes_or_crashes_is_refused() {
    let sandbox = small_sandbox();
    for describe in [ENDLESS, "unreachable", "(i32.const -8)", "(i32.const 1025)"] {
        let error = sandbox
            .load(
                Handmade {
                    describe,
                    ..Handmade::default()
                }
                .build(),
                "x",
            )
            .await
            .unwrap_err();
        assert!(matches!(error, LoadError::Describe { .. }), "{describe}: {error}");
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn a_description_that_lies_is_refused() {
    let sandbox = small_sandbox();
    for name in ["../kpi", "KPI", "a b", ""] {
        let error = sandbox
            .load(
                Handmade {
                    name,
                    ..Handmade::default()
                }
                .build(),
                "x",
            )
            .await
            .unwrap_err();
        assert!(matches!(error, LoadError::Descriptor { .. }), "{error}");
        assert!(error.to_string().contains("`type-name`"), "{error}");
    }
}

#[tokio::test]
async fn a_version_or_a_size_that_is_none_is_refused_by_its_field() {
    let sandbox = small_sandbox();
    let liars = [
        (
            Handmade {
                version: "newest",
                ..Handmade::default()
            },
            "`version`",
        ),
        (
            Handmade {
                version: "",
                ..Handmade::default()
            },
            "`version`",
        ),
        (
            Handmade {
                size: (0, 2),
                ..Handmade::default()
            },
            "`default-size`",
        ),
        (
            Handmade {
                size: (13, 2),
                ..Handmade::default()
            },
            "`default-size`",
        ),
        (
            Handmade {
                size: (3, 255),
                ..Handmade::default()
            },
            "`default-size`",
        ),
    ];
    for (liar, field) in liars {
        let error = sandbox.load(liar.build(), "x").await.unwrap_err();
        assert!(matches!(error, LoadError::Descriptor { .. }), "{error}");
        assert!(error.to_string().contains(field), "{error}");
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn parts_beyond_a_tenants_limit_are_refused_by_name_and_value() {
    let sandbox = small_sandbox();
    let many = Handmade {
        fields: r#"(memory (export "memory") 1) (memory 1) (table 10 funcref) (table 10 funcref)"#,
        ..Handmade::default()
    };
    let plugin = sandbox.load(many.build(), "many").await.unwrap();
    assert!(render(&sandbox, &plugin, "{}").await.is_ok());
    let usual = Limits::default;
    for (limits, name, value) in [
        (
            Limits {
                memories: 1,
                ..usual()
            },
            LimitName::Memories,
            "1",
        ),
        (Limits { tables: 1, ..usual() }, LimitName::Tables, "1"),
        (
            Limits {
                table_elements: 15,
                ..usual()
            },
            LimitName::TableElements,
            "15",
        ),
        (
            Limits {
                instances: 0,
                ..usual()
            },
            LimitName::Instances,
            "0",
        ),
    ] {
        let end = render_within(&sandbox, &plugin, "{}", &limits).await;
        let said = end.as_ref().unwrap_err().to_string();
        assert_eq!(
            said,
            format!("plugin handmade 1.0.0: it reached its limit of {name}: {value}")
        );
        assert_eq!(limit_of(end), (name, value.to_owned()));
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn more_parts_than_the_host_sets_aside_for_a_call_are_refused_when_it_is_loaded() {
    let sandbox = small_sandbox();
    let memories = format!(r#"(memory (export "memory") 1) {}"#, "(memory 1) ".repeat(8));
    let tables = format!(
        r#"(memory (export "memory") 1) {}"#,
        "(table 1 funcref) ".repeat(40)
    );
    for fields in [memories, tables] {
        let handmade = Handmade {
            fields: fields.leak(),
            ..Handmade::default()
        };
        let error = sandbox.load(handmade.build(), "x").await.unwrap_err();
        assert!(error.to_string().contains("exceeds"), "{error}");
        assert!(!matches!(error, LoadError::Internal { .. }), "{error}");
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn memory_and_tables_beyond_all_bounds_are_refused_before_anything_runs() {
    let sandbox = small_sandbox();
    for fields in [
        // 125 MiB: more than the default limit.
        r#"(memory (export "memory") 2000)"#,
        // 4 GiB: more than the pool's.
        r#"(memory (export "memory") 65536)"#,
        r#"(memory (export "memory") 1) (table 60000 funcref) (table 60000 funcref)"#,
        r#"(memory (export "memory") 1) (table 4000000000 funcref)"#,
    ] {
        let error = sandbox
            .load(
                Handmade {
                    fields,
                    ..Handmade::default()
                }
                .build(),
                "x",
            )
            .await
            .unwrap_err();
        let text = error.to_string();
        assert!(!matches!(error, LoadError::Internal { .. }), "{fields}: {text}");
        assert!(
            text.contains("limit") || text.contains("exceeds"),
            "{fields}: {text}"
        );
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn an_answer_that_points_outside_its_memory_is_a_crash() {
    let sandbox = small_sandbox();
    for render_body in [
        "(i32.const -16)",
        "(i32.store (i32.const 2064) (i32.const -4)) (i32.store (i32.const 2068) (i32.const 8)) (i32.const 2048)",
        // Not UTF-8.
        "(i32.store8 (i32.const 4000) (i32.const 255)) (i32.store (i32.const 2064) (i32.const 4000))
         (i32.store (i32.const 2068) (i32.const 1)) (i32.const 2048)",
        // A kind of view that does not exist.
        "(i32.store8 (i32.const 2056) (i32.const 200)) (i32.const 2048)",
    ] {
        let plugin = sandbox
            .load(
                Handmade {
                    render: render_body,
                    ..Handmade::default()
                }
                .build(),
                "x",
            )
            .await
            .unwrap();
        let fault = render(&sandbox, &plugin, "{}").await.unwrap_err();
        assert!(
            matches!(fault.kind, FaultKind::Trap { .. }),
            "{render_body}: {fault:?}"
        );
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn wasi_is_there_and_empty() {
    let handmade = Handmade {
        world: "import wasi:clocks/wall-clock@0.2.0;
            import wasi:random/random@0.2.0;
            import wasi:cli/environment@0.2.0;
            import wasi:cli/stdout@0.2.0;
            import wasi:filesystem/preopens@0.2.0;
            import wasi:sockets/tcp-create-socket@0.2.0;",
        imports: r#"
            (import "wasi:clocks/wall-clock@0.2.0" "now" (func $now (param i32)))
            (import "wasi:random/random@0.2.0" "get-random-u64" (func $random (result i64)))
            (import "wasi:cli/environment@0.2.0" "get-environment" (func $environment (param i32)))
            (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
            (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
                (func $print (param i32 i32 i32 i32)))
            (import "wasi:filesystem/preopens@0.2.0" "get-directories" (func $folders (param i32)))
            (import "wasi:sockets/tcp-create-socket@0.2.0" "create-tcp-socket"
                (func $socket (param i32 i32)))"#,
        // Each `unreachable` is a promise that was not kept.
        render: r#"
            (call $now (i32.const 4096))
            (if (i64.ne (i64.load (i32.const 4096)) (i64.const 3600)) (then unreachable))
            (call $environment (i32.const 4112))
            (if (i32.load (i32.const 4116)) (then unreachable))
            (call $folders (i32.const 4120))
            (if (i32.load (i32.const 4124)) (then unreachable))
            (call $socket (i32.const 0) (i32.const 4128))
            (if (i32.eqz (i32.load8_u (i32.const 4128))) (then unreachable))
            (call $print (call $stdout) (i32.const 5000) (i32.const 12) (i32.const 4144))
            (i64.store (i32.const 5100)
                (i64.or (i64.and (call $random) (i64.const 0x0f0f0f0f0f0f0f0f)) (i64.const 0x4040404040404040)))
            (i32.store (i32.const 2064) (i32.const 5100))
            (i32.store (i32.const 2068) (i32.const 8))
            (i32.const 2048)"#,
        ..Handmade::default()
    };
    let sandbox = small_sandbox();
    let plugin = sandbox.load(handmade.build(), "wasi").await.unwrap();
    let first = render(&sandbox, &plugin, "{}").await.unwrap();
    let second = render(&sandbox, &plugin, "{}").await.unwrap();
    assert_eq!(
        first.view, second.view,
        "random numbers are the same in every call"
    );
    let lines: Vec<&str> = first.log.iter().map(|line| line.message.as_str()).collect();
    assert_eq!(lines, ["hello", "world"]);
    assert_empty(&sandbox);
}

#[tokio::test]
async fn an_exit_ends_the_call_and_not_the_host() {
    let handmade = Handmade {
        world: "import wasi:cli/exit@0.2.0;",
        imports: r#"(import "wasi:cli/exit@0.2.0" "exit" (func $exit (param i32)))"#,
        render: "(call $exit (i32.const 0)) unreachable",
        ..Handmade::default()
    };
    let sandbox = small_sandbox();
    let plugin = sandbox.load(handmade.build(), "exit").await.unwrap();
    let fault = render(&sandbox, &plugin, "{}").await.unwrap_err();
    let FaultKind::Trap { reason, .. } = &fault.kind else {
        panic!("{fault:?}")
    };
    assert_eq!(reason, "it called exit(0)");
}
