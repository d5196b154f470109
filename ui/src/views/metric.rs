//! One number, large.

use crate::prelude::*;
use porthole_model::{Metric, PanelAnswer, Sparkline, TimeRange, Trend, View as Shown};

use crate::{
    color,
    live::{live, live_text},
    number,
    panel::Loader,
    stores::{Clock, Preferences},
    text,
    time::format,
    unit,
};

/// The number with its threshold's colour, its trend and its course.
pub(crate) fn metric(loader: Loader) -> View {
    let preferences = use_context::<Preferences>();
    let clock = use_context::<Clock>();
    let drawn = live(move || match loader.answer.get_clone() {
        Some(answer) => draw(&answer, preferences, clock),
        None => View::new(),
    });
    view! {
        (drawn)
    }
}

fn draw(answer: &PanelAnswer, preferences: Preferences, clock: Clock) -> View {
    let Shown::Metric(metric) = &answer.view else {
        return View::new();
    };
    let theme = preferences.theme();
    let color = metric
        .threshold
        .as_ref()
        .and_then(|threshold| color::legible(&threshold.color, theme, color::FOR_TEXT))
        .unwrap_or_else(|| "var(--text)".to_owned());
    let paint = format!("color: {color}");
    let (value, unit) = match metric.value {
        Some(value) => written(value, metric),
        None => ("–".to_owned(), metric.unit.clone().unwrap_or_default()),
    };
    let exact = metric
        .value
        .map(|value| number::with_unit(&number::number(value, metric.decimals), metric.unit.as_deref()));
    let label = metric
        .threshold
        .as_ref()
        .and_then(|threshold| threshold.label.clone())
        .map(|label| {
            let paint = paint.clone();
            view! { b(prop:style=paint) { (label) } }
        });
    let change = metric.trend.map(|trend| {
        let text = trend_text(trend, metric);
        view! { span(class="dim", title="Against the period before, of the same length") { (text) } }
    });
    let age = old(metric, &answer.range).map(|(at, end)| {
        let exact = format!("Measured {}", format::long(at, &preferences.zone()));
        let text = live_text(move || {
            let now = clock.now();
            match now - end > LATE {
                // Of a range that is over.
                true => format::short(at, now, &preferences.zone()),
                false => format::ago(at, now),
            }
        });
        view! { span(class="warn", title=exact, data-testid="kpi-age") { (text) } }
    });
    let spark = metric.sparkline.as_ref().map(|line| sparkline(line, &color));
    let short = metric.value.and_then(|exact| shorter(&value, exact));
    let narrow = width(short.as_deref().unwrap_or(&value), "");
    let widths = [width(&value, &unit), narrow].map(|width| text::fixed(width, 2));
    let room = format!("--em: {}; --narrow: {}", widths[0], widths[1]);
    view! {
        div(class="trend") { (label) (change) (age) }
        div(class="metric", prop:style=room) {
            span(class="value", title=exact, prop:style=paint) {
                span(data-testid="kpi-value", data-short=short) { (value) }
                span(class="unit") { (unit) }
            }
            (spark)
        }
    }
}

/// Milliseconds; what is measured every few minutes comes at most so late.
const LATE: i64 = 600_000;

/// When a number was measured, and where the range ends that it is shown for, if that is so long after that it must be said:
/// more than a tenth of the range, in which whoever reads the number takes it for that of the end.
fn old(metric: &Metric, range: &TimeRange) -> Option<(i64, i64)> {
    let (at, start) = (metric.measured_at?, format::parse_rfc3339(&range.start)?);
    let end = format::parse_rfc3339(&range.end)?;
    (end - at > ((end - start) / 10).max(LATE)).then_some((at, end))
}

/// A value as it is shown of this metric, and its unit.
fn written(value: f64, metric: &Metric) -> (String, String) {
    unit::written(value, metric.unit.as_deref(), metric.decimals)
}

/// Wider numbers, in parts of their font size, are not legible in a panel of one column.
const NARROW: f64 = 4.2;

/// What stands for a number as it is written where there is no room for it; none where it fits everywhere, or gets no shorter.
fn shorter(written: &str, value: f64) -> Option<String> {
    let of_written = width(written, "");
    (of_written > NARROW)
        .then(|| number::compact(value))
        .filter(|short| width(short, "") < of_written)
}

/// How wide a number and its unit are, in parts of the number's font size; rather too wide than too narrow.
fn width(value: &str, unit: &str) -> f64 {
    let of = |letter: char| match letter {
        ',' | '.' => 0.3,
        'm' | 'w' | 'M' | 'W' | '%' => 0.95,
        _ => 0.64,
    };
    let letters = |text: &str| text.chars().map(of).sum::<f64>();
    let gap = if unit.is_empty() { 0.0 } else { 0.14 };
    // See the size of `.unit`.
    letters(value) + gap + 0.4 * letters(unit)
}

