//! JSON as people like to read it in a file under version control: stable, one key a line, lists of plain values packed.

use serde_json::Value;

/// Lists of plain values are broken before this column.
const WIDTH: usize = 110;

/// The text, with a newline at its end. In an object, plain values come first, then lists and objects, both by name: so
/// it does not depend on how somebody else's build keeps objects.
pub fn of(value: &Value) -> String {
    let mut out = String::new();
    write(value, 0, &mut out);
    out.push('\n');
    out
}

fn write(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Object(object) if !object.is_empty() => {
            let mut entries: Vec<(&String, &Value)> = object.iter().collect();
            entries.sort_by_key(|(name, value)| (!is_plain(value), *name));
            let items = entries.into_iter().map(|(name, value)| (Some(name), value));
            lines('{', '}', items, depth, out);
        }
        Value::Array(list) if list.iter().all(is_plain) => packed(list, depth, out),
        Value::Array(list) => lines('[', ']', list.iter().map(|value| (None, value)), depth, out),
        plain => out.push_str(&plain.to_string()),
    }
}

fn lines<'a>(
    open: char,
    close: char,
    items: impl Iterator<Item = (Option<&'a String>, &'a Value)>,
    depth: usize,
    out: &mut String,
) {
    out.push(open);
    for (index, (name, value)) in items.enumerate() {
        out.push_str(if index == 0 { "\n" } else { ",\n" });
        indent(depth + 1, out);
        if let Some(name) = name {
            out.push_str(&Value::from(name.as_str()).to_string());
            out.push_str(": ");
        }
        write(value, depth + 1, out);
    }
    out.push('\n');
    indent(depth, out);
    out.push(close);
}

fn packed(list: &[Value], depth: usize, out: &mut String) {
    let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
    let start = out.len() - out.rfind('\n').map_or(0, |newline| newline + 1);
    let whole: usize = texts.iter().map(|text| text.len() + 2).sum();
    out.push('[');
    if start + whole <= WIDTH {
        out.push_str(&texts.join(", "));
    } else {
        let mut used = WIDTH;
        for (index, text) in texts.iter().enumerate() {
            let last = index + 1 == texts.len();
            if used + text.len() + 2 > WIDTH {
                if index > 0 {
                    out.truncate(out.trim_end().len());
                }
                out.push('\n');
                indent(depth + 1, out);
                used = 2 * (depth + 1);
            }
            out.push_str(text);
            if !last {
                out.push_str(", ");
            }
            used += text.len() + 2;
        }
        out.push('\n');
        indent(depth, out);
    }
    out.push(']');
}

fn indent(depth: usize, out: &mut String) {
    for _ in 0..depth {
        out.push_str("  ");
    }
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Object(object) => object.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_values_come_first_and_short_lists_stay_on_their_line() {
        let value = json!({"b": [1, 2.5, null], "a": {"x": "y"}, "z": true, "e": [], "list": [{"k": 1}]});
        assert_eq!(
            of(&value),
            "{\n  \"e\": [],\n  \"z\": true,\n  \"a\": {\n    \"x\": \"y\"\n  },\n  \"b\": [1, 2.5, null],\n  \"list\": [\n    {\n      \"k\": 1\n    }\n  ]\n}\n"
        );
    }

    #[test]
    fn long_lists_are_broken_and_read_again() {
        let value = json!({"instants": (0..500).map(|index| 1_700_000_000_000_i64 + index).collect::<Vec<_>>(), "text": "a\n\"b\""});
        let text = of(&value);
        assert!(text.lines().count() > 20);
        assert!(
            text.lines()
                .all(|line| line.len() <= WIDTH && !line.ends_with(' '))
        );
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }
}
