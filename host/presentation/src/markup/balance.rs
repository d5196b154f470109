//! The first pass over markup: one step over the text, allowed elements only, every one closed.
//!
//! It bounds what the second pass can be made to do. A parser of HTML follows the standard, and the standard has rules
//! whose work grows with the square of the text: elements that are never closed, formatting that is opened again in each
//! paragraph, thousands of attributes. Nothing of that is left here.

use std::fmt::Write as _;

use super::elements::{EMPTIED, VOID, closed_by, is_kept, is_kept_on};
use super::tag::{self, Tag};
use super::{MarkupLimits, elements};
use crate::{Refusal, style};

/// Characters written by name or number: the parser behind this takes longer for each the more there are.
const REFERENCES: usize = 20_000;

/// Writes `html` with allowed elements and attributes only, all closed, in the order they were opened.
///
/// # Errors
///
/// More elements or depth than the limits allow.
pub(super) fn balance(html: &str, limits: &MarkupLimits) -> Result<String, Refusal> {
    let mut writer = Writer {
        out: String::with_capacity(html.len()),
        open: Vec::new(),
        elements: 0,
        limits,
    };
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        writer.text(&rest[..at]);
        rest = &rest[at..];
        if let Some((tag, behind)) = tag::read(rest) {
            rest = behind;
            if tag.ends {
                writer.close(&tag.name);
            } else if EMPTIED.contains(&tag.name.as_str()) {
                rest = behind_end_of(&tag.name, behind);
            } else if is_kept(&tag.name) {
                writer.open(&tag)?;
            }
        } else if let Some(comment) = rest.strip_prefix("<!--") {
            rest = behind_comment(comment);
        } else if is_begun(rest) {
            // A tag without an end: browsers drop it with all that follows.
            rest = "";
        } else if rest[1..].starts_with(['!', '?', '/']) {
            rest = rest.find('>').map_or("", |end| &rest[end + 1..]);
        } else {
            writer.text("<");
            rest = &rest[1..];
        }
    }
    writer.text(rest);
    while let Some(name) = writer.open.pop() {
        writer.end(&name);
    }
    let references = writer.out.bytes().filter(|b| *b == b'&').count();
    Refusal::unless(
        "the HTML",
        references,
        REFERENCES,
        "characters that are written as `&…;`",
    )?;
    Ok(writer.out)
}

/// Whether a tag begins here, be there an end to it or not.
fn is_begun(text: &str) -> bool {
    let inner = &text[1..];
    inner
        .strip_prefix('/')
        .unwrap_or(inner)
        .starts_with(|c: char| c.is_ascii_alphabetic())
}

/// What follows the end tag of an element whose contents are dropped; nothing when it has none.
fn behind_end_of<'a>(name: &str, text: &'a str) -> &'a str {
    let mut rest = text;
    while let Some(at) = rest.find("</") {
        rest = &rest[at + 2..];
        let ends = rest
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
            && rest[name.len()..].starts_with(|c: char| c.is_ascii_whitespace() || c == '/' || c == '>');
        if ends {
            return rest.find('>').map_or("", |end| &rest[end + 1..]);
        }
    }
    ""
}

/// What follows a comment whose opening was read.
fn behind_comment(text: &str) -> &str {
    if let Some(rest) = text.strip_prefix('>').or_else(|| text.strip_prefix("->")) {
        return rest;
    }
    let mut rest = text;
    while let Some(at) = rest.find("--") {
        let behind = &rest[at + 2..];
        if let Some(behind) = behind.strip_prefix('>').or_else(|| behind.strip_prefix("!>")) {
            return behind;
        }
        rest = &rest[at + 1..];
    }
    ""
}

/// Writes the balanced text.
struct Writer<'a> {
    out: String,
    open: Vec<String>,
    elements: usize,
    limits: &'a MarkupLimits,
}

