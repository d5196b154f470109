//! The schemas as a page for people: every key of every file, with what may stand there.

use std::fmt::Write;

use serde_json::Value;

use super::parts::{ID, SIZE, TIME};
use super::{PanelType, dashboard, panel, settings, tenant};

/// Of a colour, as the panel types of the house write it.
const COLOR: &str = "^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$";

const INTRODUCTION: &str = "\
# Every key of every file

Made by `porthole schema --format markdown` from what the program itself reads, and from what each panel type says of itself; a test
holds the page against the program. [Configuration](configuration.md) and [Panels, with examples](panels.md) say how the keys go
together.

`a.b` is the key `b` below `a`, `a[].b` the key `b` of each item of the list `a`, and `a.NAME.b` the key `b` below any name. A key in
**bold** has to be there. A length of time is a number of seconds, or a text as `30s`, `5m`, `12h`, `7d`; a size is a number of bytes,
or a text as `256MiB`.
";

/// The page, in Markdown, for these panel types.
pub fn reference(types: &[PanelType]) -> String {
    let mut page = INTRODUCTION.to_owned();
    let panel = panel(types);
    let sections = [
        (
            "Settings",
            "`porthole.yaml`. Read when the host starts; the variable in brackets wins over the file.",
            &settings(),
        ),
        (
            "A tenant",
            "`tenants/TENANT/tenant.yaml`, below `tenant:`.",
            &tenant()["properties"]["tenant"],
        ),
        (
            "A dashboard",
            "`tenants/TENANT/dashboards/NAME.yaml`, below `dashboard:`.",
            &dashboard()["properties"]["dashboard"],
        ),
        (
            "A panel",
            "`tenants/TENANT/panels/NAME.yaml`, below `panel:`.",
            &panel["properties"]["panel"],
        ),
        (
            "A source",
            "What stands under `data_source:` of a panel, and under each name of `data_sources:`.",
            &panel["$defs"]["source"],
        ),
        (
            "A query",
            "What stands under `query:` of a panel or a source, where it is not one text.",
            &panel["$defs"]["query"],
        ),
    ];
    for (title, place, schema) in sections {
        let _ = write!(page, "\n## {title}\n\n{place}\n\n");
        table(&mut page, &keys_of(schema));
    }
    page += "\n## Panel types\n\nWhat stands under `columns:` of a source, `display:` and `parameters:` is each panel type's own.\n";
    for one in types {
        of_type(&mut page, one);
    }
    page
}

fn of_type(page: &mut String, one: &PanelType) {
    let _ = write!(page, "\n### `{}`\n\n{}.\n", one.name, in_cell(&one.description));
    let mut keys = Vec::new();
    for source in &one.sources {
        let place = match source.name.as_str() {
            "main" => "data_source".to_owned(),
            name => format!("data_sources.{name}"),
        };
        keys.extend(source.roles.iter().map(|role| Key {
            name: format!("{place}.columns.{}", role.name),
            is_required: role.required,
            value: "a column".to_owned(),
            what: role.description.clone(),
        }));
        if source.has_free_columns {
            keys.push(Key {
                name: format!("{place}.columns"),
                is_required: source.required,
                value: "columns of any name".to_owned(),
                what: "What is shown, in this order".to_owned(),
            });
        }
    }
    for (place, schema) in [("display", &one.display), ("parameters", &one.parameters)] {
        if let Some(schema) = schema {
            below(schema, place, &mut keys);
        }
    }
    page.push('\n');
    table(page, &keys);
}

/// One row.
struct Key {
    name: String,
    is_required: bool,
    value: String,
    what: String,
}

fn table(page: &mut String, keys: &[Key]) {
    if keys.is_empty() {
        page.push_str("It has no keys of its own.\n");
        return;
    }
    page.push_str("| key | what may stand there | |\n|---|---|---|\n");
    for key in keys {
        let name = match key.is_required {
            true => format!("**`{}`**", key.name),
            false => format!("`{}`", key.name),
        };
        let _ = writeln!(page, "| {name} | {} | {} |", key.value, in_cell(&key.what));
    }
}

/// A text as a cell of a table.
fn in_cell(text: &str) -> String {
    text.replace('|', "\\|")
        .replace('\n', " ")
        .replace('<', "&lt;")
        .trim()
        .to_owned()
}

fn keys_of(schema: &Value) -> Vec<Key> {
    let mut keys = Vec::new();
    below(schema, "", &mut keys);
    keys
}

/// The keys that may stand below a place, at any depth.
fn below(schema: &Value, place: &str, keys: &mut Vec<Key>) {
    let required = schema["required"].as_array();
    let is_required =
        |key: &str| required.is_some_and(|required| required.iter().any(|required| required == key));
    for (key, value) in schema["properties"].as_object().into_iter().flatten() {
        let name = match place {
            "" => key.clone(),
            place => format!("{place}.{key}"),
        };
        let what = value["description"].as_str().unwrap_or_default();
        // What only holds other keys is told by them.
        if !what.is_empty() || value.get("properties").is_none() || is_required(key) {
            keys.push(Key {
                name: name.clone(),
                is_required: is_required(key),
                value: kind(value),
                what: with_default(what, value),
            });
        }
        below(value, &name, keys);
    }
    if schema["additionalProperties"].is_object() {
        below(&schema["additionalProperties"], &format!("{place}.NAME"), keys);
    }
    if schema["items"].is_object() {
        below(&schema["items"], &format!("{place}[]"), keys);
    }
    for way in schema["anyOf"].as_array().into_iter().flatten() {
        below(way, place, keys);
    }
}

