//! An example panel: one square per day of a year, or per hour of a week, the darker the more.
//!
//! It shows how a panel makes its own picture out of harmless HTML: [`View::Markup`] with utility classes, exact values
//! in `title` attributes, and a size that follows the place where it is shown ([`Call::surface`]).

mod calendar;
mod civil;
mod display;
mod figure;
mod html;
mod levels;
mod week;

use porthole_sdk::{
    Aggregate, Call, ColumnRole, Descriptor, Failure, Panel, Resolution, SeriesRequest, Size, SourceRole,
    Sources, Span, TimeRange, View,
};

use display::{Display, Function, Layout};

/// The host rounds the sides of surfaces up; so many pixels may not be there.
const ROUNDED: u32 = 31;
/// One hour and one day, milliseconds.
const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;

/// A calendar, or a week, of coloured squares.
pub struct CalendarHeatmap;

impl Panel for CalendarHeatmap {
    fn describe() -> Descriptor {
        Descriptor {
            description: "One square per day of a year, or per hour of a week".into(),
            default_size: Size { width: 12, height: 2 },
            display_schema: display::SCHEMA.into(),
            sources: vec![SourceRole::main([
                ColumnRole::required("timestamp", "When it was counted or measured"),
                ColumnRole::required("value", "What was counted or measured"),
            ])],
            ..Descriptor::new("calendar_heatmap", "Calendar heat map", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        let weeks = display.weeks()?;
        let source = sources.open("main")?;
        let ask = |start: i64, bucket: i64| {
            // A calendar has its own range, whatever stretch of time the reader looks at.
            source.series(SeriesRequest {
                span: Span::Between(TimeRange {
                    start,
                    end: call.now.saturating_add(1),
                }),
                resolution: Resolution::Seconds((bucket / 1000) as u32),
                aggregate: Some(match display.function {
                    Function::Sum => Aggregate::Sum,
                    Function::Average => Aggregate::Average,
                    Function::Maximum => Aggregate::Maximum,
                }),
                ..SeriesRequest::default()
            })
        };
        let today = call.now.div_euclid(DAY);
        let markup = match display.layout {
            Layout::Calendar => {
                let size = calendar::Fit::of(call.surface, weeks);
                let first = calendar::first_day(today, size.weeks);
                let cells = figure::buckets(&ask(first * DAY, DAY)?.series, DAY, display.function);
                calendar::markup(&display, &size, today, &cells)
            }
            Layout::Week => {
                let start = (today - 7 * i64::from(weeks) + 1) * DAY;
                let cells = figure::buckets(&ask(start, HOUR)?.series, HOUR, display.function);
                week::markup(&display, call.surface, weeks, &cells)
            }
        };
        Ok(View::Markup(markup))
    }
}

porthole_sdk::export!(CalendarHeatmap);

#[cfg(test)]
mod tests;
