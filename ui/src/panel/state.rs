//! What a panel says when it has nothing to show: each case in its own words.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Diagnostic, PanelAnswer, Severity, View as Shown, code};

use super::Loader;
use crate::{
    api::Failure,
    browser, icon,
    live::live_text,
    query::segment,
    series,
    stores::{Board, Session},
    time::format,
};

/// Milliseconds after the end of a range in which its last rows may still come.
const PAST: i64 = 600_000;

/// Of health, which is that of now whatever the range.
const NO_STATUSES: &str = "Nothing to report on";

/// Plugins that come with the host; they have no page.
const BUILT_IN: [&str; 6] = [
    "timeseries",
    "kpi",
    "health_status",
    "table",
    "custom_image",
    "custom_template",
];

/// Why an answer has nothing in it; none when it has.
pub(super) fn emptiness(answer: &PanelAnswer, is_filtered: bool) -> Option<&'static str> {
    match &answer.view {
        Shown::Chart(chart) if !series::has_values(&chart.series) => Some("No data in this range"),
        Shown::Metric(metric) if metric.value.is_none() => Some("No data in this range"),
        Shown::Statuses(statuses) if statuses.items.is_empty() => Some(NO_STATUSES),
        // A filtered table keeps its head, so that the filter can be taken away.
        Shown::Table(table) if table.total == 0 && table.rows.is_empty() && !is_filtered => {
            Some("No rows in this range")
        }
        _ => None,
    }
}

/// Nothing there. `board`: whose range it is.
pub(super) fn empty(title: &'static str, board: &Board) -> View {
    let board = board.clone();
    // What is over is not waited for.
    let what = live_text(move || {
        board.range.track();
        if title == NO_STATUSES {
            "There are no rows that say how anything is. Wait for data to arrive."
        } else if board.window().end < browser::now() - PAST {
            "Nothing was recorded then. Choose another range."
        } else {
            "Choose a longer range, or wait for data to arrive."
        }
        .to_owned()
    });
    view! {
        div(class="state centred", data-testid="panel-empty") {
            b { (title) }
            p { (what) }
        }
    }
}

/// Something is wrong.
pub(super) fn failed(failure: &Rc<Failure>, loader: Loader, tenant: &str) -> View {
    let is_gone = failure.is(code::NOT_FOUND);
    let title = if is_gone {
        "This panel is not there any more"
    } else {
        failure.title()
    };
    let mark = icon::severity(Severity::Critical, "var(--bad)".to_owned());
    // Faults with their places say it better.
    let has_faults = failure
        .problem()
        .is_some_and(|problem| !problem.diagnostics.is_empty());
    let detail = (!has_faults).then(|| {
        let text = if is_gone {
            "It was taken out of the tenant's configuration, has another name by now, or is not open to you any more."
                .to_owned()
        } else {
            failure.detail()
        };
        let full = text.clone();
        view! { p(title=full) { (text) } }
    });
    let faults = failure.problem().map(|problem| diagnostics(&problem.diagnostics));
    let plugin = failure.problem().and_then(|problem| {
        let name = problem.plugin.clone()?;
        Some(plugin_line(name, tenant))
    });
    let is_resting = failure.is(code::PLUGIN_RESTING);
    // A fault in a file and a missing grant do not go away by asking again, and who rests is asked by itself.
    let is_retried = !is_resting
        && !matches!(failure.status(), Some(400 | 403 | 404))
        && !failure.is(code::PANEL_CONFIGURATION);
    let again = is_retried.then(|| {
        view! { button(r#type="button", class="button", on:click=handler(move |_| loader.ask_again())) { "Try again" } }
    });
    let rest = is_resting.then(|| countdown(loader));
    let reference = failure.problem().map(|problem| {
        let text = format!("{} · {}", problem.code, problem.request_id);
        view! { span(class="reference mono", title="Code and request id; both are in the host's log") { (text) } }
    });
    view! {
        div(class="state", role="alert", data-testid="panel-error") {
            div(class="what") { (mark) b { (title) } }
            (detail)
            (plugin)
            (rest)
            (faults)
            div(class="acts") { (again) (reference) }
        }
    }
}

/// Which plugin; for editors with the way to its page.
fn plugin_line(plugin: String, tenant: &str) -> View {
    let may_publish = use_context::<Session>().may_publish(tenant);
    let name = plugin.split(' ').next().unwrap_or("").to_owned();
    if !may_publish || BUILT_IN.contains(&name.as_str()) {
        return view! { p { "Plugin: " b { (plugin) } } };
    }
    let href = format!("/t/{}/plugins/{}", segment(tenant), segment(&name));
    view! { p { "Plugin: " a(class="link", href=href) { (plugin) } } }
}

/// How long a plugin still rests; asking again is the loader's work.
fn countdown(loader: Loader) -> View {
    let now = create_signal(browser::now());
    browser::spawn_scoped(async move {
        loop {
            browser::sleep(1_000).await;
            now.set(browser::now());
        }
    });
    let text = live_text(move || match loader.rests_until.get() - now.get() {
        left if left >= 1_000 => format!("Tried again in {}", format::countdown(left)),
        _ => "Trying again…".to_owned(),
    });
    view! { p(role="timer", data-testid="rest") { (text) } }
}

/// The panel's configuration has faults: where, what, and what to do.
pub(super) fn misconfigured(faults: &[Diagnostic]) -> View {
    let list = diagnostics(faults);
    let mark = icon::severity(Severity::Critical, "var(--bad)".to_owned());
    view! {
        div(class="state", role="alert", data-testid="panel-error") {
            div(class="what") { (mark) b { "This panel is configured wrongly" } }
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
