//! The dashboard that is open: its tenant, range and refreshing, all of it in the address.

use std::rc::Rc;

use crate::prelude::*;

use super::{Location, Preferences, Recent, ZoneChoice};
use crate::{
    browser,
    query::{Query, segment},
    refresh::Refresh,
    route::Page,
    table_address::{is_of_dashboard, is_of_panel, to_first_pages},
    time::range::{Range, Window},
};

/// What the frame and the panels of one dashboard share.
#[derive(Clone)]
pub(crate) struct Board {
    /// The tenant's id.
    pub tenant: Rc<str>,
    /// What is shown; tracked when read.
    pub range: ReadSignal<Range>,
    /// How often panels ask again.
    pub refresh: ReadSignal<Refresh>,
    /// Whether the address asks for what each view cost, as the preview of a plugin's author does.
    pub is_receipt_wanted: ReadSignal<bool>,
    /// Counts how often the reader asked for fresh data of all panels.
    pub asked: Signal<u32>,
    /// Counts how often a panel was told that there is no such panel, or that the reader may not see it: then the dashboard may
    /// be gone, too.
    pub doubted: Signal<u32>,
    /// What was wrong with the range that the address named; none: nothing, or the reader has read it.
    pub range_fault: Signal<Option<String>>,
    location: Location,
    preferences: Preferences,
    recent: Recent,
}

impl Board {
    /// For a tenant; `usual` is the dashboard's own range, once it is known.
    pub fn new(tenant: &str, usual: ReadSignal<Option<String>>) -> Self {
        let location = use_context::<Location>();
        let preferences = use_context::<Preferences>();
        preferences.keep_zone_in_address();
        let range = create_selector(move || {
            let zone = preferences.zone();
            let now = browser::now();
            let (from, to) = (location.parameter("from"), location.parameter("to"));
            Range::from_address(from.as_deref(), to.as_deref(), now, &zone)
                .or_else(|| Range::from_word(usual.get_clone()?.as_str(), now, &zone))
                .unwrap_or_default()
        });
        let range_fault = create_signal(None::<String>);
        create_effect(move || {
            let (from, to) = (location.parameter("from"), location.parameter("to"));
            let zone = preferences.zone_untracked();
            let fault = Range::fault_of_address(from.as_deref(), to.as_deref(), browser::now(), &zone);
            if let Some(fault) = fault {
                let side = if fault.is_from { "from" } else { "to" };
                range_fault.set(Some(format!(
                    "The address names no range that could be shown: {side}: {}. This is the usual range.",
                    fault.message
                )));
                // The address says what is shown, not what was meant.
                location.replace(&location.with_query(|query| {
                    query.set("from", None).set("to", None);
                }));
            }
        });
        Self {
            tenant: tenant.into(),
            range,
            range_fault,
            refresh: create_selector(move || Refresh::from_address(location.parameter("refresh").as_deref())),
            is_receipt_wanted: create_selector(move || location.parameter("receipt").as_deref() == Some("1")),
            asked: create_signal(0),
            doubted: create_signal(0),
            location,
            preferences,
            recent: use_context::<Recent>(),
        }
    }

    /// The instants meant right now; not tracked.
    pub fn window(&self) -> Window {
        self.range
            .get_clone_untracked()
            .window(browser::now(), &self.preferences.zone_untracked())
    }

    /// The instants that panels ask the host for right now; not tracked.
    pub fn question(&self) -> Window {
        self.range
            .get_clone_untracked()
            .question(browser::now(), &self.preferences.zone_untracked())
    }

    /// Whose time is shown; not tracked.
    pub fn zone(&self) -> ZoneChoice {
        self.preferences.zone_untracked()
    }

    /// Shows another range.
    pub fn show(&self, range: &Range) {
        let (from, to) = (range.from.to_string(), range.to.to_string());
        self.recent.add(&from, &to);
        if self.range_fault.with_untracked(Option::is_some) {
            self.range_fault.set(None);
        }
        self.location.change(|query| {
            query.set("from", Some(&from)).set("to", Some(&to));
            to_first_pages(query);
        });
    }

