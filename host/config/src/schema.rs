//! JSON Schemas (2020-12) of the files that this room reads, for editors that complete and check while one types.
//!
//! The readers of this crate decide what is right; a test holds these schemas against the keys that the readers ask for, so
//! that neither forgets one. What a panel type takes under `display:` and `parameters:` is the panel type's to say: see
//! [`panel`].

use serde_json::{Map, Value, json};

use crate::AggregateFunction;
use crate::settings_file::variable_of;

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";
const ID: &str = "^[a-z0-9][a-z0-9_-]{0,99}$";
const TIME: &str = "^[0-9]+ ?(ms|s|m|h|d|w)?$";
const SIZE: &str = "^[0-9]+ ?([Bb]|[KkMmGg][Ii][Bb])?$";

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
    /// Whether a panel without `data_source:` makes no sense.
    pub needs_source: bool,
}

/// Of `tenant.yaml`.
pub fn tenant() -> Value {
    file(
        "Porthole: a tenant",
        "tenant",
        object(
            &["name"],
            json!({
                "name": text("The name that readers see."),
                "database": object(&[], json!({
                    "url": text("postgres://user:password@host:5432/name or sqlite:path; ${NAME} is replaced by a variable of the host's environment. A relative SQLite path is relative to the data folder."),
                    "url_file": text("A file that holds the address and nothing else, relative to the tenant's folder."),
                    "statement_timeout": time("The longest a query may run."),
                    "max_connections": whole(1, 1000, "Connections to the database at most."),
                })),
                "limits": limits(),
                "plugins": object(&[], json!({
                    "require_signature": flag("Whether only signed plugins may run."),
                    "keys": { "type": "array", "maxItems": 20, "description": "minisign public keys whose signatures count.",
                              "items": { "type": "string", "pattern": "^RW[A-Za-z0-9+/]{54}$" } },
                })),
                "time_zone": text("IANA name, as Europe/Berlin: the zone of timestamps without one. UTC where it is left out."),
            }),
        ),
    )
}

/// Of a file in `dashboards/`.
pub fn dashboard() -> Value {
    let position = object(
        &[],
        json!({
            "row": whole(1, 1000, "From 1."),
            "col": whole(1, 24, "From 1."),
            "width": whole(1, 24, "In columns."),
            "height": whole(1, 50, "In rows."),
        }),
    );
    let placement = object(
        &["id", "config_file"],
        json!({
            "id": { "type": "string", "pattern": ID, "description": "Names one panel in the whole tenant." },
            "config_file": text("The panel's file, relative to the tenant's folder, as panels/cpu_usage.yaml."),
            "position": position,
        }),
    );
    file(
        "Porthole: a dashboard",
        "dashboard",
        object(
            &["name", "panels"],
            json!({
                "name": text("The name that readers see."),
                "description": text("What it is for."),
                "refresh_interval": refresh(),
                "default_range": { "type": "string", "pattern": "^now-[0-9]+(s|m|h|d|w)$", "description": "What a reader sees first.",
                                   "examples": ["now-24h", "now-7d"] },
                "layout": object(&[], json!({ "columns": whole(1, 24, "Width of the grid; 12 where it is left out.") })),
                "panels": { "type": "array", "maxItems": 200, "items": placement },
            }),
        ),
    )
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
            ] },
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

/// Of `porthole.yaml`.
pub fn settings() -> Value {
    let secret = |what: &str| {
        object(
            &[],
            json!({ "url": text(what), "url_file": text("A file that holds the address and nothing else.") }),
        )
    };
    let mut schema = object(
        &[],
        json!({
            "listen": text("Where the host answers, as 127.0.0.1:8080."),
            "public_url": text("As browsers see the host, as https://porthole.example.com."),
            "trusted_proxies": { "type": "array", "items": { "type": "string" }, "description": "Addresses of proxies whose X-Forwarded-For is believed." },
            "data_dir": text("What the host writes."),
            "config_dir": text("The folder that holds tenants/."),
            "central_database": secret("postgres://… or sqlite:…, with ${NAME} for variables."),
            "session": object(&[], json!({ "idle": time("A log-in ends after this long without a request."), "absolute": time("A log-in ends after this long.") })),
            "view_cache": size("What finished views may take in memory."),
            "buckets": object(&[], json!({
                "memory": size("What kept buckets may take in memory."),
                "disk": size("What kept buckets may take in the data folder."),
            })),
            "reload": { "anyOf": [{ "const": "never" }, time("")], "description": "How often the configuration is looked at for changes." },
            "log": object(&[], json!({
                "format": { "enum": ["text", "json"] },
                "level": text("error, warn, info, debug or trace; per part, as info,porthole_data=debug."),
            })),
            "cookie_secure": { "enum": ["auto", true, false], "description": "Whether the session's cookie is sent over HTTPS only." },
            "metrics": object(&[], json!({ "listen": text("Where figures for Prometheus are answered with.") })),
            "traces": object(&[], json!({
                "endpoint": text("A collector that takes OTLP over HTTP, as http://127.0.0.1:4318."),
                "percent": whole(1, 100, "How many of a hundred requests are traced."),
            })),
            "watch": { "anyOf": [{ "const": "never" }, time("")], "description": "How often the host writes down its own figures for the tenant `porthole`." },
            "audit": object(&[], json!({ "keep": { "anyOf": [{ "const": "forever" }, time("")], "description": "How long lines of the audit log are kept, 30 days at least." } })),
            "auth": object(&[], json!({
                "local": flag("Log in with an email address and a password."),
                "oidc": provider(),
            })),
            "limits": limits(),
        }),
    );
    name_variables(&mut schema, &mut Vec::new());
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!("Porthole: settings");
    schema
}

