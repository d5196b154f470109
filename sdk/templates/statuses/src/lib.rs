//! The panel type `new_panel`: who has not been heard of for too long.

use porthole_sdk::{
    Call, ColumnRole, Descriptor, Failure, Instant, Panel, RowsRequest, Severity, Size, SourceRole, Sources,
    Span, StatusItem, Statuses, View, natural_order,
};
use serde::Deserialize;

/// More than these are not read.
const MOST: u32 = 1_000;

const MINUTE: i64 = 60_000;

/// `display:` in the panel's YAML.
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Display {
    /// Silent for more minutes than this: look at it.
    late_after: u32,
    /// Silent for more minutes than this: act.
    missing_after: u32,
}

impl Default for Display {
    fn default() -> Self {
        Self {
            late_after: 5,
            missing_after: 30,
        }
    }
}

/// What editors complete and check in the YAML.
const DISPLAY_SCHEMA: &str = r#"{
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "late_after": {"type": "integer", "minimum": 0, "default": 5,
                       "description": "Silent for more minutes than this: look at it"},
        "missing_after": {"type": "integer", "minimum": 0, "default": 30,
                          "description": "Silent for more minutes than this: act"}
    }
}"#;

/// Things and how long they have been silent.
pub struct NewPanel;

impl Panel for NewPanel {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Who has not been heard of for too long, the longest silence first".into(),
            default_size: Size { width: 4, height: 2 },
            display_schema: DISPLAY_SCHEMA.into(),
            sources: vec![SourceRole::main([
                ColumnRole::required("name", "Who reports"),
                ColumnRole::required("timestamp", "When it reported"),
            ])],
            ..Descriptor::new("new_panel", "New panel", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        if display.missing_after < display.late_after {
            return Err(Failure::configuration(
                "display.missing_after",
                "must not be less than `late_after`",
            ));
        }
        // The newest row of each name counts, however long ago it was written.
        let rows = sources.open("main")?.rows(RowsRequest {
            span: Span::Everything,
            latest_per: Some("name".into()),
            limit: MOST,
            ..RowsRequest::default()
        })?;
        let (names, instants) = (rows.frame.column("name"), rows.frame.column("timestamp"));
        let mut items: Vec<StatusItem> = (0..rows.frame.height())
            .filter_map(|row| {
                let name = names?.text(row)?;
                let heard = instants?.instant(row);
                Some(item(name, heard, call.now, &display))
            })
            .collect();
        items.sort_by(|a, b| {
            a.checked_at
                .cmp(&b.checked_at)
                .then_with(|| natural_order(&a.name, &b.name))
        });
        Ok(View::Statuses(Statuses { items }))
    }
}

fn item(name: String, heard: Option<Instant>, now: Instant, display: &Display) -> StatusItem {
    let silent = heard.map(|heard| (now - heard).max(0) / MINUTE);
    let (label, color, severity) = match silent {
        None => ("Never heard of", "#6B7280", Severity::Unknown),
        Some(minutes) if minutes > i64::from(display.missing_after) => {
            ("Missing", "#EF4444", Severity::Critical)
        }
        Some(minutes) if minutes > i64::from(display.late_after) => ("Late", "#F59E0B", Severity::Warning),
        Some(_) => ("Present", "#10B981", Severity::Good),
    };
    StatusItem {
        name,
        status: label.to_lowercase(),
        label: label.into(),
        color: color.into(),
        severity,
        checked_at: heard,
        message: silent.map(|minutes| format!("silent for {minutes} min")),
    }
}

porthole_sdk::export!(NewPanel);

#[cfg(test)]
mod tests;