fn with_default(what: &str, value: &Value) -> String {
    match value.get("default") {
        Some(default) => format!("{what} (left out: `{}`)", default.to_string().trim_matches('"'))
            .trim()
            .to_owned(),
        None => what.to_owned(),
    }
}

/// What may stand at a place, in words.
fn kind(schema: &Value) -> String {
    if let Some(target) = schema["$ref"].as_str() {
        return match target.rsplit('/').next() {
            Some("source") => "[a source](#a-source)".to_owned(),
            Some("query") => "a text, or [a query](#a-query)".to_owned(),
            other => other.unwrap_or_default().to_owned(),
        };
    }
    let written = |value: &Value| format!("`{}`", value.to_string().trim_matches('"'));
    if let Some(value) = schema.get("const") {
        return written(value);
    }
    if let Some(values) = schema["enum"].as_array() {
        return alternatives(values.iter().map(written));
    }
    if let Some(ways) = schema["anyOf"].as_array() {
        return alternatives(ways.iter().map(kind));
    }
    match schema["pattern"].as_str() {
        Some(TIME) => return "a length of time".to_owned(),
        Some(SIZE) => return "a size".to_owned(),
        Some(COLOR) => return "a colour, as `#10B981`".to_owned(),
        Some(ID) => return "an id: a-z, 0-9, _ and -".to_owned(),
        _ => {}
    }
    match &schema["type"] {
        Value::Array(kinds) => alternatives(
            kinds
                .iter()
                .filter_map(Value::as_str)
                .map(|name| named(name, schema)),
        ),
        Value::String(name) => named(name, schema),
        _ => "anything".to_owned(),
    }
}

fn named(name: &str, schema: &Value) -> String {
    match name {
        "string" => "a text".to_owned(),
        "boolean" => "`true` or `false`".to_owned(),
        "integer" | "number" => {
            let number = if name == "integer" {
                "a whole number"
            } else {
                "a number"
            };
            match (&schema["minimum"], &schema["maximum"]) {
                (Value::Number(least), Value::Number(most)) => format!("{number}, {least} to {most}"),
                (Value::Number(least), _) => format!("{number}, {least} or more"),
                _ => number.to_owned(),
            }
        }
        "array" if schema["items"].is_object() => {
            let (items, most) = (&schema["items"], &schema["maxItems"]);
            let of = match items.get("properties") {
                Some(_) => "a list".to_owned(),
                None => format!(
                    "a list of {}",
                    kind(items)
                        .replace("a text", "texts")
                        .replace("a number", "numbers")
                ),
            };
            match most {
                Value::Number(most) => format!("{of}, {most} at most"),
                _ => of,
            }
        }
        "array" => "a list".to_owned(),
        "null" => "`null`".to_owned(),
        _ => match schema["additionalProperties"].get("type").and_then(Value::as_str) {
            Some("object") | None => "a mapping".to_owned(),
            Some(_) => format!("a mapping of names to {}", kind(&schema["additionalProperties"])),
        },
    }
}

/// Each once, with `or` before the last.
fn alternatives(all: impl Iterator<Item = String>) -> String {
    let mut kinds: Vec<String> = Vec::new();
    for kind in all {
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    match kinds.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use serde_json::json;

    use super::super::{PanelRole, PanelSource};
    use super::*;

    #[test]
    fn every_key_of_every_file_is_on_the_page_with_what_it_takes() {
        let page = reference(&[PanelType {
            name: "calendar".to_owned(),
            description: "Squares | days".to_owned(),
            display: Some(json!({ "type": "object", "properties": {
                "steps": { "type": "array", "items": { "type": "object", "required": ["color"], "properties": {
                    "color": { "type": "string", "pattern": COLOR, "description": "Of the step" } } } },
                "order": { "enum": ["asc", "desc"], "default": "asc" },
            } })),
            parameters: None,
            endpoint: None,
            sources: vec![PanelSource {
                name: "main".to_owned(),
                required: true,
                roles: vec![PanelRole {
                    name: "message".to_owned(),
                    required: false,
                    description: "What is said".to_owned(),
                }],
                has_free_columns: false,
            }],
        }]);
        for line in [
            "| `session.idle` | a length of time | A log-in ends after this long without a request. (PORTHOLE_SESSION_IDLE) |",
            "| `database.max_connections` | a whole number, 1 to 1000 | Connections to the database at most. |",
            "| `reload` | `never` or a length of time | How often the configuration is looked at for changes. (PORTHOLE_RELOAD) |",
            "| **`panels[].config_file`** | a text | The panel's file, relative to the tenant's folder, as panels/cpu_usage.yaml. |",
            "| `data_source` | [a source](#a-source) |  |",
            "| `columns.NAME.format` | a text | datetime, number, status, boolean or text; plugins may know others. |",
            "| `where` | a text | SQL: a condition on the table's columns. |",
            "### `calendar`\n\nSquares \\| days.\n",
            "| `data_source.columns.message` | a column | What is said |",
            "| **`display.steps[].color`** | a colour, as `#10B981` | Of the step |",
            "| `display.order` | `asc` or `desc` | (left out: `asc`) |",
        ] {
            assert!(page.contains(line), "{line}\n{page}");
        }
    }
}
