//! Every view, with every field filled.

use crate::contract::porthole::panel::types::{Column, ColumnData, Frame, Series, SortKey};
use crate::contract::porthole::panel::views::{
    Axis, Chart, ColumnFormat, Image, Mark, Metric, Plot, Severity, StatusItem, StatusStyle, Statuses, Table,
    TableColumn, Threshold, Trend, View,
};

/// A chart with a plot of each mark.
pub fn chart() -> View {
    let plot = |label: &str, mark: Mark| Plot {
        series: series(label),
        color: (label == "line").then(|| "#112233".to_owned()),
        mark,
        join_within: (label == "line").then_some(60_000),
    };
    View::Chart(Chart {
        plots: vec![
            plot("line", Mark::Line),
            plot("area", Mark::Area),
            plot("bar", Mark::Bar),
            plot("point", Mark::Point),
        ],
        y_axis: Axis {
            label: Some("Load".to_owned()),
            unit: Some("%".to_owned()),
            minimum: Some(0.0),
            maximum: Some(100.0),
        },
        thresholds: vec![threshold()],
        stacked: true,
    })
}

/// A metric with all its parts.
pub fn metric() -> View {
    View::Metric(Metric {
        value: Some(42.5),
        unit: Some("ms".to_owned()),
        decimals: Some(1),
        threshold: Some(threshold()),
        trend: Some(Trend {
            previous: 40.0,
            change: 2.5,
        }),
        sparkline: Some(series("sparkline")),
        measured_at: Some(60_000),
    })
}

/// A status of each severity.
pub fn statuses() -> View {
    let severities = [
        ("good", Severity::Good),
        ("warning", Severity::Warning),
        ("critical", Severity::Critical),
        ("unknown", Severity::Unknown),
    ];
    let item = |(name, severity): (&str, Severity)| StatusItem {
        name: name.to_owned(),
        status: "up".to_owned(),
        label: "Up".to_owned(),
        color: "#00ff00".to_owned(),
        severity,
        checked_at: Some(1),
        message: Some("fine".to_owned()),
    };
    View::Statuses(Statuses {
        items: severities.into_iter().map(item).collect(),
    })
}

/// A table with a column of each kind and each format.
pub fn table() -> View {
    let columns = vec![
        (
            "numbers",
            ColumnFormat::Number(Some(2)),
            ColumnData::Numbers(vec![1.5, 2.5]),
        ),
        (
            "integers",
            ColumnFormat::Number(None),
            ColumnData::Integers(vec![Some(7), None]),
        ),
        (
            "texts",
            ColumnFormat::Text,
            ColumnData::Texts(vec![Some("a".to_owned()), None]),
        ),
        (
            "booleans",
            ColumnFormat::Boolean,
            ColumnData::Booleans(vec![Some(true), None]),
        ),
        (
            "instants",
            ColumnFormat::Datetime,
            ColumnData::Instants(vec![Some(0), None]),
        ),
        (
            "statuses",
            ColumnFormat::Status(vec![StatusStyle {
                value: "up".to_owned(),
                color: "#00ff00".to_owned(),
                label: Some("Up".to_owned()),
            }]),
            ColumnData::Texts(vec![Some("up".to_owned()), None]),
        ),
    ];
    let (described, data) = columns
        .into_iter()
        .map(|(name, format, data)| {
            let described = TableColumn {
                name: name.to_owned(),
                title: name.to_uppercase(),
                format,
                sortable: true,
                filterable: false,
            };
            let name = name.to_owned();
            (described, Column { name, data })
        })
        .unzip();
    View::Table(Table {
        columns: described,
        frame: Frame { columns: data },
        total: 2,
        page: 1,
        page_size: 25,
        sort: vec![SortKey {
            column: "numbers".to_owned(),
            descending: true,
        }],
    })
}

/// Bytes that say they are an image.
pub fn image() -> View {
    View::Image(Image {
        media_type: "image/png".to_owned(),
        bytes: vec![1, 2, 3],
        alternative: "Three bytes".to_owned(),
    })
}

fn series(label: &str) -> Series {
    Series {
        label: label.to_owned(),
        instants: vec![0, 60_000],
        values: vec![1.0, 2.0],
    }
}

fn threshold() -> Threshold {
    Threshold {
        value: 80.0,
        color: "#ff0000".to_owned(),
        label: Some("high".to_owned()),
    }
}
