//! Reading a panel's file.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use porthole_model::DrillDown;
use serde_json::Value as Json;

use crate::Spanned;
use crate::names::is_id;
use crate::panel::{AggregateFunction, AggregationConfig, FaultyPanel, GapFill, Panel, PanelEntry, Rung};
use crate::source::SourceConfig;
use crate::source_file::{query_into, source};
use crate::yaml::{Fields, Node, Reader, Value, parse};

/// The longest time between two refreshes: a year, seconds.
pub(crate) const LONGEST_REFRESH: u64 = 366 * 86_400;
/// Places are kept up to this many bytes of pointers; beyond, a fault is placed at the nearest one kept.
const PLACES_BYTES: usize = 256 * 1024;

/// Reads a panel's file. All faults are in the entry.
pub(crate) fn read_panel(id: &str, file: &str, text: &str) -> PanelEntry {
    let reader = Reader::new(file, text);
    let mut draft = Draft::default();
    let panel = parse(&reader).and_then(|root| draft.read(&reader, id, &root));
    match panel {
        Some(panel) if reader.is_sound() => PanelEntry::Ok(Arc::new(panel)),
        panel => PanelEntry::Faulty(Arc::new(FaultyPanel {
            id: id.to_owned(),
            title: draft.title,
            type_name: draft.type_name,
            file: file.to_owned(),
            diagnostics: reader.into_faults(),
            read: panel.map(Arc::new),
        })),
    }
}

/// What is already known, should the rest be faulty.
#[derive(Default)]
struct Draft {
    title: Option<String>,
    type_name: Option<String>,
}

impl Draft {
    fn read(&mut self, reader: &Reader<'_>, id: &str, root: &Node) -> Option<Panel> {
        let file = Fields::of(reader, "the file", root)?;
        let node = file.required(
            "panel",
            "a panel's file begins with `panel:`, the rest is indented below it",
        );
        file.finish();
        let fields = Fields::of(reader, "panel", node?)?;

        let type_name = type_of(&fields);
        self.type_name = type_name.as_ref().map(|name| name.value.clone());
        let title = fields.required_text("title", "the heading that readers see, as title: \"CPU usage\"");
        self.title = title.as_ref().map(|title| title.value.clone());
        let description = fields.text("description").map(|text| text.value);
        let sources = sources(&fields);
        let display = object(&fields, "display");
        let parameters = object(&fields, "parameters");
        let endpoint = endpoint(&fields);
        let template = fields.text("template");
        let refresh_interval = refresh_interval(&fields);
        let drill_down = drill_down(&fields);
        let aggregation = aggregation(&fields);
        let places = places(fields.node);
        fields.finish();
        Some(Panel {
            id: id.to_owned(),
            type_name: type_name?,
            // Without one, the panel is faulty, and may be so in other ways, too.
            title: title.map_or_else(String::new, |title| title.value),
            description,
            sources,
            display,
            parameters,
            places,
            endpoint,
            template,
            refresh_interval,
            drill_down,
            aggregation,
            file: reader.file.to_string(),
            is_partial: !reader.is_sound(),
        })
    }
}

fn type_of(fields: &Fields<'_, '_, '_>) -> Option<Spanned<String>> {
    let help =
        "the built-in types are timeseries, kpi, health_status, table, custom_image and custom_template";
    let text = fields.required_text("type", help)?;
    if !is_id(&text.value) {
        fields
            .reader
            .extend([text.fault("this cannot be the name of a panel type", Some(help.to_owned()))]);
        return None;
    }
    Some(text)
}

/// Seconds between two refreshes.
pub(crate) fn refresh_interval(fields: &Fields<'_, '_, '_>) -> Option<u32> {
    fields
        .integer("refresh_interval", 1..=LONGEST_REFRESH)
        .and_then(|seconds| u32::try_from(seconds).ok())
}

fn sources(fields: &Fields<'_, '_, '_>) -> BTreeMap<String, SourceConfig> {
    let mut sources = BTreeMap::new();
    let main = fields
        .get("data_source")
        .map(|node| (node, source(fields.reader, "data_source", node)));
    let query = fields.get("query");
    match (main, query) {
        (Some((node, Some(mut main))), query) => {
            if let Some(query) = query {
                query_into(fields.reader, &mut main, query, node);
            }
            sources.insert("main".to_owned(), main);
        }
        (None, Some(query)) => {
            let help = "add `data_source:` with a table and its columns, or remove the query".to_owned();
            fields.reader.fault(
                query,
                "there is a `query` and no `data_source` for it",
                Some(help),
            );
        }
        (Some((_, None)) | None, _) => {}
    }
    for (key, node) in fields.entries("data_sources").unwrap_or_default() {
        let name = key.scalar_text().unwrap_or_default();
        if name == "main" || !is_id(name) {
            let help = "use a-z, 0-9, _ and -; `main` is the one under `data_source:`".to_owned();
            fields
                .reader
                .fault(key, "this cannot be the name of a source", Some(help));
        } else if let Some(source) = source(fields.reader, name, node) {
            sources.insert(name.to_owned(), source);
        }
    }
    sources
}

