//! How a node is.

/// From best to worst, and what nobody knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Online,
    Unknown,
    Degraded,
    Offline,
}

impl State {
    /// In the order of the legend.
    pub const ALL: [Self; 4] = [Self::Online, Self::Degraded, Self::Offline, Self::Unknown];

    /// Of the words, and the codes 0, 1 and 2, that databases have for it.
    pub fn of(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "online" | "up" | "ok" | "healthy" | "active" | "running" | "0" => Self::Online,
            "degraded" | "warning" | "slow" | "maintenance" | "1" => Self::Degraded,
            "offline" | "down" | "failed" | "critical" | "unreachable" | "2" => Self::Offline,
            _ => Self::Unknown,
        }
    }

    /// For legends.
    pub fn word(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Degraded => "degraded",
            Self::Offline => "offline",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_codes_are_understood_and_all_else_is_unknown() {
        for (text, state) in [
            ("online", State::Online),
            (" UP ", State::Online),
            ("1", State::Degraded),
            ("Unreachable", State::Offline),
            ("", State::Unknown),
            ("purple", State::Unknown),
        ] {
            assert_eq!(State::of(text), state, "{text:?}");
        }
    }
}
