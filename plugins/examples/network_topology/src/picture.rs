//! The picture as a whole: the network above, the legend below.

use crate::canvas::{Anchor, Area, Canvas};
use crate::network::{Link, Network};
use crate::palette::{Color, Palette, faint};
use crate::shape::Shape;
use crate::state::State;
use crate::{legend, map, zones};
use porthole_sdk::Surface;

/// Sides of a picture, CSS pixels.
const WIDTHS: std::ops::RangeInclusive<u32> = 240..=2400;
const HEIGHTS: std::ops::RangeInclusive<u32> = 150..=1600;

/// Draws the network as a PNG of the surface's size.
///
/// # Errors
/// When there is no memory for it.
pub fn draw(network: &Network, surface: &Surface, busy_percent: f64) -> Result<Vec<u8>, String> {
    let width = surface.width.clamp(*WIDTHS.start(), *WIDTHS.end()) as f32;
    let height = surface.height.clamp(*HEIGHTS.start(), *HEIGHTS.end()) as f32;
    let palette = Palette::new(surface.dark);
    let mut canvas = Canvas::new(width, height, palette.ground)?;
    let area = Area {
        left: 0.0,
        top: 0.0,
        width,
        height: height - legend::HEIGHT,
    };
    let pen = Pen {
        network,
        palette,
        busy_percent,
    };
    if network.nodes.is_empty() {
        let (x, y) = area.middle();
        canvas.text("No nodes to show", (x, y), 13.0, palette.dim, Anchor::Middle);
    } else if network.nodes.iter().all(|node| node.place.is_some()) {
        map::draw(&mut canvas, &pen, area);
    } else {
        zones::draw(&mut canvas, &pen, area);
    }
    legend::draw(&mut canvas, &pen);
    canvas.into_png()
}

/// What is drawn, and with which colours.
pub struct Pen<'a> {
    pub network: &'a Network,
    pub palette: Palette,
    /// From this load on a line is busy.
    pub busy_percent: f64,
}

impl Pen<'_> {
    /// Whether a line carries as much as it can bear.
    pub fn is_busy(&self, link: &Link) -> bool {
        link.load.is_some_and(|load| load >= self.busy_percent)
    }

    /// A line: the wider, the busier; dotted where an end is offline.
    pub fn link(&self, canvas: &mut Canvas, line: &Shape, link: &Link) {
        let width = 1.2 + 2.6 * link.load.unwrap_or(0.0) as f32 / 100.0;
        let (color, dotted) = self.look(link);
        let shape = if dotted {
            line.dotted(0.9, 5.0)
        } else {
            line.stroked(width)
        };
        canvas.fill(shape, color);
    }

    fn look(&self, link: &Link) -> (Color, bool) {
        match self.network.worst_end(link) {
            State::Offline => (faint(self.palette.state(State::Offline), 0.75), true),
            _ if self.is_busy(link) => (faint(self.palette.busy(), 0.9), false),
            _ => (self.palette.line, false),
        }
    }
}
