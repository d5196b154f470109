//! Exact numbers: as digits, since a double holds 15 to 17 of them.

use std::borrow::Cow;

/// A number as digits, as a database wrote it; `None`: it is no number.
pub(crate) fn written(text: Cow<'_, str>) -> Option<String> {
    if is_number(&text) {
        return Some(text.into_owned());
    }
    // `1e5`, which SQLite may have stored as it is.
    let number = text
        .trim()
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())?;
    Some(number.to_string())
}

/// Whether a text is a number of digits, with a sign and a point at most. What else a database calls a number (`NaN`,
/// `Infinity`) is none.
fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

/// The double nearest to a number of digits, and whether its shortest form is the same number. NaN where there is none
/// that is finite.
pub fn nearest(digits: &str) -> (f64, bool) {
    match digits.parse::<f64>() {
        Ok(number) if number.is_finite() => {
            let written = number.to_string();
            (number, bare(&written) == bare(digits))
        }
        _ => (f64::NAN, false),
    }
}

/// The same number without zeros that say nothing.
fn bare(digits: &str) -> (bool, &str, &str) {
    let (negative, unsigned) = match digits.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, digits),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    (
        negative && !(whole.is_empty() && fraction.is_empty()),
        whole,
        fraction,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_double_is_exact_or_said_not_to_be() {
        for (digits, number) in [
            ("0", 0.0),
            ("-0.00", 0.0),
            ("1.50", 1.5),
            ("-0.1", -0.1),
            ("007", 7.0),
            ("9007199254740992", 9_007_199_254_740_992.0),
            ("10000000000000000000000", 1e22),
        ] {
            assert_eq!(nearest(digits), (number, true), "{digits}");
        }
        for digits in [
            "9007199254740993",
            "12345678901234567890.123456789",
            "0.1000000000000000055511151231257827",
        ] {
            assert!(!nearest(digits).1, "{digits}");
        }
        let beyond = "9".repeat(400);
        assert!(nearest(&beyond).0.is_nan() && !nearest(&beyond).1);
    }

    #[test]
    fn what_is_no_number_of_digits_is_told() {
        assert_eq!(written("1e5".into()).as_deref(), Some("100000"));
        assert_eq!(written("NaN".into()), None);
        assert!(is_number("-12.5") && is_number("0"));
        for text in ["", "-", ".", "1.", ".5", "NaN", "Infinity", "1e5", "+1", "1 "] {
            assert!(!is_number(text), "{text}");
        }
    }
}
