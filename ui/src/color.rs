//! Colours that can be told apart and read, on dark and on light.

/// Which of the two looks is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Light on dark.
    Dark,
    /// Dark on light.
    Light,
}

/// Red, green, blue; 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Color(pub u8, pub u8, pub u8);

/// Contrast that text needs (WCAG AA).
pub const FOR_TEXT: f64 = 4.5;
/// Contrast that lines and marks need (WCAG AA, non-text).
pub const FOR_MARKS: f64 = 3.0;

/// Twelve, in an order in which neighbours differ in hue and lightness also for colour-blind eyes.
const DARK: [&str; 12] = [
    "#5b9cf5", "#f2a65a", "#4cc38a", "#c78bf2", "#f27a8a", "#5ec8d8", "#d9c454", "#9aa7f7", "#e58fc4",
    "#8fd14f", "#d99b7c", "#a9b4c4",
];
const LIGHT: [&str; 12] = [
    "#2563c9", "#b8610b", "#0d7a4c", "#8a3fc4", "#c8174a", "#0b7285", "#7a6a00", "#4655c9", "#a6297e",
    "#467a0c", "#94502b", "#51606f",
];

/// The colour of the series with this number, counted from 0; it repeats after twelve.
pub fn of_series(index: usize, theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => DARK[index % DARK.len()],
        Theme::Light => LIGHT[index % LIGHT.len()],
    }
}

impl Color {
    /// Reads `#rrggbb`.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text
            .strip_prefix('#')
            .filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self(part(0)?, part(2)?, part(4)?))
    }

    /// `#rrggbb`.
    pub fn to_text(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Relative luminance as WCAG defines it: 0 black, 1 white.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let value = f64::from(part) / 255.0;
            if value <= 0.04045 {
                value / 12.92
            } else {
                power((value + 0.055) / 1.055, 2.4)
            }
        };
        0.2126 * linear(self.0) + 0.7152 * linear(self.1) + 0.0722 * linear(self.2)
    }

    /// From 1 (the same) to 21 (black on white).
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn mixed(self, other: Self, share: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

/// The browser has it already.
#[cfg(target_arch = "wasm32")]
fn power(base: f64, exponent: f64) -> f64 {
    js_sys::Math::pow(base, exponent)
}

#[cfg(not(target_arch = "wasm32"))]
fn power(base: f64, exponent: f64) -> f64 {
    base.powf(exponent)
}

/// The worst that text of a panel stands on: the row under the pointer, and the canvas itself in a report.
fn background(theme: Theme) -> Color {
    match theme {
        Theme::Dark => Color(0x26, 0x2a, 0x31),
        Theme::Light => Color(0xf0, 0xf1, 0xf3),
    }
}

/// A tenant's colour, moved towards white or black just as far as it must be to be seen on a panel. What is no
/// colour gives none.
pub fn legible(text: &str, theme: Theme, contrast: f64) -> Option<String> {
    let color = Color::parse(text)?;
    let (behind, towards) = match theme {
        Theme::Dark => (background(theme), Color(255, 255, 255)),
        Theme::Light => (background(theme), Color(0, 0, 0)),
    };
    let fitting = (0..=20)
        .map(|step| color.mixed(towards, f64::from(step) * 0.05))
        .find(|candidate| candidate.contrast(behind) >= contrast);
    Some(fitting.unwrap_or(towards).to_text())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_palette_is_seen_on_both_looks() {
        for theme in [Theme::Dark, Theme::Light] {
            for index in 0..12 {
                let color = Color::parse(of_series(index, theme)).unwrap();
                assert!(
                    color.contrast(background(theme)) >= FOR_MARKS,
                    "{index} {theme:?}"
                );
            }
        }
        assert_eq!(of_series(12, Theme::Dark), of_series(0, Theme::Dark));
    }

    #[test]
    fn a_colour_that_is_seen_stays_as_it_is() {
        assert_eq!(legible("#10B981", Theme::Dark, FOR_TEXT).unwrap(), "#10b981");
    }

    #[test]
    fn a_colour_that_is_not_seen_is_moved() {
        for color in ["#10B981", "#F59E0B", "#ffffff", "#000000", "#17191f"] {
            for theme in [Theme::Dark, Theme::Light] {
                let moved = Color::parse(&legible(color, theme, FOR_TEXT).unwrap()).unwrap();
                assert!(moved.contrast(background(theme)) >= FOR_TEXT, "{color} {theme:?}");
            }
        }
    }

    #[test]
    fn what_is_no_colour_gives_none() {
        for text in ["", "red", "#fff", "#12345g", "12345678", "#ääää", "url(#x)"] {
            assert_eq!(legible(text, Theme::Dark, FOR_TEXT), None, "{text}");
        }
    }
}
