//! Reading one tag: its name and its attributes, in one step over the text.

/// Attributes of one tag beyond these are dropped.
const ATTRIBUTES: usize = 64;

/// A start or end tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// In lower case.
    pub(crate) name: String,
    /// Whether it is an end tag.
    pub(crate) ends: bool,
    /// Names in lower case and values as written, entities and all.
    pub(crate) attributes: Vec<(String, &'a str)>,
}

/// Reads the tag that `text` begins with.
///
/// Gives the tag and the rest behind it; none when `text` begins with no tag, or with one that has no end.
pub(crate) fn read(text: &str) -> Option<(Tag<'_>, &str)> {
    let inner = text.strip_prefix('<')?;
    let (ends, inner) = match inner.strip_prefix('/') {
        Some(inner) => (true, inner),
        None => (false, inner),
    };
    if !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (name, mut rest) = split_at(inner, |b| is_space(b) || b == b'/' || b == b'>');
    let mut tag = Tag {
        name: name.to_ascii_lowercase(),
        ends,
        attributes: Vec::new(),
    };
    loop {
        rest = rest.trim_start_matches(|c: char| c == '/' || is_space_char(c));
        match rest.bytes().next() {
            None => return None,
            Some(b'>') => return Some((tag, &rest[1..])),
            Some(_) => {
                let (attribute, behind) = read_attribute(rest)?;
                rest = behind;
                if tag.attributes.len() < ATTRIBUTES {
                    tag.attributes.push(attribute);
                }
            }
        }
    }
}

/// Reads the attribute that `text` begins with, and gives the rest behind it.
fn read_attribute(text: &str) -> Option<((String, &str), &str)> {
    // A name may begin with an equals sign, and only begin.
    let first = text.chars().next().map_or(0, char::len_utf8);
    let (more, rest) = split_at(&text[first..], |b| is_space(b) || matches!(b, b'/' | b'>' | b'='));
    let name = text[..first + more.len()].to_ascii_lowercase();
    let Some(value) = rest.trim_start_matches(is_space_char).strip_prefix('=') else {
        return Some(((name, ""), rest));
    };
    let value = value.trim_start_matches(is_space_char);
    match value.bytes().next() {
        Some(quote @ (b'"' | b'\'')) => {
            let (value, rest) = split_at(&value[1..], |b| b == quote);
            // Without its closing quote the tag has no end.
            Some(((name, value), rest.get(1..)?))
        }
        _ => {
            let (value, rest) = split_at(value, |b| is_space(b) || b == b'>');
            Some(((name, value), rest))
        }
    }
}

/// Splits before the first byte that is one of those; they are ASCII, so that the cut is between characters.
fn split_at(text: &str, is_end: impl Fn(u8) -> bool) -> (&str, &str) {
    text.split_at(text.bytes().position(is_end).unwrap_or(text.len()))
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

fn is_space_char(c: char) -> bool {
    u8::try_from(c).is_ok_and(is_space)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn attributes_are_read_in_all_their_forms() {
        let (tag, rest) = read("<A href='x>y' B=\"c\" d=e/f g h = i/>text").unwrap();
        assert_eq!(tag.name, "a");
        let found: Vec<_> = tag.attributes.iter().map(|(n, v)| (n.as_str(), *v)).collect();
        assert_eq!(
            found,
            [("href", "x>y"), ("b", "c"), ("d", "e/f"), ("g", ""), ("h", "i/")]
        );
        assert_eq!(rest, "text");
    }

    #[test]
    fn what_has_no_end_is_no_tag() {
        for text in [
            "<", "<a", "<a ", "<a b", "<a b=", "<a b='>", "< a>", "<1>", "</>", "",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