    /// Shows what was dragged over in a chart; milliseconds since the epoch.
    pub fn zoom_to(&self, start: f64, end: f64) {
        // Whole seconds make addresses that can be read.
        let second = |instant: f64| (instant / 1_000.0).round() as i64 * 1_000;
        self.show(&Range::between(second(start), second(end)));
    }

    /// Shows twice as much.
    pub fn zoom_out(&self) {
        let range = self.range.get_clone_untracked();
        self.show(&range.zoomed_out(browser::now(), &self.preferences.zone_untracked()));
    }

    /// Says that a panel was refused as a whole.
    pub fn doubt(&self) {
        self.doubted.set(self.doubted.get_untracked() + 1);
    }

    /// Asks for fresh data of all panels.
    pub fn ask_all(&self) {
        self.asked.set(self.asked.get_untracked() + 1);
    }

    /// Chooses how often panels ask.
    pub fn choose_refresh(&self, refresh: Refresh) {
        self.location.change(|query| {
            query.set("refresh", refresh.address());
        });
    }

    /// The address of a dashboard of this tenant, with the same range; of the one that is open, with what its tables are
    /// asked for.
    pub fn address_of(&self, dashboard: &str) -> String {
        let is_open = match Page::at(&self.location.path()) {
            Page::Dashboard { dashboard: open, .. } | Page::Panel { dashboard: open, .. } => {
                open == dashboard
            }
            _ => false,
        };
        self.address(&format!("d/{}", segment(dashboard)), &|name| {
            is_open && is_of_dashboard(name)
        })
    }

    /// The address of one of a dashboard's panels, large.
    pub fn panel_address(&self, dashboard: &str, panel: &str) -> String {
        let place = format!("d/{}/p/{}", segment(dashboard), segment(panel));
        self.address(&place, &is_of_dashboard)
    }

    /// The address of a panel's report, which is of the same range even where that is the dashboard's own: a report knows of
    /// no dashboard.
    pub fn report_address(&self, panel: &str) -> String {
        let place = format!("r/{}", segment(panel));
        let mut query = self.query(&|name| name == "raw" || is_of_panel(name, panel));
        if query.get("from").is_none() {
            let range = self.range.get_clone();
            query
                .push("from", range.from.to_string())
                .push("to", range.to.to_string());
        }
        self.at(&place, &query)
    }

    /// The whole address of what is seen, to be passed on: with the instants meant right now, or with the range as it is.
    /// Not tracked.
    pub fn link(&self, is_fixed: bool) -> String {
        let range = if is_fixed {
            let window = self.window();
            Range::between(window.start, window.end)
        } else {
            self.range.get_clone_untracked()
        };
        let origin = web_sys::window()
            .and_then(|window| window.location().origin().ok())
            .unwrap_or_default();
        let (from, to) = (range.from.to_string(), range.to.to_string());
        let here = self.location.with_query(|query| {
            query.set("from", Some(&from)).set("to", Some(&to));
        });
        format!("{origin}{here}")
    }

    /// Tracked, so that links follow the range. `keeps`: what goes along besides.
    fn address(&self, place: &str, keeps: &dyn Fn(&str) -> bool) -> String {
        self.at(place, &self.query(keeps))
    }

    fn at(&self, place: &str, query: &Query) -> String {
        format!("/t/{}/{place}{}", segment(&self.tenant), query.to_text())
    }

    /// What goes along with each link to another place of this tenant, and what `keeps` says. Tracked.
    fn query(&self, keeps: &dyn Fn(&str) -> bool) -> Query {
        self.location.along(&|name| name == "receipt" || keeps(name))
    }

    /// Whether the reader asked for raw points, or for none; none: as the panel says. Tracked.
    pub fn raw_choice(&self) -> Option<bool> {
        self.location.parameter("raw").map(|value| value == "1")
    }

    /// Asks for raw points, or for none.
    pub fn choose_raw(&self, raw: bool) {
        self.location.change(|query| {
            query.set("raw", Some(if raw { "1" } else { "0" }));
        });
    }
}
