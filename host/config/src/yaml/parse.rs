//! From the text of a file to a tree, within bounds.
//!
//! The text may be hostile: nesting, aliases that multiply, and endless texts are counted against a budget before
//! anything is copied.

use std::collections::HashMap;

use granit_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};

use super::scalar::resolve;
use super::tree::{Cost, shortened};
use super::{Node, Reader, Scalar, Value};
use crate::fragment::Style;

/// What one document may take after its aliases are expanded. A panel has some fifty nodes.
const NODES: usize = 10_000;
const BYTES: usize = 4 * 1024 * 1024;
const DEPTH: usize = 48;

/// The tree of the one document of a file. None: the file is not YAML, or empty, or beyond the bounds; the reader knows.
pub(crate) fn parse(reader: &Reader<'_>) -> Option<Node> {
    let options = granit_parser::options! {
        emit_comments: false,
        flow_nesting_limit: DEPTH,
        block_nesting_limit: DEPTH,
    };
    let mut builder = Builder {
        reader,
        open: Vec::new(),
        anchors: HashMap::new(),
        spent: Cost::default(),
        root: None,
    };
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(reader.text, options) {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let (line, column) = place(error.marker());
                reader.fault_at(
                    line,
                    column,
                    format!("this is not YAML: {}", error.info()),
                    hint(reader, line),
                );
                return None;
            }
        };
        if matches!(event, Event::DocumentStart(..)) {
            documents += 1;
            if documents > 1 {
                let (line, column) = place(&span.start);
                let help = "put each into a file of its own".to_owned();
                reader.fault_at(
                    line,
                    column,
                    "a file holds one document, and here a second begins",
                    Some(help),
                );
                return None;
            }
        }
        if let Err(Refused) = builder.take(event, span) {
            return None;
        }
    }
    match builder.root {
        Some(root) if !root.is_null() => Some(root),
        _ => {
            let help =
                "write what it is to say, or remove it; every key is in the reference of the configuration";
            reader.fault_at(1, 1, "the file is empty", Some(help.to_owned()));
            None
        }
    }
}

/// A fault was noted that makes going on pointless.
struct Refused;

/// A list or mapping whose end has not come yet.
struct Open {
    anchor: usize,
    line: u32,
    column: u32,
    cost: Cost,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<(Node, Node)>,
        key: Option<Node>,
    },
}

struct Builder<'r, 'a> {
    reader: &'r Reader<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Node>,
    spent: Cost,
    root: Option<Node>,
}

