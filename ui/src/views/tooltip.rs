//! What is under the cursor of a chart: the exact time, and all series by value.

use std::rc::Rc;

use crate::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    chart::{Cursor, Ready},
    plotter,
};
use crate::{
    browser,
    legend::{self, Visibility},
    live::live,
    series,
    stores::Preferences,
    text,
    time::format,
};

/// More would not fit on a screen; the rest is counted.
const MOST: usize = 48;
/// More than this stand in two columns.
const ONE_COLUMN: usize = 14;

/// The tooltip; nothing while the cursor is elsewhere.
pub(super) fn tooltip(
    ready: ReadSignal<Option<Rc<Ready>>>,
    visibility: ReadSignal<Visibility>,
    cursor: Signal<Cursor>,
    plot: NodeRef,
) -> View {
    let preferences = use_context::<Preferences>();
    let tip = live(move || match (cursor.get(), ready.get_clone()) {
        (Some((index, left, top)), Some(ready)) => {
            let Some(instant) = ready.aligned.instants.get(index).copied() else {
                return View::new();
            };
            let when = format::long(instant as i64, &preferences.zone());
            let style = place(left, top, plot);
            let entries = entries(&ready, index, &visibility.get_clone(), preferences);
            let class = if entries.len() > ONE_COLUMN {
                "tip many"
            } else {
                "tip"
            };
            view! {
                div(class=class, prop:style=style, data-testid="chart-tooltip") {
                    div(class="when") { (when) }
                    div(class="entries") { (entries) }
                }
            }
        }
        _ => View::new(),
    });
    view! {
        (tip)
    }
}

/// Pixels from the middle of a finger that it covers upwards, and a little air.
const FINGER: u8 = 28;
/// Pixels at the top of the window that the bar covers.
const BAR: f64 = 56.0;

/// Where it is: above a finger, else beside the cursor.
fn place(left: f64, top: f64, plot: NodeRef) -> String {
    let plot = plot
        .try_get()
        .and_then(|node| node.dyn_into::<web_sys::Element>().ok());
    let (width, height) = plot.as_ref().map_or((0, 0), |element| {
        (element.client_width(), element.client_height())
    });
    let (width, height) = (f64::from(width), f64::from(height));
    if let Some(plot) = plot.filter(|_| browser::matches_media("(hover: none)")) {
        let over = plot.query_selector(".u-over").ok().flatten();
        let axis = over
            .and_then(|over| over.dyn_into::<web_sys::HtmlElement>().ok())
            .map_or(0, |over| over.offset_left());
        let above = plot.get_bounding_client_rect().top() + top - BAR;
        return above_finger([left, top], [axis.into(), width], above);
    }
    beside([left, top], [width, height])
}

/// On the side of the cursor with more room.
fn beside([left, top]: [f64; 2], [width, height]: [f64; 2]) -> String {
    let across = if left > width / 2.0 {
        "translateX(calc(-100% - 14px))"
    } else {
        "translateX(14px)"
    };
    let down = if top > height / 2.0 {
        "translateY(calc(-100% + 12px))"
    } else {
        "translateY(-12px)"
    };
    let (left, top) = (text::fixed(left, 1), text::fixed(top, 1));
    format!("left: {left}px; top: {top}px; transform: {across} {down}")
}

/// Over a finger, which covers what is beneath it, and between the axis of values and the right edge, as far to the right as the
/// finger is; `above`: how far the window reaches above the finger, beyond which nothing is seen.
fn above_finger([left, top]: [f64; 2], [axis, right]: [f64; 2], above: f64) -> String {
    let room = (right - axis).max(1.0);
    let share = ((left - axis) / room).clamp(0.0, 1.0);
    let [left, top, share, above, room] =
        [left, top, share * 100.0, above.max(0.0), room].map(|length| text::fixed(length, 1));
    format!(
        "left: {left}px; top: {top}px; --room: {room}px; \
         transform: translate(-{share}%, max(-100% - {FINGER}px, -{above}px))"
    )
}

fn entries(ready: &Ready, index: usize, visibility: &Visibility, preferences: Preferences) -> Vec<View> {
    let theme = preferences.theme();
    let mut found: Vec<(usize, Option<f64>)> = ready
        .chart()
        .series
        .iter()
        .enumerate()
        .filter(|(_, plot)| visibility.shows(&plot.label))
        .map(|(series, plot)| {
            let is_joined = plotter::is_line(plot.mark);
            (series, series::reading(&ready.aligned, series, index, is_joined))
        })
        .collect();
    // Largest first, those without a value last.
    found.sort_by(|(_, a), (_, b)| match (a, b) {
        (Some(a), Some(b)) => b.total_cmp(a),
        _ => b.is_some().cmp(&a.is_some()),
    });
    // Long names that begin alike would be cut off before they differ.
    let names: Vec<&str> = found
        .iter()
        .filter_map(|(series, _)| Some(ready.chart().series.get(*series)?.label.as_str()))
        .collect();
    let shared = legend::shared_start(&names);
    let more = found.len().saturating_sub(MOST);
    let mut views: Vec<View> = found
        .into_iter()
        .take(MOST)
        .filter_map(|(series, value)| {
            let label = &ready.chart().series.get(series)?.label;
            let style = legend::style(label);
            let label = legend::without_start(label, shared);
            let swatch = format!("background: {}", ready.color(series, theme));
            let class = if value.is_some() { "entry" } else { "entry none" };
            let shown = value.map_or_else(|| "no data".to_owned(), |value| ready.value(value));
            Some(view! {
                div(class=class) { i(class="swatch", prop:style=swatch) span(class=style) { (label) } b { (shown) } }
            })
        })
        .collect();
    if more > 0 {
        let rest = format!("and {more} more");
        views.push(view! { div(class="entry none") { span { (rest) } } });
    }
    views
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn over_a_finger_it_is_between_the_axis_and_the_edge_and_never_out_of_the_window() {
        let place = |left| above_finger([left, 80.0], [40.0, 340.0], 400.0);
        assert_eq!(
            place(190.0),
            "left: 190.0px; top: 80.0px; --room: 300.0px; transform: translate(-50.0%, max(-100% - 28px, -400.0px))"
        );
        // At the axis it begins there, and at the edge it ends there.
        assert!(place(40.0).contains("translate(-0.0%,"));
        assert!(place(340.0).contains("translate(-100.0%,"));
        assert!(place(20.0).contains("translate(-0.0%,"), "beyond it, too");
        let hidden = above_finger([190.0, 80.0], [40.0, 340.0], -20.0);
        assert!(hidden.ends_with("max(-100% - 28px, -0.0px))"), "{hidden}");
        assert!(above_finger([0.0, 0.0], [0.0, 0.0], 0.0).contains("translate(-0.0%"));
    }
}