fn provider() -> Value {
    let roles: Vec<&str> = porthole_model::Role::ALL.iter().map(|role| role.name()).collect();
    let mapping = object(
        &["group", "tenant"],
        json!({
            "group": text("A group or role, as tokens name it: Keycloak's groups begin with a slash."),
            "tenant": { "type": "string", "pattern": ID, "description": "The tenant's id." },
            "role": { "enum": roles, "description": "What they may do there; viewer where it is left out." },
        }),
    );
    object(
        &[],
        json!({
            "issuer": text("The provider, exactly as it writes itself in its tokens."),
            "reached_at": text("Where this host reaches the provider, where that is not the issuer's address."),
            "client_id": text("This host's name at the provider."),
            "client_secret": { "type": "string", "pattern": "^\\$\\{[A-Za-z0-9_]+\\}$", "description": "${NAME} for a variable of the host's environment; none for a public client." },
            "client_secret_file": text("A file that holds the secret and nothing else."),
            "label": text("What stands on the button of the login page, behind \"Continue with\"."),
            "scopes": { "type": "array", "items": { "type": "string" }, "description": "What is asked for at a login." },
            "audience": text("Which audience an access token must have to be taken from a program; left out: none is taken."),
            "clock_skew": time("By how much the provider's clock may differ."),
            "create_users": flag("Whether who is not known gets an account at their first login."),
            "link_by_email": flag("Whether who is not known gets the account with their verified email address; never an administrator's."),
            "groups_claim": text("Where tokens say which groups somebody is in: a name, or a path as realm_access.roles."),
            "admin_group": text("Who is in this group administers the host."),
            "tenants": { "type": "array", "maxItems": 1000, "items": mapping, "description": "Which groups are let into which tenants." },
            "insecure_http": flag("Whether the provider may be reached by plain HTTP over a network that nobody else is in."),
        }),
    )
}

/// Says beside each key which variable stands for it.
fn name_variables(schema: &mut Value, path: &mut Vec<String>) {
    let Some(properties) = schema["properties"].as_object_mut() else {
        return;
    };
    for (key, property) in properties {
        path.push(key.clone());
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        if let Some(variable) = variable_of(&keys) {
            let said = property["description"].as_str().unwrap_or_default();
            property["description"] = json!(format!("{said} ({variable})").trim());
        }
        if property.get("properties").is_some() {
            name_variables(property, path);
        }
        path.pop();
    }
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
    let mut required = Vec::new();
    if of.needs_source {
        required.push("data_source");
    }
    let mut found = vec![json!({
        "$comment": of.description,
        "if": { "properties": { "type": { "const": of.name } }, "required": ["type"] },
        "then": { "properties": then, "required": required },
    })];
    if let Some(endpoint) = &of.endpoint {
        let reference = |key: &str| json!({ "$ref": format!("urn:porthole:panel:{}:{key}", of.name) });
        let then: Map<String, Value> = then.keys().map(|key| (key.clone(), reference(key))).collect();
        found.push(json!({
            "$comment": format!("{}, by its endpoint", of.description),
            "if": { "properties": {
                "type": { "enum": ["custom_image", "custom_template"] },
                "endpoint": { "enum": [endpoint, format!("/api/v1/custom/{endpoint}")] },
            }, "required": ["type", "endpoint"] },
            "then": { "properties": then },
        }));
    }
    found
}

