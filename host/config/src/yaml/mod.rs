//! YAML as a tree that remembers where everything stands, and checked reading of such trees.
//!
//! A deserializer stops at the first fault; whoever writes a dashboard wants to hear all of them. So a file becomes a
//! tree of [`Node`]s with lines and columns first, and [`Fields`] picks typed values out of it, noting every fault on
//! the way in the file's [`Reader`].

mod fields;
mod parse;
mod reader;
mod scalar;
mod tree;

pub(crate) use fields::Fields;
pub(crate) use parse::parse;
pub(crate) use reader::Reader;
pub(crate) use scalar::{Scalar, resolve};
pub(crate) use tree::{Cost, Node, Value};
