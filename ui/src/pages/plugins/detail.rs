//! One plugin: how it is, its versions, what it may use and has used, how it failed, what it wrote.

use std::rc::Rc;

use crate::prelude::*;
use porthole_model::{Plugin, PluginFailure, PluginSource, PluginState, PluginTotals, PluginVersion};

use super::{
    acts::{Act, Acts, confirmation},
    log, page, parts,
    polled::Polled,
};
use crate::{
    api,
    live::live,
    pages::{name_tab, notice},
    query::segment,
    receipt,
    stores::{Clock, Preferences},
    time::format,
};

/// Milliseconds between two questions; sooner while it is being compiled.
const CALM: u32 = 5_000;
const EAGER: u32 = 1_500;

/// The page.
pub(crate) fn plugin(tenant: String, name: String) -> View {
    page(&tenant.clone(), Some(&name.clone()), move || body(tenant, name))
}

fn body(tenant: String, name: String) -> View {
    let is_compiling = create_signal(false);
    let path = format!("/plugins/{}", segment(&name));
    let polled = Polled::start(path, tenant.clone(), move || {
        Some(if is_compiling.get_untracked() { EAGER } else { CALM })
    });
    let found = create_selector(move || {
        let text = polled.text.get_clone()?;
        match api::read::<Plugin>(&text) {
            Ok(plugin) => {
                is_compiling.set(plugin.state == PluginState::Compiling);
                Some(Rc::new(plugin))
            }
            Err(failure) => {
                polled.failure.set(Some(failure));
                None
            }
        }
    });
    let is_there = create_selector(move || found.with(Option::is_some));
    let trouble = live(move || match polled.failure.get_clone() {
        Some(failure) if is_there.get() => parts::trouble(&failure),
        _ => View::new(),
    });
    let content = live(move || {
        if is_there.get() {
            content(&tenant, &name, found, polled)
        } else {
            missing(polled)
        }
    });
    view! { (trouble) (content) }
}

/// Nothing has come yet, or nothing will.
fn missing(polled: Polled) -> View {
    live(move || match polled.failure.get_clone() {
        None => view! { div(class="waiting", aria-busy="true") { "Loading…" } },
        Some(failure) if failure.status() == Some(404) => {
            name_tab("Not found");
            notice(
                "There is no such plugin",
                "This tenant has no plugin of that name; it may have been removed.",
                None,
            )
        }
        Some(failure) => notice(failure.title(), &failure.detail(), None),
    })
}

/// Each section is drawn anew only when what it shows has changed: figures change all the time, buttons must not.
fn content(tenant: &str, name: &str, found: ReadSignal<Option<Rc<Plugin>>>, polled: Polled) -> View {
    let acts = Acts::new();
    let part = move |read: fn(&Plugin) -> Plugin, show: Box<dyn Fn(&Plugin) -> View>| {
        let part = create_selector(move || found.get_clone().map(|plugin| read(&plugin)));
        live(move || part.get_clone().map_or_else(View::new, |plugin| show(&plugin)))
    };
    let head = part(
        |plugin| Plugin {
            totals: PluginTotals::default(),
            failures: Vec::new(),
            limits: Vec::new(),
            ..plugin.clone()
        },
        Box::new(move |plugin| head(plugin, acts)),
    );
    let versions = part(
        |plugin| Plugin {
            totals: PluginTotals::default(),
            failures: Vec::new(),
            limits: Vec::new(),
            ..plugin.clone()
        },
        Box::new(move |plugin| versions(plugin, acts)),
    );
    let figures = part(
        |plugin| Plugin {
            versions: Vec::new(),
            ..plugin.clone()
        },
        Box::new(figures),
    );
    let failure = live(move || {
        acts.failure
            .get_clone()
            .map_or_else(View::new, |failure| parts::trouble(&failure))
    });
    let confirmation = confirmation(acts, tenant.to_owned(), name.to_owned(), polled);
    let log = log::log(tenant.to_owned(), name);
    view! {
        (head)
        (confirmation)
        (failure)
        div(class="slabs") { (versions) (figures) (log) }
    }
}

fn head(plugin: &Plugin, acts: Acts) -> View {
    let clock = use_context::<Clock>();
    let badge = parts::badge(&plugin.state);
    let (name, title, description) = (
        plugin.name.clone(),
        plugin.title.clone(),
        plugin.description.clone(),
    );
    let why = match plugin.state.clone() {
        PluginState::Resting { reason, until } => {
            let until = format::parse_rfc3339(&until);
            let when = live(move || {
                let text = until.map_or_else(String::new, |at| {
                    format!("Tried again {}.", format::ago(at, clock.now()))
                });
                view! { (text) }
            });
            view! { div(class="notice warn", data-testid="plugin-why") { b { "It rests after repeated failures" } p { (reason) } p { (when) } } }
        }
        PluginState::Refused { reason } => {
            view! { div(class="notice", data-testid="plugin-why") { b { "It cannot be used" } p { (reason) } } }
        }
        PluginState::Compiling => {
            view! { div(class="notice calm") { p { "It is being compiled; its panels wait until that is done." } } }
        }
        PluginState::Inactive => {
            view! { div(class="notice calm") { p { "No version is active. Activate one below, and its panels answer again." } } }
        }
        PluginState::Active => View::new(),
    };
    let buttons = (plugin.source == PluginSource::Published).then(|| {
        let is_answering = !matches!(plugin.state, PluginState::Inactive);
        let name = &plugin.name;
        let back = (is_answering && plugin.versions.len() > 1)
            .then(|| acts.button(Act::RollBack, format!("Roll back {name}")));
        let off = is_answering.then(|| acts.button(Act::Deactivate, format!("Deactivate {name}")));
        let remove = acts.button(Act::Remove, format!("Remove {name}"));
        view! { div(class="acts") { (back) (off) (remove) } }
    });
    let facts = parts::facts(parts::origin(plugin));
    view! {
        div(class="plugin-head") {
            h1 { (name) }
            span(class="dim title") { (title) }
            (badge)
            span(class="grow")
            (buttons)
        }
        p(class="dim lead") { (description) }
        (why)
        (facts)
    }
}

