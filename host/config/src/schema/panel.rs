//! Of the files of panels.

use serde_json::{Map, Value, json};

use super::parts::{ID, file, flag, object, refresh, text, time, whole};
use crate::AggregateFunction;

/// What a panel type says of its YAML.
#[derive(Debug, Clone)]
pub struct PanelType {
    /// What `type:` says.
    pub name: String,
    /// For people.
    pub description: String,
    /// JSON Schema of `display:`; none: anything goes.
    pub display: Option<Value>,
    /// JSON Schema of `parameters:`; none: anything goes.
    pub parameters: Option<Value>,
    /// The name under which `custom_image` and `custom_template` find it.
    pub endpoint: Option<String>,
    /// What it reads: `main` is what stands under `data_source:`, the others stand under `data_sources:`.
    pub sources: Vec<PanelSource>,
}

/// A source of a panel type.
#[derive(Debug, Clone)]
pub struct PanelSource {
    /// `main`, or its key under `data_sources:`.
    pub name: String,
    /// Whether a panel without it makes no sense.
    pub required: bool,
    /// What may stand under `columns:`.
    pub roles: Vec<PanelRole>,
    /// Whether columns of any other name may stand there as well.
    pub has_free_columns: bool,
}

/// What a column of the database is to a panel type.
#[derive(Debug, Clone)]
pub struct PanelRole {
    /// The key under `columns:`.
    pub name: String,
    /// Whether a source without it makes no sense.
    pub required: bool,
    /// For people.
    pub description: String,
}

/// Of a file in `panels/`, for these panel types.
pub fn panel(types: &[PanelType]) -> Value {
    let rung = object(
        &[],
        json!({
            "up_to": time("Ranges up to this long; left out on the last rung."),
            "bucket": { "anyOf": [{ "const": "none" }, time("")], "description": "How long a bucket is; none: every point." },
        }),
    );
    let functions: Vec<&str> = AggregateFunction::ALL.iter().map(|(name, _)| *name).collect();
    let mut panel = object(
        &["type", "title"],
        json!({
            "type": { "anyOf": [
                { "enum": known_types(types) },
                { "type": "string", "pattern": ID, "description": "A plugin of the tenant." },
            ], "description": "What shows it: a panel type, or the id of a plugin of the tenant." },
            "title": text("The heading that readers see."),
            "description": text("For the mark beside the heading."),
            "data_source": { "$ref": "#/$defs/source" },
            "data_sources": { "type": "object", "description": "Further sources, by name.",
                              "propertyNames": { "pattern": ID }, "additionalProperties": { "$ref": "#/$defs/source" } },
            "query": { "$ref": "#/$defs/query" },
            "display": { "type": "object", "description": "How it looks; each panel type has keys of its own." },
            "parameters": { "type": "object", "description": "What the panel type is told; each has keys of its own." },
            "endpoint": text("Which plugin a custom_image or custom_template shows, as /api/v1/custom/daily-summary."),
            "template": text("What a custom_template makes of the plugin's answer: HTML with {{ values }}."),
            "refresh_interval": refresh(),
            "drill_down": object(&[], json!({
                "enabled": flag("Whether a click opens the panel."),
                "show_table": flag("Whether its data stands below it as a table."),
                "disable_aggregation": flag("Whether it opens with every point."),
            })),
            "aggregation": object(&[], json!({
                "function": { "enum": functions, "description": "What becomes of the points of a bucket." },
                "ladder": { "type": "array", "minItems": 1, "items": rung, "description": "From the shortest range to the longest." },
                "fill": { "enum": ["previous", "linear", "zero"], "description": "What a bucket without rows shows; left out: nothing." },
                "keep": flag("Whether finished buckets are kept and not asked for again."),
                "settle": time("How long after its end a bucket may still change."),
                "reread": time("How long a kept bucket is believed before it is asked for again."),
            })),
        }),
    );
    panel["allOf"] = types.iter().flat_map(conditions).collect();
    let mut schema = file("Porthole: a panel", "panel", panel);
    schema["$defs"] = json!({ "source": source(), "query": query() });
    schema
}

fn known_types(types: &[PanelType]) -> Vec<&str> {
    let custom = ["custom_image", "custom_template"];
    types.iter().map(|one| one.name.as_str()).chain(custom).collect()
}

