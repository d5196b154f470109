//! Lists that are too long for one answer: a page, and what names the next one.

use std::str::FromStr;

use crate::parameters::Parameters;
use crate::problem::ApiError;

/// The parameter `before`: where a page begins, as the page before has said it.
pub(crate) fn cursor<C: FromStr>(given: &mut Parameters<'_>) -> Result<Option<C>, ApiError> {
    let Some(text) = given.one("before")? else {
        return Ok(None);
    };
    // No cursor has a sign; Rust's numbers may.
    let read = text.parse::<C>().ok().filter(|_| !text.starts_with(['+', '-']));
    read.map(Some).ok_or_else(|| {
        ApiError::parameter(
            "before",
            "`before` is a cursor: the `next` of the page before, as it was given. Leave it out to begin with the first page.",
        )
    })
}

/// So many of what was found, of which there is one more where another page follows; and whether one does.
pub(crate) fn page<T>(mut found: Vec<T>, limit: u32) -> (Vec<T>, bool) {
    let most = usize::try_from(limit).unwrap_or(usize::MAX);
    let is_followed = found.len() > most;
    found.truncate(most);
    (found, is_followed)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_page_is_followed_by_another_only_where_more_was_found_than_it_holds() {
        assert_eq!(page(vec![1, 2, 3], 2), (vec![1, 2], true));
        assert_eq!(page(vec![1, 2], 2), (vec![1, 2], false));
        assert_eq!(page(Vec::<u8>::new(), 2), (Vec::new(), false));
    }

    #[test]
    fn what_is_no_cursor_is_told_what_one_is() {
        let read = |query| cursor::<i64>(&mut Parameters::parse(Some(query)).unwrap());
        assert_eq!(read("").unwrap(), None);
        assert_eq!(read("before=7").unwrap(), Some(7));
        for query in [
            "before=abc",
            "before=",
            "before=%2B7",
            "before=-7",
            "before=99999999999999999999",
        ] {
            let problem = read(query).unwrap_err().into_problem("");
            assert_eq!(problem.parameter.as_deref(), Some("before"), "{query}");
            assert!(problem.detail.contains("the first page"), "{}", problem.detail);
        }
    }
}
