//! Nodes with a place: a map, east to the right and north up.

use crate::canvas::{Anchor, Area, Canvas};
use crate::network::Network;
use crate::palette::faint;
use crate::picture::Pen;
use crate::shape::{Point, Shape};
use crate::state::State;

/// Around the outermost nodes, for their names, CSS pixels.
const MARGIN: (f32, f32) = (58.0, 30.0);
const SIZE: f32 = 12.0;
/// A node with this many lines is drawn larger.
const HUB: usize = 4;
/// Between the dots of the ground.
const DOTS: f32 = 22.0;

/// Draws ground, then lines, then nodes with their names.
pub fn draw(canvas: &mut Canvas, pen: &Pen<'_>, area: Area) {
    ground(canvas, pen, area);
    let places = places(pen.network, area);
    for link in &pen.network.links {
        let ends = link.ends.map(|end| places.get(end).copied());
        if let [Some(from), Some(to)] = ends {
            pen.link(canvas, &Shape::line(from, to), link);
        }
    }
    let radii: Vec<f32> = (0..places.len()).map(|node| radius(pen.network, node)).collect();
    for ((node, place), radius) in pen.network.nodes.iter().zip(&places).zip(&radii) {
        let color = pen.palette.state(node.state);
        if node.state != State::Online {
            canvas.disc(*place, radius + 6.0, faint(color, 0.2));
        }
        canvas.disc(*place, radius + 2.0, pen.palette.ground);
        canvas.disc(*place, *radius, color);
        if node.state == State::Offline {
            canvas.disc(*place, radius - 3.0, pen.palette.ground);
        }
    }
    names(canvas, pen, area, &places, &radii);
}

fn radius(network: &Network, node: usize) -> f32 {
    let lines = network
        .links
        .iter()
        .filter(|link| link.ends.contains(&node))
        .count();
    if lines >= HUB { 10.0 } else { 6.5 }
}

/// Spreads what the tenant's units enclose over the area.
fn places(network: &Network, area: Area) -> Vec<Point> {
    let all: Vec<(f64, f64)> = network.nodes.iter().filter_map(|node| node.place).collect();
    let spread = |values: &dyn Fn(&(f64, f64)) -> f64, place: f64, length: f32| -> f32 {
        let least = all.iter().map(values).fold(f64::INFINITY, f64::min);
        let most = all.iter().map(values).fold(f64::NEG_INFINITY, f64::max);
        let share = (place - least) / (most - least);
        // One place only, or numbers too large to be subtracted: in the middle.
        if share.is_finite() {
            share as f32 * length
        } else {
            length / 2.0
        }
    };
    let (across, up) = (
        (area.width - 2.0 * MARGIN.0).max(1.0),
        (area.height - 2.0 * MARGIN.1).max(1.0),
    );
    all.iter()
        .map(|(x, y)| {
            (
                area.left + MARGIN.0 + spread(&|place| place.0, *x, across),
                area.top + MARGIN.1 + up - spread(&|place| place.1, *y, up),
            )
        })
        .collect()
}

/// A faint grid of dots.
fn ground(canvas: &mut Canvas, pen: &Pen<'_>, area: Area) {
    let mut y = area.top + DOTS / 2.0;
    while y < area.bottom() {
        let mut x = area.left + DOTS / 2.0;
        while x < area.right() {
            canvas.disc((x, y), 0.9, pen.palette.grid);
            x += DOTS;
        }
        y += DOTS;
    }
}

/// The ends of all lines.
fn lines(network: &Network, places: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    network
        .links
        .iter()
        .filter_map(|link| Some((*places.get(link.ends[0])?, *places.get(link.ends[1])?)))
}

/// Whether a line passes through an area; looked at in steps smaller than a name is high.
fn crosses(area: &Area, (x1, y1): Point, (x2, y2): Point) -> bool {
    let steps = ((x2 - x1).hypot(y2 - y1) / 6.0).ceil().clamp(1.0, 1_000.0);
    (0..=steps as u32).any(|step| {
        let share = step as f32 / steps;
        let (x, y) = (x1 + (x2 - x1) * share, y1 + (y2 - y1) * share);
        (area.left..area.right()).contains(&x) && (area.top..area.bottom()).contains(&y)
    })
}

/// Writes each name where it covers no node and no other name, and no line if possible: below, above, right or left of
/// its node.
fn names(canvas: &mut Canvas, pen: &Pen<'_>, area: Area, places: &[Point], radii: &[f32]) {
    let mut taken: Vec<Area> = places
        .iter()
        .zip(radii)
        .map(|((x, y), radius)| Area {
            left: x - radius,
            top: y - radius,
            width: 2.0 * radius,
            height: 2.0 * radius,
        })
        .collect();
    for ((node, (x, y)), radius) in pen.network.nodes.iter().zip(places).zip(radii) {
        let name = canvas.font.fitted(&node.name, SIZE, 130.0);
        let (width, height) = (canvas.font.width(&name, SIZE) + 4.0, SIZE + 3.0);
        let away = radius + 5.0;
        let options = [
            (x - width / 2.0, y + away),
            (x - width / 2.0, y - away - height),
            (x + away, y - height / 2.0),
            (x - away - width, y - height / 2.0),
        ]
        .map(|(left, top)| Area {
            left: left.clamp(area.left, (area.right() - width).max(area.left)),
            top,
            width,
            height,
        });
        let free = |option: &&Area| {
            option.top >= area.top
                && option.bottom() <= area.bottom()
                && !taken.iter().any(|area| area.meets(option))
        };
        let clear = |option: &&Area| !lines(pen.network, places).any(|(a, b)| crosses(option, a, b));
        let place = options
            .iter()
            .filter(free)
            .find(clear)
            .or_else(|| options.iter().find(free))
            .or(options.first());
        let Some(place) = place.copied() else {
            continue;
        };
        taken.push(place);
        // A line that passes behind a name must not strike it through.
        canvas.card(
            place,
            4.0,
            faint(pen.palette.ground, 0.8),
            faint(pen.palette.ground, 0.8),
        );
        let color = if node.state == State::Offline {
            pen.palette.dim
        } else {
            pen.palette.text
        };
        canvas.text(
            &name,
            (place.left + 2.0, place.bottom() - 4.0),
            SIZE,
            color,
            Anchor::Left,
        );
    }
}
