//! Points in time: how databases store them, and how a zone moves those that are stored without one.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp};

/// The years 1 to 9998: what both databases can write and every zone can show. Instants beyond are moved to these ends.
const FIRST: i64 = -62_135_596_800_000;
const LAST: i64 = 253_370_764_799_999;
const DAY_MS: i64 = 86_400_000;

/// How a column stores points in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TimeForm {
    /// PostgreSQL's `timestamp`: in the source's zone.
    Timestamp,
    /// PostgreSQL's `timestamptz`.
    TimestampTz,
    /// PostgreSQL's `date`: midnight in the source's zone.
    Date,
    /// Text in SQLite.
    Text(TextForm),
    /// Seconds since the Unix epoch, UTC; `whole` where they are integers.
    Seconds { whole: bool },
    /// Milliseconds since the Unix epoch, UTC.
    Millis { whole: bool },
}

/// How SQLite columns write points in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextForm {
    /// `T` or a space between date and time.
    pub(crate) separator: char,
    /// Dates without a time.
    pub(crate) date_only: bool,
    /// Some end in `Z` or an offset: the order of the text is then not quite the order in time.
    pub(crate) offsets: bool,
    /// There is more than one form in the column.
    pub(crate) mixed: bool,
}

impl TextForm {
    /// `2026-01-31 12:00:00`: what SQLite's own functions write.
    pub(crate) const PLAIN: Self = Self {
        separator: ' ',
        date_only: false,
        offsets: false,
        mixed: false,
    };

    /// The form of one text; `None`: it is no point in time.
    pub(crate) fn of(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let digits = |range: std::ops::Range<usize>| {
            bytes.get(range).is_some_and(|b| b.iter().all(u8::is_ascii_digit))
        };
        if !(digits(0..4) && digits(5..7) && digits(8..10)) || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        if bytes.len() == 10 {
            return Some(Self {
                date_only: true,
                ..Self::PLAIN
            });
        }
        let separator = match bytes[10] {
            b' ' => ' ',
            b'T' => 'T',
            _ => return None,
        };
        let offsets = bytes[11..].iter().any(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
        digits(11..13).then_some(Self {
            separator,
            offsets,
            ..Self::PLAIN
        })
    }

    /// The form of a column that has both.
    pub(crate) fn and(self, other: Self) -> Self {
        Self {
            separator: self.separator,
            date_only: self.date_only && other.date_only,
            offsets: self.offsets || other.offsets,
            mixed: self.mixed
                || other.mixed
                || self.separator != other.separator
                || self.date_only != other.date_only
                || self.offsets != other.offsets,
        }
    }
}

/// Whether there is a time zone of this name.
pub fn is_zone(name: &str) -> bool {
    Zone::named(name).is_some()
}

/// A zone of the IANA database.
#[derive(Debug, Clone)]
pub(crate) struct Zone {
    zone: TimeZone,
    name: String,
    utc: bool,
}

impl Zone {
    pub(crate) fn utc() -> Self {
        Self {
            zone: TimeZone::UTC,
            name: "UTC".into(),
            utc: true,
        }
    }

    /// `None`: there is no zone of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        let zone = TimeZone::get(name).ok()?;
        let name = zone.iana_name()?.to_owned();
        let utc = matches!(
            name.as_str(),
            "UTC" | "Etc/UTC" | "Etc/UCT" | "UCT" | "Zulu" | "Etc/Zulu" | "Universal"
        );
        Some(Self { zone, name, utc })
    }

