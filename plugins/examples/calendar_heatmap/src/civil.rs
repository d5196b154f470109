//! Days of the calendar, counted from the Unix epoch, in UTC: a panel has no time zone database, and its squares are
//! the database's own days.

/// A day of the Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date {
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
/// From Monday.
pub const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

impl Date {
    /// Of a day that is so many days after 1 January 1970.
    ///
    /// The year is taken to begin in March, so that the odd day of leap years is the last of the year; 400 years have
    /// 146,097 days.
    pub fn of(day: i64) -> Self {
        // Days since 1 March of the year 0.
        let day = day + 719_468;
        let era = day.div_euclid(146_097);
        let of_era = day.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        // Months from March have 31, 30, 31, 30, 31 days, and so on: 153 in each five.
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        Self {
            year: year_of_era + era * 400 + i64::from(month <= 2),
            month: month as u8,
            day: (of_year - (153 * from_march + 2) / 5 + 1) as u8,
        }
    }

    /// `Jan`.
    pub fn month_name(self) -> &'static str {
        MONTHS
            .get(usize::from(self.month).wrapping_sub(1))
            .copied()
            .unwrap_or("")
    }
}

/// 0 for Monday to 6; the epoch began on a Thursday.
pub fn weekday(day: i64) -> usize {
    (day + 3).rem_euclid(7) as usize
}

/// `Tue 3 Mar 2026`.
pub fn long(day: i64) -> String {
    let date = Date::of(day);
    let weekday = WEEKDAYS.get(weekday(day)).copied().unwrap_or("");
    format!("{weekday} {} {} {}", date.day, date.month_name(), date.year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_names_of_the_calendar() {
        for (day, name) in [
            (0, "Thu 1 Jan 1970"),
            (-1, "Wed 31 Dec 1969"),
            (11_016, "Tue 29 Feb 2000"),
            (11_017, "Wed 1 Mar 2000"),
            (20_089, "Wed 1 Jan 2025"),
            (-25_509, "Wed 28 Feb 1900"),
            (-25_508, "Thu 1 Mar 1900"),
        ] {
            assert_eq!(long(day), name, "{day}");
        }
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut before = Date::of(-800_000);
        for day in -799_999..800_000 {
            let date = Date::of(day);
            let next_day =
                date.year == before.year && date.month == before.month && date.day == before.day + 1;
            let next_month =
                date.day == 1 && (date.month == before.month + 1 || date.month == 1 && before.month == 12);
            assert!(next_day || next_month, "{before:?} {date:?}");
            before = date;
        }
    }
}
