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

/// Twelve that can be told apart, any two of them, by everybody: they differ in lightness as well as in hue.
const DARK: [&str; 12] = [
    "#4b9dfa", "#ea9e56", "#41b270", "#ba7ad4", "#f9839c", "#5dcadc", "#dac146", "#a8adfc", "#d885bd",
    "#a5e667", "#e2a386", "#b2bac1",
];
const LIGHT: [&str; 12] = [
    "#2f6dd5", "#bb620e", "#148858", "#8939af", "#ce1b4e", "#06697f", "#695900", "#282d82", "#ae3387",
    "#598d1e", "#8e4b2a", "#545a65",
];

/// The colour of the series with this number, counted from 0; it repeats after twelve.
pub fn of_series(index: usize, theme: Theme) -> &'static str {
    match theme {
        Theme::Dark => DARK[index % DARK.len()],
        Theme::Light => LIGHT[index % LIGHT.len()],
    }
}

/// The first of the palette, which differ most; a chart of few series has no others.
const FIRST: usize = 8;

/// Which colour of the palette each series of a chart has.
///
/// It is the name's own: the same in every chart of the page, today and tomorrow, for everybody who follows a link. Of names of
/// one chart that would share a colour the first by letters has it, and the others, by letters again, have what no name of
/// this chart has. Nothing else counts, neither which chart was answered first nor what was there before: who compares two charts
/// or two screenshots compares colours, and a colour that came about by chance says something wrong. The price is that a name
/// which had to give way comes back to its own colour in a chart, or at a time, without the other.
pub fn slots(names: &[&str]) -> Vec<usize> {
    let mut slots: Vec<usize> = names.iter().map(|name| hashed(name)).collect();
    let mut owners = [None::<usize>; DARK.len()];
    for (at, home) in slots.iter().enumerate() {
        let owner = &mut owners[*home];
        if owner.is_none_or(|other| names[at] < names[other]) {
            *owner = Some(at);
        }
    }
    let mut others: Vec<usize> = (0..names.len())
        .filter(|at| owners[slots[*at]] != Some(*at))
        .collect();
    // One for each colour that is left, and no more: there are few colours, and may be hundreds of names.
    while let Some(first) = (0..others.len()).min_by_key(|place| names[others[*place]]) {
        let at = others.remove(first);
        let home = slots[at];
        let mut around = (0..FIRST).map(|by| (home + by) % FIRST).chain(FIRST..DARK.len());
        let Some(free) = around.find(|slot| owners[*slot].is_none()) else {
            break;
        };
        owners[free] = Some(at);
        slots[at] = free;
    }
    slots
}

