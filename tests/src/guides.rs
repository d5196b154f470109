//! The guides, `docs/src`, as tests read them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::places;

/// What stands at the root of the checkout for people.
const AT_THE_ROOT: [&str; 5] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
];

/// Every page of `docs/src`, and those at the root of the checkout, by path.
pub fn pages() -> BTreeMap<PathBuf, String> {
    let folder = places::workspace().join("docs/src");
    let mut pages: BTreeMap<PathBuf, String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
        .map(|path| (path.clone(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    for name in AT_THE_ROOT {
        let path = places::workspace().join(name);
        pages.insert(path.clone(), std::fs::read_to_string(path).unwrap());
    }
    pages
}

/// The blocks of code of a page: language, text.
pub fn blocks(page: &str) -> Vec<(String, String)> {
    let mut blocks = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), open.take()) {
            (Some(language), None) => open = Some((language.trim().to_owned(), String::new())),
            (Some(_), Some(done)) => blocks.push(done),
            (None, Some((language, text))) => open = Some((language, text + line + "\n")),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block of code is not closed");
    blocks
}

/// Where the links of a page lead, without those to other hosts.
pub fn links(page: &str) -> Vec<String> {
    let prose: String = {
        let mut is_code = false;
        page.lines()
            .filter(|line| {
                if line.starts_with("```") {
                    is_code = !is_code;
                }
                !is_code
            })
            .map(|line| format!("{line}\n"))
            .collect()
    };
    prose
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link.to_owned())
        .filter(|link| !link.contains("://"))
        .collect()
}

/// The places of a page that links lead to: its headings as the book names them, and what it names itself.
pub fn anchors(page: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut is_code = false;
    for line in page.lines() {
        if line.starts_with("```") {
            is_code = !is_code;
        }
        if is_code {
            continue;
        }
        let heading = line.trim_start_matches('#');
        if heading.len() < line.len() && heading.starts_with(' ') {
            let name = named(heading.trim());
            let second = (1..).map(|number| format!("{name}-{number}"));
            let free = std::iter::once(name.clone()).chain(second);
            found.extend(free.into_iter().find(|name| !found.contains(name)));
        }
        let own = line.split("id=\"").skip(1);
        found.extend(
            own.filter_map(|rest| rest.split_once('"'))
                .map(|(id, _)| id.to_owned()),
        );
    }
    found
}

/// A heading as an anchor: small letters, digits, `_` and `-`, and a `-` for each space.
fn named(heading: &str) -> String {
    let kept = heading.chars().filter_map(|c| match c {
        c if c.is_alphanumeric() || c == '_' || c == '-' => Some(c),
        c if c.is_whitespace() => Some('-'),
        _ => None,
    });
    kept.collect::<String>().to_lowercase()
}
