//! "Did you mean …?"

/// The word that was probably meant, as a help for a diagnostic.
pub(crate) fn suggestion(written: &str, words: &[&str]) -> Option<String> {
    nearest_word(written, words).map(|word| format!("did you mean `{word}`?"))
}

/// The word that was probably meant.
pub(crate) fn nearest_word<'a>(written: &str, words: &[&'a str]) -> Option<&'a str> {
    // Distances of long texts are dear, and nobody misspells by that much.
    if written.len() > 64 {
        return None;
    }
    let lower = written.to_lowercase().replace('-', "_");
    words
        .iter()
        .map(|word| (strsim::osa_distance(&lower, word), *word))
        .filter(|(distance, word)| *distance <= (word.chars().count() / 3).max(1))
        .min()
        .map(|(_, word)| word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_what_is_near_and_nothing_else() {
        let words = ["title", "type", "data_source", "display"];
        assert_eq!(
            suggestion("tilte", &words).as_deref(),
            Some("did you mean `title`?")
        );
        assert_eq!(
            suggestion("dataSource", &words).as_deref(),
            Some("did you mean `data_source`?")
        );
        assert_eq!(
            suggestion("data-source", &words).as_deref(),
            Some("did you mean `data_source`?")
        );
        assert_eq!(suggestion("colour", &words), None);
        assert_eq!(suggestion(&"x".repeat(100_000), &words), None);
    }
}
