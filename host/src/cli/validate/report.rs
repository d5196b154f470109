//! How faults are written: for people, for programs, and for a code review on GitHub.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use porthole_config::Diagnostic;
use serde::Serialize;

use super::lines::{Lines, Of};

use crate::text::one_line;

/// The form of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people: the place, the fault, the line itself and what to do.
    #[default]
    Text,
    /// One JSON object.
    Json,
    /// Annotations for GitHub's checks.
    Github,
}

/// All that was found.
pub struct Report<'a> {
    /// The folder that the faults' files are relative to.
    pub folder: &'a Path,
    /// Faults of the settings: their files are relative to the working folder.
    pub settings: &'a [Diagnostic],
    pub faults: &'a [Diagnostic],
    /// What is no fault of the settings, and should be otherwise all the same.
    pub settings_warnings: &'a [Diagnostic],
    /// The same of tenants' folders.
    pub warnings: &'a [Diagnostic],
    pub tenants: usize,
    pub panels: usize,
}

#[derive(Serialize)]
struct Written<'a> {
    faults: Vec<WrittenFault<'a>>,
    warnings: Vec<WrittenFault<'a>>,
    tenants: usize,
    panels: usize,
}

#[derive(Serialize)]
struct WrittenFault<'a> {
    #[serde(flatten)]
    fault: &'a Diagnostic,
    /// The line itself, where it may be shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<String>,
}

impl Report<'_> {
    /// The report in a form; ends with a line's end.
    pub fn written(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => self.json(),
            Format::Github => self.github(),
        }
    }

    fn all(&self) -> impl Iterator<Item = (&Diagnostic, Of)> {
        let settings = self.settings.iter().map(|fault| (fault, Of::Settings));
        settings.chain(self.faults.iter().map(|fault| (fault, Of::Tenants)))
    }

    fn all_warnings(&self) -> impl Iterator<Item = (&Diagnostic, Of)> {
        let settings = self
            .settings_warnings
            .iter()
            .map(|warning| (warning, Of::Settings));
        settings.chain(self.warnings.iter().map(|warning| (warning, Of::Tenants)))
    }

    fn text(&self) -> String {
        let mut lines = Lines::new(self.folder);
        let mut text = String::new();
        let faults = self.all().map(|(fault, of)| (fault, of, ""));
        let warnings = self
            .all_warnings()
            .map(|(warning, of)| (warning, of, "warning: "));
        for (fault, of, weight) in faults.chain(warnings) {
            // Writing to a text cannot fail.
            let _ = writeln!(
                text,
                "{}:{}:{}: {weight}{}",
                one_line(&fault.file),
                fault.line,
                fault.column,
                one_line(&fault.message)
            );
            if let Some(line) = lines.of(fault, of) {
                let number = fault.line.to_string();
                let before = fault.column.saturating_sub(1) as usize;
                let _ = writeln!(text, "  {number} | {line}");
                if before < line.chars().count() {
                    let _ = writeln!(text, "  {} | {}^", " ".repeat(number.len()), " ".repeat(before));
                }
            }
            if let Some(help) = &fault.help {
                let _ = writeln!(text, "    help: {}", one_line(help));
            }
        }
        let faults = match self.all().count() {
            0 => "no faults".to_owned(),
            count => counted(count, "fault"),
        };
        let (tenants, panels) = (counted(self.tenants, "tenant"), counted(self.panels, "panel"));
        let warnings = match self.all_warnings().count() {
            0 => String::new(),
            count => format!("; {}", counted(count, "warning")),
        };
        let _ = writeln!(text, "{faults} in {tenants} with {panels}{warnings}");
        text
    }

    fn json(&self) -> String {
        let mut lines = Lines::new(self.folder);
        let mut written = |(fault, of)| WrittenFault {
            fault,
            text: lines.of(fault, of),
        };
        let written = Written {
            faults: self.all().map(&mut written).collect(),
            warnings: self.all_warnings().map(&mut written).collect(),
            tenants: self.tenants,
            panels: self.panels,
        };
        let mut text = serde_json::to_string_pretty(&written).unwrap_or_default();
        text.push('\n');
        text
    }

    fn github(&self) -> String {
        let mut text = String::new();
        let faults = self.all().map(|(fault, of)| (fault, of, "error"));
        let warnings = self.all_warnings().map(|(warning, of)| (warning, of, "warning"));
        for (fault, of, weight) in faults.chain(warnings) {
            let file = match of {
                Of::Settings => PathBuf::from(&fault.file),
                Of::Tenants => self.folder.join(&fault.file),
            };
            let message = match &fault.help {
                Some(help) => format!("{}\n{help}", fault.message),
                None => fault.message.clone(),
            };
            let _ = writeln!(
                text,
                "::{weight} file={},line={},col={},title=Porthole configuration::{}",
                escaped(&file.display().to_string(), true),
                fault.line,
                fault.column,
                escaped(&message, false)
            );
        }
        text
    }
}