/// A mapping that is for others to understand.
fn object(fields: &Fields<'_, '_, '_>, key: &'static str) -> Json {
    let empty = || Json::Object(serde_json::Map::new());
    let Some(node) = fields.get(key) else {
        return empty();
    };
    if !matches!(node.value, Value::Map(_)) {
        fields.reader.wrong_kind(key, "a mapping of keys to values", node);
        return empty();
    }
    node.to_json().unwrap_or_else(|number| {
        fields.reader.fault(number, "this is not a finite number", None);
        empty()
    })
}

fn endpoint(fields: &Fields<'_, '_, '_>) -> Option<Spanned<String>> {
    let text = fields.text("endpoint")?;
    let name = text.value.strip_prefix("/api/v1/custom/").unwrap_or(&text.value);
    if !is_id(name) {
        let help = "write /api/v1/custom/NAME or NAME, with a-z, 0-9, _ and - in NAME".to_owned();
        fields
            .reader
            .extend([text.fault("this is not a custom endpoint of this host", Some(help))]);
        return None;
    }
    Some(text)
}

fn drill_down(fields: &Fields<'_, '_, '_>) -> DrillDown {
    let mut drill_down = DrillDown {
        enabled: true,
        show_table: true,
        disable_aggregation: false,
    };
    if let Some(fields) = fields.mapping("drill_down") {
        drill_down.enabled = fields.boolean("enabled").unwrap_or(drill_down.enabled);
        drill_down.show_table = fields.boolean("show_table").unwrap_or(drill_down.show_table);
        drill_down.disable_aggregation = fields
            .boolean("disable_aggregation")
            .unwrap_or(drill_down.disable_aggregation);
        fields.finish();
    }
    drill_down
}

fn aggregation(fields: &Fields<'_, '_, '_>) -> Option<AggregationConfig> {
    let fields = fields.mapping("aggregation")?;
    let function = fields.word("function", &AggregateFunction::ALL);
    let ladder = fields
        .get("ladder")
        .map(|node| (node, fields.list("ladder").unwrap_or_default()));
    let ladder = ladder.map(|(node, rungs)| {
        let rungs: Vec<Rung> = rungs
            .iter()
            .filter_map(|rung| read_rung(fields.reader, rung))
            .collect();
        let lengths: Vec<u64> = rungs.iter().map(|rung| rung.up_to.unwrap_or(u64::MAX)).collect();
        if node.is_empty() {
            fields.reader.fault(
                node,
                "the ladder has no rungs",
                Some("leave `ladder` out for the usual one".to_owned()),
            );
        } else if !lengths.is_sorted_by(|shorter, longer| shorter < longer) {
            let help = "order the rungs by `up_to`; the one without comes last".to_owned();
            fields
                .reader
                .fault(node, "the rungs of the ladder do not ascend", Some(help));
        }
        rungs
    });
    let second = Duration::from_secs(1);
    let longest = Duration::from_secs(100 * LONGEST_REFRESH);
    let fill = fields.word("fill", &GapFill::ALL);
    let keep = fields.boolean("keep");
    let settle = fields.duration("settle", Duration::ZERO..=longest);
    let reread = fields.duration("reread", second..=longest);
    fields.finish();
    Some(AggregationConfig {
        function,
        ladder,
        fill,
        keep,
        settle,
        reread,
    })
}

fn read_rung(reader: &Reader<'_>, node: &Node) -> Option<Rung> {
    let second = Duration::from_secs(1);
    let fields = Fields::of(reader, "a rung of the ladder", node)?;
    let up_to = fields.duration("up_to", second..=Duration::from_secs(100 * LONGEST_REFRESH));
    let bucket = match fields.get("bucket") {
        Some(bucket) if bucket.scalar_text() == Some("none") => None,
        _ => fields.duration("bucket", second..=Duration::from_secs(LONGEST_REFRESH)),
    };
    fields.finish();
    Some(Rung {
        up_to: up_to.map(|time| time.as_secs()),
        bucket: bucket.and_then(|time| u32::try_from(time.as_secs()).ok()),
    })
}

/// Line and column by JSON pointer.
fn places(panel: &Node) -> BTreeMap<String, (u32, u32)> {
    let mut places = BTreeMap::new();
    let mut left = PLACES_BYTES;
    collect_places(panel, String::new(), &mut left, &mut places);
    places
}

fn collect_places(node: &Node, pointer: String, left: &mut usize, places: &mut BTreeMap<String, (u32, u32)>) {
    if pointer.len() + 1 > *left {
        return;
    }
    *left -= pointer.len() + 1;
    match &node.value {
        Value::Map(entries) => {
            for (key, value) in entries {
                let key = key
                    .scalar_text()
                    .unwrap_or_default()
                    .replace('~', "~0")
                    .replace('/', "~1");
                collect_places(value, format!("{pointer}/{key}"), left, places);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                collect_places(item, format!("{pointer}/{index}"), left, places);
            }
        }
        Value::Scalar { .. } => {}
    }
    places.insert(pointer, (node.line, node.column));
}
