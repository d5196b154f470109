//! How instants and lengths of time are written for people, and RFC 3339 for the API.

use super::civil::{Civil, DAY, Fixed, HOUR, MINUTE, SECOND, Zone};

const WEEKDAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn month(civil: &Civil) -> &'static str {
    MONTHS
        .get(civil.month.saturating_sub(1) as usize)
        .copied()
        .unwrap_or("")
}

/// `2026-11-21T13:58:41Z`; milliseconds only where there are some.
pub fn rfc3339(instant: i64) -> String {
    let c = Civil::at(instant, &Fixed(0));
    let fraction = if c.millisecond == 0 {
        String::new()
    } else {
        format!(".{:03}", c.millisecond)
    };
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// Reads what a host writes: RFC 3339 with `Z` or an offset.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let offset_at = text.get(10..)?.rfind(['Z', 'z', '+', '-'])? + 10;
    let (stamp, offset) = text.split_at(offset_at);
    let minutes: i64 = match offset {
        "Z" | "z" => 0,
        _ => {
            let (hours, minutes) = offset.get(1..)?.split_once(':')?;
            let length = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
            if offset.starts_with('-') { -length } else { length }
        }
    };
    // Fractions finer than a millisecond are cut off.
    let (seconds, fraction) = stamp.split_once('.').unwrap_or((stamp, ""));
    let millisecond: u32 = if fraction.is_empty() {
        0
    } else {
        format!("{:0<3}", fraction.get(..3.min(fraction.len()))?)
            .parse()
            .ok()?
    };
    let field = |range: std::ops::Range<usize>| seconds.get(range)?.parse::<u32>().ok();
    let civil = Civil {
        hour: field(11..13)?,
        minute: field(14..16)?,
        second: field(17..19)?,
        millisecond,
        ..Civil::date(i64::from(field(0..4)?), field(5..7)?, field(8..10)?)?
    };
    Some(civil.instant(&Fixed(minutes * MINUTE)))
}

/// `2026-11-21 13:58`, with seconds where there are some: as it can be typed.
pub fn wall(c: &Civil) -> String {
    let seconds = if c.second == 0 {
        String::new()
    } else {
        format!(":{:02}", c.second)
    };
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}{seconds}",
        c.year, c.month, c.day, c.hour, c.minute
    )
}

/// `Sat 21 Nov 2026, 06:50`; seconds where there are some.
pub fn long(instant: i64, zone: &dyn Zone) -> String {
    let c = Civil::at(instant, zone);
    let seconds = if c.second == 0 {
        String::new()
    } else {
        format!(":{:02}", c.second)
    };
    format!("{}, {:02}:{:02}{seconds}", day(&c), c.hour, c.minute)
}

