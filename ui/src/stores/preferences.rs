//! What a reader prefers, kept in this browser: the look, and whose time is shown.

use crate::prelude::*;
use wasm_bindgen::{JsCast, closure::Closure};

use super::{Location, ZoneChoice};
use crate::{
    browser,
    color::Theme,
    time::{civil::Zone, format},
};

/// The reader's choice of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// The usual one.
    Dark,
    Light,
    /// As the device has it.
    System,
}

impl Look {
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Dark, "dark", "Dark"),
        (Self::Light, "light", "Light"),
        (Self::System, "system", "System"),
    ];
}

/// The preferences.
#[derive(Clone, Copy)]
pub(crate) struct Preferences {
    look: Signal<Look>,
    zone: ReadSignal<ZoneChoice>,
    kept_zone: Signal<ZoneChoice>,
    location: Location,
    is_system_light: Signal<bool>,
    is_printing: Signal<bool>,
}

const LIGHT_SYSTEM: &str = "(prefers-color-scheme: light)";
const PRINT: &str = "print";
/// What the zone is called in addresses, and where it is kept.
const ZONE: &str = "tz";
const ZONE_KEPT: &str = "zone";

impl Preferences {
    /// Reads what was kept, and keeps the page's look in step.
    pub fn load() -> Self {
        let look = browser::stored("theme");
        let look = Look::ALL
            .iter()
            .find(|(_, name, _)| look.as_deref() == Some(*name))
            .map_or(Look::Dark, |l| l.0);
        let location = use_context::<Location>();
        let zone = browser::stored("zone").and_then(|name| ZoneChoice::named(&name));
        let kept_zone = create_signal(zone.unwrap_or(ZoneChoice::Browser));
        let this = Self {
            look: create_signal(look),
            // A link shows what whoever passed it on saw.
            zone: create_selector(move || {
                let linked = location.parameter(ZONE).and_then(|name| ZoneChoice::named(&name));
                linked.unwrap_or_else(|| kept_zone.get())
            }),
            kept_zone,
            location,
            is_system_light: create_signal(browser::matches_media(LIGHT_SYSTEM)),
            is_printing: create_signal(browser::matches_media(PRINT)),
        };
        follow(LIGHT_SYSTEM, this.is_system_light);
        follow(PRINT, this.is_printing);
        create_effect(move || {
            let name = match this.theme() {
                Theme::Dark => "dark",
                Theme::Light => "light",
            };
            if let Some(root) = web_sys::window().and_then(|w| w.document()?.document_element()) {
                let _ = root.set_attribute("data-theme", name);
            }
        });
        this
    }

    /// Tracked.
    pub fn look(self) -> Look {
        self.look.get()
    }

    /// Chooses a look and keeps it.
    pub fn choose_look(self, look: Look) {
        self.look.set(look);
        if let Some((_, name, _)) = Look::ALL.iter().find(|(one, ..)| *one == look) {
            browser::store("theme", name);
        }
    }

    /// What the page looks like; tracked.
    pub fn theme(self) -> Theme {
        match self.look.get() {
            // Paper is white.
            _ if self.is_printing.get() => Theme::Light,
            Look::Dark => Theme::Dark,
            Look::Light => Theme::Light,
            Look::System if self.is_system_light.get() => Theme::Light,
            Look::System => Theme::Dark,
        }
    }

    /// Tracked.
    pub fn zone(self) -> ZoneChoice {
        self.zone.get()
    }

    /// Not tracked.
    pub fn zone_untracked(self) -> ZoneChoice {
        self.zone.get_untracked()
    }

    /// Shows another zone's time, and keeps the choice.
    pub fn choose_zone(self, zone: ZoneChoice) {
        browser::store(ZONE_KEPT, zone.name().unwrap_or("browser"));
        self.kept_zone.set(zone);
        self.write_zone(zone);
    }

    /// Keeps the zone in the address where it is not the browser's own, as long as the current scope lives.
    pub fn keep_zone_in_address(self) {
        create_effect(move || {
            let zone = self.zone.get();
            if self.location.parameter(ZONE).as_deref() != zone.name() {
                self.write_zone(zone);
            }
        });
    }

    /// No step in the history: it is another way of writing the same.
    fn write_zone(self, zone: ZoneChoice) {
        let to = self.location.with_query(|query| {
            query.set(ZONE, zone.name());
        });
        if to != self.location.text() {
            self.location.replace(&to);
        }
    }

    /// `UTC+1`, as it is at an instant (milliseconds since the epoch); tracked.
    pub fn zone_offset_at(self, instant: i64) -> String {
        format::offset(self.zone.get().offset(instant))
    }

    /// `Browser time, Europe/Berlin`; tracked.
    pub fn zone_title(self) -> String {
        self.zone.get().title()
    }
}

/// Keeps a signal in step with a media query, as long as there is the page.
fn follow(query: &'static str, holds: Signal<bool>) {
    if let Some(list) = web_sys::window().and_then(|window| window.match_media(query).ok()?) {
        let changed = Closure::<dyn FnMut()>::new(move || holds.set(browser::matches_media(query)));
        list.set_onchange(Some(changed.as_ref().unchecked_ref()));
        // A list that nobody holds stops telling.
        std::mem::forget(list);
        changed.forget();
    }
}
