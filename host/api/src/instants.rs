//! Instants and ranges as readers write them.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Utc};
use porthole_panel::Range;

use crate::problem::ApiError;

const MINUTE: i64 = 60_000;
/// What is shown where a reader names no start.
const DEFAULT_LENGTH: i64 = 24 * 60 * MINUTE;
/// The years 1 to 9998: what every database and every zone can show.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9998;
/// Longest range: twenty years, of which five are leap years.
const LONGEST: i64 = (20 * 365 + 5) * DEFAULT_LENGTH;

/// The range between two parameters. Without an end it ends now, at the next full minute, so that the requests of one
/// minute are the same request; without a start it begins 24 hours before its end.
pub(crate) fn range(start: Option<&str>, end: Option<&str>, now: DateTime<Utc>) -> Result<Range, ApiError> {
    let start = start.map(|text| instant("start_date", text)).transpose()?;
    let end = end.map(|text| instant("end_date", text)).transpose()?;
    let end = end.unwrap_or_else(|| {
        let this_minute = now.timestamp_millis().div_euclid(MINUTE) * MINUTE;
        this_minute + MINUTE
    });
    let start = start.unwrap_or(end - DEFAULT_LENGTH);
    if start >= end {
        return Err(ApiError::parameter(
            "start_date",
            format!(
                "`start_date` ({}) must be before `end_date` ({}).",
                written(start),
                written(end)
            ),
        ));
    }
    if end - start > LONGEST {
        return Err(ApiError::parameter(
            "start_date",
            "The range is longer than 20 years. Choose a shorter one.",
        ));
    }
    Ok(Range { start, end })
}

/// Milliseconds since the epoch. A time without a zone is refused: whose noon it is cannot be known.
fn instant(parameter: &str, text: &str) -> Result<i64, ApiError> {
    let shown: String = text.chars().take(60).collect();
    if let Some(instant) = parse(text) {
        let year = DateTime::from_timestamp_millis(instant).map(|instant| instant.year());
        if !year.is_some_and(|year| YEARS.contains(&year)) {
            return Err(ApiError::parameter(
                parameter,
                format!("`{shown}` is too far away. Choose an instant in the years 1 to 9998."),
            ));
        }
        return Ok(instant);
    }
    let zoneless = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok();
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .ok()
        .and_then(|date| date.and_hms_opt(0, 0, 0));
    Err(ApiError::parameter(
        parameter,
        match zoneless.or(date) {
            Some(meant) => format!(
                "`{shown}` does not say in which time zone. Write `{}Z` for UTC, or an offset such as `+02:00` (with the plus as %2B).",
                meant.format("%Y-%m-%dT%H:%M:%S")
            ),
            None => format!("`{shown}` is not an instant. Write it as in `2026-01-31T18:00:00Z` (RFC 3339)."),
        },
    ))
}

fn parse(text: &str) -> Option<i64> {
    if let Ok(instant) = DateTime::parse_from_rfc3339(text) {
        return Some(instant.timestamp_millis());
    }
    // A plus that was not written as %2B has become a space; before an offset it can have been nothing else.
    let (time, offset) = text.rsplit_once(' ')?;
    let lost_plus = time.contains('T') && offset.len() == 5 && offset.as_bytes().get(2) == Some(&b':');
    let instant = DateTime::parse_from_rfc3339(&format!("{time}+{offset}")).ok();
    instant
        .filter(|_| lost_plus)
        .map(|instant| instant.timestamp_millis())
}

fn written(instant: i64) -> String {
    DateTime::from_timestamp_millis(instant)
        .map(|instant| instant.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn noon() -> DateTime<Utc> {
        DateTime::parse_from_rfc3339("2026-01-31T12:00:30Z")
            .unwrap()
            .to_utc()
    }

    fn refused(start: Option<&str>, end: Option<&str>) -> (String, String) {
        let problem = range(start, end, noon()).unwrap_err().into_problem("");
        (problem.parameter.unwrap(), problem.detail)
    }

    #[test]
    fn both_ends_default_to_the_last_day() {
        let range = range(None, None, noon()).unwrap();
        assert_eq!(written(range.end), "2026-01-31T12:01:00Z");
        assert_eq!(written(range.start), "2026-01-30T12:01:00Z");
    }

    #[test]
    fn reads_offsets_and_fractions() {
        let range = range(
            Some("2026-01-01T02:00:00.250+02:00"),
            Some("2026-01-01T00:00:01Z"),
            noon(),
        )
        .unwrap();
        assert_eq!(range.end - range.start, 750);
    }

    #[test]
    fn a_plus_that_became_a_space_is_understood() {
        assert_eq!(parse("2026-01-01T02:00:00 02:00"), parse("2026-01-01T00:00:00Z"));
        assert_eq!(parse("2026-01-01 02:00"), None);
    }

    #[test]
    fn a_time_without_a_zone_is_refused_with_what_to_write() {
        for text in ["2026-01-01", "2026-01-01T00:00:00"] {
            let (parameter, detail) = refused(Some(text), None);
            assert_eq!(parameter, "start_date");
            assert!(detail.contains("`2026-01-01T00:00:00Z`"), "{detail}");
        }
    }

    #[test]
    fn what_is_no_instant_is_refused_by_name() {
        for text in [
            "",
            "yesterday",
            "2026-02-30T00:00:00Z",
            "1767225600",
            "2026-01-01T25:00:00Z",
            "é",
            "0000-12-31T23:59:59Z",
            "9999-01-01T00:00:00Z",
            "+10000-01-01T00:00:00Z",
            "2026-01-01",
            "2026-01-01T00:00Z",
            "2026-01-01T00:00:00+25:00",
            &"9".repeat(9999),
        ] {
            assert_eq!(refused(None, Some(text)).0, "end_date", "{text}");
        }
    }

    #[test]
    fn start_must_be_before_end() {
        let same = Some("2026-01-01T00:00:00Z");
        assert_eq!(refused(same, same).0, "start_date");
        assert_eq!(refused(Some("2027-01-01T00:00:00Z"), None).0, "start_date");
    }

    #[test]
    fn twenty_years_are_the_most() {
        let end = Some("2026-01-01T00:00:00Z");
        assert!(range(Some("2006-01-01T00:00:00Z"), end, noon()).is_ok());
        assert!(refused(Some("2005-12-31T00:00:00Z"), end).1.contains("20 years"));
        assert!(range(Some("0000-01-01T00:00:00Z"), Some("9999-12-31T23:59:59Z"), noon()).is_err());
    }
}
