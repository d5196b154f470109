//! The mean week: a row per weekday, a square per hour.

use std::collections::BTreeMap;
use std::fmt::Write;

use porthole_sdk::Surface;

use crate::ROUNDED;
use crate::civil::{WEEKDAYS, weekday};
use crate::display::Display;
use crate::figure::{exact, short};
use crate::html::{self, escaped};
use crate::levels::Levels;

/// The mean of each hour of the week, from Monday at midnight UTC; none where nothing was measured.
fn means(cells: &BTreeMap<i64, f64>) -> Vec<Option<f64>> {
    let mut sums = vec![(0.0, 0u32); 7 * 24];
    for (hour, value) in cells {
        let place = weekday(hour.div_euclid(24)) * 24 + hour.rem_euclid(24) as usize;
        if let Some((sum, count)) = sums.get_mut(place) {
            *sum += value;
            *count += 1;
        }
    }
    sums.into_iter()
        .map(|(sum, count)| (count > 0).then(|| sum / f64::from(count)))
        .collect()
}

/// The whole panel.
pub fn markup(display: &Display, surface: Option<Surface>, weeks: u32, cells: &BTreeMap<i64, f64>) -> String {
    let means = means(cells);
    let levels = Levels::of(means.iter().flatten().copied());
    let unit = escaped(&display.unit);
    // Hours above, a sentence and the shades below, seven rows between.
    let side = surface.map_or(18, |surface| {
        (surface.height.saturating_sub(16 + 26 + 7 * 3 + ROUNDED) / 7).clamp(9, 32)
    });
    let mut out = String::with_capacity(32 * 1024);
    let _ = write!(
        out,
        r#"<div class="flex flex-col h-full"><div class="grow grid grid-cols-[28px_repeat(24,minmax(0,1fr))] grid-rows-[16px_repeat(7,minmax({side}px,1fr))] gap-[3px] text-[11px] leading-[16px]"><span></span>"#
    );
    for hour in 0..24 {
        let label = if hour % 3 == 0 {
            format!("{hour:02}")
        } else {
            String::new()
        };
        let _ = write!(
            out,
            r#"<span class="whitespace-nowrap overflow-visible opacity-70">{label}</span>"#
        );
    }
    for (row, hours) in WEEKDAYS.iter().zip(means.chunks(24)) {
        let _ = write!(out, r#"<span class="self-center opacity-70">{row}</span>"#);
        for (hour, mean) in hours.iter().enumerate() {
            let when = format!("{row} {hour:02}:00 to {:02}:00", hour + 1);
            match mean {
                Some(mean) => {
                    let title = format!("{when}: {} {unit}", exact(*mean, display.decimals));
                    html::square(&mut out, display.color(), levels.shade(*mean), title.trim_end());
                }
                None => html::hollow(&mut out, &format!("{when}: no data")),
            }
        }
    }
    out.push_str("</div>");
    html::foot(
        &mut out,
        display.color(),
        &levels,
        &sentence(&unit, weeks, &means),
    );
    out.push_str("</div>");
    out
}

fn sentence(unit: &str, weeks: u32, means: &[Option<f64>]) -> String {
    let most = means
        .iter()
        .enumerate()
        .filter_map(|(place, mean)| Some((place, (*mean)?)))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    match most {
        None => "No data".to_owned(),
        Some((place, mean)) => format!(
            "Mean of {weeks} weeks · most on {} at {:02}:00: {} {unit} · hours in UTC",
            WEEKDAYS.get(place / 24).copied().unwrap_or(""),
            place % 24,
            short(mean)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_hour_of_two_weeks_is_averaged() {
        // 1 January 1970 was a Thursday.
        let cells = BTreeMap::from([(0, 2.0), (7 * 24, 4.0), (25, 9.0)]);
        let means = means(&cells);
        assert_eq!(means[3 * 24], Some(3.0));
        assert_eq!(means[4 * 24 + 1], Some(9.0));
        assert_eq!(means.iter().flatten().count(), 2);
    }
}
