//! `porthole plugin record`: real answers of a panel's sources as a fixture.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use porthole_config::PanelEntry;
use porthole_panel::{Range, Recorded, Recording, RenderError};
use porthole_sandbox::bindings as guest;
use porthole_sdk as sdk;
use porthole_sdk::testing::{Cut, Fixture, FixtureColumn, FixtureSource};
use porthole_toolkit::write_if_changed;
use serde_json::Value;

use super::used::grouped;
use crate::cli::settings::{self, SettingsArgs, listed};

const HOUR: i64 = 3_600_000;

/// Save real answers of a panel's sources as a fixture, to write and test panels on.
///
/// What is saved is the data itself, unchanged: look at the file before you show it to others.
#[derive(clap::Args)]
pub struct Record {
    /// Whose panel.
    #[arg(long, value_name = "ID")]
    tenant: String,
    /// Which panel. Its plugin need not exist yet.
    #[arg(long, value_name = "ID")]
    panel: String,
    /// Where the range begins, as `2026-01-31T18:00:00Z` [default: 24 hours before its end].
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    from: Option<i64>,
    /// Where the range ends [default: now].
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    to: Option<i64>,
    /// The most rows to keep of each source; where there are more, the range becomes shorter.
    #[arg(long, value_name = "ROWS", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    most: u32,
    /// The file, as `fixtures/real.json`.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    settings: SettingsArgs,
}

fn instant(text: &str) -> Result<i64, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|instant| instant.timestamp_millis())
        .map_err(|_| "write an instant as in `2026-01-31T18:00:00Z`".to_owned())
}

