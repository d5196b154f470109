//! What both the list and a plugin's own page show.

use crate::prelude::*;
use porthole_model::{Plugin, PluginSource, PluginState, PluginTotals};

use crate::{browser, live::live, receipt};

pub(super) use crate::pages::desk::{cut, facts, text, trouble};

/// Characters of a hash that tell two apart at a glance.
const SHORT_HASH: usize = 12;

/// How a plugin is doing, in a word.
pub(super) fn badge(state: &PluginState) -> View {
    let (class, text) = match state {
        PluginState::Active => ("badge good", "active"),
        PluginState::Inactive => ("badge", "inactive"),
        PluginState::Compiling => ("badge busy", "compiling"),
        PluginState::Resting { .. } => ("badge warn", "resting"),
        PluginState::Refused { .. } => ("badge bad", "refused"),
    };
    view! { span(class=class, data-testid="plugin-state") { (text) } }
}

/// Which version answers, where it comes from, what its bytes are.
pub(super) fn origin(plugin: &Plugin) -> Vec<(&'static str, View)> {
    let source = match plugin.source {
        PluginSource::Folder => "folder",
        PluginSource::Published => "published",
    };
    let endpoint = plugin.endpoint.clone().map_or_else(
        || text(""),
        |endpoint| {
            let address = format!("/api/v1/custom/{endpoint}");
            view! { span(class="mono", title=address) { (endpoint) } }
        },
    );
    let size = match plugin.size_bytes {
        0 => String::new(),
        size => receipt::bytes(size),
    };
    vec![
        ("Version", text(plugin.version.clone())),
        ("Source", text(source)),
        ("Endpoint", endpoint),
        ("Size", text(size)),
        ("SHA-256", hash(&plugin.sha256)),
        ("Signed by", text(plugin.signed_by.clone().unwrap_or_default())),
    ]
}

/// What a limit holds, as `docs/src/limits.md` says it; what is not known there, as the host calls it.
pub(super) fn limit_name(key: &str) -> &str {
    match key {
        "cpu" => "CPU time of a call",
        "wall" => "Time of a call, waits left out",
        "waiting" => "Waiting for data",
        "memory" => "Memory of a call",
        "result" => "Size of an answer",
        "handles" => "Open sources",
        "queries" => "Queries of a call",
        "rows" => "Rows read by a call",
        "data" => "Data read by a call",
        "log_lines" => "Lines of log of a call",
        "concurrent_calls" => "Calls at the same time",
        "plugin" => "Size of the plugin",
        other => other,
    }
}

/// A count with its thousands apart, as they are everywhere else; sizes and times have their units already.
pub(super) fn limit_value(value: &str) -> String {
    value.parse().map_or_else(|_| value.to_owned(), receipt::count)
}

/// What its calls have used up; shortened to what tells trouble for the list.
pub(super) fn spent(totals: &PluginTotals) -> Vec<(&'static str, View)> {
    let class = if totals.failures > 0 { "bad" } else { "" };
    let failures = receipt::count(totals.failures);
    vec![
        ("Calls", text(receipt::count(totals.calls))),
        ("Failures", view! { span(class=class) { (failures) } }),
        ("CPU time", text(receipt::duration(totals.guest_us))),
        ("Memory peak", text(receipt::bytes(totals.memory_peak_bytes))),
    ]
}

/// The beginning of a hash; a click copies all of it.
pub(super) fn hash(hash: &str) -> View {
    if hash.is_empty() {
        return text("");
    }
    let copied = create_signal(None::<bool>);
    let (full, title) = (hash.to_owned(), hash.to_owned());
    let short: String = hash.chars().take(SHORT_HASH).collect();
    let label = format!("Copy SHA-256 {hash}");
    let copy = move |_| {
        let full = full.clone();
        browser::spawn_scoped(async move {
            copied.set(Some(browser::copy_text(&full).await.is_truthy()));
            browser::sleep(1_500).await;
            copied.set(None);
        });
    };
    let face = live(move || {
        let text = match copied.get() {
            Some(true) => "copied".to_owned(),
            Some(false) => "not copied".to_owned(),
            None => short.clone(),
        };
        view! { (text) }
    });
    view! { button(r#type="button", class="hash mono", title=title, aria-label=label, on:click=handler(copy)) { (face) } }
}
