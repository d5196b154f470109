//! The words and signs of one tag of a template.

use super::TemplateFault;

/// A word, a sign, or neither: a text or a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'a> {
    /// As written.
    pub(super) text: &'a str,
    /// Where it begins: byte of the template.
    pub(super) at: usize,
    /// A name or keyword.
    pub(super) is_word: bool,
    /// One or two characters that are no letters.
    pub(super) is_sign: bool,
}

/// Signs of two characters.
const PAIRS: &[&str] = &["**", "//", "==", "!=", "<=", ">="];

/// Reads a tag from behind its opening up to `closing`, and gives the byte behind that.
///
/// # Errors
///
/// A tag or a text in it that has no end, or a character that no tag has.
pub(super) fn tokens<'a>(
    template: &'a str,
    start: usize,
    closing: &str,
) -> Result<(Vec<Token<'a>>, usize), TemplateFault> {
    let mut found = Vec::new();
    let mut at = start;
    // A minus or plus right behind the opening or before the closing is about space around the tag.
    if template[at..].starts_with(['-', '+']) {
        at += 1;
    }
    loop {
        let rest = &template[at..];
        let Some(first) = rest.chars().next() else {
            let message = format!("this tag has no end; `{closing}` is missing");
            return Err(TemplateFault::at(template, start.saturating_sub(2), message));
        };
        if rest.starts_with(closing) {
            return Ok((found, at + closing.len()));
        }
        if first.is_ascii_whitespace() {
            at += 1;
            continue;
        }
        if matches!(first, '-' | '+') && rest[1..].starts_with(closing) {
            return Ok((found, at + 1 + closing.len()));
        }
        let is_word = first.is_ascii_alphabetic() || first == '_';
        let len = if is_word {
            length(rest, |c| c.is_ascii_alphanumeric() || c == '_')
        } else if first.is_ascii_digit() {
            let len = number_length(
                rest,
                found.last().is_some_and(|token: &Token<'_>| token.text == "."),
            );
            if rest[len..].starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_') {
                return Err(TemplateFault::at(
                    template,
                    at,
                    "numbers are written with digits and one point only",
                ));
            }
            len
        } else if matches!(first, '"' | '\'') {
            let Some(len) = text_length(rest) else {
                return Err(TemplateFault::at(
                    template,
                    at,
                    "this text has no end; its closing quote is missing",
                ));
            };
            len
        } else if first.is_ascii() {
            if PAIRS.iter().any(|pair| rest.starts_with(pair)) {
                2
            } else {
                1
            }
        } else {
            return Err(TemplateFault::at(
                template,
                at,
                format!("`{}` has no meaning here", first.escape_debug()),
            ));
        };
        let is_sign =
            !is_word && first.is_ascii_punctuation() && first != '_' && !matches!(first, '"' | '\'');
        found.push(Token {
            text: &rest[..len],
            at,
            is_word,
            is_sign,
        });
        at += len;
    }
}

/// How many bytes from the start are of a kind; the kind is ASCII only.
fn length(text: &str, is_of_kind: impl Fn(char) -> bool) -> usize {
    text.find(|c| !is_of_kind(c)).unwrap_or(text.len())
}

/// The bytes of a number. A point belongs to it as for the engine: not when a name follows, as in `list.0.name`, and not
/// behind a point.
fn number_length(text: &str, behind_point: bool) -> usize {
    let whole = length(text, |c| c.is_ascii_digit());
    let Some(fraction) = text[whole..].strip_prefix('.') else {
        return whole;
    };
    if behind_point || fraction.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') {
        return whole;
    }
    whole + 1 + length(fraction, |c| c.is_ascii_digit())
}

/// The bytes of a text in quotes, both of them counted; none when it has no end.
fn text_length(text: &str) -> Option<usize> {
    let quote = *text.as_bytes().first()?;
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        if escaped {
            escaped = false;
        } else if byte == b'\\' {
            escaped = true;
        } else if byte == quote {
            return Some(at + 1);
        }
    }
    None
}
