//! Moments as people type them: `now-24h`, `now-7d/d`, `2014-02-14 14:30`.

use std::{fmt, str::FromStr};

use super::civil::{Civil, HOUR, MINUTE, SECOND, Zone};

/// A moment, relative to now or fixed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expression {
    /// `now` and what is done to it, from left to right.
    Relative(Vec<Step>),
    /// Milliseconds since the epoch.
    Instant(i64),
    /// What a clock shows; which instant that is depends on the zone.
    Wall(Civil),
}

/// One thing done to `now`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// `-24h`, `+1d`.
    Shift(i32, Unit),
    /// `/d`: the start of the unit for a range's start, its end for a range's end.
    Round(Unit),
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
    /// `w`, from Monday
    Week,
    /// `M`
    Month,
    /// `y`
    Year,
}

/// Which end of a range is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Rounds down.
    From,
    /// Rounds up: ranges are half-open, so that `now/d` ends where tomorrow starts.
    To,
}

/// Why a text is no moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotAMoment {
    what: &'static str,
}

impl fmt::Display for NotAMoment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.what)
    }
}

impl std::error::Error for NotAMoment {}

fn fault<T>(what: &'static str) -> Result<T, NotAMoment> {
    Err(NotAMoment { what })
}

/// Larger shifts leave the calendar.
const LARGEST_SHIFT: i32 = 100_000;

impl Expression {
    /// The instant meant, in milliseconds since the epoch.
    pub fn resolve(&self, now: i64, zone: &dyn Zone, edge: Edge) -> i64 {
        match self {
            Self::Instant(instant) => *instant,
            Self::Wall(wall) => wall.instant(zone),
            Self::Relative(steps) => steps.iter().fold(now, |at, step| match *step {
                Step::Shift(count, unit) => shift(at, i64::from(count), unit, zone),
                Step::Round(unit) => round(at, unit, edge, zone),
            }),
        }
    }

    /// Whether it moves with the clock.
    pub fn is_relative(&self) -> bool {
        matches!(self, Self::Relative(_))
    }

    /// The same moment independent of the zone, for addresses.
    pub fn pinned(&self, zone: &dyn Zone) -> Self {
        match self {
            Self::Wall(wall) => Self::Instant(wall.instant(zone)),
            other => other.clone(),
        }
    }
}

fn shift(at: i64, count: i64, unit: Unit, zone: &dyn Zone) -> i64 {
    let wall = |moved: fn(Civil, i64) -> Civil, count| moved(Civil::at(at, zone), count).instant(zone);
    match unit {
        Unit::Second => at + count * SECOND,
        Unit::Minute => at + count * MINUTE,
        Unit::Hour => at + count * HOUR,
        // A day is a day on the calendar, even where clocks change.
        Unit::Day => wall(Civil::plus_days, count),
        Unit::Week => wall(Civil::plus_days, count * 7),
        Unit::Month => wall(Civil::plus_months, count),
        Unit::Year => wall(Civil::plus_months, count * 12),
    }
}

fn round(at: i64, unit: Unit, edge: Edge, zone: &dyn Zone) -> i64 {
    let wall = Civil::at(at, zone);
    let start = match unit {
        Unit::Second => Civil {
            millisecond: 0,
            ..wall
        },
        Unit::Minute => Civil {
            second: 0,
            millisecond: 0,
            ..wall
        },
        Unit::Hour => Civil {
            minute: 0,
            second: 0,
            millisecond: 0,
            ..wall
        },
        Unit::Day => wall.midnight(),
        Unit::Week => wall.midnight().plus_days(-i64::from(wall.weekday())),
        Unit::Month => Civil {
            day: 1,
            ..wall.midnight()
        },
        Unit::Year => Civil {
            day: 1,
            month: 1,
            ..wall.midnight()
        },
    }
    .instant(zone);
    match edge {
        Edge::From => start,
        Edge::To => shift(start, 1, unit, zone),
    }
}

impl FromStr for Expression {
    type Err = NotAMoment;

    fn from_str(text: &str) -> Result<Self, NotAMoment> {
        let text = text.trim();
        if text.is_empty() {
            return fault("Type a moment: now-24h, or 2026-02-14 14:30");
        }
        if let Some(steps) = text.strip_prefix("now") {
            return steps_of(steps).map(Self::Relative);
        }
        if text.len() >= 12
            && text.bytes().all(|b| b.is_ascii_digit())
            && let Ok(instant) = text.parse::<i64>()
            && instant <= 253_402_300_799_999
        {
            return Ok(Self::Instant(instant));
        }
        written(text)
    }
}

