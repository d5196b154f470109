//! Views whose numbers, lengths and colours make no sense.

use crate::answer;
use crate::contract::porthole::panel::types::{Column, ColumnData, Frame, Series, SortKey};
use crate::contract::porthole::panel::views::{
    Axis, Chart, ColumnFormat, Mark, Metric, Plot, StatusStyle, Table, TableColumn, Threshold, Trend, View,
};

/// Points at the ends of time, with values that are no numbers.
pub fn chart() -> View {
    answer::chart(vec![Series {
        label: String::new(),
        instants: vec![i64::MIN, -1, 0, i64::MAX],
        values: vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX],
    }])
}

/// An axis from infinity to nothing.
pub fn axis() -> View {
    View::Chart(Chart {
        plots: Vec::new(),
        y_axis: Axis {
            label: None,
            unit: None,
            minimum: Some(f64::INFINITY),
            maximum: Some(f64::NAN),
        },
        thresholds: Vec::new(),
        stacked: false,
    })
}

/// A threshold that no value can reach.
pub fn threshold() -> View {
    View::Metric(Metric {
        threshold: Some(Threshold {
            value: f64::NAN,
            color: "#ff0000".to_owned(),
            label: None,
        }),
        ..nothing()
    })
}

/// A metric of infinities, with more decimals than a number has.
pub fn metric() -> View {
    View::Metric(Metric {
        value: Some(f64::NEG_INFINITY),
        decimals: Some(255),
        trend: Some(Trend {
            previous: f64::NAN,
            change: f64::INFINITY,
        }),
        measured_at: Some(i64::MIN),
        ..nothing()
    })
}

/// Page 0 of a table with more rows than there are atoms, in the order of a column it has not.
pub fn table() -> View {
    View::Table(Table {
        columns: vec![described("n")],
        frame: Frame {
            columns: vec![numbers("n", vec![f64::NAN, f64::NEG_INFINITY])],
        },
        total: u64::MAX,
        page: 0,
        page_size: 0,
        sort: vec![SortKey {
            column: "not there".to_owned(),
            descending: false,
        }],
    })
}

/// A table whose second column is shorter than its first.
pub fn unequal_columns() -> View {
    of(
        vec![described("a"), described("b")],
        vec![numbers("a", vec![1.0, 2.0]), numbers("b", vec![1.0])],
    )
}

/// A table with more columns than it describes.
pub fn undescribed_columns() -> View {
    of(
        vec![described("a")],
        vec![numbers("a", vec![1.0]), numbers("b", vec![1.0])],
    )
}

/// A chart and a table's cells in a colour that is none.
pub fn color(color: &str) -> View {
    View::Chart(Chart {
        plots: vec![Plot {
            series: Series {
                label: "colourful".to_owned(),
                instants: Vec::new(),
                values: Vec::new(),
            },
            color: Some(color.to_owned()),
            mark: Mark::Area,
            join_within: Some(u64::MAX),
        }],
        y_axis: Axis {
            label: None,
            unit: None,
            minimum: None,
            maximum: None,
        },
        thresholds: Vec::new(),
        stacked: true,
    })
}

fn of(columns: Vec<TableColumn>, frame: Vec<Column>) -> View {
    View::Table(Table {
        columns,
        frame: Frame { columns: frame },
        total: 1,
        page: 1,
        page_size: 25,
        sort: Vec::new(),
    })
}

fn described(name: &str) -> TableColumn {
    TableColumn {
        name: name.to_owned(),
        title: name.to_owned(),
        format: ColumnFormat::Status(vec![StatusStyle {
            value: "up".to_owned(),
            color: "#00ff00".to_owned(),
            label: None,
        }]),
        sortable: true,
        filterable: true,
    }
}

fn numbers(name: &str, cells: Vec<f64>) -> Column {
    Column {
        name: name.to_owned(),
        data: ColumnData::Numbers(cells),
    }
}

fn nothing() -> Metric {
    Metric {
        value: None,
        unit: None,
        decimals: None,
        threshold: None,
        trend: None,
        sparkline: None,
        measured_at: None,
    }
}
