//! The range a dashboard shows: two moments, written into the address.

use super::{
    civil::{Civil, Zone},
    expression::{Edge, Expression, NotAMoment, Step, Unit},
    format,
};

/// Two moments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// In.
    pub from: Expression,
    /// Out.
    pub to: Expression,
}

/// A range at one point in time; milliseconds since the epoch, half-open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// In.
    pub start: i64,
    /// Out.
    pub end: i64,
}

/// Ranges that are a click away: from, to, and their names.
pub const QUICK: [(&str, &str, &str); 16] = [
    ("now-15m", "now", "Last 15 minutes"),
    ("now-1h", "now", "Last hour"),
    ("now-3h", "now", "Last 3 hours"),
    ("now-8h", "now", "Last 8 hours"),
    ("now-24h", "now", "Last 24 hours"),
    ("now-4d", "now", "Last 4 days"),
    ("now-7d", "now", "Last 7 days"),
    ("now-14d", "now", "Last 14 days"),
    ("now-30d", "now", "Last 30 days"),
    ("now-90d", "now", "Last 90 days"),
    ("now-1y", "now", "Last year"),
    ("now/d", "now", "Today so far"),
    ("now-1d/d", "now-1d/d", "Yesterday"),
    ("now/w", "now", "This week so far"),
    ("now-1w/w", "now-1w/w", "Last week"),
    ("now/M", "now", "This month so far"),
];

/// Shorter ranges cannot be dragged or typed.
const SHORTEST: i64 = 1_000;

/// What is wrong with a range, and in which of the two fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeFault {
    /// Whether the start is to blame.
    pub is_from: bool,
    /// For the reader.
    pub message: String,
}

impl Default for Range {
    /// The last 24 hours.
    fn default() -> Self {
        Self {
            from: Expression::Relative(vec![Step::Shift(-24, Unit::Hour)]),
            to: Expression::Relative(Vec::new()),
        }
    }
}

impl Range {
    /// From two typed texts.
    ///
    /// # Errors
    /// When one is no moment, or the end is not after the start.
    pub fn parse(from: &str, to: &str, now: i64, zone: &dyn Zone) -> Result<Self, RangeFault> {
        let read = |text: &str, is_from| {
            text.parse::<Expression>()
                .map_err(|error: NotAMoment| RangeFault {
                    is_from,
                    message: error.to_string(),
                })
        };
        let range = Self {
            from: read(from, true)?.pinned(zone),
            to: read(to, false)?.pinned(zone),
        };
        let window = range.window(now, zone);
        if window.end - window.start < SHORTEST {
            return Err(RangeFault {
                is_from: false,
                message: "The end must be after the start".to_owned(),
            });
        }
        Ok(range)
    }

    /// From an address; none when it says nothing usable.
    pub fn from_address(from: Option<&str>, to: Option<&str>, now: i64, zone: &dyn Zone) -> Option<Self> {
        Self::parse(from?, to.unwrap_or("now"), now, zone).ok()
    }

    /// From one word: `now-24h`, or two: `now-7d/d..now/d`.
    pub fn from_word(word: &str, now: i64, zone: &dyn Zone) -> Option<Self> {
        let (from, to) = word.split_once("..").unwrap_or((word, "now"));
        Self::parse(from, to, now, zone).ok()
    }

    /// Between two instants.
    pub fn between(start: i64, end: i64) -> Self {
        Self {
            from: Expression::Instant(start),
            to: Expression::Instant(end.max(start + SHORTEST)),
        }
    }

    /// The instants meant right now.
    pub fn window(&self, now: i64, zone: &dyn Zone) -> Window {
        Window {
            start: self.from.resolve(now, zone, Edge::From),
            end: self.to.resolve(now, zone, Edge::To),
        }
    }

    /// Whether it moves with the clock.
    pub fn is_live(&self) -> bool {
        self.from.is_relative() || self.to.is_relative()
    }

    /// Twice as long around the same middle, but not beyond now where it did not reach there before.
    pub fn zoomed_out(&self, now: i64, zone: &dyn Zone) -> Self {
        // The common case keeps moving with the clock.
        if let ([Step::Shift(count, unit)], [], true) = (
            self.from.steps(),
            self.to.steps(),
            self.from.is_relative() && self.to.is_relative(),
        ) && *count < 0
            && let Some(doubled) = count.checked_mul(2).filter(|count| *count > -50_000)
        {
            return Self {
                from: Expression::Relative(vec![Step::Shift(doubled, *unit)]),
                to: self.to.clone(),
            };
        }
        let window = self.window(now, zone);
        let half = (window.end - window.start) / 2;
        let end = if window.end <= now {
            (window.end + half).min(now)
        } else {
            window.end + half
        };
        Self::between(end - 4 * half, end)
    }

