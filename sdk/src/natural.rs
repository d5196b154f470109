//! The order people expect of names with numbers in them.

use core::cmp::Ordering;

/// Compares names so that `web-2` comes before `web-10`: runs of digits by their value, all else by character.
/// Names that differ only in leading zeros are in the order of their bytes, so that this is a total order.
pub fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a.as_bytes(), b.as_bytes());
    loop {
        let ordering = match (left.first(), right.first()) {
            (None, None) => return a.cmp(b),
            (Some(x), Some(y)) if x.is_ascii_digit() && y.is_ascii_digit() => {
                let (x, y) = (digits(&mut left), digits(&mut right));
                x.len().cmp(&y.len()).then_with(|| x.cmp(y))
            }
            (x, y) => {
                left = left.get(1..).unwrap_or_default();
                right = right.get(1..).unwrap_or_default();
                // UTF-8 sorts by byte as it does by character.
                x.cmp(&y)
            }
        };
        if ordering.is_ne() {
            return ordering;
        }
    }
}

/// Takes a run of digits off the front and gives it back without leading zeros.
fn digits<'a>(text: &mut &'a [u8]) -> &'a [u8] {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit())
        .unwrap_or(text.len());
    let (run, rest) = text.split_at(end);
    *text = rest;
    let zeros = run.iter().take_while(|byte| **byte == b'0').count();
    &run[zeros..]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_count_as_numbers() {
        let mut names = [
            "web-10",
            "web-2",
            "web-1b",
            "db-3",
            "web-1",
            "web",
            "ärger",
            "web-01",
            "99999999999999999999999",
            "3",
        ];
        names.sort_by(|a, b| natural_order(a, b));
        assert_eq!(
            names,
            [
                "3",
                "99999999999999999999999",
                "db-3",
                "web",
                "web-01",
                "web-1",
                "web-1b",
                "web-2",
                "web-10",
                "ärger"
            ]
        );
    }
}
