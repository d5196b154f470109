//! The map: boxes in layers, and lines with round corners between them.

use std::fmt::Write;

use crate::display::Display;
use crate::graph::{Edge, Graph, Service};
use crate::html::{escaped, rate};
use crate::layers::{Layers, Slot};
use crate::paint::{State, Stress};
use crate::place::Places;

/// Room for the legend, pixels, and how many may not be there because the host rounds a surface's sides up.
const FOOT: f64 = 30.0;
const ROUNDED: f64 = 31.0;
/// Without a surface, pixels.
const HEIGHT: u32 = 340;

/// The whole panel; `height` in pixels where it is known.
pub fn markup(graph: &Graph, display: &Display, height: Option<u32>) -> String {
    let room = f64::from(height.unwrap_or(HEIGHT).min(4_000)) - FOOT - ROUNDED;
    let layers = Layers::of(graph.services.len(), &graph.pairs());
    let places = Places::of(&layers, room.max(80.0));
    let mut out = String::with_capacity(32 * 1024);
    let _ = write!(
        out,
        r#"<div class="flex flex-col"><div class="relative w-full h-[{}px]">"#,
        places.height
    );
    // What is calm lies below what is not.
    for wanted in [Stress::Calm, Stress::Warning, Stress::Critical] {
        for (call, (begin, way)) in graph.calls.iter().zip(&layers.ways) {
            if Stress::of(call, display) == wanted {
                line(&mut out, &places, (*begin, way), wanted, &call_title(graph, call));
            }
        }
    }
    for (number, layer) in layers.layers.iter().enumerate() {
        for slot in layer {
            if let Slot::Service(service) = slot
                && let Some(service) = graph.services.get(*service)
            {
                service_box(&mut out, &places, number, places.middle(number, *slot), service);
            }
        }
    }
    out.push_str("</div>");
    legend(&mut out, graph, display);
    out.push_str("</div>");
    out
}

/// What a line says when it is pointed at; escaped.
pub fn call_title(graph: &Graph, call: &Edge) -> String {
    let mut title = format!("{} calls {}", graph.name(call.from), graph.name(call.to));
    if let Some(calls) = call.rate {
        let _ = write!(title, ": {}", rate(calls));
    }
    if let Some(errors) = call.errors {
        let _ = write!(title, ", {errors:.1} % fail");
    }
    escaped(&title)
}

/// What a box says when it is pointed at; escaped.
pub fn service_title(service: &Service) -> String {
    let mut title = format!("{}: {}", service.name, service.state.word());
    if let Some(message) = &service.message {
        let _ = write!(title, ", {message}");
    }
    escaped(&title)
}

fn service_box(out: &mut String, places: &Places, layer: usize, middle: f64, service: &Service) {
    let second = match (&service.message, service.rate) {
        (Some(message), _) if service.state != State::Healthy => Some(message.clone()),
        (_, Some(requests)) => Some(rate(requests)),
        (_, None) => None,
    };
    let _ = write!(
        out,
        r#"<div title="{}" class="absolute left-[{:.2}%] top-[{}px] w-[{:.2}%] h-[{}px] flex items-center gap-2 px-2 overflow-hidden rounded-lg border {}"><span class="shrink-0 w-2 h-2 rounded-full {}"></span><span class="min-w-0 flex flex-col"><span class="truncate text-[13px] leading-[17px] font-medium">{}</span>"#,
        service_title(service),
        places.left(layer),
        middle - (places.box_height / 2.0).floor(),
        places.box_width,
        places.box_height,
        service.state.card(),
        service.state.dot(),
        escaped(&service.name),
    );
    // A low box has one line only.
    if let Some(second) = second.filter(|_| places.box_height >= 38.0) {
        let _ = write!(
            out,
            r#"<span class="truncate text-[11px] leading-[15px] opacity-70">{}</span>"#,
            escaped(&second)
        );
    }
    out.push_str("</span></div>");
}

