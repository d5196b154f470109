//! How numbers are written: grouped, with as many decimals as help, with their unit.

use crate::text;

/// Larger counts of decimals say nothing.
const MOST_DECIMALS: u8 = 15;
/// From here on nobody counts the groups of zeros.
const HUGE: f64 = 1e15;

/// `9,310.5`; `decimals` none: as many as the value has, at most three. What is there is never written as nothing: a value that
/// so many decimals are too few for has as many as it needs.
pub fn number(value: f64, decimals: Option<u8>) -> String {
    match decimals {
        Some(decimals) => {
            let text = rounded(value, decimals);
            if value.is_finite() && value != 0.0 && is_nothing(&text) {
                return grouped(&significant(value));
            }
            text
        }
        _ if !is_counted(value) => rounded(value, 0),
        // Small values would vanish: three significant digits for them.
        None if value != 0.0 && value.abs() < 0.1 => grouped(&significant(value)),
        None => grouped(&trimmed(text::fixed(value, 3))),
    }
}

/// With these decimals, whatever they leave of the value: `0.0` for what is small enough. For where that is what is meant.
pub fn rounded(value: f64, decimals: u8) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    if !is_counted(value) {
        return grouped(&power(value));
    }
    grouped(&text::fixed(value, decimals.min(MOST_DECIMALS)))
}

/// Whether a number as it is written has no digit but zeros.
pub fn is_nothing(text: &str) -> bool {
    !text.bytes().any(|letter| matches!(letter, b'1'..=b'9'))
}

fn is_counted(value: f64) -> bool {
    value.abs() < HUGE
}

/// How many decimals a column of measured values has, so that its cells line up: as many as its values need, at most three,
/// or enough for three digits of the largest where that is small.
pub fn column_decimals(values: impl Iterator<Item = f64> + Clone) -> u8 {
    let values = values.filter(|value| value.is_finite());
    let largest = values
        .clone()
        .fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let most = match largest {
        l if l > 0.0 && l < 0.1 => (2.0 - l.log10().floor()).min(12.0) as u8,
        _ => 3,
    };
    let mut needed = 0;
    for value in values.filter(|value| value.fract() != 0.0) {
        let text = trimmed(text::fixed(value, most));
        needed = text
            .split_once('.')
            .map_or(0, |(_, decimals)| decimals.len() as u8)
            .max(needed);
        // A long column of measured values says so in its first.
        if needed == most {
            break;
        }
    }
    needed
}

/// Beyond this many decimals a column is of measured values, whose zeros would say what nobody knows.
const MOST_IN_COMMON: usize = 4;

/// How many decimals a column of exact values has, so that its points stand in line: as many as one of them needs; none where
/// all are whole or one needs many, and each is then written by itself.
pub fn common_decimals(values: impl Iterator<Item = f64>) -> Option<u8> {
    let needed = values
        .map(text::shortest)
        .map(|text| match text.split_once('.') {
            _ if text.contains('e') => usize::MAX,
            Some((_, behind)) => behind.len(),
            None => 0,
        })
        .max()?;
    u8::try_from(needed)
        .ok()
        .filter(|_| (1..=MOST_IN_COMMON).contains(&needed))
}

/// As many as the value has, up to what a double can tell: for cells of tables and numbers that are compared.
pub fn exact(value: f64) -> String {
    if !value.is_finite() {
        return "–".to_owned();
    }
    grouped(&text::shortest(value).replace("e+", "e"))
}

/// In few letters: three digits, and what they count in, as on the axes of charts. `1.28B`, `12.8K`, `1,284`, `12.3`.
pub fn compact(value: f64) -> String {
    const LARGE: [(f64, &str); 4] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "K")];
    let size = value.abs();
    if !is_counted(value) {
        return number(value, None);
    }
    // Four digits are few; and what rounds up to a thousand is one of the next.
    let found = LARGE.into_iter().find(|(by, _)| size * 1.000_05 >= *by);
    let (by, letter) = found.filter(|_| size >= 10_000.0).unwrap_or((1.0, ""));
    let scaled = value / by;
    let decimals = shared_decimals(std::iter::once(scaled));
    [&number(scaled, Some(decimals)), letter].concat()
}

/// A number and its unit: `52.1 %`, `204 ms`, `1,284`.
pub fn with_unit(number: &str, unit: Option<&str>) -> String {
    match unit {
        Some(unit) if !unit.is_empty() => format!("{number}\u{a0}{unit}"),
        _ => number.to_owned(),
    }
}

/// How many decimals a set of values shown together needs, so that they line up: enough for three significant digits
/// of the largest, none from 100 on.
pub fn shared_decimals(values: impl Iterator<Item = f64>) -> u8 {
    let mut largest = 0.0_f64;
    let mut whole = true;
    for value in values.filter(|value| value.is_finite()) {
        largest = largest.max(value.abs());
        whole &= value.fract() == 0.0;
    }
    // By what the largest is rounded to: 0.9996 is a 1.00.
    match largest {
        _ if whole => 0,
        l if l >= 999.95 => 0,
        l if l >= 9.995 => 1,
        l if l >= 0.999_5 => 2,
        l if l >= 0.099_95 => 3,
        l => (2.0 - l.log10().floor()).min(12.0) as u8,
    }
}

/// A change with its sign: `+3.2`, `−0.1`.
pub fn change(value: f64, decimals: Option<u8>) -> String {
    let text = number(value.abs(), decimals);
    match value {
        v if v < 0.0 => format!("−{text}"),
        v if v > 0.0 => format!("+{text}"),
        _ => text,
    }
}

