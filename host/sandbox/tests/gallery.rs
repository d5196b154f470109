//! The rogues' gallery, each against the same promise: while it runs, a neighbour's panel answers as before, and
//! afterwards the pool's places and the host's memory are back where they were. What else becomes of each rogue is in
//! the tests `rogues` and `handmade`.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use porthole_sandbox::bindings::{Failure, QueryError};
use porthole_sandbox::{FaultKind, LimitName, Limits};
use world::gallery::{End, at_limit, crashed, patient, survive, survive_component, tight, too_deep};
use world::handmade::Handmade;

/// Nothing became of it, and that is all right.
fn harmless(end: End) {
    end.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_infinite_loop_leaves_nothing_behind() {
    survive(r#"{"do":"loop"}"#, &tight(), at_limit(LimitName::Cpu, "50 ms")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_loop_of_calls_into_the_host_leaves_nothing_behind() {
    for order in [r#"{"do":"chatter"}"#, r#"{"do":"reopen"}"#] {
        survive(order, &tight(), at_limit(LimitName::Cpu, "50 ms")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_memory_bomb_leaves_nothing_behind() {
    for order in [r#"{"do":"allocate"}"#, r#"{"do":"grow"}"#] {
        survive(order, &patient(), at_limit(LimitName::Memory, "64 MiB")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_table_bomb_leaves_nothing_behind() {
    let bomb = Handmade {
        fields: r#"(memory (export "memory") 1) (table $t 1 funcref)"#,
        render: "(loop $again (drop (table.grow $t (ref.null func) (i32.const 1000))) (br $again)) unreachable",
        ..Handmade::default()
    };
    let judge = at_limit(LimitName::TableElements, "65536");
    survive_component(bomb.build(), "{}", &patient(), judge).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stack_bomb_leaves_nothing_behind() {
    let bomb = Handmade {
        fields: r#"(memory (export "memory") 1)
            (func $deep (param i64 i64 i64 i64) (result i64)
                (i64.add (i64.const 1) (call $deep (local.get 1) (local.get 2) (local.get 3) (local.get 0))))"#,
        render: "(drop (call $deep (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4))) (i32.const 2048)",
        ..Handmade::default()
    };
    let judge = at_limit(LimitName::Stack, "512 KiB");
    survive_component(bomb.build(), "{}", &patient(), judge).await;
    let deep = r#"{"do":"recurse","count":100000000}"#;
    survive(deep, &patient(), too_deep).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_result_bomb_of_any_shape_leaves_nothing_behind() {
    for order in [
        r#"{"do":"huge-list","count":2000000}"#,
        r#"{"do":"many-lists","count":400000}"#,
        r#"{"do":"huge-text","count":20000000}"#,
        r#"{"do":"deep-document","count":9000000}"#,
        r#"{"do":"deep-markup","count":2000000}"#,
    ] {
        let judge = at_limit(LimitName::ResultSize, "16 MiB");
        survive(order, &patient(), judge).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn floods_of_lines_questions_and_handles_leave_nothing_behind() {
    let limits = patient();
    survive(r#"{"do":"log-flood","count":20000}"#, &limits, harmless).await;
    survive(
        r#"{"do":"log-line","text":"long","count":1000000}"#,
        &limits,
        harmless,
    )
    .await;
    survive(r#"{"do":"query-flood","count":10000}"#, &limits, harmless).await;
    let judge = at_limit(LimitName::Handles, "64");
    survive(r#"{"do":"handle-flood","count":100000}"#, &limits, judge).await;
    survive(r#"{"do":"open-and-drop","count":10000}"#, &limits, harmless).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stale_and_invented_handles_leave_nothing_behind() {
    for order in [
        r#"{"do":"stale-handle"}"#,
        r#"{"do":"invented-handle","count":1}"#,
        r#"{"do":"invented-handle","count":4294967295}"#,
    ] {
        survive(order, &patient(), crashed("handle")).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_is_not_declared_leaves_nothing_behind() {
    let judge = |end: End| {
        let kind = end.unwrap_err().kind;
        assert!(
            matches!(kind, FaultKind::Failure(Failure::Query(QueryError::Denied(_)))),
            "{kind:?}"
        );
    };
    survive(
        r#"{"do":"open","text":"users; DROP TABLE users"}"#,
        &patient(),
        judge,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn panics_and_aborts_leave_nothing_behind() {
    let limits = patient();
    survive(r#"{"do":"panic","text":"no"}"#, &limits, crashed("a panic")).await;
    survive(r#"{"do":"abort"}"#, &limits, crashed("gave up")).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_and_lengths_that_make_no_sense_leave_nothing_behind() {
    for deed in [
        "unequal-lists",
        "unequal-columns",
        "undescribed-columns",
        "odd-chart",
        "odd-axis",
        "odd-threshold",
        "odd-metric",
        "odd-table",
    ] {
        survive(&format!(r#"{{"do":"{deed}"}}"#), &patient(), harmless).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_far_larger_than_they_look_leave_nothing_behind() {
    survive(r#"{"do":"png","count":60000}"#, &patient(), harmless).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printing_without_end_leaves_nothing_behind() {
    let printer = Handmade {
        world: "import wasi:cli/stdout@0.2.0;",
        imports: r#"
            (import "wasi:cli/stdout@0.2.0" "get-stdout" (func $stdout (result i32)))
            (import "wasi:io/streams@0.2.0" "[method]output-stream.blocking-write-and-flush"
                (func $print (param i32 i32 i32 i32)))"#,
        render: "(local $out i32) (local.set $out (call $stdout))
            (loop $again
                (call $print (local.get $out) (i32.const 0) (i32.const 4096) (i32.const 4144))
                (br $again))
            unreachable",
        ..Handmade::default()
    };
    let judge = |end: End| {
        if let Err(fault) = &end {
            let kept: usize = fault.log.iter().map(|line| line.message.len()).sum();
            assert!(
                fault.log.len() <= 101 && kept < 1 << 20,
                "{} lines, {kept} bytes",
                fault.log.len()
            );
        }
        at_limit(LimitName::Cpu, "50 ms")(end);
    };
    survive_component(printer.build(), "{}", &tight(), judge).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sleeping_without_end_ends_at_the_wall_and_leaves_nothing_behind() {
    let sleeper = Handmade {
        world: "import wasi:clocks/monotonic-clock@0.2.0;",
        imports: r#"
            (import "wasi:clocks/monotonic-clock@0.2.0" "subscribe-duration" (func $alarm (param i64) (result i32)))
            (import "wasi:io/poll@0.2.0" "[method]pollable.block" (func $block (param i32)))"#,
        render: "(call $block (call $alarm (i64.const 3600000000000))) (i32.const 2048)",
        ..Handmade::default()
    };
    let limits = Limits {
        wall: std::time::Duration::from_millis(50),
        ..Limits::default()
    };
    survive_component(sleeper.build(), "{}", &limits, at_limit(LimitName::Wall, "50 ms")).await;
}
