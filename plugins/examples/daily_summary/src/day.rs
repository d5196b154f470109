//! The name of a day.

/// Milliseconds.
pub const DAY: i64 = 86_400_000;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const WEEKDAYS: [&str; 7] = [
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "Monday",
    "Tuesday",
    "Wednesday",
];

/// `24 November 2026` of the days since 1 January 1970.
///
/// It walks: years from 1970, then months. There are few enough of them for a dashboard.
pub fn date(day: i64) -> String {
    let mut left = day.clamp(0, 3_000_000);
    let mut year = 1970;
    while left >= length_of_year(year) {
        left -= length_of_year(year);
        year += 1;
    }
    let february = length_of_year(year) - 337;
    let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    for (name, length) in MONTHS.iter().zip(lengths) {
        if left < length {
            return format!("{} {name} {year}", left + 1);
        }
        left -= length;
    }
    String::new()
}

/// `Tuesday`.
pub fn weekday(day: i64) -> &'static str {
    WEEKDAYS.get(day.rem_euclid(7) as usize).copied().unwrap_or("")
}

fn length_of_year(year: i64) -> i64 {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    365 + i64::from(leap)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_the_names_of_the_calendar() {
        for (day, weekday_name, name) in [
            (0, "Thursday", "1 January 1970"),
            (11_016, "Tuesday", "29 February 2000"),
            (20_089, "Wednesday", "1 January 2025"),
            (20_781, "Tuesday", "24 November 2026"),
        ] {
            assert_eq!((weekday(day), date(day).as_str()), (weekday_name, name));
        }
    }
}
