//! One cell of a CSV file.

use super::held::{Held, held};
use crate::load::{Kind, Value};
use crate::time::{self, Zone};

/// Reads a cell as a kind; an empty one is missing, whatever the kind. `None`: it does not fit.
pub(super) fn parse(cell: &str, kind: Kind) -> Option<Value> {
    let trimmed = cell.trim();
    if trimmed.is_empty() {
        return Some(Value::Null);
    }
    Some(match kind {
        Kind::Integer => Value::Integer(trimmed.parse().ok()?),
        Kind::Real => {
            if trimmed.eq_ignore_ascii_case("nan") {
                return Some(Value::Null);
            }
            let value = trimmed.parse().ok().filter(|value: &f64| value.is_finite())?;
            match held(trimmed, value) {
                Held::Lost => return None,
                Held::Whole | Held::Rounded => Value::Real(value),
            }
        }
        Kind::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "t" | "yes" | "1" => Value::Boolean(true),
            "false" | "f" | "no" | "0" => Value::Boolean(false),
            _ => return None,
        },
        Kind::Timestamp => Value::Instant(time::parse(trimmed, &Zone::utc())?),
        Kind::Text if cell.contains('\0') => return None,
        Kind::Text => Value::Text(cell.to_owned()),
    })
}

/// Whether a cell is rounded where it is read as a kind.
pub(super) fn is_rounded(cell: &str, kind: Kind) -> bool {
    let trimmed = cell.trim();
    let value = || trimmed.parse().ok().filter(|value: &f64| value.is_finite());
    // Most are short, and this is asked for each.
    kind == Kind::Real
        && trimmed.len() > 16
        && value().is_some_and(|value| held(trimmed, value) == Held::Rounded)
}

/// Why a number does not fit a column of numbers; none: it is no number, or fits.
pub(super) fn too_much(cell: &str, kind: Kind) -> Option<&'static str> {
    let digits = cell.trim().trim_start_matches(['-', '+']);
    let is_number = digits.starts_with(|first: char| first.is_ascii_digit()) && digits.parse::<f64>().is_ok();
    match kind {
        _ if !is_number || parse(cell, kind).is_some() => None,
        Kind::Integer if digits.bytes().all(|digit| digit.is_ascii_digit()) => {
            Some("a whole number of 64 bits goes to 9223372036854775807")
        }
        Kind::Real => Some("no double is this number, and it would become another one"),
        _ => None,
    }
}

/// Whether a cell looks like this kind by itself: `1` is no truth value and `007` no number.
pub(super) fn looks_like(cell: &str, kind: Kind) -> bool {
    let digits = cell.trim().trim_start_matches('-');
    let coded =
        digits.starts_with('+') || digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    match kind {
        Kind::Integer | Kind::Real if coded => false,
        Kind::Boolean if matches!(cell.trim(), "0" | "1") => false,
        kind => parse(cell, kind).is_some(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_cells_as_what_they_are() {
        assert_eq!(parse(" 12 ", Kind::Integer), Some(Value::Integer(12)));
        assert_eq!(parse("0.132", Kind::Real), Some(Value::Real(0.132)));
        assert_eq!(parse("", Kind::Real), Some(Value::Null));
        assert_eq!(parse("NaN", Kind::Real), Some(Value::Null));
        assert_eq!(parse("inf", Kind::Real), None);
        assert_eq!(parse("yes", Kind::Boolean), Some(Value::Boolean(true)));
        assert_eq!(
            parse("2014-02-14 14:30:00", Kind::Timestamp),
            Some(Value::Instant(1_392_388_200_000))
        );
        assert_eq!(parse("14:30", Kind::Timestamp), None);
    }

    #[test]
    fn codes_and_digits_are_not_taken_for_something_else() {
        assert!(!looks_like("007", Kind::Integer));
        assert!(!looks_like("0049", Kind::Real));
        assert!(looks_like("0.5", Kind::Real));
        assert!(looks_like("-0.5", Kind::Real));
        assert!(!looks_like("1", Kind::Boolean));
    }
}
