//! Calendar dates: the proleptic Gregorian calendar, and how far a zone is from UTC.

/// A second in milliseconds.
pub const SECOND: i64 = 1_000;
/// A minute in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// An hour in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// A day of 24 hours in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// Where clocks show something else than UTC.
pub trait Zone {
    /// Milliseconds to add to UTC at this instant (milliseconds since the epoch).
    fn offset(&self, instant: i64) -> i64;
}

/// Always this many milliseconds from UTC; 0 is UTC itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixed(pub i64);

impl Zone for Fixed {
    fn offset(&self, _: i64) -> i64 {
        self.0
    }
}

/// What a clock and a calendar on the wall show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Civil {
    /// Astronomical: 0 is 1 BC.
    pub year: i64,
    /// From 1.
    pub month: u32,
    /// From 1.
    pub day: u32,
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999.
    pub millisecond: u32,
}

impl Civil {
    /// Midnight at the start of a day; none when there is no such day.
    pub fn date(year: i64, month: u32, day: u32) -> Option<Self> {
        let exists = (1..=12).contains(&month)
            && (1..=days_in_month(year, month)).contains(&day)
            && (0..=9999).contains(&year);
        exists.then_some(Self {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
            millisecond: 0,
        })
    }

    /// The wall at an instant (milliseconds since the epoch) in a zone.
    pub fn at(instant: i64, zone: &dyn Zone) -> Self {
        let local = instant.saturating_add(zone.offset(instant));
        let (year, month, day) = date_of_day(local.div_euclid(DAY));
        let rest = local.rem_euclid(DAY);
        Self {
            year,
            month,
            day,
            hour: (rest / HOUR) as u32,
            minute: (rest % HOUR / MINUTE) as u32,
            second: (rest % MINUTE / SECOND) as u32,
            millisecond: (rest % SECOND) as u32,
        }
    }

    /// The instant (milliseconds since the epoch) at which the wall shows this. Where a zone sets its clocks back the
    /// later of the two, where it sets them forward the instant as if it had not.
    pub fn instant(&self, zone: &dyn Zone) -> i64 {
        let local = day_of_date(self.year, self.month, self.day) * DAY
            + i64::from(self.hour) * HOUR
            + i64::from(self.minute) * MINUTE
            + i64::from(self.second) * SECOND
            + i64::from(self.millisecond);
        let guess = local - zone.offset(local);
        local - zone.offset(guess)
    }

    /// 0 is Monday.
    pub fn weekday(&self) -> u32 {
        // The epoch was a Thursday.
        (day_of_date(self.year, self.month, self.day) + 3).rem_euclid(7) as u32
    }

    /// The same time of day, this many days later.
    pub fn plus_days(self, days: i64) -> Self {
        let (year, month, day) = date_of_day(day_of_date(self.year, self.month, self.day) + days);
        Self {
            year,
            month,
            day,
            ..self
        }
    }

    /// The same day of the month, this many months later; the month's last day where it is shorter.
    pub fn plus_months(self, months: i64) -> Self {
        let index = self.year * 12 + i64::from(self.month) - 1 + months;
        let (year, month) = (index.div_euclid(12), index.rem_euclid(12) as u32 + 1);
        Self {
            year,
            month,
            day: self.day.min(days_in_month(year, month)),
            ..self
        }
    }

    /// Midnight of the same day.
    pub fn midnight(self) -> Self {
        Self {
            hour: 0,
            minute: 0,
            second: 0,
            millisecond: 0,
            ..self
        }
    }
}

/// 28 to 31.
fn days_in_month(year: i64, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day is the last.
fn day_of_date(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = i64::from((month + 9) % 12);
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The other way round.
fn date_of_day(days: i64) -> (i64, u32, u32) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    } as u32;
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// As Berlin in 2026: clocks go forward on 29 March and back on 25 October, at 01:00 UTC.
    struct Berlin;
    impl Zone for Berlin {
        fn offset(&self, instant: i64) -> i64 {
            if (1_774_746_000_000..1_792_890_000_000).contains(&instant) {
                2 * HOUR
            } else {
                HOUR
            }
        }
    }

    #[test]
    fn days_and_dates_are_each_others_inverse() {
        for day in (-800_000..800_000).step_by(37) {
            let (year, month, date) = date_of_day(day);
            assert_eq!(day_of_date(year, month, date), day);
        }
        assert_eq!(date_of_day(0), (1970, 1, 1));
        assert_eq!(date_of_day(19_782), (2024, 2, 29));
    }

    #[test]
    fn knows_the_days_of_the_week() {
        assert_eq!(Civil::date(2026, 11, 21).unwrap().weekday(), 5);
        assert_eq!(Civil::date(1970, 1, 1).unwrap().weekday(), 3);
    }

    #[test]
    fn refuses_days_that_are_not() {
        assert!(Civil::date(2026, 2, 29).is_none());
        assert!(Civil::date(2026, 13, 1).is_none());
        assert!(Civil::date(2026, 4, 31).is_none());
    }

    #[test]
    fn a_wall_in_summer_is_two_hours_from_utc_in_berlin() {
        let wall = Civil {
            hour: 12,
            ..Civil::date(2026, 7, 1).unwrap()
        };
        assert_eq!(wall.instant(&Berlin), wall.instant(&Fixed(0)) - 2 * HOUR);
        assert_eq!(Civil::at(wall.instant(&Berlin), &Berlin), wall);
    }

    #[test]
    fn midnight_before_the_clocks_change_is_midnight() {
        let day = Civil::date(2026, 3, 29).unwrap();
        assert_eq!(Civil::at(day.instant(&Berlin), &Berlin), day);
        let next = day.plus_days(1);
        assert_eq!(next.instant(&Berlin) - day.instant(&Berlin), 23 * HOUR);
    }

    #[test]
    fn a_month_after_the_31st_is_the_months_last_day() {
        let day = Civil::date(2026, 1, 31).unwrap();
        assert_eq!(day.plus_months(1), Civil::date(2026, 2, 28).unwrap());
        assert_eq!(day.plus_months(-2), Civil::date(2025, 11, 30).unwrap());
    }
}
