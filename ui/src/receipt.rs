//! What one call of a plugin used up, beside what it may use up.

use porthole_model::Usage;

use crate::number::number;

/// From this share on, a limit is near.
const NEAR: f64 = 0.8;

/// One line of a receipt.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// For people.
    pub name: &'static str,
    /// With its unit.
    pub used: String,
    /// With its unit; none where the host does not say.
    pub allowed: Option<String>,
    /// From 0 (nothing) to 1 (all of it); none where the host does not say.
    pub share: Option<f64>,
}

impl Line {
    fn new(name: &'static str, used: u64, allowed: u64, text: fn(u64) -> String) -> Self {
        let is_known = allowed > 0;
        Self {
            name,
            used: text(used),
            allowed: is_known.then(|| text(allowed)),
            share: is_known.then(|| (used as f64 / allowed as f64).min(1.0)),
        }
    }

    /// `140 µs of 500 ms`.
    pub fn text(&self) -> String {
        match &self.allowed {
            Some(allowed) => format!("{} of {allowed}", self.used),
            None => self.used.clone(),
        }
    }

    /// Whether little is left.
    pub fn is_near(&self) -> bool {
        self.share.is_some_and(|share| share >= NEAR)
    }
}

/// The lines of a receipt, always the same ones.
pub fn lines(usage: &Usage) -> [Line; 5] {
    let may = &usage.allowed;
    [
        Line::new("CPU", usage.guest_us, may.guest_us, duration),
        Line::new("Time", usage.wall_us, may.wall_us, duration),
        Line::new("Memory", usage.memory_bytes, may.memory_bytes, bytes),
        Line::new("Queries", usage.queries.into(), may.queries.into(), count),
        Line::new("Rows", usage.rows, may.rows, count),
    ]
}

/// Microseconds: `140 µs`, `12.5 ms`, `3.2 s`, `4.5 min`.
pub fn duration(microseconds: u64) -> String {
    match microseconds {
        0..1_000 => format!("{microseconds} µs"),
        _ => in_largest(
            microseconds as f64,
            [(1e3, 1e3, "ms"), (1e6, 1e6, "s"), (1.2e8, 6e7, "min")],
        ),
    }
}

/// Bytes: `512 B`, `64 KiB`, `1.3 MiB`.
pub fn bytes(bytes: u64) -> String {
    const KIB: f64 = 1_024.0;
    const MIB: f64 = 1_048_576.0;
    const GIB: f64 = 1_073_741_824.0;
    match bytes {
        0..1_024 => format!("{bytes} B"),
        _ => in_largest(
            bytes as f64,
            [(KIB, KIB, "KiB"), (MIB, MIB, "MiB"), (GIB, GIB, "GiB")],
        ),
    }
}

/// `1,284`.
pub fn count(count: u64) -> String {
    number(count as f64, Some(0))
}

/// In the largest of three units that a value has reached, rounded: 1,023.9 KiB are 1 MiB. For each, from where on, and how
/// large it is.
fn in_largest(value: f64, units: [(f64, f64, &str); 3]) -> String {
    let [(_, mut by, mut name), larger @ ..] = units;
    for (from, size, unit) in larger {
        if (value / by).round() * by >= from {
            (by, name) = (size, unit);
        }
    }
    in_unit(value / by, name)
}

/// One decimal where it says something.
fn in_unit(value: f64, unit: &str) -> String {
    let tenths = (value * 10.0).round() as u64;
    let decimals = u8::from(tenths < 1_000 && !tenths.is_multiple_of(10));
    format!("{} {unit}", number(value, Some(decimals)))
}

#[cfg(test)]
mod tests {
    use porthole_model::Allowed;

    use super::*;

    fn usage(guest_us: u64, allowed: u64) -> Usage {
        Usage {
            guest_us,
            allowed: Allowed {
                guest_us: allowed,
                ..Default::default()
            },
            ..Default::default()
        }
    }

    #[test]
    fn says_what_was_used_of_what_is_allowed() {
        let [cpu, ..] = lines(&usage(12_500, 500_000));
        assert_eq!((cpu.name, cpu.text().as_str()), ("CPU", "12.5 ms of 500 ms"));
        assert_eq!(cpu.share, Some(0.025));
        assert!(!cpu.is_near());
    }

    #[test]
    fn a_limit_that_the_host_does_not_say_has_no_share() {
        let [cpu, ..] = lines(&usage(140, 0));
        assert_eq!((cpu.text().as_str(), cpu.share), ("140 µs", None));
    }

    #[test]
    fn more_than_allowed_is_all_of_it() {
        let [cpu, ..] = lines(&usage(900_000, 500_000));
        assert_eq!(cpu.share, Some(1.0));
        assert!(cpu.is_near());
    }

    #[test]
    fn durations_and_sizes_have_the_unit_that_fits() {
        assert_eq!(
            [
                0,
                999,
                1_000,
                12_540,
                500_000,
                1_000_000,
                119_000_000,
                600_000_000
            ]
            .map(duration),
            [
                "0 µs", "999 µs", "1 ms", "12.5 ms", "500 ms", "1 s", "119 s", "10 min"
            ]
        );
        assert_eq!(
            [0, 1_023, 1_024, 65_536, 1_400_000, 67_108_864, 3 << 30].map(bytes),
            ["0 B", "1023 B", "1 KiB", "64 KiB", "1.3 MiB", "64 MiB", "3 GiB"]
        );
        assert_eq!(
            [999_499, 999_500, 119_400_000, 119_999_999].map(duration),
            ["999 ms", "1 s", "119 s", "2 min"]
        );
        assert_eq!(
            [1_048_000, 1_048_575, (1 << 30) - 1].map(bytes),
            ["1,023 KiB", "1 MiB", "1 GiB"]
        );
        assert_eq!(count(1_000_000), "1,000,000");
    }
}
