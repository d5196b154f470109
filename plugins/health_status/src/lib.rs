//! The built-in panel type `health_status`: a list of things and how they are, worst first.

mod display;
mod legend;
mod severity;

use porthole_sdk::{
    Call, ColumnData, ColumnRole, Descriptor, Failure, Frame, Panel, RowsRequest, Severity, Size, SourceRole,
    Sources, Span, StatusItem, Statuses, View, log, natural_order,
};

use display::Display;
use legend::Legend;

/// More things than this are not read.
const MOST: u32 = 10_000;
/// So many are shown, the worst of them.
const SHOWN: usize = 1000;

/// A list of things and how they are.
pub struct HealthStatus;

impl Panel for HealthStatus {
    fn describe() -> Descriptor {
        Descriptor {
            description: "How each service, server or job is doing, worst first".into(),
            default_size: Size { width: 4, height: 1 },
            display_schema: display::schema(),
            sources: vec![SourceRole::main([
                ColumnRole::required("service_name", "What is watched"),
                ColumnRole::required("status_value", "How it is: a code, a word or a reading"),
                ColumnRole::optional(
                    "timestamp",
                    "When it was looked at; only the newest row of each counts",
                ),
                ColumnRole::optional("message", "Why it is so"),
            ])],
            ..Descriptor::new("health_status", "Health status", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let legend = Legend::from(call.display::<Display>()?);
        let source = sources.open("main")?;
        // The newest state of a thing is its state, however long ago it was last looked at.
        let request = RowsRequest {
            span: Span::Everything,
            latest_per: source.has("timestamp").then(|| "service_name".into()),
            limit: MOST,
            ..RowsRequest::default()
        };
        let frame = source.rows(request)?.frame;
        // Not shown, and not read: the host tells the reader of both.
        if frame.height() > SHOWN {
            log::warn("more than 1000 things: the worst are shown; narrow the source with `where:`");
        }
        let mut items = items(&frame, &legend)?;
        items.sort_unstable_by(|a, b| {
            rank(a.severity)
                .cmp(&rank(b.severity))
                .then_with(|| natural_order(&a.name, &b.name))
        });
        items.truncate(SHOWN);
        Ok(View::Statuses(Statuses { items }))
    }
}

fn items(frame: &Frame, legend: &Legend) -> Result<Vec<StatusItem>, Failure> {
    let required = |role: &str| {
        frame.column(role).ok_or_else(|| {
            Failure::configuration(
                "data_source.columns",
                &["this panel needs the column role `", role, "`"].concat(),
            )
        })
    };
    let (names, states) = (required("service_name")?, required("status_value")?);
    let (instants, messages) = (frame.column("timestamp"), frame.column("message"));
    let text = |column: Option<&ColumnData>, row| {
        column
            .and_then(|column| column.text(row))
            .filter(|text: &String| !text.trim().is_empty())
    };
    let items = (0..frame.height()).map(|row| {
        let status = states.text(row).unwrap_or_default();
        let style = legend.style(&status);
        StatusItem {
            name: names.text(row).unwrap_or_default(),
            label: style.label,
            color: style.color,
            severity: style.severity,
            checked_at: instants.and_then(|column| column.instant(row)),
            message: text(messages, row),
            status,
        }
    });
    Ok(items.collect())
}

/// Worst first. What nobody knows may be bad: it comes before what is known to be good.
fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Critical => 0,
        Severity::Warning => 1,
        Severity::Unknown => 2,
        Severity::Good => 3,
    }
}

porthole_sdk::export!(HealthStatus);

#[cfg(test)]
mod tests;
