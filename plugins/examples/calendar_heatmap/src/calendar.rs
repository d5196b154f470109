//! The calendar: a column per week, a square per day.

use std::collections::BTreeMap;
use std::fmt::Write;

use porthole_sdk::Surface;

use crate::ROUNDED;
use crate::civil::{self, Date, WEEKDAYS, weekday};
use crate::display::Display;
use crate::figure::{exact, short};
use crate::html::{self, escaped};
use crate::levels::Levels;

/// Pixels: between squares, of the line of month names, of the weekday names, of what lies below the squares.
const GAP: u32 = 3;
const MONTHS: u32 = 16;
const LABELS: u32 = 30;
const FOOT: u32 = 26;
/// The sides a square may have, pixels.
const SIDES: std::ops::RangeInclusive<u32> = 9..=26;

/// How large the squares are, and how many weeks there is room for.
#[derive(Debug, PartialEq, Eq)]
pub struct Fit {
    /// Of a square, pixels.
    side: u32,
    /// Up to this one.
    pub weeks: u32,
}

impl Fit {
    /// As high as the panel lets the squares be, and as many weeks as are left room for, at least four.
    pub fn of(surface: Option<Surface>, weeks: u32) -> Self {
        let Some(surface) = surface else {
            return Self { side: 16, weeks };
        };
        let squares = surface.height.saturating_sub(MONTHS + FOOT + 7 * GAP + ROUNDED);
        let across = surface.width.saturating_sub(LABELS);
        let high = (squares / 7).clamp(*SIDES.start(), *SIDES.end());
        let side_for = |weeks: u32| (across / weeks.max(1)).saturating_sub(GAP);
        // All weeks, if squares a little smaller make room for them; else fewer weeks, a quarter at least.
        let all = side_for(weeks);
        let side = if all * 5 >= high * 4 {
            all.min(high)
        } else {
            high.min(side_for(13))
        }
        .max(*SIDES.start());
        let room = across / (side + GAP);
        Self {
            side,
            weeks: weeks.min(room.max(4)),
        }
    }
}

/// The Monday of the first week shown.
pub fn first_day(today: i64, weeks: u32) -> i64 {
    today - weekday(today) as i64 - 7 * (i64::from(weeks) - 1)
}

/// The whole panel.
pub fn markup(display: &Display, fit: &Fit, today: i64, cells: &BTreeMap<i64, f64>) -> String {
    let first = first_day(today, fit.weeks);
    let levels = Levels::of(cells.values().copied());
    let unit = escaped(&display.unit);
    let words = |day: i64, value: Option<f64>| match value {
        Some(value) => format!("{}: {} {unit}", civil::long(day), exact(value, display.decimals)),
        None => format!("{}: no data", civil::long(day)),
    };
    let (side, weeks) = (fit.side, fit.weeks);
    // Columns and rows take what room there is, as long as squares still look like squares.
    let widest = LABELS + weeks * (side * 3 / 2 + GAP);
    let highest = MONTHS + 7 * (side * 3 / 2 + GAP) + FOOT;
    let mut out = String::with_capacity(64 * 1024);
    let _ = write!(
        out,
        r#"<div class="flex flex-col h-full max-w-[{widest}px] max-h-[{highest}px]"><div class="grow grid grid-flow-col grid-rows-[{MONTHS}px_repeat(7,minmax({side}px,1fr))] grid-cols-[{}px_repeat({weeks},minmax(0,1fr))] gap-[{GAP}px] text-[11px] leading-[{MONTHS}px]">"#,
        LABELS - GAP
    );
    out.push_str("<span></span>");
    for (place, name) in WEEKDAYS.iter().enumerate() {
        // Every other name is enough to find one's way.
        let name = if place % 2 == 0 { *name } else { "" };
        let _ = write!(out, r#"<span class="self-center opacity-70">{name}</span>"#);
    }
    let mut last_label = None;
    for week in 0..i64::from(weeks) {
        let monday = first + 7 * week;
        let label = month_label(monday, week, &mut last_label);
        let _ = write!(
            out,
            r#"<span class="whitespace-nowrap overflow-visible opacity-70">{label}</span>"#
        );
        for day in monday..monday + 7 {
            match cells.get(&day) {
                Some(value) => html::square(
                    &mut out,
                    display.color(),
                    levels.shade(*value),
                    words(day, Some(*value)).trim_end(),
                ),
                None if day <= today => html::hollow(&mut out, &words(day, None)),
                None => out.push_str("<span></span>"),
            }
        }
    }
    out.push_str("</div>");
    html::foot(&mut out, display.color(), &levels, &sentence(&unit, cells));
    out.push_str("</div>");
    out
}

/// The name of a month above the week in which it begins; not where two names would touch.
fn month_label(monday: i64, week: i64, last: &mut Option<i64>) -> &'static str {
    let begins = |monday: i64| (monday..monday + 7).map(Date::of).find(|date| date.day == 1);
    let date = match begins(monday) {
        Some(date) => date,
        None if week == 0 && (1..3).all(|weeks| begins(monday + 7 * weeks).is_none()) => Date::of(monday),
        None => return "",
    };
    if last.is_some_and(|last| week - last < 3) {
        return "";
    }
    *last = Some(week);
    date.month_name()
}

/// What the squares say together.
fn sentence(unit: &str, cells: &BTreeMap<i64, f64>) -> String {
    let Some((day, most)) = cells.iter().max_by(|a, b| a.1.total_cmp(b.1)) else {
        return "No data".to_owned();
    };
    let mean = cells.values().sum::<f64>() / cells.len() as f64;
    format!(
        "{} {unit} on the mean day · most on {}: {} · days in UTC",
        short(mean),
        civil::long(*day),
        short(*most)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit(width: u32, height: u32) -> Fit {
        let surface = Surface {
            width,
            height,
            dark: false,
        };
        Fit::of(Some(surface), 53)
    }

    #[test]
    fn a_year_fits_into_a_wide_panel_and_a_quarter_into_a_phone() {
        assert_eq!(fit(1380, 256), Fit { side: 22, weeks: 53 });
        let phone = fit(340, 256);
        assert_eq!(phone, Fit { side: 20, weeks: 13 });
        assert!(LABELS + phone.weeks * (phone.side + GAP) <= 340);
    }

    #[test]
    fn no_size_is_too_strange() {
        for (width, height) in [(0, 0), (u32::MAX, u32::MAX), (1, 10_000), (10_000, 1)] {
            let fit = fit(width, height);
            assert!(
                SIDES.contains(&fit.side) && (4..=53).contains(&fit.weeks),
                "{fit:?}"
            );
        }
    }

    #[test]
    fn weeks_begin_on_monday() {
        for today in 20_000..20_014 {
            assert_eq!(weekday(first_day(today, 9)), 0);
            assert!((56..63).contains(&(today - first_day(today, 9))));
        }
    }
}
