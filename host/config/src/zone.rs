//! Time zones: which there are, and which was meant.

use jiff::tz::{TimeZone, db};

use crate::Spanned;
use crate::yaml::Reader;

/// What to do where nothing is near.
const HELP: &str = "use a name as Europe/Berlin or UTC";
/// No name of a zone is longer.
const LONGEST: usize = 64;

/// Reports a time zone that there is not.
pub(crate) fn check(reader: &Reader<'_>, zone: &Spanned<String>) {
    if !is_zone(&zone.value) {
        reader.extend([zone.fault("this is not a time zone", Some(help(&zone.value)))]);
    }
}

/// Whether there is a zone of this name: `UTC`, `Europe/Berlin`, `America/Argentina/Ushuaia`. By the same data that times are
/// computed with, so that what is taken here fails nowhere else.
fn is_zone(name: &str) -> bool {
    has_form(name) && TimeZone::get(name).is_ok_and(|zone| zone.iana_name().is_some())
}

/// Whether a text has the form of such a name: nothing else is looked up, which may be in files.
fn has_form(text: &str) -> bool {
    text.len() <= LONGEST
        && text.split('/').count() <= 3
        && text.split('/').all(|part| {
            part.starts_with(|first: char| first.is_ascii_alphabetic())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b"_-+".contains(&byte))
        })
}

/// The zone that was probably meant: the nearest name, or the one with the same place in another part of the world.
fn help(written: &str) -> String {
    if written.len() > LONGEST {
        return HELP.to_owned();
    }
    let plain = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let wanted = plain(written);
    let place = wanted.rsplit('/').next().unwrap_or_default();
    let zones: Vec<String> = db().available().map(|name| name.as_str().to_owned()).collect();
    let near = zones
        .iter()
        .map(|zone| (strsim::osa_distance(&wanted, &plain(zone)), zone));
    let near = near
        .filter(|(distance, zone)| *distance <= (zone.len() / 5).max(1))
        .min();
    let same = || {
        zones
            .iter()
            .find(|zone| plain(zone).rsplit('/').next() == Some(place))
    };
    match near.map(|(_, zone)| zone).or_else(same) {
        Some(zone) => format!("did you mean `{zone}`?"),
        None => HELP.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_zones_that_there_are_and_no_others() {
        for zone in ["UTC", "Europe/Berlin", "Etc/GMT+5", "America/Argentina/Ushuaia"] {
            assert!(is_zone(zone), "{zone}");
        }
        for none in [
            "",
            "Mars/Olympus",
            "Europe/",
            "Europe/Berlni",
            "../etc/passwd",
            "+01:00",
        ] {
            assert!(!is_zone(none), "{none}");
        }
    }

    #[test]
    fn proposes_the_zone_that_was_meant() {
        for (written, meant) in [
            ("Europe/Berlni", "Europe/Berlin"),
            ("europe-berlin", "Europe/Berlin"),
            ("America/New York", "America/New_York"),
            ("Germany/Berlin", "Europe/Berlin"),
            ("Tokyo", "Asia/Tokyo"),
            ("Mars/Olympus", HELP),
            ("", HELP),
        ] {
            assert!(help(written).contains(meant), "{written}: {}", help(written));
        }
        assert_eq!(help(&"x".repeat(100_000)), HELP);
    }
}