impl Builder<'_, '_> {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Refused> {
        let (line, column) = place(&span.start);
        let tagged = span.tag_start().map_or((line, column), |mark| place(&mark));
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let meaning = self.meaning(&text, style, tag.as_deref(), tagged);
                let start = span.start.byte_offset().unwrap_or_default();
                let bytes = start..span.end.byte_offset().unwrap_or(start);
                let cost = Cost {
                    nodes: 1,
                    bytes: text.len(),
                    depth: 1,
                };
                let text = text.into_owned();
                let value = Value::Scalar { meaning, text };
                let node = Node {
                    line,
                    column,
                    value,
                    bytes,
                    style: style_of(style),
                    cost,
                };
                self.spend(cost, line, column)?;
                self.close(anchor, node)
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), "seq", tagged);
                self.begin(anchor, line, column, Content::List(Vec::new()))
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.as_deref(), "map", tagged);
                self.begin(
                    anchor,
                    line,
                    column,
                    Content::Map {
                        entries: Vec::new(),
                        key: None,
                    },
                )
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.open.pop() else {
                    return Err(Refused);
                };
                let value = match open.content {
                    Content::List(items) => Value::List(items),
                    Content::Map { entries, .. } => Value::Map(self.merged(entries)),
                };
                let node = Node {
                    line: open.line,
                    column: open.column,
                    value,
                    bytes: 0..0,
                    style: Style::Plain,
                    cost: open.cost,
                };
                self.close(open.anchor, node)
            }
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor) else {
                    self.reader
                        .fault_at(line, column, "an alias inside of what it stands for", None);
                    return Err(Refused);
                };
                let cost = target.cost;
                self.spend(cost, line, column)?;
                // The value stands where it was written; a fault in it is reported there.
                let node = self.anchors[&anchor].clone();
                self.close(0, node)
            }
            _ => Ok(()),
        }
    }

    fn begin(&mut self, anchor: usize, line: u32, column: u32, content: Content) -> Result<(), Refused> {
        let cost = Cost {
            nodes: 1,
            bytes: 0,
            depth: 1,
        };
        self.spend(cost, line, column)?;
        self.open.push(Open {
            anchor,
            line,
            column,
            cost,
            content,
        });
        Ok(())
    }

    fn spend(&mut self, cost: Cost, line: u32, column: u32) -> Result<(), Refused> {
        self.spent.nodes += cost.nodes;
        self.spent.bytes += cost.bytes;
        let what = if self.spent.nodes > NODES {
            format!("more than {NODES} values")
        } else if self.spent.bytes > BYTES {
            format!("more than {} MiB of text", BYTES / 1024 / 1024)
        } else if self.open.len() + cost.depth > DEPTH {
            format!("more than {DEPTH} levels of nesting")
        } else {
            return Ok(());
        };
        let help = "aliases count as what they stand for; split the file".to_owned();
        self.reader
            .fault_at(line, column, format!("the file holds {what}"), Some(help));
        Err(Refused)
    }

    /// A node is complete: it goes into what is open around it.
    fn close(&mut self, anchor: usize, node: Node) -> Result<(), Refused> {
        if anchor != 0 {
            // Kept for aliases only; charged once more, since it is a copy.
            self.spend(node.cost, node.line, node.column)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(around) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        around.cost.nodes += node.cost.nodes;
        around.cost.bytes += node.cost.bytes;
        around.cost.depth = around.cost.depth.max(node.cost.depth + 1);
        match &mut around.content {
            Content::List(items) => items.push(node),
            Content::Map { entries, key } => match key.take() {
                None => {
                    if node.scalar_text().is_none() {
                        self.reader.fault(
                            &node,
                            format!("a key must be a text, and this is {}", node.described()),
                            None,
                        );
                        return Err(Refused);
                    }
                    *key = Some(node);
                }
                Some(key) => entries.push((key, node)),
            },
        }
        Ok(())
    }

    /// Reports keys that occur twice, and resolves `<<`: what is merged never overrides what is written out.
    fn merged(&self, entries: Vec<(Node, Node)>) -> Vec<(Node, Node)> {
        let mut seen: HashMap<String, u32> = HashMap::with_capacity(entries.len());
        let mut own = Vec::with_capacity(entries.len());
        let mut merges = Vec::new();
        for (key, value) in entries {
            let name = key.scalar_text().unwrap_or_default();
            if let Some(first) = seen.get(name) {
                let message = format!(
                    "the key `{}` is here twice, first on line {first}",
                    shortened(name)
                );
                self.reader
                    .fault(&key, message, Some("keep one of them".to_owned()));
                continue;
            }
            seen.insert(name.to_owned(), key.line);
            if name == "<<" {
                merges.push(value)
            } else {
                own.push((key, value))
            }
        }
        for merge in merges {
            let mappings = match merge.value {
                Value::List(items) => items,
                _ => vec![merge],
            };
            for mapping in mappings {
                let Value::Map(inherited) = mapping.value else {
                    self.reader
                        .wrong_kind("<<", "a mapping or a list of mappings", &mapping);
                    continue;
                };
                for (key, value) in inherited {
                    let name = key.scalar_text().unwrap_or_default();
                    if !seen.contains_key(name) {
                        seen.insert(name.to_owned(), key.line);
                        own.push((key, value));
                    }
                }
            }
        }
        own
    }

    fn meaning(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, place: (u32, u32)) -> Scalar {
        match tag.map(Tag::core_suffix) {
            None if style == ScalarStyle::Plain => resolve(text),
            None | Some(Some("str")) => Scalar::Text,
            Some(Some("null" | "bool" | "int" | "float")) => resolve(text),
            Some(_) => {
                self.refuse_tag(tag, "str", place);
                Scalar::Text
            }
        }
    }

    fn refuse_tag(&self, tag: Option<&Tag>, allowed: &str, (line, column): (u32, u32)) {
        if let Some(tag) = tag
            && tag.core_suffix() != Some(allowed)
        {
            let (handle, suffix) = (shortened(tag.handle()), shortened(tag.suffix()));
            let message = format!("the tag `{handle}{suffix}` means nothing here");
            self.reader
                .fault_at(line, column, message, Some("leave it out".to_owned()));
        }
    }
}

fn style_of(style: ScalarStyle) -> Style {
    match style {
        ScalarStyle::Plain => Style::Plain,
        ScalarStyle::SingleQuoted => Style::Single,
        ScalarStyle::DoubleQuoted => Style::Double,
        ScalarStyle::Literal => Style::Literal,
        ScalarStyle::Folded => Style::Folded,
    }
}

/// Line and column of a mark, both from 1.
fn place(mark: &Marker) -> (u32, u32) {
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    (count(mark.line()).max(1), count(mark.col()).saturating_add(1))
}

/// The parser's own words are exact and say little to who does not know YAML's grammar.
fn hint(reader: &Reader<'_>, line: u32) -> Option<String> {
    let text = reader.text.lines().nth(line.saturating_sub(1) as usize)?;
    if text.trim_start_matches(' ').starts_with('\t') {
        return Some("indent with spaces: YAML does not take tabs".to_owned());
    }
    Some("check the indentation and the quotes of this line and the one before".to_owned())
}
