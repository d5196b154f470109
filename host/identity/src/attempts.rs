//! Failed logins, counted per address and account and per address, so that guessing is slow.
//!
//! Not per account alone: that would let anybody lock anybody out.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parking_lot::Mutex;

/// So many counters are kept; then the oldest goes.
const MOST_COUNTERS: usize = 16_384;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Account(IpAddr, String),
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    attempts: u32,
    since: DateTime<Utc>,
    /// Whether it was told that whoever is counted here has to wait.
    is_told: bool,
    /// Attempts that were refused and that nobody was told of yet.
    refused: u64,
}

impl Counter {
    /// `refused`: of the counter before.
    fn new(now: DateTime<Utc>, refused: u64) -> Self {
        Self {
            attempts: 0,
            since: now,
            is_told: false,
            refused,
        }
    }
}

/// From now on attempts are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lock {
    /// Whether for one account, or for every account from this address.
    pub(crate) is_of_account: bool,
    /// How many attempts have failed.
    pub(crate) attempts: u32,
    /// Until then.
    pub(crate) until: DateTime<Utc>,
}

/// Attempts that were refused because too many had failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    /// At this account; none: at whichever, from an address that has to wait.
    pub(crate) account: Option<String>,
    /// From there; of an IPv6 network its first address.
    pub(crate) addresses: Vec<IpAddr>,
    /// So many.
    pub(crate) attempts: u64,
}

/// Counts failed logins.
pub(crate) struct Attempts {
    per_account: u32,
    per_address: u32,
    window: chrono::TimeDelta,
    counters: Mutex<HashMap<Key, Counter>>,
}

impl Attempts {
    pub(crate) fn new(per_account: u32, per_address: u32, window: Duration) -> Self {
        let window = chrono::TimeDelta::from_std(window).unwrap_or(chrono::TimeDelta::MAX);
        Self {
            per_account,
            per_address,
            window,
            counters: Mutex::new(HashMap::new()),
        }
    }

    /// Counts an attempt as failed before its outcome is known, so that many at once do not slip through; or says how
    /// long to wait: for the later of the two, where the account and the address both have to.
    pub(crate) fn begin(&self, address: IpAddr, account: &str, now: DateTime<Utc>) -> Result<(), Duration> {
        let (by_address, by_account) = keys(address, account);
        let mut counters = self.counters.lock();
        let mut wait = None;
        for (key, most) in [(&by_account, self.per_account), (&by_address, self.per_address)] {
            if let Some(counter) = counters.get_mut(key)
                && counter.attempts >= most
                && let Some(left) = self.remaining(counter, now)
            {
                // Once.
                if wait.is_none() {
                    counter.refused = counter.refused.saturating_add(1);
                }
                wait = wait.max(Some(left));
            }
        }
        if let Some(wait) = wait {
            return Err(wait);
        }
        for key in [by_account, by_address] {
            self.count(&mut counters, key, now);
        }
        Ok(())
    }

    /// Whether an address may try, where it is not known yet at which account; or how long it has to wait. Counts nothing but
    /// what is refused.
    pub(crate) fn may_try(&self, address: IpAddr, now: DateTime<Utc>) -> Result<(), Duration> {
        let mut counters = self.counters.lock();
        let counter = counters.get_mut(&Key::Address(network(address)));
        if let Some(counter) = counter.filter(|counter| counter.attempts >= self.per_address)
            && let Some(wait) = self.remaining(counter, now)
        {
            counter.refused = counter.refused.saturating_add(1);
            return Err(wait);
        }
        Ok(())
    }

    /// An attempt of an address has failed that was not begun here, and that is not counted against any account: what is locked
    /// by that, once.
    pub(crate) fn failed_at_any(&self, address: IpAddr, now: DateTime<Utc>) -> Option<Lock> {
        let key = Key::Address(network(address));
        let mut counters = self.counters.lock();
        self.count(&mut counters, key.clone(), now);
        self.lock_of(counters.get_mut(&key)?, false, now)
    }

