//! Which series of a chart are shown: a click isolates one, with the control key it toggles one.

use crate::query::Query;

/// What the reader chose, by labels, so that a refresh with other series keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Visibility {
    labels: Vec<String>,
    /// Whether the labels are of those that are shown, and not of those that are hidden.
    is_only: bool,
}

impl Visibility {
    /// Whether a series is drawn.
    pub fn shows(&self, label: &str) -> bool {
        self.labels.iter().any(|one| one == label) == self.is_only
    }

    /// What is drawn of a chart of these series: what the reader chose, and all of them where nothing of it is there. A series that
    /// was chosen may be gone, and a chart with nothing in it would say that there is no data.
    pub fn among<'a>(&self, mut all: impl Iterator<Item = &'a str>) -> Self {
        match all.any(|label| self.shows(label)) {
            true => self.clone(),
            false => Self::default(),
        }
    }

    /// Why all series are drawn, where [`Visibility::among`] found nothing of what was chosen.
    pub fn missed(&self) -> String {
        match self.is_only {
            true => {
                let names: Vec<&str> = self.labels.iter().map(|label| shown(label)).collect();
                format!("Not here: {}.", names.join(", "))
            }
            false => "All that is here was hidden.".to_owned(),
        }
    }

    /// Shows this one alone; all of them when it was alone already.
    pub fn isolate(&mut self, label: &str, all: &[String]) {
        let is_alone = self.shows(label) && all.iter().all(|other| other == label || !self.shows(other));
        *self = if is_alone {
            Self::default()
        } else {
            Self {
                labels: vec![label.to_owned()],
                is_only: true,
            }
        };
    }

    /// Shows or hides this one; hiding the last one shows all.
    pub fn toggle(&mut self, label: &str, all: &[String]) {
        let count = self.labels.len();
        self.labels.retain(|one| one != label);
        if self.labels.len() == count {
            self.labels.push(label.to_owned());
        }
        let shown = all.iter().filter(|label| self.shows(label)).count();
        if shown == 0 || shown == all.len() {
            *self = Self::default();
        }
    }

    /// What the address of a page says of the chart of panel `id`: `show.id=a&show.id=b`, or `hide.id=c`.
    pub fn of_address(address: &Query, id: &str) -> Self {
        let labels = |kind: &str| -> Vec<String> {
            let name = [kind, id].concat();
            let pairs = address.pairs().filter(|(found, _)| *found == name);
            pairs.map(|(_, label)| label.to_owned()).collect()
        };
        let shown = labels(SHOW);
        if shown.is_empty() {
            Self {
                labels: labels(HIDE),
                is_only: false,
            }
        } else {
            Self {
                labels: shown,
                is_only: true,
            }
        }
    }

    /// Writes into the address of a page which series the chart of panel `id` shows; nothing where it shows all.
    pub fn write_to_address(&self, address: &mut Query, id: &str) {
        for kind in [SHOW, HIDE] {
            address.set(&[kind, id].concat(), None);
        }
        let name = [if self.is_only { SHOW } else { HIDE }, id].concat();
        for label in &self.labels {
            address.push(name.clone(), label);
        }
    }
}

const SHOW: &str = "show.";
const HIDE: &str = "hide.";

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

/// What a series is called whose name is empty; whoever shows it says it in the style of `.nameless`.
pub const NAMELESS: &str = "(no name)";

/// Whether a name says nothing.
fn is_nameless(name: &str) -> bool {
    name.trim().is_empty()
}

/// A name as it is shown.
pub fn shown(name: &str) -> &str {
    if is_nameless(name) { NAMELESS } else { name }
}

/// The style of a name.
pub fn style(name: &str) -> &'static str {
    if is_nameless(name) { "nameless" } else { "" }
}

