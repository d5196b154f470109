//! Fragments of SQL from a panel's configuration: parsed, and held against a list of what is allowed.
//!
//! What leaves this module is an [`Expr`], which cannot say anything that is not allowed: there is no way to write a
//! subquery, another table or a function with effects in it. Columns and types are checked later, when the database's
//! catalogue is known.

mod allow;
#[cfg(test)]
mod corpus;
mod expr;
mod interval;
mod parse;

pub(crate) use expr::{Arithmetic, CastTo, Comparison, Expr, Function, Node, OrderKey, Piece};
pub(crate) use parse::{Fragment, parse_combined, parse_condition, parse_order};

/// What is wrong with a fragment: byte offset, sentence, advice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) offset: usize,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
}

impl Refusal {
    pub(crate) fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
            help: None,
        }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}