/// `2026-11-21 13:58:41`: for the cells of tables.
pub fn stamp(instant: i64, zone: &dyn Zone) -> String {
    let c = Civil::at(instant, zone);
    format!(
        "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// `Sat 21 Nov 2026`
pub fn day(c: &Civil) -> String {
    let weekday = WEEKDAYS.get(c.weekday() as usize).copied().unwrap_or("");
    format!("{weekday} {} {}", c.day, month_and_year(c))
}

/// `Nov 2026`
pub fn month_and_year(c: &Civil) -> String {
    format!("{} {}", month(c), c.year)
}

/// `2026-11-21T1358`: for names of files.
pub fn file_stamp(instant: i64, zone: &dyn Zone) -> String {
    let c = Civil::at(instant, zone);
    format!(
        "{:04}-{:02}-{:02}T{:02}{:02}",
        c.year, c.month, c.day, c.hour, c.minute
    )
}

/// `13:52` on the day of `now`, `20 Nov 13:52` on others, with the year in other years.
pub fn short(instant: i64, now: i64, zone: &dyn Zone) -> String {
    if is_same_day(instant, now, zone) {
        clock(instant, zone)
    } else {
        dated(instant, now, zone)
    }
}

/// `13:52`.
pub fn clock(instant: i64, zone: &dyn Zone) -> String {
    let c = Civil::at(instant, zone);
    format!("{:02}:{:02}", c.hour, c.minute)
}

/// What [`clock`] and [`dated`] leave out: `:41`.
pub fn seconds(instant: i64, zone: &dyn Zone) -> String {
    format!(":{:02}", Civil::at(instant, zone).second)
}

/// `20 Nov 13:52`, with the year where it is another than that of `now`.
pub fn dated(instant: i64, now: i64, zone: &dyn Zone) -> String {
    let (c, n) = (Civil::at(instant, zone), Civil::at(now, zone));
    let year = if c.year == n.year {
        String::new()
    } else {
        format!(" {}", c.year)
    };
    format!("{} {}{year} {}", c.day, month(&c), clock(instant, zone))
}

/// Whether two instants are of one day.
pub fn is_same_day(one: i64, other: i64, zone: &dyn Zone) -> bool {
    Civil::at(one, zone).midnight() == Civil::at(other, zone).midnight()
}

/// `just now`, `12 s ago`, `3 min ago`, `in 5 min`: for people who glance.
pub fn ago(instant: i64, now: i64) -> String {
    let length = now - instant;
    if length.abs() < 5 * SECOND {
        return "just now".to_owned();
    }
    let text = rough(length.abs());
    if length < 0 {
        format!("in {text}")
    } else {
        format!("{text} ago")
    }
}

/// The largest unit that fits, rounded down: `12 s`, `5 min`.
pub fn rough(length: i64) -> String {
    let (count, unit) = match length {
        l if l < MINUTE => (l / SECOND, "s"),
        l if l < HOUR => (l / MINUTE, "min"),
        l if l < DAY => (l / HOUR, "h"),
        l if l < 2 * DAY => (l / DAY, "day"),
        l => (l / DAY, "days"),
    };
    format!("{count} {unit}")
}

/// What is left of a wait, in milliseconds: `38 s`, `4 min 05 s`.
pub fn countdown(left: i64) -> String {
    let seconds = left.max(0) / SECOND;
    match seconds {
        0..60 => format!("{seconds} s"),
        _ => format!("{} min {:02} s", seconds / 60, seconds % 60),
    }
}

/// A bucket's length: `10 min`, `1 h`, `90 s`.
pub fn bucket(seconds: u32) -> String {
    match seconds {
        s if s >= 86_400 && s % 86_400 == 0 => format!("{} d", s / 86_400),
        s if s >= 3_600 && s % 3_600 == 0 => format!("{} h", s / 3_600),
        s if s >= 60 && s % 60 == 0 => format!("{} min", s / 60),
        s => format!("{s} s"),
    }
}

/// `UTC+1`, `UTC−3:30`, `UTC`.
pub fn offset(milliseconds: i64) -> String {
    let minutes = milliseconds / MINUTE;
    if minutes == 0 {
        return "UTC".to_owned();
    }
    let sign = if minutes < 0 { '−' } else { '+' };
    let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
    if rest == 0 {
        format!("UTC{sign}{hours}")
    } else {
        format!("UTC{sign}{hours}:{rest:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_269_521_000;

    #[test]
    fn writes_instants_in_the_zone_of_the_reader() {
        assert_eq!(long(NOW, &Fixed(HOUR)), "Sat 21 Nov 2026, 14:58:41");
        assert_eq!(long(NOW - 41 * SECOND, &Fixed(0)), "Sat 21 Nov 2026, 13:58");
        assert_eq!(stamp(NOW, &Fixed(0)), "2026-11-21 13:58:41");
        assert_eq!(file_stamp(NOW, &Fixed(HOUR)), "2026-11-21T1458");
    }

    #[test]
    fn names_the_day_only_where_it_is_another() {
        assert_eq!(short(NOW - HOUR, NOW, &Fixed(0)), "12:58");
        assert_eq!(short(NOW - DAY, NOW, &Fixed(0)), "20 Nov 13:58");
        assert_eq!(short(0, NOW, &Fixed(0)), "1 Jan 1970 00:00");
    }

    #[test]
    fn says_how_long_ago_something_was() {
        assert_eq!(ago(NOW - 2 * SECOND, NOW), "just now");
        assert_eq!(ago(NOW - 12 * SECOND, NOW), "12 s ago");
        assert_eq!(ago(NOW - 3 * HOUR, NOW), "3 h ago");
        assert_eq!(ago(NOW - DAY, NOW), "1 day ago");
        assert_eq!(ago(NOW + 5 * MINUTE, NOW), "in 5 min");
    }

    #[test]
    fn counts_down_in_seconds_and_minutes() {
        assert_eq!(
            [-5_000, 999, 38_400, 60_000, 245_000].map(countdown),
            ["0 s", "0 s", "38 s", "1 min 00 s", "4 min 05 s"]
        );
    }

    #[test]
    fn reads_what_hosts_write() {
        assert_eq!(parse_rfc3339("2026-11-21T13:58:41Z"), Some(NOW));
        assert_eq!(parse_rfc3339("2026-11-21T13:58:41.250123Z"), Some(NOW + 250));
        assert_eq!(parse_rfc3339("2026-11-21T14:58:41+01:00"), Some(NOW));
        for text in [
            "",
            "now",
            "2026-11-21",
            "2026-11-21T13:58:41",
            "2026-13-21T13:58:41Z",
            "2026-11-21Tüüüüüüüü",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
        assert_eq!(rfc3339(NOW), "2026-11-21T13:58:41Z");
    }

    #[test]
    fn names_offsets_and_buckets() {
        assert_eq!(offset(HOUR), "UTC+1");
        assert_eq!(offset(-3 * HOUR - 30 * MINUTE), "UTC−3:30");
        assert_eq!(offset(0), "UTC");
        assert_eq!(bucket(600), "10 min");
        assert_eq!(bucket(3_600), "1 h");
        assert_eq!(bucket(90), "90 s");
    }
}
