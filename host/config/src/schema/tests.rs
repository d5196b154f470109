//! The schemas against the readers.
#![allow(clippy::unwrap_used)]
use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::parts::DIALECT;
use super::{PanelRole, PanelSource, PanelType, dashboard, panel, settings, tenant};
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
        "{pointer}: host/config/src/schema and the reader differ"
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
            format!("dashboard:\n  name: A\n  panels:\n    - id: a\n      config_file: a\n      {UNKNOWN}\n"),
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
            format!("{start}  data_source:\n    table: a\n    columns: [a]\n    query:\n      {UNKNOWN}\n"),
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
    cases.extend(groups.map(|group| (format!("/properties/{group}"), format!("{group}:\n  {UNKNOWN}\n"))));
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
        sources: vec![
            PanelSource {
                name: "main".to_owned(),
                required: true,
                roles: vec![role("timestamp", true), role("message", false)],
                has_free_columns: false,
            },
            PanelSource {
                name: "names".to_owned(),
                required: false,
                roles: vec![role("label", true)],
                has_free_columns: true,
            },
        ],
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
    // Shown by its endpoint, it reads the same.
    let by_endpoint = &panel["allOf"][1]["then"];
    assert_eq!(by_endpoint["required"], then["required"]);
    for key in ["data_source", "data_sources"] {
        assert!(then["properties"][key].is_object(), "{key}");
        assert_eq!(by_endpoint["properties"][key], then["properties"][key], "{key}");
    }
}

fn role(name: &str, required: bool) -> PanelRole {
    PanelRole {
        name: name.to_owned(),
        required,
        description: format!("what {name} is"),
    }
}

#[test]
fn an_editor_completes_the_columns_that_a_panel_type_reads_and_knows_which_it_needs() {
    let of = |sources| {
        let schema = panel(&[PanelType {
            name: "calendar".to_owned(),
            description: "Squares".to_owned(),
            display: None,
            parameters: None,
            endpoint: None,
            sources,
        }]);
        schema["properties"]["panel"]["allOf"][0]["then"].clone()
    };
    let source = |name: &str, required, has_free_columns| PanelSource {
        name: name.to_owned(),
        required,
        roles: vec![role("timestamp", true), role("message", false)],
        has_free_columns,
    };
    let then = of(vec![source("main", true, false), source("names", true, true)]);
    assert_eq!(then["required"], json!(["data_source", "data_sources"]));
    let columns = &then["properties"]["data_source"]["properties"]["columns"];
    assert_eq!(
        *columns,
        json!({ "if": { "type": "object" }, "then": {
            "properties": { "timestamp": { "description": "what timestamp is" }, "message": { "description": "what message is" } },
            "required": ["timestamp"],
            "propertyNames": { "enum": ["timestamp", "message"] },
        } })
    );
    let names = &then["properties"]["data_sources"];
    assert_eq!(names["required"], json!(["names"]));
    // Columns of any name are welcome there.
    assert!(names["properties"]["names"]["properties"]["columns"]["then"]["propertyNames"].is_null());
    assert_eq!(of(vec![source("main", false, true)])["required"], json!([]));
    assert_eq!(of(Vec::new())["properties"], json!({}));
}

#[test]
fn a_database_has_one_address_by_schema_as_by_reader() {
    let ways = json!([{ "required": ["url"] }, { "required": ["url_file"] }]);
    let pointer = "/properties/tenant/properties/database/oneOf";
    assert_eq!(tenant().pointer(pointer), Some(&ways));
    assert_eq!(
        settings().pointer("/properties/central_database/oneOf"),
        Some(&ways)
    );
    for (database, is_sound) in [
        ("{}", false),
        ("{max_connections: 3}", false),
        ("{url: \"sqlite:a\", url_file: b}", false),
        ("{url: \"sqlite:a\"}", true),
    ] {
        let text = format!("tenant: {{name: One, database: {database}}}\n");
        let environment = Environment::default();
        let read = read_tenant_file(
            "t.yaml",
            &text,
            Path::new(""),
            &environment,
            &mut Vec::new(),
            &mut Vec::new(),
        );
        assert_eq!(read.is_ok(), is_sound, "{database}");
    }
}
