//! Units that have larger ones for larger values: bytes, bits, frequencies and lengths of time.

use crate::number;

/// What a value is divided by, and the unit that it is then in.
pub type Scale = (f64, String);

/// From so many seconds on, a length of time is read more easily in so many seconds each than in so many.
const LONGER: [(f64, f64, f64, &str); 3] = [
    (172_800.0, 86_400.0, 3_600.0, "d"),
    (7_200.0, 3_600.0, 60.0, "h"),
    (120.0, 60.0, 1.0, "min"),
];
/// Numbers of this size have one decimal. What that rounds up to one of the next unit is one of it: no `1,000.0 kB`.
const ROUNDED: f64 = 0.05;
const THOUSANDS: [&str; 5] = ["k", "M", "G", "T", "P"];

/// The larger unit for values up to `largest`; none: the unit has none, or they are small enough for it.
pub fn scale(unit: Option<&str>, largest: f64) -> Option<Scale> {
    let size = largest.abs();
    if !size.is_finite() {
        return None;
    }
    match unit? {
        "B" | "byte" | "bytes" => thousands("B", size),
        "B/s" | "bytes/s" => thousands("B/s", size),
        "bit" | "bits" => thousands("bit", size),
        "bit/s" | "bits/s" | "bps" => thousands("bit/s", size),
        "Hz" => thousands("Hz", size),
        "s" | "sec" | "seconds" => longer(1.0, size),
        "ms" | "milliseconds" => longer(1_000.0, size),
        _ => None,
    }
}

/// A value by itself and its unit, which is a larger one where the value is large; `decimals`: of those that stay in theirs.
pub fn written(value: f64, unit: Option<&str>, decimals: Option<u8>) -> (String, String) {
    match scale(unit, value) {
        Some((by, unit)) => {
            let scaled = value / by;
            let decimals = number::shared_decimals(std::iter::once(scaled));
            (number::number(scaled, Some(decimals)), unit)
        }
        None => (
            number::number(value, decimals),
            unit.unwrap_or_default().to_owned(),
        ),
    }
}

fn thousands(unit: &str, size: f64) -> Option<Scale> {
    let mut found = None;
    let mut by = 1.0;
    for prefix in THOUSANDS {
        let smaller = by;
        by *= 1_000.0;
        if size + ROUNDED * smaller >= by {
            found = Some((by, prefix));
        }
    }
    found.map(|(by, prefix)| (by, [prefix, unit].concat()))
}

/// `second`: how many of the unit it has.
fn longer(second: f64, size: f64) -> Option<Scale> {
    let seconds = size / second;
    let found = LONGER
        .iter()
        .find(|(from, _, smaller, _)| seconds + ROUNDED * smaller >= *from);
    match found {
        Some((_, by, _, name)) => Some((by * second, (*name).to_owned())),
        None if second > 1.0 && seconds + ROUNDED / second >= 1.0 => Some((second, "s".to_owned())),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(unit: &str, largest: f64) -> Option<(f64, String)> {
        scale(Some(unit), largest)
    }

    #[test]
    fn large_values_have_a_larger_unit() {
        for (unit, largest, by, name) in [
            ("B", 17_179_869_184.0, 1e9, "GB"),
            ("bytes", 1_000.0, 1e3, "kB"),
            ("bytes", -3.2e12, 1e12, "TB"),
            ("B", 1e40, 1e15, "PB"),
            ("bit/s", 940e6, 1e6, "Mbit/s"),
            ("bytes/s", 2_048.0, 1e3, "kB/s"),
            ("Hz", 3.4e9, 1e9, "GHz"),
            ("ms", 1_284.0, 1e3, "s"),
            ("ms", 600_000.0, 60_000.0, "min"),
            ("s", 90_000.0, 3_600.0, "h"),
            ("s", 900_000.0, 86_400.0, "d"),
            // What would be written as all of a smaller unit.
            ("B", 999_950.0, 1e6, "MB"),
            ("B", 999_949.0, 1e3, "kB"),
            ("B", 999.96, 1e3, "kB"),
            ("bit/s", 999_999_999.0, 1e9, "Gbit/s"),
            ("ms", 999.96, 1e3, "s"),
            ("ms", 119_960.0, 60_000.0, "min"),
            ("s", 119.96, 60.0, "min"),
            ("s", 7_199.0, 3_600.0, "h"),
            ("s", 172_799.0, 86_400.0, "d"),
        ] {
            assert_eq!(
                found(unit, largest),
                Some((by, name.to_owned())),
                "{largest} {unit}"
            );
        }
    }

    #[test]
    fn small_values_and_other_units_stay_as_they_are() {
        for (unit, largest) in [
            ("B", 999.0),
            ("ms", 204.0),
            ("ms", 999.9),
            ("s", 90.0),
            ("s", 119.9),
            ("%", 1e6),
            ("jobs", 1e9),
            ("€", 1e9),
            ("", 1e9),
            ("B", f64::NAN),
            ("B", f64::INFINITY),
        ] {
            assert_eq!(found(unit, largest), None, "{largest} {unit}");
        }
        assert_eq!(scale(None, 1e9), None);
    }
}
