//! States and their colours, which have to be seen on light and on dark grounds.

use crate::display::Display;
use crate::graph::Edge;

/// How a service is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Healthy,
    Degraded,
    Down,
    Unknown,
}

impl State {
    /// Worst first.
    pub const ALL: [Self; 4] = [Self::Down, Self::Degraded, Self::Unknown, Self::Healthy];

    /// Of the words, and the codes 0, 1 and 2, that databases have for it.
    pub fn of(text: &str) -> Self {
        match text.trim().to_ascii_lowercase().as_str() {
            "healthy" | "up" | "ok" | "online" | "running" | "0" => Self::Healthy,
            "degraded" | "warning" | "slow" | "1" => Self::Degraded,
            "down" | "offline" | "failed" | "critical" | "2" => Self::Down,
            _ => Self::Unknown,
        }
    }

    /// For readers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::Down => "down",
            Self::Unknown => "unknown",
        }
    }

    /// Classes of the dot before a name.
    pub fn dot(self) -> &'static str {
        match self {
            Self::Healthy => "bg-[#16a267] dark:bg-[#4cc38a]",
            Self::Degraded => "bg-[#d98a00] dark:bg-[#f2b84b]",
            Self::Down => "bg-[#d92652] dark:bg-[#f2617a]",
            Self::Unknown => "bg-[#8590a2]",
        }
    }

    /// Classes of a box: its edge and its ground.
    pub fn card(self) -> &'static str {
        match self {
            Self::Healthy | Self::Unknown => {
                "border-[#d3d9e3] dark:border-[#3b4250] bg-[#f8fafc] dark:bg-[#20242c]"
            }
            Self::Degraded => "border-[#d98a00] dark:border-[#f2b84b] bg-[#fdf6e7] dark:bg-[#352c1d]",
            Self::Down => "border-[#d92652] dark:border-[#f2617a] bg-[#fdeff2] dark:bg-[#3a222b]",
        }
    }
}

/// How a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stress {
    Calm,
    Warning,
    Critical,
}

impl Stress {
    /// By how many calls fail.
    pub fn of(call: &Edge, display: &Display) -> Self {
        match call.errors {
            Some(errors) if errors >= display.critical_percent => Self::Critical,
            Some(errors) if errors >= display.warning_percent => Self::Warning,
            _ => Self::Calm,
        }
    }

    /// Classes of the colour of a border.
    pub fn border(self) -> &'static str {
        match self {
            Self::Calm => "border-[#b4bdca] dark:border-[#4d5666]",
            Self::Warning => "border-[#d98a00] dark:border-[#f2b84b]",
            Self::Critical => "border-[#d92652] dark:border-[#f2617a]",
        }
    }

    /// Classes of the same colour as a ground.
    pub fn ground(self) -> &'static str {
        match self {
            Self::Calm => "bg-[#b4bdca] dark:bg-[#4d5666]",
            Self::Warning => State::Degraded.dot(),
            Self::Critical => State::Down.dot(),
        }
    }
}