/// From layer to layer: across, down or up in a lane, across again; straight through the layers in between.
fn line(out: &mut String, places: &Places, (begin, way): (usize, &[Slot]), stress: Stress, title: &str) {
    let thick = if stress == Stress::Calm { 1 } else { 2 };
    let color = stress.border();
    for (step, pair) in way.windows(2).enumerate() {
        let &[from, to] = pair else { continue };
        let layer = begin + step;
        let (y1, y2) = (places.middle(layer, from), places.middle(layer + 1, to));
        let (left, right) = (places.left(layer) + places.box_width, places.left(layer + 1));
        let mut piece = |left: f64, right: f64, top: f64, height: f64, classes: &str| {
            let _ = write!(
                out,
                r#"<span title="{title}" class="absolute left-[{left:.2}%] top-[{top}px] w-[{:.2}%] h-[{height}px] {classes} {color}"></span>"#,
                (right - left).max(0.0),
            );
        };
        if let Slot::Bend(_) = from {
            let wide = places.box_width;
            // Begins a little earlier, so that no gap is seen where percents are rounded.
            let early = format!("border-t-[{thick}px] box-content ml-[-2px] pl-[2px]");
            piece(left - wide, left, y1, 0.0, &early);
        }
        let (up, half) = (y2 < y1, ((y2 - y1).abs() / 2.0).floor());
        if half < 1.0 {
            piece(left, right, y1, 0.0, &format!("border-t-[{thick}px]"));
        } else {
            let lane = places.lane(layer, from);
            let long = (y2 - y1).abs() + f64::from(thick);
            // One piece has the first line and all of the lane, the other the last line and its corner.
            let round = half.min(8.0);
            let (first, last) = if up {
                ("border-b", format!("border-t-[{thick}px] rounded-tl-[{round}px]"))
            } else {
                ("border-t", format!("border-b-[{thick}px] rounded-bl-[{round}px]"))
            };
            let corner = if up { "rounded-br" } else { "rounded-tr" };
            let top = y1.min(y2);
            let (first_top, last_top) = if up { (top + half, top) } else { (top, top + half) };
            piece(
                left,
                lane,
                first_top,
                long - half,
                &format!("box-border {first}-[{thick}px] border-r-[{thick}px] {corner}-[{round}px]"),
            );
            let last_height = if up { half + 1.0 } else { long - half };
            piece(
                lane,
                right,
                last_top,
                last_height,
                &format!("box-border border-l-[{thick}px] ml-[-{thick}px] {last}"),
            );
        }
        if let Slot::Service(_) = to {
            let _ = write!(
                out,
                r#"<span class="absolute left-[{right:.2}%] top-[{}px] w-[7px] h-[7px] ml-[-4px] rounded-full {}"></span>"#,
                y2 - 3.0,
                stress.ground()
            );
        }
    }
}

/// How many services are how, and what coloured lines mean.
pub fn legend(out: &mut String, graph: &Graph, display: &Display) {
    out.push_str(
        r#"<div class="flex flex-wrap items-center gap-x-4 gap-y-1 mt-2 text-[12px] leading-[16px]">"#,
    );
    for state in State::ALL {
        let count = graph
            .services
            .iter()
            .filter(|service| service.state == state)
            .count();
        if count > 0 {
            let _ = write!(
                out,
                r#"<span class="flex items-center gap-1.5"><span class="w-2 h-2 rounded-full {}"></span>{count} <span class="opacity-70">{}</span></span>"#,
                state.dot(),
                state.word()
            );
        }
    }
    let failing = graph
        .calls
        .iter()
        .filter(|call| Stress::of(call, display) != Stress::Calm)
        .count();
    if failing > 0 {
        let _ = write!(
            out,
            r#"<span class="flex items-center gap-1.5"><span class="w-4 h-0 border-t-2 {}"></span>{failing} <span class="opacity-70">of {} calls fail too often</span></span>"#,
            Stress::Warning.border(),
            graph.calls.len()
        );
    }
    out.push_str("</div>");
}
