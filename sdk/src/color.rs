//! Colours in a panel's YAML.

use serde::{Deserialize, Deserializer, de};

use crate::settings::quoted;

/// A colour as `#rrggbb`; `#rgb` is accepted in the YAML and written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Color(String);

impl Color {
    /// Reads `#rrggbb` or `#rgb`; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('#')?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        match digits.len() {
            6 => Some(Self(text.to_owned())),
            3 => {
                let mut long = String::with_capacity(7);
                long.push('#');
                for digit in digits.chars() {
                    long.push(digit);
                    long.push(digit);
                }
                Some(Self(long))
            }
            _ => None,
        }
    }

    /// As `#rrggbb`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Red, green and blue, 0 to 255.
    pub fn channels(&self) -> [u8; 3] {
        let channel =
            |from: usize| u8::from_str_radix(self.0.get(from..from + 2).unwrap_or("0"), 16).unwrap_or(0);
        [channel(1), channel(3), channel(5)]
    }
}

impl From<Color> for String {
    fn from(color: Color) -> Self {
        color.0
    }
}

impl<'de> Deserialize<'de> for Color {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(not_a_color(&text)))
    }
}

fn not_a_color(text: &str) -> String {
    [
        &quoted(text),
        " is not a colour; write it in quotes as \"#rrggbb\"",
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn reads_long_and_short_forms() {
        assert_eq!(Color::parse("#3B82F6").unwrap().as_str(), "#3B82F6");
        assert_eq!(Color::parse("#3bf").unwrap().as_str(), "#33bbff");
        assert_eq!(Color::parse("#3B82F6").unwrap().channels(), [0x3b, 0x82, 0xf6]);
    }

    #[test]
    fn refuses_what_could_be_more_than_a_colour() {
        for text in [
            "", "#", "red", "#12345", "#1234567", "#12345g", "#ééé", "url(x)", "#fff;", "3B82F6",
        ] {
            assert_eq!(Color::parse(text), None, "{text}");
        }
    }
}
