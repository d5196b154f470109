//! Letters: outlines from the embedded font, measured and drawn.
//!
//! The font is Inter in weight 500, cut down to Latin letters, each a simple outline; `assets/inter-license.txt` is its
//! licence.

use read_fonts::{
    FontRef, TableProvider,
    tables::{
        cmap::Cmap,
        glyf::{CurvePoint, Glyf, Glyph},
        hmtx::Hmtx,
        loca::{Loca, LocaGlyph},
    },
    types::GlyphId,
};

use crate::shape::{Point, Shape};

const BYTES: &[u8] = include_bytes!("../assets/inter-medium.ttf");

/// The font, ready to be asked.
pub struct Font {
    letters: Cmap<'static>,
    widths: Hmtx<'static>,
    places: Loca<'static>,
    outlines: Glyf<'static>,
    /// Units of the font in the height of a line.
    units: f32,
}

impl Font {
    /// # Errors
    /// When the embedded file is no font.
    pub fn new() -> Result<Self, String> {
        let open = || {
            let font = FontRef::new(BYTES)?;
            Ok::<_, read_fonts::ReadError>(Self {
                letters: font.cmap()?,
                widths: font.hmtx()?,
                places: font.loca(None)?,
                outlines: font.glyf()?,
                units: f32::from(font.head()?.units_per_em()),
            })
        };
        open().map_err(|error| error.to_string())
    }

    fn glyph(&self, letter: char) -> GlyphId {
        self.letters
            .map_codepoint(letter)
            .or_else(|| self.letters.map_codepoint('?'))
            .unwrap_or(GlyphId::NOTDEF)
    }

    fn advance(&self, glyph: GlyphId, size: f32) -> f32 {
        f32::from(self.widths.advance(glyph).unwrap_or_default()) * size / self.units
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
            let found = self.places.get(glyph, &self.outlines);
            if let Some(LocaGlyph::Glyph(Glyph::Simple(outline))) = found {
                let points: Vec<CurvePoint> = outline.points().collect();
                let mut shape = Shape::default();
                let mut begin = 0;
                for end in outline.end_pts_of_contours() {
                    let end = usize::from(end.get()) + 1;
                    let contour = points.get(begin..end).unwrap_or_default();
                    self.contour(&mut shape, contour, size, left);
                    begin = end;
                }
                shapes.push(shape);
            }
            left += self.advance(glyph, size);
        }
        shapes
    }

    /// Two points beside a curve have one upon it halfway between them, which the file leaves out.
    fn contour(&self, shape: &mut Shape, points: &[CurvePoint], size: f32, left: f32) {
        // The font's y grows upwards.
        let scale = size / self.units;
        let place = |point: &CurvePoint| (left + f32::from(point.x) * scale, -f32::from(point.y) * scale);
        let halfway = |a: Point, b: Point| ((a.0 + b.0) / 2.0, (a.1 + b.1) / 2.0);
        let (Some(first), Some(last)) = (points.first(), points.last()) else {
            return;
        };
        let start = match (first.on_curve, last.on_curve) {
            (true, _) => place(first),
            (false, true) => place(last),
            (false, false) => halfway(place(first), place(last)),
        };
        shape.move_to(start);
        let mut control: Option<Point> = None;
        for point in points.iter().skip(usize::from(first.on_curve)) {
            let here = place(point);
            match (control.take(), point.on_curve) {
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
