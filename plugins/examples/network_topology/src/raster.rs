//! How much of each pixel a shape covers.
//!
//! Each edge tells, for the pixels of the rows it passes, how much the covered area changes there, from left to right; the
//! running sum along a row is then the coverage. Edges that go up and edges that go down cancel out. It is exact for
//! shapes whose outlines do not cross, and close enough for those that do.

use crate::shape::{Point, Shape};

/// The coverage of a rectangle of pixels.
pub struct Mask {
    /// Where it stands, pixels.
    pub left: usize,
    pub top: usize,
    width: usize,
    /// Changes of coverage; two more in each row than pixels.
    changes: Vec<f32>,
}

impl Mask {
    /// Of a shape in pixels, as much of it as lies within `width` by `height`; none when nothing does.
    pub fn of(shape: &Shape, width: usize, height: usize) -> Option<Self> {
        let points = || shape.outlines.iter().flatten();
        if points().any(|(x, y)| !x.is_finite() || !y.is_finite()) {
            return None;
        }
        let least = points().fold((f32::MAX, f32::MAX), |(x, y), point| {
            (x.min(point.0), y.min(point.1))
        });
        let most = points().fold((f32::MIN, f32::MIN), |(x, y), point| {
            (x.max(point.0), y.max(point.1))
        });
        let begin = |least: f32| least.floor().max(0.0) as usize;
        let end = |most: f32, limit: usize| (most.ceil().max(0.0) as usize).min(limit);
        let (left, top) = (begin(least.0), begin(least.1));
        let (right, bottom) = (end(most.0, width), end(most.1, height));
        if left >= right || top >= bottom {
            return None;
        }
        let mut mask = Self {
            left,
            top,
            width: right - left,
            changes: vec![0.0; (right - left + 2) * (bottom - top)],
        };
        for outline in &shape.outlines {
            let mut from = outline.last().copied();
            for to in outline {
                if let Some(from) = from {
                    mask.edge(from, *to);
                }
                from = Some(*to);
            }
        }
        Some(mask)
    }

    /// The coverage row by row, from above: each value 0 to 1.
    pub fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = f32>> {
        self.changes.chunks_exact(self.width + 2).map(|row| {
            let mut sum = 0.0f32;
            row.iter().take(self.width).map(move |change| {
                sum += change;
                sum.abs().min(1.0)
            })
        })
    }

    fn height(&self) -> usize {
        self.changes.len() / (self.width + 2)
    }

    /// Takes an edge apart into its pieces within one row each.
    fn edge(&mut self, from: Point, to: Point) {
        let (x, y) = (self.left as f32, self.top as f32);
        let (from, to) = ((from.0 - x, from.1 - y), (to.0 - x, to.1 - y));
        let (upper, lower, sign) = if from.1 < to.1 {
            (from, to, 1.0)
        } else {
            (to, from, -1.0)
        };
        let (begin, end) = (upper.1.max(0.0), lower.1.min(self.height() as f32));
        if begin >= end {
            return;
        }
        let slope = (lower.0 - upper.0) / (lower.1 - upper.1);
        let at = |y: f32| upper.0 + (y - upper.1) * slope;
        for row in begin.floor() as usize..end.ceil() as usize {
            let (y1, y2) = (begin.max(row as f32), end.min(row as f32 + 1.0));
            self.piece(row, at(y1), at(y2), (y2 - y1) * sign);
        }
    }

    /// Takes a piece within a row apart into its parts within one pixel each. `drop`: how far down it leads.
    fn piece(&mut self, row: usize, x1: f32, x2: f32, drop: f32) {
        let edge = self.width as f32;
        let (low, high) = (x1.min(x2).clamp(0.0, edge), x1.max(x2).clamp(0.0, edge));
        let first = low.floor() as usize;
        if high <= low.floor() + 1.0 {
            self.part(row, first, drop, (low + high) / 2.0 - first as f32);
            return;
        }
        for column in first..high.ceil() as usize {
            let (begin, end) = (low.max(column as f32), high.min(column as f32 + 1.0));
            let share = (end - begin) / (high - low);
            self.part(row, column, drop * share, (begin + end) / 2.0 - column as f32);
        }
    }

    /// A part within a pixel, in the mean so far from the pixel's left side: what is right of it is covered.
    fn part(&mut self, row: usize, column: usize, drop: f32, inside: f32) {
        let place = row * (self.width + 2) + column;
        if let Some(change) = self.changes.get_mut(place) {
            *change += drop * (1.0 - inside);
        }
        if let Some(change) = self.changes.get_mut(place + 1) {
            *change += drop * inside;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn coverage(shape: &Shape, side: usize) -> Vec<Vec<f32>> {
        let mask = Mask::of(shape, side, side).unwrap();
        mask.rows().map(Iterator::collect).collect()
    }

    #[test]
    fn a_rectangle_between_pixels_covers_parts_of_them() {
        let shape = Shape::rounded(0.5, 0.0, 2.25, 1.5, 0.0);
        assert_eq!(coverage(&shape, 8), [[0.5, 1.0, 0.25], [0.25, 0.5, 0.125]]);
    }

    #[test]
    fn all_coverage_together_is_the_area_of_the_shape() {
        let area: f32 = coverage(&Shape::disc((20.3, 20.7), 15.0), 40)
            .iter()
            .flatten()
            .sum();
        let exact = 15.0 * 15.0 * core::f32::consts::PI;
        assert!((area - exact).abs() < exact * 0.005, "{area} {exact}");
    }

    #[test]
    fn what_lies_outside_is_cut_off() {
        let shape = Shape::rounded(-5.0, -5.0, 1.0, 100.0, 0.0);
        let rows = coverage(&shape, 3);
        assert_eq!(rows, [[1.0], [1.0], [1.0]]);
        assert!(Mask::of(&Shape::disc((-9.0, 0.0), 3.0), 10, 10).is_none());
        assert!(Mask::of(&Shape::disc((f32::NAN, 0.0), 3.0), 10, 10).is_none());
        assert!(Mask::of(&Shape::default(), 10, 10).is_none());
    }
}
