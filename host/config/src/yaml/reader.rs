//! One file while it is read: its text, and the faults found in it.

use std::cell::RefCell;
use std::sync::Arc;

use porthole_model::Diagnostic;

use super::tree::shortened;
use super::{Node, Scalar, Value};
use crate::Spanned;
use crate::fragment::Fragment;

/// More faults than this in one file are counted, not told.
const FAULTS_TOLD: usize = 50;

/// One file while it is read.
pub(crate) struct Reader<'a> {
    /// Relative to the configuration folder.
    pub file: Arc<str>,
    pub text: &'a str,
    faults: RefCell<Vec<Diagnostic>>,
    warnings: RefCell<Vec<Diagnostic>>,
}

impl<'a> Reader<'a> {
    pub fn new(file: &str, text: &'a str) -> Self {
        Self {
            file: Arc::from(file),
            text,
            faults: RefCell::default(),
            warnings: RefCell::default(),
        }
    }

    /// Notes a fault of a node.
    pub fn fault(&self, at: &Node, message: impl Into<String>, help: Option<String>) {
        self.fault_at(at.line, at.column, message, help);
    }

    /// Notes a fault at a place.
    pub fn fault_at(&self, line: u32, column: u32, message: impl Into<String>, help: Option<String>) {
        let file = self.file.to_string();
        self.faults.borrow_mut().push(Diagnostic {
            file,
            line,
            column,
            message: message.into(),
            help,
        });
    }

    /// Notes faults that were found elsewhere.
    pub fn extend(&self, faults: impl IntoIterator<Item = Diagnostic>) {
        self.faults.borrow_mut().extend(faults);
    }

    /// Notes what is no fault, and should be otherwise all the same.
    pub fn warn(&self, at: &Spanned<String>, message: &str, help: &str) {
        let warning = at.fault(message, Some(help.to_owned()));
        self.warnings.borrow_mut().push(warning);
    }

    /// What was noted that is no fault.
    pub fn take_warnings(&self) -> Vec<Diagnostic> {
        self.warnings.take()
    }

    /// Whether nothing was noted yet.
    pub fn is_sound(&self) -> bool {
        self.faults.borrow().is_empty()
    }

    /// All faults by place.
    pub fn into_faults(self) -> Vec<Diagnostic> {
        let mut faults = self.faults.into_inner();
        faults.sort_by_key(|fault| (fault.line, fault.column));
        if faults.len() > FAULTS_TOLD {
            let rest = faults.split_off(FAULTS_TOLD);
            faults.push(Diagnostic {
                message: format!("{} more faults follow in this file", rest.len()),
                help: Some("correct those above first".to_owned()),
                ..rest[0].clone()
            });
        }
        faults
    }

    /// A value with the place of its node.
    pub fn spanned<T>(&self, node: &Node, value: T) -> Spanned<T> {
        Spanned {
            value,
            file: Arc::clone(&self.file),
            line: node.line,
            column: node.column,
            fragment: None,
        }
    }

    /// The text of a node; anything else is a fault. `name` is the key, for the message.
    pub fn text(&self, name: &str, node: &Node) -> Option<Spanned<String>> {
        self.text_said(name, node, false)
    }

    /// The same. Of what is confidential, messages repeat nothing.
    pub fn text_said(&self, name: &str, node: &Node, is_confidential: bool) -> Option<Spanned<String>> {
        match &node.value {
            Value::Scalar {
                meaning: Scalar::Text,
                text,
            } => {
                let raw = self.text.get(node.bytes.clone()).unwrap_or_default();
                let fragment = Fragment {
                    raw: raw.into(),
                    style: node.style,
                    line: node.line,
                    column: node.column,
                };
                let mut text = self.spanned(node, text.clone());
                text.fragment = Some(Arc::new(fragment));
                Some(text)
            }
            Value::Scalar { .. } if is_confidential => {
                let help = format!("put it in quotes: {name}: \"…\"");
                self.fault(
                    node,
                    format!("`{name}` must be a text, and this is {}", node.kind()),
                    Some(help),
                );
                None
            }
            Value::Scalar { text, .. } => {
                let help = format!("put it in quotes: {name}: \"{}\"", shortened(text));
                self.fault(
                    node,
                    format!("`{name}` must be a text, and this is {}", node.described()),
                    Some(help),
                );
                None
            }
            _ => {
                self.wrong_kind(name, "a text", node);
                None
            }
        }
    }

    /// Notes that a node is not what it has to be.
    pub fn wrong_kind(&self, name: &str, wanted: &str, node: &Node) {
        self.fault(
            node,
            format!("`{name}` must be {wanted}, and this is {}", node.described()),
            how_to_write(name, wanted),
        );
    }
}

/// How a value of a kind is written, where that is not said by the kind's name.
pub(super) fn how_to_write(name: &str, wanted: &str) -> Option<String> {
    match wanted {
        "a list" => Some(format!(
            "write {name}: [one, another], or each on a line of its own with `- ` before it"
        )),
        "a mapping" => Some(format!(
            "write the keys below `{name}:`, each on a line of its own, indented"
        )),
        _ => None,
    }
}