/// A name without what all begin with: `…web-1`.
pub fn without_start(name: &str, shared: usize) -> String {
    match name.get(shared..) {
        Some(rest) if shared > 0 => format!("…{rest}"),
        _ => shown(name).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<String> {
        ["a", "b", "c"].map(str::to_owned).to_vec()
    }

    fn drawn(visibility: &Visibility) -> Vec<String> {
        all()
            .into_iter()
            .filter(|label| visibility.shows(label))
            .collect()
    }

    #[test]
    fn a_click_isolates_and_a_second_one_shows_all_again() {
        let mut visibility = Visibility::default();
        visibility.isolate("b", &all());
        assert_eq!(drawn(&visibility), ["b"]);
        visibility.isolate("c", &all());
        assert_eq!(drawn(&visibility), ["c"]);
        visibility.isolate("c", &all());
        assert_eq!(drawn(&visibility), all());
    }

    #[test]
    fn a_toggle_hides_one_and_shows_it_again() {
        let mut visibility = Visibility::default();
        visibility.toggle("a", &all());
        assert_eq!(drawn(&visibility), ["b", "c"]);
        visibility.toggle("a", &all());
        assert_eq!(drawn(&visibility), all());
    }

    #[test]
    fn series_that_come_later_are_hidden_beside_those_that_were_chosen_and_shown_beside_those_that_were_hidden()
     {
        let mut visibility = Visibility::default();
        visibility.toggle("a", &all());
        assert!(visibility.shows("d"));
        visibility.isolate("b", &all());
        assert!(!visibility.shows("d"));
        visibility.toggle("c", &all());
        assert_eq!(drawn(&visibility), ["b", "c"]);
        visibility.toggle("a", &all());
        assert_eq!(visibility, Visibility::default(), "all of them are all");
    }

    #[test]
    fn a_choice_that_leaves_nothing_shows_all_until_something_of_it_is_there() {
        let address = Query::parse("?show.cpu=gone&show.cpu=b&hide.load=a&hide.load=b&show.disk=gone");
        let drawn_in = |id: &str, there: &[&str]| {
            let visibility = Visibility::of_address(&address, id).among(there.iter().copied());
            drawn(&visibility)
        };
        assert_eq!(drawn_in("cpu", &["a", "b", "c"]), ["b"]);
        assert_eq!(drawn_in("cpu", &["a", "c"]), all());
        assert_eq!(drawn_in("load", &["a", "b", "c"]), ["c"]);
        assert_eq!(drawn_in("load", &["a", "b"]), all());
        assert_eq!(drawn_in("disk", &["a", "b", "c"]), all());
        let missed = |id: &str| Visibility::of_address(&address, id).missed();
        assert_eq!(missed("cpu"), "Not here: gone, b.");
        assert_eq!(missed("load"), "All that is here was hidden.");
    }

    #[test]
    fn an_address_holds_which_series_are_shown() {
        let mut address = Query::parse("?from=now-1h&show.other=x");
        let mut visibility = Visibility::default();
        visibility.isolate("a, b & c", &all());
        visibility.toggle("b", &all());
        visibility.write_to_address(&mut address, "cpu");
        assert_eq!(
            address.to_text(),
            "?from=now-1h&show.other=x&show.cpu=a,%20b%20%26%20c&show.cpu=b"
        );
        assert_eq!(Visibility::of_address(&address, "cpu"), visibility);
        assert_eq!(Visibility::of_address(&address, "cp"), Visibility::default());
        let mut hidden = Visibility::default();
        hidden.toggle("a", &all());
        hidden.write_to_address(&mut address, "cpu");
        assert_eq!(address.to_text(), "?from=now-1h&show.other=x&hide.cpu=a");
        assert_eq!(Visibility::of_address(&address, "cpu"), hidden);
        Visibility::default().write_to_address(&mut address, "cpu");
        assert_eq!(address.to_text(), "?from=now-1h&show.other=x");
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
        assert_eq!(without_start("", shared_start(&["", "web-1"])), NAMELESS);
    }

    #[test]
    fn hiding_the_last_one_shows_all() {
        let mut visibility = Visibility::default();
        for label in ["a", "b", "c"] {
            visibility.toggle(label, &all());
        }
        assert_eq!(drawn(&visibility), all());
    }
}
