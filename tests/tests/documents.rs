//! The guides say only what is so: links lead somewhere, examples have no faults, commands and variables exist.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use porthole_tests::guides::{anchors, blocks, links, pages};
use porthole_tests::{Outcome, Site, places, porthole};

#[test]
fn every_link_leads_to_a_file_that_is_there_and_to_a_heading_that_it_has() {
    let (mut seen, mut anchored) = (0, 0);
    for (path, text) in pages() {
        for link in links(&text) {
            let (file, anchor) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => path.clone(),
                file => path.parent().unwrap().join(file),
            };
            assert!(target.exists(), "{}: {link}", path.display());
            if !anchor.is_empty() {
                let there = anchors(&std::fs::read_to_string(&target).unwrap());
                assert!(
                    there.contains(anchor),
                    "{}: {link}: there are {there:?}",
                    path.display()
                );
                anchored += 1;
            }
            // The book has what lies beside its pages, and nothing else of the checkout.
            let pages = places::workspace().join("docs/src");
            let outside = path.starts_with(&pages) && file.contains("..");
            assert!(!outside, "{}: {link} leads out of the book", path.display());
            seen += 1;
        }
    }
    assert!(seen > 80 && anchored > 30, "{seen}, {anchored}");
}

#[test]
fn the_variable_of_the_hosts_address_means_the_same_on_every_page() {
    let mut seen = 0;
    for (path, text) in pages() {
        for (at, _) in text.match_indices("$HOST") {
            let rest: String = text[at..].chars().take(40).collect();
            let after = &rest["$HOST".len()..];
            let is_address = ["/api/v1/", "/docs", "`", "\""]
                .iter()
                .any(|next| after.starts_with(next));
            assert!(
                is_address || after.starts_with("NAME"),
                "{}: {rest}",
                path.display()
            );
            seen += 1;
        }
        for line in text
            .lines()
            .filter_map(|line| line.split_once("HOST=http"))
            .map(|(_, rest)| rest)
        {
            assert!(!line.contains("/api"), "{}: {line}", path.display());
        }
    }
    assert!(seen > 60, "{seen}");
}

#[test]
fn every_page_is_in_the_summary_once() {
    let folder = places::workspace().join("docs/src");
    let summary = std::fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    let mut named = links(&summary);
    named.sort();
    let mut there: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md") && name != "SUMMARY.md")
        .collect();
    there.sort();
    assert_eq!(named, there);
}

#[test]
fn every_variable_of_the_settings_is_on_the_page_and_every_one_on_the_page_is_a_setting() {
    let page = std::fs::read_to_string(places::workspace().join("docs/src/configuration.md")).unwrap();
    let documented: BTreeSet<&str> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `PORTHOLE_"))
        .map(|rest| rest.split('`').next().unwrap())
        .collect();
    let source =
        std::fs::read_to_string(places::workspace().join("host/config/src/settings_variables.rs")).unwrap();
    let (table, _) = source
        .split_once("const VARIABLES")
        .unwrap()
        .1
        .split_once("];\n")
        .unwrap();
    let known: BTreeSet<&str> = table
        .split("\"PORTHOLE_")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert_eq!(
        documented, known,
        "docs/src/configuration.md and the settings differ"
    );
}

/// The words of a command line, as far as guides use them.
fn words(line: &str) -> Vec<String> {
    let line = line.split(" #").next().unwrap();
    line.split_whitespace()
        .map(|word| word.trim_matches('"').to_owned())
        .collect()
}

