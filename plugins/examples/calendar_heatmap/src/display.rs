//! What `display:` may say.

use porthole_sdk::{Color, Failure};
use serde::Deserialize;

/// The most weeks a calendar shows: a year, and the week that is not over.
const MOST_WEEKS: u32 = 54;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Display {
    #[serde(default)]
    pub layout: Layout,
    /// How far back, from this week.
    weeks: Option<u32>,
    /// What is counted: `requests`.
    #[serde(default)]
    pub unit: String,
    color: Option<Color>,
    #[serde(default)]
    pub function: Function,
    /// Digits after the point in titles.
    #[serde(default)]
    pub decimals: u8,
}

/// What a square is.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// A day.
    #[default]
    Calendar,
    /// An hour of the week, the mean over all weeks.
    Week,
}

/// How the values within a square become one.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Function {
    #[default]
    Sum,
    Average,
    Maximum,
}

impl Display {
    /// How many weeks; a year unless the YAML says otherwise, a quarter for the mean week.
    ///
    /// # Errors
    /// Nothing, or more than a calendar can show.
    pub fn weeks(&self) -> Result<u32, Failure> {
        match self.weeks {
            None if self.layout == Layout::Week => Ok(13),
            None => Ok(53),
            Some(weeks) if (1..=MOST_WEEKS).contains(&weeks) => Ok(weeks),
            Some(_) => Err(Failure::configuration(
                "display.weeks",
                "a calendar has 1 to 54 weeks",
            )),
        }
    }

    /// As `#rrggbb`.
    pub fn color(&self) -> &str {
        self.color.as_ref().map_or("#10b981", Color::as_str)
    }
}

/// JSON Schema of [`Display`].
pub const SCHEMA: &str = r##"{"$schema":"https://json-schema.org/draft/2020-12/schema","type":"object","additionalProperties":false,"properties":{
"layout":{"enum":["calendar","week"],"default":"calendar","description":"One square per day, or per hour of the week"},
"weeks":{"type":"integer","minimum":1,"maximum":54,"description":"How far back; a narrow panel shows fewer"},
"unit":{"type":"string","description":"What is counted, as in: 1,234 requests"},
"color":{"type":"string","pattern":"^#([0-9A-Fa-f]{3}|[0-9A-Fa-f]{6})$","default":"#10b981"},
"function":{"enum":["sum","average","maximum"],"default":"sum","description":"How the values of a square become one"},
"decimals":{"type":"integer","minimum":0,"maximum":6,"default":0}}}"##;
