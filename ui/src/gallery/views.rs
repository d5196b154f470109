//! Views with data in them.

use crate::prelude::*;
use porthole_model::{Mark, Metric, Severity, View as Shown};

use super::{
    answers::{self, chart, log, metric, only, plot, status, statuses as list, threshold},
    sample::{Sample, grid},
};
use crate::stores::Board;

const SERVERS: [&str; 14] = [
    "edge-01", "edge-02", "core-01", "core-02", "batch-01", "batch-02", "db-01", "db-02", "cache-01",
    "cache-02", "web-01", "web-02", "mail-01", "mail-02",
];

pub(super) fn charts(board: &Board) -> View {
    let lines = |count: usize| -> Vec<_> {
        SERVERS
            .iter()
            .take(count)
            .enumerate()
            .map(|(i, name)| plot(name, 78.0 - 9.0 * i as f64 % 70.0, Mark::Line))
            .collect()
    };
    let new = |title, width| Sample::new(title, "timeseries", (width, 2));
    let mut thresholds = chart(lines(4));
    thresholds.thresholds = vec![
        threshold(70.0, "#F59E0B", "warning"),
        threshold(90.0, "#EF4444", "critical"),
    ];
    thresholds.y_axis.label = Some("Utilisation".to_owned());
    let gaps = chart(vec![
        only(plot("edge-01", 70.0, Mark::Line), |at| !(0.35..0.6).contains(&at)),
        only(plot("edge-02", 40.0, Mark::Line), |at| {
            !(0.2..0.75).contains(&at) || (0.45..0.46).contains(&at)
        }),
    ]);
    let mut stacked = chart(vec![
        plot("eu", 30.0, Mark::Area),
        plot("us", 22.0, Mark::Area),
        plot("ap", 14.0, Mark::Area),
    ]);
    stacked.stacked = true;
    let mut bars = chart(vec![plot("orders", 40.0, Mark::Bar)]);
    bars.y_axis = Default::default();
    let mut large = chart(vec![plot("eu", 40.0, Mark::Line), plot("us", 25.0, Mark::Line)]);
    for series in &mut large.series {
        for value in series.values.iter_mut().flatten() {
            *value *= 1_400.0;
        }
    }
    large.y_axis = porthole_model::Axis {
        unit: Some("req".to_owned()),
        ..Default::default()
    };
    let mut table = new("As a table", 6).showing(Shown::Chart(chart(lines(3))));
    table.as_table = true;
    grid(
        board,
        vec![
            new("Lines with thresholds", 6).showing(Shown::Chart(thresholds)),
            new("An area", 6).showing(Shown::Chart(chart(vec![plot("edge-01", 55.0, Mark::Area)]))),
            new("Gaps, and a lone value", 6).showing(Shown::Chart(gaps)),
            new("Stacked areas", 6).showing(Shown::Chart(stacked)),
            new("Bars", 4).showing(Shown::Chart(bars)),
            new("Dots", 4).showing(Shown::Chart(chart(vec![plot("checks", 50.0, Mark::Point)]))),
            new("Large values", 4).showing(Shown::Chart(large)),
            new("More series than colours", 6).showing(Shown::Chart(chart(lines(14)))),
            table,
        ],
    )
}

pub(super) fn metrics(board: &Board) -> View {
    let new = |title, width, metric| Sample::new(title, "kpi", (width, 1)).showing(Shown::Metric(metric));
    let plain = Metric {
        value: Some(42.0),
        ..Default::default()
    };
    let still = Metric {
        trend: Some(porthole_model::Trend {
            previous: 12.0,
            change: 0.0,
        }),
        ..metric(12.0, "jobs", None, 12.0)
    };
    grid(
        board,
        vec![
            new(
                "Good",
                3,
                metric(0.4, "%", Some(threshold(0.0, "#10B981", "good")), 0.5),
            ),
            new(
                "Warning",
                3,
                metric(71.4, "%", Some(threshold(70.0, "#F59E0B", "warning")), 68.2),
            ),
            new(
                "Critical",
                3,
                metric(
                    9_310.0,
                    "jobs",
                    Some(threshold(5_000.0, "#EF4444", "critical")),
                    6_600.0,
                ),
            ),
            new("No threshold", 3, metric(1_284.0, "", None, 1_189.0)),
            new("No change", 3, still),
            new("Neither course nor change", 3, plain),
            new("A long number", 3, metric(1_284_310_221.0, "orders", None, 9e8)),
            new(
                "A larger unit",
                3,
                metric(17_179_869_184.0, "bytes", None, 1.6e10),
            ),
            new(
                "Measured long ago",
                3,
                Metric {
                    measured_at: Some(answers::end() - 5 * 3_600_000),
                    ..metric(204.0, "ms", None, 198.0)
                },
            ),
            new("Narrow", 2, metric(204.0, "ms", None, 198.0)),
            new(
                "Narrow, and a longer number",
                2,
                metric(12_840.0, "jobs", None, 9e3),
            ),
            new("One column", 1, metric(204.0, "ms", None, 198.0)),
            new(
                "One column of many",
                1,
                metric(
                    1_284_310_221.0,
                    "orders",
                    Some(threshold(1e9, "#F59E0B", "warning")),
                    9e8,
                ),
            ),
        ],
    )
}

pub(super) fn statuses(board: &Board) -> View {
    let mixed = vec![
        status(
            "payments-api",
            Severity::Critical,
            12,
            Some("connection refused by 10.2.0.14:8443 after 3 tries"),
        ),
        status(
            "search-index",
            Severity::Warning,
            40,
            Some("segment merge is behind by 4 min"),
        ),
        status("legacy-fax", Severity::Unknown, 90_000, None),
        status("checkout", Severity::Good, 8, None),
        status("catalog", Severity::Good, 9, None),
    ];
    let well = ["checkout", "catalog", "auth"]
        .map(|name| status(name, Severity::Good, 8, None))
        .to_vec();
    let mut many = SERVERS
        .map(|name| {
            let severity = if name.ends_with("02") {
                Severity::Warning
            } else {
                Severity::Good
            };
            status(name, severity, 30, None)
        })
        .to_vec();
    many.sort_by_key(|item| item.severity != Severity::Warning);
    let new = |title, items| Sample::new(title, "health_status", (4, 2)).showing(list(items));
    grid(
        board,
        vec![
            new("Something is down", mixed),
            new("All is well", well),
            new("More than fit", many),
        ],
    )
}

pub(super) fn tables(board: &Board) -> View {
    let new = |title| Sample::new(title, "table", (12, 2));
    grid(
        board,
        vec![
            new("A page of many").showing(log(answers::lines(), 137)),
            new("No rows match").showing(log(Vec::new(), 0)).with(|loader| {
                loader
                    .wishes
                    .update(|wishes| wishes.filter_by("service", "billing"))
            }),
        ],
    )
}

pub(super) fn own(board: &Board) -> View {
    grid(
        board,
        vec![
            Sample::new("A picture", "custom_image", (4, 2)).showing(answers::picture("sample")),
            Sample::new("A picture that cannot be loaded", "custom_image", (4, 2))
                .showing(answers::picture("lost")),
            Sample::new("Markup", "custom_template", (4, 2)).showing(answers::markup()),
        ],
    )
}
