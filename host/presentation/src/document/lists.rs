//! Filters over lists and records. Each pays for the items it visits.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use minijinja::value::Kwargs;
use minijinja::{Environment, Error, ErrorKind, State, Value};

use super::data::Data;
use super::filters::{is_missing, unfit};

/// Of the name of an attribute, bytes.
const NAME: usize = 200;

type Engine<'a, 'b> = State<'a, 'b>;

/// Adds the filters of this file.
pub(super) fn add(environment: &mut Environment<'_>) {
    environment.add_filter("length", length);
    environment.add_filter("count", length);
    environment.add_filter("first", |value: Value| at(value, 0));
    environment.add_filter("last", |value: Value| at(value, -1));
    environment.add_filter("at", at);
    environment.add_filter("take", |s: &Engine<'_, '_>, value: Value, count: usize| {
        changed(s, "take", value, |mut items| {
            items.truncate(count);
            items
        })
    });
    environment.add_filter("reverse", |s: &Engine<'_, '_>, value: Value| {
        changed(s, "reverse", value, |mut items| {
            items.reverse();
            items
        })
    });
    environment.add_filter("list", |s: &Engine<'_, '_>, value: Value| {
        changed(s, "list", value, |items| items)
    });
    environment.add_filter("items", entries);
    environment.add_filter("dictsort", entries);
    environment.add_filter("join", join);
    environment.add_filter("sort", sort);
    environment.add_filter("unique", unique);
    environment.add_filter("map", map);
    environment.add_filter("sum", sum);
    environment.add_filter("min", |s: &Engine<'_, '_>, value: Value, named: Kwargs| {
        extreme(s, "min", value, &named)
    });
    environment.add_filter("max", |s: &Engine<'_, '_>, value: Value, named: Kwargs| {
        extreme(s, "max", value, &named)
    });
    environment.add_filter(
        "selectattr",
        |s: &Engine<'_, '_>, v: Value, name: &str, op: Option<&str>, other: Option<Value>| {
            select(s, "selectattr", true, v, name, op, other)
        },
    );
    environment.add_filter(
        "rejectattr",
        |s: &Engine<'_, '_>, v: Value, name: &str, op: Option<&str>, other: Option<Value>| {
            select(s, "rejectattr", false, v, name, op, other)
        },
    );
    environment.add_filter("contains", contains);
}

/// The items of a list, or the names of a record, paid for.
fn items(state: &State<'_, '_>, filter: &str, value: &Value) -> Result<Vec<Value>, Error> {
    if is_missing(value) {
        return Ok(Vec::new());
    }
    let Some(data) = value.downcast_object_ref::<Data>() else {
        return Err(unfit(filter, "a list", value));
    };
    state.consume_fuel(data.len() as u64 / 2 + 1)?;
    Ok(match data {
        Data::List(items) => items.clone(),
        Data::Record(entries) => entries.keys().map(|name| Value::from(name.clone())).collect(),
    })
}

fn changed(
    state: &State<'_, '_>,
    filter: &str,
    value: Value,
    change: impl FnOnce(Vec<Value>) -> Vec<Value>,
) -> Result<Value, Error> {
    if is_missing(&value) {
        return Ok(value);
    }
    Ok(Data::list(change(items(state, filter, &value)?)))
}

/// What an item has under a name; `a.b` goes one deeper.
fn attribute(item: &Value, path: &str) -> Value {
    path.split('.').fold(item.clone(), |value, name| {
        match value.downcast_object_ref::<Data>() {
            Some(Data::List(items)) => name
                .parse::<usize>()
                .ok()
                .and_then(|i| items.get(i))
                .cloned()
                .unwrap_or_default(),
            Some(Data::Record(entries)) => entries.get(name).cloned().unwrap_or_default(),
            None => Value::UNDEFINED,
        }
    })
}

/// The named argument `attribute`.
fn path(named: &Kwargs) -> Result<Option<String>, Error> {
    let path: Option<&str> = named.get("attribute")?;
    path.map(short).transpose()
}

