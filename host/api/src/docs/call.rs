//! The operations of the description, one by one, and the line of curl that asks for each.

use form_urlencoded::byte_serialize;
use serde_json::Value;

/// What a call asks for beside what it must, in the line that shows it: by method and path.
const SHOWN: [(&str, &[(&str, &str)]); 5] = [
    (
        "GET /panels/{id}/data",
        &[
            ("start_date", "2026-01-01T00:00:00Z"),
            ("end_date", "2026-01-02T00:00:00Z"),
        ],
    ),
    (
        "GET /panels/{id}/image",
        &[("width", "640"), ("height", "320"), ("theme", "dark")],
    ),
    ("GET /panels/{id}/export", &[("format", "csv")]),
    ("GET /plugins/{name}/logs", &[("limit", "20")]),
    ("GET /admin/audit", &[("action", "login"), ("limit", "20")]),
];

/// One operation of the description.
pub(crate) struct Call<'d> {
    /// `GET`, `POST`, …
    pub method: String,
    /// Below `/api/v1`, with its parameters in braces.
    pub path: &'d str,
    operation: &'d Value,
}

/// A body that is sent or answered with.
pub(crate) struct Body<'d> {
    pub media_type: &'d str,
    /// The name of its schema, where it is one of the description's.
    pub schema: Option<&'d str>,
    pub example: Option<&'d Value>,
}

/// One way that an operation answers.
pub(crate) struct Answer<'d> {
    pub status: &'d str,
    pub description: &'d str,
    pub body: Option<Body<'d>>,
}

/// A parameter.
pub(crate) struct Parameter<'d> {
    pub name: &'d str,
    /// `path`, `query` or `header`.
    pub place: &'d str,
    pub description: &'d str,
    pub is_required: bool,
    pub example: Option<&'d Value>,
}

/// All operations, in the order of the description's paths.
pub(crate) fn calls(document: &Value) -> Vec<Call<'_>> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().into_iter().flatten();
            operations.map(|(method, operation)| Call {
                method: method.to_uppercase(),
                path,
                operation,
            })
        })
        .collect()
}

impl<'d> Call<'d> {
    /// What the operation belongs to.
    pub fn tag(&self) -> &'d str {
        text(&self.operation["tags"][0])
    }

    /// One line.
    pub fn summary(&self) -> &'d str {
        text(&self.operation["summary"])
    }

    /// What more there is to say; often nothing.
    pub fn description(&self) -> &'d str {
        text(&self.operation["description"])
    }

    /// Whether nobody need be logged in.
    pub fn is_open(&self) -> bool {
        let security = self.operation["security"].as_array();
        security.is_some_and(|ways| {
            ways.iter()
                .any(|way| way.as_object().is_some_and(|way| way.is_empty()))
        })
    }

    pub fn parameters(&self) -> Vec<Parameter<'d>> {
        let parameters = self.operation["parameters"].as_array().into_iter().flatten();
        parameters
            .map(|parameter| Parameter {
                name: text(&parameter["name"]),
                place: text(&parameter["in"]),
                description: text(&parameter["description"]),
                is_required: parameter["required"] == true,
                example: Some(&parameter["example"]).filter(|example| !example.is_null()),
            })
            .collect()
    }

    /// What is sent along.
    pub fn body(&self) -> Option<Body<'d>> {
        body(&self.operation["requestBody"]["content"])
    }

    pub fn answers(&self) -> Vec<Answer<'d>> {
        let answers = self.operation["responses"].as_object().into_iter().flatten();
        answers
            .map(|(status, answer)| Answer {
                status,
                description: text(&answer["description"]),
                body: body(&answer["content"]),
            })
            .collect()
    }

    /// The answer when all is well.
    pub fn success(&self) -> Option<Answer<'d>> {
        self.answers()
            .into_iter()
            .find(|answer| answer.status.starts_with('2') || answer.status.starts_with('3'))
    }

    /// The command that makes this call. `$HOST` is the host's address; the session is in the file `jar`.
    pub fn curl(&self) -> String {
        let mut words = vec!["curl".to_owned()];
        // Logging out is open to all, and means nothing without the session.
        let is_login = self.path == "/auth/login" && self.method == "POST";
        if is_login {
            words.push("-c jar".to_owned());
        } else if !self.is_open() || self.path == "/auth/logout" {
            words.push("-b jar".to_owned());
        }
        let body = self.body();
        match (self.method.as_str(), &body) {
            ("GET", _) | ("POST", Some(_)) => {}
            (method, _) => words.push(format!("-X {method}")),
        }
        let parameters = self.parameters();
        for header in parameters.iter().filter(|parameter| parameter.place == "header") {
            if let Some(example) = header.example {
                words.push(format!("-H '{}: {}'", header.name, plain(example)));
            }
        }
        if let Some(body) = &body {
            words.push(format!("-H 'content-type: {}'", body.media_type));
            words.push(match body.example {
                Some(example) => format!("-d '{}'", example.to_string().replace('\'', r"'\''")),
                None if body.media_type == "application/wasm" => {
                    "--data-binary @calendar_heatmap.wasm".to_owned()
                }
                // The provider's own: nobody else can write one.
                None => "-d 'logout_token=…'".to_owned(),
            });
        }
        if let Some(body) = self.success().and_then(|answer| answer.body) {
            match body.media_type {
                "image/png" => words.push("-o picture.png".to_owned()),
                "text/csv" => words.push("-o rows.csv".to_owned()),
                _ => {}
            }
        }
        words.push(format!("\"$HOST/api/v1{}\"", self.address(&parameters)));
        broken(&words)
    }

    /// The path with examples in the place of its parameters, and what is asked for.
    fn address(&self, parameters: &[Parameter<'_>]) -> String {
        let mut path = self.path.to_owned();
        for parameter in parameters.iter().filter(|parameter| parameter.place == "path") {
            if let Some(example) = parameter.example {
                path = path.replace(&format!("{{{}}}", parameter.name), &plain(example));
            }
        }
        let key = format!("{} {}", self.method, self.path);
        let shown = SHOWN
            .iter()
            .find(|(call, _)| *call == key)
            .map_or(&[][..], |(_, shown)| *shown);
        let query: Vec<String> = shown
            .iter()
            .map(|(name, value)| {
                let value: String = byte_serialize(value.as_bytes()).collect();
                // Colons may stand in a query, and are easier to read.
                format!("{name}={}", value.replace("%3A", ":"))
            })
            .collect();
        match query.as_slice() {
            [] => path,
            query => format!("{path}?{}", query.join("&")),
        }
    }
}

