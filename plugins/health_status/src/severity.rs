//! How bad a status is, where the YAML does not say: by the words of its label, else by its colour, else by its place.

use porthole_sdk::{Color, Severity};

const CRITICAL: &[&str] = &[
    "crashed",
    "critical",
    "dead",
    "down",
    "error",
    "errors",
    "fail",
    "failed",
    "failing",
    "failure",
    "fatal",
    "offline",
    "outage",
    "stopped",
    "unavailable",
    "unhealthy",
    "unreachable",
];
const WARNING: &[&str] = &[
    "busy",
    "degraded",
    "delayed",
    "maintenance",
    "partial",
    "pending",
    "slow",
    "warn",
    "warning",
];
const GOOD: &[&str] = &[
    "active",
    "available",
    "fine",
    "good",
    "healthy",
    "normal",
    "ok",
    "okay",
    "online",
    "operational",
    "passing",
    "running",
    "success",
    "up",
];
const UNKNOWN: &[&str] = &["unknown"];

/// Of each of these labels and colours; they are in an order from good to bad where nothing else is known.
pub fn of_all(looks: &[(&str, [u8; 3])]) -> Vec<Severity> {
    let last = looks.len().saturating_sub(1);
    let by_place = |place| match place {
        _ if last == 0 => Severity::Unknown,
        0 => Severity::Good,
        place if place == last => Severity::Critical,
        _ => Severity::Warning,
    };
    looks
        .iter()
        .enumerate()
        .map(|(place, (label, color))| {
            of_words(label)
                .or_else(|| of_color(*color))
                .unwrap_or_else(|| by_place(place))
        })
        .collect()
}

/// The worst of the words that are known. A negation (`not ok`) leaves nothing to rely on.
pub fn of_words(label: &str) -> Option<Severity> {
    let label = label.to_ascii_lowercase();
    // The words are English; a letter of another alphabet is part of a word all the same.
    let is_gap = |character: char| character.is_ascii() && !character.is_ascii_alphanumeric();
    let any = |known: &[&str]| label.split(is_gap).any(|word| known.contains(&word));
    if any(&["not", "no", "non"]) {
        return None;
    }
    [
        (CRITICAL, Severity::Critical),
        (WARNING, Severity::Warning),
        (UNKNOWN, Severity::Unknown),
        (GOOD, Severity::Good),
    ]
    .into_iter()
    .find(|(words, _)| any(words))
    .map(|(_, severity)| severity)
}

/// By hue: red is critical, orange and yellow are warnings, green is good. None for greys and all other hues.
fn of_color([red, green, blue]: [u8; 3]) -> Option<Severity> {
    let (red, green, blue) = (i32::from(red), i32::from(green), i32::from(blue));
    let most = red.max(green).max(blue);
    let spread = most - red.min(green).min(blue);
    // Too grey, or too dark, to be called a colour.
    if spread * 5 < most || most < 40 {
        return None;
    }
    let hue = if most == red {
        (60 * (green - blue) / spread).rem_euclid(360)
    } else if most == green {
        120 + 60 * (blue - red) / spread
    } else {
        240 + 60 * (red - green) / spread
    };
    match hue {
        0..=20 | 340..=359 => Some(Severity::Critical),
        21..=70 => Some(Severity::Warning),
        71..=170 => Some(Severity::Good),
        _ => None,
    }
}

/// Of a colour as `#rrggbb`; black for anything else.
pub fn channels(color: &str) -> [u8; 3] {
    Color::parse(color)
        .map(|color| color.channels())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_decides_first() {
        for (label, severity) in [
            ("Healthy", Some(Severity::Good)),
            ("Unhealthy", Some(Severity::Critical)),
            ("Degraded", Some(Severity::Warning)),
            ("Up, slow", Some(Severity::Warning)),
            ("Service down!", Some(Severity::Critical)),
            ("not ok", None),
            ("Unknown", Some(Severity::Unknown)),
            ("Backup", None),
            ("Grün", None),
        ] {
            assert_eq!(of_words(label), severity, "{label}");
        }
        assert_eq!(of_all(&[("Down", channels("#10B981"))]), [Severity::Critical]);
    }

    #[test]
    fn then_the_colour() {
        for (color, severity) in [
            ("#10B981", Some(Severity::Good)),
            ("#00ff00", Some(Severity::Good)),
            ("#F59E0B", Some(Severity::Warning)),
            ("#ffff00", Some(Severity::Warning)),
            ("#EF4444", Some(Severity::Critical)),
            ("#dc143c", Some(Severity::Critical)),
            ("#3B82F6", None),
            ("#6B7280", None),
            ("#000000", None),
        ] {
            assert_eq!(of_color(channels(color)), severity, "{color}");
        }
    }

    #[test]
    fn then_the_place() {
        let blue = channels("#3B82F6");
        assert_eq!(
            of_all(&[("A", blue), ("B", blue), ("C", blue)]),
            [Severity::Good, Severity::Warning, Severity::Critical]
        );
        assert_eq!(of_all(&[("A", blue)]), [Severity::Unknown]);
        assert_eq!(of_all(&[]), []);
    }
}
