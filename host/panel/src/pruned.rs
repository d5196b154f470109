//! A panel's `display:` and `parameters:`, out of which single values are taken.

use std::collections::BTreeMap;

use porthole_config::Panel;
use serde_json::{Value, json};

/// The blocks, and where their values stood before some were taken out.
pub struct Pruned {
    blocks: Value,
    /// For lists out of which something was taken, by their pointers as they were: the former places of what is left.
    left: BTreeMap<String, Vec<usize>>,
}

impl Pruned {
    /// All of a panel's blocks.
    pub fn new(panel: &Panel) -> Self {
        Self {
            blocks: json!({"display": panel.display, "parameters": panel.parameters}),
            left: BTreeMap::new(),
        }
    }

    /// A block as JSON text.
    pub fn text(&self, block: &str) -> String {
        self.blocks
            .get(block)
            .map_or_else(|| "{}".to_owned(), Value::to_string)
    }

    /// The pointer into the panel as it is written, for a pointer into what is left.
    pub fn as_written(&self, pointer: &str) -> String {
        let parts = pointer.split('/').filter(|part| !part.is_empty());
        parts.fold(String::new(), |written, part| {
            let place = part.parse::<usize>().ok();
            let before = self.left.get(&written).zip(place);
            match before.and_then(|(left, place)| left.get(place)) {
                Some(place) => format!("{written}/{place}"),
                None => format!("{written}/{part}"),
            }
        })
    }

    /// Takes out what a pointer leads to; whether there was something. A block itself stays.
    pub fn take_out(&mut self, pointer: &str) -> bool {
        let Some((above, last)) = pointer.rsplit_once('/').filter(|(above, _)| !above.is_empty()) else {
            return false;
        };
        let written = self.as_written(above);
        match self.blocks.pointer_mut(above) {
            Some(Value::Object(entries)) => {
                let key = last.replace("~1", "/").replace("~0", "~");
                entries.remove(&key).is_some()
            }
            Some(Value::Array(items)) => {
                let Some(place) = last.parse::<usize>().ok().filter(|place| *place < items.len()) else {
                    return false;
                };
                let left = self
                    .left
                    .entry(written)
                    .or_insert_with(|| (0..items.len()).collect());
                left.remove(place);
                items.remove(place);
                true
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_of_a_list_is_known_by_its_former_place() {
        let mut pruned = Pruned {
            blocks: json!({"display": {"thresholds": [{"a": 1}, {"a": 2}, {"a": 3}], "unit": "%"}}),
            left: BTreeMap::new(),
        };
        assert!(pruned.take_out("/display/thresholds/0"));
        assert_eq!(
            pruned.as_written("/display/thresholds/0/a"),
            "/display/thresholds/1/a"
        );
        assert!(pruned.take_out("/display/thresholds/1/a"));
        assert_eq!(
            pruned.as_written("/display/thresholds/1"),
            "/display/thresholds/2"
        );
        assert!(pruned.take_out("/display/thresholds/1"));
        assert!(pruned.take_out("/display/unit"));
        assert_eq!(pruned.text("display"), r#"{"thresholds":[{"a":2}]}"#);
        assert_eq!(pruned.text("parameters"), "{}");
        for nothing in [
            "/display",
            "",
            "/display/thresholds/7",
            "/display/gone",
            "/other/x",
        ] {
            assert!(!pruned.take_out(nothing), "{nothing}");
        }
    }
}