    /// An attempt that was begun has failed: what is locked by that, each lock once.
    pub(crate) fn failed(&self, address: IpAddr, account: &str, now: DateTime<Utc>) -> Vec<Lock> {
        let (by_address, by_account) = keys(address, account);
        let mut counters = self.counters.lock();
        [(by_account, true), (by_address, false)]
            .into_iter()
            .filter_map(|(key, is_of_account)| self.lock_of(counters.get_mut(&key)?, is_of_account, now))
            .collect()
    }

    /// The lock of a counter that has just become one.
    fn lock_of(&self, counter: &mut Counter, is_of_account: bool, now: DateTime<Utc>) -> Option<Lock> {
        let most = if is_of_account {
            self.per_account
        } else {
            self.per_address
        };
        if counter.is_told || counter.attempts < most || self.remaining(counter, now).is_none() {
            return None;
        }
        counter.is_told = true;
        Some(Lock {
            is_of_account,
            attempts: counter.attempts,
            until: counter.since + self.window,
        })
    }

    fn count(&self, counters: &mut HashMap<Key, Counter>, key: Key, now: DateTime<Utc>) {
        if !counters.contains_key(&key) {
            self.make_room(counters, now);
        }
        let counter = counters.entry(key).or_insert(Counter::new(now, 0));
        if self.remaining(counter, now).is_none() {
            *counter = Counter::new(now, counter.refused);
        }
        counter.attempts = counter.attempts.saturating_add(1);
    }

    /// The attempts that were refused since the last time this was asked: one entry for each account, and one for each
    /// address that tried too many; those with most first.
    pub(crate) fn take_refused(&self) -> Vec<Refused> {
        let mut of_accounts: HashMap<String, Refused> = HashMap::new();
        let mut refused = Vec::new();
        for (key, counter) in self.counters.lock().iter_mut() {
            let attempts = std::mem::take(&mut counter.refused);
            if attempts == 0 {
                continue;
            }
            match key {
                Key::Address(address) => refused.push(Refused {
                    account: None,
                    addresses: vec![*address],
                    attempts,
                }),
                Key::Account(address, account) => {
                    let of = of_accounts.entry(account.clone()).or_insert_with(|| Refused {
                        account: Some(account.clone()),
                        addresses: Vec::new(),
                        attempts: 0,
                    });
                    of.addresses.push(*address);
                    of.attempts = of.attempts.saturating_add(attempts);
                }
            }
        }
        refused.extend(of_accounts.into_values());
        refused.sort_by(|one, other| {
            (other.attempts, &one.account, &one.addresses).cmp(&(
                one.attempts,
                &other.account,
                &other.addresses,
            ))
        });
        refused
    }

    /// Takes an attempt back: it succeeded, or it was not the caller's fault that it did not.
    pub(crate) fn take_back(&self, address: IpAddr, account: &str, succeeded: bool) {
        let (by_address, by_account) = keys(address, account);
        let mut counters = self.counters.lock();
        if succeeded {
            counters.remove(&by_account);
        } else if let Some(counter) = counters.get_mut(&by_account) {
            counter.attempts = counter.attempts.saturating_sub(1);
        }
        if let Some(counter) = counters.get_mut(&by_address) {
            counter.attempts = counter.attempts.saturating_sub(1);
        }
    }

    /// An attempt that was begun is refused for another reason than what is counted here: it goes among those that are.
    pub(crate) fn refuse(&self, address: IpAddr, account: &str) {
        let (_, by_account) = keys(address, account);
        self.take_back(address, account, false);
        if let Some(counter) = self.counters.lock().get_mut(&by_account) {
            counter.refused = counter.refused.saturating_add(1);
        }
    }

    /// Forgets counters whose time is over.
    pub(crate) fn forget_old(&self, now: DateTime<Utc>) {
        self.counters
            .lock()
            .retain(|_, counter| self.remaining(counter, now).is_some());
    }

    fn remaining(&self, counter: &Counter, now: DateTime<Utc>) -> Option<Duration> {
        let left = self.window - (now - counter.since);
        // At least a second, so that "try again in 0 s" is never said.
        left.to_std()
            .ok()
            .filter(|left| !left.is_zero())
            .map(|left| left.max(Duration::from_secs(1)))
    }

