//! The page that holds Porthole against its specification names only tests, files and commands that exist, leaves no step
//! out, and calls nothing done without showing it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use porthole_tests::{Outcome, places, porthole};

const STEPS: usize = 47;

/// One row of a table of the page.
struct Row {
    /// The cells before the last two, joined.
    what: String,
    state: String,
    /// What stands in backticks in the last cell.
    shown_by: Vec<String>,
}

fn page() -> String {
    std::fs::read_to_string(places::workspace().join("docs/src/specification.md")).unwrap()
}

/// All rows of all tables; the heads are left out.
fn rows(page: &str) -> Vec<Row> {
    page.lines()
        .filter(|line| line.starts_with('|') && !line.starts_with("|---") && !line.contains("| shown by |"))
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [what @ .., state, _met_by, shown_by] = cells.as_slice() else {
                panic!("too few cells: {line}");
            };
            let shown_by = shown_by.split('`').skip(1).step_by(2);
            Row {
                what: what.join(" "),
                state: (*state).to_owned(),
                shown_by: shown_by.map(str::to_owned).collect(),
            }
        })
        .collect()
}

/// Whether this is something that can be run: a command, or a test, and not only a file.
fn runs(shown_by: &str) -> bool {
    shown_by.contains(": ")
        || shown_by.starts_with("cargo xtask ")
        || shown_by.starts_with("node ")
        || shown_by == ".ci/run"
}

/// What is wrong with one word of the last column.
fn fault(shown_by: &str) -> Option<String> {
    if let Some(command) = shown_by.strip_prefix("cargo xtask ") {
        let task = command.split(' ').next().unwrap();
        let variant = format!("    {}{}(", task[..1].to_uppercase(), &task[1..]);
        let known = std::fs::read_to_string(places::workspace().join("xtask/src/main.rs")).unwrap();
        return (!known.contains(&variant)).then(|| format!("there is no `cargo xtask {task}`"));
    }
    if let Some(command) = shown_by.strip_prefix("porthole ") {
        let words: Vec<&str> = command
            .split(' ')
            .take_while(|word| !word.starts_with('-'))
            .collect();
        let outcome = Outcome::of(porthole().args(&words).arg("--help"), "");
        return (outcome.code != Some(0)).then(|| format!("there is no `porthole {command}`"));
    }
    let (file, test) = match shown_by
        .strip_prefix("node ")
        .unwrap_or(shown_by)
        .split_once(": ")
    {
        Some((file, test)) => (file, Some(test)),
        None => (shown_by.strip_prefix("node ").unwrap_or(shown_by), None),
    };
    let Ok(text) = std::fs::read_to_string(places::workspace().join(file)) else {
        return Some(format!("there is no file {file}"));
    };
    let test = test?;
    let is_there = if file.ends_with(".rs") {
        text.contains(&format!("fn {test}("))
    } else {
        text.contains(test)
    };
    (!is_there).then(|| format!("{file} has no test `{test}`"))
}

#[test]
fn every_test_file_and_command_that_is_named_exists() {
    let faults: Vec<String> = rows(&page())
        .iter()
        .flat_map(|row| {
            row.shown_by
                .iter()
                .filter_map(|one| fault(one).map(|fault| format!("{}: {fault}", row.what)))
        })
        .collect();
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn nothing_is_called_done_without_a_test_or_a_command() {
    let rows = rows(&page());
    assert!(rows.len() > 80, "{}", rows.len());
    for row in rows {
        match row.state.as_str() {
            "done" => assert!(
                row.shown_by.iter().any(|one| runs(one)),
                "{} is done: what shows it?",
                row.what
            ),
            "partly" | "open" => {}
            other => panic!("{}: what is {other:?}?", row.what),
        }
    }
}

#[test]
fn every_step_is_there_once_and_in_order() {
    let page = page();
    let (_, steps) = page.split_once("## The steps").unwrap();
    let (steps, _) = steps.split_once("\n## ").unwrap();
    let numbers: Vec<usize> = rows(steps)
        .iter()
        .map(|row| row.what.split(' ').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, (1..=STEPS).collect::<Vec<_>>());
}
