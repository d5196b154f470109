//! The contract in Rust: what `wit/` says, generated, and its plain types by name. All can be written as JSON, in the
//! same form as the SDK writes them natively: golden views are compared in it.

#[allow(missing_docs, clippy::all, clippy::pedantic)]
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "plugin",
        imports: {
            "porthole:panel/query.open": async | trappable,
            "porthole:panel/query.[method]source.series": async | trappable,
            "porthole:panel/query.[method]source.rows": async | trappable,
            default: trappable,
        },
        exports: { default: async },
        with: { "porthole:panel/query.source": crate::host::OpenSource },
        additional_derives: [PartialEq, serde::Serialize],
        include_component_type: false,
    });
}

pub use generated::exports::porthole::panel::panel::{
    Call, ColumnRole, Descriptor, Failure, Paging, Size, SourceRole, Surface,
};
pub use generated::porthole::panel::query::{
    Aggregate, ColumnInfo, QueryError, Resolution, Rows, RowsRequest, SeriesAnswer, SeriesRequest, Span,
};
pub use generated::porthole::panel::types::{
    Column, ColumnData, Filter, Frame, Instant, Series, SortKey, TimeRange,
};
pub use generated::porthole::panel::views::{
    Axis, Chart, ColumnFormat, Image, Mark, Metric, Plot, Severity, StatusItem, StatusStyle, Statuses, Table,
    TableColumn, Threshold, Trend, View,
};

pub(crate) use generated::porthole::panel::{log, query, types, views};
pub(crate) use generated::{Plugin as PluginWorld, PluginPre};
