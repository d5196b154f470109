//! Lengths of time and sizes, as people write them.

use std::time::Duration;

const TIMES: [(&str, u64); 6] = [
    ("ms", 1),
    ("s", 1000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 604_800_000),
];
const SIZES: [(&str, u64); 4] = [
    ("B", 1),
    ("KiB", 1024),
    ("MiB", 1024 * 1024),
    ("GiB", 1024 * 1024 * 1024),
];

/// `500ms`, `30s`, `5m`, `12h`, `7d`, `2w`; a bare number is seconds.
pub(crate) fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = split(text)?;
    let unit = if unit.is_empty() { "s" } else { unit };
    let (_, factor) = TIMES.iter().find(|(name, _)| *name == unit)?;
    number.checked_mul(*factor).map(Duration::from_millis)
}

/// The shortest form that [`duration`] reads back.
pub(crate) fn duration_text(value: Duration) -> String {
    text(u64::try_from(value.as_millis()).unwrap_or(u64::MAX), &TIMES)
}

/// `64MiB`, `512KiB`, `2GiB`, `1024B`; a bare number is bytes.
pub(crate) fn size(text: &str) -> Option<u64> {
    let (number, unit) = split(text)?;
    let unit = if unit.is_empty() { "B" } else { unit };
    let (_, factor) = SIZES.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit))?;
    number.checked_mul(*factor)
}

/// The shortest form that [`size`] reads back.
pub(crate) fn size_text(value: u64) -> String {
    text(value, &SIZES)
}

fn split(text: &str) -> Option<(u64, &str)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, text[end..].trim_start()))
}

fn text(value: u64, units: &[(&str, u64)]) -> String {
    let whole = units
        .iter()
        .rev()
        .find(|(_, factor)| value >= *factor && value.is_multiple_of(*factor));
    let (name, factor) = whole.unwrap_or(&units[0]);
    format!("{}{name}", value / factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_lengths_of_time() {
        assert_eq!(duration("90"), Some(Duration::from_secs(90)));
        assert_eq!(duration("500ms"), Some(Duration::from_millis(500)));
        assert_eq!(duration("12 h"), Some(Duration::from_secs(12 * 3600)));
        for wrong in [
            "",
            "h",
            "-1s",
            "1.5h",
            "1y",
            "99999999999999999999",
            "9999999999999999999w",
        ] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn reads_sizes() {
        assert_eq!(size("64MiB"), Some(64 * 1024 * 1024));
        assert_eq!(size("64mib"), Some(64 * 1024 * 1024));
        assert_eq!(size("17"), Some(17));
        assert_eq!(size("64MB"), None);
    }

    #[test]
    fn writes_what_it_reads() {
        for text in ["500ms", "90s", "5m", "12h", "7w"] {
            assert_eq!(duration(text).map(duration_text).as_deref(), Some(text));
        }
        assert_eq!(duration_text(Duration::ZERO), "0ms");
        assert_eq!(size_text(64 * 1024 * 1024), "64MiB");
    }
}
