//! What waiting costs: for data, for a place, and for a reader who has gone.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod world;

use std::sync::Arc;
use std::time::{Duration, Instant};

use porthole_sandbox::{FaultKind, LimitName, Limits};
use world::{
    Data, OneSource, assert_empties, assert_empty, call, limit_of, render_within, sandbox_with_rogue,
};

#[tokio::test]
async fn data_that_never_comes_ends_at_the_limit_of_waiting_and_costs_no_processor_time() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        waiting: Duration::from_millis(300),
        ..Limits::default()
    };
    let silence = Arc::new(OneSource::new(Data::Silence));
    let start = Instant::now();
    let order = call(r#"{"do":"query","count":1}"#);
    let fault = sandbox
        .render(&rogue, "acme", order, silence, &limits)
        .await
        .unwrap_err();
    assert!(start.elapsed() < Duration::from_secs(2), "{:?}", start.elapsed());
    assert!(fault.receipt.guest_us < 50_000, "{} µs", fault.receipt.guest_us);
    assert_eq!(limit_of(Err(fault)), (LimitName::Waiting, "300 ms".to_owned()));
    assert_empty(&sandbox);
}

#[tokio::test]
async fn all_questions_of_a_call_wait_no_longer_together_than_one_may() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        waiting: Duration::from_millis(500),
        ..Limits::default()
    };
    let slow = Arc::new(OneSource::new(Data::After(Duration::from_millis(150))));
    let order = call(r#"{"do":"query","count":16}"#);
    let fault = sandbox
        .render(&rogue, "acme", order, slow, &limits)
        .await
        .unwrap_err();
    let asked = fault.receipt.queries;
    assert!((1..=4).contains(&asked), "{asked} questions");
    assert_eq!(limit_of(Err(fault)), (LimitName::Waiting, "500 ms".to_owned()));
}

#[tokio::test]
async fn a_slow_database_takes_nothing_of_the_plugins_own_time() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        wall: Duration::from_millis(300),
        ..Limits::default()
    };
    let slow = Arc::new(OneSource::new(Data::After(Duration::from_millis(250))));
    let order = call(r#"{"do":"query","count":4}"#);
    let rendered = sandbox
        .render(&rogue, "acme", order, slow, &limits)
        .await
        .unwrap();
    assert!(rendered.receipt.wall_us >= 1_000_000, "{:?}", rendered.receipt);
}

#[tokio::test]
async fn waiting_for_data_does_not_use_up_processor_time() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        cpu: Duration::from_millis(100),
        ..Limits::default()
    };
    let slow = Arc::new(OneSource::new(Data::After(Duration::from_millis(100))));
    let order = call(r#"{"do":"query","count":3}"#);
    let rendered = sandbox
        .render(&rogue, "acme", order, slow, &limits)
        .await
        .unwrap();
    assert!(rendered.receipt.wall_us >= 300_000, "{:?}", rendered.receipt);
    assert!(rendered.receipt.guest_us < 50_000, "{:?}", rendered.receipt);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tenant_with_too_many_calls_waits_for_itself_and_is_told() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        waiting: Duration::from_millis(400),
        calls_per_tenant: 2,
        ..Limits::default()
    };
    let hung = |tenant: &'static str| {
        let (sandbox, rogue, limits) = (sandbox.clone(), rogue.clone(), limits.clone());
        async move {
            let silence = Arc::new(OneSource::new(Data::Silence));
            sandbox
                .render(
                    &rogue,
                    tenant,
                    call(r#"{"do":"query","count":1}"#),
                    silence,
                    &limits,
                )
                .await
        }
    };
    let inside = [tokio::spawn(hung("acme")), tokio::spawn(hung("acme"))];
    while sandbox.occupancy().stacks < 2 {
        tokio::task::yield_now().await;
    }
    let impatient = Limits {
        wall: Duration::from_millis(50),
        ..limits.clone()
    };
    let fault = render_within(&sandbox, &rogue, r#"{"do":"nothing"}"#, &impatient)
        .await
        .unwrap_err();
    assert_eq!(fault.kind, FaultKind::Busy);
    let order = call(r#"{"do":"nothing"}"#);
    let other = Arc::new(OneSource::new(Data::points(1)));
    assert!(
        sandbox
            .render(&rogue, "other", order, other, &impatient)
            .await
            .is_ok()
    );
    for call in inside {
        assert_eq!(limit_of(call.await.unwrap()).0, LimitName::Waiting);
    }
    assert!(
        render_within(&sandbox, &rogue, r#"{"do":"nothing"}"#, &impatient)
            .await
            .is_ok()
    );
    assert_empty(&sandbox);
}

#[tokio::test]
async fn a_reader_who_leaves_takes_the_call_along() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    for order in [r#"{"do":"loop"}"#, r#"{"do":"query","count":1}"#] {
        let silence = Arc::new(OneSource::new(Data::Silence));
        let limits = Limits::default();
        let render = sandbox.render(&rogue, "acme", call(order), silence, &limits);
        assert!(
            tokio::time::timeout(Duration::from_millis(30), render)
                .await
                .is_err()
        );
        assert_empties(&sandbox).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_who_leave_give_their_places_back() {
    let (sandbox, rogue) = sandbox_with_rogue().await;
    let limits = Limits {
        calls_per_tenant: 2,
        ..Limits::default()
    };
    // Some leave while they are inside, most while they wait for those.
    for _ in 0..5 {
        let mut readers = tokio::task::JoinSet::new();
        for number in 0..12 {
            let (sandbox, rogue, limits) = (sandbox.clone(), rogue.clone(), limits.clone());
            let order = if number % 2 == 0 {
                r#"{"do":"loop"}"#
            } else {
                r#"{"do":"query","count":1}"#
            };
            readers.spawn(async move {
                let silence = Arc::new(OneSource::new(Data::Silence));
                let render = sandbox.render(&rogue, "acme", call(order), silence, &limits);
                assert!(
                    tokio::time::timeout(Duration::from_millis(40), render)
                        .await
                        .is_err()
                );
            });
        }
        while let Some(left) = readers.join_next().await {
            left.unwrap();
        }
    }
    let both = [0, 1].map(|_| {
        let (sandbox, rogue, limits) = (sandbox.clone(), rogue.clone(), limits.clone());
        tokio::spawn(async move {
            let slow = Arc::new(OneSource::new(Data::After(Duration::from_millis(200))));
            let order = call(r#"{"do":"query","count":1}"#);
            sandbox.render(&rogue, "acme", order, slow, &limits).await
        })
    });
    for one in both {
        one.await.unwrap().unwrap();
    }
    assert_empties(&sandbox).await;
}
