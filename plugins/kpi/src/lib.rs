//! The built-in panel type `kpi`: one number, whether it is good, and where it is heading.

mod calculation;
mod display;
mod sparkline;

use porthole_sdk::{
    Call, ColumnData, ColumnRole, Descriptor, Failure, Frame, Instant, Metric, Panel, RowsRequest, Size,
    Source, SourceRole, Sources, Span, TimeRange, Trend, View, log,
};

use calculation::Calculation;
use display::Display;

/// One number.
pub struct Kpi;

impl Panel for Kpi {
    fn describe() -> Descriptor {
        Descriptor {
            description:
                "The newest value or one of all in the range, with thresholds, its course and the change against the previous period"
                    .into(),
            default_size: Size { width: 4, height: 1 },
            display_schema: display::schema(),
            sources: vec![SourceRole::main([
                ColumnRole::required(
                    "value",
                    "The number; the first row in the configured order counts",
                ),
                ColumnRole::optional(
                    "timestamp",
                    "When it was measured; needed for sparkline, trend and calculations",
                ),
                ColumnRole::optional(
                    "series_label",
                    "Whose value it is; a sparkline is drawn for one only",
                ),
            ])],
            ..Descriptor::new("kpi", "KPI", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        let source = sources.open("main")?;
        let timed = source.has("timestamp");
        for (key, wanted) in [
            ("display.sparkline", display.sparkline == Some(true)),
            ("display.trend", display.trend == Some(true)),
            ("display.calculation", display.calculation != Calculation::Newest),
        ] {
            if wanted && !timed {
                return Err(Failure::configuration(
                    key,
                    "this needs the column role `timestamp` under `columns:`",
                ));
            }
        }

        let number = |range| match display.calculation {
            Calculation::Newest if range == call.range => first(&*source, Span::Panel),
            Calculation::Newest => first(&*source, Span::Between(range)),
            calculation => Ok(Shown {
                value: calculation.of(&*source, call, range)?,
                measured_at: None,
            }),
        };
        let now = number(call.range)?;
        let trend = match now.value {
            Some(value) if display.trend.unwrap_or(timed) => trend(number, call.range, value),
            _ => None,
        };
        let sparkline = if display.sparkline.unwrap_or(timed) {
            sparkline::of(&*source, call, display.calculation.aggregate())
        } else {
            None
        };
        Ok(View::Metric(Metric {
            value: now.value,
            threshold: now
                .value
                .and_then(|value| display.thresholds.reached(value))
                .cloned(),
            measured_at: now.measured_at,
            unit: display.unit,
            decimals: display.decimals.map(|decimals| decimals.0),
            trend,
            sparkline,
        }))
    }
}

/// The number of a stretch of time.
struct Shown {
    value: Option<f64>,
    measured_at: Option<Instant>,
}

/// The first row of a stretch of time, in the configured order.
fn first(source: &dyn Source, span: Span) -> Result<Shown, Failure> {
    let frame = source
        .rows(RowsRequest {
            span,
            limit: 1,
            ..RowsRequest::default()
        })?
        .frame;
    Ok(Shown {
        value: value(&frame)?,
        measured_at: frame.column("timestamp").and_then(|column| column.instant(0)),
    })
}

fn value(frame: &Frame) -> Result<Option<f64>, Failure> {
    let Some(column) = frame.column("value") else {
        return Ok(None);
    };
    let value = column.number(0).filter(|value| value.is_finite());
    match column {
        ColumnData::Texts(_) | ColumnData::Instants(_) if value.is_none() && is_present(column) => {
            Err(Failure::configuration(
                "data_source.columns.value",
                "the column holds something that is no number; name a column with numbers",
            ))
        }
        _ => Ok(value),
    }
}

fn is_present(column: &ColumnData) -> bool {
    column.text(0).is_some_and(|text| !text.trim().is_empty())
}

/// The change against the number of the previous equal period. The number itself is worth showing without
/// it, so a failure here is a line in the log and not the panel's.
fn trend(
    number: impl Fn(TimeRange) -> Result<Shown, Failure>,
    range: TimeRange,
    value: f64,
) -> Option<Trend> {
    let length = range.end.checked_sub(range.start)?;
    let before = TimeRange {
        start: range.start.checked_sub(length)?,
        end: range.start,
    };
    match number(before) {
        Ok(before) => before.value.map(|previous| Trend {
            previous,
            change: value - previous,
        }),
        Err(_) => {
            log::warn("the value of the previous period could not be read; the trend is left out");
            None
        }
    }
}

porthole_sdk::export!(Kpi);

#[cfg(test)]
mod tests;
