//! Ranges that were used lately, kept in this browser.

use crate::prelude::*;

use crate::browser;

/// More would push the rest of the popover off a small screen.
const MOST: usize = 4;

/// From and to, as in addresses; the newest first.
#[derive(Clone, Copy)]
pub(crate) struct Recent {
    ranges: Signal<Vec<(String, String)>>,
}

impl Recent {
    /// Reads what was kept.
    pub fn load() -> Self {
        let kept = browser::stored("ranges").unwrap_or_default();
        let ranges = kept
            .lines()
            .filter_map(|line| line.split_once(".."))
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
            .take(MOST)
            .collect();
        Self {
            ranges: create_signal(ranges),
        }
    }

    /// Not tracked.
    pub fn all_untracked(self) -> Vec<(String, String)> {
        self.ranges.get_clone_untracked()
    }

    /// Puts a range on top.
    pub fn add(self, from: &str, to: &str) {
        self.ranges.update(|ranges| {
            ranges.retain(|(f, t)| (f.as_str(), t.as_str()) != (from, to));
            ranges.insert(0, (from.to_owned(), to.to_owned()));
            ranges.truncate(MOST);
        });
        let text: Vec<String> = self
            .ranges
            .with_untracked(|ranges| ranges.iter().map(|(from, to)| format!("{from}..{to}")).collect());
        browser::store("ranges", &text.join("\n"));
    }
}
