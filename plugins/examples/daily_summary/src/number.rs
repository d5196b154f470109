//! Numbers as people read them.

/// Rounded to so many decimals.
pub fn rounded(value: f64, decimals: i32) -> f64 {
    let scale = 10f64.powi(decimals);
    (value * scale).round() / scale
}

/// `83,912,345`.
pub fn grouped(value: u64) -> String {
    let digits = value.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// By how many percent it changed; none from nothing.
pub fn change(before: f64, after: f64) -> Option<f64> {
    (before > 0.0).then(|| rounded((after - before) / before * 100.0, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        for (value, text) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1,000"),
            (83_912_345, "83,912,345"),
        ] {
            assert_eq!(grouped(value), text);
        }
    }

    #[test]
    fn nothing_cannot_change_by_percent() {
        assert_eq!(change(0.0, 5.0), None);
        assert_eq!(change(80.0, 60.0), Some(-25.0));
    }
}
