//! Texts and colours of a view.

use super::Refusal;

/// The longest text of a view, in characters.
const MAX_TEXT: usize = 10_000;

/// A text of bearable length. Texts are shown as text by the UI, so nothing in them can run.
pub fn label(text: String, what: &str) -> Result<String, Refusal> {
    if text.len() > MAX_TEXT && text.chars().count() > MAX_TEXT {
        return Err(format!("{what} has more than {MAX_TEXT} characters"));
    }
    Ok(text)
}

/// The same, where there need not be one.
pub fn optional_label(text: Option<String>, what: &str) -> Result<Option<String>, Refusal> {
    text.map(|text| label(text, what)).transpose()
}

/// `#rrggbb`, in lower case.
pub fn color(text: &str) -> Result<String, Refusal> {
    let digits = text.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        Ok(text.to_ascii_lowercase())
    } else {
        let shown: String = text.chars().take(40).collect();
        Err(format!("`{shown}` is not a colour; colours are written #rrggbb"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_six_hexadecimal_digits_and_nothing_else() {
        assert_eq!(color("#3B82F6"), Ok("#3b82f6".to_owned()));
        for wrong in [
            "", "#", "3B82F6", "#3B82F", "#3B82F6F", "#3B82FG", "red", "#ff;}<s", "url(x)",
        ] {
            assert!(color(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn refuses_a_text_of_unbearable_length() {
        assert!(label("é".repeat(MAX_TEXT), "a text").is_ok());
        assert!(label("é".repeat(MAX_TEXT + 1), "a text").is_err());
    }
}
