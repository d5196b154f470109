//! Whose time is shown.

use std::cell::RefCell;

use crate::{browser, time::civil::Zone};

/// Whose time is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ZoneChoice {
    /// The reader's own.
    Browser,
    /// Everybody's.
    Utc,
    /// That of a place, by its IANA name as the browser writes it.
    Named(&'static str),
}

thread_local! {
    // A choice is copied into every label that follows it. There are as many as zones, and a page sees a handful.
    static NAMES: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

fn kept(name: &str) -> &'static str {
    NAMES.with_borrow_mut(|names| {
        if let Some(known) = names.iter().find(|known| **known == name) {
            return *known;
        }
        let new: &'static str = Box::leak(name.to_owned().into_boxed_str());
        names.push(new);
        new
    })
}

impl ZoneChoice {
    /// `browser`, or a zone by its name; none where the browser knows no such zone.
    pub fn named(name: &str) -> Option<Self> {
        if name == "browser" {
            return Some(Self::Browser);
        }
        // An offset, as `+02:00`, is a zone to browsers and none to the host.
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return None;
        }
        match browser::known_zone(name).as_str() {
            "" => None,
            "UTC" => Some(Self::Utc),
            known => Some(Self::Named(kept(known))),
        }
    }

    /// For addresses; none for the browser's own, whichever that is.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Browser => None,
            Self::Utc => Some("UTC"),
            Self::Named(name) => Some(name),
        }
    }

    /// For the host, which knows no browser; none where the browser does not say where it is.
    pub fn told(self) -> Option<String> {
        match self.name() {
            Some(name) => Some(name.to_owned()),
            None => Some(browser::zone_name()).filter(|name| !name.is_empty()),
        }
    }

    /// `Browser time, Europe/Berlin`
    pub fn title(self) -> String {
        match (self, self.told()) {
            (Self::Utc, _) => "Coordinated universal time".to_owned(),
            (Self::Browser, None) => "Browser time".to_owned(),
            (Self::Browser, Some(name)) => format!("Browser time, {name}"),
            (Self::Named(name), _) => name.replace('_', " "),
        }
    }
}

impl Zone for ZoneChoice {
    fn offset(&self, instant: i64) -> i64 {
        match self {
            Self::Browser => browser::Local.offset(instant),
            Self::Utc => 0,
            Self::Named(name) => browser::zone_offset(name, instant as f64) as i64,
        }
    }
}
