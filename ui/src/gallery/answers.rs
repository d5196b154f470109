//! Made-up answers. They end now, as those of a living host do.

use porthole_model::{
    Aggregation, Allowed, Axis, CacheOutcome, Chart, ColumnFormat, Image, Mark, Markup, Metric, PanelAnswer,
    Plot, Severity, SortKey, Sparkline, StatusItem, StatusStyle, Statuses, Table, TableColumn, Threshold,
    TimeRange, Trend, Usage, View,
};
use serde_json::{Value, json};

use crate::{browser, time::format};

/// Twelve hours, in milliseconds.
const LENGTH: i64 = 12 * 3_600_000;
/// Between two points.
const STEP: i64 = 600_000;

/// Now, at a whole step.
pub(crate) fn end() -> i64 {
    browser::now() / STEP * STEP
}

/// A view in an answer that was made a moment ago.
pub(crate) fn answer(title: &str, type_name: &str, view: View) -> PanelAnswer {
    let text = |instant: i64| format::rfc3339(instant).to_string();
    PanelAnswer {
        panel: "sample".to_owned(),
        type_name: type_name.to_owned(),
        title: title.to_owned(),
        range: TimeRange {
            start: text(end() - LENGTH),
            end: text(end()),
        },
        aggregation: matches!(view, View::Chart(_)).then(|| Aggregation {
            bucket_seconds: 600,
            function: "avg".to_owned(),
        }),
        generated_at: text(browser::now()),
        cache: CacheOutcome::Miss,
        refresh_interval: 300,
        view,
        notes: Vec::new(),
        usage: Usage {
            plugin: type_name.to_owned(),
            version: "0.1.0".to_owned(),
            wall_us: 8_120,
            guest_us: 1_400,
            memory_bytes: 1_245_184,
            queries: 1,
            rows: 360,
            buckets_computed: 2,
            allowed: Allowed {
                wall_us: 10_000_000,
                guest_us: 500_000,
                memory_bytes: 67_108_864,
                queries: 16,
                rows: 1_000_000,
            },
        },
    }
}

/// Something like a day's load: the same for the same seed.
fn wave(seed: f64, step: f64) -> f64 {
    (step / 9.0 + seed).sin() * 10.0 + (step / 2.3 + seed * 3.0).sin() * 3.0 + (step * 1.7 + seed * 7.0).sin()
}

/// A series around `base`.
pub(crate) fn plot(label: &str, base: f64, mark: Mark) -> Plot {
    let steps = LENGTH / STEP;
    Plot {
        label: label.to_owned(),
        instants: (0..steps).map(|i| end() - LENGTH + i * STEP).collect(),
        values: (0..steps)
            .map(|i| Some((base + wave(base, i as f64)).max(0.0)))
            .collect(),
        color: None,
        mark,
        join_within: Some(STEP as u64 * 2),
    }
}

/// The plot with only the points whose share of its length is wanted.
pub(crate) fn only(mut plot: Plot, is_there: fn(f64) -> bool) -> Plot {
    let count = plot.instants.len() as f64;
    let kept = (0..plot.instants.len()).filter(|i| is_there(*i as f64 / count));
    let points = kept.map(|i| (plot.instants[i], plot.values[i]));
    (plot.instants, plot.values) = points.collect();
    plot
}

/// A chart in percent.
pub(crate) fn chart(series: Vec<Plot>) -> Chart {
    Chart {
        series,
        y_axis: Axis {
            label: None,
            unit: Some("%".to_owned()),
            minimum: Some(0.0),
            maximum: Some(100.0),
        },
        thresholds: Vec::new(),
        stacked: false,
    }
}

/// A threshold by its colour and word.
pub(crate) fn threshold(value: f64, color: &str, label: &str) -> Threshold {
    Threshold {
        value,
        color: color.to_owned(),
        label: Some(label.to_owned()),
    }
}

/// A number with its course.
pub(crate) fn metric(value: f64, unit: &str, threshold: Option<Threshold>, previous: f64) -> Metric {
    Metric {
        value: Some(value),
        unit: Some(unit.to_owned()).filter(|unit| !unit.is_empty()),
        decimals: Some(if value.fract() == 0.0 { 0 } else { 1 }),
        threshold,
        trend: Some(Trend {
            previous,
            change: value - previous,
        }),
        sparkline: Some(Sparkline {
            instants: (0..60).map(|i| end() - LENGTH + i * LENGTH / 60).collect(),
            values: (0..60)
                .map(|i| Some(value * (1.0 + wave(value, f64::from(i)) / 60.0)))
                .collect(),
        }),
        measured_at: Some(end()),
    }
}