/// What holds where a panel is of this type, or shows this type by its endpoint.
fn conditions(of: &PanelType) -> Vec<Value> {
    let mut then = Map::new();
    for (key, schema) in [("display", &of.display), ("parameters", &of.parameters)] {
        if let Some(schema) = schema {
            let mut schema = schema.clone();
            if let Some(schema) = schema.as_object_mut() {
                // Its own references stay its own.
                schema.insert(
                    "$id".to_owned(),
                    json!(format!("urn:porthole:panel:{}:{key}", of.name)),
                );
                schema.remove("$schema");
            }
            then.insert(key.to_owned(), schema);
        }
    }
    let reference = |key: &String| {
        let to = json!({ "$ref": format!("urn:porthole:panel:{}:{key}", of.name) });
        (key.clone(), to)
    };
    let mut by_endpoint: Map<String, Value> = then.keys().map(reference).collect();
    let (read, required) = sources(&of.sources);
    then.extend(read.clone());
    by_endpoint.extend(read);
    let mut found = vec![json!({
        "$comment": of.description,
        "if": { "properties": { "type": { "const": of.name } }, "required": ["type"] },
        "then": { "properties": then, "required": required },
    })];
    if let Some(endpoint) = &of.endpoint {
        found.push(json!({
            "$comment": format!("{}, by its endpoint", of.description),
            "if": { "properties": {
                "type": { "enum": ["custom_image", "custom_template"] },
                "endpoint": { "enum": [endpoint, format!("/api/v1/custom/{endpoint}")] },
            }, "required": ["type", "endpoint"] },
            "then": { "properties": by_endpoint, "required": required },
        }));
    }
    found
}

/// `data_source:` and `data_sources:` of a panel type, and which of them it needs.
fn sources(all: &[PanelSource]) -> (Map<String, Value>, Vec<&'static str>) {
    let (mut found, mut required) = (Map::new(), Vec::new());
    let (mut further, mut needed) = (Map::new(), Vec::new());
    for source in all {
        let schema = json!({ "properties": { "columns": columns(source) } });
        match source.name.as_str() {
            "main" => {
                found.insert("data_source".to_owned(), schema);
                required.extend(source.required.then_some("data_source"));
            }
            name => {
                further.insert(name.to_owned(), schema);
                needed.extend(source.required.then_some(name));
            }
        }
    }
    if !further.is_empty() {
        required.extend((!needed.is_empty()).then_some("data_sources"));
        found.insert(
            "data_sources".to_owned(),
            json!({ "properties": further, "required": needed }),
        );
    }
    (found, required)
}

/// What may stand under `columns:`, where it is a mapping; a list names its columns itself.
fn columns(source: &PanelSource) -> Value {
    let roles: Map<String, Value> = (source.roles.iter())
        .map(|role| (role.name.clone(), json!({ "description": role.description })))
        .collect();
    let names: Vec<&str> = source.roles.iter().map(|role| role.name.as_str()).collect();
    let required: Vec<&str> = (source.roles.iter())
        .filter(|role| role.required)
        .map(|role| role.name.as_str())
        .collect();
    let mut mapping = json!({ "properties": roles, "required": required });
    if !source.has_free_columns {
        mapping["propertyNames"] = json!({ "enum": names });
    }
    json!({ "if": { "type": "object" }, "then": mapping })
}

fn source() -> Value {
    let named = |description: &str| json!({ "type": "string", "minLength": 1, "description": description });
    let column = named("The column of the table.");
    let name =
        named("What it is to the panel type; also the column of the table, unless `column` names another.");
    let looks = json!({
        "display": text("The heading."),
        "format": text("datetime, number, status, boolean or text; plugins may know others."),
    });
    let with = |more: Value| {
        let mut all = more;
        for (key, value) in looks.as_object().into_iter().flatten() {
            all[key] = value.clone();
        }
        all
    };
    let by_role = object(&["column"], with(json!({ "column": column })));
    let of_list = object(&["name"], with(json!({ "name": name, "column": column })));
    object(
        &["table", "columns"],
        json!({
            "table": text("The table or view to read."),
            "columns": { "description": "A mapping of roles to columns, or a list of columns.", "anyOf": [
                { "type": "object", "minProperties": 1, "additionalProperties": { "anyOf": [column, by_role] } },
                { "type": "array", "minItems": 1, "maxItems": 200, "items": { "anyOf": [column, of_list] } },
            ] },
            "time_column": text("The database's column that the range restricts, where it is not the one of `timestamp`."),
            "time_zone": text("IANA name: the zone of timestamps without one."),
            "query": { "$ref": "#/$defs/query" },
        }),
    )
}

fn query() -> Value {
    let parts = object(
        &[],
        json!({
            "where": text("SQL: a condition on the table's columns."),
            "order_by": text("SQL: columns, each with ASC or DESC."),
            "limit": whole(1, 1_000_000_000, "Rows at most."),
        }),
    );
    json!({ "anyOf": [
        { "type": "string", "description": "CONDITION ORDER BY … LIMIT …" },
        parts,
    ] })
}
