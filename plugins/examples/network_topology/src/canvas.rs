//! A sheet to draw on, in CSS pixels, however many pixels there are behind each.

use tiny_skia::{
    Color, FillRule, LineCap, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};

use crate::font::Font;

/// Pixels of the picture, at most: what two per CSS pixel need on a large screen.
const MOST_PIXELS: f32 = 3_000_000.0;
/// How far a corner's control points are from its ends, as a share of its radius: a quarter of a circle.
const ROUND: f32 = 0.552_285;

/// The sheet.
pub struct Canvas {
    pixels: Pixmap,
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
    /// When there is no memory or no font for it.
    pub fn new(width: f32, height: f32, ground: Color) -> Result<Self, String> {
        let scale = (MOST_PIXELS / (width * height)).sqrt().clamp(0.25, 2.0);
        let mut pixels = Pixmap::new((width * scale) as u32, (height * scale) as u32)
            .ok_or_else(|| format!("a sheet of {width} by {height} cannot be had"))?;
        pixels.fill(ground);
        Ok(Self {
            pixels,
            scale,
            font: Font::new()?,
            width,
            height,
        })
    }

    fn transform(&self) -> Transform {
        Transform::from_scale(self.scale, self.scale)
    }

    /// Fills a shape.
    pub fn fill(&mut self, path: &Path, color: Color) {
        let transform = self.transform();
        self.pixels
            .fill_path(path, &paint(color), FillRule::Winding, transform, None);
    }

    /// Draws the edge of a shape, or a line.
    pub fn stroke(&mut self, path: &Path, color: Color, width: f32, dashed: bool) {
        let transform = self.transform();
        let stroke = Stroke {
            width,
            line_cap: LineCap::Round,
            dash: dashed.then(|| StrokeDash::new(vec![1.0, 5.0], 0.0)).flatten(),
            ..Stroke::default()
        };
        self.pixels
            .stroke_path(path, &paint(color), &stroke, transform, None);
    }

    /// A disc.
    pub fn disc(&mut self, x: f32, y: f32, radius: f32, color: Color) {
        if let Some(path) = PathBuilder::from_circle(x, y, radius) {
            self.fill(&path, color);
        }
    }

    /// A rectangle with round corners and an edge of one CSS pixel.
    pub fn card(&mut self, area: Area, radius: f32, fill: Color, edge: Color) {
        if let Some(path) = rounded(area, radius) {
            self.fill(&path, edge);
        }
        // The edge is what the inner shape leaves over: sharper than a stroke.
        if let Some(path) = rounded(area.inset(1.0), radius - 1.0) {
            self.fill(&path, fill);
        }
    }

    /// A line of text whose baseline is at `y`.
    pub fn text(&mut self, text: &str, (x, y): (f32, f32), size: f32, color: Color, anchor: Anchor) {
        let line = self.font.line(text, size);
        let left = match anchor {
            Anchor::Left => x,
            Anchor::Middle => x - line.width / 2.0,
        };
        let Some(path) = line
            .path
            .and_then(|path| path.transform(Transform::from_translate(left, y)))
        else {
            return;
        };
        self.fill(&path, color);
    }

    /// The sheet as PNG; it has no holes, so that three bytes per pixel are enough.
    ///
    /// # Errors
    /// When there is no memory for it.
    pub fn into_png(self) -> Result<Vec<u8>, String> {
        let (width, height) = (self.pixels.width(), self.pixels.height());
        let colors: Vec<u8> = self
            .pixels
            .data()
            .chunks_exact(4)
            .flat_map(|pixel| pixel.get(..3).unwrap_or_default().iter().copied())
            .collect();
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header().map_err(|error| error.to_string())?;
        writer
            .write_image_data(&colors)
            .map_err(|error| error.to_string())?;
        writer.finish().map_err(|error| error.to_string())?;
        Ok(bytes)
    }
}

fn paint(color: Color) -> Paint<'static> {
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    paint.set_color(color);
    paint
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

    pub fn middle(&self) -> (f32, f32) {
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
}

/// A line that leaves and arrives along one direction: across, or down.
pub fn curve(from: (f32, f32), to: (f32, f32), across: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    path.move_to(from.0, from.1);
    if across {
        let half = (to.0 - from.0) / 2.0;
        path.cubic_to(from.0 + half, from.1, to.0 - half, to.1, to.0, to.1);
    } else {
        let half = (to.1 - from.1) / 2.0;
        path.cubic_to(from.0, from.1 + half, to.0, to.1 - half, to.0, to.1);
    }
    path.finish()
}

fn rounded(area: Area, radius: f32) -> Option<Path> {
    let rect = Rect::from_ltrb(area.left, area.top, area.right(), area.bottom())?;
    let radius = radius.clamp(0.0, area.width.min(area.height) / 2.0);
    let (left, top, right, bottom) = (rect.left(), rect.top(), rect.right(), rect.bottom());
    let rest = radius * (1.0 - ROUND);
    let mut path = PathBuilder::new();
    path.move_to(left + radius, top);
    path.line_to(right - radius, top);
    path.cubic_to(right - rest, top, right, top + rest, right, top + radius);
    path.line_to(right, bottom - radius);
    path.cubic_to(right, bottom - rest, right - rest, bottom, right - radius, bottom);
    path.line_to(left + radius, bottom);
    path.cubic_to(left + rest, bottom, left, bottom - rest, left, bottom - radius);
    path.line_to(left, top + radius);
    path.cubic_to(left, top + rest, left + rest, top, left + radius, top);
    path.close();
    path.finish()
}
