//! How often panels ask again.

/// A reader's choice for the whole page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Refresh {
    /// As each panel says.
    #[default]
    Auto,
    /// Only when asked to.
    Off,
    /// Every so many seconds.
    Every(u32),
}

/// What the menu offers: as in the address, and for people.
pub const CHOICES: [(Refresh, &str, &str); 10] = [
    (Refresh::Auto, "auto", "Auto"),
    (Refresh::Off, "off", "Off"),
    (Refresh::Every(5), "5s", "5 s"),
    (Refresh::Every(10), "10s", "10 s"),
    (Refresh::Every(30), "30s", "30 s"),
    (Refresh::Every(60), "1m", "1 m"),
    (Refresh::Every(300), "5m", "5 m"),
    (Refresh::Every(900), "15m", "15 m"),
    (Refresh::Every(1_800), "30m", "30 m"),
    (Refresh::Every(3_600), "1h", "1 h"),
];

/// Faster than this would only heat the host.
const SHORTEST: u32 = 5;
/// What failed is asked for again after so many seconds, however seldom the panel is.
const AFTER_FAILURE: u32 = 60;

impl Refresh {
    /// From an address; anything unknown is [`Refresh::Auto`].
    pub fn from_address(text: Option<&str>) -> Self {
        CHOICES
            .iter()
            .find(|(_, name, _)| Some(*name) == text)
            .map_or(Self::Auto, |(choice, ..)| *choice)
    }

    /// For the address; the usual choice is not written.
    pub fn address(self) -> Option<&'static str> {
        CHOICES
            .iter()
            .find(|(choice, ..)| *choice == self && self != Self::Auto)
            .map(|(_, name, _)| *name)
    }

    /// For people.
    pub fn name(self) -> &'static str {
        CHOICES
            .iter()
            .find(|(choice, ..)| *choice == self)
            .map_or("Auto", |(.., name)| *name)
    }

    /// Milliseconds until a panel that has its own interval (seconds) asks again; none: never. `has_failed`: its newest
    /// question had no answer.
    pub fn wait(self, own: u32, has_failed: bool) -> Option<u32> {
        let usual = match self {
            Self::Off => None,
            Self::Auto if own == 0 => None,
            Self::Auto => Some(own),
            Self::Every(seconds) => Some(seconds),
        };
        let seconds = match usual {
            Some(seconds) if has_failed => seconds.min(AFTER_FAILURE),
            None if has_failed && self != Self::Off => AFTER_FAILURE,
            usual => usual?,
        };
        Some(seconds.max(SHORTEST).saturating_mul(1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_choice_survives_the_address() {
        for (choice, ..) in CHOICES {
            assert_eq!(Refresh::from_address(choice.address()), choice);
        }
        assert_eq!(Refresh::from_address(Some("1ms")), Refresh::Auto);
    }

    #[test]
    fn a_panels_own_interval_counts_unless_the_reader_chose() {
        assert_eq!(Refresh::Auto.wait(300, false), Some(300_000));
        assert_eq!(Refresh::Auto.wait(1, false), Some(5_000));
        assert_eq!(Refresh::Auto.wait(0, false), None);
        assert_eq!(Refresh::Every(30).wait(300, false), Some(30_000));
        assert_eq!(Refresh::Off.wait(300, false), None);
    }

    #[test]
    fn what_failed_is_asked_for_again_within_a_minute_unless_the_reader_wants_none_of_it() {
        assert_eq!(Refresh::Auto.wait(21_600, true), Some(60_000));
        assert_eq!(Refresh::Auto.wait(0, true), Some(60_000));
        assert_eq!(Refresh::Auto.wait(10, true), Some(10_000));
        assert_eq!(Refresh::Every(3_600).wait(300, true), Some(60_000));
        assert_eq!(Refresh::Off.wait(300, true), None);
    }
}
