//! Nodes without a place: the groups stand side by side, or above each other where it is narrow, and the nodes of a
//! group within it.

use crate::canvas::{Anchor, Area, Canvas, curve};
use crate::network::Node;
use crate::palette::faint;
use crate::picture::Pen;
use crate::shape::Shape;
use crate::state::State;

/// Between a group's nodes and its edges, CSS pixels.
const PAD: f32 = 5.0;
/// A group above another that is lower than this has its name beside its nodes.
const LOW: f32 = 48.0;
/// The least a node's box can be, across and down.
const LEAST: (f32, f32) = (44.0, 16.0);

/// Where everything stands.
struct Plan {
    /// Name, area, and how many nodes found no room.
    zones: Vec<(String, Area, usize)>,
    /// Of each node of the network; none where there was no room.
    boxes: Vec<Option<Area>>,
    shape: Layout,
}

/// How groups stand, and where their names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Layout {
    /// Side by side, lines from left to right, names above the nodes.
    Columns,
    /// Above each other, names above the nodes.
    Rows,
    /// Above each other, names left of the nodes.
    LowRows,
}

impl Layout {
    /// What is left of a group for its nodes.
    fn inner(self, zone: Area) -> Area {
        let (left, top, pad) = match self {
            Self::Columns => (8.0, 26.0, 8.0),
            Self::Rows => (PAD, 20.0, PAD),
            Self::LowRows => (62.0, 3.0, 3.0),
        };
        Area {
            left: zone.left + left,
            top: zone.top + top,
            width: zone.width - left - pad.max(PAD),
            height: zone.height - top - pad,
        }
    }
}

/// Draws groups, then lines, then nodes.
pub fn draw(canvas: &mut Canvas, pen: &Pen<'_>, area: Area) {
    let plan = plan(&pen.network.nodes, area);
    let palette = pen.palette;
    for (_, zone, _) in &plan.zones {
        canvas.card(*zone, 9.0, palette.zone, palette.zone_edge);
    }
    // What is well lies below what is not.
    let mut links: Vec<_> = pen.network.links.iter().collect();
    links.sort_by_key(|link| (pen.network.worst_end(link), pen.is_busy(link)));
    for link in links {
        let ends = link.ends.map(|end| plan.boxes.get(end).copied().flatten());
        if let [Some(one), Some(other)] = ends {
            pen.link(canvas, &line(one, other, plan.shape == Layout::Columns), link);
        }
    }
    for (node, place) in pen.network.nodes.iter().zip(&plan.boxes) {
        if let Some(place) = place {
            draw_node(canvas, pen, node, *place);
        }
    }
    // Last, so that no line strikes a name through.
    for (name, zone, more) in &plan.zones {
        draw_name(canvas, pen, name, *more, zone, plan.shape);
    }
}

fn draw_name(canvas: &mut Canvas, pen: &Pen<'_>, name: &str, more: usize, zone: &Area, shape: Layout) {
    let name = match more {
        0 => name.to_owned(),
        more => format!("{name} +{more}"),
    };
    let (size, baseline, room) = match shape {
        Layout::Columns => (11.5, 17.5, zone.width),
        Layout::Rows => (10.5, 14.0, zone.width),
        Layout::LowRows => (10.5, zone.height / 2.0 + 4.0, 74.0),
    };
    let name = canvas.font.fitted(&name, size, room - 20.0);
    let (left, baseline) = (zone.left + 9.0, zone.top + baseline);
    if shape == Layout::Rows {
        let behind = Area {
            left: left - 2.0,
            top: zone.top + 3.0,
            width: canvas.font.width(&name, size) + 4.0,
            height: 14.0,
        };
        canvas.card(behind, 3.0, pen.palette.zone, pen.palette.zone);
    }
    canvas.text(&name, (left, baseline), size, pen.palette.dim, Anchor::Left);
}

/// From the side of one box to the facing side of the other; around the side within a group.
fn line(one: Area, other: Area, across: bool) -> Shape {
    let (a, b) = (one.middle(), other.middle());
    if across {
        if one.right() < other.left {
            return curve((one.right(), a.1), (other.left, b.1), true);
        }
        if other.right() < one.left {
            return curve((other.right(), b.1), (one.left, a.1), true);
        }
        let out = one.right().max(other.right()) + 16.0;
        let mut round = Shape::default();
        round.move_to((one.right(), a.1));
        round.cubic_to((out, a.1), (out, b.1), (other.right(), b.1));
        return round;
    }
    let (above, below) = if a.1 <= b.1 { (one, other) } else { (other, one) };
    if above.bottom() < below.top {
        return curve(
            (above.middle().0, above.bottom()),
            (below.middle().0, below.top),
            false,
        );
    }
    curve(a, b, true)
}

