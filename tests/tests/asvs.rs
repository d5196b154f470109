//! The checklist of the ASVS names every item of its levels once, and what it refers to is there.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeSet;

use porthole_tests::places;

/// Levels 1 and 2 of version 4.0.3: section, its last number, and the numbers that it does not have or that are of level 3.
const SECTIONS: &[(&str, u32, &[u32])] = &[
    ("1.1", 7, &[]),
    ("1.2", 4, &[]),
    ("1.4", 5, &[2, 3]),
    ("1.5", 4, &[]),
    ("1.6", 4, &[]),
    ("1.7", 2, &[]),
    ("1.8", 2, &[]),
    ("1.9", 2, &[]),
    ("1.10", 1, &[]),
    ("1.11", 2, &[]),
    ("1.12", 2, &[1]),
    ("1.14", 6, &[]),
    ("2.1", 12, &[]),
    ("2.2", 3, &[]),
    ("2.3", 3, &[]),
    ("2.4", 5, &[]),
    ("2.5", 7, &[]),
    ("2.6", 3, &[]),
    ("2.7", 6, &[]),
    ("2.8", 7, &[]),
    ("2.9", 3, &[]),
    ("2.10", 4, &[]),
    ("3.1", 1, &[]),
    ("3.2", 4, &[]),
    ("3.3", 4, &[]),
    ("3.4", 5, &[]),
    ("3.5", 3, &[]),
    ("3.7", 1, &[]),
    ("4.1", 5, &[4]),
    ("4.2", 2, &[]),
    ("4.3", 3, &[]),
    ("5.1", 5, &[]),
    ("5.2", 8, &[]),
    ("5.3", 10, &[]),
    ("5.4", 3, &[]),
    ("5.5", 4, &[]),
    ("6.1", 3, &[]),
    ("6.2", 6, &[]),
    ("6.3", 2, &[]),
    ("6.4", 2, &[]),
    ("7.1", 4, &[]),
    ("7.2", 2, &[]),
    ("7.3", 4, &[2]),
    ("7.4", 3, &[]),
    ("8.1", 4, &[]),
    ("8.2", 3, &[]),
    ("8.3", 8, &[]),
    ("9.1", 3, &[]),
    ("9.2", 4, &[]),
    ("10.2", 2, &[]),
    ("10.3", 3, &[]),
    ("11.1", 8, &[]),
    ("12.1", 3, &[]),
    ("12.2", 1, &[]),
    ("12.3", 6, &[]),
    ("12.4", 2, &[]),
    ("12.5", 2, &[]),
    ("12.6", 1, &[]),
    ("13.1", 5, &[2]),
    ("13.2", 6, &[4]),
    ("13.3", 2, &[]),
    ("13.4", 2, &[]),
    ("14.1", 4, &[]),
    ("14.2", 6, &[]),
    ("14.3", 3, &[1]),
    ("14.4", 7, &[]),
    ("14.5", 4, &[]),
];

fn items() -> Vec<String> {
    let of_section = |(section, last, none): &(&str, u32, &[u32])| {
        let numbers = (1..=*last).filter(|number| !none.contains(number));
        numbers
            .map(|number| format!("{section}.{number}"))
            .collect::<Vec<_>>()
    };
    SECTIONS.iter().flat_map(of_section).collect()
}

struct Row {
    items: Vec<String>,
    status: String,
    how: String,
    references: Vec<String>,
}

fn rows() -> Vec<Row> {
    let page = std::fs::read_to_string(places::workspace().join("docs/src/asvs.md")).unwrap();
    let begins_with_a_number =
        |line: &&str| line.starts_with("| ") && line[2..].starts_with(|c: char| c.is_ascii_digit());
    let row = |line: &str| {
        let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
        let [item, status, how, references] = cells.as_slice() else {
            panic!("not four cells: {line}");
        };
        let items = match item.split_once('–') {
            None => vec![(*item).to_owned()],
            Some((first, last)) => {
                let (section, first) = first.rsplit_once('.').unwrap();
                let (_, last) = last.rsplit_once('.').unwrap();
                let numbers = first.parse::<u32>().unwrap()..=last.parse().unwrap();
                numbers.map(|number| format!("{section}.{number}")).collect()
            }
        };
        Row {
            items,
            status: (*status).to_owned(),
            how: (*how).to_owned(),
            references: references
                .split('`')
                .skip(1)
                .step_by(2)
                .map(str::to_owned)
                .collect(),
        }
    };
    page.lines().filter(begins_with_a_number).map(row).collect()
}

#[test]
fn every_item_of_the_levels_has_one_row_in_order() {
    let named: Vec<String> = rows().into_iter().flat_map(|row| row.items).collect();
    assert_eq!(named, items());
}

#[test]
fn a_row_that_says_met_refers_to_what_shows_it_and_one_that_does_not_says_why() {
    for row in rows() {
        let item = &row.items[0];
        match row.status.as_str() {
            "met" | "partly" => assert!(!row.references.is_empty(), "{item} shows nothing"),
            "not met" | "not ours" => assert!(row.references.is_empty(), "{item} refers to something"),
            other => panic!("{item}: {other}"),
        }
        assert!(row.how.len() > 5, "{item} says nothing");
    }
}

#[test]
fn every_test_and_file_that_is_referred_to_is_there() {
    let mut tests = BTreeSet::new();
    for row in rows() {
        for reference in row.references {
            let (file, name) = match reference.split_once("::") {
                Some((file, name)) => (file, Some(name)),
                None => (reference.as_str(), None),
            };
            let path = places::workspace().join(file);
            let text = std::fs::read_to_string(&path)
                .unwrap_or_else(|error| panic!("{}: {file}: {error}", row.items[0]));
            if let Some(name) = name {
                assert!(
                    text.contains(&format!("fn {name}(")),
                    "{}: {file} has no test {name}",
                    row.items[0]
                );
                tests.insert(reference.clone());
            }
        }
    }
    assert!(tests.len() > 40, "{tests:?}");
}