impl Record {
    /// Asks the sources, writes the file and says what is in it.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let settings = self.settings.load()?;
        let config = settings::tenants(&settings)?;
        let tenant = settings::tenant(&config, &self.tenant)?;
        let panel = match tenant.panels.get(&self.panel) {
            Some(PanelEntry::Ok(panel)) => panel,
            Some(PanelEntry::Faulty(faulty)) => {
                bail!(
                    "the panel `{}` cannot be used\n{}",
                    self.panel,
                    listed(&faulty.diagnostics).trim_end()
                )
            }
            None => {
                let known: Vec<_> = tenant.panels.keys().map(String::as_str).collect();
                bail!(
                    "{} has no panel `{}`; it has {}",
                    tenant.id,
                    self.panel,
                    known.join(", ")
                )
            }
        };
        if panel.sources.is_empty() {
            bail!("{} has no `data_source:`: there is nothing to record", panel.file);
        }
        let range = range(self.from, self.to, Utc::now().timestamp_millis())?;
        let resolve = move |url: &str| settings::tenant_database_url(url, &settings);
        let recording = porthole_panel::record(&tenant, panel, &resolve, range, self.most)
            .await
            .map_err(|error| match error {
                RenderError::Configuration(faults) => {
                    anyhow::anyhow!(
                        "the panel does not fit its database\n{}",
                        listed(&faults).trim_end()
                    )
                }
                other => anyhow::Error::new(other),
            })?;
        if recording.sources.values().all(|source| height(source) == 0) {
            bail!("{}", empty(&recording, range, self.most));
        }
        let fixture = fixture(&recording, &format!("{} of {}", panel.title, tenant.id));
        if let Some(folder) = missing(&self.output) {
            eprintln!("there was no folder {}: it is made", folder.display());
        }
        write_if_changed(&self.output, fixture.to_text()?.as_bytes())
            .with_context(|| format!("nothing was recorded to {}", self.output.display()))?;
        println!("{}", self.output.display());
        for (name, source) in &recording.sources {
            let kept = height(source);
            let cut = if kept < source.total {
                format!(" of {}", grouped(source.total))
            } else {
                String::new()
            };
            println!(
                "  {name}: {}{cut} rows, {} columns",
                grouped(kept),
                source.columns.len()
            );
        }
        if recording.range.start > range.start {
            println!(
                "  the range begins at {}: before that there are more rows than --most {}",
                DateTime::from_timestamp_millis(recording.range.start)
                    .map_or_else(String::new, |instant| instant.to_rfc3339()),
                self.most
            );
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn range(from: Option<i64>, to: Option<i64>, now: i64) -> anyhow::Result<Range> {
    let end = to.unwrap_or(now);
    let start = from.unwrap_or(end - 24 * HOUR);
    if start >= end {
        bail!("the range ends before it starts: --from must be before --to");
    }
    Ok(Range { start, end })
}

/// Why nothing was recorded, and what to do.
fn empty(recording: &Recording, wished: Range, most: u32) -> String {
    let instant = |at| DateTime::from_timestamp_millis(at).map_or_else(String::new, |at| at.to_rfc3339());
    let (from, to) = (instant(wished.start), instant(wished.end));
    let found: u64 = recording.sources.values().map(|source| source.total).sum();
    if found == 0 {
        return format!(
            "nothing was recorded: the panel's sources have no rows between {from} and {to}; name another range with \
             --from and --to"
        );
    }
    format!(
        "nothing was recorded: of {} rows between {from} and {to}, --most {most} leaves so short a range that none is in \
         it; raise --most, or name a shorter range with --from and --to",
        grouped(found)
    )
}

/// The folder of a file, where there is none yet.
fn missing(file: &Path) -> Option<&Path> {
    file.parent()
        .filter(|folder| !folder.as_os_str().is_empty() && !folder.exists())
}

fn height(source: &Recorded) -> u64 {
    source
        .frame
        .columns
        .first()
        .map_or(0, |column| length(&column.data)) as u64
}

fn length(data: &guest::ColumnData) -> usize {
    match data {
        guest::ColumnData::Numbers(cells) => cells.len(),
        guest::ColumnData::Integers(cells) => cells.len(),
        guest::ColumnData::Texts(cells) => cells.len(),
        guest::ColumnData::Booleans(cells) => cells.len(),
        guest::ColumnData::Instants(cells) => cells.len(),
    }
}

fn fixture(recording: &Recording, description: &str) -> Fixture {
    let mut fixture = Fixture::new(sdk::TimeRange {
        start: recording.range.start,
        end: recording.range.end,
    });
    fixture.description = description.to_owned();
    if let Some(zone) = &recording.time_zone {
        fixture.time_zone.clone_from(zone);
    }
    fixture.display = object(&recording.display);
    fixture.parameters = object(&recording.parameters);
    for (name, source) in &recording.sources {
        fixture.sources.insert(name.clone(), kept(source));
    }
    fixture
}

fn object(value: &Value) -> serde_json::Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn kept(source: &Recorded) -> FixtureSource {
    let info = |name: &str| source.columns.iter().find(|info| info.name == name);
    let columns = source.frame.columns.iter().map(|column| FixtureColumn {
        name: column.name.clone(),
        title: info(&column.name).and_then(|info| info.title.clone()),
        format: info(&column.name).and_then(|info| info.format.clone()),
        data: match &column.data {
            guest::ColumnData::Numbers(cells) => sdk::ColumnData::Numbers(cells.clone()),
            guest::ColumnData::Integers(cells) => sdk::ColumnData::Integers(cells.clone()),
            guest::ColumnData::Texts(cells) => sdk::ColumnData::Texts(cells.clone()),
            guest::ColumnData::Booleans(cells) => sdk::ColumnData::Booleans(cells.clone()),
            guest::ColumnData::Instants(cells) => sdk::ColumnData::Instants(cells.clone()),
        },
    });
    let kept = height(source);
    FixtureSource {
        time_column: source.time_column.clone(),
        columns: columns.collect(),
        cut: (kept < source.total).then_some(Cut {
            kept,
            of: source.total,
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_range_is_a_day_until_now_unless_it_is_named() {
        let day = range(None, None, 100 * HOUR).unwrap();
        assert_eq!((day.start, day.end), (76 * HOUR, 100 * HOUR));
        let named = range(Some(HOUR), Some(2 * HOUR), 0).unwrap();
        assert_eq!((named.start, named.end), (HOUR, 2 * HOUR));
        assert!(range(Some(2 * HOUR), Some(HOUR), 0).is_err());
    }

    #[test]
    fn an_empty_recording_says_whether_there_was_anything_to_record() {
        let source = |total| Recorded {
            columns: Vec::new(),
            frame: guest::Frame { columns: Vec::new() },
            time_column: None,
            total,
        };
        let day = range(None, None, 100 * HOUR).unwrap();
        let mut recording = Recording {
            range: day,
            time_zone: None,
            display: Value::Null,
            parameters: Value::Null,
            sources: [("main".to_owned(), source(0))].into(),
        };
        assert!(empty(&recording, day, 5).contains("have no rows"));
        recording.sources.insert("other".to_owned(), source(9_000));
        let said = empty(&recording, day, 5);
        assert!(said.contains("--most 5") && said.contains("9,000"), "{said}");
    }

    #[test]
    fn what_was_left_out_is_said_in_the_file() {
        let source = Recorded {
            columns: vec![guest::ColumnInfo {
                name: "value".into(),
                title: Some("Load".into()),
                format: None,
            }],
            frame: guest::Frame {
                columns: vec![guest::Column {
                    name: "value".into(),
                    data: guest::ColumnData::Numbers(vec![1.0, 2.0]),
                }],
            },
            time_column: None,
            total: 5,
        };
        let kept = kept(&source);
        assert_eq!(kept.cut, Some(Cut { kept: 2, of: 5 }));
        assert_eq!(kept.columns[0].title.as_deref(), Some("Load"));
    }
}
