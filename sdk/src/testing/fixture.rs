//! Fixtures: the answers of a panel's sources, and what was asked, in a file.

mod fault;
mod source;

use std::{collections::BTreeMap, path::Path};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use fault::FixtureFault;
pub use source::{Cut, FixtureColumn, FixtureSource};

use super::{FakeSources, text};
use crate::{Call, Instant, Paging, Surface, TimeRange};

/// The form that this SDK writes, and the only one it reads.
pub const FORMAT: u32 = 1;

/// One call of a panel and the data behind it: what a reader asked, what the panel's YAML says, and the rows of its
/// sources. `porthole plugin record` saves one from a real panel; a few lines of JSON make one by hand:
///
/// ```
/// use porthole_sdk::{RowsRequest, Sources, testing::Fixture};
///
/// let fixture = Fixture::parse(r#"{
///     "fixture": 1,
///     "range": {"start": 0, "end": 3600000},
///     "display": {"unit": "%"},
///     "sources": {"main": {"columns": [
///         {"name": "timestamp", "instants": [0, 60000, 120000]},
///         {"name": "value", "numbers": [4.5, null, 5.25]}
///     ]}}
/// }"#)?;
/// let rows = fixture.sources().open("main").unwrap().rows(RowsRequest::default()).unwrap();
/// assert_eq!(rows.frame.height(), 3);
/// assert_eq!(fixture.call().display, r#"{"unit":"%"}"#);
/// # Ok::<(), porthole_sdk::testing::FixtureFault>(())
/// ```
///
/// Instants are milliseconds since the Unix epoch, UTC. A column holds one of `numbers`, `integers`, `texts`,
/// `booleans` and `instants`; `null` is a missing value.
#[derive(Debug, Clone, PartialEq)]
pub struct Fixture {
    /// What this is, for people.
    pub description: String,
    /// The reader's range; half-open.
    pub range: TimeRange,
    /// The host's clock when the call began; the range's end where the file says nothing.
    pub now: Instant,
    /// IANA name of the reader's zone; `UTC` where the file says nothing.
    pub time_zone: String,
    /// `display:` of the panel's YAML.
    pub display: Map<String, Value>,
    /// `parameters:` of the panel's YAML.
    pub parameters: Map<String, Value>,
    /// Where the view is shown; none: not said.
    pub surface: Option<Surface>,
    /// The reader asked for raw points.
    pub raw: bool,
    /// By name; `main` is the one under `data_source:`.
    pub sources: BTreeMap<String, FixtureSource>,
}

impl Fixture {
    /// A fixture without sources for a range in milliseconds since the epoch.
    pub fn new(range: TimeRange) -> Self {
        Self {
            description: String::new(),
            now: range.end,
            range,
            time_zone: "UTC".into(),
            display: Map::new(),
            parameters: Map::new(),
            surface: None,
            raw: false,
            sources: BTreeMap::new(),
        }
    }

    /// Reads one from JSON text.
    ///
    /// # Errors
    /// What is wrong, with line and column.
    pub fn parse(text: &str) -> Result<Self, FixtureFault> {
        serde_json::from_str::<File>(text)
            .map(Self::from)
            .map_err(|error| FixtureFault::of(&error))
    }

    /// Reads one from a file; under `cargo test`, a relative path counts from the crate's folder.
    ///
    /// # Errors
    /// What is wrong, with file, line and column.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, FixtureFault> {
        let path = path.as_ref();
        let text =
            std::fs::read_to_string(path).map_err(|error| FixtureFault::unreadable(&error).within(path))?;
        Self::parse(&text).map_err(|fault| fault.within(path))
    }

    /// As JSON text that [`parse`](Self::parse) reads.
    ///
    /// # Errors
    /// Never for what this SDK can make.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        Ok(text::of(&serde_json::to_value(File::from(self.clone()))?))
    }

    /// What the reader asked.
    pub fn call(&self) -> Call {
        Call {
            display: Value::Object(self.display.clone()).to_string(),
            parameters: Value::Object(self.parameters.clone()).to_string(),
            now: self.now,
            time_zone: self.time_zone.clone(),
            raw: self.raw,
            surface: self.surface,
            paging: Paging::default(),
            ..Call::new(self.range)
        }
    }

    /// The data.
    pub fn sources(&self) -> FakeSources {
        let mut sources = FakeSources::new(self.range.start, self.range.end);
        if self.raw {
            sources = sources.raw();
        }
        for (name, source) in &self.sources {
            sources = sources.with(name, source.to_fake());
        }
        sources
    }
}

/// The file's form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    fixture: Version,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    description: String,
    range: Range,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    now: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    time_zone: Option<String>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    display: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    parameters: Map<String, Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    surface: Option<Shown>,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    raw: bool,
    #[serde(default)]
    sources: BTreeMap<String, FixtureSource>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
struct Version;

impl TryFrom<u32> for Version {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        match number {
            FORMAT => Ok(Self),
            other => Err(format!(
                "this SDK reads fixtures of the form {FORMAT}, not {other}; record it again"
            )),
        }
    }
}

impl From<Version> for u32 {
    fn from(Version: Version) -> Self {
        FORMAT
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Bounds {
    start: Instant,
    end: Instant,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
struct Range(TimeRange);

impl TryFrom<Bounds> for Range {
    type Error = String;

    fn try_from(Bounds { start, end }: Bounds) -> Result<Self, String> {
        if start < end {
            Ok(Self(TimeRange { start, end }))
        } else {
            Err(format!("the range ends ({end}) before it starts ({start})"))
        }
    }
}

impl From<Range> for Bounds {
    fn from(Range(TimeRange { start, end }): Range) -> Self {
        Self { start, end }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    width: u32,
    height: u32,
    #[serde(default)]
    dark: bool,
}

impl From<File> for Fixture {
    fn from(file: File) -> Self {
        let Range(range) = file.range;
        Self {
            description: file.description,
            now: file.now.unwrap_or(range.end),
            range,
            time_zone: file.time_zone.unwrap_or_else(|| "UTC".into()),
            display: file.display,
            parameters: file.parameters,
            surface: file
                .surface
                .map(|Shown { width, height, dark }| Surface { width, height, dark }),
            raw: file.raw,
            sources: file.sources,
        }
    }
}

impl From<Fixture> for File {
    fn from(fixture: Fixture) -> Self {
        Self {
            fixture: Version,
            description: fixture.description,
            now: (fixture.now != fixture.range.end).then_some(fixture.now),
            range: Range(fixture.range),
            time_zone: (fixture.time_zone != "UTC").then_some(fixture.time_zone),
            display: fixture.display,
            parameters: fixture.parameters,
            surface: fixture
                .surface
                .map(|Surface { width, height, dark }| Shown { width, height, dark }),
            raw: fixture.raw,
            sources: fixture.sources,
        }
    }
}

#[cfg(test)]
mod tests;
