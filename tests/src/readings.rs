//! Measurements read from CSV files and aggregated without any of Porthole's code: what its answers are compared with.

use std::collections::BTreeMap;
use std::path::Path;

/// One measurement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// Milliseconds since the Unix epoch, UTC.
    pub instant: i64,
    /// As the file has it.
    pub value: f64,
}

/// Reads a file of `timestamp,value` lines (`2014-02-14 14:30:00,0.132`, UTC), in the file's order.
///
/// # Panics
/// When a line is not of this form.
pub fn read(path: &Path) -> Vec<Reading> {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("timestamp,value"), "{}", path.display());
    lines
        .map(|line| parse(line).unwrap_or_else(|| panic!("{}: {line}", path.display())))
        .collect()
}

/// Writes readings in the form that [`read`] reads.
///
/// # Panics
/// When the file cannot be written.
pub fn write(path: &Path, readings: &[Reading]) {
    let mut text = String::from("timestamp,value\n");
    for Reading { instant, value } in readings {
        let time = rfc3339(*instant);
        text.push_str(&format!(
            "{},{value}\n",
            time.trim_end_matches('Z').replace('T', " ")
        ));
    }
    std::fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
}

fn parse(line: &str) -> Option<Reading> {
    let (time, value) = line.split_once(',')?;
    Some(Reading {
        instant: instant(time)?,
        value: value.parse().ok()?,
    })
}

/// Milliseconds since the epoch of `2014-02-14 14:30:00`, UTC.
pub fn instant(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(' ')?;
    let mut date = date.split('-').map(|part| part.parse::<i64>().ok());
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut time = time.split(':').map(|part| part.parse::<i64>().ok());
    let (hour, minute, second) = (time.next()??, time.next()??, time.next()??);
    Some(((days_since_epoch(year, month, day) * 24 + hour) * 60 + minute) * 60_000 + second * 1_000)
}

/// The readings of `start ≤ instant < end`.
pub fn within(readings: &[Reading], start: i64, end: i64) -> Vec<Reading> {
    readings
        .iter()
        .copied()
        .filter(|reading| (start..end).contains(&reading.instant))
        .collect()
}

/// Averages per bucket of this many seconds, aligned to the epoch; by the bucket's start.
///
/// Added up in compensated form, so that the comparison's error is not this side's.
pub fn means(readings: &[Reading], bucket_seconds: i64) -> BTreeMap<i64, f64> {
    let length = bucket_seconds * 1_000;
    let mut buckets: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
    for reading in readings {
        buckets
            .entry(reading.instant.div_euclid(length) * length)
            .or_default()
            .push(reading.value);
    }
    buckets
        .into_iter()
        .map(|(start, values)| (start, sum(&values) / values.len() as f64))
        .collect()
}

/// RFC 3339 of an instant, to the second: `2014-02-14T14:30:00Z`.
pub fn rfc3339(instant: i64) -> String {
    let seconds = instant.div_euclid(1_000);
    let (year, month, day) = date_of(seconds.div_euclid(86_400));
    let rest = seconds.rem_euclid(86_400);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

/// Neumaier's sum.
fn sum(values: &[f64]) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for &value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() {
            (sum - next) + value
        } else {
            (value - next) + sum
        };
        sum = next;
    }
    sum + lost
}

/// Days from 1970-01-01, proleptic Gregorian, counted by whole years and months.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let years: i64 = (1970..year)
        .map(|year| if is_leap(year) { 366 } else { 365 })
        .sum();
    let months: i64 = (1..month).map(|month| days_in(year, month)).sum();
    years + months + day - 1
}

fn date_of(mut days: i64) -> (i64, i64, i64) {
    let mut year = 1970;
    while days >= if is_leap(year) { 366 } else { 365 } {
        days -= if is_leap(year) { 366 } else { 365 };
        year += 1;
    }
    let mut month = 1;
    while days >= days_in(year, month) {
        days -= days_in(year, month);
        month += 1;
    }
    (year, month, days + 1)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_calendar() {
        assert_eq!(instant("1970-01-01 00:00:00"), Some(0));
        assert_eq!(instant("2014-02-14 14:30:00"), Some(1_392_388_200_000));
        assert_eq!(instant("2024-02-29 23:59:59"), Some(1_709_251_199_000));
        assert_eq!(rfc3339(1_709_251_199_000), "2024-02-29T23:59:59Z");
        assert_eq!(rfc3339(1_392_388_200_000), "2014-02-14T14:30:00Z");
    }

    #[test]
    fn averages_by_aligned_buckets() {
        let reading = |minute: i64, value| Reading {
            instant: minute * 60_000,
            value,
        };
        let readings = [
            reading(4, 1.0),
            reading(5, 10.0),
            reading(9, 20.0),
            reading(10, 5.0),
        ];
        assert_eq!(
            means(&readings, 300),
            BTreeMap::from([(0, 1.0), (300_000, 15.0), (600_000, 5.0)])
        );
    }

    #[test]
    fn loses_nothing_when_adding_up() {
        assert_eq!(sum(&[1e16, 1.0, -1e16, 1.0]), 2.0);
    }
}
