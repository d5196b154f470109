//! Numbers and letters as texts. In the browser, by the browser: what the standard library brings along for them (tables of
//! all letters, arithmetic for all digits) weighs as much as a page of the application.

/// With this many decimals, rounded; a text like `9310.50`. For finite values below 10²¹, with at most 20 decimals.
pub fn fixed(value: f64, decimals: u8) -> String {
    own::fixed(value, decimals)
}

/// In as few digits as tell it from any other double: `0.125`, `1284`, `1.5e+21` and `1e-7` where it is very large or small.
pub fn shortest(value: f64) -> String {
    own::shortest(value)
}

/// With two decimals and a power of ten: `1.50e-12`, `2.00e+15`.
pub fn scientific(value: f64) -> String {
    own::scientific(value)
}

/// In small letters.
pub fn lower(text: &str) -> String {
    own::lower(text)
}

/// In capitals.
pub fn upper(text: &str) -> String {
    own::upper(text)
}

#[cfg(target_arch = "wasm32")]
mod own {
    use js_sys::{JsString, Number};

    pub fn fixed(value: f64, decimals: u8) -> String {
        text(Number::from(value).to_fixed(decimals).ok())
    }

    pub fn shortest(value: f64) -> String {
        Number::from(value)
            .to_string_with_radix(10)
            .map(String::from)
            .unwrap_or_default()
    }

    pub fn scientific(value: f64) -> String {
        text(Number::from(value).to_exponential(2).ok())
    }

    pub fn lower(text: &str) -> String {
        JsString::from(text).to_lower_case().into()
    }

    pub fn upper(text: &str) -> String {
        JsString::from(text).to_upper_case().into()
    }

    fn text(found: Option<JsString>) -> String {
        found.map(String::from).unwrap_or_default()
    }
}

/// The same for the tests that need no browser.
#[cfg(not(target_arch = "wasm32"))]
mod own {
    pub fn fixed(value: f64, decimals: u8) -> String {
        format!("{value:.*}", usize::from(decimals))
    }

    pub fn shortest(value: f64) -> String {
        match value.abs() {
            size if size != 0.0 && !(1e-6..1e21).contains(&size) => with_sign(format!("{value:e}")),
            _ => format!("{value}"),
        }
    }

    pub fn scientific(value: f64) -> String {
        with_sign(format!("{value:.2e}"))
    }

    pub fn lower(text: &str) -> String {
        text.to_lowercase()
    }

    pub fn upper(text: &str) -> String {
        text.to_uppercase()
    }

    /// JavaScript writes the sign of every exponent.
    fn with_sign(text: String) -> String {
        match text.split_once('e') {
            Some((digits, power)) if !power.starts_with('-') => format!("{digits}e+{power}"),
            _ => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // The browser's side is held against the same texts in `tests/browser`.
    #[test]
    fn numbers_are_written_as_the_browser_writes_them() {
        assert_eq!(fixed(9310.5, 2), "9310.50");
        assert_eq!(shortest(0.1 + 0.2), "0.30000000000000004");
        assert_eq!(shortest(1284.0), "1284");
        assert_eq!(
            [1.5e21, 1e-7, -2.5e-9, 0.000_001].map(shortest),
            ["1.5e+21", "1e-7", "-2.5e-9", "0.000001"]
        );
        assert_eq!(scientific(1.5e-12), "1.50e-12");
        assert_eq!(scientific(2e15), "2.00e+15");
    }
}
