//! Letters: outlines from the embedded font, measured and drawn.
//!
//! The font is Inter in weight 500, cut down to Latin letters, each a simple outline; `assets/inter-license.txt` is its
//! licence.

use crate::shape::{Point, Shape};
use crate::truetype::{Node, TrueType};

const BYTES: &[u8] = include_bytes!("../assets/inter-medium.ttf");

/// The font, ready to be asked.
pub struct Font {
    file: TrueType,
}

impl Font {
    /// # Errors
    /// When the embedded file is no font.
    pub fn new() -> Result<Self, String> {
        let file = TrueType::new(BYTES).ok_or("the embedded font cannot be read")?;
        Ok(Self { file })
    }

    /// 0 is the font's sign for what it does not have.
    fn glyph(&self, letter: char) -> u16 {
        self.file
            .glyph(letter)
            .or_else(|| self.file.glyph('?'))
            .unwrap_or(0)
    }

    fn scale(&self, size: f32) -> f32 {
        size / f32::from(self.file.units)
    }

    fn advance(&self, glyph: u16, size: f32) -> f32 {
        f32::from(self.file.width(glyph).unwrap_or_default()) * self.scale(size)
    }

    /// How wide a text is at a size, pixels.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        text.chars()
            .map(|letter| self.advance(self.glyph(letter), size))
            .sum()
    }

    /// The shape of each letter of a text whose baseline begins at 0, 0.
    pub fn line(&self, text: &str, size: f32) -> Vec<Shape> {
        let mut left = 0.0;
        let mut shapes = Vec::new();
        for letter in text.chars() {
            let glyph = self.glyph(letter);
            if let Some(contours) = self.file.outline(glyph) {
                let mut shape = Shape::default();
                for contour in contours {
                    self.contour(&mut shape, &contour, size, left);
                }
                shapes.push(shape);
            }
            left += self.advance(glyph, size);
        }
        shapes
    }

    /// Two points beside a curve have one upon it halfway between them, which the file leaves out.
    fn contour(&self, shape: &mut Shape, points: &[Node], size: f32, left: f32) {
        // The font's y grows upwards.
        let scale = self.scale(size);
        let place = |point: &Node| (left + point.x * scale, -point.y * scale);
        let halfway = |a: Point, b: Point| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return;
        };
        let start = match (first.on, last.on) {
            (true, _) => place(first),
            (false, true) => place(last),
            (false, false) => halfway(place(first), place(last)),
        };
        shape.move_to(start);
        let mut control: Option<Point> = None;
        for point in points.iter().skip(usize::from(first.on)) {
            let here = place(point);
            match (control.take(), point.on) {
                (None, true) => shape.line_to(here),
                (Some(control), true) => shape.quad_to(control, here),
                (None, false) => control = Some(here),
                (Some(before), false) => {
                    shape.quad_to(before, halfway(before, here));
                    control = Some(here);
                }
            }
        }
        if let Some(control) = control {
            shape.quad_to(control, start);
        }
    }

    /// The text, or as much of it as fits into a width, with an ellipsis.
    pub fn fitted(&self, text: &str, size: f32, room: f32) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let mut kept = String::new();
        let mut width = self.width("…", size);
        for letter in text.chars() {
            width += self.advance(self.glyph(letter), size);
            if width > room {
                break;
            }
            kept.push(letter);
        }
        kept.push('…');
        kept
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn wider_texts_are_wider_and_a_blank_has_no_shape() {
        let font = Font::new().unwrap();
        assert!(font.width("mmm", 12.0) > font.width("iii", 12.0));
        assert!(font.line(" ", 12.0).iter().all(|shape| shape.outlines.is_empty()));
        let line = font.line("edge-01", 12.0);
        let points: Vec<_> = line
            .iter()
            .flat_map(|shape| shape.outlines.iter().flatten())
            .collect();
        let width = font.width("edge-01", 12.0);
        assert!(points.iter().all(|(x, _)| (0.0..width).contains(x)));
        assert!(points.iter().all(|(_, y)| (-10.0..4.0).contains(y)));
        assert!(points.iter().any(|(_, y)| *y < -8.0), "the d rises");
    }

    #[test]
    fn every_letter_of_the_font_is_a_simple_outline() {
        let font = Font::new().unwrap();
        for letter in ('!'..='~').chain('¡'..='ÿ').filter(|letter| *letter != '\u{ad}') {
            let shapes = font.line(&letter.to_string(), 12.0);
            assert!(
                shapes.first().is_some_and(|shape| !shape.outlines.is_empty()),
                "{letter}"
            );
        }
    }

    #[test]
    fn a_text_without_room_ends_with_an_ellipsis() {
        let font = Font::new().unwrap();
        assert_eq!(font.fitted("edge-01", 12.0, 100.0), "edge-01");
        let short = font.fitted("warehouse-of-the-north", 12.0, 60.0);
        assert!(short.starts_with("ware") && short.ends_with('…'), "{short}");
        assert!(font.width(&short, 12.0) <= 60.0);
        assert_eq!(font.fitted("edge", 12.0, -5.0), "…");
    }

    #[test]
    fn letters_the_font_lacks_are_question_marks() {
        let font = Font::new().unwrap();
        assert_eq!(font.width("字", 12.0), font.width("?", 12.0));
    }
}
