//! A guest's JSON as templates see it.
//!
//! Lists and records are objects of our own rather than the engine's. The engine counts instructions and bytes, but it
//! compares, joins and prints containers without counting, and lists that hold one list twice, again and again, are
//! small to build and endless to print. Ours are never printed, are compared by identity, and cannot be added to each
//! other; the one way to a new list is a filter of ours, which pays for what it does.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use minijinja::Value;
use minijinja::value::{DynObject, Enumerator, Object, ObjectExt, ObjectRepr};

/// A list or a record.
pub(super) enum Data {
    /// In order.
    List(Vec<Value>),
    /// By name.
    Record(BTreeMap<Arc<str>, Value>),
}

impl Data {
    /// As a value.
    pub(super) fn list(items: Vec<Value>) -> Value {
        Value::from_object(Self::List(items))
    }

    /// How many items or entries there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::List(items) => items.len(),
            Self::Record(entries) => entries.len(),
        }
    }
}

/// JSON as a value. The JSON is no deeper than its reader allows.
pub(super) fn value(json: serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::from(()),
        serde_json::Value::Bool(b) => Value::from(b),
        serde_json::Value::Number(n) => match (n.as_i64(), n.as_u64(), n.as_f64()) {
            (Some(n), _, _) => Value::from(n),
            (_, Some(n), _) => Value::from(n),
            (_, _, n) => Value::from(n.unwrap_or(f64::NAN)),
        },
        serde_json::Value::String(s) => Value::from(s),
        serde_json::Value::Array(items) => Data::list(items.into_iter().map(value).collect()),
        serde_json::Value::Object(entries) => {
            let entries = entries
                .into_iter()
                .map(|(name, entry)| (Arc::from(name), value(entry)));
            Value::from_object(Data::Record(entries.collect()))
        }
    }
}

impl Object for Data {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        // A list is no sequence to the engine, so that it is not added to another or repeated.
        ObjectRepr::Map
    }

    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        match &**self {
            Self::List(items) => {
                let index = i64::try_from(key.clone()).ok()?;
                let from_end = usize::try_from(index.unsigned_abs()).ok()?;
                let index = if index < 0 {
                    items.len().checked_sub(from_end)?
                } else {
                    from_end
                };
                items.get(index).cloned()
            }
            Self::Record(entries) => entries.get(key.as_str()?).cloned(),
        }
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        match &**self {
            Self::List(_) => self.mapped_enumerator(|data| match data {
                Self::List(items) => Box::new(items.iter().cloned()),
                Self::Record(_) => Box::new(std::iter::empty()),
            }),
            Self::Record(_) => self.mapped_enumerator(|data| match data {
                Self::List(_) => Box::new(std::iter::empty()),
                Self::Record(entries) => Box::new(entries.keys().map(|name| Value::from(name.clone()))),
            }),
        }
    }

    fn enumerator_len(self: &Arc<Self>) -> Option<usize> {
        Some(self.len())
    }

    fn is_true(self: &Arc<Self>) -> bool {
        self.len() > 0
    }

    fn custom_cmp(self: &Arc<Self>, other: &DynObject) -> Option<Ordering> {
        let other = other.downcast_ref::<Self>()?;
        Some(std::ptr::from_ref::<Self>(&**self).cmp(&std::ptr::from_ref(other)))
    }

    fn render(self: &Arc<Self>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(items) => write!(f, "(list of {})", items.len()),
            Self::Record(entries) => write!(f, "(record of {})", entries.len()),
        }
    }
}
