//! Texts and colours of a view.

use super::{Cuts, Refusal};

/// The longest text of a view, in characters.
pub const MAX_TEXT: usize = 10_000;

/// What a text ends in that is not whole.
const CUT: &str = "… (cut)";

/// A text from data, cut where it is longer than can be shown.
pub fn shortened(mut text: String, cuts: &mut Cuts) -> String {
    if text.len() <= MAX_TEXT || text.chars().count() <= MAX_TEXT {
        return text;
    }
    let kept = MAX_TEXT - CUT.chars().count();
    if let Some((end, _)) = text.char_indices().nth(kept) {
        text.truncate(end);
    }
    text.push_str(CUT);
    cuts.texts += 1;
    text
}

/// The same, where there need not be one.
pub fn optional_shortened(text: Option<String>, cuts: &mut Cuts) -> Option<String> {
    text.map(|text| shortened(text, cuts))
}

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
    fn a_text_from_data_is_cut_and_counted() {
        let mut cuts = Cuts::default();
        assert_eq!(shortened("é".repeat(MAX_TEXT), &mut cuts), "é".repeat(MAX_TEXT));
        assert_eq!(cuts.texts, 0);
        let cut = shortened("é".repeat(MAX_TEXT + 1), &mut cuts);
        assert_eq!((cut.chars().count(), cut.ends_with(CUT)), (MAX_TEXT, true));
        assert_eq!(cuts.texts, 1);
    }

    #[test]
    fn refuses_a_text_of_unbearable_length() {
        assert!(label("é".repeat(MAX_TEXT), "a text").is_ok());
        assert!(label("é".repeat(MAX_TEXT + 1), "a text").is_err());
    }
}
