//! The range a dashboard shows: two moments, written into the address.

use super::{
    civil::{Civil, DAY, HOUR, MINUTE, Zone},
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
pub const QUICK: [(&str, &str, &str); 21] = [
    ("now-5m", "now", "Last 5 minutes"),
    ("now-15m", "now", "Last 15 minutes"),
    ("now-30m", "now", "Last 30 minutes"),
    ("now-1h", "now", "Last hour"),
    ("now-3h", "now", "Last 3 hours"),
    ("now-6h", "now", "Last 6 hours"),
    ("now-8h", "now", "Last 8 hours"),
    ("now-12h", "now", "Last 12 hours"),
    ("now-24h", "now", "Last 24 hours"),
    ("now-2d", "now", "Last 2 days"),
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

const SIX_HOURS: i64 = 6 * HOUR;
/// In shorter ranges seconds count.
const MINUTES: i64 = 10 * MINUTE;
/// Shorter ranges cannot be dragged or typed.
const SHORTEST: i64 = 1_000;
/// A host refuses more than twenty years; in milliseconds.
const LONGEST: i64 = (20 * 365 + 5) * DAY;

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

    /// What is wrong with the range in an address that has one; none when it says nothing, or something usable.
    pub fn fault_of_address(
        from: Option<&str>,
        to: Option<&str>,
        now: i64,
        zone: &dyn Zone,
    ) -> Option<RangeFault> {
        if from.is_none() && to.is_none() {
            return None;
        }
        Self::parse(from.unwrap_or_default(), to.unwrap_or("now"), now, zone).err()
    }

    /// From one word: `now-24h`, or two: `now-7d/d..now/d`.
    pub fn from_word(word: &str, now: i64, zone: &dyn Zone) -> Option<Self> {
        let (from, to) = word.split_once("..").unwrap_or((word, "now"));
        Self::parse(from, to, now, zone).ok()
    }

    /// What somebody means who looks for `6h`, `90 min`, `2w` or `last 6 hours`: that long, until now.
    pub fn of_length(text: &str, now: i64, zone: &dyn Zone) -> Option<Self> {
        let text = text.trim();
        let length = ["last ", "past "]
            .into_iter()
            .find(|word| starts_with_word(text, word))
            .map_or(text, |word| text[word.len()..].trim_start());
        let digits = length.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = length.split_at(digits);
        let unit = unit_called(unit.trim())?;
        // Where there are no digits, this is no moment.
        Self::parse(&["now-", count, unit].concat(), "now", now, zone).ok()
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

    /// The instants that the host is asked for: what moves with the clock moves from one full minute to the next, or in shorter
    /// steps where the range is short. Readers who look at the same time then ask the same question, which the host answers once.
    pub fn question(&self, now: i64, zone: &dyn Zone) -> Window {
        let window = self.window(now, zone);
        let step = match window.end - window.start {
            ..HOUR => 1_000,
            HOUR..SIX_HOURS => 10_000,
            _ => 60_000,
        };
        let ahead = (-now).rem_euclid(step);
        // `now/d` is the same all day.
        let moved = |instant: i64, by: &Expression| match by.is_relative() && (instant - now) % step == 0 {
            true => instant + ahead,
            false => instant,
        };
        Window {
            start: moved(window.start, &self.from),
            end: moved(window.end, &self.to),
        }
    }

    /// Whether it moves with the clock.
    pub fn is_live(&self) -> bool {
        self.from.is_relative() || self.to.is_relative()
    }

    /// Twice as long around the same middle, but not beyond now where it did not reach there before, not before 1970, and
    /// never longer than a host answers for.
    pub fn zoomed_out(&self, now: i64, zone: &dyn Zone) -> Self {
        let wanted = self.doubled(now, zone);
        let window = wanted.window(now, zone);
        if window.start >= 0 && window.end - window.start <= LONGEST {
            return wanted;
        }
        let end = window.end.max(SHORTEST);
        Self::between((end - LONGEST).max(window.start).max(0), end)
    }

    fn doubled(&self, now: i64, zone: &dyn Zone) -> Self {
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

    /// For the button: the quick range's name, or the moments. A day that is today's is left out, unless the other end is
    /// on another one.
    pub fn title(&self, now: i64, zone: &dyn Zone) -> String {
        self.named(now, Some(now), zone)
    }

    /// The same for a list that is read on other days, too: no day is left out.
    pub fn dated_title(&self, now: i64, zone: &dyn Zone) -> String {
        self.named(now, None, zone)
    }

    /// `today`: an instant of the day that needs no name.
    fn named(&self, now: i64, today: Option<i64>, zone: &dyn Zone) -> String {
        let (from, to) = (self.from.to_string(), self.to.to_string());
        if let Some((_, _, name)) = QUICK.iter().find(|(f, t, _)| *f == from && *t == to) {
            return (*name).to_owned();
        }
        // The same range in other words, as `now-1d/d` to `now/d` without today.
        if self.from.is_relative() && self.to.is_relative() {
            let window = self.window(now, zone);
            let same = QUICK.iter().find(|(f, t, _)| {
                Self::parse(f, t, now, zone).is_ok_and(|quick| quick.window(now, zone) == window)
            });
            if let Some((_, _, name)) = same {
                return (*name).to_owned();
            }
        }
        if to == "now"
            && let [Step::Shift(count, unit)] = self.from.steps()
            && *count < 0
        {
            return last(count.unsigned_abs(), *unit);
        }
        let window = self.window(now, zone);
        // What rounds is easier to read as what comes out.
        let instant = |moment: &Expression, meant| {
            let is_shift = |step: &Step| matches!(step, Step::Shift(..));
            let is_plain = moment.is_relative() && moment.steps().iter().all(is_shift);
            (!is_plain).then_some(meant)
        };
        let (start, end) = (instant(&self.from, window.start), instant(&self.to, window.end));
        let is_today = |at| today.is_some_and(|today| format::is_same_day(at, today, zone));
        let is_undated = start.into_iter().chain(end).all(is_today);
        let is_one_day = start
            .zip(end)
            .is_some_and(|(start, end)| format::is_same_day(start, end, zone));
        // Two ends of the same minute would look the same.
        let is_exact = window.end - window.start < MINUTES
            && [window.start, window.end].iter().any(|at| at % MINUTE != 0);
        let side = |moment: &Expression, at: Option<i64>, is_undated| {
            let Some(at) = at else {
                return moment.to_string();
            };
            let mut text = match is_undated {
                true => format::clock(at, zone),
                false => format::dated(at, now, zone),
            };
            if is_exact {
                text.push_str(&format::seconds(at, zone));
            }
            text
        };
        format!(
            "{} → {}",
            side(&self.from, start, is_undated),
            side(&self.to, end, is_undated || is_one_day)
        )
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

fn starts_with_word(text: &str, word: &str) -> bool {
    text.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}

/// The letter of a unit that somebody types: the letter itself, `min`, `hrs`, or the word as far as it is typed.
fn unit_called(typed: &str) -> Option<&'static str> {
    const UNITS: [(&str, &str); 8] = [
        ("seconds", "s"),
        ("minutes", "m"),
        ("hours", "h"),
        ("hrs", "h"),
        ("days", "d"),
        ("weeks", "w"),
        ("months", "M"),
        ("years", "y"),
    ];
    // The only letter whose case says something.
    if typed == "M" {
        return Some("M");
    }
    let one = typed
        .strip_suffix(['s', 'S'])
        .filter(|one| !one.is_empty())
        .unwrap_or(typed);
    let is_meant = |name: &str| !one.is_empty() && starts_with_word(name, one);
    UNITS
        .into_iter()
        .find(|(name, _)| is_meant(name))
        .map(|(_, letter)| letter)
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
    use super::{super::civil::Fixed, *};

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
    fn who_looks_within_the_same_minute_asks_the_same_and_never_for_another_length() {
        let minute = NOW.div_euclid(60_000) * 60_000;
        for (from, to, name) in QUICK {
            let range = range(from, to);
            let question = |after| range.question(minute + after, &UTC);
            let window = range.window(minute, &UTC);
            let step = if window.end - window.start < HOUR {
                1_000
            } else {
                10_000
            };
            assert_eq!(question(0), window, "{name}");
            assert_eq!(question(1), question(step), "{name}");
            assert_eq!(
                question(1).start - window.start,
                match from.contains('/') {
                    true => 0,
                    false => question(1).end - window.end,
                },
                "{name}"
            );
        }
        let day = range("now-24h", "now");
        assert_eq!(
            day.question(minute + 1, &UTC),
            day.question(minute + 60_000, &UTC)
        );
        // A minute before midnight is still today.
        let midnight = NOW.div_euclid(DAY) * DAY + DAY;
        let today = range("now/d", "now").question(midnight - 100, &UTC);
        assert_eq!((today.start, today.end), (midnight - DAY, midnight));
        let fixed = range("2014-02-14T13:30:07Z", "2014-02-14T14:30:07Z");
        assert_eq!(fixed.question(NOW, &UTC), fixed.window(NOW, &UTC));
    }

    #[test]
    fn a_length_is_understood_as_the_time_until_now() {
        let found = |text| Range::of_length(text, NOW, &UTC).map(|range| range.title(NOW, &UTC));
        assert_eq!(found("6h").as_deref(), Some("Last 6 hours"));
        assert_eq!(found(" 90 m ").as_deref(), Some("Last 90 minutes"));
        assert_eq!(found("2w").as_deref(), Some("Last 14 days"));
        for (text, title) in [
            ("last 6 hours", "Last 6 hours"),
            ("Last 10 Days", "Last 10 days"),
            ("past 90 min", "Last 90 minutes"),
            ("90 mins", "Last 90 minutes"),
            ("1 hour", "Last hour"),
            ("36 HRS", "Last 36 hours"),
            ("45 s", "Last 45 seconds"),
            ("6 ho", "Last 6 hours"),
            ("3m", "Last 3 minutes"),
            ("3M", "Last 3 months"),
            ("3 mo", "Last 3 months"),
            ("2 weeks", "Last 14 days"),
            ("5y", "Last 5 years"),
        ] {
            assert_eq!(found(text).as_deref(), Some(title), "{text}");
        }
        for nothing in [
            "",
            "h",
            "week",
            "6",
            "0h",
            "-1h",
            "2026-01-05",
            "last",
            "last week",
            "6 hats",
            "6 hours ago",
            "last 6",
            "6 ß",
            "lastß",
        ] {
            assert_eq!(found(nothing), None, "{nothing}");
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
        assert_eq!(range("now-48h", "now").title(NOW, &UTC), "Last 2 days");
        assert_eq!(range("now-16h", "now").title(NOW, &UTC), "Last 16 hours");
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
    fn zooming_out_stops_at_what_a_host_answers_for() {
        let mut out = range("now-1y", "now");
        for _ in 0..12 {
            out = out.zoomed_out(NOW, &UTC);
            let window = out.window(NOW, &UTC);
            assert!(window.end - window.start <= LONGEST);
        }
        assert_eq!(out.window(NOW, &UTC).start, NOW - LONGEST);
        let early = Range::between(0, 20 * HOUR).zoomed_out(NOW, &UTC);
        assert_eq!(early.window(NOW, &UTC).start, 0);
    }

    #[test]
    fn both_days_are_named_where_they_differ() {
        assert_eq!(
            Range::between(NOW - DAY, NOW).title(NOW, &UTC),
            "20 Nov 13:58 → 21 Nov 13:58"
        );
        let other_day = Range::between(NOW - DAY, NOW - DAY + HOUR);
        assert_eq!(other_day.title(NOW, &UTC), "20 Nov 13:58 → 14:58");
        // In a list that is read tomorrow, today has a name.
        let today = Range::between(NOW - HOUR, NOW);
        assert_eq!(today.dated_title(NOW, &UTC), "21 Nov 12:58 → 13:58");
    }

    #[test]
    fn a_usual_range_in_other_words_has_its_name() {
        assert_eq!(range("now-60m", "now").title(NOW, &UTC), "Last hour");
        assert_eq!(range("now-1d/d", "now/d-1d").title(NOW, &UTC), "Yesterday");
        assert_eq!(
            range("now-1d/d", "now/d").title(NOW, &UTC),
            "20 Nov 00:00 → 22 Nov 00:00"
        );
        assert_eq!(range("now-6h", "now-1h").title(NOW, &UTC), "now-6h → now-1h");
    }

    #[test]
    fn a_broken_range_in_an_address_is_a_fault_and_none_is_not() {
        let fault = |from, to| Range::fault_of_address(from, to, NOW, &UTC);
        assert!(fault(Some("banana"), None).is_some_and(|fault| fault.is_from));
        assert!(fault(Some("now"), Some("now-6h")).is_some());
        assert!(fault(None, Some("now-6h")).is_some());
        assert_eq!(fault(Some("now-6h"), None), None);
        assert_eq!(fault(None, None), None);
    }

    #[test]
    fn a_range_of_instants_is_named_by_them() {
        assert_eq!(Range::between(NOW - HOUR, NOW).title(NOW, &UTC), "12:58 → 13:58");
    }

    #[test]
    fn a_range_of_seconds_says_which() {
        let title = |start: i64, end: i64| Range::between(NOW + start, NOW + end).title(NOW, &UTC);
        assert_eq!(title(-20_000, -8_000), "13:58:21 → 13:58:33");
        assert_eq!(
            title(-101_000, -41_000),
            "13:57 → 13:58",
            "whole minutes have none"
        );
        assert_eq!(title(-599_000, 0), "13:48:42 → 13:58:41");
        assert_eq!(title(-600_000, 0), "13:48 → 13:58");
        assert_eq!(
            Range::between(NOW - DAY - 12_000, NOW - DAY).title(NOW, &UTC),
            "20 Nov 13:58:29 → 13:58:41"
        );
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
