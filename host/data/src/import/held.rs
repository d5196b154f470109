//! What a double keeps of a written number.

/// What becomes of a written number as a double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// All of its digits.
    Whole,
    /// A fraction has more digits than a double: the nearest one is as good as a measurement is.
    Rounded,
    /// It would be another number: a whole one, which counts or names something, with other digits; or 0.
    Lost,
}

/// Digits that any double keeps.
const SAFE: usize = 15;
/// Nothing that is measured has more.
const MOST: usize = 800;

/// What `value`, which is `text` as a double and finite, holds of it.
pub(super) fn held(text: &str, value: f64) -> Held {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, _)) => (mantissa, true),
        None => (text, false),
    };
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let all = digits(mantissa);
    let significant = all.trim_start_matches('0').trim_end_matches('0');
    if significant.is_empty() {
        return Held::Whole;
    }
    if value == 0.0 {
        return Held::Lost;
    }
    if significant.len() <= SAFE {
        return Held::Whole;
    }
    // The digits that the double has at these places.
    let same = significant.len() <= MOST && {
        let written = format!("{value:.*e}", significant.len() - 1);
        digits(written.split('e').next().unwrap_or_default()) == significant
    };
    let fraction = mantissa.split_once('.').map_or("", |(_, fraction)| fraction);
    match same {
        true => Held::Whole,
        false if !exponent && fraction.bytes().all(|digit| digit == b'0') => Held::Lost,
        false => Held::Rounded,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_held_rounded_or_lost() {
        let of = |text: &str| text.parse().map(|value| held(text, value));
        for text in [
            "0",
            "-0.000",
            "1.5",
            "+12",
            "0.1",
            "9007199254740992",
            "9223372036854775808",
            "100000000000000000000000",
            "1e300",
            "0.30000000000000004",
            "0.10000000000000000555",
            "2.5000000000000000000000",
            "5e-324",
        ] {
            assert_eq!(of(text), Ok(Held::Whole), "{text}");
        }
        for text in [
            "33.3333333333333333",
            "0.12345678901234567890",
            "1.2345678901234567890e30",
        ] {
            assert_eq!(of(text), Ok(Held::Rounded), "{text}");
        }
        for text in [
            "9007199254740993",
            "-12345678901234567890",
            "12345678901234567890.00",
            "1e-400",
            "0.0000001e-320",
        ] {
            assert_eq!(of(text), Ok(Held::Lost), "{text}");
        }
    }
}
