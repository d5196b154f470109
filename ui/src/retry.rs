//! When a failed request is worth another try, and when.

/// Milliseconds before the first retry.
const FIRST: u32 = 1_000;
/// Milliseconds between retries at most.
const LONGEST: u32 = 30_000;

/// Tries of a busy host before a reader sees the error: about two minutes of them.
const BUSY_TRIES: u32 = 24;
/// Milliseconds between tries of a busy host at most, unless it asks for more.
const BUSY_LONGEST: u32 = 5_000;
/// Milliseconds that a resting plugin is left alone at least, and at most.
const SHORTEST_REST: i64 = 1_000;
const LONGEST_REST: i64 = 3_600_000;

/// Whether an answer with this status may be another one a moment later; `None` is no answer at all. The host's own 502
/// says that a plugin or a query failed, and so would the next; one without a word is of a proxy whose host is gone.
pub fn is_passing(status: Option<u16>, is_of_host: bool) -> bool {
    matches!(
        (status, is_of_host),
        (None | Some(503 | 504), _) | (Some(502), false)
    )
}

/// How many milliseconds to wait after this many failed tries. There is no last one: the page of somebody who is not
/// there right now recovers by itself. `asked` is the host's `Retry-After`
/// in seconds, `chance` a number from 0 to 1 that spreads readers who failed at the same moment.
pub fn delay(failed: u32, asked: Option<u32>, chance: f64) -> u32 {
    let doubled = FIRST
        .saturating_mul(1 << failed.saturating_sub(1).min(10))
        .min(LONGEST);
    let asked = asked.map_or(0, |seconds| seconds.saturating_mul(1_000).min(LONGEST));
    asked.max(doubled) + (f64::from(doubled) * 0.5 * chance.clamp(0.0, 1.0)) as u32
}

/// As [`delay`], for a host that is only busy, as while it compiles a plugin: nobody need be told for a while, so it is
/// tried often and long.
pub fn delay_while_busy(failed: u32, asked: Option<u32>, chance: f64) -> Option<u32> {
    if failed == 0 || failed >= BUSY_TRIES {
        return None;
    }
    let usual = FIRST.saturating_mul(1 << (failed - 1).min(10)).min(BUSY_LONGEST);
    let asked = asked.map_or(0, |seconds| seconds.saturating_mul(1_000).min(LONGEST));
    Some(asked.max(usual) + (f64::from(FIRST) * chance.clamp(0.0, 1.0)) as u32)
}

/// When a plugin that rests is worth another try; milliseconds since the epoch. `asked` is the host's `Retry-After` in
/// seconds, which is right even where the reader's clock is not; `at` the instant it named.
pub fn end_of_rest(asked: Option<u32>, at: Option<i64>, now: i64) -> i64 {
    let wait = match (asked, at) {
        (Some(seconds), _) => i64::from(seconds) * 1_000,
        (None, Some(at)) => at.saturating_sub(now),
        (None, None) => i64::from(LONGEST),
    };
    now + wait.clamp(SHORTEST_REST, LONGEST_REST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_is_tried_again() {
        for is_of_host in [true, false] {
            for status in [None, Some(503), Some(504)] {
                assert!(is_passing(status, is_of_host), "{status:?}");
            }
            for status in [200, 400, 401, 404, 422, 429, 500] {
                assert!(!is_passing(Some(status), is_of_host), "{status}");
            }
        }
    }

    #[test]
    fn a_proxy_without_its_host_is_tried_again_but_a_plugin_that_failed_is_not() {
        assert!(is_passing(Some(502), false));
        assert!(!is_passing(Some(502), true));
    }

    #[test]
    fn waits_longer_each_time_but_never_long() {
        let waits: Vec<_> = (1..=7).map(|failed| delay(failed, None, 0.0)).collect();
        assert_eq!(waits, [1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        assert_eq!(delay(u32::MAX, None, 0.0), 30_000);
    }

    #[test]
    fn heeds_the_host_but_not_without_bound() {
        assert_eq!(delay(1, Some(5), 0.0), 5_000);
        assert_eq!(delay(1, Some(u32::MAX), 0.0), 30_000);
    }

    #[test]
    fn readers_are_spread() {
        assert_eq!(delay(2, None, 1.0), 3_000);
    }

    #[test]
    fn a_busy_host_is_tried_longer_than_a_compilation_takes() {
        let waits: Vec<u32> = (1..)
            .map_while(|failed| delay_while_busy(failed, None, 0.0))
            .collect();
        assert_eq!(waits[..4], [1_000, 2_000, 4_000, 5_000]);
        assert!(waits.iter().sum::<u32>() > 60_000);
        assert_eq!(delay_while_busy(1, Some(7), 0.0), Some(7_000));
    }

    #[test]
    fn a_resting_plugin_is_tried_when_the_host_says() {
        assert_eq!(end_of_rest(Some(40), Some(1), 1_000_000), 1_040_000);
        assert_eq!(end_of_rest(None, Some(1_015_000), 1_000_000), 1_015_000);
        assert_eq!(end_of_rest(None, None, 0), 30_000);
    }

    #[test]
    fn a_rest_is_never_a_storm_nor_for_ever() {
        assert_eq!(end_of_rest(Some(0), None, 0), 1_000);
        assert_eq!(end_of_rest(None, Some(i64::MIN), 0), 1_000);
        assert_eq!(end_of_rest(None, Some(i64::MAX), 0), 3_600_000);
    }
}