fn source() -> Value {
    let column = json!({ "type": "string", "minLength": 1 });
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
    let of_list = object(&["name"], with(json!({ "name": column, "column": column })));
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

fn limits() -> Value {
    object(
        &[],
        json!({
            "cpu": time("Computing, per call."),
            "wall": time("From start to end, per call."),
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

fn file(title: &str, key: &str, inner: Value) -> Value {
    let mut schema = object(&[key], json!({ key: inner }));
    schema["$schema"] = json!(DIALECT);
    schema["title"] = json!(title);
    schema
}

fn object(required: &[&str], properties: Value) -> Value {
    json!({ "type": "object", "additionalProperties": false, "required": required, "properties": properties })
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "description": description })
}

fn flag(description: &str) -> Value {
    json!({ "type": "boolean", "description": description })
}

fn whole(least: u64, most: u64, description: &str) -> Value {
    json!({ "type": "integer", "minimum": least, "maximum": most, "description": description })
}

fn time(description: &str) -> Value {
    json!({ "type": ["integer", "string"], "minimum": 0, "pattern": TIME, "description": description })
}

fn size(description: &str) -> Value {
    json!({ "type": ["integer", "string"], "minimum": 0, "pattern": SIZE, "description": description })
}

fn refresh() -> Value {
    whole(
        1,
        crate::panel_file::LONGEST_REFRESH,
        "Seconds between two refreshes.",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;
    use crate::dashboard_file::read_dashboard;
    use crate::panel_file::read_panel;
    use crate::tenant_file::read_tenant_file;
    use crate::{Diagnostic, Environment, Settings};

    /// A key that no reader knows, and that is near to none.
    const UNKNOWN: &str = "qqqqqqqqqqqq: 1";

    /// What a reader said that its keys are.
    fn known(faults: &[Diagnostic]) -> BTreeSet<String> {
        let help = faults
            .iter()
            .filter(|fault| fault.message.contains("qqqqqqqqqqqq"))
            .find_map(|fault| fault.help.as_deref()?.strip_prefix("its keys are "));
        let keys = help.unwrap_or_else(|| panic!("{faults:?}")).split(", ");
        keys.map(str::to_owned).collect()
    }

    /// The keys of the schema at a pointer are those that the reader asks for, neither more nor fewer.
    fn same(schema: &Value, pointer: &str, faults: &[Diagnostic]) {
        let properties = schema
            .pointer(pointer)
            .and_then(|found| found["properties"].as_object());
        let described: BTreeSet<String> = properties
            .unwrap_or_else(|| panic!("no schema at {pointer}"))
            .keys()
            .cloned()
            .collect();
        assert_eq!(
            described,
            known(faults),
            "{pointer}: host/config/src/schema.rs and the reader differ"
        );
    }

    #[test]
    fn the_schema_of_a_tenant_has_the_keys_of_its_reader() {
        let schema = tenant();
        for (pointer, text) in [
            ("", format!("tenant: {{name: One}}\n{UNKNOWN}\n")),
            (
                "/properties/tenant",
                format!("tenant:\n  name: One\n  {UNKNOWN}\n"),
            ),
            (
                "/properties/tenant/properties/database",
                format!("tenant:\n  name: One\n  database:\n    url: \"sqlite:a\"\n    {UNKNOWN}\n"),
            ),
            (
                "/properties/tenant/properties/limits",
                format!("tenant:\n  name: One\n  limits:\n    {UNKNOWN}\n"),
            ),
            (
                "/properties/tenant/properties/plugins",
                format!("tenant:\n  name: One\n  plugins:\n    {UNKNOWN}\n"),
            ),
        ] {
            let faults = read_tenant_file(
                "t.yaml",
                &text,
                Path::new(""),
                &Environment::default(),
                &mut Vec::new(),
            )
            .err();
            same(&schema, pointer, &faults.unwrap());
        }
    }

    #[test]
    fn the_schema_of_a_dashboard_has_the_keys_of_its_reader() {
        let schema = dashboard();
        let board = "/properties/dashboard";
        for (pointer, text) in [
            (
                String::new(),
                format!("dashboard: {{name: A, panels: []}}\n{UNKNOWN}\n"),
            ),
            (
                board.to_owned(),
                format!("dashboard:\n  name: A\n  panels: []\n  {UNKNOWN}\n"),
            ),
            (
                format!("{board}/properties/layout"),
                format!("dashboard:\n  name: A\n  panels: []\n  layout:\n    {UNKNOWN}\n"),
            ),
            (
                format!("{board}/properties/panels/items"),
                format!(
                    "dashboard:\n  name: A\n  panels:\n    - id: a\n      config_file: a\n      {UNKNOWN}\n"
                ),
            ),
            (
                format!("{board}/properties/panels/items/properties/position"),
                format!(
                    "dashboard:\n  name: A\n  panels:\n    - id: a\n      config_file: a\n      position:\n        {UNKNOWN}\n"
                ),
            ),
        ] {
            same(&schema, &pointer, &read_dashboard("a", "a.yaml", &text).1);
        }
    }

    #[test]
    fn the_schema_of_a_panel_has_the_keys_of_its_reader() {
        let schema = panel(&[]);
        let start = "panel:\n  type: kpi\n  title: A\n";
        let panel = "/properties/panel";
        for (pointer, text) in [
            (String::new(), format!("{start}{UNKNOWN}\n")),
            (panel.to_owned(), format!("{start}  {UNKNOWN}\n")),
            (
                format!("{panel}/properties/drill_down"),
                format!("{start}  drill_down:\n    {UNKNOWN}\n"),
            ),
            (
                format!("{panel}/properties/aggregation"),
                format!("{start}  aggregation:\n    {UNKNOWN}\n"),
            ),
            (
                format!("{panel}/properties/aggregation/properties/ladder/items"),
                format!("{start}  aggregation:\n    ladder:\n      - {UNKNOWN}\n"),
            ),
            (
                "/$defs/source".to_owned(),
                format!("{start}  data_source:\n    table: a\n    columns: [a]\n    {UNKNOWN}\n"),
            ),
            (
                "/$defs/source/properties/columns/anyOf/0/additionalProperties/anyOf/1".to_owned(),
                format!(
                    "{start}  data_source:\n    table: a\n    columns:\n      v:\n        column: b\n        {UNKNOWN}\n"
                ),
            ),
            (
                "/$defs/source/properties/columns/anyOf/1/items/anyOf/1".to_owned(),
                format!(
                    "{start}  data_source:\n    table: a\n    columns:\n      - name: b\n        {UNKNOWN}\n"
                ),
            ),
            (
                "/$defs/query/anyOf/1".to_owned(),
                format!(
                    "{start}  data_source:\n    table: a\n    columns: [a]\n    query:\n      {UNKNOWN}\n"
                ),
            ),
        ] {
            same(&schema, &pointer, read_panel("a", "a.yaml", &text).diagnostics());
        }
    }

    #[test]
    fn the_schema_of_the_settings_has_the_keys_of_their_reader() {
        let schema = settings();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("porthole.yaml");
        let groups = schema["properties"]
            .as_object()
            .unwrap()
            .iter()
            .filter(|(_, property)| property.get("properties").is_some())
            .map(|(key, _)| key.clone());
        let mut cases = vec![(String::new(), format!("listen: \"127.0.0.1:1\"\n{UNKNOWN}\n"))];
        cases
            .extend(groups.map(|group| (format!("/properties/{group}"), format!("{group}:\n  {UNKNOWN}\n"))));
        let provider = "/properties/auth/properties/oidc";
        cases.push((provider.to_owned(), format!("auth:\n  oidc:\n    {UNKNOWN}\n")));
        cases.push((
            format!("{provider}/properties/tenants/items"),
            format!("auth:\n  oidc:\n    tenants:\n      - group: a\n        tenant: b\n        {UNKNOWN}\n"),
        ));
        assert!(cases.len() > 5);
        for (pointer, text) in cases {
            std::fs::write(&file, text).unwrap();
            let faults = Settings::load(Some(&file), &Environment::default()).unwrap_err();
            same(&schema, &pointer, &faults);
        }
    }

    #[test]
    fn a_panel_types_own_schema_holds_where_a_panel_is_of_it_or_shows_it() {
        let schema = panel(&[PanelType {
            name: "calendar".to_owned(),
            description: "Squares".to_owned(),
            display: Some(json!({ "type": "object", "$schema": DIALECT, "properties": {} })),
            parameters: None,
            endpoint: Some("calendar".to_owned()),
            needs_source: true,
        }]);
        let panel = &schema["properties"]["panel"];
        assert_eq!(panel["properties"]["type"]["anyOf"][0]["enum"][0], "calendar");
        let then = &panel["allOf"][0]["then"];
        assert_eq!(then["required"][0], "data_source");
        assert_eq!(
            then["properties"]["display"]["$id"],
            "urn:porthole:panel:calendar:display"
        );
        assert_eq!(
            panel["allOf"][1]["then"]["properties"]["display"]["$ref"],
            then["properties"]["display"]["$id"]
        );
    }
}