impl Writer<'_> {
    /// Text as it is, but for what could begin a tag, ampersands that begin nothing, and characters that no text has.
    fn text(&mut self, text: &str) {
        for (at, c) in text.char_indices() {
            match c {
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                '&' if !is_reference(&text.as_bytes()[at..]) => self.out.push_str("&amp;"),
                '\r' => self.out.push('\n'),
                c if elements::is_text(c) => self.out.push(c),
                _ => {}
            }
        }
    }

    /// A start tag, behind the end tags that it implies.
    fn open(&mut self, tag: &Tag<'_>) -> Result<(), Refusal> {
        if let Some((closed, bounds)) = closed_by(&tag.name) {
            let found = self
                .open
                .iter()
                .rposition(|name| bounds.contains(&name.as_str()) || closed.contains(&name.as_str()));
            if let Some(at) = found
                && closed.contains(&self.open[at].as_str())
            {
                self.close_down_to(at);
            }
        }
        let around = self.open.last().map(String::as_str);
        if around.is_some_and(elements::is_between_cells) != elements::is_part_of_table(&tag.name) {
            // Parsers move what stands between cells out of the table, and pass over cells without a table; and what they
            // make of that they read differently the next time.
            return Ok(());
        }
        if tag.name == "a" && self.open.contains(&tag.name) {
            // A link in a table in a link: parsers take such apart, each time anew.
            return Ok(());
        }
        self.elements += 1;
        Refusal::unless("the HTML", self.elements, self.limits.elements, "elements")?;
        self.out.push('<');
        self.out.push_str(&tag.name);
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &tag.attributes {
            if is_kept_on(&tag.name, name) && !seen.contains(&name.as_str()) {
                seen.push(name);
                self.attribute(name, value);
            }
        }
        self.out.push('>');
        if !VOID.contains(&tag.name.as_str()) {
            self.open.push(tag.name.clone());
            Refusal::unless(
                "the HTML's depth",
                self.open.len(),
                self.limits.depth,
                "elements in each other",
            )?;
        }
        Ok(())
    }

    /// An attribute in double quotes; of classes those that can have a meaning, of spans sensible ones.
    fn attribute(&mut self, name: &str, value: &str) {
        match name {
            "class" => {
                let mut separator = " class=\"";
                for class in value
                    .split_ascii_whitespace()
                    .filter(|class| style::is_class(class))
                {
                    self.out.push_str(separator);
                    self.out.push_str(class);
                    separator = " ";
                }
                if separator == " " {
                    self.out.push('"');
                }
            }
            "colspan" | "rowspan" | "span" => {
                if let Ok(span) = value.trim().parse::<u32>() {
                    // Writing to a string does not fail.
                    let _ = write!(self.out, " {name}=\"{}\"", span.min(elements::SPAN));
                }
            }
            _ => {
                self.out.push(' ');
                self.out.push_str(name);
                self.out.push_str("=\"");
                self.text(value);
                self.out.push('"');
            }
        }
    }

    /// An end tag: closes what is open up to the element it names; nothing when none is open.
    ///
    /// What is in a cell closes nothing outside of it, and no part of a table one of the table around it.
    fn close(&mut self, name: &str) {
        let bounds: &[&str] = match name {
            "table" => &[],
            "caption" | "colgroup" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr" => &["table"],
            _ => &["caption", "table", "td", "th"],
        };
        let at = self
            .open
            .iter()
            .rposition(|open| open == name || bounds.contains(&open.as_str()));
        if let Some(at) = at
            && self.open[at] == name
        {
            self.close_down_to(at);
        }
    }

    fn close_down_to(&mut self, at: usize) {
        while self.open.len() > at {
            if let Some(name) = self.open.pop() {
                self.end(&name);
            }
        }
    }

    fn end(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }
}

/// Whether bytes begin with a character's name or number, semicolon and all: `&amp;`, `&#65;`, `&#x41;`.
fn is_reference(bytes: &[u8]) -> bool {
    let (skipped, is_part): (usize, fn(&u8) -> bool) = match bytes {
        [b'&', b'#', b'x' | b'X', ..] => (3, u8::is_ascii_hexdigit),
        [b'&', b'#', ..] => (2, u8::is_ascii_digit),
        [b'&', first, ..] if first.is_ascii_alphabetic() => (1, u8::is_ascii_alphanumeric),
        _ => return false,
    };
    let length = bytes[skipped..]
        .iter()
        .take(33)
        .take_while(|b| is_part(b))
        .count();
    (1..=32).contains(&length) && bytes.get(skipped + length) == Some(&b';')
}
