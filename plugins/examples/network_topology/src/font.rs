//! Letters: outlines from the embedded font, measured and drawn.
//!
//! The font is Inter in weight 500, cut down to Latin letters; `assets/inter-license.txt` is its licence.

use skrifa::{
    FontRef, GlyphId, MetadataProvider,
    instance::{LocationRef, Size},
    outline::{DrawSettings, OutlinePen},
};
use tiny_skia::{Path, PathBuilder};

const BYTES: &[u8] = include_bytes!("../assets/inter-medium.ttf");

/// The font, ready to be asked.
pub struct Font {
    font: FontRef<'static>,
}

/// A line of text as one shape.
pub struct Line {
    /// None for blanks only.
    pub path: Option<Path>,
    /// Pixels.
    pub width: f32,
}

impl Font {
    /// # Errors
    /// When the embedded file is no font.
    pub fn new() -> Result<Self, String> {
        let font = FontRef::new(BYTES).map_err(|error| error.to_string())?;
        Ok(Self { font })
    }

    fn glyph(&self, character: char) -> GlyphId {
        let map = self.font.charmap();
        map.map(character)
            .or_else(|| map.map('?'))
            .unwrap_or(GlyphId::NOTDEF)
    }

    /// How wide a text is at a size, pixels.
    pub fn width(&self, text: &str, size: f32) -> f32 {
        let metrics = self.font.glyph_metrics(Size::new(size), LocationRef::default());
        text.chars()
            .map(|character| metrics.advance_width(self.glyph(character)).unwrap_or(size / 2.0))
            .sum()
    }

    /// The outlines of a text whose baseline begins at 0, 0.
    pub fn line(&self, text: &str, size: f32) -> Line {
        let location = LocationRef::default();
        let metrics = self.font.glyph_metrics(Size::new(size), location);
        let outlines = self.font.outline_glyphs();
        let mut pen = Pen {
            path: PathBuilder::new(),
            left: 0.0,
        };
        for character in text.chars() {
            let glyph = self.glyph(character);
            if let Some(outline) = outlines.get(glyph) {
                // A glyph that cannot be drawn leaves its room empty.
                let _ = outline.draw(DrawSettings::unhinted(Size::new(size), location), &mut pen);
            }
            pen.left += metrics.advance_width(glyph).unwrap_or(size / 2.0);
        }
        Line {
            width: pen.left,
            path: pen.path.finish(),
        }
    }

    /// The text, or as much of it as fits into a width, with an ellipsis.
    pub fn fitted(&self, text: &str, size: f32, room: f32) -> String {
        if self.width(text, size) <= room {
            return text.to_owned();
        }
        let mut kept = String::new();
        let mut width = self.width("…", size);
        for character in text.chars() {
            width += self.width(character.encode_utf8(&mut [0; 4]), size);
            if width > room {
                break;
            }
            kept.push(character);
        }
        kept.push('…');
        kept
    }
}

/// Takes outlines, whose y grows upwards, into a path, whose y grows downwards.
struct Pen {
    path: PathBuilder,
    left: f32,
}

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.left + x, -y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.left + x, -y);
    }

    fn quad_to(&mut self, cx: f32, cy: f32, x: f32, y: f32) {
        self.path.quad_to(self.left + cx, -cy, self.left + x, -y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        self.path
            .cubic_to(self.left + cx0, -cy0, self.left + cx1, -cy1, self.left + x, -y);
    }

    fn close(&mut self) {
        self.path.close();
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
        assert!(font.line(" ", 12.0).path.is_none());
        let line = font.line("edge-01", 12.0);
        assert_eq!(line.width, font.width("edge-01", 12.0));
        let bounds = line.path.unwrap().bounds();
        assert!(bounds.top() < -8.0 && bounds.bottom() < 4.0, "{bounds:?}");
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
