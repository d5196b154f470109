//! A sheet to draw on, in CSS pixels, however many pixels there are behind each.

use crate::font::Font;
use crate::palette::Color;
use crate::raster::Mask;
use crate::shape::{Point, Shape};

/// Pixels of the picture, at most: what two per CSS pixel need on a large screen.
const MOST_PIXELS: f32 = 3_000_000.0;

/// The sheet.
pub struct Canvas {
    /// Red, green and blue, row by row.
    pixels: Vec<u8>,
    /// Pixels.
    columns: usize,
    rows: usize,
    /// Pixels per CSS pixel.
    scale: f32,
    /// For measuring texts.
    pub font: Font,
    /// CSS pixels.
    pub width: f32,
    pub height: f32,
}

/// Which point of a text is meant by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    Left,
    Middle,
}

impl Canvas {
    /// A sheet of one colour; two pixels per CSS pixel where that is not too many.
    ///
    /// # Errors
    /// When there is no font for it.
    pub fn new(width: f32, height: f32, ground: Color) -> Result<Self, String> {
        let scale = (MOST_PIXELS / (width * height)).sqrt().clamp(0.25, 2.0);
        let (columns, rows) = ((width * scale) as usize, (height * scale) as usize);
        Ok(Self {
            pixels: ground.channels.repeat(columns * rows),
            columns,
            rows,
            scale,
            font: Font::new()?,
            width,
            height,
        })
    }

    /// Fills a shape.
    pub fn fill(&mut self, shape: Shape, color: Color) {
        let shape = shape.placed(self.scale, (0.0, 0.0));
        let Some(mask) = Mask::of(&shape, self.columns, self.rows) else {
            return;
        };
        for (row, coverage) in mask.rows().enumerate() {
            let begin = ((mask.top + row) * self.columns + mask.left) * 3;
            let Some(pixels) = self.pixels.get_mut(begin..) else {
                return;
            };
            for (pixel, coverage) in pixels.chunks_exact_mut(3).zip(coverage) {
                let share = coverage * color.share;
                if share > 0.998 {
                    pixel.copy_from_slice(&color.channels);
                } else if share > 0.002 {
                    for (old, new) in pixel.iter_mut().zip(color.channels) {
                        let (from, to) = (f32::from(*old), f32::from(new));
                        *old = (from + (to - from) * share + 0.5) as u8;
                    }
                }
            }
        }
    }

    /// A disc.
    pub fn disc(&mut self, center: Point, radius: f32, color: Color) {
        self.fill(Shape::disc(center, radius), color);
    }

    /// A rectangle with round corners and an edge of one CSS pixel.
    pub fn card(&mut self, area: Area, radius: f32, fill: Color, edge: Color) {
        self.fill(area.rounded(radius), edge);
        // The edge is what the inner shape leaves over: sharper than a stroke.
        self.fill(area.inset(1.0).rounded(radius - 1.0), fill);
    }

    /// A line of text whose baseline is at `y`.
    pub fn text(&mut self, text: &str, (x, y): Point, size: f32, color: Color, anchor: Anchor) {
        let left = match anchor {
            Anchor::Left => x,
            Anchor::Middle => x - self.font.width(text, size) / 2.0,
        };
        for glyph in self.font.line(text, size) {
            self.fill(glyph.placed(1.0, (left, y)), color);
        }
    }

    /// The sheet as PNG.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn into_png(self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.columns as u32, self.rows as u32);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        // The host writes the pixels anew anyway: time counts, not size.
        encoder.set_compression(png::Compression::Fastest);
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        writer
            .write_image_data(&self.pixels)
            .map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}

/// A rectangle, CSS pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Area {
    pub left: f32,
    pub top: f32,
    pub width: f32,
    pub height: f32,
}

impl Area {
    pub fn right(&self) -> f32 {
        self.left + self.width
    }

    pub fn bottom(&self) -> f32 {
        self.top + self.height
    }

    pub fn middle(&self) -> Point {
        (self.left + self.width / 2.0, self.top + self.height / 2.0)
    }

    /// Smaller by so much on each side.
    pub fn inset(&self, by: f32) -> Self {
        Self {
            left: self.left + by,
            top: self.top + by,
            width: (self.width - 2.0 * by).max(0.0),
            height: (self.height - 2.0 * by).max(0.0),
        }
    }

    /// Whether two have a point in common.
    pub fn meets(&self, other: &Self) -> bool {
        self.left < other.right()
            && other.left < self.right()
            && self.top < other.bottom()
            && other.top < self.bottom()
    }

    fn rounded(&self, radius: f32) -> Shape {
        Shape::rounded(self.left, self.top, self.right(), self.bottom(), radius)
    }
}

/// A line that leaves and arrives along one direction: across, or down.
pub fn curve(from: Point, to: Point, across: bool) -> Shape {
    let (x, y) = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let mut shape = Shape::default();
    shape.move_to(from);
    if across {
        shape.cubic_to((x, from.1), (x, to.1), to);
    } else {
        shape.cubic_to((from.0, y), (to.0, y), to);
    }
    shape
}