/// What a number that is shown large says of itself: when it was measured, its threshold, and the period before.
pub(crate) fn metric_facts(loader: Loader) -> View {
    let (preferences, clock) = (use_context::<Preferences>(), use_context::<Clock>());
    let facts = live(move || {
        let answer = loader.answer.get_clone();
        let Some(Shown::Metric(metric)) = answer.as_deref().map(|answer| &answer.view) else {
            return View::new();
        };
        let written = |value: f64| {
            let (number, unit) = written(value, metric);
            number::with_unit(&number, Some(&unit))
        };
        let measured = metric.measured_at.map(|at| {
            let (when, age) = (
                format::long(at, &preferences.zone()),
                format::ago(at, clock.now()),
            );
            ("Measured", format!("{when} ({age})"))
        });
        let threshold = metric.threshold.as_ref().map(|threshold| {
            let from = format!("from {}", written(threshold.value));
            let label = threshold.label.as_deref();
            (
                "Threshold",
                label.map_or(from.clone(), |label| format!("{label}, {from}")),
            )
        });
        let before = metric
            .trend
            .map(|trend| ("At the end of the period before", written(trend.previous)));
        let change = metric.trend.map(|trend| ("Change", trend_text(trend, metric)));
        // Without times there is nothing to draw, and that must not look like a fault.
        let course = metric.sparkline.is_none().then(|| {
            (
                "Course",
                "none: the panel's rows make no line over time".to_owned(),
            )
        });
        let lines: Vec<View> = [measured, threshold, before, change, course]
            .into_iter()
            .flatten()
            .map(|(name, text)| view! { div { dt { (name) } dd { (text) } } })
            .collect();
        view! { dl(class="facts", data-testid="kpi-facts") { (lines) } }
    });
    view! { (facts) }
}

/// `▲ 3.2 vs before`; with the share where that says more.
fn trend_text(trend: Trend, metric: &Metric) -> String {
    let is_share = metric.unit.as_deref() == Some("%");
    let (text, unit) = if !is_share && trend.previous.abs() > f64::EPSILON {
        let share = trend.change.abs() / trend.previous.abs() * 100.0;
        let decimals = if share < 10.0 { 1 } else { 0 };
        (number::rounded(share, decimals), " %")
    } else {
        (
            number::rounded(trend.change.abs(), metric.decimals.unwrap_or(1)),
            "",
        )
    };
    // What is written as no change points nowhere.
    let arrow = match trend.change {
        _ if number::is_nothing(&text) => "▶",
        change if change > 0.0 => "▲",
        _ => "▼",
    };
    format!("{arrow} {text}{unit}")
}

/// The course without axes; gaps are gaps.
fn sparkline(line: &Sparkline, color: &str) -> View {
    let Some((stroke, area)) = paths(line) else {
        return View::new();
    };
    let (fill, pen) = (format!("fill: {color}; opacity: .12"), format!("stroke: {color}"));
    view! {
        svg("class"="spark", "viewBox"="0 0 200 46", "preserveAspectRatio"="none", "aria-hidden"="true") {
            path("d"=area, prop:style=fill)
            path("d"=stroke, "fill"="none", prop:style=pen, "stroke-width"="1.6", "stroke-linejoin"="round", "vector-effect"="non-scaling-stroke")
        }
    }
}

/// A coordinate, as fine as it is seen.
fn place(at: f64) -> String {
    text::fixed(at, 1)
}

