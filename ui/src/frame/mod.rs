//! The bar on top of every dashboard, and its menus.

mod calendar;
mod dashboard_menu;
mod menu;
mod over;
mod palette;
mod range_picker;
mod refresh_control;
mod share;
mod tenant_menu;
mod top_bar;
mod user_menu;
mod zone_list;

pub(crate) use menu::{Menu, menu};
pub(crate) use over::over;
pub(crate) use top_bar::{bare_bar, titled_bar, top_bar};