/// A name, when it is no longer than names are.
fn short(name: &str) -> Result<String, Error> {
    if name.len() <= NAME {
        return Ok(name.to_owned());
    }
    Err(Error::new(
        ErrorKind::InvalidOperation,
        format!("a name has at most {NAME} bytes"),
    ))
}

/// `list | length`, `text | length`.
fn length(value: Value) -> Result<Value, Error> {
    match (value.as_str(), value.downcast_object_ref::<Data>()) {
        (Some(s), _) => Ok(Value::from(s.chars().count())),
        (_, Some(data)) => Ok(Value::from(data.len())),
        _ if is_missing(&value) => Ok(Value::from(0)),
        _ => Err(unfit("length", "a list or a text", &value)),
    }
}

/// `list | at(0)`; -1 is the last.
fn at(value: Value, index: i64) -> Result<Value, Error> {
    match value.downcast_object_ref::<Data>() {
        Some(Data::List(_)) => Ok(value.get_item(&Value::from(index)).unwrap_or_default()),
        _ if is_missing(&value) => Ok(value),
        _ => Err(unfit("this filter", "a list", &value)),
    }
}

/// `record | items`: a list of pairs, by name.
fn entries(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    match value.downcast_object_ref::<Data>() {
        Some(Data::Record(entries)) => {
            state.consume_fuel(entries.len() as u64 + 1)?;
            let pair = |(name, entry): (&std::sync::Arc<str>, &Value)| {
                Data::list(vec![Value::from(name.clone()), entry.clone()])
            };
            Ok(Data::list(entries.iter().map(pair).collect()))
        }
        _ if is_missing(&value) => Ok(value),
        _ => Err(unfit("items", "a record", &value)),
    }
}

/// `list | join(", ")`, `list | join(", ", attribute="name")`.
fn join(state: &State<'_, '_>, value: Value, separator: Option<&str>, named: Kwargs) -> Result<Value, Error> {
    let path = path(&named)?;
    named.assert_all_used()?;
    let separator = separator.unwrap_or_default();
    let mut out = String::new();
    for (index, item) in items(state, "join", &value)?.iter().enumerate() {
        let item = path
            .as_deref()
            .map_or_else(|| item.clone(), |path| attribute(item, path));
        let before = out.len();
        if index > 0 {
            // Paid before it is written: a long separator between many items would be much.
            state.consume_fuel(separator.len() as u64 / 64)?;
            out.push_str(separator);
        }
        match item.as_str() {
            Some(s) => out.push_str(s),
            None if is_missing(&item) => {}
            None => out.push_str(&item.to_string()),
        }
        state.consume_fuel((out.len() - before) as u64 / 64)?;
    }
    Ok(Value::from(out))
}

/// `list | sort`, `list | sort(attribute="name", reverse=true)`: texts without regard to case.
fn sort(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let path = path(&named)?;
    let reverse: Option<bool> = named.get("reverse")?;
    named.assert_all_used()?;
    if is_missing(&value) {
        return Ok(value);
    }
    let items = items(state, "sort", &value)?;
    state.consume_fuel(items.len() as u64 * u64::from(items.len().max(1).ilog2() + 1))?;
    let key = |item: &Value| {
        let key = path
            .as_deref()
            .map_or_else(|| item.clone(), |path| attribute(item, path));
        key.as_str().map(|s| Value::from(s.to_lowercase())).unwrap_or(key)
    };
    let mut keyed: Vec<(Value, Value)> = items.into_iter().map(|item| (key(&item), item)).collect();
    keyed.sort_by(|(a, _), (b, _)| if reverse == Some(true) { b.cmp(a) } else { a.cmp(b) });
    Ok(Data::list(keyed.into_iter().map(|(_, item)| item).collect()))
}

/// `list | unique`: the first of equal ones.
fn unique(state: &State<'_, '_>, value: Value) -> Result<Value, Error> {
    if is_missing(&value) {
        return Ok(value);
    }
    let items = items(state, "unique", &value)?;
    state.consume_fuel(items.len() as u64 * u64::from(items.len().max(1).ilog2() + 1))?;
    let mut seen = BTreeSet::new();
    Ok(Data::list(
        items
            .into_iter()
            .filter(|item| seen.insert(item.clone()))
            .collect(),
    ))
}

