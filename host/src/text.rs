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

/// An error and its causes. Some say their cause in their own sentence, which then is not said again.
pub fn in_one_line(error: &anyhow::Error) -> String {
    let mut line = String::new();
    for said in error.chain().map(ToString::to_string) {
        // Of nothing, too.
        if said.contains(&line) {
            line = said;
        } else if !line.contains(&said) {
            line.push_str(": ");
            line.push_str(&said);
        }
    }
    line
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

    /// As many errors of libraries are: its sentence ends with its cause's.
    #[derive(Debug)]
    struct Repeating(std::io::Error);

    impl std::fmt::Display for Repeating {
        fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(to, "the server does not answer: {}", self.0)
        }
    }

    impl std::error::Error for Repeating {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(&self.0)
        }
    }

    #[test]
    fn what_an_error_has_said_already_is_not_said_again() {
        let cause = std::io::Error::other("connection refused");
        let error = anyhow::Error::new(Repeating(cause)).context("nothing was added");
        assert_eq!(
            in_one_line(&error),
            "nothing was added: the server does not answer: connection refused"
        );
        let context = anyhow::anyhow!("the server says: no role `reader`").context("no role `reader`");
        assert_eq!(in_one_line(&context), "the server says: no role `reader`");
        let plain = anyhow::anyhow!("no such file").context("config/porthole.yaml");
        assert_eq!(in_one_line(&plain), "config/porthole.yaml: no such file");
    }
}
