//! A panel that does what panels must not do; `parameters` says which thing: `{"do": "loop"}`.
//!
//! Nothing here may harm a host, and each deed is a test of that. The deeds are grouped by what they go for:
//! [`machine`] the processor and the memory, [`data`] the questions and handles, [`injection`] the text of queries,
//! [`answer`] what comes back, [`odd`] numbers and lengths that make no sense, [`picture`] images.

mod answer;
mod data;
mod injection;
mod machine;
mod odd;
mod picture;

#[allow(missing_docs, clippy::all)]
mod contract {
    wit_bindgen::generate!({ path: "../../wit", world: "plugin" });
}

use contract::exports::porthole::panel::panel::{Call, Descriptor, Failure, Guest, Size};
use contract::porthole::panel::log;
use contract::porthole::panel::views::View;
use serde::Deserialize;

/// What to do, as `parameters` says it.
#[derive(Deserialize)]
struct Order {
    /// The deed.
    #[serde(rename = "do")]
    deed: String,
    /// How often, how many, how large; what it counts is the deed's affair.
    #[serde(default = "hundred")]
    count: u32,
    /// A text, for deeds that take one.
    #[serde(default)]
    text: String,
    /// What an image says it is.
    #[serde(default)]
    media_type: String,
}

fn hundred() -> u32 {
    100
}

struct Rogue;

impl Guest for Rogue {
    fn describe() -> Descriptor {
        Descriptor {
            type_name: "rogue".to_owned(),
            version: "0.1.0".to_owned(),
            title: "Rogue".to_owned(),
            description: "Does what panels must not do".to_owned(),
            default_size: Size { width: 4, height: 3 },
            display_schema: String::new(),
            parameters_schema: String::new(),
            sources: Vec::new(),
            endpoint: None,
        }
    }

    fn render(call: Call) -> Result<View, Failure> {
        std::panic::set_hook(Box::new(|info| log::write(log::Level::Error, &info.to_string())));
        let order: Order = serde_json::from_str(&call.parameters)
            .map_err(|error| Failure::Configuration(format!("parameters: {error}")))?;
        match order.deed.as_str() {
            "nothing" => Ok(answer::empty()),
            "loop" => machine::spin(),
            "allocate" => machine::allocate(),
            "grow" => machine::grow(),
            "recurse" => Ok(answer::document(
                machine::recurse(u64::from(order.count)).to_string(),
            )),
            "panic" => panic!("{}", order.text),
            "abort" => machine::abort(),
            "huge-list" => Ok(answer::huge_list(order.count)),
            "many-lists" => Ok(answer::many_lists(order.count)),
            "huge-text" => Ok(answer::document("x".repeat(order.count as usize))),
            "unequal-lists" => Ok(answer::unequal_lists()),
            "unequal-columns" => Ok(odd::unequal_columns()),
            "undescribed-columns" => Ok(odd::undescribed_columns()),
            "odd-chart" => Ok(odd::chart()),
            "odd-axis" => Ok(odd::axis()),
            "odd-threshold" => Ok(odd::threshold()),
            "odd-metric" => Ok(odd::metric()),
            "odd-table" => Ok(odd::table()),
            "color" => Ok(odd::color(&order.text)),
            "labels" => Ok(answer::labelled(&order.text)),
            "document" => Ok(answer::document(order.text)),
            "deep-document" => Ok(answer::deep_document(order.count)),
            "markup" => Ok(View::Markup(order.text)),
            "deep-markup" => Ok(answer::deep_markup(order.count)),
            "image" => Ok(picture::image(&order.media_type, order.text.into_bytes())),
            "png" => Ok(picture::png(order.count)),
            "fail" => Err(Failure::Other(order.text)),
            "blame" => Err(Failure::Configuration(order.text)),
            "chatter" => answer::chatter(),
            "reopen" => data::reopen(),
            "log-flood" => Ok(answer::log_flood(order.count)),
            "log-line" => Ok(answer::log_line(&order.text, order.count)),
            "query" => data::query(&order.text, order.count),
            "query-flood" => data::query_flood(order.count),
            "row-flood" => data::row_flood(order.count),
            "handle-flood" => data::handle_flood(order.count),
            "open-and-drop" => data::open_and_drop(order.count),
            "stale-handle" => data::stale_handle(),
            "invented-handle" => data::invented_handle(order.count),
            "open" => data::open_named(&order.text),
            "inject" => injection::everywhere(&order.text),
            "sort" => injection::sorted_by(&order.text),
            other => Err(Failure::Configuration(format!(
                "parameters.do: there is no deed `{other}`"
            ))),
        }
    }
}

contract::export!(Rogue with_types_in contract);
