//! Intervals: `'1 day'`, `'2 hours 30 minutes'`, `'15' MINUTE`.

/// A stretch of calendar time: months have no fixed length, everything else has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Interval {
    pub(super) months: i32,
    pub(super) millis: i64,
}

/// No interval is longer than this: about a century.
const MOST_MILLIS: i64 = 100 * 366 * 86_400_000;
const MOST_MONTHS: i32 = 1200;

/// Parses number and unit pairs; with `unit`, the text is the number alone. `None`: it is not an interval.
pub(super) fn parse(text: &str, unit: Option<&str>) -> Option<Interval> {
    let mut interval = Interval::default();
    if let Some(unit) = unit {
        add(&mut interval, text.trim(), unit)?;
        return Some(interval);
    }
    let mut words = text.split_whitespace().peekable();
    words.peek()?;
    while let Some(word) = words.next() {
        // `15min` as well as `15 min`.
        let split = word.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(word.len());
        let (number, rest) = word.split_at(split);
        let unit = if rest.is_empty() { words.next()? } else { rest };
        add(&mut interval, number, unit)?;
    }
    Some(interval)
}

fn add(interval: &mut Interval, number: &str, unit: &str) -> Option<()> {
    let number: f64 = number.parse().ok()?;
    if !number.is_finite() {
        return None;
    }
    let millis = match unit.to_ascii_lowercase().as_str() {
        "ms" | "millisecond" | "milliseconds" => 1.0,
        "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
        "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
        "h" | "hour" | "hours" => 3_600_000.0,
        "d" | "day" | "days" => 86_400_000.0,
        "week" | "weeks" => 7.0 * 86_400_000.0,
        unit @ ("month" | "months" | "mon" | "mons" | "year" | "years") => {
            let months = if unit.starts_with('y') {
                number * 12.0
            } else {
                number
            };
            if months.fract() != 0.0 || months.abs() > f64::from(MOST_MONTHS) {
                return None;
            }
            interval.months = interval.months.checked_add(months as i32)?;
            return (interval.months.abs() <= MOST_MONTHS).then_some(());
        }
        _ => return None,
    };
    let millis = (number * millis).round();
    if millis.abs() > MOST_MILLIS as f64 {
        return None;
    }
    interval.millis = interval.millis.checked_add(millis as i64)?;
    (interval.millis.abs() <= MOST_MILLIS).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_units_in_many_spellings() {
        let interval = |months, millis| Some(Interval { months, millis });
        assert_eq!(parse("1 day", None), interval(0, 86_400_000));
        assert_eq!(parse("2 hours 30 minutes", None), interval(0, 9_000_000));
        assert_eq!(parse("15min", None), interval(0, 900_000));
        assert_eq!(parse("1.5 h", None), interval(0, 5_400_000));
        assert_eq!(parse("1 year 2 months", None), interval(14, 0));
        assert_eq!(parse("7", Some("DAY")), interval(0, 604_800_000));
    }

    #[test]
    fn refuses_what_is_none() {
        for text in [
            "",
            "day",
            "1",
            "1 fortnight",
            "nan days",
            "1e300 days",
            "0.5 months",
            "1 day 2",
            "9999 years",
        ] {
            assert_eq!(parse(text, None), None, "{text}");
        }
    }
}
