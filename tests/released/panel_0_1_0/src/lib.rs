//! A panel that was built against the released contract 0.1.0 and against nothing else: no SDK, only what the frozen
//! files say. It uses every function, and shows every view and every failure; `parameters` says which: `{"show":"chart"}`.
//!
//! The test `compatibility` of the sandbox runs it. It must never need a change: a host under which it has to be
//! written anew has broken its promise.

mod answers;
mod questions;

#[allow(missing_docs, clippy::all)]
mod contract {
    wit_bindgen::generate!({ path: "../../../wit/released/porthole-panel-0.1.0", world: "plugin" });
}

use contract::exports::porthole::panel::panel::{
    Call, ColumnRole, Descriptor, Failure, Guest, Size, SourceRole,
};
use contract::porthole::panel::query::QueryError;
use contract::porthole::panel::views::View;

struct Released;

impl Guest for Released {
    fn describe() -> Descriptor {
        Descriptor {
            type_name: "released_0_1_0".to_owned(),
            version: "0.1.0".to_owned(),
            title: "Released 0.1.0".to_owned(),
            description: "Everything that the contract 0.1.0 has".to_owned(),
            default_size: Size { width: 6, height: 2 },
            display_schema: r#"{"type":"object"}"#.to_owned(),
            parameters_schema: r#"{"type":"object","required":["show"]}"#.to_owned(),
            sources: vec![SourceRole {
                name: "main".to_owned(),
                required: false,
                roles: vec![ColumnRole {
                    name: "value".to_owned(),
                    required: true,
                    description: "What was measured".to_owned(),
                }],
                free_columns: true,
            }],
            endpoint: Some("released-0-1-0".to_owned()),
        }
    }

    fn render(call: Call) -> Result<View, Failure> {
        let text = |words: &str| words.to_owned();
        match wanted(&call.parameters) {
            "call" => Ok(questions::call(&call)),
            "columns" => questions::columns(),
            "series" => questions::series(),
            "rows" => questions::rows(),
            "log" => Ok(questions::log()),
            "chart" => Ok(answers::chart()),
            "metric" => Ok(answers::metric()),
            "statuses" => Ok(answers::statuses()),
            "table" => Ok(answers::table()),
            "image" => Ok(answers::image()),
            "markup" => Ok(View::Markup(text("<p>markup</p>"))),
            "document" => Ok(View::Document(text(r#"{"document":true}"#))),
            "configuration" => Err(Failure::Configuration(text("display.unit: no"))),
            "denied" => Err(Failure::Query(QueryError::Denied(text("denied")))),
            "invalid" => Err(Failure::Query(QueryError::Invalid(text("invalid")))),
            "timed-out" => Err(Failure::Query(QueryError::TimedOut)),
            "too-large" => Err(Failure::Query(QueryError::TooLarge(text("too large")))),
            "unavailable" => Err(Failure::Query(QueryError::Unavailable(text("unavailable")))),
            "query-other" => Err(Failure::Query(QueryError::Other(text("other")))),
            other => Err(Failure::Other(format!("nothing to show: {other}"))),
        }
    }
}

/// The value of `{"show":"…"}`.
fn wanted(parameters: &str) -> &str {
    parameters
        .trim()
        .strip_prefix("{\"show\":\"")
        .and_then(|rest| rest.strip_suffix("\"}"))
        .unwrap_or_default()
}

contract::export!(Released with_types_in contract);
