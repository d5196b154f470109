//! Exact numbers: as digits, since a double holds 15 to 17 of them.

use std::borrow::Cow;

use crate::text::CUT;

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

/// A number as digits as [`written`], with no more than `most` characters of it; what is cut ends in `… (cut)`.
pub(crate) fn shown(text: Cow<'_, str>, most: usize) -> Option<String> {
    let whole = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if let Some((begin, rest)) = text.split_at_checked(most).filter(|(_, rest)| !rest.is_empty()) {
        let begin = begin.strip_suffix('.').unwrap_or(begin);
        if is_number(begin) && whole(rest) {
            return Some(format!("{begin}{CUT}"));
        }
    }
    written(text)
}

/// A number of 32 bits as the double that is written with the same digits: 0.1 instead of 0.10000000149011612.
pub(crate) fn single(number: f64) -> f64 {
    let narrow = number as f32;
    match f64::from(narrow) == number {
        // The shortest digits that tell it from others of its kind; with an exponent, or some have forty.
        true => format!("{narrow:e}").parse().unwrap_or(number),
        false => number,
    }
}

/// The double nearest to a number of digits, and whether its shortest form is the same number; of one that is cut, it never
/// is. NaN where there is none that is finite.
pub fn nearest(digits: &str) -> (f64, bool) {
    if let Some(begin) = digits.strip_suffix(CUT) {
        // Without a point, there were more digits before it than any double has.
        return match begin.contains('.') {
            true => (nearest(begin).0, false),
            false => (f64::NAN, false),
        };
    }
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
    #![allow(clippy::unwrap_used)]
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
    fn of_a_number_that_is_cut_the_double_is_still_the_nearest() {
        let third = format!("0.{}", "3".repeat(500));
        let cut = |text: &str, most| shown(text.into(), most).unwrap();
        let shown = cut(&third, 400);
        assert_eq!(shown, format!("0.{}… (cut)", "3".repeat(398)));
        assert_eq!(nearest(&shown), (1.0 / 3.0, false));
        assert!(nearest(&cut(&"9".repeat(500), 400)).0.is_nan());
        assert_eq!(cut("12.5", 4), "12.5");
        assert_eq!(cut("12.5", 3), "12… (cut)");
        assert_eq!(super::shown("12 apples".into(), 2), None);
    }

    #[test]
    fn a_number_of_32_bits_has_its_own_digits() {
        for narrow in [
            0.1_f32,
            -0.7,
            16_777_216.0,
            f32::MAX,
            f32::MIN_POSITIVE,
            1e-45,
            0.0,
        ] {
            let written = single(f64::from(narrow));
            assert_eq!(written.to_string(), format!("{narrow}"), "{narrow}");
            assert_eq!(written as f32, narrow);
        }
        // Nothing that has more than 32 bits.
        assert_eq!(single(0.1), 0.1);
        assert!(single(f64::NAN).is_nan());
        assert_eq!(single(1e300), 1e300);
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
