//! Deeds with what comes back: views and log lines.

use crate::contract::porthole::panel::log;
use crate::contract::porthole::panel::types::Series;
use crate::contract::porthole::panel::views::{
    Axis, Chart, Mark, Plot, Severity, StatusItem, Statuses, View,
};

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

/// Writes lines without end.
pub fn chatter() -> ! {
    loop {
        log::write(log::Level::Info, "still here");
    }
}

/// Arrays in arrays, `depth` deep.
pub fn deep_document(depth: u32) -> View {
    let depth = depth as usize;
    document("[".repeat(depth) + &"]".repeat(depth))
}

/// Elements in elements, `depth` deep.
pub fn deep_markup(depth: u32) -> View {
    let depth = depth as usize;
    View::Markup("<div>".repeat(depth) + &"</div>".repeat(depth))
}

/// A status whose every text is `text`.
pub fn labelled(text: &str) -> View {
    View::Statuses(Statuses {
        items: vec![StatusItem {
            name: text.to_owned(),
            status: text.to_owned(),
            label: text.to_owned(),
            color: "#ff0000".to_owned(),
            severity: Severity::Good,
            checked_at: None,
            message: Some(text.to_owned()),
        }],
    })
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