fn versions(plugin: &Plugin, acts: Acts) -> View {
    let preferences = use_context::<Preferences>();
    let zone = preferences.zone();
    if plugin.source == PluginSource::Folder {
        return view! {
            section(class="slab whole", aria-labelledby="versions-title") {
                div(class="slab-head") { h2(id="versions-title") { "Versions" } }
                p(class="dim") { "It comes from the tenant's folder plugins/. Put another file in its place, and the host takes it at once." }
            }
        };
    }
    let rows: Vec<View> = plugin
        .versions
        .iter()
        .map(|one| {
            let at = format::parse_rfc3339(&one.published_at)
                .map_or_else(|| one.published_at.clone(), |at| format::stamp(at, &zone));
            version(one, at, acts)
        })
        .collect();
    view! {
        section(class="slab whole", aria-labelledby="versions-title") {
            div(class="slab-head") { h2(id="versions-title") { "Versions" } }
            div(class="table-box", tabindex="0", role="region", aria-labelledby="versions-title") {
                table(class="rows versions") {
                    thead {
                        tr {
                            th(scope="col") { "Version" }
                            th(scope="col") { "Published" }
                            th(scope="col") { "By" }
                            th(scope="col") { "Signed by" }
                            th(scope="col") { "Size" }
                            th(scope="col") { "SHA-256" }
                            th(scope="col") { span(class="sr-only") { "What can be done" } }
                        }
                    }
                    tbody { (rows) }
                }
            }
        }
    }
}

fn version(one: &PluginVersion, at: String, acts: Acts) -> View {
    let version = one.version.clone();
    let by = parts::cut(
        "",
        one.published_by
            .clone()
            .unwrap_or_else(|| "command line".to_owned()),
    );
    let signed = parts::cut("", one.signed_by.clone().unwrap_or_default());
    let size = receipt::bytes(one.size_bytes);
    let hash = parts::hash(&one.sha256);
    let mark = one
        .active
        .then(|| view! { span(class="badge good") { "active" } });
    let buttons = (!one.active).then(|| {
        let version = &one.version;
        let activate = acts.button(
            Act::Activate(version.clone()),
            format!("Activate version {version}"),
        );
        let remove = acts.button(
            Act::RemoveVersion(version.clone()),
            format!("Remove version {version}"),
        );
        view! { (activate) (remove) }
    });
    let id = format!("version-{version}");
    view! {
        tr(data-testid=id) {
            td { span(class="mark-cell") { b { (version) } (mark) } }
            td { (at) }
            td { (by) }
            td { (signed) }
            td { (size) }
            td { (hash) }
            td { span(class="acts") { (buttons) } }
        }
    }
}

/// What a call may use, what calls have used, how they failed.
fn figures(plugin: &Plugin) -> View {
    let preferences = use_context::<Preferences>();
    let zone = preferences.zone();
    let limits: Vec<View> = plugin
        .limits
        .iter()
        .map(|limit| {
            let key = format!("limits.{} in tenant.yaml", limit.name);
            let (name, value) = (
                parts::limit_name(&limit.name).to_owned(),
                parts::limit_value(&limit.value),
            );
            view! { tr { th(scope="row", title=key) { (name) } td(class="right") { (value) } } }
        })
        .collect();
    let totals = &plugin.totals;
    let each = totals.guest_us.checked_div(totals.calls).unwrap_or(0);
    let mut spent = parts::spent(totals);
    spent.extend([
        ("CPU per call", parts::text(receipt::duration(each))),
        (
            "Time, waits included",
            parts::text(receipt::duration(totals.wall_us)),
        ),
        ("Queries", parts::text(receipt::count(totals.queries))),
        ("Rows", parts::text(receipt::count(totals.rows))),
    ]);
    let spent = parts::facts(spent);
    let failures: Vec<View> = plugin
        .failures
        .iter()
        .map(|failure| {
            let at = format::parse_rfc3339(&failure.at)
                .map_or_else(|| failure.at.clone(), |at| format::stamp(at, &zone));
            failed(failure, at)
        })
        .collect();
    let failures = if failures.is_empty() {
        view! { p(class="dim") { "None since the host started." } }
    } else {
        view! { ul(class="failures", data-testid="failures") { (failures) } }
    };
    view! {
        section(class="slab", aria-labelledby="limits-title") {
            div(class="slab-head") { h2(id="limits-title") { "Limits" } }
            table(class="rows limits") { tbody { (limits) } }
        }
        section(class="slab", aria-labelledby="totals-title") {
            div(class="slab-head") { h2(id="totals-title") { "Used since the host started" } }
            (spent)
            h2(class="sub") { "Last failures" }
            (failures)
        }
    }
}

fn failed(failure: &PluginFailure, at: String) -> View {
    let (panel, version, message) = (
        failure.panel.clone(),
        failure.version.clone(),
        failure.message.clone(),
    );
    view! { li { span(class="dim") { (at) " · " (panel) " · " (version) } p { (message) } } }
}
