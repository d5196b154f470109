//! A panel that shows its own version, for tests that swap plugins.
//!
//! A test makes another version of it without a compiler: it writes other digits over [`VERSION`] in the component's
//! bytes. The same goes for [`NAME`] and [`ENDPOINT`], which keep their length.

use porthole_sdk::{Call, Descriptor, Failure, Image, Metric, Panel, Sources, View, log};
use serde::Deserialize;

/// Stands once in the component; a test writes other digits over it.
pub const VERSION: &str = "1000.0.0";
/// The type name.
pub const NAME: &str = "stamp_aaaa";
/// The endpoint.
pub const ENDPOINT: &str = "stamp-endpoint-aaaa";

/// Shows its own version.
pub struct Stamp;

/// What `parameters:` may say.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    /// What to answer with; the version as a number where it says nothing.
    #[serde(default)]
    show: Option<String>,
    /// The text, or the picture's bytes in hexadecimal.
    #[serde(default)]
    text: String,
}

impl Panel for Stamp {
    fn describe() -> Descriptor {
        Descriptor {
            endpoint: Some(std::hint::black_box(ENDPOINT).to_owned()),
            ..Descriptor::new(std::hint::black_box(NAME), "Stamp", std::hint::black_box(VERSION))
        }
    }

    fn render(call: &Call, _sources: &dyn Sources) -> Result<View, Failure> {
        let parameters: Parameters = call.parameters()?;
        let text = parameters.text;
        Ok(match parameters.show.as_deref() {
            None => {
                log::info(&format!("this is {}", std::hint::black_box(VERSION)));
                let major = std::hint::black_box(VERSION).split('.').next();
                View::Metric(Metric {
                    value: major.and_then(|major| major.parse().ok()),
                    ..Metric::default()
                })
            }
            Some("markup") => View::Markup(text),
            Some("document") => View::Document(text),
            Some("image") => View::Image(Image {
                media_type: "image/png".to_owned(),
                bytes: bytes(&text).ok_or_else(|| Failure::Other("not hexadecimal".to_owned()))?,
                alternative: "a stamp".to_owned(),
            }),
            Some("panic") => panic!("{text}"),
            Some(other) => {
                return Err(Failure::configuration(
                    "parameters.show",
                    &format!("there is no `{other}`"),
                ));
            }
        })
    }
}

fn bytes(hexadecimal: &str) -> Option<Vec<u8>> {
    (0..hexadecimal.len() / 2)
        .map(|at| u8::from_str_radix(hexadecimal.get(2 * at..2 * at + 2)?, 16).ok())
        .collect()
}

porthole_sdk::export!(Stamp);
