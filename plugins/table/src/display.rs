//! What `display:` may say.

use std::collections::BTreeMap;

use porthole_sdk::{Color, ColumnInfo, Failure};
use serde::{Deserialize, Deserializer, de};

/// The largest page there is.
pub const LARGEST_PAGE: u32 = 500;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    #[serde(default = "yes")]
    pub sortable: bool,
    #[serde(default = "yes")]
    pub filterable: bool,
    /// A column; none: the order of the source.
    pub default_sort: Option<String>,
    #[serde(default)]
    pub default_sort_order: Direction,
    /// Rows on a page.
    #[serde(default)]
    pub pagination: PageSize,
    /// By column; they win over the source's own.
    #[serde(default)]
    pub formats: BTreeMap<String, Format>,
    /// By the cell's text.
    #[serde(default)]
    pub status_colors: BTreeMap<String, Color>,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    #[default]
    Asc,
    Desc,
}

/// 1 to [`LARGEST_PAGE`].
#[derive(Debug, Clone, Copy)]
pub struct PageSize(pub u32);

impl Default for PageSize {
    fn default() -> Self {
        Self(25)
    }
}

impl<'de> Deserialize<'de> for PageSize {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            size @ 1..=LARGEST_PAGE => Ok(Self(size)),
            _ => Err(de::Error::custom("a page has 1 to 500 rows")),
        }
    }
}

/// How a column's cells are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    Text,
    Number,
    Integer,
    Percent,
    Datetime,
    Boolean,
    Status,
}

impl Format {
    /// As the source's column says it; none for a word that is no format.
    pub fn parse(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "text" | "string" => Self::Text,
            "number" => Self::Number,
            "integer" => Self::Integer,
            "percent" => Self::Percent,
            "datetime" | "date" | "timestamp" => Self::Datetime,
            "boolean" => Self::Boolean,
            "status" => Self::Status,
            _ => return None,
        })
    }
}

impl Display {
    /// Whether the columns that `display:` speaks of are there.
    pub fn check(&self, infos: &[ColumnInfo]) -> Result<(), Failure> {
        let check = |place: &str, column: &str| match infos.iter().any(|info| info.name == column) {
            true => Ok(()),
            false => Err(Failure::configuration(place, &no_column(column, infos))),
        };
        if let Some(column) = &self.default_sort {
            check("display.default_sort", column)?;
        }
        self.formats
            .keys()
            .try_for_each(|column| check(&["display.formats.", column].concat(), column))
    }
}

/// That a column is not there, and which are.
pub fn no_column(column: &str, infos: &[ColumnInfo]) -> String {
    let names: Vec<&str> = infos.iter().map(|info| info.name.as_str()).collect();
    [
        "there is no column `",
        column,
        "`; there are: ",
        &names.join(", "),
    ]
    .concat()
}

/// JSON Schema of [`Display`].
pub fn schema() -> String {
    [
        r#"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{"#,
        r#""sortable":{"type":"boolean","default":true,"description":"Readers may sort by any column"},"#,
        r#""filterable":{"type":"boolean","default":true,"description":"Readers may filter by any column"},"#,
        r#""default_sort":{"type":"string","description":"A column; without it the order of the source"},"#,
        r#""default_sort_order":{"enum":["asc","desc"],"default":"asc","description":"Of default_sort"},"#,
        r#""pagination":{"type":"integer","minimum":1,"maximum":500,"default":25,"description":"Rows on a page"},"#,
        r#""formats":{"type":"object","description":"Format by column","additionalProperties":{"enum":["text","number","integer","percent","datetime","boolean","status"]}},"#,
        r#""status_colors":{"type":"object","description":"Color by the cell's text, for columns of format status","#,
        r##""additionalProperties":{"type":"string","pattern":"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$"}}}}"##,
    ]
    .concat()
}
