//! The lines that faults are on, as far as they may be shown.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use porthole_config::{Diagnostic, text_of};

use crate::text::one_line;

/// The longest part of a line that is shown, characters.
const WIDTH: usize = 160;

/// Which files a fault is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// The settings.
    Settings,
    /// A tenant's folder.
    Tenants,
}

/// The lines that faults are on. A file is read once.
pub struct Lines<'a> {
    folder: &'a Path,
    files: BTreeMap<PathBuf, Option<String>>,
}

impl<'a> Lines<'a> {
    /// Of files in and beside a configuration folder.
    pub fn new(folder: &'a Path) -> Self {
        Self {
            folder,
            files: BTreeMap::new(),
        }
    }

    /// The line of a fault, if it may be shown.
    pub fn of(&mut self, fault: &Diagnostic, of: Of) -> Option<String> {
        let path = match of {
            Of::Settings => PathBuf::from(&fault.file),
            Of::Tenants => self.folder.join(&fault.file),
        };
        let is_text = path
            .extension()
            .is_some_and(|ending| ending == "yaml" || ending == "lock");
        if !is_text {
            return None;
        }
        let read = || match of {
            // Its reader has found a fault on a line of it: it is a small plain file.
            Of::Settings => std::fs::read_to_string(&path).ok(),
            Of::Tenants => text_of(self.folder, &fault.file),
        };
        let text = self.files.entry(path.clone()).or_insert_with(read).as_deref()?;
        let place = usize::try_from(fault.line).ok()?.checked_sub(1)?;
        let line = text.lines().nth(place)?;
        let line: String = line
            .trim_end()
            .chars()
            .take(WIDTH)
            .map(|c| if c == '\t' { ' ' } else { c })
            .collect();
        let line = one_line(&line).into_owned();
        let may_hold_secrets = match of {
            Of::Settings => !is_harmless(text, place),
            // Dashboards and panels cannot hold secrets; what else there is may.
            Of::Tenants => !fault.file.contains("/dashboards/") && !fault.file.contains("/panels/"),
        };
        let shown = if may_hold_secrets { key_of(&line)? } else { line };
        (!shown.trim().is_empty()).then_some(shown)
    }
}

/// Sections of the settings in which no secret stands.
const HARMLESS: [&str; 14] = [
    "listen",
    "trusted_proxies",
    "data_dir",
    "config_dir",
    "session",
    "view_cache",
    "buckets",
    "reload",
    "log",
    "cookie_secure",
    "metrics",
    "watch",
    "audit",
    "limits",
];

/// Whether a line of the settings, counted from 0, holds no secret, as far as can be told: it is in a section that has none,
/// and nothing in it looks like an address with a password, where somebody has indented wrongly.
fn is_harmless(text: &str, place: usize) -> bool {
    let lines = text.lines().take(place + 1);
    let top = lines
        .filter(|line| line.starts_with(|first: char| !first.is_whitespace() && first != '#'))
        .last();
    let key = top.and_then(|line| line.split_once(':')).map(|(key, _)| key);
    let line = text.lines().nth(place).unwrap_or_default().to_lowercase();
    let hides = |part: &&str| line.contains(*part);
    key.is_some_and(|key| HARMLESS.contains(&key))
        && !["://", "@", "secret", "passw", "token", "url"].iter().any(hides)
}

/// `url: …` of `url: "postgres://user:password@host/name"`; none, if the line does not begin with a key.
fn key_of(line: &str) -> Option<String> {
    let (key, value) = line.split_once(':')?;
    let is_key = key
        .trim_start_matches([' ', '-'])
        .chars()
        .all(|c| c.is_ascii_lowercase() || c == '_');
    let is_entry = value.is_empty() || value.starts_with(' ');
    (is_key && is_entry).then(|| {
        if value.trim().is_empty() {
            line.to_owned()
        } else {
            format!("{key}: …")
        }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_of_the_settings_is_shown_unless_it_may_hold_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("porthole.yaml");
        let text = "session: {idle: soon}\nlisten: here\ncentral_database:\n  url: \"postgres://u:hunter2@h/d\"\nlog:\n  \
                    level: postgres://u:hunter2@h/d\n  levle: info\nlsten: hunter2\n";
        std::fs::write(&file, text).unwrap();
        let shown = |line| {
            let fault = Diagnostic {
                file: file.display().to_string(),
                line,
                column: 1,
                message: String::new(),
                help: None,
            };
            Lines::new(Path::new("elsewhere")).of(&fault, Of::Settings)
        };
        let all: Vec<_> = (1..=8).map(|line| shown(line).unwrap_or_default()).collect();
        assert_eq!(
            all,
            [
                "session: {idle: soon}",
                "listen: here",
                "central_database:",
                "  url: …",
                "log:",
                "  level: …",
                "  levle: info",
                "lsten: …",
            ]
        );
    }
}
