//! All plugins of a tenant.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Plugin, PluginState, Plugins};

use super::{page, parts, polled::Polled, upload};
use crate::{api, live::live, query::segment};

/// Milliseconds between two questions; sooner while something is being compiled.
const CALM: u32 = 10_000;
const EAGER: u32 = 2_000;

/// The page.
pub(crate) fn plugins(tenant: String) -> View {
    page(&tenant.clone(), None, move || body(tenant))
}

fn body(tenant: String) -> View {
    let publish_for = tenant.clone();
    let is_compiling = create_signal(false);
    let notices = create_signal(Vec::<String>::new());
    let polled = Polled::start("/plugins".to_owned(), tenant.clone(), move || {
        Some(if is_compiling.get_untracked() { EAGER } else { CALM })
    });
    let found = create_selector(move || {
        let text = polled.text.get_clone()?;
        match api::read::<Plugins>(&text) {
            Ok(answer) => {
                is_compiling.set(answer.plugins.iter().any(|p| p.state == PluginState::Compiling));
                if notices.with_untracked(|before| *before != answer.notices) {
                    notices.set(answer.notices);
                }
                Some(Rc::new(answer.plugins))
            }
            Err(failure) => {
                polled.failure.set(Some(failure));
                None
            }
        }
    });
    // Cards stay while their figures change: the focus is not lost.
    let names = create_selector(move || {
        found.get_clone().map(|plugins| {
            plugins
                .iter()
                .map(|plugin| plugin.name.clone())
                .collect::<Vec<_>>()
        })
    });
    let cards = live(move || match names.get_clone() {
        None if polled.failure.with(Option::is_some) => View::new(),
        None => view! { div(class="waiting", aria-busy="true") { "Loading…" } },
        Some(names) if names.is_empty() => view! {
            div(class="nothing", data-testid="no-plugins") {
                b { "No plugins yet" }
                p(class="dim") { "Publish a component above, with porthole plugin publish, or put a .wasm file into the tenant's folder plugins/." }
            }
        },
        Some(names) => {
            let cards: Vec<View> = names.iter().map(|name| card(&tenant, name, found)).collect();
            view! { ul(class="plugins") { (cards) } }
        }
    });
    let trouble = live(move || match polled.failure.get_clone() {
        Some(failure) => parts::trouble(&failure),
        None => View::new(),
    });
    let notices = live(move || {
        let notices: Vec<View> = notices
            .get_clone()
            .into_iter()
            .map(|notice| view! { li { (notice) } })
            .collect();
        if notices.is_empty() {
            return View::new();
        }
        view! { ul(class="notice warn", data-testid="plugin-notices", aria-label="What is wrong with this tenant's files") { (notices) } }
    });
    let upload = upload::upload(publish_for, polled);
    view! {
        h1 { "Plugins" }
        p(class="dim lead") { "Panels that this tenant brings itself. Each runs in a sandbox of its own, within the limits shown on its page." }
        (upload)
        (notices)
        (trouble)
        (cards)
    }
}

fn card(tenant: &str, name: &str, found: ReadSignal<Option<Rc<Vec<Plugin>>>>) -> View {
    let href = format!("/t/{}/plugins/{}", segment(tenant), segment(name));
    let (wanted, name) = (name.to_owned(), name.to_owned());
    let plugin = create_selector(move || {
        let plugins = found.get_clone()?;
        plugins.iter().find(|plugin| plugin.name == wanted).cloned()
    });
    let head = live(move || plugin.get_clone().map_or_else(View::new, |plugin| head(&plugin)));
    let facts = live(move || {
        plugin.get_clone().map_or_else(View::new, |plugin| {
            let mut facts = parts::origin(&plugin);
            facts.extend(parts::spent(&plugin.totals));
            parts::facts(facts)
        })
    });
    let id = format!("plugin-{name}");
    view! {
        li(class="slab", data-testid=id) {
            div(class="slab-head") { a(class="link", href=href) { (name) } (head) }
            (facts)
        }
    }
}

fn head(plugin: &Plugin) -> View {
    let title = plugin.title.clone();
    let badge = parts::badge(&plugin.state);
    let why = match &plugin.state {
        PluginState::Resting { reason, .. } | PluginState::Refused { reason } => {
            let reason = reason.clone();
            view! { p(class="reason") { (reason) } }
        }
        _ => View::new(),
    };
    view! { span(class="dim title") { (title) } (badge) (why) }
}