/// Names that count (`web-1`, `web-2`) stand beside each other, and so do not meet.
fn hashed(name: &str) -> usize {
    name.bytes()
        .fold(0, |sum, byte| (sum * 31 + usize::from(byte)) % FIRST)
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

    /// Two names that would have the same colour, the first by letters first.
    fn rivals() -> [String; 2] {
        let mut names = (0..100).map(|at| format!("server {at:02}"));
        let first = names.next().unwrap();
        let second = names.find(|name| hashed(name) == hashed(&first)).unwrap();
        [first, second]
    }

    #[test]
    fn a_series_keeps_its_colour_when_others_have_no_data() {
        let all = ["web-1", "web-2", "db-1", "db-2", "mail"];
        let colours = slots(&all);
        assert_eq!(colours, all.map(hashed), "none of these has to give way");
        for missing in 0..all.len() {
            let there: Vec<usize> = (0..all.len()).filter(|at| *at != missing).collect();
            let names: Vec<&str> = there.iter().map(|at| all[*at]).collect();
            let expected: Vec<usize> = there.iter().map(|at| colours[*at]).collect();
            assert_eq!(slots(&names), expected, "without {}", all[missing]);
        }
    }

    #[test]
    fn colours_depend_on_the_names_of_a_chart_and_not_on_their_order() {
        let names: Vec<String> = (0..14).map(|at| format!("rack/{}", at * 5 % 14)).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let colours = slots(&names);
        for start in 1..names.len() {
            let (mut turned, mut expected) = (names.clone(), colours.clone());
            turned.rotate_left(start);
            expected.rotate_left(start);
            assert_eq!(slots(&turned), expected);
        }
        let backwards: Vec<&str> = names.into_iter().rev().collect();
        assert!(slots(&backwards).into_iter().rev().eq(colours));
    }

    #[test]
    fn a_series_has_its_own_colour_in_every_chart_where_no_other_would_have_the_same() {
        let [first, second] = rivals();
        let own = hashed(&first);
        assert_eq!((slots(&[&first]), slots(&[&second])), (vec![own], vec![own]));
        let both = slots(&[&second, &first]);
        assert_eq!(both[1], own, "the first by letters keeps it");
        assert_ne!(both[0], own);
        assert_eq!(slots(&[&second]), [own], "what another chart showed is forgotten");
    }

    #[test]
    fn no_two_series_share_a_colour_as_long_as_there_are_others() {
        for count in 0..=14 {
            for start in ["server ", "rack/eu-1/", "q", ""] {
                let names: Vec<String> = (0..count).map(|at| format!("{start}{}", at * 7)).collect();
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                let mut found = slots(&names);
                assert_eq!(found.len(), count);
                found.sort_unstable();
                found.dedup();
                assert_eq!(found.len(), count.min(12), "{names:?}");
                if count <= FIRST {
                    assert!(found.iter().all(|slot| *slot < FIRST), "{names:?}");
                }
            }
        }
    }

    type Matrix = [[f64; 3]; 3];

    /// How colours are seen: by most, and without one of the three kinds of cones (Machado, Oliveira and Fernandes 2009, at
    /// full severity), on linear light.
    const EYES: [(&str, Matrix); 4] = [
        ("all cones", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
        (
            "protanopia",
            [
                [0.152_286, 1.052_583, -0.204_868],
                [0.114_503, 0.786_281, 0.099_216],
                [-0.003_882, -0.048_116, 1.051_998],
            ],
        ),
        (
            "deuteranopia",
            [
                [0.367_322, 0.860_646, -0.227_968],
                [0.280_085, 0.672_501, 0.047_413],
                [-0.011_820, 0.042_940, 0.968_881],
            ],
        ),
        (
            "tritanopia",
            [
                [1.255_528, -0.076_749, -0.178_779],
                [-0.078_411, 0.930_809, 0.147_602],
                [0.004_733, 0.691_367, 0.303_900],
            ],
        ),
    ];

    fn product(matrix: &Matrix, vector: [f64; 3]) -> [f64; 3] {
        matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
    }

    /// CIE L*a*b* (D65) of a colour as these eyes see it.
    fn seen(color: Color, eyes: &Matrix) -> [f64; 3] {
        const TO_XYZ: Matrix = [
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175_0],
            [0.019_333_9, 0.119_192_0, 0.950_304_1],
        ];
        const WHITE: [f64; 3] = [0.950_47, 1.0, 1.088_83];
        let linear = [color.0, color.1, color.2].map(|part| match f64::from(part) / 255.0 {
            value if value <= 0.04045 => value / 12.92,
            value => ((value + 0.055) / 1.055).powf(2.4),
        });
        let light = product(eyes, linear).map(|part| part.clamp(0.0, 1.0));
        let xyz = product(&TO_XYZ, light);
        let [x, y, z] = [0, 1, 2].map(|at| match xyz[at] / WHITE[at] {
            part if part > 216.0 / 24_389.0 => part.cbrt(),
            part => (24_389.0 / 27.0 * part + 16.0) / 116.0,
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    /// Two patches beside each other are told apart from about 2 on; thin lines and small swatches need several times that.
    const APART: f64 = 10.0;

    #[test]
    fn any_two_colours_of_the_palette_are_told_apart_by_colour_blind_eyes_too() {
        for theme in [Theme::Dark, Theme::Light] {
            let palette: Vec<Color> = (0..12)
                .map(|index| Color::parse(of_series(index, theme)).unwrap())
                .collect();
            for (name, eyes) in &EYES {
                for (at, one) in palette.iter().enumerate() {
                    for other in &palette[at + 1..] {
                        let (a, b) = (seen(*one, eyes), seen(*other, eyes));
                        let difference: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
                        let (one, other) = (one.to_text(), other.to_text());
                        assert!(
                            difference.sqrt() >= APART,
                            "{one} {other} {name}: {}",
                            difference.sqrt()
                        );
                    }
                }
            }
        }
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
