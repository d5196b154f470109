//! Documents: a guest's JSON, rendered through the template of the panel's YAML.

mod data;
mod fault;
mod filters;
mod language;
mod lists;
mod scan;
mod token;

use std::io::{self, Write};
use std::sync::LazyLock;

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, functions, tests as engine};

use crate::{Markup, MarkupLimits, Refusal, markup};

pub use fault::{DocumentError, TemplateFault};

/// How deep a template's parts may call each other; beyond it, the engine says so.
const DEPTH: usize = 100;

/// What a document may be and cost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentLimits {
    /// Of the template, bytes.
    pub template_bytes: usize,
    /// Of the guest's JSON, bytes.
    pub json_bytes: usize,
    /// Steps of the template, and one for each 64 bytes it makes or reads.
    pub fuel: u64,
    /// Of the HTML as the template writes it, before it is cleaned, bytes.
    pub html_bytes: usize,
    /// Of what becomes of it.
    pub markup: MarkupLimits,
}

impl Default for DocumentLimits {
    /// A template of 64 KiB, 1 MiB of JSON, 50,000 steps (some thousand rows of a table), 1 MiB of HTML.
    fn default() -> Self {
        Self {
            template_bytes: 64 << 10,
            json_bytes: 1 << 20,
            fuel: 50_000,
            html_bytes: 1 << 20,
            markup: MarkupLimits::default(),
        }
    }
}

/// The engine: nothing in it but what is added here.
static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_recursion_limit(DEPTH);
    environment.set_debug(false);
    environment.add_function("range", functions::range);
    filters::add(&mut environment);
    lists::add(&mut environment);
    environment.add_test("boolean", engine::is_boolean);
    environment.add_test("defined", engine::is_defined);
    environment.add_test("divisibleby", engine::is_divisibleby);
    environment.add_test("endingwith", engine::is_endingwith);
    environment.add_test("even", engine::is_even);
    environment.add_test("false", engine::is_false);
    environment.add_test("none", engine::is_none);
    environment.add_test("number", engine::is_number);
    environment.add_test("odd", engine::is_odd);
    environment.add_test("startingwith", engine::is_startingwith);
    environment.add_test("string", engine::is_string);
    environment.add_test("true", engine::is_true);
    environment.add_test("undefined", engine::is_undefined);
    environment
});

/// Renders a guest's JSON through a template, and keeps of the HTML what is harmless, as [`markup`] does.
///
/// The language is Jinja's, as far as one template goes: output, `if`, `for`, `set`, filters and tests. The members of
/// the JSON's object are the template's variables, all of it is `data`; of a JSON list only `data` is there. Values are
/// escaped; what is missing shows nothing. Beside the usual filters there are `thousands` (1234567 is `1,234,567`),
/// `datetime` (milliseconds since the epoch as `2026-01-31 12:00 UTC`), `bytes`, `take` and `contains`.
///
/// # Errors
///
/// [`DocumentError::Template`] when the template is wrong, or asks of the data what it is not, or does or writes too
/// much; [`DocumentError::Data`] when the JSON is none, too large or too deep, or the cleaned HTML more than the limits
/// allow.
///
/// ```
/// use porthole_presentation::{DocumentLimits, document};
///
/// let template = "{% for d in disks if d.used > 80 %}<p>{{ d.name }}: {{ d.used | round }}%</p>{% endfor %}";
/// let json = r#"{"disks": [{"name": "a", "used": 91}, {"name": "b", "used": 12}]}"#;
/// let shown = document(template, json, &DocumentLimits::default())?;
/// assert_eq!(shown.html, "<p>a: 91%</p>");
/// # Ok::<(), porthole_presentation::DocumentError>(())
/// ```
pub fn document(template: &str, json: &str, limits: &DocumentLimits) -> Result<Markup, DocumentError> {
    check_length(template, limits.template_bytes)?;
    scan::scan(template)?;
    let variables = variables(json, limits.json_bytes)?;
    let html = render(template, variables, limits)?;
    Ok(markup(&html, &limits.markup)?)
}

/// Says what is wrong with a template before there is data for it: its syntax, and names of statements, filters, tests
/// and functions that do not exist.
///
/// # Errors
///
/// The first thing that is wrong, with its place.
///
/// ```
/// use porthole_presentation::check_template;
///
/// let fault = check_template("<p>\n  {{ name | uper }}</p>").unwrap_err();
/// assert_eq!(fault.to_string(), "line 2, column 13 of the template: there is no filter `uper`; did you mean `upper`?");
/// ```
pub fn check_template(template: &str) -> Result<(), TemplateFault> {
    check_length(template, DocumentLimits::default().template_bytes)?;
    scan::scan(template)?;
    ENGINE
        .template_from_str(template)
        .map(|_| ())
        .map_err(|error| TemplateFault::of(template, &error))
}

fn check_length(template: &str, limit: usize) -> Result<(), TemplateFault> {
    if template.len() <= limit {
        return Ok(());
    }
    let message = format!(
        "the template has {} bytes, and at most {limit} are allowed",
        template.len()
    );
    Err(TemplateFault::at(template, limit, message))
}

/// The template's variables.
fn variables(json: &str, limit: usize) -> Result<Value, Refusal> {
    Refusal::unless("the document", json.len(), limit, "bytes")?;
    let json: serde_json::Value = serde_json::from_str(json)
        .map_err(|error| Refusal::Unfit(format!("the document is no JSON: {error}")))?;
    let data = data::value(json);
    match data.downcast_object_ref::<data::Data>() {
        Some(data::Data::Record(entries)) => {
            let mut variables = entries.clone();
            variables.entry("data".into()).or_insert_with(|| data.clone());
            Ok(Value::from_object(data::Data::Record(variables)))
        }
        Some(data::Data::List(_)) => Ok(Value::from_object(data::Data::Record(
            [("data".into(), data.clone())].into(),
        ))),
        None => Err(Refusal::Unfit(
            "the document is a single value; return a JSON object or list".to_owned(),
        )),
    }
}

/// The HTML that the template writes, not cleaned yet.
fn render(template: &str, variables: Value, limits: &DocumentLimits) -> Result<String, TemplateFault> {
    let mut environment = ENGINE.clone();
    environment.set_fuel(Some(limits.fuel));
    let fault = |error: minijinja::Error| TemplateFault::of(template, &error);
    let compiled = environment.template_from_str(template).map_err(fault)?;
    let mut sink = Capped {
        bytes: Vec::new(),
        limit: limits.html_bytes,
    };
    compiled.render_captured_to(variables, &mut sink).map_err(fault)?;
    // A template writes text only.
    Ok(String::from_utf8_lossy(&sink.bytes).into_owned())
}

/// Takes bytes up to a limit, and fails beyond it.
struct Capped {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for Capped {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        if self.bytes.len().saturating_add(buffer.len()) > self.limit {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.bytes.extend_from_slice(buffer);
        Ok(buffer.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
