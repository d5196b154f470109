//! Interpreters under the limits: what is too much ends, is named, and leaves nothing behind.

use std::time::Duration;

use porthole_sandbox::bindings::View;
use porthole_sandbox::{FaultKind, LimitName, Limits, LogLevel};

use crate::readings::{Readings, readings};
use crate::world::{assert_empty, limit_of};
use crate::{load, render, render_within};

const PROBES: [&str; 2] = ["probe_javascript", "probe_python"];

fn nothing() -> Readings {
    Readings::of(Vec::new())
}

#[tokio::test]
async fn a_loop_without_end_is_stopped_by_the_limit_of_cpu() {
    for name in PROBES {
        let Some(probe) = load(name).await else { return };
        // Not the wall's: a busy machine takes its time.
        let limits = Limits {
            wall: Duration::from_secs(60),
            ..Limits::default()
        };
        let fault = render_within((&probe.0, &probe.1), r#"{"do": "loop"}"#, nothing(), &limits)
            .await
            .unwrap_err();
        let used = Duration::from_micros(fault.receipt.guest_us);
        assert!(
            used >= Duration::from_millis(500) && used < Duration::from_millis(1_000),
            "{name} used {used:?}"
        );
        assert_eq!(
            fault.to_string(),
            format!("plugin {name} 0.1.0: it reached its limit of cpu: 500 ms")
        );
        assert_eq!(limit_of(Err(fault)), (LimitName::Cpu, "500 ms".to_owned()));
        assert_empty(&probe.0);
    }
}

#[tokio::test]
async fn allocation_without_end_is_stopped_by_the_limit_of_memory() {
    for name in PROBES {
        let Some(probe) = load(name).await else { return };
        let fault = render(&probe, r#"{"do": "allocate"}"#, nothing())
            .await
            .unwrap_err();
        assert!(
            fault.receipt.memory_bytes <= 64 << 20,
            "{}",
            fault.receipt.memory_bytes
        );
        assert_eq!(
            fault.to_string(),
            format!("plugin {name} 0.1.0: it reached its limit of memory: 64 MiB")
        );
        assert_eq!(limit_of(Err(fault)), (LimitName::Memory, "64 MiB".to_owned()));
        assert_empty(&probe.0);
    }
}

#[tokio::test]
async fn a_recursion_without_end_ends_before_the_hosts_stack_does() {
    for name in PROBES {
        let Some(probe) = load(name).await else { return };
        let fault = render(&probe, r#"{"do": "recurse"}"#, nothing())
            .await
            .unwrap_err();
        println!("{name}: {fault:?}");
        match &fault.kind {
            FaultKind::Trap { .. }
            | FaultKind::Limit {
                name: LimitName::Stack | LimitName::Cpu | LimitName::Memory,
                ..
            } => {}
            other => panic!("{name}: {other:?}"),
        }
        assert_empty(&probe.0);
    }
}

#[tokio::test]
async fn an_exception_is_a_crash_with_its_message_and_place_in_the_log() {
    for (name, error, place) in [
        ("probe_javascript", "the sky is falling", "at fall (/probe.js:"),
        ("probe_python", "ValueError: the sky is falling", "in throw"),
    ] {
        let Some(probe) = load(name).await else { return };
        let fault = render(&probe, r#"{"do": "throw"}"#, nothing()).await.unwrap_err();
        assert!(matches!(fault.kind, FaultKind::Trap { .. }), "{fault:?}");
        assert!(
            fault.log.iter().all(|line| line.level == LogLevel::Warn),
            "{:?}",
            fault.log
        );
        let said: Vec<&str> = fault.log.iter().map(|line| line.message.as_str()).collect();
        assert!(said.iter().any(|line| line.contains(error)), "{name}: {said:?}");
        assert!(said.iter().any(|line| line.contains(place)), "{name}: {said:?}");
        assert_empty(&probe.0);
    }
}

#[tokio::test]
async fn what_is_printed_is_in_the_log_and_errors_are_warnings() {
    let Some(probe) = load("probe_python").await else {
        return;
    };
    let rendered = render(&probe, r#"{"do": "print"}"#, nothing()).await.unwrap();
    let said: Vec<(LogLevel, &str)> = rendered
        .log
        .iter()
        .map(|line| (line.level, line.message.as_str()))
        .collect();
    assert_eq!(
        said,
        [
            (LogLevel::Info, "to the output"),
            (LogLevel::Warn, "to the errors")
        ]
    );
}

/// What `--stub-wasi` makes: a component without WASI, whose interpreter cannot even say why it gives up.
#[tokio::test]
async fn components_with_stubs_for_wasi_work_and_crash_in_silence() {
    for name in ["probe_javascript_stubbed", "probe_python_stubbed"] {
        let Some(probe) = load(name).await else { return };
        let series = vec![readings("web-1", 0, 60_000, 5, 100)];
        let rendered = render(&probe, r#"{"do": "scale"}"#, Readings::of(series.clone()))
            .await
            .unwrap();
        let View::Chart(chart) = rendered.view else {
            panic!("{:?}", rendered.view)
        };
        let doubled: Vec<f64> = series[0].values.iter().map(|value| value * 2.0).collect();
        assert_eq!(chart.plots[0].series.values, doubled);
        assert_eq!(chart.plots[0].series.instants, series[0].instants);

        let fault = render(&probe, r#"{"do": "throw"}"#, nothing()).await.unwrap_err();
        assert!(matches!(fault.kind, FaultKind::Trap { .. }), "{fault:?}");
        assert!(fault.log.is_empty(), "{:?}", fault.log);
        assert_empty(&probe.0);
    }
}

#[tokio::test]
async fn both_examples_need_as_little_memory_as_their_guides_say() {
    for (name, parameters, enough) in [
        ("example_javascript", "{}", 2 << 20),
        ("example_python", r#"{"good_at_most": 1}"#, 16 << 20),
    ] {
        let Some(panel) = load(name).await else { return };
        let limits = Limits {
            memory_bytes: enough,
            ..Limits::default()
        };
        let rendered = render_within((&panel.0, &panel.1), parameters, nothing(), &limits)
            .await
            .unwrap();
        println!(
            "{name}: {} KiB of memory, {} µs of processor time",
            rendered.receipt.memory_bytes >> 10,
            rendered.receipt.guest_us
        );
        let limits = Limits {
            memory_bytes: 1 << 20,
            ..Limits::default()
        };
        let result = render_within((&panel.0, &panel.1), parameters, nothing(), &limits).await;
        assert_eq!(
            limit_of(result),
            (LimitName::Memory, "1 MiB".to_owned()),
            "{name}"
        );
        assert_empty(&panel.0);
    }
}
