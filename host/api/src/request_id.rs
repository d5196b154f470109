//! A name for each request, in the log and in every error.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// 16 characters of hexadecimal. Never taken from outside: a reader could make the log say what they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RequestId([u8; 16]);

static START: OnceLock<u64> = OnceLock::new();
static COUNT: AtomicU64 = AtomicU64::new(0);

impl RequestId {
    /// The next one: a counter from a random start, so that two hosts' logs can be put together.
    pub(crate) fn next() -> Self {
        let start = *START.get_or_init(|| uuid::Uuid::new_v4().as_u64_pair().0);
        let number = start.wrapping_add(COUNT.fetch_add(1, Ordering::Relaxed));
        let mut text = [0; 16];
        for (place, character) in text.iter_mut().enumerate() {
            let digit = (number >> (60 - 4 * place)) & 0xf;
            *character = b"0123456789abcdef"[digit as usize];
        }
        Self(text)
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        // Only ever hexadecimal digits.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_are_the_same() {
        let ids: std::collections::HashSet<String> =
            (0..1000).map(|_| RequestId::next().as_str().to_owned()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id.len() == 16));
    }
}