/// Words on lines that fit a page.
fn broken(words: &[String]) -> String {
    let mut lines = vec![String::new()];
    for word in words {
        let line = lines.last_mut().map_or(0, |line| line.len());
        if line > 0 && line + word.len() > 100 {
            lines.push(format!("  {word}"));
        } else if let Some(last) = lines.last_mut() {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines.join(" \\\n")
}

fn body(content: &Value) -> Option<Body<'_>> {
    let (media_type, content) = content.as_object()?.iter().next()?;
    Some(Body {
        media_type,
        schema: content["schema"]["$ref"]
            .as_str()
            .and_then(|reference| reference.rsplit('/').next()),
        example: Some(&content["example"]).filter(|example| !example.is_null()),
    })
}

/// An example without the quotes of a text.
pub(crate) fn plain(example: &Value) -> String {
    example
        .as_str()
        .map_or_else(|| example.to_string(), str::to_owned)
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::openapi::document;

    #[test]
    fn every_call_has_a_tag_and_an_example_of_all_it_needs_and_answers() {
        let document = document().unwrap();
        for call in calls(&document) {
            let name = format!("{} {}", call.method, call.path);
            assert!(!call.tag().is_empty() && !call.summary().is_empty(), "{name}");
            for parameter in call.parameters() {
                assert!(!parameter.description.is_empty(), "{name}: {}", parameter.name);
                let is_shown = !parameter.is_required || parameter.example.is_some();
                assert!(is_shown, "{name}: {} has no example", parameter.name);
            }
            if let Some(body) = call.body().filter(|body| body.media_type == "application/json") {
                assert!(body.example.is_some(), "{name}: its body has no example");
            }
            let answer = call.success().unwrap_or_else(|| panic!("{name} never succeeds"));
            if let Some(body) = answer.body.filter(|body| body.media_type == "application/json") {
                assert!(body.example.is_some(), "{name}: its answer has no example");
            }
            assert!(
                !call.curl().contains('{') || call.body().is_some(),
                "{}",
                call.curl()
            );
        }
    }

    #[test]
    fn what_is_shown_beside_what_must_be_is_a_parameter() {
        let document = document().unwrap();
        let calls = calls(&document);
        for (key, shown) in SHOWN {
            let call = calls
                .iter()
                .find(|call| format!("{} {}", call.method, call.path) == key);
            let parameters = call.unwrap_or_else(|| panic!("there is no {key}")).parameters();
            for (name, _) in shown {
                assert!(
                    parameters.iter().any(|parameter| parameter.name == *name),
                    "{key}: {name}"
                );
            }
        }
    }

    #[test]
    fn a_call_is_a_line_that_can_be_copied() {
        let document = document().unwrap();
        let calls = calls(&document);
        let curl = |method: &str, path: &str| {
            let call = calls
                .iter()
                .find(|call| call.method == method && call.path == path);
            call.unwrap().curl()
        };
        assert_eq!(
            curl("GET", "/panels/{id}/data"),
            "curl -b jar -H 'X-Porthole-Tenant: tenant-alpha' \\\n  \
             \"$HOST/api/v1/panels/cpu_usage/data?start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T00:00:00Z\""
        );
        let login = curl("POST", "/auth/login").replace(" \\\n  ", " ");
        assert!(
            login.starts_with("curl -c jar -H 'content-type: application/json' -d '{"),
            "{login}"
        );
        assert_eq!(curl("GET", "/auth/methods"), "curl \"$HOST/api/v1/auth/methods\"");
        assert!(curl("DELETE", "/account/tokens/{id}").starts_with("curl -b jar -X DELETE "));
    }
}
