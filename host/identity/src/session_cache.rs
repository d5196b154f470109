//! Answers about sessions, kept for seconds: every request asks whose it is.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use uuid::Uuid;

use crate::Who;
use crate::token::TokenHash;

/// Longest time an answer may be old, also while nobody knows whether it still holds.
const LONGEST_TTL: Duration = Duration::from_secs(5);
/// So many sessions are remembered.
const MOST_ENTRIES: usize = 16_384;

struct Entry {
    who: Arc<Who>,
    loaded: Instant,
}

#[derive(Default)]
struct Entries {
    by_token: HashMap<TokenHash, Entry>,
    /// Grows with every invalidation, so that an answer asked for before one is not kept after it.
    generation: u64,
}

/// Answers about sessions.
pub(crate) struct SessionCache {
    ttl: Duration,
    entries: RwLock<Entries>,
}

impl SessionCache {
    pub(crate) fn new(ttl: Duration) -> Self {
        Self {
            ttl: ttl.min(LONGEST_TTL),
            entries: RwLock::default(),
        }
    }

    /// The answer, if it is young and the session has not ended meanwhile.
    pub(crate) fn get(&self, token: &TokenHash, now: DateTime<Utc>) -> Option<Arc<Who>> {
        let entries = self.entries.read();
        let entry = entries.by_token.get(token)?;
        (entry.loaded.elapsed() < self.ttl && now < entry.who.session.expires_at)
            .then(|| Arc::clone(&entry.who))
    }

    /// To be taken before the database is asked, and given to [`SessionCache::put`] with the answer.
    pub(crate) fn generation(&self) -> u64 {
        self.entries.read().generation
    }

    /// Keeps an answer, unless something was invalidated since `generation`.
    pub(crate) fn put(&self, token: TokenHash, who: &Arc<Who>, generation: u64) {
        let mut entries = self.entries.write();
        if entries.generation != generation {
            return;
        }
        if entries.by_token.len() >= MOST_ENTRIES {
            let ttl = self.ttl;
            entries.by_token.retain(|_, entry| entry.loaded.elapsed() < ttl);
            if entries.by_token.len() >= MOST_ENTRIES {
                entries.by_token.clear();
            }
        }
        entries.by_token.insert(
            token,
            Entry {
                who: Arc::clone(who),
                loaded: Instant::now(),
            },
        );
    }

    /// Forgets one session.
    pub(crate) fn forget_session(&self, session: Uuid) {
        self.forget(|who| who.session.id == session);
    }

    /// Forgets all sessions of a user.
    pub(crate) fn forget_user(&self, user: Uuid) {
        self.forget(|who| who.id == user);
    }

    /// Forgets everything.
    pub(crate) fn forget_all(&self) {
        self.forget(|_| true);
    }

    fn forget(&self, affected: impl Fn(&Who) -> bool) {
        let mut entries = self.entries.write();
        entries.generation = entries.generation.wrapping_add(1);
        entries.by_token.retain(|_, entry| !affected(&entry.who));
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::SessionState;

    fn who(expires_at: DateTime<Utc>) -> Arc<Who> {
        Arc::new(Who {
            id: Uuid::now_v7(),
            email: "a@example.com".to_owned(),
            full_name: None,
            is_admin: false,
            tenants: Arc::from([]),
            is_program: false,
            session: SessionState {
                id: Uuid::now_v7(),
                tenant: None,
                expires_at,
                renew_at: None,
            },
        })
    }

    #[test]
    fn an_ended_session_is_not_answered_from_memory() {
        let cache = SessionCache::new(LONGEST_TTL);
        let now = Utc::now();
        cache.put([1; 32], &who(now), cache.generation());
        assert!(cache.get(&[1; 32], now - chrono::TimeDelta::seconds(1)).is_some());
        assert!(cache.get(&[1; 32], now).is_none());
    }

    #[test]
    fn an_answer_from_before_an_invalidation_is_not_kept() {
        let cache = SessionCache::new(LONGEST_TTL);
        let generation = cache.generation();
        cache.forget_all();
        cache.put([1; 32], &who(Utc::now() + chrono::TimeDelta::days(1)), generation);
        assert!(cache.get(&[1; 32], Utc::now()).is_none());
    }

    #[test]
    fn forgets_the_one_user_and_keeps_the_others() {
        let cache = SessionCache::new(LONGEST_TTL);
        let later = Utc::now() + chrono::TimeDelta::days(1);
        let (one, other) = (who(later), who(later));
        cache.put([1; 32], &one, cache.generation());
        cache.put([2; 32], &other, cache.generation());
        cache.forget_user(one.id);
        assert!(cache.get(&[1; 32], Utc::now()).is_none());
        assert!(cache.get(&[2; 32], Utc::now()).is_some());
    }

    #[test]
    fn stays_within_its_bounds() {
        let cache = SessionCache::new(LONGEST_TTL);
        let somebody = who(Utc::now() + chrono::TimeDelta::days(1));
        for number in 0..(MOST_ENTRIES as u64 + 10) {
            let mut token = [0; 32];
            token[..8].copy_from_slice(&number.to_be_bytes());
            cache.put(token, &somebody, cache.generation());
        }
        assert!(cache.entries.read().by_token.len() <= MOST_ENTRIES);
    }
}
