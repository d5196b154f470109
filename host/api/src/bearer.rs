//! What a program shows instead of a cookie: `Authorization: Bearer …`.

use http::HeaderMap;
use http::header::AUTHORIZATION;

/// The token of a request that carries one, whatever it is worth. Such a request is answered by this token alone: its
/// cookies do not count, which is why a page of another origin gains nothing by sending it.
pub(crate) fn token(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let only = given.next()?;
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    // Two of them are none that is worth anything.
    Some(if given.next().is_some() { "" } else { token.trim() })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_a_bearers_token_is_taken() {
        for (value, token_of) in [
            ("Bearer abc", Some("abc")),
            ("bearer  abc ", Some("abc")),
            ("Bearer", None),
            ("Basic YTpi", None),
            ("", None),
        ] {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static(value))]);
            assert_eq!(token(&headers), token_of, "{value}");
        }
        let mut twice = HeaderMap::new();
        twice.append(AUTHORIZATION, HeaderValue::from_static("Bearer a"));
        twice.append(AUTHORIZATION, HeaderValue::from_static("Bearer b"));
        assert_eq!(token(&twice), Some(""));
    }
}