fn significant(value: f64) -> String {
    let magnitude = value.abs().log10().floor();
    if magnitude < -9.0 {
        return power(value);
    }
    trimmed(text::fixed(value, (2.0 - magnitude) as u8))
}

/// `1.5e18`, `2e-12`.
fn power(value: f64) -> String {
    let text = text::scientific(value).replace("e+", "e");
    match text.split_once('e') {
        Some((digits, power)) => format!("{}e{power}", trimmed(digits.to_owned())),
        None => text,
    }
}

fn trimmed(text: String) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Thousands apart, with a true minus sign.
fn grouped(text: &str) -> String {
    let (sign, rest) = match text.strip_prefix('-') {
        // A rounded-away rest is no negative zero.
        Some(rest) if !is_nothing(rest) => ("−", rest),
        Some(rest) => ("", rest),
        None => ("", text),
    };
    let (whole, fraction) = match rest.find(['.', 'e']) {
        Some(at) => rest.split_at(at),
        None => (rest, ""),
    };
    let mut out = String::with_capacity(text.len() + 4);
    out.push_str(sign);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out.push_str(fraction);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_thousands() {
        assert_eq!(number(1284.0, None), "1,284");
        assert_eq!(number(-9_310_000.25, None), "−9,310,000.25");
        assert_eq!(number(999.0, Some(2)), "999.00");
    }

    #[test]
    fn has_as_many_decimals_as_the_value_up_to_three() {
        assert_eq!(number(71.4, None), "71.4");
        assert_eq!(number(2.0 / 3.0, None), "0.667");
        assert_eq!(number(0.00042, None), "0.00042");
        assert_eq!(number(0.000_421_23, None), "0.000421");
        assert_eq!(number(1e-12, None), "1e-12");
    }

    #[test]
    fn what_is_too_large_to_be_counted_has_a_power_of_ten() {
        assert_eq!(number(999_999_999_999_999.0, None), "999,999,999,999,999");
        assert_eq!(number(1.5e18, None), "1.5e18");
        assert_eq!(number(-1.5e18, Some(1)), "−1.5e18");
        assert_eq!(number(f64::MAX, Some(2)), "1.8e308");
        assert_eq!(number(f64::MIN_POSITIVE, None), "2.23e-308");
    }

    #[test]
    fn has_no_negative_zero_and_no_infinity() {
        assert_eq!(number(-0.0, Some(1)), "0.0");
        assert_eq!(rounded(-0.0001, 1), "0.0");
        assert_eq!(number(f64::INFINITY, None), "–");
        assert_eq!(number(f64::NAN, Some(2)), "–");
    }

    #[test]
    fn what_is_there_is_never_written_as_nothing() {
        assert_eq!(number(0.04, Some(1)), "0.04");
        assert_eq!(number(-0.000_12, Some(2)), "−0.00012");
        assert_eq!(number(0.4, Some(0)), "0.4");
        assert_eq!(number(1e-12, Some(3)), "1e-12");
        assert_eq!(number(0.05, Some(1)), "0.1", "rounded, but not away");
        assert_eq!(number(0.0, Some(1)), "0.0");
    }

    #[test]
    fn exact_numbers_keep_what_they_have() {
        assert_eq!(exact(12_345.678_912_3), "12,345.6789123");
        assert_eq!(exact(42.0), "42");
        assert_eq!(exact(1.5e21), "1.5e21");
        assert_eq!(exact(9_007_199_254_740_991.0), "9,007,199,254,740,991");
    }

    #[test]
    fn the_cells_of_a_column_line_up() {
        let decimals = |values: &[f64]| column_decimals(values.iter().copied());
        assert_eq!(decimals(&[14.49, 24.236_667, f64::NAN]), 3);
        assert_eq!(decimals(&[14.5, 15.0]), 1);
        assert_eq!(decimals(&[3.0, 1_200.0]), 0);
        assert_eq!(decimals(&[0.000_012_345, 0.000_001]), 7);
        assert_eq!(decimals(&[]), 0);
    }

    #[test]
    fn what_has_little_room_is_written_in_few_letters() {
        for (value, text) in [
            (1_284_310_221.0, "1.28B"),
            (-12_840.0, "−12.8K"),
            (20_000.0, "20K"),
            (999_960.0, "1.00M"),
            (999_940.0, "999.9K"),
            (9_310.0, "9,310"),
            (1_284.567, "1,285"),
            (12.345_678, "12.3"),
            (0.0, "0"),
            (1.5e18, "1.5e18"),
        ] {
            assert_eq!(compact(value), text, "{value}");
        }
    }

    #[test]
    fn absurd_decimals_are_bounded() {
        assert_eq!(number(1.0, Some(255)), format!("1.{}", "0".repeat(15)));
    }

    #[test]
    fn values_shown_together_line_up() {
        assert_eq!(shared_decimals([52.123, 9.1].into_iter()), 1);
        assert_eq!(shared_decimals([1.0, 20.0].into_iter()), 0);
        assert_eq!(shared_decimals([0.42].into_iter()), 3);
        assert_eq!(shared_decimals([f64::NAN].into_iter()), 0);
        for (value, text) in [
            (0.999_96, "1.00"),
            (9.999, "10.0"),
            (999.96, "1,000"),
            (0.099_97, "0.100"),
            (9.99, "9.99"),
        ] {
            let decimals = shared_decimals(std::iter::once(value));
            assert_eq!(number(value, Some(decimals)), text, "{value}");
        }
    }

    #[test]
    fn changes_have_a_sign() {
        assert_eq!(change(3.2, None), "+3.2");
        assert_eq!(change(-0.1, None), "−0.1");
        assert_eq!(change(0.0, None), "0");
    }
}