fn steps_of(mut rest: &str) -> Result<Vec<Step>, NotAMoment> {
    let mut steps = Vec::new();
    while let Some(sign) = rest.chars().next() {
        rest = &rest[sign.len_utf8()..];
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let unit = match tail.chars().next() {
            Some('s') => Unit::Second,
            Some('m') => Unit::Minute,
            Some('h') => Unit::Hour,
            Some('d') => Unit::Day,
            Some('w') => Unit::Week,
            Some('M') => Unit::Month,
            Some('y') => Unit::Year,
            _ => return fault("After now comes for example -24h or /d; units are s m h d w M y"),
        };
        rest = &tail[1..];
        steps.push(match sign {
            '/' if number.is_empty() => Step::Round(unit),
            '+' | '-' => match number.parse::<i32>() {
                Ok(count) if count <= LARGEST_SHIFT => {
                    Step::Shift(if sign == '-' { -count } else { count }, unit)
                }
                Ok(_) => return fault("That is too far away"),
                Err(_) => return fault("A number is missing, as in now-24h"),
            },
            _ => return fault("After now comes for example -24h or /d"),
        });
        if steps.len() > 8 {
            return fault("That is more than a moment needs");
        }
    }
    Ok(steps)
}

/// `2014-02-14`, `2014-02-14 14:30`, `2014-02-14T14:30:05.250Z`.
fn written(text: &str) -> Result<Expression, NotAMoment> {
    const HOW: &str = "Write it as now-24h, 2026-02-14 or 2026-02-14 14:30";
    let (text, offset) = match text.strip_suffix(['Z', 'z']) {
        Some(rest) => (rest, Some(0)),
        None => with_offset(text),
    };
    let (date, time) = text.split_once([' ', 'T', 't']).unwrap_or((text, ""));
    let mut parts = date.splitn(3, '-');
    let mut number = |digits: usize| {
        parts
            .next()
            .filter(|part| part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()))?
            .parse::<u32>()
            .ok()
    };
    let (Some(year), Some(month), Some(day)) = (number(4), number(2), number(2)) else {
        return fault(HOW);
    };
    let Some(date) = Civil::date(i64::from(year), month, day) else {
        return fault("There is no such day");
    };
    let Some(wall) = with_time(date, time.trim()) else {
        return fault("Write the time as 14:30 or 14:30:05");
    };
    Ok(match offset {
        Some(offset) => Expression::Instant(wall.instant(&super::civil::Fixed(offset))),
        None => Expression::Wall(wall),
    })
}

/// `2014-02-14T14:30+01:00` without what is behind the time, and that in milliseconds; none where there is none.
fn with_offset(text: &str) -> (&str, Option<i64>) {
    let read = || {
        // Behind the date, whose hyphens are none.
        let at = text.get(11..)?.rfind(['+', '-'])? + 11;
        let (before, offset) = (text.get(..at)?, text.get(at + 1..)?);
        let (hours, minutes) = offset.split_once(':')?;
        let number = |digits: &str, most: u32| {
            let is_plain = digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit());
            let number = digits.parse::<u32>().ok().filter(|n| is_plain && *n <= most)?;
            Some(i64::from(number))
        };
        let length = number(hours, 14)? * HOUR + number(minutes, 59)? * MINUTE;
        let is_west = text.get(at..)?.starts_with('-');
        Some((before, Some(if is_west { -length } else { length })))
    };
    read().unwrap_or((text, None))
}

fn with_time(date: Civil, time: &str) -> Option<Civil> {
    if time.is_empty() {
        return Some(date);
    }
    let (time, fraction) = time.split_once('.').unwrap_or((time, ""));
    let millisecond = match fraction.len() {
        0 => 0,
        1..=3 if fraction.bytes().all(|b| b.is_ascii_digit()) => format!("{fraction:0<3}").parse().ok()?,
        _ => return None,
    };
    let mut numbers = time.split(':').map(|part| {
        (matches!(part.len(), 1..=2) && part.bytes().all(|b| b.is_ascii_digit()))
            .then(|| part.parse::<u32>().ok())?
    });
    let hour = numbers.next()?.filter(|hour| *hour < 24)?;
    let minute = numbers.next()?.filter(|minute| *minute < 60)?;
    let second = match numbers.next() {
        Some(second) => second.filter(|second| *second < 60)?,
        None => 0,
    };
    numbers.next().is_none().then_some(Civil {
        hour,
        minute,
        second,
        millisecond,
        ..date
    })
}

