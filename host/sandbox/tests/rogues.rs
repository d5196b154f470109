//! The rogues' gallery: what a hostile panel tries, and what becomes of it.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use porthole_sandbox::bindings::{Failure, QueryError, View};
use porthole_sandbox::{FaultKind, LimitName, Limits, LogLevel};
use world::{Data, OneSource, assert_empty, call, limit_of, render, render_within, sandbox_with_rogue};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_is_stopped_within_its_limit_while_a_neighbour_keeps_answering() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        cpu: Duration::from_millis(200),
        ..Limits::default()
    };
    // As many loops as one tenant may have at once: twice as many as there are threads.
    let loops: Vec<_> = (0..4)
        .map(|_| {
            let (sandbox, rogue, limits) = (sandbox.clone(), rogue.clone(), limits.clone());
            tokio::spawn(async move { render_within(&sandbox, &rogue, r#"{"do":"loop"}"#, &limits).await })
        })
        .collect();
    let mut answers = 0;
    let mut slowest = Duration::ZERO;
    while !loops.iter().all(|one| one.is_finished()) {
        let asked = Instant::now();
        let neighbour = OneSource::new(Data::points(10));
        let view = sandbox
            .render(
                &rogue,
                "neighbour",
                call(r#"{"do":"query","count":1}"#),
                Arc::new(neighbour),
                &limits,
            )
            .await;
        assert!(view.is_ok(), "{view:?}");
        slowest = slowest.max(asked.elapsed());
        answers += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for one in loops {
        let fault = one.await.unwrap().unwrap_err();
        let used = Duration::from_micros(fault.receipt.guest_us);
        assert!(
            used >= Duration::from_millis(200) && used < Duration::from_millis(400),
            "it used {used:?}"
        );
        assert_eq!(
            fault.to_string(),
            "plugin rogue 0.1.0: it reached its limit of cpu: 200 ms"
        );
        assert_eq!(limit_of(Err(fault)), (LimitName::Cpu, "200 ms".to_owned()));
    }
    assert!(answers >= 5, "the neighbour had {answers} answers");
    assert!(
        slowest < Duration::from_millis(500),
        "the neighbour waited {slowest:?}"
    );
    assert_empty(&sandbox);
}

#[tokio::test]
async fn a_loop_on_the_only_thread_lets_timers_run() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let mut ticks = 0;
    let limits = Limits {
        // On a busy machine half a second of computing may take its time.
        wall: Duration::from_secs(60),
        ..Limits::default()
    };
    let rogue_call = render_within(&sandbox, &rogue, r#"{"do":"loop"}"#, &limits);
    tokio::pin!(rogue_call);
    let result = loop {
        tokio::select! {
            result = &mut rogue_call => break result,
            () = tokio::time::sleep(Duration::from_millis(10)) => ticks += 1,
        }
    };
    assert_eq!(limit_of(result), (LimitName::Cpu, "500 ms".to_owned()));
    assert!(ticks >= 5, "{ticks} ticks");
}

#[tokio::test]
async fn allocation_without_end_is_stopped_at_the_memory_limit() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    for deed in ["allocate", "grow"] {
        let fault = render(&sandbox, &rogue, &format!(r#"{{"do":"{deed}"}}"#))
            .await
            .unwrap_err();
        assert!(
            fault.receipt.memory_bytes <= 64 << 20,
            "{} bytes",
            fault.receipt.memory_bytes
        );
        assert!(
            fault.receipt.memory_bytes > 60 << 20,
            "{} bytes",
            fault.receipt.memory_bytes
        );
        assert_eq!(limit_of(Err(fault)), (LimitName::Memory, "64 MiB".to_owned()));
    }
    assert_empty(&sandbox);
}

#[tokio::test]
async fn a_tenant_with_more_memory_gets_more_and_never_beyond_the_host() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        memory_bytes: 128 << 20,
        ..Limits::default()
    };
    let fault = render_within(&sandbox, &rogue, r#"{"do":"allocate"}"#, &limits)
        .await
        .unwrap_err();
    assert!(fault.receipt.memory_bytes > 100 << 20);
    let limits = Limits {
        memory_bytes: usize::MAX,
        cpu: Duration::from_secs(4),
        ..Limits::default()
    };
    let result = render_within(&sandbox, &rogue, r#"{"do":"grow"}"#, &limits).await;
    assert_eq!(limit_of(result), (LimitName::Memory, "512 MiB".to_owned()));
}

#[tokio::test]
async fn a_recursion_without_end_ends() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let fault = render(&sandbox, &rogue, r#"{"do":"recurse","count":100000000}"#)
        .await
        .unwrap_err();
    match &fault.kind {
        FaultKind::Limit {
            name: LimitName::Stack,
            ..
        } => {}
        FaultKind::Trap { reason, .. } => assert!(reason.contains("goes too deep"), "{reason}"),
        other => panic!("{other:?}"),
    }
    assert!(
        render(&sandbox, &rogue, r#"{"do":"recurse","count":50}"#)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_panic_is_a_crash_with_its_message_in_the_log() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let fault = render(&sandbox, &rogue, r#"{"do":"panic","text":"the sky is falling"}"#)
        .await
        .unwrap_err();
    let FaultKind::Trap { reason, .. } = &fault.kind else {
        panic!("{fault:?}")
    };
    assert!(reason.contains("a panic"), "{reason}");
    assert_eq!(fault.log.len(), 1);
    assert_eq!(fault.log[0].level, LogLevel::Error);
    assert!(
        fault.log[0].message.contains("the sky is falling"),
        "{:?}",
        fault.log
    );
}

#[tokio::test]
async fn an_abort_without_a_word_is_a_crash() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let fault = render(&sandbox, &rogue, r#"{"do":"abort"}"#).await.unwrap_err();
    assert!(matches!(fault.kind, FaultKind::Trap { .. }), "{fault:?}");
    assert!(
        fault.to_string().starts_with("plugin rogue 0.1.0: it crashed"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_result_that_is_too_large_is_refused_whatever_its_shape() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    for order in [
        r#"{"do":"huge-list","count":2000000}"#,
        r#"{"do":"many-lists","count":400000}"#,
        r#"{"do":"huge-text","count":20000000}"#,
    ] {
        let result = render(&sandbox, &rogue, order).await;
        assert_eq!(
            limit_of(result),
            (LimitName::ResultSize, "16 MiB".to_owned()),
            "{order}"
        );
    }
    assert!(
        render(&sandbox, &rogue, r#"{"do":"huge-text","count":10000000}"#)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn lists_of_unequal_length_arrive_as_they_are_and_hurt_nobody() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let rendered = render(&sandbox, &rogue, r#"{"do":"unequal-lists"}"#)
        .await
        .unwrap();
    let View::Chart(chart) = rendered.view else {
        panic!("not a chart")
    };
    assert_eq!(chart.plots[0].series.instants.len(), 3);
    assert_eq!(chart.plots[0].series.values.len(), 1);
}

#[tokio::test]
async fn a_flood_of_log_lines_is_cut_and_said() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let rendered = render(&sandbox, &rogue, r#"{"do":"log-flood","count":10000}"#)
        .await
        .unwrap();
    assert_eq!(rendered.log.len(), 101);
    assert_eq!(rendered.receipt.log_lines_lost, 9_900);
    assert_eq!(
        rendered.log[100].message,
        "9900 more lines were not kept; the limit is 100"
    );

    let order = r#"{"do":"log-line","text":"ab","count":5000}"#;
    let rendered = render(&sandbox, &rogue, order).await.unwrap();
    assert!(rendered.log[0].message.ends_with("… (cut)"));
    assert_eq!(rendered.log[0].message.chars().count(), 1_007);
}

#[tokio::test]
async fn a_flood_of_questions_stops_at_the_limit_and_the_rest_never_reach_the_data() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let sources = Arc::new(OneSource::new(Data::points(10)));
    let flood = call(r#"{"do":"query-flood","count":1000}"#);
    let rendered = sandbox
        .render(&rogue, "acme", flood, sources.clone(), &Limits::default())
        .await
        .unwrap();
    assert_eq!(sources.asked(), 16);
    assert_eq!(rendered.receipt.queries, 16);
    let View::Document(refused) = rendered.view else {
        panic!("not a document")
    };
    assert_eq!(refused, "984");

    let result = render(&sandbox, &rogue, r#"{"do":"query","count":17}"#).await;
    assert_eq!(limit_of(result), (LimitName::Queries, "16".to_owned()));
}

#[tokio::test]
async fn more_rows_than_one_call_may_read_are_refused() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        rows: 1_000,
        ..Limits::default()
    };
    let rendered = render_within(&sandbox, &rogue, r#"{"do":"row-flood","count":1000}"#, &limits)
        .await
        .unwrap();
    assert_eq!(rendered.receipt.rows, 1_000);
    assert_eq!(rendered.receipt.bytes, 8_000);
    let result = render_within(&sandbox, &rogue, r#"{"do":"row-flood","count":1001}"#, &limits).await;
    assert_eq!(limit_of(result), (LimitName::Rows, "1000".to_owned()));
    // Several answers count together.
    let result = render_within(&sandbox, &rogue, r#"{"do":"query","count":11}"#, &limits).await;
    assert_eq!(limit_of(result).0, LimitName::Rows);

    let limits = Limits {
        bytes: 1_024,
        ..Limits::default()
    };
    let result = render_within(&sandbox, &rogue, r#"{"do":"row-flood","count":1000}"#, &limits).await;
    assert_eq!(limit_of(result), (LimitName::Bytes, "1 KiB".to_owned()));
}

#[tokio::test]
async fn a_flood_of_handles_stops_at_the_limit() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    assert!(
        render(&sandbox, &rogue, r#"{"do":"handle-flood","count":64}"#)
            .await
            .is_ok()
    );
    let result = render(&sandbox, &rogue, r#"{"do":"handle-flood","count":65}"#).await;
    assert_eq!(limit_of(result), (LimitName::Handles, "64".to_owned()));
    assert!(
        render(&sandbox, &rogue, r#"{"do":"open-and-drop","count":1000}"#)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_handle_that_was_given_back_or_never_given_ends_the_call() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    for order in [
        r#"{"do":"stale-handle"}"#,
        r#"{"do":"invented-handle","count":1}"#,
        r#"{"do":"invented-handle","count":77}"#,
        r#"{"do":"invented-handle","count":4294967295}"#,
    ] {
        let fault = render(&sandbox, &rogue, order).await.unwrap_err();
        let FaultKind::Trap { reason, .. } = &fault.kind else {
            panic!("{order}: {fault:?}")
        };
        assert!(reason.contains("handle"), "{order}: {reason}");
        assert_eq!(fault.receipt.queries, 0);
    }
}

#[tokio::test]
async fn a_source_that_is_not_declared_is_denied_as_a_value() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let long = "x".repeat(100_000);
    for name in [
        "users",
        "",
        "main'; DROP TABLE users; --",
        "../main",
        long.as_str(),
    ] {
        let order = format!(r#"{{"do":"open","text":"{name}"}}"#);
        let fault = render(&sandbox, &rogue, &order).await.unwrap_err();
        assert!(
            matches!(
                &fault.kind,
                FaultKind::Failure(Failure::Query(QueryError::Denied(_)))
            ),
            "{fault:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handle_of_another_call_is_no_handle() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    // One tenant's call has its source open, under whatever number, and waits.
    let victims = Arc::new(OneSource::new(Data::After(Duration::from_millis(500))));
    let victim = {
        let (sandbox, rogue, sources) = (sandbox.clone(), rogue.clone(), victims.clone());
        let order = call(r#"{"do":"query","count":1}"#);
        tokio::spawn(async move {
            sandbox
                .render(&rogue, "victim", order, sources, &Limits::default())
                .await
        })
    };
    while victims.asked() == 0 {
        tokio::task::yield_now().await;
    }
    for number in 0..16 {
        // Otherwise it would be left alone after the fifth.
        sandbox.wake("thief", rogue.hash());
        let own = Arc::new(OneSource::new(Data::points(1)));
        let order = call(&format!(r#"{{"do":"invented-handle","count":{number}}}"#));
        let end = sandbox
            .render(&rogue, "thief", order, own.clone(), &Limits::default())
            .await;
        assert!(matches!(end.unwrap_err().kind, FaultKind::Trap { .. }));
        assert_eq!(own.asked(), 0);
    }
    assert_eq!(victims.asked(), 1);
    victim.await.unwrap().unwrap();
    assert_empty(&sandbox);
}

#[tokio::test]
async fn places_and_memory_are_back_after_many_bad_ends() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let orders = [
        r#"{"do":"allocate"}"#,
        r#"{"do":"panic","text":"no"}"#,
        r#"{"do":"recurse","count":100000000}"#,
        r#"{"do":"invented-handle","count":9}"#,
        r#"{"do":"handle-flood","count":65}"#,
        r#"{"do":"huge-text","count":20000000}"#,
    ];
    // Far more calls than the pool has places.
    for round in 0..240 {
        let order = orders[round % orders.len()];
        sandbox.wake("acme", rogue.hash());
        let fault = render(&sandbox, &rogue, order).await.unwrap_err();
        assert!(
            !matches!(
                fault.kind,
                FaultKind::Busy | FaultKind::Internal | FaultKind::Resting(_)
            ),
            "{fault:?}"
        );
    }
    assert_empty(&sandbox);
    assert!(
        render(&sandbox, &rogue, r#"{"do":"query","count":1}"#)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn nothing_of_one_call_is_left_for_the_next() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let first = render(&sandbox, &rogue, r#"{"do":"query","count":1}"#)
        .await
        .unwrap();
    render(&sandbox, &rogue, r#"{"do":"huge-list","count":100000}"#)
        .await
        .unwrap();
    let second = render(&sandbox, &rogue, r#"{"do":"query","count":1}"#)
        .await
        .unwrap();
    assert_eq!(first.view, second.view);
    assert_eq!(first.receipt.memory_bytes, second.receipt.memory_bytes);
}

#[tokio::test]
async fn a_failure_with_a_very_long_text_is_cut() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let order = format!(r#"{{"do":"{}"}}"#, "x".repeat(1_000_000));
    let fault = render(&sandbox, &rogue, &order).await.unwrap_err();
    let FaultKind::Failure(Failure::Configuration(text)) = &fault.kind else {
        panic!("{fault:?}")
    };
    assert!(text.ends_with("… (cut)"));
    assert!(text.chars().count() < 1_100);
    assert!(fault.message.chars().count() < 1_100);
}
