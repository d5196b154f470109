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
    fn hiding_the_last_one_shows_all() {
        let mut visibility = Visibility::default();
        for label in ["a", "b", "c"] {
            visibility.toggle(label, &all());
        }
        assert_eq!(shown(&visibility), all());
    }
}
