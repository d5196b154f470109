//! How often something may be done within a while, counted by whoever does it.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;

/// So many are counted at the same time; then whoever began first is forgotten.
const MOST_COUNTERS: usize = 16_384;

/// Counts by `Key`.
pub(crate) struct Rate<Key> {
    most: u32,
    window: TimeDelta,
    counters: Mutex<HashMap<Key, (u32, DateTime<Utc>)>>,
}

impl<Key: Hash + Eq + Clone> Rate<Key> {
    /// `most` within each `window`, which begins with the first.
    pub(crate) fn new(most: u32, window: Duration) -> Self {
        Self {
            most,
            window: TimeDelta::from_std(window).unwrap_or(TimeDelta::MAX),
            counters: Mutex::new(HashMap::new()),
        }
    }

    /// Whether it may be done once more, or how long to wait; counts nothing.
    pub(crate) fn may(&self, key: &Key, now: DateTime<Utc>) -> Result<(), Duration> {
        match self.counters.lock().get(key) {
            Some((times, since)) if *times >= self.most => self.left(*since, now).map_or(Ok(()), Err),
            _ => Ok(()),
        }
    }

    /// Counts once more; or says how long to wait, and counts nothing.
    pub(crate) fn count(&self, key: Key, now: DateTime<Utc>) -> Result<(), Duration> {
        let mut counters = self.counters.lock();
        if counters.len() >= MOST_COUNTERS && !counters.contains_key(&key) {
            self.make_room(&mut counters, now);
        }
        let (times, since) = counters.entry(key).or_insert((0, now));
        let left = self.left(*since, now);
        match left {
            Some(left) if *times >= self.most => return Err(left),
            Some(_) => *times += 1,
            None => (*times, *since) = (1, now),
        }
        Ok(())
    }

    /// Forgets whose time is over.
    pub(crate) fn forget_old(&self, now: DateTime<Utc>) {
        let mut counters = self.counters.lock();
        counters.retain(|_, (_, since)| self.left(*since, now).is_some());
    }

    /// At least a second, so that "try again in 0 s" is never said.
    fn left(&self, since: DateTime<Utc>, now: DateTime<Utc>) -> Option<Duration> {
        let left = (self.window - (now - since)).to_std().ok()?;
        (!left.is_zero()).then(|| left.max(Duration::from_secs(1)))
    }

    fn make_room(&self, counters: &mut HashMap<Key, (u32, DateTime<Utc>)>, now: DateTime<Utc>) {
        counters.retain(|_, (_, since)| self.left(*since, now).is_some());
        if counters.len() < MOST_COUNTERS {
            return;
        }
        let first = counters.iter().min_by_key(|(_, (_, since))| *since);
        if let Some(first) = first.map(|(key, _)| key.clone()) {
            counters.remove(&first);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_760_000_000 + second, 0).unwrap()
    }

    #[test]
    fn more_than_may_be_waits_for_the_end_of_the_window_and_others_do_not_wait() {
        let rate = Rate::new(2, Duration::from_secs(60));
        rate.count("a", at(0)).unwrap();
        rate.count("a", at(10)).unwrap();
        assert_eq!(rate.count("a", at(20)), Err(Duration::from_secs(40)));
        assert_eq!(rate.may(&"a", at(20)), Err(Duration::from_secs(40)));
        rate.may(&"b", at(20)).unwrap();
        rate.may(&"a", at(60)).unwrap();
        rate.count("b", at(20)).unwrap();
        rate.count("a", at(60)).unwrap();
        rate.count("a", at(61)).unwrap();
        rate.count("a", at(62)).unwrap_err();
    }

    #[test]
    fn a_bounded_number_is_counted_and_what_is_over_is_forgotten() {
        let rate = Rate::new(2, Duration::from_secs(60));
        for key in 0..MOST_COUNTERS + 100 {
            rate.count(key, at(0)).unwrap();
        }
        assert!(rate.counters.lock().len() <= MOST_COUNTERS);
        rate.forget_old(at(60));
        assert!(rate.counters.lock().is_empty());
    }
}
