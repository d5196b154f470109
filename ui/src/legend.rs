//! Which series of a chart are shown: a click isolates one, with the control key it toggles one.

use std::collections::BTreeSet;

/// Hidden series by label, so that a refresh with other series keeps what the reader chose.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    hidden: BTreeSet<String>,
}

impl Visibility {
    /// Whether a series is drawn.
    pub fn shows(&self, label: &str) -> bool {
        !self.hidden.contains(label)
    }

    /// Shows this one alone; all of them when it was alone already.
    pub fn isolate(&mut self, label: &str, all: &[String]) {
        let is_alone = self.shows(label) && all.iter().all(|other| other == label || !self.shows(other));
        self.hidden.clear();
        if !is_alone {
            self.hidden
                .extend(all.iter().filter(|other| *other != label).cloned());
        }
    }

    /// Shows or hides this one; hiding the last one shows all.
    pub fn toggle(&mut self, label: &str, all: &[String]) {
        if !self.hidden.remove(label) {
            self.hidden.insert(label.to_owned());
        }
        if all.iter().all(|label| !self.shows(label)) {
            self.hidden.clear();
        }
    }
}

/// Names that begin alike for longer than this are told apart by what comes behind.
const LONG_START: usize = 12;

/// How many bytes all names begin with alike, up to the end of a word; 0 where that is not worth leaving out.
pub fn shared_start(names: &[&str]) -> usize {
    let [first, rest @ ..] = names else { return 0 };
    if rest.is_empty() {
        return 0;
    }
    let alike = rest.iter().fold(first.len(), |alike, name| {
        let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b);
        same.count().min(alike)
    });
    let end = first
        .char_indices()
        .take_while(|(at, _)| *at < alike)
        .filter(|(_, letter)| !letter.is_alphanumeric())
        .map(|(at, letter)| at + letter.len_utf8())
        .last()
        .unwrap_or(0);
    // Nothing is left of a name that is all start.
    if end > LONG_START && names.iter().all(|name| name.len() > end) {
        end
    } else {
        0
    }
}

/// A name without what all begin with: `…web-1`.
pub fn without_start(name: &str, shared: usize) -> String {
    match name.get(shared..) {
        Some(rest) if shared > 0 => format!("…{rest}"),
        _ => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    fn shown(visibility: &Visibility) -> Vec<String> {
        all()
            .into_iter()
            .filter(|label| visibility.shows(label))
            .collect()
    }

    #[test]
    fn a_click_isolates_and_a_second_one_shows_all_again() {
        let mut visibility = Visibility::default();
        visibility.isolate("b", &all());
        assert_eq!(shown(&visibility), ["b"]);
        visibility.isolate("c", &all());
        assert_eq!(shown(&visibility), ["c"]);
        visibility.isolate("c", &all());
        assert_eq!(shown(&visibility), all());
    }

    #[test]
    fn a_toggle_hides_one_and_shows_it_again() {
        let mut visibility = Visibility::default();
        visibility.toggle("a", &all());
        assert_eq!(shown(&visibility), ["b", "c"]);
        visibility.toggle("a", &all());
        assert_eq!(shown(&visibility), all());
    }

    #[test]
    fn long_names_are_told_apart_by_their_ends() {
        let names = ["zone-eu-central-1a-web-01", "zone-eu-central-1a-web-02"];
        let shared = shared_start(&names);
        assert_eq!(names.map(|name| without_start(name, shared)), ["…01", "…02"]);
        let words = ["zone-eu-central-1a", "zone-eu-central-1b"];
        assert_eq!(without_start(words[1], shared_start(&words)), "…1b");
        for short in [
            &["web-1", "web-2"][..],
            &["anything"],
            &[],
            &["größer-als-alles-", "größer-als-alles-1"],
        ] {
            assert_eq!(shared_start(short), 0, "{short:?}");
        }
        assert_eq!(without_start("web-1", 0), "web-1");
    }

    #[test]
    fn hiding_the_last_one_shows_all() {
        let mut visibility = Visibility::default();
        for label in ["a", "b", "c"] {
            visibility.toggle(label, &all());
        }
        assert_eq!(shown(&visibility), all());
    }
}
