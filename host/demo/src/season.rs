//! How busy a day is compared with others: quieter weekends, a slow swing over the year, campaigns, bad days.

use crate::noise::{smooth, uniform};

const DAY: i64 = 86_400;
const YEAR: f64 = 365.25;

/// About 1: what an instant (seconds since the Unix epoch) is multiplied with. It glides from noon to noon, so that
/// no curve jumps at midnight.
pub fn factor(seed: u64, seconds: i64) -> f64 {
    let since_noon = seconds - DAY / 2;
    let day = since_noon.div_euclid(DAY);
    let part = since_noon.rem_euclid(DAY) as f64 / DAY as f64;
    let (from, to) = (of_day(seed, day), of_day(seed, day + 1));
    from + (to - from) * part
}

/// Of a day, counted from the Unix epoch.
fn of_day(seed: u64, day: i64) -> f64 {
    // Day 0 was a Thursday; 0 is Monday.
    let week = match (day + 3).rem_euclid(7) {
        5 => 0.78,
        6 => 0.66,
        4 => 1.03,
        _ => 1.0,
    };
    // Busiest at the end of November, day 330 of the year.
    let year = 1.0 + 0.12 * ((day as f64 - 330.0) / YEAR * std::f64::consts::TAU).cos();
    let drift = 1.0 + 0.10 * smooth(seed ^ 0x5ea5, day as f64, 11.0);
    let chance = uniform(seed ^ 0xca4e, day);
    let event = match chance {
        lucky if lucky > 0.975 => 1.3,
        bad if bad < 0.012 => 0.45,
        _ => 1.0,
    };
    0.92 * week * year * drift * event
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekends_are_quieter_than_working_days() {
        // 1 June 2026 is a Monday; over a year chance evens out.
        let monday = 1_780_272_000 + DAY / 2;
        let mean = |weekday: i64| -> f64 {
            let days = (0..52).map(|week| factor(7, monday + (weekday + 7 * week) * DAY));
            days.sum::<f64>() / 52.0
        };
        assert!(mean(6) < 0.8 * mean(1), "{} {}", mean(6), mean(1));
        assert!(mean(5) < 0.9 * mean(2));
    }

    #[test]
    fn the_factor_stays_within_bounds_and_does_not_jump() {
        for hour in 0..24 * 400 {
            let at = 1_780_272_000 + hour * 3600;
            let here = factor(3, at);
            assert!((0.2..2.0).contains(&here), "{here}");
            assert!((here - factor(3, at + 60)).abs() < 0.01);
        }
    }
}