fn draw_node(canvas: &mut Canvas, pen: &Pen<'_>, node: &Node, place: Area) {
    let palette = pen.palette;
    let color = palette.state(node.state);
    let edge = match node.state {
        State::Online | State::Unknown => palette.chip_edge,
        State::Degraded | State::Offline => faint(color, 0.85),
    };
    canvas.card(place, 7.0, palette.chip, edge);
    let narrow = place.width < 92.0;
    let (dot, text, size) = match (narrow, place.height < 26.0) {
        (true, true) => (8.0, 14.0, 9.5),
        (true, false) => (9.0, 16.0, 10.5),
        (false, _) => (12.0, 23.0, 12.0),
    };
    let middle = place.middle().1;
    if node.state != State::Online {
        canvas.disc((place.left + dot, middle), 6.5, faint(color, 0.22));
    }
    let radius = if narrow { 3.2 } else { 3.8 };
    canvas.disc((place.left + dot, middle), radius, color);
    let words = if node.state == State::Offline {
        palette.dim
    } else {
        palette.text
    };
    let room = place.width - text - 5.0;
    let left = place.left + text;
    match two_lines(canvas, &node.name, size, room, place.height) {
        Some((first, second)) => {
            let half = if size < 10.0 { 4.6 } else { 5.5 };
            canvas.text(&first, (left, middle + 4.0 - half), size, words, Anchor::Left);
            canvas.text(&second, (left, middle + 4.0 + half), size, words, Anchor::Left);
        }
        None => {
            let name = canvas.font.fitted(&node.name, size, room);
            canvas.text(&name, (left, middle + size * 0.36), size, words, Anchor::Left);
        }
    }
}

/// A name that does not fit is broken at a hyphen, if there is one and room for a second line.
fn two_lines(canvas: &Canvas, name: &str, size: f32, room: f32, height: f32) -> Option<(String, String)> {
    if height < 22.0 || canvas.font.width(name, size) <= room {
        return None;
    }
    let (place, _) = name.match_indices(['-', ' ', '.', '_']).next()?;
    let (first, second) = name.split_at_checked(place + 1)?;
    Some((
        canvas.font.fitted(first, size, room),
        canvas.font.fitted(second, size, room),
    ))
}

/// Groups in the order of their first nodes.
fn groups(nodes: &[Node]) -> Vec<(String, Vec<usize>)> {
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for (number, node) in nodes.iter().enumerate() {
        match groups.iter_mut().find(|(name, _)| *name == node.group) {
            Some((_, members)) => members.push(number),
            None => groups.push((node.group.clone(), vec![number])),
        }
    }
    groups
}

fn plan(nodes: &[Node], area: Area) -> Plan {
    let groups = groups(nodes);
    let count = groups.len().max(1) as f32;
    let across = area.width / count >= 90.0;
    let (gap, length) = if across {
        let gap = (area.width * 0.04).clamp(14.0, 56.0);
        let width = ((area.width - gap * (count - 1.0)) / count).min(230.0);
        // What is left over widens the gaps.
        let gap = (area.width - width * count) / (count - 1.0).max(1.0);
        (gap, width)
    } else {
        let gap = if area.height / count < LOW { 6.0 } else { 9.0 };
        (gap, (area.height - gap * (count - 1.0)) / count)
    };
    let mut plan = Plan {
        zones: Vec::new(),
        boxes: vec![None; nodes.len()],
        shape: match across {
            true => Layout::Columns,
            false if length < LOW => Layout::LowRows,
            false => Layout::Rows,
        },
    };
    for (place, (name, mut members)) in groups.into_iter().enumerate() {
        let begin = place as f32 * (length + gap);
        let zone = if across {
            Area {
                left: area.left + begin,
                width: length,
                ..area
            }
        } else {
            Area {
                top: area.top + begin,
                height: length,
                ..area
            }
        };
        let left_out = place_members(nodes, &mut members, zone, plan.shape, &mut plan.boxes);
        plan.zones.push((name, zone, left_out));
    }
    plan
}

/// Gives the nodes of a group their boxes; returns how many found no room. The worst are left out last.
fn place_members(
    nodes: &[Node],
    members: &mut Vec<usize>,
    zone: Area,
    shape: Layout,
    boxes: &mut [Option<Area>],
) -> usize {
    let inner = shape.inner(zone);
    let across = shape == Layout::Columns;
    let least = if across { LEAST.1 + 4.0 } else { LEAST.0 + 6.0 };
    let along = if across { inner.height } else { inner.width };
    let room = ((along / least).max(1.0)) as usize;
    let all = members.len();
    if all > room {
        members.sort_by_key(|member| nodes.get(*member).map(|node| core::cmp::Reverse(node.state)));
        members.truncate(room);
        members.sort_unstable();
    }
    let pitch = along / members.len().max(1) as f32;
    for (place, member) in members.iter().enumerate() {
        let middle = pitch * (place as f32 + 0.5);
        let chip = if across {
            let height = (pitch - 4.0).clamp(LEAST.1, 30.0);
            Area {
                top: inner.top + middle - height / 2.0,
                height,
                ..inner
            }
        } else {
            let height = inner.height.clamp(LEAST.1, 32.0);
            let width = (pitch - 4.0).clamp(LEAST.0, 170.0);
            Area {
                left: inner.left + middle - width / 2.0,
                top: inner.top + (inner.height - height) / 2.0,
                width,
                height,
            }
        };
        if let Some(slot) = boxes.get_mut(*member) {
            *slot = Some(chip);
        }
    }
    all - members.len()
}
