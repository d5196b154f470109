//! All that a panel author depends on.
//!
//! A panel is a type that implements [`Panel`]: it says what it is ([`Panel::describe`]) and turns one [`Call`] into
//! one [`View`] ([`Panel::render`]), with data from the sources that the panel's YAML declares. [`export!`] makes a
//! WebAssembly component of it. There is nothing else to a panel: no files, no network, no clock but [`Call::now`].
//!
//! ```
//! use porthole_sdk::{Call, ColumnRole, Descriptor, Failure, Metric, Panel, SeriesRequest, Size, SourceRole, Sources, View};
//! use serde::Deserialize;
//!
//! /// How many points the series have, all together.
//! pub struct PointCount;
//!
//! #[derive(Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Display {
//!     unit: Option<String>,
//! }
//!
//! impl Panel for PointCount {
//!     fn describe() -> Descriptor {
//!         Descriptor {
//!             description: "Counts points".into(),
//!             default_size: Size { width: 4, height: 1 },
//!             sources: vec![SourceRole::main([
//!                 ColumnRole::required("timestamp", "When it was measured"),
//!                 ColumnRole::required("value", "What was measured"),
//!             ])],
//!             ..Descriptor::new("point_count", "Point count", env!("CARGO_PKG_VERSION"))
//!         }
//!     }
//!
//!     fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
//!         let display: Display = call.display()?;
//!         let answer = sources.open("main")?.series(SeriesRequest::default())?;
//!         let count: usize = answer.series.iter().map(|series| series.instants.len()).sum();
//!         Ok(View::Metric(Metric { value: Some(count as f64), unit: display.unit, ..Metric::default() }))
//!     }
//! }
//!
//! porthole_sdk::export!(PointCount);
//!
//! // Natively the panel is an ordinary function, tested with plain `cargo test`:
//! use porthole_sdk::testing::{self, FakeSource, FakeSources};
//! let sources = FakeSources::new(0, 60_000).with("main", FakeSource::series(vec![
//!     testing::series("web-1", &[(0, 1.0), (30_000, 2.0)]),
//! ]));
//! let call = sources.call(r#"{ "unit": "points" }"#);
//! let View::Metric(metric) = PointCount::render(&call, &sources)? else { panic!("not a metric") };
//! assert_eq!(metric.value, Some(2.0));
//!
//! // A mistake in the YAML is answered with the place and the reason.
//! let Err(Failure::Configuration(message)) = PointCount::render(&sources.call(r#"{ "unit": 7 }"#), &sources) else { panic!() };
//! assert_eq!(message, "display.unit: expected a string, found 7");
//! # Ok::<(), Failure>(())
//! ```
//!
//! # What a panel can show
//!
//! | view | for | made with |
//! |---|---|---|
//! | [`View::Chart`] | values over time | [`Chart`] of [`Plot`]s |
//! | [`View::Metric`] | one number | [`Metric`] |
//! | [`View::Statuses`] | things and how they are | [`Statuses`] of [`StatusItem`]s |
//! | [`View::Table`] | rows and columns, a page at a time | [`Table`] |
//! | [`View::Image`] | a picture that the panel draws, as large as [`Call::surface_or`] says | [`View::png`], [`Image`] |
//! | [`View::Document`] | data for the template in the YAML | [`View::document`] |
//! | [`View::Markup`] | HTML of the panel's own, of which the host keeps what is harmless | [`escaped`] |
//!
//! Colours are `#rrggbb` ([`Color`]); a missing number is NaN in lists and `None` elsewhere.

#[doc(hidden)]
pub mod bindings;
mod color;
mod defaults;
mod failure;
mod frame;
pub mod log;
mod natural;
mod panel;
mod settings;
mod source;
pub mod testing;
mod threshold;
mod view;

pub use bindings::{
    exports::porthole::panel::panel::{
        Call, ColumnRole, Descriptor, Failure, Paging, Size, SourceRole, Surface,
    },
    porthole::panel::{
        query::{
            Aggregate, ColumnInfo, QueryError, Resolution, Rows, RowsRequest, SeriesAnswer, SeriesRequest,
            Span,
        },
        types::{Column, ColumnData, Filter, Frame, Instant, Series, SortKey, TimeRange},
        views::{
            Axis, Chart, ColumnFormat, Image, Mark, Metric, Plot, Severity, StatusItem, StatusStyle,
            Statuses, Table, TableColumn, Threshold, Trend, View,
        },
    },
};
pub use color::Color;
pub use natural::natural_order;
pub use panel::Panel;
pub use source::{Source, Sources};
pub use threshold::Thresholds;
pub use view::escaped;

#[doc(hidden)]
pub use panel::Adapter;

// The generated code names this crate as any panel's would.
extern crate self as porthole_sdk;
