//! Reading a dashboard's file.

use std::collections::HashMap;

use porthole_model::Diagnostic;

use crate::Spanned;
use crate::dashboard::{Dashboard, GridWish, Placement};
use crate::layout::overlaps;
use crate::names::{ID_HELP, is_id, relative_range};
use crate::panel_file::refresh_interval;
use crate::yaml::{Fields, Node, Reader, parse};

/// Seconds between two refreshes, where neither panel nor dashboard say.
const REFRESH: u32 = 300;
/// Panels one dashboard may have.
const PANELS: usize = 200;

/// A dashboard as its file has it.
pub(crate) struct DashboardFile {
    pub dashboard: Dashboard,
    /// For each placement: `config_file:`, relative to the tenant's folder.
    pub files: Vec<Spanned<String>>,
}

/// Reads a dashboard's file. None: nothing can be shown; the faults say why. There may be faults even so: what is sound
/// stands.
pub(crate) fn read_dashboard(name: &str, file: &str, text: &str) -> (Option<DashboardFile>, Vec<Diagnostic>) {
    let reader = Reader::new(file, text);
    let dashboard = parse(&reader).and_then(|root| read(&reader, name, &root));
    (dashboard, reader.into_faults())
}

fn read(reader: &Reader<'_>, name: &str, root: &Node) -> Option<DashboardFile> {
    let file = Fields::of(reader, "the file", root)?;
    let node = file.required(
        "dashboard",
        "a dashboard's file begins with `dashboard:`, the rest is indented below it",
    );
    file.finish();
    let fields = Fields::of(reader, "dashboard", node?)?;
    let title = fields.required_text("name", "the name that readers see, as name: \"System health\"");
    let description = fields.text("description").map(|text| text.value);
    let refresh_interval = refresh_interval(&fields).unwrap_or(REFRESH);
    let default_range = fields.text("default_range").and_then(|range| {
        if relative_range(&range.value).is_some() {
            return Some(range.value);
        }
        let help = "write now- and a length of time, as now-24h or now-7d".to_owned();
        reader.extend([range.fault("this is not a range", Some(help))]);
        None
    });
    let columns = fields.mapping("layout").map(|layout| {
        let columns = layout.integer("columns", 1..=24);
        layout.finish();
        columns
    });
    let columns = columns
        .flatten()
        .and_then(|columns| u8::try_from(columns).ok())
        .unwrap_or(12);
    let panels = fields.list("panels");
    if panels.is_none() && fields.get("panels").is_none() {
        let help = "list the panels, each with an id and a config_file".to_owned();
        reader.fault(fields.node, "`dashboard` needs `panels`", Some(help));
    }
    fields.finish();

    let mut dashboard = Dashboard {
        name: name.to_owned(),
        title: title.map_or_else(|| name.to_owned(), |title| title.value),
        description,
        refresh_interval,
        columns,
        default_range,
        panels: Vec::new(),
        file: reader.file.to_string(),
    };
    let mut files = Vec::new();
    let mut seen: HashMap<String, u32> = HashMap::new();
    for (index, node) in panels.unwrap_or_default().iter().enumerate() {
        if index == PANELS {
            let help = "spread them over several dashboards".to_owned();
            reader.fault(
                node,
                format!("a dashboard may have {PANELS} panels, and here begins one more"),
                Some(help),
            );
            break;
        }
        let Some((placement, file)) = placement(reader, node, columns) else {
            continue;
        };
        if let Some(first) = seen.insert(placement.id.value.clone(), placement.id.line) {
            let message = format!(
                "the panel `{}` is on this dashboard twice, first on line {first}",
                placement.id.value
            );
            reader.extend([placement
                .id
                .fault(message, Some("give it another id, or remove it".to_owned()))]);
            continue;
        }
        dashboard.panels.push(placement);
        files.push(file);
    }
    for (later, earlier) in overlaps(&dashboard.panels) {
        let (later, earlier) = (&dashboard.panels[later].id, &dashboard.panels[earlier].id);
        let message = format!(
            "the panel `{}` overlaps `{}`, on line {}",
            later.value, earlier.value, earlier.line
        );
        let help = "change row, col, width or height of one of them".to_owned();
        reader.extend([later.fault(message, Some(help))]);
    }
    Some(DashboardFile { dashboard, files })
}

fn placement(reader: &Reader<'_>, node: &Node, columns: u8) -> Option<(Placement, Spanned<String>)> {
    let fields = Fields::of(reader, "a panel of the dashboard", node)?;
    let id = fields.required_text("id", "a short name of the panel, as id: \"cpu_usage\"");
    let file = fields.required_text(
        "config_file",
        "the panel's file, as config_file: \"panels/cpu_usage.yaml\"",
    );
    let position = fields
        .mapping("position")
        .map(|fields| position(fields, columns))
        .unwrap_or_default();
    fields.finish();
    let (id, file) = (id?, file?);
    if !is_id(&id.value) {
        reader.extend([id.fault("this cannot be a panel's id", Some(ID_HELP.to_owned()))]);
        return None;
    }
    Some((
        Placement {
            id,
            file: String::new(),
            position,
        },
        file,
    ))
}

fn position(fields: Fields<'_, '_, '_>, columns: u8) -> GridWish {
    let across = 1..=u64::from(columns);
    let small = |number: Option<u64>| number.and_then(|number| u8::try_from(number).ok());
    let mut wish = GridWish {
        row: fields
            .integer("row", 1..=1000)
            .and_then(|row| u16::try_from(row).ok()),
        col: small(fields.integer("col", across.clone())),
        width: small(fields.integer("width", across)),
        height: small(fields.integer("height", 1..=50)),
    };
    if let (Some(col), Some(width)) = (wish.col, wish.width)
        && col - 1 + width > columns
    {
        let last = col - 1 + width;
        let message = format!("the panel reaches to column {last}, and the grid has {columns}");
        fields.reader.fault(
            fields.node,
            message,
            Some(format!(
                "from column {col}, the width is at most {}",
                columns - col + 1
            )),
        );
        wish.width = Some(columns - col + 1);
    }
    fields.finish();
    wish
}
