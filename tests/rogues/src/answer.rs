//! Deeds with what comes back: views and log lines.

use crate::contract::porthole::panel::log;
use crate::contract::porthole::panel::types::Series;
use crate::contract::porthole::panel::views::{Axis, Chart, Mark, Plot, View};

/// A chart of nothing.
pub fn empty() -> View {
    chart(Vec::new())
}

/// A text.
pub fn document(text: String) -> View {
    View::Document(text)
}

/// One series with `count` points.
pub fn huge_list(count: u32) -> View {
    let series = Series {
        label: "huge".to_owned(),
        instants: (0..i64::from(count)).collect(),
        values: vec![1.0; count as usize],
    };
    chart(vec![series])
}

/// `count` series without a point.
pub fn many_lists(count: u32) -> View {
    let series = || Series {
        label: String::new(),
        instants: Vec::new(),
        values: Vec::new(),
    };
    chart((0..count).map(|_| series()).collect())
}

/// A series with three instants and one value, none of them a number.
pub fn unequal_lists() -> View {
    chart(vec![Series {
        label: "\u{0}".to_owned(),
        instants: vec![3, 2, i64::MIN],
        values: vec![f64::NAN],
    }])
}

/// Writes `count` lines.
pub fn log_flood(count: u32) -> View {
    for number in 0..count {
        log::write(log::Level::Info, &format!("line {number}"));
    }
    empty()
}

/// Writes one line: `text`, `count` times.
pub fn log_line(text: &str, count: u32) -> View {
    log::write(log::Level::Info, &text.repeat(count as usize));
    empty()
}

/// A chart with one plot per series.
pub fn chart(series: Vec<Series>) -> View {
    let plot = |series| Plot {
        series,
        color: None,
        mark: Mark::Line,
        join_within: None,
    };
    View::Chart(Chart {
        plots: series.into_iter().map(plot).collect(),
        y_axis: Axis {
            label: None,
            unit: None,
            minimum: None,
            maximum: None,
        },
        thresholds: Vec::new(),
        stacked: false,
    })
}
