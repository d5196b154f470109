//! The address of the page. Everything that defines what is seen is in it, and Back works.

use crate::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    browser,
    query::{Query, segment},
    route::Page,
};

/// Path and query of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Address {
    path: String,
    query: Query,
}

/// The page's address, as a signal.
///
/// The framework's router follows neither a link that changes path and query together nor a step back that changes only
/// the query; ranges live in the query, so addresses are kept here, and `route` reads their paths.
#[derive(Clone, Copy)]
pub(crate) struct Location {
    address: Signal<Address>,
}

impl Location {
    /// Reads the address, follows Back and Forward, and takes over clicks on links of this origin.
    pub fn install() -> Self {
        let this = Self {
            address: create_signal(current()),
        };
        browser::on_window("popstate", move |_: web_sys::Event| this.address.set(current()));
        browser::on_document("click", move |event: web_sys::MouseEvent| this.follow(&event));
        this
    }

    /// Tracked.
    pub fn path(self) -> String {
        self.address.with(|address| address.path.clone())
    }

    /// Tracked.
    pub fn parameter(self, name: &str) -> Option<String> {
        self.address
            .with(|address| address.query.get(name).map(str::to_owned))
    }

    /// Reads the whole query; tracked.
    pub fn read<T>(self, read: impl FnOnce(&Query) -> T) -> T {
        self.address.with(|address| read(&address.query))
    }

    /// What goes along to any other place: which time is shown, whose, and how often it is asked for; and what `keeps` says.
    /// Tracked.
    pub fn along(self, keeps: &dyn Fn(&str) -> bool) -> Query {
        let mut along = Query::default();
        self.read(|here| {
            for (name, value) in here.pairs() {
                if ["from", "to", "tz", "refresh"].contains(&name) || keeps(name) {
                    along.push(name, value);
                }
            }
        });
        along
    }

    /// The address of another tenant, of the time that is shown here. Tracked.
    pub fn of_tenant(self, tenant: &str) -> String {
        format!("/t/{}{}", segment(tenant), self.along(&|_| false).to_text())
    }

    /// Path and query, as in the address bar.
    pub fn text(self) -> String {
        self.address
            .with_untracked(|address| format!("{}{}", address.path, address.query.to_text()))
    }

    /// Goes to an address of this origin, as a new step in the history.
    pub fn go(self, to: &str) {
        if to != self.text() {
            self.write(to, true);
        }
    }

    /// Goes back to an address that this one was reached from: a step back in the history, which keeps how far the page there
    /// was scrolled. From elsewhere, a new step.
    pub fn leave_for(self, to: &str) {
        match history() {
            Some(history) if came_from(&history).as_deref() == Some(to) => {
                let _ = history.back();
            }
            _ => self.go(to),
        }
    }

    /// Goes to an address of this origin in place of the present one: Back skips it.
    pub fn replace(self, to: &str) {
        self.write(to, false);
    }

    /// Changes the query, as a new step in the history.
    pub fn change(self, change: impl FnOnce(&mut Query)) {
        self.go(&self.with_query(change));
    }

    /// Path and query as they would be after a change.
    pub fn with_query(self, change: impl FnOnce(&mut Query)) -> String {
        let mut address = self.address.get_clone_untracked();
        change(&mut address.query);
        format!("{}{}", address.path, address.query.to_text())
    }

    fn write(self, to: &str, as_step: bool) {
        let path = to.split(['?', '#']).next().unwrap_or(to);
        if !Page::at(path).is_here() {
            // A page of the application's other part.
            if let Some(location) = web_sys::window().map(|window| window.location()) {
                let _ = if as_step {
                    location.assign(to)
                } else {
                    location.replace(to)
                };
            }
            return;
        }
        if let Some(history) = history() {
            let written = if as_step {
                history.push_state_with_url(&self.text().into(), "", Some(to))
            } else {
                let before = history.state().unwrap_or(JsValue::NULL);
                history.replace_state_with_url(&before, "", Some(to))
            };
            if written.is_ok() {
                self.address.set(current());
            }
        }
    }

    fn follow(self, event: &web_sys::MouseEvent) {
        let is_plain = event.button() == 0
            && !(event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key())
            && !event.default_prevented();
        if !is_plain {
            return;
        }
        // In a shadow root, as a plugin's markup is, the event's target is the root's host.
        let target = event.composed_path().get(0);
        let link = target
            .dyn_into::<web_sys::Element>()
            .ok()
            .and_then(|element| element.closest("a[href]").ok()?)
            .and_then(|element| element.dyn_into::<web_sys::HtmlAnchorElement>().ok());
        let Some(link) = link else { return };
        let is_ours =
            web_sys::window().and_then(|window| window.location().origin().ok()) == Some(link.origin());
        // Files of the host (pictures, exports) are the browser's to open.
        if is_ours && link.target().is_empty() && !link.pathname().starts_with("/api/") {
            event.prevent_default();
            self.go(&format!("{}{}", link.pathname(), link.search()));
        }
    }
}

fn history() -> Option<web_sys::History> {
    web_sys::window()?.history().ok()
}

/// Each step in the history holds the address before it.
fn came_from(history: &web_sys::History) -> Option<String> {
    history.state().ok()?.as_string()
}

fn current() -> Address {
    let location = web_sys::window().map(|window| window.location());
    let part = |read: fn(&web_sys::Location) -> Result<String, JsValue>| {
        location
            .as_ref()
            .and_then(|location| read(location).ok())
            .unwrap_or_default()
    };
    Address {
        path: part(web_sys::Location::pathname),
        query: Query::parse(&part(web_sys::Location::search)),
    }
}
