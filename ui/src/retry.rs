//! When a failed request is worth another try, and when.

/// Milliseconds before the first retry.
const FIRST: u32 = 1_000;
/// Milliseconds between retries at most.
const LONGEST: u32 = 30_000;
/// A reader sees the error after this many tries.
const TRIES: u32 = 4;

/// Whether an answer with this status may be another one a moment later; `None` is no answer at all.
pub fn is_passing(status: Option<u16>) -> bool {
    matches!(status, None | Some(503 | 504))
}

/// How many milliseconds to wait after this many failed tries; none: enough tried. `asked` is the host's `Retry-After`
/// in seconds, `chance` a number from 0 to 1 that spreads readers who failed at the same moment.
pub fn delay(failed: u32, asked: Option<u32>, chance: f64) -> Option<u32> {
    if failed == 0 || failed >= TRIES {
        return None;
    }
    let doubled = FIRST.saturating_mul(1 << (failed - 1).min(10)).min(LONGEST);
    let asked = asked.map_or(0, |seconds| seconds.saturating_mul(1_000).min(LONGEST));
    Some(asked.max(doubled) + (f64::from(doubled) * 0.5 * chance.clamp(0.0, 1.0)) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_tried_again() {
        assert!(is_passing(None) && is_passing(Some(503)) && is_passing(Some(504)));
        for status in [200, 400, 401, 404, 422, 429, 500, 502] {
            assert!(!is_passing(Some(status)), "{status}");
        }
    }

    #[test]
    fn waits_longer_each_time_and_then_gives_up() {
        let waits: Vec<_> = (1..=4).map(|failed| delay(failed, None, 0.0)).collect();
        assert_eq!(waits, [Some(1_000), Some(2_000), Some(4_000), None]);
    }

    #[test]
    fn heeds_the_host_but_not_without_bound() {
        assert_eq!(delay(1, Some(5), 0.0), Some(5_000));
        assert_eq!(delay(1, Some(u32::MAX), 0.0), Some(30_000));
    }

    #[test]
    fn readers_are_spread() {
        assert_eq!(delay(2, None, 1.0), Some(3_000));
    }
}
