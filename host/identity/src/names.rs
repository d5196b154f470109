//! Names as people and providers write them: in one form, and without what nobody sees. Characters that are drawn as nothing,
//! or that turn the direction of what follows, make one name look like another.

use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, UnicodeGeneralCategory};

use crate::IdentityError;

/// Longest name of a person, characters.
const LONGEST: usize = 255;

/// Whether a character is drawn as nothing, or changes how others are drawn.
pub(crate) fn is_hidden(character: char) -> bool {
    // What is not assigned is mostly drawn as nothing, and what is private as whatever a font likes.
    matches!(
        character.general_category(),
        GeneralCategory::Format | GeneralCategory::Unassigned | GeneralCategory::PrivateUse
    )
        // Letters and marks that are no more to be seen than the characters above.
        || matches!(character,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{2800}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fffc}' | '\u{e0100}'..='\u{e01ef}')
}

/// Whether a character ends a line or commands a terminal.
pub(crate) fn breaks_lines(character: char) -> bool {
    character.is_control() || matches!(character, '\u{2028}' | '\u{2029}')
}

/// A text on one line, without what is not seen, and composed (NFC); empty: nothing is left of it.
pub(crate) fn plain(text: &str) -> String {
    let seen = text.chars().filter(|character| !is_hidden(*character));
    let line = seen.map(|character| if breaks_lines(character) { ' ' } else { character });
    let text: String = line.nfc().collect();
    text.trim().to_owned()
}

/// A person's name in the form it is kept in; none where nothing is left of it.
pub(crate) fn normal_name(text: Option<&str>) -> Result<Option<String>, IdentityError> {
    let name = text.map(plain).filter(|name| !name.is_empty());
    match name {
        Some(name) if name.chars().count() > LONGEST => Err(IdentityError::Refused(format!(
            "A name has at most {LONGEST} characters."
        ))),
        name => Ok(name),
    }
}

/// The same of a name that a provider gives: cut where it is too long, because nobody is there who could write another.
pub(crate) fn provider_name(text: Option<&str>) -> Option<String> {
    let name: String = plain(text?).chars().take(LONGEST).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_are_one_line_or_none() {
        let name = |text| normal_name(Some(text)).unwrap();
        assert_eq!(name(" Ada\nLovelace ").unwrap(), "Ada Lovelace");
        assert_eq!(name("  "), None);
        assert_eq!(name("\u{200b}\u{202e} \u{3164}\u{2060}"), None);
        assert_eq!(normal_name(None).unwrap(), None);
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_a_name() {
        let name = |text| normal_name(Some(text)).unwrap().unwrap();
        assert_eq!(name("\u{202e}ecalevoL adA\u{202c}"), "ecalevoL adA");
        assert_eq!(name("A\u{200b}d\u{feff}a\u{ad}"), "Ada");
        assert_eq!(name("Zoe\u{308} 李 محمد"), "Zo\u{eb} 李 محمد");
    }

    #[test]
    fn a_long_name_is_refused_and_a_providers_is_cut() {
        let long = "ä".repeat(256);
        assert!(matches!(normal_name(Some(&long)), Err(IdentityError::Refused(_))));
        assert!(normal_name(Some(&long[2..])).is_ok());
        assert_eq!(provider_name(Some(&long)).unwrap(), long[2..]);
        assert_eq!(provider_name(Some("\u{200b}")), None);
    }
}
