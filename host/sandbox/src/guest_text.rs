//! Text that a guest chose, made fit for a log line or an error message.

/// The most characters of a guest's own words in an error message.
pub(crate) const IN_MESSAGES: usize = 1_000;

/// At most `most` characters of `text`, on one line and harmless; a cut text ends in `… (cut)`.
pub(crate) fn bounded(text: &str, most: usize) -> String {
    let mut characters = text.chars();
    let mut kept: String = characters.by_ref().take(most).map(harmless).collect();
    if characters.next().is_some() {
        kept.push_str("… (cut)");
    }
    kept
}

/// A line stays one line, cannot move a terminal's cursor and cannot turn the direction of what is written around it.
fn harmless(character: char) -> char {
    match character {
        '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        character if character.is_control() => '\u{fffd}',
        character => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_by_characters_and_says_so() {
        assert_eq!(bounded("äöüß", 3), "äöü… (cut)");
        assert_eq!(bounded("äöü", 3), "äöü");
    }

    #[test]
    fn control_characters_do_not_survive() {
        assert_eq!(bounded("a\nb\u{1b}[2J\u{202e}c", 100), "a b\u{fffd}[2J\u{fffd}c");
    }
}
