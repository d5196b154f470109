//! The spans of a panel's way to its answer: names, figures and how it ended; nothing of the data, and no text of a guest's.

use porthole_model::CacheOutcome;
use porthole_sandbox::{Plugin, RenderFault, Rendered as Called};
use tracing::Span;
use tracing::field::Empty;

use crate::error::RenderError;
use crate::request::Rendered;

/// Whoever sends traces listens to spans of this target, and logs do not show them.
const TRACED: &str = "porthole_trace";

/// From the question to the answer, wherever that comes from.
pub(super) fn render(tenant: &str, panel: &str) -> Span {
    tracing::info_span!(target: TRACED, "render", tenant, panel, plugin = Empty, plugin.version = Empty,
        cache = Empty, otel.status_code = Empty)
}

/// Notes who is to render, in the span that is open.
pub(super) fn plugin(plugin: &Plugin) {
    let span = Span::current();
    span.record("plugin", plugin.name());
    span.record("plugin.version", plugin.version());
}

/// Notes where an answer came from, or that there is none.
pub(super) fn rendered(span: &Span, outcome: &Result<Rendered, RenderError>) {
    match outcome {
        Ok(rendered) => span.record(
            "cache",
            match rendered.answer.cache {
                CacheOutcome::Hit => "hit",
                CacheOutcome::Partial => "partial",
                CacheOutcome::Miss => "miss",
                CacheOutcome::Stale => "stale",
            },
        ),
        Err(_) => span.record("otel.status_code", "ERROR"),
    };
}

/// One call into the sandbox: waiting for a place, and the guest.
pub(super) fn call(tenant: &str, panel: &str, plugin: &Plugin) -> Span {
    tracing::info_span!(target: TRACED, "sandbox", tenant, panel, plugin = plugin.name(),
        plugin.version = plugin.version(), guest_us = Empty, memory_bytes = Empty, queries = Empty, rows = Empty,
        outcome = Empty, otel.status_code = Empty)
}

/// Notes what the call cost and how it ended.
pub(super) fn called(span: &Span, outcome: &Result<Called, Box<RenderFault>>) {
    if span.is_disabled() {
        return;
    }
    let receipt = match outcome {
        Ok(called) => {
            span.record("outcome", "view");
            &called.receipt
        }
        Err(fault) => {
            span.record("outcome", fault.kind.as_str());
            span.record("otel.status_code", "ERROR");
            &fault.receipt
        }
    };
    span.record("guest_us", receipt.guest_us);
    span.record("memory_bytes", receipt.memory_bytes);
    span.record("queries", receipt.queries);
    span.record("rows", receipt.rows);
}
