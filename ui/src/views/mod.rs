//! One file per kind of view.

mod cell;
mod chart;
mod chart_table;
mod figures;
mod image;
mod markup;
mod metric;
mod pager;
mod plotter;
mod statuses;
mod table;
mod tooltip;

pub(crate) use chart::chart;
pub(crate) use chart_table::chart_table;
pub(crate) use image::image;
pub(crate) use markup::markup;
pub(crate) use metric::{metric, metric_facts};
pub(crate) use statuses::statuses;
pub(crate) use table::table;
