//! Where in a panel's YAML a panel type's complaint belongs.

use porthole_config::{Diagnostic, Panel, Spanned};
use porthole_presentation::TemplateFault;

/// What a panel type says is wrong with the panel's configuration, in its place.
pub fn fault(panel: &Panel, message: &str) -> Diagnostic {
    let (pointer, message) = pointed(message);
    panel.fault(&pointer, message, None)
}

/// What is wrong with a template, in its place in the YAML.
pub fn template(template: &Spanned<String>, fault: &TemplateFault) -> Diagnostic {
    let lines = template.value.split_inclusive('\n');
    let before: usize = lines.take(fault.line.saturating_sub(1)).map(str::len).sum();
    let line = template.value.get(before..).unwrap_or_default();
    let column = line.char_indices().nth(fault.column.saturating_sub(1));
    let offset = before + column.map_or(0, |(offset, _)| offset);
    template.fault_at(offset, fault.message.clone(), None)
}

/// Splits a message as the SDK writes it, `display.thresholds[0].color: …`, into a JSON pointer into the panel and the
/// sentence. A message without such a place is about `display:` as a whole.
pub fn pointed(message: &str) -> (String, String) {
    let whole = || ("/display".to_owned(), message.to_owned());
    let Some((path, sentence)) = message.split_once(": ") else {
        return whole();
    };
    let first = path.split(['.', '[']).next().unwrap_or_default();
    let plain = |character: char| character.is_alphanumeric() || "._-[]".contains(character);
    if !matches!(first, "display" | "parameters" | "data_source")
        || path.len() > 200
        || !path.chars().all(plain)
    {
        return whole();
    }
    let parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let pointer = parts.fold(String::new(), |pointer, part| pointer + "/" + part);
    (
        pointer,
        format!(
            "{}: {sentence}",
            path.split_once(['.']).map_or(path, |(_, inner)| inner)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_front_becomes_the_place() {
        let (pointer, message) = pointed("display.thresholds[0].color: `red` is not a colour");
        assert_eq!(pointer, "/display/thresholds/0/color");
        assert_eq!(message, "thresholds[0].color: `red` is not a colour");
        assert_eq!(pointed("display: must be a map").0, "/display");
    }

    #[test]
    fn any_other_message_is_about_the_display_as_a_whole() {
        for message in ["no idea", "queries: too many", "display of <b>: x", ""] {
            assert_eq!(pointed(message), ("/display".to_owned(), message.to_owned()));
        }
    }
}
