//! Names of series: as the database has them, or shortened so that no two become one.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

/// The longest name, in characters.
pub(crate) const LONGEST: usize = 1024;
/// Characters at the end of a shortened name that tell it from others which begin alike.
pub(crate) const DIGEST: usize = 16;
/// What stands before them.
pub(crate) const DOTS: &str = "...";
/// Characters of the original that a shortened name begins with.
pub(crate) const KEPT: usize = LONGEST - DIGEST - DOTS.len();
/// Names are told apart by so many characters where the database cannot make a digest.
pub(crate) const TOLD_APART: usize = 4096;

/// A name of at most [`LONGEST`] characters: a longer one is its beginning and a digest of the whole.
pub(crate) fn shown(name: &str) -> Cow<'_, str> {
    if name.len() <= LONGEST || name.chars().count() <= LONGEST {
        return Cow::Borrowed(name);
    }
    let end = name.char_indices().nth(KEPT).map_or(name.len(), |(end, _)| end);
    let digest: String = Sha256::digest(name)
        .iter()
        .take(DIGEST / 2)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Cow::Owned(format!("{}{DOTS}{digest}", &name[..end]))
}

/// What a name begins with that [`shown`] may have shortened; `None`: it is whole.
pub(crate) fn beginning(shown: &str) -> Option<&str> {
    if shown.len() < LONGEST || shown.chars().count() != LONGEST {
        return None;
    }
    let (end, _) = shown.char_indices().nth(KEPT)?;
    let digest = shown[end..].strip_prefix(DOTS)?;
    let is_digest = digest
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    is_digest.then(|| &shown[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_begin_alike_stay_apart() {
        let long = "ü".repeat(LONGEST);
        assert_eq!(shown(&long), long);
        let (one, other) = (format!("{long}a"), format!("{long}b"));
        assert_ne!(shown(&one), shown(&other));
        assert_eq!(shown(&one).chars().count(), LONGEST);
        assert_eq!(beginning(&shown(&one)), Some("ü".repeat(KEPT).as_str()));
    }

    #[test]
    fn a_name_that_is_whole_has_no_beginning() {
        for name in ["", "web-1", &"x".repeat(LONGEST), &"x".repeat(LONGEST + 1)] {
            assert_eq!(beginning(name), None);
        }
    }
}