    /// For the button: the quick range's name, or the moments.
    pub fn title(&self, now: i64, zone: &dyn Zone) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        if let Some((_, _, name)) = QUICK.iter().find(|(f, t, _)| *f == from && *t == to) {
            return (*name).to_owned();
        }
        if to == "now"
            && let [Step::Shift(count, unit)] = self.from.steps()
            && *count < 0
        {
            return last(count.unsigned_abs(), *unit);
        }
        let side = |moment: &Expression| match moment {
            Expression::Relative(_) => moment.to_string(),
            Expression::Instant(instant) => format::short(*instant, now, zone),
            Expression::Wall(wall) => format::short(wall.instant(zone), now, zone),
        };
        format!("{} → {}", side(&self.from), side(&self.to))
    }

    /// What stands in the two fields: instants as the reader's clocks show them.
    pub fn fields(&self, zone: &dyn Zone) -> (String, String) {
        let field = |moment: &Expression| match moment {
            Expression::Instant(instant) => format::wall(&Civil::at(*instant, zone)),
            other => other.to_string(),
        };
        (field(&self.from), field(&self.to))
    }
}

impl Expression {
    fn steps(&self) -> &[Step] {
        match self {
            Self::Relative(steps) => steps,
            _ => &[],
        }
    }
}

fn last(count: u32, unit: Unit) -> String {
    let name = match unit {
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Year => "year",
    };
    if count == 1 {
        format!("Last {name}")
    } else {
        format!("Last {count} {name}s")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{
        super::civil::{Fixed, HOUR},
        *,
    };

    const NOW: i64 = 1_795_269_521_000;
    const UTC: Fixed = Fixed(0);

    fn range(from: &str, to: &str) -> Range {
        Range::parse(from, to, NOW, &UTC).unwrap()
    }

    #[test]
    fn every_quick_range_can_be_read_and_finds_its_name_again() {
        for (from, to, name) in QUICK {
            assert_eq!(range(from, to).title(NOW, &UTC), name);
        }
    }

    #[test]
    fn yesterday_is_a_whole_day() {
        let window = range("now-1d/d", "now-1d/d").window(NOW, &UTC);
        assert_eq!(format::rfc3339(window.start), "2026-11-20T00:00:00Z");
        assert_eq!(format::rfc3339(window.end), "2026-11-21T00:00:00Z");
    }

    #[test]
    fn says_which_field_is_wrong() {
        assert!(Range::parse("nonsense", "now", NOW, &UTC).unwrap_err().is_from);
        assert!(!Range::parse("now-1h", "nonsense", NOW, &UTC).unwrap_err().is_from);
        let backwards = Range::parse("now", "now-1h", NOW, &UTC).unwrap_err();
        assert_eq!(backwards.message, "The end must be after the start");
    }

    #[test]
    fn typed_walls_become_instants_in_the_address_and_walls_in_the_fields() {
        let zone = Fixed(HOUR);
        let range = Range::parse("2014-02-14 14:30", "2014-02-15", NOW, &zone).unwrap();
        assert_eq!(range.from.to_string(), "2014-02-14T13:30:00Z");
        assert_eq!(
            range.fields(&zone),
            ("2014-02-14 14:30".to_owned(), "2014-02-15 00:00".to_owned())
        );
    }

    #[test]
    fn zooming_out_keeps_a_live_range_live() {
        assert_eq!(
            range("now-24h", "now").zoomed_out(NOW, &UTC),
            range("now-48h", "now")
        );
        assert_eq!(range("now-48h", "now").title(NOW, &UTC), "Last 48 hours");
    }

    #[test]
    fn zooming_out_of_the_past_doubles_around_the_middle() {
        let out = range("2014-02-14 10:00", "2014-02-14 12:00").zoomed_out(NOW, &UTC);
        assert_eq!(
            out.fields(&UTC),
            ("2014-02-14 09:00".to_owned(), "2014-02-14 13:00".to_owned())
        );
    }

    #[test]
    fn zooming_out_does_not_reach_into_the_future() {
        let out = Range::between(NOW - 2 * HOUR, NOW - HOUR / 4)
            .zoomed_out(NOW, &UTC)
            .window(NOW, &UTC);
        assert_eq!(out.end, NOW);
        assert_eq!(out.end - out.start, 2 * (2 * HOUR - HOUR / 4));
    }

    #[test]
    fn a_range_of_instants_is_named_by_them() {
        assert_eq!(Range::between(NOW - HOUR, NOW).title(NOW, &UTC), "12:58 → 13:58");
    }

    #[test]
    fn an_address_without_a_range_has_none() {
        assert!(Range::from_address(None, Some("now"), NOW, &UTC).is_none());
        assert!(Range::from_address(Some("zz"), None, NOW, &UTC).is_none());
        assert_eq!(
            Range::from_address(Some("now-1h"), None, NOW, &UTC),
            Some(range("now-1h", "now"))
        );
    }
}