/// `list | map(attribute="name")`.
fn map(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let path = path(&named)?;
    named.assert_all_used()?;
    let Some(path) = path else {
        return Err(Error::new(
            ErrorKind::MissingArgument,
            "`map` is written as `map(attribute=\"name\")`",
        ));
    };
    changed(state, "map", value, |items| {
        items.iter().map(|item| attribute(item, &path)).collect()
    })
}

/// `list | sum`, `list | sum(attribute="count")`; what is missing counts nothing.
fn sum(state: &State<'_, '_>, value: Value, named: Kwargs) -> Result<Value, Error> {
    let path = path(&named)?;
    named.assert_all_used()?;
    let mut whole = Some(0_i64);
    let mut total = 0.0;
    for item in items(state, "sum", &value)? {
        let item = path
            .as_deref()
            .map_or_else(|| item.clone(), |path| attribute(&item, path));
        if is_missing(&item) {
            continue;
        }
        total += f64::try_from(item.clone()).map_err(|_| unfit("sum", "numbers", &item))?;
        let as_whole = if item.is_integer() {
            i64::try_from(item).ok()
        } else {
            None
        };
        whole = whole.zip(as_whole).and_then(|(sum, n)| sum.checked_add(n));
    }
    Ok(whole.map_or_else(|| Value::from(total), Value::from))
}

/// `list | min`, `list | max(attribute="count")`: a value, not the item it belongs to.
fn extreme(state: &State<'_, '_>, filter: &str, value: Value, named: &Kwargs) -> Result<Value, Error> {
    let path = path(named)?;
    named.assert_all_used()?;
    let values = items(state, filter, &value)?
        .into_iter()
        .map(|item| {
            path.as_deref()
                .map_or_else(|| item.clone(), |path| attribute(&item, path))
        })
        .filter(|item| !is_missing(item));
    let found = if filter == "min" {
        values.min()
    } else {
        values.max()
    };
    Ok(found.unwrap_or_default())
}

/// `list | selectattr("up")`, `list | selectattr("status", "eq", "up")`, and `rejectattr` for the others.
fn select(
    state: &State<'_, '_>,
    filter: &str,
    keep: bool,
    value: Value,
    name: &str,
    op: Option<&str>,
    other: Option<Value>,
) -> Result<Value, Error> {
    let name = &short(name)?;
    let other = other.unwrap_or_default();
    let fits: fn(&Value, &Value) -> bool = match op {
        None => |value, _| value.is_true(),
        Some("eq" | "equalto" | "==") => |value, other| value == other,
        Some("ne" | "!=") => |value, other| value != other,
        Some("lt" | "<") => |value, other| value.cmp(other) == Ordering::Less,
        Some("le" | "<=") => |value, other| value.cmp(other) != Ordering::Greater,
        Some("gt" | ">") => |value, other| value.cmp(other) == Ordering::Greater,
        Some("ge" | ">=") => |value, other| value.cmp(other) != Ordering::Less,
        Some(_) => {
            let message = format!("`{filter}` compares with eq, ne, lt, le, gt or ge");
            return Err(Error::new(ErrorKind::InvalidOperation, message));
        }
    };
    changed(state, filter, value, |items| {
        items
            .into_iter()
            .filter(|item| fits(&attribute(item, name), &other) == keep)
            .collect()
    })
}

/// `list | contains("a")`, `record | contains("name")`, `text | contains("part")`.
fn contains(state: &State<'_, '_>, value: Value, wanted: Value) -> Result<Value, Error> {
    if let (Some(s), Some(wanted)) = (value.as_str(), wanted.as_str()) {
        state.consume_fuel((s.len() + wanted.len()) as u64 / 32 + 1)?;
        return Ok(Value::from(s.contains(wanted)));
    }
    Ok(Value::from(items(state, "contains", &value)?.contains(&wanted)))
}