/// `1 panel`, `2 panels`.
fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// As GitHub's workflow commands want texts; properties end at commas and colons.
fn escaped(text: &str, is_property: bool) -> String {
    let text = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    if is_property {
        text.replace(':', "%3A").replace(',', "%2C")
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn fault(file: &str, line: u32, column: u32) -> Diagnostic {
        Diagnostic {
            file: file.to_owned(),
            line,
            column,
            message: "100% wrong,\nin two lines".to_owned(),
            help: Some("do this".to_owned()),
        }
    }

    fn report(format: Format) -> String {
        let folder = tempfile::tempdir().unwrap();
        let tenant = folder.path().join("tenants/one");
        std::fs::create_dir_all(tenant.join("panels")).unwrap();
        std::fs::write(tenant.join("panels/a.yaml"), "panel:\n  titel: \"Load\"\n").unwrap();
        let own = "tenant:\n  database:\n    url: \"postgres://u:hunter2@h/d\"\n      hunter2\n";
        std::fs::write(tenant.join("tenant.yaml"), own).unwrap();
        let faults = [
            fault("tenants/one/panels/a.yaml", 2, 3),
            fault("tenants/one/tenant.yaml", 3, 5),
            fault("tenants/one/tenant.yaml", 4, 5),
            fault("tenants/one/gone.yaml", 1, 1),
        ];
        Report {
            folder: folder.path(),
            settings: &[],
            faults: &faults,
            settings_warnings: &[],
            warnings: &[],
            tenants: 1,
            panels: 2,
        }
        .written(format)
    }

    #[test]
    fn people_see_the_line_with_a_mark_under_the_fault() {
        let text = report(Format::Text);
        assert!(
            text.contains("  2 |   titel: \"Load\"\n    |   ^\n    help: do this\n"),
            "{text}"
        );
        assert!(text.ends_with("4 faults in 1 tenant with 2 panels\n"), "{text}");
    }

    #[test]
    fn a_line_with_a_secret_is_never_shown() {
        for format in [Format::Text, Format::Json, Format::Github] {
            assert!(!report(format).contains("hunter2"), "{format:?}");
        }
        assert!(report(Format::Text).contains("  3 |     url: …\n"));
    }

    #[test]
    fn names_and_messages_stay_on_their_line_and_a_pipe_is_not_waited_for() {
        let folder = tempfile::tempdir().unwrap();
        let panels = folder.path().join("tenants/one/panels");
        std::fs::create_dir_all(&panels).unwrap();
        let made = std::process::Command::new("mkfifo")
            .arg(panels.join("pipe.yaml"))
            .status();
        assert!(made.unwrap().success());
        let faults = [
            fault("tenants/one/panels/pipe.yaml", 1, 1),
            fault("tenants/one/panels/a\n::error::b.yaml", 1, 1),
        ];
        let report = Report {
            folder: folder.path(),
            settings: &[],
            faults: &faults,
            settings_warnings: &[],
            warnings: &[],
            tenants: 1,
            panels: 2,
        };
        let text = report.written(Format::Text);
        assert_eq!(text.lines().count(), 5, "{text}");
        assert!(!text.lines().any(|line| line.starts_with("::")), "{text}");
    }

    #[test]
    fn warnings_are_told_apart_from_faults() {
        let warnings = [fault("tenants/one/tenant.yaml", 1, 1)];
        let report = Report {
            folder: Path::new("/nowhere"),
            settings: &[],
            faults: &[],
            settings_warnings: &[],
            warnings: &warnings,
            tenants: 1,
            panels: 2,
        };
        let text = report.written(Format::Text);
        assert!(
            text.starts_with("tenants/one/tenant.yaml:1:1: warning: 100%"),
            "{text}"
        );
        assert!(
            text.ends_with("no faults in 1 tenant with 2 panels; 1 warning\n"),
            "{text}"
        );
        let json: serde_json::Value = serde_json::from_str(&report.written(Format::Json)).unwrap();
        assert_eq!(
            (
                json["faults"].as_array().unwrap().len(),
                &json["warnings"][0]["line"]
            ),
            (0, &1.into())
        );
        assert!(
            report
                .written(Format::Github)
                .starts_with("::warning file=/nowhere/tenants/one/tenant.yaml,")
        );
    }

    #[test]
    fn programs_get_json_and_github_gets_annotations_on_one_line_each() {
        let json: serde_json::Value = serde_json::from_str(&report(Format::Json)).unwrap();
        assert_eq!(json["faults"][0]["line"], 2);
        assert_eq!(json["faults"][0]["text"], "  titel: \"Load\"");
        let github = report(Format::Github);
        assert_eq!(github.lines().count(), 4, "{github}");
        assert!(
            github
                .lines()
                .all(|line| line.starts_with("::error file=/") && line.contains("::100%25 wrong,%0Ain"))
        );
    }
}