impl fmt::Display for Expression {
    /// As it can be read again; walls without their zone, instants in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Instant(instant) => f.write_str(&super::format::rfc3339(*instant)),
            Self::Wall(wall) => f.write_str(&super::format::wall(wall)),
            Self::Relative(steps) => {
                f.write_str("now")?;
                for step in steps {
                    match step {
                        Step::Shift(count, unit) => write!(f, "{count:+}{}", unit.letter())?,
                        Step::Round(unit) => write!(f, "/{}", unit.letter())?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl Unit {
    fn letter(self) -> char {
        match self {
            Self::Second => 's',
            Self::Minute => 'm',
            Self::Hour => 'h',
            Self::Day => 'd',
            Self::Week => 'w',
            Self::Month => 'M',
            Self::Year => 'y',
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::civil::Fixed, *};

    /// Sat 21 Nov 2026, 13:58:41 UTC
    const NOW: i64 = 1_795_269_521_000;
    const UTC: Fixed = Fixed(0);

    fn at(text: &str, edge: Edge) -> String {
        super::super::format::rfc3339(text.parse::<Expression>().unwrap().resolve(NOW, &UTC, edge))
    }

    #[test]
    fn counts_back_from_now() {
        assert_eq!(at("now", Edge::From), "2026-11-21T13:58:41Z");
        assert_eq!(at("now-24h", Edge::From), "2026-11-20T13:58:41Z");
        assert_eq!(at("now-1w", Edge::From), "2026-11-14T13:58:41Z");
        assert_eq!(at("now-1M", Edge::From), "2026-10-21T13:58:41Z");
        assert_eq!(at("now-1y+2d", Edge::From), "2025-11-23T13:58:41Z");
    }

    #[test]
    fn rounds_down_at_the_start_and_up_at_the_end() {
        assert_eq!(at("now-7d/d", Edge::From), "2026-11-14T00:00:00Z");
        assert_eq!(at("now/d", Edge::To), "2026-11-22T00:00:00Z");
        assert_eq!(at("now/w", Edge::From), "2026-11-16T00:00:00Z");
        assert_eq!(at("now/M", Edge::To), "2026-12-01T00:00:00Z");
        assert_eq!(at("now/y", Edge::From), "2026-01-01T00:00:00Z");
        assert_eq!(at("now/h", Edge::To), "2026-11-21T14:00:00Z");
    }

    #[test]
    fn days_start_when_they_do_in_the_zone() {
        let at = "now/d"
            .parse::<Expression>()
            .unwrap()
            .resolve(NOW, &Fixed(11 * HOUR), Edge::From);
        assert_eq!(super::super::format::rfc3339(at), "2026-11-21T13:00:00Z");
    }

    #[test]
    fn reads_dates_and_times() {
        assert_eq!(at("2014-02-14 14:30", Edge::From), "2014-02-14T14:30:00Z");
        assert_eq!(at(" 2014-02-14 ", Edge::From), "2014-02-14T00:00:00Z");
        assert_eq!(
            at("2014-02-14T14:30:05.25Z", Edge::From),
            "2014-02-14T14:30:05.250Z"
        );
        assert_eq!(at("1392388200000", Edge::From), "2014-02-14T14:30:00Z");
        assert_eq!(at("2014-02-14T14:30+05:30", Edge::From), "2014-02-14T09:00:00Z");
        assert_eq!(
            at("2014-02-14T14:30:05-01:00", Edge::From),
            "2014-02-14T15:30:05Z"
        );
    }

    #[test]
    fn a_wall_is_pinned_to_an_instant_by_its_zone() {
        let wall: Expression = "2014-02-14 14:30".parse().unwrap();
        assert_eq!(wall.pinned(&Fixed(HOUR)).to_string(), "2014-02-14T13:30:00Z");
    }

    #[test]
    fn says_what_is_wrong_with_anything_else() {
        for text in [
            "",
            "yesterday",
            "now-",
            "now-h",
            "now-5x",
            "now--5h",
            "now/5d",
            "now-999999999999d",
            "now-999999d",
            "2014-02-30",
            "2014-2-1",
            "2014-02-14 25:00",
            "2014-02-14 14",
            "2014-02-14 14:30:00:00",
            "nöw",
            "now-5ü",
            "2014-02-14 14:3ü",
            "2014-02-14T14:30+1:00",
            "2014-02-14T14:30+99:00",
            "2014-02-14T14:30-01:00ü",
            "-2014-02-14",
            "now-1d-1d-1d-1d-1d-1d-1d-1d-1d",
            "99999999999999999999",
        ] {
            let error = text.parse::<Expression>().unwrap_err();
            assert!(!error.to_string().is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_written_can_be_read_again() {
        for text in [
            "now",
            "now-24h",
            "now-7d/d",
            "now/M+3h",
            "2014-02-14 14:30",
            "2014-02-14T13:30:00Z",
        ] {
            let expression: Expression = text.parse().unwrap();
            assert_eq!(expression.to_string(), text);
        }
    }
}
