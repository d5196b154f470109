//! Nothing from a guest is trusted: a view becomes part of an answer only after every number, text, colour and
//! length in it was looked at.
//!
//! Numbers that JSON cannot say (NaN, infinities) become null. Texts that come from data, and series, are cut to what can be
//! shown, and counted: whoever writes into a tenant's database must not be able to take its panels away. Everything else that is wrong refuses the view with a
//! sentence for the plugin's author: a half-shown picture would be a wrong picture.

mod chart;
mod table;
mod text;

use porthole_model as model;
use porthole_sandbox::bindings as guest;

pub use text::{MAX_TEXT, label};
use text::{color, optional_label, optional_shortened, shortened};

/// The most things of one kind in one view: plots, thresholds, columns.
pub const MAX_PARTS: usize = 500;
/// The most items of a list of statuses.
const MAX_ITEMS: usize = 10_000;
/// The most points of all plots together.
const MAX_POINTS: usize = 4_000_000;

/// Why a view was refused, for the plugin's author.
pub type Refusal = String;

/// What of a view is not shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Cuts {
    /// Texts that are not whole.
    pub texts: u64,
    /// Series that are left out.
    pub series: u64,
}

/// Turns a guest's view of numbers and texts into one that can be shown, or says why not.
pub fn view(view: guest::View) -> Result<(model::View, Cuts), Refusal> {
    let mut cuts = Cuts::default();
    let view = match view {
        guest::View::Chart(chart) => chart::chart(chart, &mut cuts).map(model::View::Chart),
        guest::View::Metric(metric) => chart::metric(metric).map(model::View::Metric),
        guest::View::Statuses(statuses) => self::statuses(statuses, &mut cuts).map(model::View::Statuses),
        guest::View::Table(table) => table::table(table, &mut cuts).map(model::View::Table),
        // These are worked up and not only looked at.
        guest::View::Image(_) | guest::View::Markup(_) | guest::View::Document(_) => {
            Err("the view is not one of numbers and texts".into())
        }
    };
    view.map(|view| (view, cuts))
}

fn statuses(statuses: guest::Statuses, cuts: &mut Cuts) -> Result<model::Statuses, Refusal> {
    at_most(statuses.items.len(), MAX_ITEMS, "statuses")?;
    let items = statuses
        .items
        .into_iter()
        .map(|item| {
            Ok(model::StatusItem {
                color: color(&item.color)?,
                name: shortened(item.name, cuts),
                status: shortened(item.status, cuts),
                label: shortened(item.label, cuts),
                severity: match item.severity {
                    guest::Severity::Good => model::Severity::Good,
                    guest::Severity::Warning => model::Severity::Warning,
                    guest::Severity::Critical => model::Severity::Critical,
                    guest::Severity::Unknown => model::Severity::Unknown,
                },
                checked_at: item.checked_at,
                message: optional_shortened(item.message, cuts),
            })
        })
        .collect::<Result<_, Refusal>>()?;
    Ok(model::Statuses { items })
}

fn threshold(threshold: guest::Threshold) -> Result<model::Threshold, Refusal> {
    if !threshold.value.is_finite() {
        return Err("a threshold's value is not a finite number".into());
    }
    Ok(model::Threshold {
        value: threshold.value,
        color: color(&threshold.color)?,
        label: optional_label(threshold.label, "a threshold's label")?,
    })
}

fn at_most(count: usize, limit: usize, what: &str) -> Result<(), Refusal> {
    if count > limit {
        Err(format!("{count} {what}, at most {limit} are shown"))
    } else {
        Ok(())
    }
}

/// Finite, or nothing.
fn number(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
