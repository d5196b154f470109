//! What is under the cursor of a chart: the exact time, and all series by value.

use std::rc::Rc;

use crate::prelude::*;
use wasm_bindgen::JsCast;

use super::{
    chart::{Cursor, Ready},
    plotter,
};
use crate::{
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

/// Beside the cursor, on the side with more room.
fn place(left: f64, top: f64, plot: NodeRef) -> String {
    let size = plot
        .try_get()
        .and_then(|node| node.dyn_into::<web_sys::Element>().ok());
    let (width, height) = size.map_or((0, 0), |element| {
        (element.client_width(), element.client_height())
    });
    let across = if left > f64::from(width) / 2.0 {
        "translateX(calc(-100% - 14px))"
    } else {
        "translateX(14px)"
    };
    let down = if top > f64::from(height) / 2.0 {
        "translateY(calc(-100% + 12px))"
    } else {
        "translateY(-12px)"
    };
    let (left, top) = (text::fixed(left, 1), text::fixed(top, 1));
    format!("left: {left}px; top: {top}px; transform: {across} {down}")
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
