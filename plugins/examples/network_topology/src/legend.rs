//! Below the picture: how many nodes are how, and what the lines mean.

use crate::canvas::{Anchor, Canvas};
use crate::palette::Color;
use crate::picture::Pen;
use crate::shape::Shape;
use crate::state::State;

/// Its height, CSS pixels.
pub const HEIGHT: f32 = 28.0;
const SIZE: f32 = 12.0;

/// Draws it at the sheet's lower edge.
pub fn draw(canvas: &mut Canvas, pen: &Pen<'_>) {
    let baseline = canvas.height - 8.0;
    let middle = baseline - 4.2;
    let palette = pen.palette;
    let mut x = 6.0;
    for state in State::ALL {
        let count = pen.network.count(state);
        if count == 0 && state != State::Online {
            continue;
        }
        canvas.disc((x, middle), 4.0, palette.state(state));
        x += 9.0;
        x += put(canvas, &count.to_string(), x, baseline, palette.text) + 4.0;
        x += put(canvas, state.word(), x, baseline, palette.dim) + 20.0;
    }
    if pen.network.hidden > 0 {
        let text = format!("{} offline not shown", pen.network.hidden);
        if x + canvas.font.width(&text, SIZE) < canvas.width {
            x += put(canvas, &text, x - 6.0, baseline, palette.dim) + 20.0;
        }
    }
    lines(canvas, pen, x, (middle, baseline));
}

/// What a thin, a thick and a busy line mean, from the right; nothing where there is no room.
fn lines(canvas: &mut Canvas, pen: &Pen<'_>, taken: f32, (middle, baseline): (f32, f32)) {
    if !pen.network.links.iter().any(|link| link.load.is_some()) {
        return;
    }
    let busy = format!("load {} % and more", pen.busy_percent);
    let entries = [
        ("idle", 1.2, pen.palette.line),
        ("loaded", 3.2, pen.palette.line),
        (busy.as_str(), 3.4, pen.palette.busy()),
    ];
    let wide: f32 = entries
        .iter()
        .map(|(text, _, _)| 26.0 + canvas.font.width(text, SIZE) + 18.0)
        .sum();
    let mut x = canvas.width - wide + 18.0 - 4.0;
    if x < taken + 10.0 {
        return;
    }
    for (text, width, color) in entries {
        let line = Shape::line((x, middle), (x + 18.0, middle));
        canvas.fill(line.stroked(width), color);
        x += 26.0;
        x += put(canvas, text, x, baseline, pen.palette.dim) + 18.0;
    }
}

/// Writes a text and returns its width.
fn put(canvas: &mut Canvas, text: &str, x: f32, baseline: f32, color: Color) -> f32 {
    canvas.text(text, (x, baseline), SIZE, color, Anchor::Left);
    canvas.font.width(text, SIZE)
}