    pub(crate) fn is_utc(&self) -> bool {
        self.utc
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// What a clock in this zone shows.
    fn clock(&self, instant: i64) -> DateTime {
        self.zone.to_datetime(timestamp(instant))
    }

    /// The instant at which a clock in this zone shows this. Of two the later, as PostgreSQL decides it.
    fn instant(&self, clock: DateTime) -> Option<i64> {
        let ambiguous = self.zone.to_ambiguous_timestamp(clock);
        let later = ambiguous.later().ok()?;
        Some(later.as_millisecond())
    }

    /// The zone's offsets in seconds between two instants, as the first offset and then, for each change, what the
    /// clock shows after it (in seconds, read as if it were UTC) and the offset from there on.
    pub(crate) fn offsets(&self, start: i64, end: i64) -> (i64, Vec<(i64, i64)>) {
        let first = i64::from(self.zone.to_offset(timestamp(start)).seconds());
        let last = timestamp(end);
        let changes = self
            .zone
            .following(timestamp(start))
            .take_while(|change| change.timestamp() < last)
            .take(400)
            .map(|change| {
                let offset = i64::from(change.offset().seconds());
                (change.timestamp().as_second() + offset, offset)
            })
            .collect();
        (first, changes)
    }
}

fn clamp(instant: i64) -> i64 {
    instant.clamp(FIRST, LAST)
}

fn timestamp(instant: i64) -> Timestamp {
    // The clamped range lies well within what `Timestamp` holds.
    Timestamp::from_millisecond(clamp(instant)).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Now, in milliseconds since the Unix epoch.
pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// The host's clock, or the midnight in `zone` before it, moved by calendar months and then by milliseconds.
pub(crate) fn shifted(now: i64, today: bool, months: i32, millis: i64, zone: &Zone) -> i64 {
    let mut clock = zone.clock(now);
    if today {
        clock = clock.date().to_datetime(jiff::civil::Time::midnight());
    }
    if months != 0 {
        clock = clock.saturating_add(Span::new().months(months));
    }
    let moved = if today || months != 0 {
        zone.instant(clock).unwrap_or(now)
    } else {
        now
    };
    clamp(moved.saturating_add(millis))
}

/// Parses a written point in time; without an offset it is in `zone`.
pub(crate) fn parse(text: &str, zone: &Zone) -> Option<i64> {
    let text = text.trim();
    let first_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    // jiff also reads compact and week forms, which nobody means here.
    if first_digits != 4 || !matches!(text.as_bytes().get(4), Some(b'-' | b'/')) {
        return None;
    }
    let slashes;
    let text = if text.as_bytes()[4] == b'/' {
        slashes = text.replacen('/', "-", 2);
        slashes.as_str()
    } else {
        text
    };
    let instant = if text.len() == 10 {
        zone.instant(
            text.parse::<Date>()
                .ok()?
                .to_datetime(jiff::civil::Time::midnight()),
        )?
    } else if let Ok(timestamp) = text.parse::<Timestamp>() {
        timestamp.as_millisecond()
    } else if let Some(utc) = text.strip_suffix(" UTC") {
        Zone::utc().instant(utc.parse::<DateTime>().ok()?)?
    } else {
        zone.instant(text.parse::<DateTime>().ok()?)?
    };
    (FIRST..=LAST).contains(&instant).then_some(instant)
}

/// Writes an instant as a clock in `zone` shows it; milliseconds only where there are some.
pub(crate) fn write(instant: i64, zone: &Zone, separator: char) -> String {
    let clock = zone.clock(instant);
    let mut text = format!(
        "{:04}-{:02}-{:02}{separator}{:02}:{:02}:{:02}",
        clock.year(),
        clock.month(),
        clock.day(),
        clock.hour(),
        clock.minute(),
        clock.second()
    );
    let millis = clock.subsec_nanosecond() / 1_000_000;
    if millis != 0 {
        text.push_str(&format!(".{millis:03}"));
    }
    text
}

/// Writes the date that a clock in `zone` shows.
pub(crate) fn write_date(instant: i64, zone: &Zone) -> String {
    let clock = zone.clock(instant);
    format!("{:04}-{:02}-{:02}", clock.year(), clock.month(), clock.day())
}

/// The midnight, UTC, at or before an instant.
pub(crate) fn floor_day(instant: i64) -> i64 {
    clamp(instant).div_euclid(DAY_MS) * DAY_MS
}

/// An instant some days away.
pub(crate) fn days_away(instant: i64, days: i64) -> i64 {
    let away = timestamp(instant).saturating_add(SignedDuration::from_hours(24 * days));
    away.map_or(instant, |away| clamp(away.as_millisecond()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn berlin() -> Zone {
        Zone::named("Europe/Berlin").unwrap()
    }

    #[test]
    fn reads_times_in_many_spellings() {
        let zone = Zone::utc();
        for text in [
            "2014-02-14 14:30:00",
            "2014-02-14T14:30:00",
            "2014-02-14T14:30:00Z",
            "2014-02-14T14:30:00.000Z",
            "2014-02-14 15:30:00+01:00",
            "2014-02-14 14:30:00+00",
            "2014-02-14 14:30:00 UTC",
            "2014/02/14 14:30:00",
            "2014-02-14 14:30",
        ] {
            assert_eq!(parse(text, &zone), Some(1_392_388_200_000), "{text}");
        }
        assert_eq!(parse("2014-02-14", &zone), Some(1_392_336_000_000));
        assert_eq!(parse("2014-02-14 14:30:00", &berlin()), Some(1_392_384_600_000));
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "now",
            "20140214",
            "2014-02-30",
            "2014-13-01",
            "2014-02-14 25:00:00",
            "12:00",
            "1392388200",
        ] {
            assert_eq!(parse(text, &Zone::utc()), None, "{text}");
        }
    }

    #[test]
    fn writes_clocks_of_a_zone() {
        assert_eq!(write(1_392_388_200_000, &Zone::utc(), ' '), "2014-02-14 14:30:00");
        assert_eq!(
            write(1_392_388_200_250, &berlin(), 'T'),
            "2014-02-14T15:30:00.250"
        );
        assert_eq!(write(i64::MIN, &Zone::utc(), ' '), "0001-01-01 00:00:00");
        assert_eq!(write(i64::MAX, &Zone::utc(), ' '), "9998-12-31 23:59:59.999");
    }

    #[test]
    fn knows_when_a_zone_changes_its_offset() {
        // 2026-01-01 to 2027-01-01: forward on 29 March at 01:00 UTC, back on 25 October at 01:00 UTC.
        let (first, changes) = berlin().offsets(1_767_225_600_000, 1_798_761_600_000);
        assert_eq!(first, 3600);
        assert_eq!(
            changes,
            vec![(1_774_746_000 + 7200, 7200), (1_792_890_000 + 3600, 3600)]
        );
    }

    #[test]
    fn moves_the_clock_by_calendar_months() {
        let now = parse("2026-03-31 10:00:00", &Zone::utc()).unwrap();
        assert_eq!(
            Some(shifted(now, false, -1, 0, &Zone::utc())),
            parse("2026-02-28 10:00:00", &Zone::utc())
        );
        assert_eq!(
            Some(shifted(now, true, 0, 0, &Zone::utc())),
            parse("2026-03-31", &Zone::utc())
        );
    }

    #[test]
    fn tells_forms_of_text_apart() {
        assert_eq!(TextForm::of("2014-02-14 14:30:00"), Some(TextForm::PLAIN));
        assert!(TextForm::of("2014-02-14T14:30:00Z").is_some_and(|f| f.separator == 'T' && f.offsets));
        assert!(TextForm::of("2014-02-14").is_some_and(|f| f.date_only));
        assert_eq!(TextForm::of("hello"), None);
        assert!(
            TextForm::PLAIN
                .and(TextForm {
                    separator: 'T',
                    ..TextForm::PLAIN
                })
                .mixed
        );
    }
}
