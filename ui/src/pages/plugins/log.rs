//! What a plugin wrote.

use crate::prelude::*;
use porthole_model::{PluginLog, PluginLogLine};
use wasm_bindgen::JsCast;

use super::{parts, polled::Polled};
use crate::{
    api, browser,
    live::{live, watch},
    query::segment,
    stores::Preferences,
    time::format,
};

/// Lines that are asked for.
const LINES: u32 = 200;
/// Milliseconds between two questions while the log is followed.
const EVERY: u32 = 3_000;

/// The newest lines, oldest first; followed unless the reader wants to read in peace.
pub(super) fn log(tenant: String, name: &str) -> View {
    let preferences = use_context::<Preferences>();
    let is_followed = create_signal(true);
    let path = format!("/plugins/{}/logs?limit={LINES}", segment(name));
    let polled = Polled::start(path, tenant, move || is_followed.get_untracked().then_some(EVERY));
    let node = create_node_ref();
    // To the end, once the lines are drawn.
    watch(move || {
        polled.text.track();
        if is_followed.get() {
            browser::spawn_scoped(async move {
                browser::sleep(0).await;
                if let Some(element) = node
                    .try_get()
                    .and_then(|node| node.dyn_into::<web_sys::Element>().ok())
                {
                    element.set_scroll_top(element.scroll_height());
                }
            });
        }
    });
    let lines = live(move || {
        if let Some(failure) = polled.failure.get_clone() {
            return parts::trouble(&failure);
        }
        match polled.text.get_clone().map(|text| api::read::<PluginLog>(&text)) {
            None => view! { p(class="dim", aria-busy="true") { "Loading…" } },
            Some(Err(failure)) => parts::trouble(&failure),
            Some(Ok(log)) if log.lines.is_empty() => view! { p(class="dim") { "It has written nothing." } },
            Some(Ok(log)) => {
                let zone = preferences.zone();
                let lines: Vec<View> = log
                    .lines
                    .iter()
                    .map(|one| {
                        let at = format::parse_rfc3339(&one.at)
                            .map_or_else(|| one.at.clone(), |at| format::stamp(at, &zone));
                        line(one, at)
                    })
                    .collect();
                view! { ol { (lines) } }
            }
        }
    });
    view! {
        section(class="slab whole", aria-labelledby="log-title") {
            div(class="slab-head") {
                h2(id="log-title") { "Log" }
                span(class="grow")
                label(class="check") { input(r#type="checkbox", bind:checked=is_followed) "Follow" }
            }
            div(class="log mono", r#ref=node, tabindex="0", role="log", aria-label="What the plugin wrote", data-testid="plugin-log") { (lines) }
        }
    }
}

fn line(line: &PluginLogLine, at: String) -> View {
    let class = match line.level.as_str() {
        "error" => "bad",
        "warn" => "warn",
        "info" => "good",
        _ => "dim",
    };
    let (level, message) = (line.level.clone(), line.message.clone());
    let from = format!("{} · {}", line.panel, line.version);
    view! {
        li {
            span(class="dim") { (at) }
            b(class=class) { (level) }
            span(class="dim from") { (from) }
            span(class="said") { (message) }
        }
    }
}