/// Something that is well or not.
pub(crate) fn status(name: &str, severity: Severity, seconds: i64, message: Option<&str>) -> StatusItem {
    let (status, label, color) = match severity {
        Severity::Good => ("up", "Healthy", "#10B981"),
        Severity::Warning => ("degraded", "Degraded", "#F59E0B"),
        Severity::Critical => ("down", "Down", "#EF4444"),
        Severity::Unknown => ("n/a", "Unknown", "#9CA3AF"),
    };
    StatusItem {
        name: name.to_owned(),
        status: status.to_owned(),
        label: label.to_owned(),
        color: color.to_owned(),
        severity,
        checked_at: Some(browser::now() - seconds * 1_000),
        message: message.map(str::to_owned),
    }
}

/// Of these things.
pub(crate) fn statuses(items: Vec<StatusItem>) -> View {
    View::Statuses(Statuses { items })
}

/// A page of a log.
pub(crate) fn log(rows: Vec<Vec<Value>>, total: u64) -> View {
    let column = |name: &str, title: &str, format| TableColumn {
        name: name.to_owned(),
        title: title.to_owned(),
        format,
        sortable: true,
        filterable: name != "time",
    };
    let style = |value: &str, color: &str| StatusStyle {
        value: value.to_owned(),
        color: color.to_owned(),
        label: None,
    };
    let styles = vec![style("CRITICAL", "#EF4444"), style("ERROR", "#F59E0B")];
    View::Table(Table {
        columns: vec![
            column("time", "Time", ColumnFormat::Datetime),
            column("service", "Service", ColumnFormat::Text),
            column("message", "Error", ColumnFormat::Text),
            column("ms", "Duration", ColumnFormat::Number { decimals: Some(1) }),
            column("severity", "Severity", ColumnFormat::Status { styles }),
        ],
        rows,
        total,
        page: 1,
        page_size: 7,
        sort: vec![SortKey {
            column: "time".to_owned(),
            descending: true,
        }],
    })
}

/// Rows of that log.
pub(crate) fn lines() -> Vec<Vec<Value>> {
    let messages = [
        (
            "payments-api",
            "connect ECONNREFUSED 10.2.0.14:5432 (attempt 4 of 5)",
            "CRITICAL",
        ),
        (
            "payments-api",
            "transaction 8f3a1c rolled back: serialization failure",
            "ERROR",
        ),
        (
            "search-index",
            "segment merge exceeded 30 s, throttling writers",
            "ERROR",
        ),
        (
            "checkout",
            "price service answered 502, used cached price",
            "ERROR",
        ),
        ("mailer", "bounce rate 4.1 % over 15 min", "ERROR"),
        ("catalog", "image resize worker killed: out of memory", "CRITICAL"),
        ("auth", "JWKS refresh failed, keeping 2 keys", "ERROR"),
    ];
    (0..)
        .zip(messages)
        .map(|(i, (service, message, severity))| {
            vec![
                json!(end() - i * 97_000),
                json!(service),
                json!(message),
                json!(12.5 * (i + 1) as f64),
                json!(severity),
            ]
        })
        .collect()
}

/// A picture at an address of the host.
pub(crate) fn picture(name: &str) -> View {
    View::Image(Image {
        media_type: "image/png".to_owned(),
        url: format!("/api/v1/panels/{name}/image"),
        alternative: "Two sites, joined by a link".to_owned(),
        width: 640,
        height: 320,
    })
}

/// A summary as a template makes it.
pub(crate) fn markup() -> View {
    View::Markup(Markup {
        html: "<h3>Night shift</h3><p>Three services were <strong>restarted</strong> tonight; the longest outage was \
               <strong>4 min</strong>.</p><table><thead><tr><th>Service</th><th>Restarts</th></tr></thead><tbody><tr>\
               <td>payments-api</td><td>2</td></tr><tr><td>mailer</td><td>1</td></tr></tbody></table><p><a \
               href=\"/t/gallery/d/default\">All services</a></p>"
            .to_owned(),
        css: String::new(),
    })
}
