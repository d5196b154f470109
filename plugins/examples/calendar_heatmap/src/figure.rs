//! Figures: from series to one number per square, and from numbers to words.

use std::collections::BTreeMap;

use porthole_sdk::Series;

use crate::display::Function;

/// One value per bucket, by the bucket's number since the epoch; all series together.
pub fn buckets(series: &[Series], length: i64, function: Function) -> BTreeMap<i64, f64> {
    let mut found: BTreeMap<i64, (f64, u32)> = BTreeMap::new();
    for one in series {
        for (instant, value) in one.instants.iter().zip(&one.values) {
            if !value.is_finite() {
                continue;
            }
            found
                .entry(instant.div_euclid(length))
                .and_modify(|(all, count)| {
                    *all = match function {
                        Function::Maximum => all.max(*value),
                        Function::Sum | Function::Average => *all + value,
                    };
                    *count += 1;
                })
                .or_insert((*value, 1));
        }
    }
    found
        .into_iter()
        .map(|(bucket, (all, count))| match function {
            Function::Average => (bucket, all / f64::from(count)),
            Function::Sum | Function::Maximum => (bucket, all),
        })
        .collect()
}

/// With separators: `1,234,567.5`.
pub fn exact(value: f64, decimals: u8) -> String {
    let text = format!("{:.*}", usize::from(decimals.min(6)), value.abs());
    let (whole, rest) = match text.find('.') {
        Some(point) => text.split_at(point),
        None => (text.as_str(), ""),
    };
    let mut grouped = String::new();
    let negative = value < 0.0 && text.bytes().any(|digit| digit.is_ascii_digit() && digit != b'0');
    if negative {
        grouped.push('-');
    }
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped + rest
}

/// In three digits: `1.23 M`.
pub fn short(value: f64) -> String {
    for (scale, letter) in [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e4, " k")] {
        if value.abs() >= scale {
            let scale = if letter == " k" { 1e3 } else { scale };
            let scaled = value / scale;
            let decimals = match scaled.abs() {
                large if large >= 100.0 => 0,
                middle if middle >= 10.0 => 1,
                _ => 2,
            };
            return format!("{scaled:.decimals$}{letter}");
        }
    }
    let decimals = u8::from(value.fract() != 0.0);
    exact(value, decimals)
}

#[cfg(test)]
mod tests {
    use porthole_sdk::testing;

    use super::*;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        for (value, decimals, text) in [
            (0.0, 0, "0"),
            (999.0, 0, "999"),
            (1000.0, 0, "1,000"),
            (1_234_567.25, 1, "1,234,567.2"),
            (-1234.0, 0, "-1,234"),
            (-0.001, 2, "0.00"),
        ] {
            assert_eq!(exact(value, decimals), text);
        }
    }

    #[test]
    fn short_numbers_have_three_digits() {
        for (value, text) in [
            (9_999.0, "9,999"),
            (12_340.0, "12.3 k"),
            (4_560_000.0, "4.56 M"),
            (82_100_000.0, "82.1 M"),
            (31e9, "31.0 G"),
            (2.5, "2.5"),
        ] {
            assert_eq!(short(value), text);
        }
    }

    #[test]
    fn several_series_become_one_and_missing_values_none() {
        let series = [
            testing::series("a", &[(0, 1.0), (10, 3.0), (20, f64::NAN)]),
            testing::series("b", &[(0, 5.0), (20, f64::INFINITY)]),
        ];
        let sum = BTreeMap::from([(0, 6.0), (1, 3.0)]);
        assert_eq!(buckets(&series, 10, Function::Sum), sum);
        assert_eq!(buckets(&series, 10, Function::Average)[&0], 3.0);
        assert_eq!(buckets(&series, 10, Function::Maximum)[&0], 5.0);
    }
}
