//! What schemas are made of: kinds of values that stand in several files.

use serde_json::{Value, json};

pub(super) const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
pub(super) const ID: &str = "^[a-z0-9][a-z0-9_-]{0,99}$";
pub(super) const TIME: &str = "^[0-9]+ ?(ms|s|m|h|d|w)?$";
pub(super) const SIZE: &str = "^[0-9]+ ?([Bb]|[KkMmGg][Ii][Bb])?$";

pub(super) fn file(title: &str, key: &str, inner: Value) -> Value {
    let mut schema = object(&[key], json!({ key: inner }));
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!(title);
    schema
}

pub(super) fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

/// The address of a database, in one of the two ways in which it can be given; with other keys of its section.
pub(super) fn database(url: &str, url_file: &str, others: Value) -> Value {
    let mut properties = json!({ "url": text(url), "url_file": text(url_file) });
    if let (Value::Object(all), Value::Object(others)) = (&mut properties, others) {
        all.extend(others);
    }
    let mut schema = object(&[], properties);
    schema["oneOf"] = json!([{ "required": ["url"] }, { "required": ["url_file"] }]);
    schema
}

pub(super) fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

pub(super) fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

pub(super) fn whole(least: u64, most: u64, description: &str) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most, "description": description })
}

pub(super) fn time(description: &str) -> Value {
    json!({ "type": ["integer", "string"], "minimum": 0, "pattern": TIME, "description": description })
}

pub(super) fn size(description: &str) -> Value {
    json!({ "type": ["integer", "string"], "minimum": 0, "pattern": SIZE, "description": description })
}

pub(super) fn refresh() -> Value {
    whole(
        1,
        crate::panel_file::LONGEST_REFRESH,
        "Seconds between two refreshes.",
    )
}

pub(super) fn limits() -> Value {
    object(
        &[],
        json!({
            "cpu": time("Computing, per call."),
            "wall": time("From start to end without waiting for data, per call."),
            "waiting": time("Waiting for data, per call."),
            "memory": size("All memories of a call together."),
            "result": size("What a call may hand to the host."),
            "handles": whole(1, 10_000, "Sources open at the same time."),
            "queries": whole(1, 10_000, "Questions to the data, per call."),
            "rows": whole(1, 100_000_000, "Rows read, per call."),
            "data": size("Read from the database, per call."),
            "log_lines": whole(0, 10_000, "Lines of log kept, per call."),
            "log_line": whole(10, 100_000, "Characters kept of one line."),
            "memories": whole(1, 4, "Linear memories, per call."),
            "tables": whole(1, 32, "Tables, per call."),
            "table_elements": whole(1, 65_536, "Elements of all tables together."),
            "instances": whole(1, 64, "Core instances, per call."),
            "concurrent_calls": whole(1, 1000, "Calls of a tenant at the same time."),
            "plugin": size("The largest plugin file."),
        }),
    )
}
