//! What a panel says when it has nothing to show: each case in its own words.

use std::rc::Rc;

use porthole_model::{Diagnostic, PanelAnswer, View as Shown, code};
use sycamore::prelude::*;

use super::Loader;
use crate::{api::Failure, series};

/// Why an answer has nothing in it; none when it has.
pub(super) fn emptiness(answer: &PanelAnswer, is_filtered: bool) -> Option<&'static str> {
    match &answer.view {
        Shown::Chart(chart) if !series::has_values(&chart.series) => Some("No data in this range"),
        Shown::Metric(metric) if metric.value.is_none() => Some("No data in this range"),
        Shown::Statuses(statuses) if statuses.items.is_empty() => Some("Nothing to report on"),
        // A filtered table keeps its head, so that the filter can be taken away.
        Shown::Table(table) if table.total == 0 && table.rows.is_empty() && !is_filtered => {
            Some("No rows in this range")
        }
        _ => None,
    }
}

/// Nothing there.
pub(super) fn empty(title: &'static str) -> View {
    view! {
        div(class="state centred", data-testid="panel-empty") {
            b { (title) }
            p { "Choose a longer range, or wait for data to arrive." }
        }
    }
}

/// Something is wrong.
pub(super) fn failed(failure: &Rc<Failure>, loader: Loader) -> View {
    let title = failure.title();
    let detail = failure.detail();
    let plugin = failure
        .problem()
        .and_then(|problem| match (&problem.plugin, &problem.limit) {
            (Some(plugin), Some(limit)) => Some(format!("Plugin {plugin}, limit: {limit}")),
            (Some(plugin), None) => Some(format!("Plugin {plugin}")),
            _ => None,
        });
    let plugin = plugin.map(|text| view! { p { (text) } });
    let faults = failure.problem().map(|problem| diagnostics(&problem.diagnostics));
    // A fault in a file does not go away by asking again.
    let is_retried = failure
        .problem()
        .is_none_or(|problem| problem.code != code::PANEL_CONFIGURATION);
    let again = is_retried.then(|| {
        view! { button(r#type="button", class="button", on:click=move |_| loader.ask_again()) { "Try again" } }
    });
    let reference = failure.problem().map(|problem| {
        let text = format!("{} · {}", problem.code, problem.request_id);
        view! { span(class="reference mono", title="Code and request id; both are in the host's log") { (text) } }
    });
    view! {
        div(class="state", role="alert", data-testid="panel-error") {
            b { (title) }
            p { (detail) }
            (plugin)
            (faults)
            div(class="acts") { (again) (reference) }
        }
    }
}

/// The panel's configuration has faults: where, what, and what to do.
pub(super) fn misconfigured(faults: &[Diagnostic]) -> View {
    let list = diagnostics(faults);
    view! {
        div(class="state", role="alert", data-testid="panel-error") {
            b { "This panel is configured wrongly" }
            (list)
        }
    }
}

fn diagnostics(faults: &[Diagnostic]) -> View {
    if faults.is_empty() {
        return View::new();
    }
    let items: Vec<View> = faults
        .iter()
        .map(|fault| {
            let place = format!("{}:{}:{}", fault.file, fault.line, fault.column);
            let message = fault.message.clone();
            let help = fault
                .help
                .clone()
                .map(|help| view! { div(class="dim") { (help) } });
            view! { li { div(class="mono") { (place) } div { (message) } (help) } }
        })
        .collect();
    view! { ul { (items) } }
}