#[test]
fn every_command_of_the_guides_exists_with_the_options_that_are_shown() {
    let mut help: BTreeMap<Vec<String>, String> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (path, text) in pages() {
        for (language, block) in blocks(&text) {
            if language != "sh" {
                continue;
            }
            for line in block.lines().map(|line| line.trim_end_matches('\\').trim()) {
                let words = words(line);
                if words.first().is_none_or(|first| first != "porthole") {
                    continue;
                }
                // Longest first: `plugin new calendar` is two words of command and one of its own.
                let plain = words[1..]
                    .iter()
                    .take_while(|word| word.chars().all(|c| c.is_ascii_lowercase() || c == '-'))
                    .filter(|word| !word.starts_with('-'))
                    .take(2);
                let plain: Vec<String> = plain.cloned().collect();
                let mut said = None;
                for length in (1..=plain.len()).rev() {
                    let command = plain[..length].to_vec();
                    let text = help.entry(command.clone()).or_insert_with(|| {
                        let outcome = Outcome::of(porthole().args(&command).arg("--help"), "");
                        if outcome.code == Some(0) {
                            outcome.stdout
                        } else {
                            String::new()
                        }
                    });
                    if !text.is_empty() {
                        said = Some(text.clone());
                        break;
                    }
                }
                let said = said.unwrap_or_else(|| panic!("{}: {line}", path.display()));
                for option in words.iter().filter(|word| word.starts_with("--")) {
                    let option = option.split('=').next().unwrap();
                    assert!(said.contains(option), "{}: {line}: {option}", path.display());
                }
                seen.insert(plain);
            }
        }
    }
    assert!(seen.len() > 10, "{seen:?}");
}

/// The files below a folder that say in their first line which schema they are checked by, each with the schema's place.
fn with_a_schema(folder: &Path) -> Vec<(PathBuf, PathBuf)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(with_a_schema(&path));
        } else if path.extension().is_some_and(|ending| ending == "yaml") {
            let text = std::fs::read_to_string(&path).unwrap();
            let first = text.lines().next().unwrap_or_default();
            if let Some(schema) = first.strip_prefix("# yaml-language-server: $schema=") {
                found.push((path.clone(), path.parent().unwrap().join(schema)));
            }
        }
    }
    found
}

#[test]
fn schemas_are_written_where_the_first_lines_of_the_examples_look_for_them() {
    let of_checkout = with_a_schema(&places::workspace().join("config"));
    assert!(of_checkout.len() >= 7, "{of_checkout:?}");
    let site = Site::new();
    site.tenant_like("mine", "examples/servers", "sqlite:mine.sqlite");
    let said = site.run(&["schema"]).ok();
    assert_eq!(said.lines().count(), 4, "{said}");
    // `tenant.yaml` is the test's own.
    let of_site = with_a_schema(&site.config());
    assert_eq!(of_site.len(), 5, "{of_site:?}");
    for (file, schema) in of_checkout.iter().chain(&of_site) {
        let kind = match file.parent().unwrap().file_name().unwrap().to_str().unwrap() {
            "panels" => "panel",
            "dashboards" => "dashboard",
            "config" => "settings",
            _ => "tenant",
        };
        assert!(schema.is_file(), "{}: {}", file.display(), schema.display());
        assert!(
            schema.ends_with(format!("{kind}.schema.json")),
            "{}",
            file.display()
        );
    }
}

#[test]
fn the_page_of_keys_is_what_the_program_writes() {
    let page = std::fs::read_to_string(places::workspace().join("docs/src/reference.md")).unwrap();
    let said = Site::new().run(&["schema", "--format", "markdown"]).ok();
    let is_same = said == page;
    assert!(
        is_same,
        "write it anew: porthole schema --format markdown > docs/src/reference.md"
    );
    // Each has words of its own: what a key is called is not what it does.
    let silent: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| ") && line.ends_with("|  |"))
        .collect();
    let of_place = ["`data_source`", "`query`", "columns` |"];
    let silent: Vec<_> = silent
        .into_iter()
        .filter(|line| !of_place.iter().any(|place| line.contains(place)))
        .collect();
    assert!(silent.is_empty(), "{silent:#?}");
}

#[test]
fn the_schemas_in_the_checkout_are_those_that_the_program_writes() {
    let out = places::workspace().join("config/schema");
    let said = Site::new().run(&["schema", "--check", "--out", out.to_str().unwrap()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    assert!(Path::new(&out).join("panel.schema.json").is_file());
}
