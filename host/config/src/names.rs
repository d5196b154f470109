//! What ids and ranges look like.

use std::time::Duration;

/// What to do about a bad id.
pub(crate) const ID_HELP: &str =
    "use a-z, 0-9, _ and -, beginning with a letter or digit, at most 100 characters";

/// Ids of tenants, dashboards and panels: they stand in addresses and file names.
pub fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() <= 100
        && bytes
            .first()
            .is_some_and(|first| first.is_ascii_lowercase() || first.is_ascii_digit())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(byte))
}

/// `now-24h`: a number and one of s, m, h, d, w.
pub fn relative_range(text: &str) -> Option<Duration> {
    let ago = text.strip_prefix("now-")?;
    if !ago.ends_with(['s', 'm', 'h', 'd', 'w']) || ago.ends_with("ms") {
        return None;
    }
    crate::quantity::duration(ago).filter(|ago| !ago.is_zero() && ago.as_secs() <= 10 * 366 * 86_400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_ids() {
        for good in ["cpu_usage", "tenant-alpha", "0", "a"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "_a", "-a", "A", "a.b", "a/b", "..", "ü", &"a".repeat(101)] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn knows_ranges() {
        assert!(relative_range("now-24h").is_some() && relative_range("now-7d").is_some());
        assert!(
            relative_range("now").is_none()
                && relative_range("now-0h").is_none()
                && relative_range("now-5").is_none()
                && relative_range("24h").is_none()
        );
    }
}
