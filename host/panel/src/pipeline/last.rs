//! The last good view of each question, for readers who ask while their tenant's database is down.
//!
//! It is shown as what it is: `cache: stale`, with the time at which it was made and the range that it was made for. A
//! reader who looks at a range that ends now gets the last view of a range as long that ended when it was made; whoever
//! looks at days gone by gets those days and no others.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;

use super::Key;
use crate::answer;
use crate::error::RenderError;
use crate::request::{Range, Rendered};

/// Nobody is shown anything older.
const OLDEST: Duration = Duration::from_secs(24 * 3600);
/// A range that ends within this long of the present, milliseconds, is meant to end now.
const NOW: i64 = 120_000;

/// The range as the reader means it.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Window {
    /// So many milliseconds until now.
    UntilNow(i64),
    /// These.
    Fixed(Range),
}

/// A question, whenever it is asked.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Question {
    window: Window,
    /// All else, with a range that says nothing.
    rest: Key,
}

impl Question {
    /// What a question may mean at this moment, the likeliest first.
    fn of(key: &Key, now: i64) -> impl Iterator<Item = Self> {
        let range = key.range;
        let until_now = (now.saturating_sub(range.end).abs() <= NOW)
            .then(|| Window::UntilNow(range.end.saturating_sub(range.start)));
        let rest = Key {
            range: Range { start: 0, end: 1 },
            ..key.clone()
        };
        [Some(Window::Fixed(range)), until_now]
            .into_iter()
            .flatten()
            .map(move |window| Self {
                window,
                rest: rest.clone(),
            })
    }
}

/// The last good views, bounded in memory.
pub(super) struct LastViews(Cache<Question, Arc<Rendered>>);

impl LastViews {
    /// `bytes`: what they may take.
    pub(super) fn new(bytes: u64) -> Self {
        let cache = Cache::builder()
            .max_capacity(bytes)
            .weigher(|_, view: &Arc<Rendered>| {
                let picture = view.picture.as_ref().map_or(0, |picture| picture.bytes.len());
                u32::try_from(view.body.len() * 2 + picture + 512).unwrap_or(u32::MAX)
            })
            .time_to_live(OLDEST)
            .support_invalidation_closures();
        Self(cache.build())
    }

    /// Keeps a view that was made now.
    pub(super) async fn keep(&self, key: &Key, view: &Rendered, now: i64) {
        let view = Arc::new(view.clone());
        for question in Question::of(key, now) {
            self.0.insert(question, Arc::clone(&view)).await;
        }
    }

    /// Drops everything of a tenant.
    pub(super) fn forget(&self, tenant: &str) {
        let gone = tenant.to_owned();
        let is_gone = move |question: &Question, _: &Arc<Rendered>| question.rest.tenant == gone;
        if let Err(error) = self.0.invalidate_entries_if(is_gone) {
            tracing::error!(tenant, %error, "last views cannot be forgotten");
        }
    }

    /// The last view, said to be stale; none: there is none.
    pub(super) async fn find(&self, key: &Key, now: i64) -> Option<Result<Rendered, RenderError>> {
        for question in Question::of(key, now) {
            if let Some(view) = self.0.get(&question).await {
                return Some(answer::stale(&view));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::Paging;

    const HOUR: i64 = 3_600_000;

    fn key(start: i64, end: i64) -> Key {
        Key {
            tenant: "one".to_owned(),
            panel: "load".to_owned(),
            fingerprint: 1,
            plugin: "hash".into(),
            range: Range { start, end },
            raw: false,
            labels: Vec::new(),
            max_points: None,
            surface: None,
            paging: Paging::default(),
            time_zone: "UTC".to_owned(),
        }
    }

    fn meet(kept: (&Key, i64), asked: (&Key, i64)) -> bool {
        Question::of(asked.0, asked.1).any(|asked| Question::of(kept.0, kept.1).any(|kept| kept == asked))
    }

    #[test]
    fn a_window_that_moves_with_the_clock_finds_itself_again() {
        let (then, now) = (100 * HOUR, 103 * HOUR);
        let (before, asked) = (key(then - HOUR, then), key(now - HOUR, now));
        assert!(meet((&before, then + 900), (&asked, now + 1_400)));
        assert!(
            !meet((&before, then), (&key(now - 2 * HOUR, now), now)),
            "another length"
        );
    }

    #[test]
    fn days_gone_by_are_only_found_as_themselves() {
        let now = 1_000 * HOUR;
        let (one, next) = (key(0, 24 * HOUR), key(24 * HOUR, 48 * HOUR));
        assert!(meet((&one, now), (&one, now + HOUR)));
        assert!(!meet((&one, now), (&next, now)));
        assert!(!meet((&key(now - 24 * HOUR, now), now), (&next, now)));
    }

    #[test]
    fn another_panel_or_tenant_is_another_question() {
        let one = key(0, HOUR);
        for other in [
            Key {
                tenant: "two".to_owned(),
                ..one.clone()
            },
            Key {
                fingerprint: 2,
                ..one.clone()
            },
            Key {
                raw: true,
                ..one.clone()
            },
        ] {
            assert!(!meet((&one, HOUR), (&other, HOUR)));
        }
    }
}
