//! The page at `/docs`, written out as HTML.

use std::fmt::Write;

use serde_json::Value;

use super::call::{Answer, Body, Call, calls, plain};
use super::markdown::tags;

/// The whole page. Everything in it comes from the document, and is escaped all the same.
pub(crate) fn page(document: &Value) -> String {
    let calls = calls(document);
    let mut page = Page::default();
    page.head(document);
    page.contents(&calls, document);
    page.raw("<main>");
    page.introduction(document);
    for tag in tags(&calls) {
        let _ = write!(page.html, "<h2 id=\"{}\">{}</h2>", anchor(tag), escaped(tag));
        page.raw("<ul class=\"of-tag\">");
        page.links(&calls, tag);
        page.raw("</ul>");
        for call in calls.iter().filter(|call| call.tag() == tag) {
            page.call(call);
        }
    }
    page.schemas(document);
    page.raw("</main></body></html>\n");
    page.html
}

#[derive(Default)]
struct Page {
    html: String,
}

impl Page {
    fn raw(&mut self, html: &str) {
        self.html.push_str(html);
    }

    fn head(&mut self, document: &Value) {
        let title = document["info"]["title"].as_str().unwrap_or("Porthole");
        let _ = write!(
            self.html,
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <title>{title}: the HTTP interface</title><link rel=\"stylesheet\" href=\"/docs/style.css\"></head>\
             <body><a class=\"skip\" href=\"#calls\">Skip to the calls</a>",
            title = escaped(title)
        );
    }

