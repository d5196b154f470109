//! An example panel: services as boxes, what they rely on to their right, with live status colours.
//!
//! It shows how far harmless HTML goes: boxes and lines are elements with utility classes ([`View::Markup`]), laid out by
//! the panel in layers, and a list where there is no room for a map.

mod display;
mod drawing;
mod graph;
mod html;
mod layers;
mod list;
mod paint;
mod place;

use porthole_sdk::{
    Call, ColumnRole, Descriptor, Failure, Panel, QueryError, Size, SourceRole, Sources, View,
};

use display::Display;
use graph::Graph;

/// Narrower than this, CSS pixels, a map is no longer readable.
const NARROW: u32 = 560;

/// Services and what they rely on.
pub struct ServiceMap;

impl Panel for ServiceMap {
    fn describe() -> Descriptor {
        Descriptor {
            description: "Services, what they rely on, and how they are".into(),
            default_size: Size { width: 12, height: 3 },
            display_schema: display::SCHEMA.into(),
            sources: vec![
                SourceRole::main([
                    ColumnRole::required("name", "What the service is called"),
                    ColumnRole::required("status", "healthy, degraded or down, or words or codes like them"),
                    ColumnRole::optional("message", "Why it is so"),
                    ColumnRole::optional("rate", "Requests per second"),
                    ColumnRole::optional(
                        "timestamp",
                        "When it was looked at; only the newest row of each service counts",
                    ),
                ]),
                SourceRole {
                    required: false,
                    name: "calls".into(),
                    ..SourceRole::main([
                        ColumnRole::required("from", "The name of the service that calls"),
                        ColumnRole::required("to", "The name of the service that is called"),
                        ColumnRole::optional("rate", "Requests per second"),
                        ColumnRole::optional("errors", "How many of them fail, percent"),
                    ])
                },
            ],
            ..Descriptor::new("service_map", "Service map", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let display: Display = call.display()?;
        let services = sources.open("main")?;
        let calls = match sources.open("calls") {
            Ok(calls) => Some(calls),
            Err(QueryError::Denied(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let graph = Graph::read(services.as_ref(), calls.as_deref())?;
        let markup = match call.surface {
            Some(surface) if surface.width < NARROW => list::markup(&graph, &display),
            surface => drawing::markup(&graph, &display, surface.map(|surface| surface.height)),
        };
        Ok(View::Markup(markup))
    }
}

porthole_sdk::export!(ServiceMap);

#[cfg(test)]
mod tests;
