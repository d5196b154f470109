//! The zones to choose from.

use crate::prelude::*;

use crate::{
    browser,
    live::live_all,
    stores::{Preferences, ZoneChoice},
    time::{civil::Zone, format},
};

/// More are found by typing.
const MOST: usize = 40;

/// What stands before a city.
const REGIONS: [&str; 9] = [
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
];

/// A field to search them, and those that are found; `chosen` is called once one is.
pub(super) fn zone_list(chosen: impl Fn() + Clone + 'static) -> View {
    let preferences = use_context::<Preferences>();
    let search = create_signal(String::new());
    let names = browser::all_zones();
    let items = live_all(move || {
        let typed = search.get_clone();
        let wanted = typed.to_ascii_lowercase().replace(' ', "_");
        let wanted = wanted.trim_matches('_');
        let is_wanted = |name: &str| name.to_ascii_lowercase().contains(wanted);
        let own = ZoneChoice::Browser;
        let is_own =
            wanted.is_empty() || is_wanted("browser") || own.told().is_some_and(|name| is_wanted(&name));
        let usual = [
            (own, is_own),
            (ZoneChoice::Utc, is_wanted("utc") || is_wanted("coordinated")),
        ];
        let mut found: Vec<ZoneChoice> = names
            .iter()
            .filter(|name| is_wanted(name))
            .take(MOST)
            .filter_map(|name| ZoneChoice::named(name))
            .collect();
        if found.is_empty() {
            // Browsers list Calcutta, and know Kolkata.
            found.extend(
                REGIONS
                    .into_iter()
                    .filter_map(|region| ZoneChoice::named(&format!("{region}/{wanted}"))),
            );
        }
        found.retain(|zone| *zone != ZoneChoice::Utc);
        let shown: Vec<ZoneChoice> = usual
            .into_iter()
            .filter_map(|(zone, is_meant)| is_meant.then_some(zone))
            .chain(found)
            .take(MOST)
            .collect();
        if shown.is_empty() {
            let text = format!(
                "No zone is called “{}”. Zones have the names of cities.",
                typed.trim()
            );
            return vec![view! { p(class="dim none") { (text) } }];
        }
        shown
            .into_iter()
            .map(|zone| {
                let chosen = chosen.clone();
                let choose = move |_| {
                    preferences.choose_zone(zone);
                    chosen();
                };
                let (title, offset) = (zone.title(), format::offset(zone.offset(browser::now())));
                let is_current = (preferences.zone() == zone).to_string();
                view! {
                    button(r#type="button", class="menu-item", aria-current=is_current, on:click=handler(choose)) {
                        span(class="what") { span { (title) } span(class="dim") { (offset) } }
                    }
                }
            })
            .collect::<Vec<View>>()
    });
    view! {
        div(class="right", data-testid="zones") {
            div(class="field small") {
                input(id="zone-search", r#type="search", placeholder="Search zones", aria-label="Search zones", autocomplete="off", bind:value=search)
            }
            div(class="quick") { (items) }
        }
    }
}
