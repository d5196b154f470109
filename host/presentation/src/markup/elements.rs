//! The elements and attributes that markup may have, and how HTML closes elements that are left open.

/// Elements that are kept.
pub(super) const KEPT: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "data",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements that go with all that is in them.
pub(super) const EMPTIED: &[&str] = &[
    "applet",
    "audio",
    "canvas",
    "embed",
    "frameset",
    "head",
    "iframe",
    "math",
    "noembed",
    "noframes",
    "noscript",
    "object",
    "option",
    "picture",
    "plaintext",
    "script",
    "select",
    "style",
    "svg",
    "template",
    "textarea",
    "title",
    "video",
    "xmp",
];

/// Elements without an end tag.
pub(super) const VOID: &[&str] = &["br", "col", "hr", "wbr"];

/// Attributes that are kept on every element; `aria-…` besides.
pub(super) const ATTRIBUTES: &[&str] = &["class", "dir", "lang", "role", "title"];

/// Attributes that are kept on some elements.
pub(super) const ELEMENT_ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href", "target"]),
    ("col", &["span"]),
    ("colgroup", &["span"]),
    ("data", &["value"]),
    ("details", &["open"]),
    ("li", &["value"]),
    ("ol", &["reversed", "start", "type"]),
    ("td", &["colspan", "rowspan"]),
    ("th", &["abbr", "colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
];

/// Columns or rows that one cell may span: a browser makes a place for each.
pub(super) const SPAN: u32 = 1000;

/// Whether a character belongs into a text: no control character, and not the mark that tells how bytes are ordered.
pub(super) fn is_text(c: char) -> bool {
    matches!(c, '\n' | '\t') || !(c.is_control() || c == '\u{feff}')
}

/// Whether an element is kept.
pub(super) fn is_kept(element: &str) -> bool {
    KEPT.binary_search(&element).is_ok()
}

/// Whether an attribute of an element is kept.
pub(super) fn is_kept_on(element: &str, attribute: &str) -> bool {
    let aria = attribute
        .strip_prefix("aria-")
        .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'));
    aria || ATTRIBUTES.contains(&attribute)
        || ELEMENT_ATTRIBUTES
            .iter()
            .any(|(name, kept)| *name == element && kept.contains(&attribute))
}

/// Whether an element has cells in it, but no text of its own.
pub(super) fn is_between_cells(element: &str) -> bool {
    matches!(element, "table" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr")
}

/// Whether an element belongs right into a table or a part of one.
pub(super) fn is_part_of_table(element: &str) -> bool {
    matches!(
        element,
        "caption" | "col" | "colgroup" | "thead" | "tbody" | "tfoot" | "tr" | "td" | "th"
    )
}

/// What a start tag closes, though nothing says so: the elements it ends, and those it does not look beyond.
pub(super) fn closed_by(element: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    const LISTS: &[&str] = &["ul", "ol", "td", "th", "table"];
    const TABLE: &[&str] = &["table"];
    Some(match element {
        "li" => (&["li"], LISTS),
        "dt" | "dd" => (&["dt", "dd"], &["dl", "td", "th", "table"]),
        "td" | "th" => (&["td", "th", "caption", "colgroup"], TABLE),
        "tr" => (&["tr", "caption", "colgroup"], TABLE),
        "tbody" | "thead" | "tfoot" => (&["tbody", "thead", "tfoot", "caption", "colgroup"], TABLE),
        "caption" | "colgroup" => (&["caption", "colgroup"], TABLE),
        "a" => (&["a"], &["td", "th", "table"]),
        "address" | "article" | "aside" | "blockquote" | "details" | "div" | "dl" | "figcaption"
        | "figure" | "footer" | "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "header" | "hr" | "main"
        | "nav" | "ol" | "p" | "pre" | "section" | "summary" | "table" | "ul" => {
            (&["p"], &["td", "th", "table", "caption"])
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_that_are_searched_by_halves_are_sorted_and_agree() {
        assert!(KEPT.is_sorted());
        assert!(EMPTIED.iter().all(|name| !is_kept(name)));
        assert!(VOID.iter().all(|name| is_kept(name)));
        assert!(ELEMENT_ATTRIBUTES.iter().all(|(name, _)| is_kept(name)));
    }
}
