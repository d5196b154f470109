//! Texts of others on the operator's screen and in the log.

use std::borrow::Cow;

/// A text on one line, in which every character is shown that is there: line ends, control characters, and marks that turn the
/// direction of what follows stand as `\u{fffd}`. File names and configuration are written by tenants, who could otherwise
/// add lines to the host's log, or show an operator something else than a file holds.
pub fn one_line(text: &str) -> Cow<'_, str> {
    if text.chars().any(hides) {
        Cow::Owned(
            text.chars()
                .map(|c| if hides(c) { '\u{fffd}' } else { c })
                .collect(),
        )
    } else {
        Cow::Borrowed(text)
    }
}

fn hides(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_end_a_line_or_turn_it_around_is_seen() {
        assert_eq!(one_line("panels/größe.yaml"), "panels/größe.yaml");
        assert_eq!(
            one_line("a\nERROR b\u{1b}[31m\u{202e}c\u{9b}"),
            "a\u{fffd}ERROR b\u{fffd}[31m\u{fffd}c\u{fffd}"
        );
    }
}
