//! Shapes: outlines made of straight pieces, however they were described.

/// A point, CSS pixels; x grows to the right and y downwards.
pub type Point = (f32, f32);

/// How far a curve's control points are from its ends, as a share of its radius: a quarter of a circle.
const ROUND: f32 = 0.552_285;

/// Outlines. What they go round once or more is inside.
#[derive(Debug, Clone, Default)]
pub struct Shape {
    /// Each closed by the line from its last point to its first when it is filled.
    pub outlines: Vec<Vec<Point>>,
}

impl Shape {
    /// Begins an outline.
    pub fn move_to(&mut self, point: Point) {
        self.outlines.push(vec![point]);
    }

    /// A straight piece.
    pub fn line_to(&mut self, point: Point) {
        match self.outlines.last_mut() {
            Some(outline) => outline.push(point),
            None => self.move_to(point),
        }
    }

    /// A curve with one control point.
    pub fn quad_to(&mut self, control: Point, end: Point) {
        let start = self.end();
        self.curve(length(&[start, control, end]), |t| {
            let one = between(start, control, t);
            let two = between(control, end, t);
            between(one, two, t)
        });
    }

    /// A curve with two control points.
    pub fn cubic_to(&mut self, first: Point, second: Point, end: Point) {
        let start = self.end();
        self.curve(length(&[start, first, second, end]), |t| {
            let middle = between(first, second, t);
            let one = between(between(start, first, t), middle, t);
            let two = between(middle, between(second, end, t), t);
            between(one, two, t)
        });
    }

    fn end(&self) -> Point {
        let last = self.outlines.last().and_then(|outline| outline.last());
        last.copied().unwrap_or_default()
    }

    /// A piece for every two pixels, and two at least.
    fn curve(&mut self, length: f32, at: impl Fn(f32) -> Point) {
        let pieces = (2.0 + length / 2.0).clamp(2.0, 80.0) as u32;
        for piece in 1..=pieces {
            self.line_to(at(piece as f32 / pieces as f32));
        }
    }

    /// A disc.
    pub fn disc((x, y): Point, radius: f32) -> Self {
        Self::rounded(x - radius, y - radius, x + radius, y + radius, radius)
    }

    /// A rectangle with round corners.
    pub fn rounded(left: f32, top: f32, right: f32, bottom: f32, radius: f32) -> Self {
        let radius = radius.clamp(0.0, ((right - left) / 2.0).min((bottom - top) / 2.0).max(0.0));
        let rest = radius * (1.0 - ROUND);
        let mut shape = Self::default();
        shape.move_to((left + radius, top));
        shape.line_to((right - radius, top));
        shape.cubic_to((right - rest, top), (right, top + rest), (right, top + radius));
        shape.line_to((right, bottom - radius));
        shape.cubic_to(
            (right, bottom - rest),
            (right - rest, bottom),
            (right - radius, bottom),
        );
        shape.line_to((left + radius, bottom));
        shape.cubic_to(
            (left + rest, bottom),
            (left, bottom - rest),
            (left, bottom - radius),
        );
        shape.line_to((left, top + radius));
        shape.cubic_to((left, top + rest), (left + rest, top), (left + radius, top));
        shape
    }

    /// A straight line.
    pub fn line(from: Point, to: Point) -> Self {
        Self {
            outlines: vec![vec![from, to]],
        }
    }

    /// What a pen of a width leaves along the outlines, which are taken as lines with two ends.
    pub fn stroked(&self, width: f32) -> Self {
        let mut stroke = Self::default();
        for line in &self.outlines {
            let mut there = Vec::with_capacity(2 * line.len());
            let mut back = Vec::with_capacity(line.len());
            for (place, (x, y)) in line.iter().enumerate() {
                let (nx, ny) = normal(line, place);
                let half = width / 2.0;
                there.push((x + nx * half, y + ny * half));
                back.push((x - nx * half, y - ny * half));
            }
            there.extend(back.into_iter().rev());
            stroke.outlines.push(there);
        }
        stroke
    }

    /// Dots along the outlines, so far apart.
    pub fn dotted(&self, radius: f32, apart: f32) -> Self {
        let mut dots = Self::default();
        for line in &self.outlines {
            let mut since = apart;
            for pair in line.windows(2) {
                let &[from, to] = pair else { continue };
                let length = length(pair);
                let mut at = apart - since;
                while at < length {
                    dots.outlines
                        .extend(Self::disc(between(from, to, at / length), radius).outlines);
                    at += apart;
                }
                since = length - (at - apart);
            }
        }
        dots
    }

    /// The same shape elsewhere and larger: first enlarged, then moved.
    pub fn placed(mut self, scale: f32, (x, y): Point) -> Self {
        for point in self.outlines.iter_mut().flatten() {
            *point = (point.0 * scale + x, point.1 * scale + y);
        }
        self
    }
}

/// A point on the way from one to another.
fn between(from: Point, to: Point, share: f32) -> Point {
    (from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share)
}

fn length(points: &[Point]) -> f32 {
    points
        .windows(2)
        .map(|pair| match pair {
            [a, b] => (b.0 - a.0).hypot(b.1 - a.1),
            _ => 0.0,
        })
        .sum()
}

/// Across the line at one of its points, of length 1: between the pieces before and behind it.
fn normal(line: &[Point], place: usize) -> Point {
    let before = line.get(place.saturating_sub(1));
    let behind = line.get(place + 1).or(line.last());
    let (Some(a), Some(b)) = (before, behind) else {
        return (0.0, 0.0);
    };
    let length = (b.0 - a.0).hypot(b.1 - a.1);
    if length > 0.0 {
        (-(b.1 - a.1) / length, (b.0 - a.0) / length)
    } else {
        (0.0, 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stroke_is_as_wide_as_its_pen() {
        let stroke = Shape::line((0.0, 0.0), (10.0, 0.0)).stroked(4.0);
        assert_eq!(
            stroke.outlines,
            [vec![(0.0, 2.0), (10.0, 2.0), (10.0, -2.0), (0.0, -2.0)]]
        );
    }

    #[test]
    fn dots_are_equally_far_apart_across_corners() {
        let mut corner = Shape::line((0.0, 0.0), (5.0, 0.0));
        corner.line_to((5.0, 5.0));
        // At 0, 4 and 8 of 10.
        assert_eq!(corner.dotted(1.0, 4.0).outlines.len(), 3);
    }

    #[test]
    fn a_curve_begins_and_ends_where_it_should() {
        let mut curve = Shape::default();
        curve.move_to((1.0, 1.0));
        curve.cubic_to((50.0, 1.0), (50.0, 99.0), (99.0, 99.0));
        let points = &curve.outlines[0];
        assert_eq!(
            (points.first(), points.last()),
            (Some(&(1.0, 1.0)), Some(&(99.0, 99.0)))
        );
        assert!(points.len() > 40);
    }

    #[test]
    fn lines_without_length_have_no_width_and_do_no_harm() {
        let dot = Shape::line((3.0, 3.0), (3.0, 3.0));
        assert!(
            dot.stroked(2.0).outlines[0]
                .iter()
                .all(|point| *point == (3.0, 3.0))
        );
        assert!(dot.dotted(1.0, 2.0).outlines.is_empty());
    }
}
