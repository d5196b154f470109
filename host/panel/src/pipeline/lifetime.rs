//! How long a view is kept.

use std::time::Duration;

/// Rows of the last ten minutes, in milliseconds, may still be coming.
const COMING: i64 = 600_000;
/// A view whose rows may still be coming is kept no longer.
const BRIEFLY: u64 = 60;

/// How long a view of a range that ends at `end` is good: as long as its panel's refresh interval says, in seconds, but not
/// where late rows would be missed.
pub(super) fn of(refresh: u32, end: i64, now: i64) -> Duration {
    let refresh = u64::from(refresh.max(1));
    Duration::from_secs(match end > now.saturating_sub(COMING) {
        true => refresh.min(BRIEFLY),
        false => refresh,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_that_late_rows_may_change_is_kept_for_a_minute_at_most() {
        let now = 1_767_225_600_000;
        let seconds = |refresh, end| of(refresh, end, now).as_secs();
        assert_eq!(seconds(300, now), 60);
        assert_eq!(seconds(300, now - COMING + 1), 60);
        assert_eq!(seconds(300, now + COMING), 60);
        assert_eq!(seconds(5, now), 5);
        assert_eq!(seconds(300, now - COMING), 300);
        assert_eq!(seconds(0, now - COMING), 1);
    }
}
