//! An example panel: a map of a network, drawn as a picture.
//!
//! It shows how a panel draws where plain data is not enough: [`View::Image`], with a font, a rasteriser and an encoder inside
//! the component, as large and as dark as the place where it is shown ([`Call::surface`](porthole_sdk::Call)), and with words
//! for those who cannot see it.

mod canvas;
mod font;
mod legend;
mod map;
mod network;
mod palette;
mod parameters;
mod picture;
mod raster;
mod shape;
mod state;
mod truetype;
mod zones;

use porthole_sdk::{
    Call, ColumnRole, Descriptor, Failure, Image, Panel, QueryError, Size, SourceRole, Sources, Surface, View,
};

use network::Network;
use parameters::Parameters;

/// A map of a network.
pub struct NetworkTopology;

impl Panel for NetworkTopology {
    fn describe() -> Descriptor {
        Descriptor {
            description: "The nodes of a network, the lines between them and how they are".into(),
            default_size: Size { width: 6, height: 3 },
            parameters_schema: parameters::SCHEMA.into(),
            sources: vec![
                SourceRole::main([
                    ColumnRole::required("name", "What the node is called"),
                    ColumnRole::required("status", "online, degraded or offline, or words like them"),
                    ColumnRole::optional("group", "Where it belongs: nodes of a group stand together"),
                    ColumnRole::optional("x", "Its place on a map, eastwards; with `y`"),
                    ColumnRole::optional("y", "Its place on a map, northwards; with `x`"),
                    ColumnRole::optional(
                        "timestamp",
                        "When it was looked at; only the newest row of each node counts",
                    ),
                ]),
                SourceRole {
                    required: false,
                    name: "links".into(),
                    ..SourceRole::main([
                        ColumnRole::required("from", "The name of the node at one end"),
                        ColumnRole::required("to", "The name of the node at the other end"),
                        ColumnRole::optional("load", "How busy the line is, percent"),
                    ])
                },
            ],
            endpoint: Some("network-topology".into()),
            ..Descriptor::new("network_topology", "Network topology", env!("CARGO_PKG_VERSION"))
        }
    }

    fn render(call: &Call, sources: &dyn Sources) -> Result<View, Failure> {
        let parameters: Parameters = call.parameters()?;
        let nodes = sources.open("main")?;
        let links = match sources.open("links") {
            Ok(links) => Some(links),
            Err(QueryError::Denied(_)) => None,
            Err(error) => return Err(error.into()),
        };
        let network = Network::read(nodes.as_ref(), links.as_deref(), &parameters)?;
        // Whoever asks without a screen gets a picture for paper.
        let surface = call.surface.unwrap_or(Surface {
            width: 880,
            height: 400,
            dark: false,
        });
        let bytes = picture::draw(&network, &surface, parameters.busy_percent)
            .map_err(|reason| Failure::Other(["the picture could not be drawn: ", &reason].concat()))?;
        Ok(View::Image(Image {
            media_type: "image/png".into(),
            bytes,
            alternative: network.in_words(),
        }))
    }
}

porthole_sdk::export!(NetworkTopology);

#[cfg(test)]
mod tests;
