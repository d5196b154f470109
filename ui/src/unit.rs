//! Units that have larger ones for larger values: bytes, bits, frequencies and lengths of time.

/// What a value is divided by, and the unit that it is then in.
pub type Scale = (f64, String);

/// From so many seconds on, a length of time is read more easily in so many seconds each.
const LONGER: [(f64, f64, &str); 3] = [
    (172_800.0, 86_400.0, "d"),
    (7_200.0, 3_600.0, "h"),
    (120.0, 60.0, "min"),
];
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

fn thousands(unit: &str, size: f64) -> Option<Scale> {
    let mut found = None;
    let mut by = 1.0;
    for prefix in THOUSANDS {
        by *= 1_000.0;
        if size >= by {
            found = Some((by, prefix));
        }
    }
    found.map(|(by, prefix)| (by, [prefix, unit].concat()))
}

/// `second`: how many of the unit it has.
fn longer(second: f64, size: f64) -> Option<Scale> {
    let seconds = size / second;
    let found = LONGER.iter().find(|(from, ..)| seconds >= *from);
    match found {
        Some((_, by, name)) => Some((by * second, (*name).to_owned())),
        None if second > 1.0 && seconds >= 1.0 => Some((second, "s".to_owned())),
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
            ("s", 90.0),
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
