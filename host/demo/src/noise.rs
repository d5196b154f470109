//! Randomness without state: the same instant always has the same value, so that what was filled in before the
//! start and what arrives afterwards are one curve.

/// A well-mixed 64-bit hash (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
fn mix(mut x: u64) -> u64 {
    x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Uniform in 0..1 for a seed and a place.
pub fn uniform(seed: u64, place: i64) -> f64 {
    // 53 bits: as many as a double holds exactly.
    (mix(seed ^ mix(place as u64)) >> 11) as f64 / (1u64 << 53) as f64
}

/// Smooth in -1..1: uniform values at every `period` seconds, eased in between.
pub fn smooth(seed: u64, seconds: f64, period: f64) -> f64 {
    let position = seconds / period;
    let cell = position.floor();
    let t = position - cell;
    let ease = t * t * (3.0 - 2.0 * t);
    let from = uniform(seed, cell as i64);
    let to = uniform(seed, cell as i64 + 1);
    (from + (to - from) * ease) * 2.0 - 1.0
}

/// Something that looks measured, in about -1..1: slow drift, swell, ripple and grain.
pub fn measured(seed: u64, seconds: i64) -> f64 {
    let t = seconds as f64;
    0.50 * smooth(seed, t, 5.0 * 3600.0)
        + 0.27 * smooth(seed ^ 0x51, t, 2400.0)
        + 0.13 * smooth(seed ^ 0xa7, t, 420.0)
        + 0.10 * (uniform(seed ^ 0xf3, seconds) * 2.0 - 1.0)
}

/// The course of a working day in 0..1: lowest at four in the morning UTC, highest in the early afternoon.
pub fn daylight(seconds: i64) -> f64 {
    let hour = seconds.rem_euclid(86_400) as f64 / 3600.0;
    0.5 - 0.5 * ((hour - 4.0) / 24.0 * std::f64::consts::TAU).cos()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn everything_stays_in_its_bounds(seed: u64, seconds in -4_000_000_000i64..4_000_000_000) {
            prop_assert!((0.0..1.0).contains(&uniform(seed, seconds)));
            prop_assert!((-1.0..=1.0).contains(&smooth(seed, seconds as f64, 600.0)));
            prop_assert!((-1.0..=1.0).contains(&measured(seed, seconds)));
            prop_assert!((0.0..=1.0).contains(&daylight(seconds)));
        }
    }

    #[test]
    fn the_same_instant_has_the_same_value_and_another_seed_another() {
        assert_eq!(measured(1, 1_700_000_000), measured(1, 1_700_000_000));
        assert_ne!(measured(1, 1_700_000_000), measured(2, 1_700_000_000));
    }
}