    fn make_room(&self, counters: &mut HashMap<Key, Counter>, now: DateTime<Utc>) {
        if counters.len() < MOST_COUNTERS {
            return;
        }
        counters.retain(|_, counter| self.remaining(counter, now).is_some());
        if counters.len() >= MOST_COUNTERS {
            let oldest = counters
                .iter()
                .min_by_key(|(_, counter)| counter.since)
                .map(|(key, _)| key.clone());
            if let Some(oldest) = oldest {
                counters.remove(&oldest);
            }
        }
    }
}

fn keys(address: IpAddr, account: &str) -> (Key, Key) {
    let address = network(address);
    (Key::Address(address), Key::Account(address, account.to_owned()))
}

/// One household has a whole IPv6 /64: count it as one.
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() & !u128::from(u64::MAX))),
        four => four,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1));
    const THERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 2));
    const WINDOW: Duration = Duration::from_secs(900);

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_760_000_000 + second, 0).unwrap()
    }

    #[test]
    fn the_account_waits_after_its_attempts_and_others_do_not() {
        let attempts = Attempts::new(3, 100, WINDOW);
        for second in 0..3 {
            attempts.begin(HERE, "a@example.com", at(second)).unwrap();
        }
        assert_eq!(
            attempts.begin(HERE, "a@example.com", at(10)),
            Err(Duration::from_secs(890))
        );
        attempts.begin(HERE, "b@example.com", at(10)).unwrap();
        attempts.begin(THERE, "a@example.com", at(10)).unwrap();
        attempts.begin(HERE, "a@example.com", at(900)).unwrap();
    }

    #[test]
    fn an_address_that_tries_many_accounts_waits_too() {
        let attempts = Attempts::new(3, 5, WINDOW);
        for account in 0..5 {
            attempts
                .begin(HERE, &format!("{account}@example.com"), at(0))
                .unwrap();
        }
        assert!(attempts.begin(HERE, "new@example.com", at(1)).is_err());
        attempts.begin(THERE, "new@example.com", at(1)).unwrap();
    }

    #[test]
    fn whoever_has_to_wait_for_two_things_is_told_the_later_end_and_counted_once() {
        let attempts = Attempts::new(2, 4, WINDOW);
        for (account, second) in [("a", 0), ("a", 1), ("b", 2), ("b", 3)] {
            attempts.begin(HERE, account, at(second)).unwrap();
        }
        // The address began with the account `a`; `b` began later and ends later.
        assert_eq!(attempts.begin(HERE, "b", at(10)), Err(Duration::from_secs(892)));
        assert_eq!(attempts.begin(HERE, "c", at(10)), Err(Duration::from_secs(890)));
        let refused = attempts.take_refused();
        assert_eq!(refused.iter().map(|refused| refused.attempts).sum::<u64>(), 2);
        // The other way around: the address's time began anew after the account's had begun.
        let attempts = Attempts::new(2, 3, WINDOW);
        for (account, second) in [
            ("x", 0),
            ("a", 850),
            ("a", 851),
            ("b", 900),
            ("c", 901),
            ("d", 902),
        ] {
            attempts.begin(HERE, account, at(second)).unwrap();
        }
        assert_eq!(attempts.begin(HERE, "a", at(1000)), Err(Duration::from_secs(800)));
    }

    #[test]
    fn what_is_over_is_forgotten() {
        let attempts = Attempts::new(3, 100, WINDOW);
        attempts.begin(HERE, "a@example.com", at(0)).unwrap();
        attempts.begin(HERE, "b@example.com", at(600)).unwrap();
        attempts.forget_old(at(1000));
        // The address' counter began with the first and is over as well.
        assert_eq!(attempts.counters.lock().len(), 1);
    }

    #[test]
    fn success_wipes_the_slate() {
        let attempts = Attempts::new(2, 100, WINDOW);
        attempts.begin(HERE, "a@example.com", at(0)).unwrap();
        attempts.begin(HERE, "a@example.com", at(1)).unwrap();
        attempts.take_back(HERE, "a@example.com", true);
        attempts.begin(HERE, "a@example.com", at(2)).unwrap();
    }

    #[test]
    fn a_lock_is_told_once_and_what_it_refuses_is_counted_by_account() {
        let attempts = Attempts::new(2, 100, WINDOW);
        let fail = |address, second| {
            attempts.begin(address, "a@example.com", at(second)).unwrap();
            attempts.failed(address, "a@example.com", at(second))
        };
        assert_eq!(fail(HERE, 0), []);
        let lock = Lock {
            is_of_account: true,
            attempts: 2,
            until: at(900),
        };
        assert_eq!(fail(HERE, 1), [lock]);
        assert_eq!(attempts.failed(HERE, "a@example.com", at(2)), []);
        fail(THERE, 3);
        fail(THERE, 3);
        assert_eq!(attempts.take_refused(), []);
        for (address, times) in [(HERE, 5), (THERE, 2)] {
            for _ in 0..times {
                attempts.begin(address, "a@example.com", at(4)).unwrap_err();
            }
        }
        let refused = attempts.take_refused();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].account.as_deref(), Some("a@example.com"));
        assert_eq!((refused[0].attempts, refused[0].addresses.len()), (7, 2));
        assert_eq!(attempts.take_refused(), []);
        // When the lock is over the next one is told anew, and nothing that was refused is forgotten.
        attempts.begin(HERE, "a@example.com", at(899)).unwrap_err();
        fail(HERE, 901);
        assert_eq!(fail(HERE, 902).len(), 1);
        assert_eq!(attempts.take_refused()[0].attempts, 1);
    }

    #[test]
    fn an_address_that_tries_too_many_accounts_is_told_by_itself() {
        let attempts = Attempts::new(3, 2, WINDOW);
        for account in ["a", "b"] {
            attempts.begin(HERE, account, at(0)).unwrap();
        }
        let locks = attempts.failed(HERE, "b", at(0));
        assert!(locks.len() == 1 && !locks[0].is_of_account, "{locks:?}");
        attempts.begin(HERE, "c", at(1)).unwrap_err();
        let refused = Refused {
            account: None,
            addresses: vec![HERE],
            attempts: 1,
        };
        assert_eq!(attempts.take_refused(), [refused]);
    }

    #[test]
    fn what_fails_at_no_account_in_particular_locks_the_address_once_and_refusals_are_counted() {
        let attempts = Attempts::new(3, 2, WINDOW);
        attempts.may_try(HERE, at(0)).unwrap();
        assert_eq!(attempts.failed_at_any(HERE, at(0)), None);
        let lock = attempts.failed_at_any(HERE, at(1)).unwrap();
        assert_eq!(
            (lock.is_of_account, lock.attempts, lock.until),
            (false, 2, at(900))
        );
        assert_eq!(attempts.failed_at_any(HERE, at(2)), None);
        assert_eq!(attempts.may_try(HERE, at(10)), Err(Duration::from_secs(890)));
        attempts.begin(HERE, "a@example.com", at(10)).unwrap_err();
        attempts.may_try(THERE, at(10)).unwrap();
        assert_eq!(attempts.take_refused()[0].attempts, 2);
        attempts.may_try(HERE, at(900)).unwrap();
    }

    #[test]
    fn a_whole_ipv6_network_counts_as_one_address() {
        let attempts = Attempts::new(1, 100, WINDOW);
        attempts
            .begin("2001:db8:1:2::1".parse().unwrap(), "a@example.com", at(0))
            .unwrap();
        assert!(
            attempts
                .begin("2001:db8:1:2:ffff::9".parse().unwrap(), "a@example.com", at(0))
                .is_err()
        );
        attempts
            .begin("2001:db8:1:3::1".parse().unwrap(), "a@example.com", at(0))
            .unwrap();
        attempts
            .begin("::ffff:192.0.2.1".parse().unwrap(), "b@example.com", at(0))
            .unwrap();
        assert!(attempts.begin(HERE, "b@example.com", at(0)).is_err());
    }

    #[test]
    fn keeps_a_bounded_number_of_counters() {
        let attempts = Attempts::new(3, 100, WINDOW);
        for account in 0..(MOST_COUNTERS + 100) {
            attempts.begin(HERE, &account.to_string(), at(0)).ok();
            attempts.take_back(HERE, "somebody else", false);
        }
        assert!(attempts.counters.lock().len() <= MOST_COUNTERS);
    }
}