    fn contents(&mut self, calls: &[Call<'_>], document: &Value) {
        let version = document["info"]["version"].as_str().unwrap_or_default();
        let _ = write!(
            self.html,
            "<nav aria-label=\"Calls\"><p class=\"brand\">Porthole <span>{}</span></p>",
            escaped(version)
        );
        for tag in tags(calls) {
            let _ = write!(self.html, "<details open><summary>{}</summary><ul>", escaped(tag));
            self.links(calls, tag);
            self.raw("</ul></details>");
        }
        self.raw("<p class=\"to-schemas\"><a href=\"#schemas\">Schemas</a></p>");
        // A phone has no room for the list beside the calls: there the groups stand here, and each has its list below its name.
        self.raw("<ul class=\"tags\">");
        for tag in tags(calls) {
            let _ = write!(
                self.html,
                "<li><a href=\"#{}\">{}</a></li>",
                anchor(tag),
                escaped(tag)
            );
        }
        self.raw("<li><a href=\"#schemas\">Schemas</a></li></ul></nav>");
    }

    /// Items of a list that lead to the calls of a group.
    fn links(&mut self, calls: &[Call<'_>], tag: &str) {
        for call in calls.iter().filter(|call| call.tag() == tag) {
            let _ = write!(
                self.html,
                "<li><a href=\"#{}\">{} <code>{}</code></a></li>",
                id(call),
                method(call),
                // Where a line may end.
                escaped(call.path).replace('/', "<wbr>/")
            );
        }
    }

    fn introduction(&mut self, document: &Value) {
        let said = document["info"]["description"].as_str().unwrap_or_default();
        let _ = write!(self.html, "<h1>The HTTP interface</h1><p>{}</p>", prose(said));
        self.raw(
            "<p>All paths are below <code>/api/v1</code>; programs read <a href=\"/api/v1/openapi.json\">the same description \
             as OpenAPI 3.1</a>.</p><h2>Who asks</h2>\
             <p>People log in with <code>POST /auth/login</code>, and the cookie that comes back is their session; \
             <code>curl -c jar</code> keeps it, <code>-b jar</code> shows it. Programs show a token of \
             <code>POST /account/tokens</code>: <code>authorization: Bearer …</code>. It stands for its owner in one tenant, \
             with no more than its scope.</p>\
             <p><code>X-Porthole-Tenant</code> names the tenant of one call; without it the tenant is the one that the session \
             has selected, or the only one there is. A tenant without a grant and one that does not exist are the same \
             404.</p>\
             <p>Failures are <code>application/problem+json</code>: a stable <code>code</code>, a sentence for a person, and a \
             <code>request_id</code> that also stands in the log.</p><div id=\"calls\"></div>",
        );
    }

    fn call(&mut self, call: &Call<'_>) {
        let _ = write!(
            self.html,
            "<section id=\"{id}\"><h3>{method} <code>{path}</code></h3><p>{summary}</p>",
            id = id(call),
            method = method(call),
            path = escaped(call.path),
            summary = prose(call.summary()),
        );
        if !call.description().is_empty() {
            let _ = write!(self.html, "<p>{}</p>", prose(call.description()));
        }
        if call.is_open() {
            self.raw("<p class=\"open\">Nobody need be logged in.</p>");
        }
        let _ = write!(
            self.html,
            "<pre class=\"curl\" tabindex=\"0\"><code>{}</code></pre>",
            escaped(&call.curl())
        );
        self.parameters(call);
        if let Some(body) = call.body() {
            let _ = write!(self.html, "<h4>Body</h4><p>{}</p>", kind(&body));
            self.example(&body);
        }
        self.raw("<h4>Answers</h4>");
        for answer in call.answers() {
            self.answer(&answer);
        }
        self.raw("</section>");
    }

    fn parameters(&mut self, call: &Call<'_>) {
        let parameters = call.parameters();
        if parameters.is_empty() {
            return;
        }
        self.raw(
            "<h4>Parameters</h4><div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Name</th><th>In</th><th>Meaning</th>\
             <th>Example</th></tr></thead><tbody>",
        );
        for parameter in parameters {
            let example = parameter.example.map_or_else(String::new, |example| {
                format!("<code>{}</code>", escaped(&plain(example)))
            });
            let _ = write!(
                self.html,
                "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td><td>{example}</td></tr>",
                escaped(parameter.name),
                if parameter.is_required {
                    " <em>required</em>"
                } else {
                    ""
                },
                escaped(parameter.place),
                prose(parameter.description),
            );
        }
        self.raw("</tbody></table></div>");
    }

    fn answer(&mut self, answer: &Answer<'_>) {
        let class = if answer.status.starts_with(['4', '5']) {
            "bad"
        } else {
            "good"
        };
        let shown = answer.body.as_ref().filter(|_| class == "good");
        let line = format!(
            "<span class=\"status {class}\">{}</span> {}",
            escaped(answer.status),
            prose(answer.description)
        );
        match shown {
            Some(body) => {
                let _ = write!(
                    self.html,
                    "<details><summary>{line}</summary><p>{}</p>",
                    kind(body)
                );
                self.example(body);
                self.raw("</details>");
            }
            None => {
                let _ = write!(self.html, "<p class=\"answer\">{line}</p>");
            }
        }
    }

    fn example(&mut self, body: &Body<'_>) {
        if let Some(example) = body.example {
            let text = serde_json::to_string_pretty(example).unwrap_or_default();
            let _ = write!(
                self.html,
                "<pre tabindex=\"0\"><code>{}</code></pre>",
                escaped(&text)
            );
        }
    }

    fn schemas(&mut self, document: &Value) {
        self.raw("<h2 id=\"schemas\">Schemas</h2>");
        let schemas = document["components"]["schemas"].as_object();
        for (name, schema) in schemas.into_iter().flatten() {
            let _ = write!(
                self.html,
                "<section id=\"schema-{name}\"><h3>{name}</h3><p>{}</p>",
                prose(schema["description"].as_str().unwrap_or_default()),
                name = escaped(name),
            );
            let _ = write!(self.html, "<p>{}</p>", shape(schema));
            self.properties(schema);
            self.raw("</section>");
        }
    }

    fn properties(&mut self, schema: &Value) {
        let Some(properties) = schema["properties"].as_object() else {
            return;
        };
        let required = schema["required"].as_array();
        let must = |name: &str| required.is_some_and(|names| names.iter().any(|one| one == name));
        self.raw("<div class=\"wide\" tabindex=\"0\"><table><thead><tr><th>Key</th><th>Kind</th><th>Meaning</th></tr></thead><tbody>");
        for (name, property) in properties {
            let _ = write!(
                self.html,
                "<tr><td><code>{}</code>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(name),
                if must(name) {
                    ""
                } else {
                    " <em>may be missing</em>"
                },
                shape(property),
                prose(property["description"].as_str().unwrap_or_default()),
            );
        }
        self.raw("</tbody></table></div>");
    }
}

/// What a schema is, in a few words, with links to those it names.
fn shape(schema: &Value) -> String {
    if let Some(name) = schema["$ref"]
        .as_str()
        .and_then(|reference| reference.rsplit('/').next())
    {
        return link(name);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let choices: Vec<String> = choices.iter().map(shape).collect();
        return choices.join(" or ");
    }
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .map(|word| format!("<code>{}</code>", escaped(&plain(word))))
            .collect();
        return words.join(", ");
    }
    match &schema["type"] {
        Value::String(kind) if kind == "array" => format!("list of {}", shape(&schema["items"])),
        Value::String(kind) => match schema["format"].as_str() {
            Some(format) => format!("{} ({})", escaped(kind), escaped(format)),
            None => escaped(kind),
        },
        Value::Array(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|kind| escaped(&plain(kind))).collect();
            kinds.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn kind(body: &Body<'_>) -> String {
    let media_type = format!("<code>{}</code>", escaped(body.media_type));
    match body.schema {
        Some(schema) => format!("{media_type}: {}", link(schema)),
        None => media_type,
    }
}

fn link(schema: &str) -> String {
    let schema = escaped(schema);
    format!("<a href=\"#schema-{schema}\">{schema}</a>")
}

fn method(call: &Call<'_>) -> String {
    let method = escaped(&call.method);
    format!("<span class=\"method {}\">{method}</span>", method.to_lowercase())
}

fn id(call: &Call<'_>) -> String {
    anchor(&format!("{} {}", call.method, call.path))
}

/// A name that can stand behind a `#`.
fn anchor(text: &str) -> String {
    let words = text
        .split(|character: char| !character.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// Text in which what stands in backticks is code.
fn prose(text: &str) -> String {
    let mut html = String::with_capacity(text.len() + 16);
    for (place, part) in text.split('`').enumerate() {
        let part = escaped(part);
        if place % 2 == 1 {
            let _ = write!(html, "<code>{part}</code>");
        } else {
            html.push_str(&part);
        }
    }
    html
}

fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            other => html.push(other),
        }
    }
    html
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::openapi::document;

    #[test]
    fn the_page_shows_every_call_and_every_schema_and_runs_nothing() {
        let document = document().unwrap();
        let page = page(&document);
        for call in calls(&document) {
            assert!(
                page.contains(&format!("<section id=\"{}\"", id(&call))),
                "{}",
                call.path
            );
        }
        for name in document["components"]["schemas"].as_object().unwrap().keys() {
            assert!(page.contains(&format!("<section id=\"schema-{name}\"")), "{name}");
        }
        for tag in page
            .split('<')
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap())
        {
            let is_harmless = !tag.starts_with("script")
                && [" style=", " on", " src=", "http:", "https:"]
                    .iter()
                    .all(|word| !tag.contains(word));
            assert!(is_harmless, "<{tag}>");
        }
        assert_eq!(page.matches("<link ").count(), 1);
    }

    #[test]
    fn every_link_of_the_page_leads_to_one_place() {
        let page = page(&document().unwrap());
        let mut seen = 0;
        for link in page.split("href=\"#").skip(1) {
            let target = link.split('"').next().unwrap();
            assert_eq!(page.matches(&format!("id=\"{target}\"")).count(), 1, "#{target}");
            seen += 1;
        }
        assert!(seen > 100, "{seen}");
    }

    #[test]
    fn text_stays_text() {
        assert_eq!(
            prose("a `<b>` & \"c\""),
            "a <code>&lt;b&gt;</code> &amp; &quot;c&quot;"
        );
        assert_eq!(anchor("GET /panels/{id}/data"), "get-panels-id-data");
    }
}