/// The line and the area under it, on 200 by 46 units.
fn paths(line: &Sparkline) -> Option<(String, String)> {
    let values = || {
        line.values
            .iter()
            .copied()
            .flatten()
            .filter(|value| value.is_finite())
    };
    let (low, high) = values().fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
        (l.min(v), h.max(v))
    });
    let (start, end) = (*line.instants.first()? as f64, *line.instants.last()? as f64);
    if low > high || end <= start {
        return None;
    }
    let height = if high > low { high - low } else { 1.0 };
    let (mut stroke, mut area) = (String::new(), String::new());
    let mut first = None::<f64>;
    let mut last = 0.0;
    let close = |area: &mut String, first: &mut Option<f64>, last: f64| {
        if let Some(x) = first.take() {
            area.push_str(&["L", &place(last), " 46L", &place(x), " 46Z"].concat());
        }
    };
    for (instant, value) in line.instants.iter().zip(&line.values) {
        let Some(value) = value.filter(|value| value.is_finite()) else {
            close(&mut area, &mut first, last);
            continue;
        };
        let x = (*instant as f64 - start) / (end - start) * 200.0;
        let y = if high > low {
            42.0 - (value - low) / height * 38.0
        } else {
            23.0
        };
        let letter = if first.is_none() { "M" } else { "L" };
        let step = [letter, &place(x), " ", &place(y)].concat();
        stroke.push_str(&step);
        area.push_str(&step);
        first.get_or_insert(x);
        last = x;
    }
    close(&mut area, &mut first, last);
    Some((stroke, area))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn line(values: &[Option<f64>]) -> Sparkline {
        Sparkline {
            instants: (0..values.len() as i64).collect(),
            values: values.to_vec(),
        }
    }

    #[test]
    fn a_large_value_has_a_larger_unit_and_a_small_one_its_own_decimals() {
        let metric = |unit: &str| Metric {
            unit: Some(unit.to_owned()),
            decimals: Some(2),
            ..Default::default()
        };
        let text = |value, unit: &str| {
            let (number, unit) = written(value, &metric(unit));
            [number, unit].join(" ")
        };
        assert_eq!(text(17_179_869_184.0, "B"), "17.2 GB");
        assert_eq!(text(-1_284.0, "ms"), "−1.28 s");
        assert_eq!(text(999_999.0, "B"), "1.00 MB");
        assert_eq!(text(204.0, "ms"), "204.00 ms");
        assert_eq!(text(12_840.0, "jobs"), "12,840.00 jobs");
    }

    #[test]
    fn a_longer_number_and_a_longer_unit_are_wider() {
        let widths = [
            ("7", ""),
            ("204", "ms"),
            ("9,310", "jobs"),
            ("12,840", "jobs"),
            ("1,284,310,221", "bytes"),
        ];
        let widths = widths.map(|(value, unit)| width(value, unit));
        assert!(widths.is_sorted(), "{widths:?}");
        assert!(width("204", "") < width("204", "%"));
    }

    #[test]
    fn a_number_that_is_too_long_for_a_narrow_panel_has_a_shorter_form() {
        assert_eq!(
            shorter("1,284,310,221", 1_284_310_221.0).as_deref(),
            Some("1.28B")
        );
        assert_eq!(shorter("12.345678", 12.345_678).as_deref(), Some("12.3"));
        for (written, value) in [("204", 204.0), ("12,840", 12_840.0), ("0.000123", 0.000_123)] {
            assert_eq!(shorter(written, value), None, "{written}");
        }
    }

    #[test]
    fn a_number_is_old_when_it_was_measured_long_before_the_end_of_its_range() {
        let old = |start: &str, measured: &str| {
            let metric = Metric {
                measured_at: format::parse_rfc3339(measured),
                ..Metric::default()
            };
            let range = TimeRange {
                start: start.to_owned(),
                end: "2026-11-21T12:00:00Z".to_owned(),
            };
            super::old(&metric, &range).is_some()
        };
        let (hour, day) = ("2026-11-21T11:00:00Z", "2026-11-20T12:00:00Z");
        assert!(!old(hour, "2026-11-21T11:50:00Z"));
        assert!(old(hour, "2026-11-21T11:49:00Z"));
        assert!(!old(day, "2026-11-21T10:00:00Z"));
        assert!(old(day, "2026-11-21T09:00:00Z"));
        assert!(old(day, "2026-11-11T12:00:00Z"), "from before the range");
        assert!(!old(day, ""), "nobody said when");
    }

    #[test]
    fn a_sparkline_breaks_where_there_is_nothing() {
        let (stroke, area) = paths(&line(&[Some(0.0), Some(1.0), None, Some(1.0), Some(0.0)])).unwrap();
        assert_eq!(stroke.matches('M').count(), 2);
        assert_eq!(area.matches('Z').count(), 2);
    }

    #[test]
    fn a_flat_line_is_in_the_middle() {
        assert_eq!(
            paths(&line(&[Some(5.0), Some(5.0)])).unwrap().0,
            "M0.0 23.0L200.0 23.0"
        );
    }

    #[test]
    fn nothing_gives_no_line() {
        assert!(paths(&line(&[])).is_none());
        assert!(paths(&line(&[None, None])).is_none());
        assert!(paths(&line(&[Some(1.0)])).is_none());
    }

    #[test]
    fn a_trend_is_a_share_unless_the_value_is_one() {
        let plain = Metric::default();
        let share = Metric {
            unit: Some("%".to_owned()),
            ..Default::default()
        };
        let trend = Trend {
            previous: 100.0,
            change: 8.0,
        };
        assert_eq!(trend_text(trend, &plain), "▲ 8.0 %");
        assert_eq!(trend_text(trend, &share), "▲ 8.0");
        let tiny = Trend {
            previous: 100.0,
            change: -0.001,
        };
        assert_eq!(trend_text(tiny, &plain), "▶ 0.0 %");
        assert_eq!(
            trend_text(
                Trend {
                    previous: 0.0,
                    change: -3.0
                },
                &plain
            ),
            "▼ 3.0"
        );
    }
}
