//! What keys do.

use crate::text;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Everything that can be gone to.
    Palette,
    /// The sheet of keys.
    Keys,
    /// Fresh data of all panels.
    Refresh,
    /// Twice the range.
    ZoomOut,
    /// The other look.
    Look,
    /// Out of what is open.
    Leave,
}

/// What a reader is told; the last are the parts' own.
pub const SHEET: [(&str, &str); 13] = [
    ("Ctrl K", "Go to a dashboard, panel, tenant or range"),
    ("?", "This list"),
    ("r", "Refresh all panels"),
    ("z", "Zoom out"),
    ("t", "Light or dark"),
    ("Esc", "Back from a panel; close what is open"),
    ("← →", "In a chart: from point to point; with Shift, ten at once"),
    ("+ −", "In a chart: zoom in around the cursor, and out"),
    ("[ ]", "In a chart: earlier and later"),
    ("Drag", "In a chart: zoom in; a double click zooms out"),
    ("Drag the axis", "Under a chart: move through time"),
    (
        "Ctrl click",
        "In a legend: hide or show one series; a finger stays on it",
    ),
    (
        "Shift click",
        "In a table's head: sort by one more column; a finger stays on it",
    ),
];

/// What a key means. `is_writing`: the reader is in a field, where letters are letters.
pub fn wish(key: &str, is_command: bool, is_writing: bool) -> Option<Wish> {
    match (key, is_command) {
        ("k" | "K", true) => Some(Wish::Palette),
        (_, true) => None,
        _ if is_writing => None,
        ("?", _) => Some(Wish::Keys),
        ("/", _) => Some(Wish::Palette),
        ("r", _) => Some(Wish::Refresh),
        ("z", _) => Some(Wish::ZoomOut),
        ("t", _) => Some(Wish::Look),
        ("Escape", _) => Some(Wish::Leave),
        _ => None,
    }
}

/// Whether a text has all the words that are searched for, in any case and order.
pub fn matches(text: &str, wanted: &str) -> bool {
    let text = text::lower(text);
    text::lower(wanted)
        .split_whitespace()
        .all(|word| text.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_in_a_field_are_letters() {
        for key in ["r", "z", "t", "?", "/", "Escape"] {
            assert!(wish(key, false, false).is_some(), "{key}");
            assert_eq!(wish(key, false, true), None, "{key}");
        }
        assert_eq!(wish("k", true, true), Some(Wish::Palette));
    }

    #[test]
    fn the_browsers_own_keys_stay_its_own() {
        for key in ["r", "t", "z", "?"] {
            assert_eq!(wish(key, true, false), None, "{key}");
        }
        assert_eq!(wish("k", false, false), None);
    }

    #[test]
    fn words_are_found_in_any_order() {
        assert!(matches("Panel CPU by server", "server cpu"));
        assert!(matches("anything", "  "));
        assert!(!matches("Panel CPU", "cpu memory"));
    }
}
