//! What plugins write: kept in files of the data folder, so that it can be read while the host runs, after it has
//! stopped, over the API and on the command line alike.
//!
//! A plugin chooses its words and its pace; the files are bounded, and a plugin that writes faster than the disk takes
//! loses lines rather than holding up answers.

use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use chrono::{SecondsFormat, Utc};
use porthole_model::PluginLogLine;
use porthole_sandbox::{LogLevel, Witnessed};

/// A file that is larger becomes the old one, and the one that was old before is dropped. Bytes.
const FILE: u64 = 1 << 20;
/// Calls whose lines wait to be written; the lines of more are lost.
const WAITING: usize = 1_000;
/// The most lines one question answers with.
const LARGEST_ANSWER: usize = 10_000;

/// Writes and reads the files.
pub struct Logbook {
    folder: PathBuf,
    writer: SyncSender<LogEntry>,
}

/// What one call wrote.
#[derive(Debug)]
pub struct LogEntry {
    tenant: String,
    plugin: String,
    lines: Vec<PluginLogLine>,
}

impl Logbook {
    /// A logbook in this folder, which is made when the first line comes.
    ///
    /// # Errors
    /// When the thread that writes cannot be started.
    pub fn open(folder: PathBuf) -> std::io::Result<Self> {
        let (writer, waiting) = sync_channel(WAITING);
        let root = folder.clone();
        std::thread::Builder::new()
            .name("porthole-plugin-log".to_owned())
            .spawn(move || write_all(&root, &waiting))?;
        Ok(Self { folder, writer })
    }

    /// Keeps what a call wrote, and how it failed.
    pub fn add(&self, call: &Witnessed<'_>) {
        if call.log.is_empty() && call.fault.is_none() {
            return;
        }
        let at = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
        let line = |level: LogLevel, message: &str| PluginLogLine {
            at: at.clone(),
            level: level_name(level).to_owned(),
            panel: call.panel.to_owned(),
            version: call.plugin.version().to_owned(),
            message: message.to_owned(),
        };
        let mut lines: Vec<_> = call
            .log
            .iter()
            .map(|said| line(said.level, &said.message))
            .collect();
        if let Some(fault) = call.fault {
            lines.push(line(
                LogLevel::Error,
                &format!("the call gave no view: {}", fault.message),
            ));
        }
        // Full: the disk is behind. What is lost here is in no account but the plugin's own pace.
        let _ = self.writer.try_send(LogEntry {
            tenant: call.tenant.to_owned(),
            plugin: call.plugin.name().to_owned(),
            lines,
        });
    }

    /// The newest lines of a plugin, oldest first; at most `limit`.
    pub fn read(&self, tenant: &str, plugin: &str, limit: usize) -> Vec<PluginLogLine> {
        Self::read_in(&self.folder, tenant, plugin, limit)
    }

    /// The same without a logbook that writes: for a command beside the host.
    pub fn read_in(folder: &Path, tenant: &str, plugin: &str, limit: usize) -> Vec<PluginLogLine> {
        let Some((old, new)) = files(folder, tenant, plugin) else {
            return Vec::new();
        };
        let mut lines: Vec<PluginLogLine> = [old, new]
            .iter()
            .filter_map(|path| File::open(path).ok())
            .flat_map(|file| BufReader::new(file).lines().map_while(Result::ok))
            // A line that was cut by the end of the host is no line.
            .filter_map(|line| serde_json::from_str(&line).ok())
            .collect();
        let limit = limit.min(LARGEST_ANSWER);
        lines.drain(..lines.len().saturating_sub(limit));
        lines
    }
}

fn level_name(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Debug => "debug",
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

/// The old file and the new one. None for names that could lead elsewhere; tenants and plugins have none such.
fn files(folder: &Path, tenant: &str, plugin: &str) -> Option<(PathBuf, PathBuf)> {
    let plain = |name: &str| {
        !name.is_empty()
            && !name.starts_with('.')
            && name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
    };
    (plain(tenant) && plain(plugin)).then(|| {
        let folder = folder.join(tenant);
        (
            folder.join(format!("{plugin}.old.jsonl")),
            folder.join(format!("{plugin}.jsonl")),
        )
    })
}

fn write_all(folder: &Path, waiting: &Receiver<LogEntry>) {
    let mut complained = false;
    while let Ok(entry) = waiting.recv() {
        match write(folder, &entry) {
            Ok(()) => complained = false,
            Err(error) if !complained => {
                complained = true;
                tracing::warn!(folder = %folder.display(), "what plugins write cannot be kept: {error}");
            }
            Err(_) => {}
        }
    }
}

fn write(folder: &Path, entry: &LogEntry) -> std::io::Result<()> {
    let Some((old, new)) = files(folder, &entry.tenant, &entry.plugin) else {
        return Ok(());
    };
    if let Some(parent) = new.parent() {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(parent)?;
    }
    let mut file = OpenOptions::new().append(true).create(true).open(&new)?;
    if file.metadata()?.len() > FILE {
        fs::rename(&new, &old)?;
        file = OpenOptions::new().append(true).create(true).open(&new)?;
    }
    let mut text = Vec::new();
    for line in &entry.lines {
        serde_json::to_writer(&mut text, line)?;
        text.push(b'\n');
    }
    // In one piece: another host may write to the same file.
    file.write_all(&text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn entry(count: usize, words: &str) -> LogEntry {
        let line = |number| PluginLogLine {
            at: "2026-01-01T00:00:00Z".to_owned(),
            level: "info".to_owned(),
            panel: "p".to_owned(),
            version: "1.0.0".to_owned(),
            message: format!("{number} {words}"),
        };
        LogEntry {
            tenant: "acme".to_owned(),
            plugin: "heat".to_owned(),
            lines: (0..count).map(line).collect(),
        }
    }

    #[test]
    fn the_newest_lines_are_read_oldest_first() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &entry(5, "a\nb")).unwrap();
        let lines = Logbook::read_in(folder.path(), "acme", "heat", 2);
        let messages: Vec<_> = lines.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(messages, ["3 a\nb", "4 a\nb"]);
        assert!(Logbook::read_in(folder.path(), "other", "heat", 2).is_empty());
    }

    #[test]
    fn the_files_are_bounded_however_much_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let words = "x".repeat(1_000);
        for _ in 0..60 {
            write(folder.path(), &entry(100, &words)).unwrap();
        }
        let size: u64 = fs::read_dir(folder.path().join("acme"))
            .unwrap()
            .map(|file| file.unwrap().metadata().unwrap().len())
            .sum();
        assert!(size < 3 * FILE, "{size} bytes");
        assert_eq!(Logbook::read_in(folder.path(), "acme", "heat", 10).len(), 10);
    }

    #[test]
    fn a_name_that_leads_elsewhere_is_nobodys() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["../acme", "a/b", "", ".", ".."] {
            assert!(files(folder.path(), name, "heat").is_none(), "{name}");
            assert!(files(folder.path(), "acme", name).is_none(), "{name}");
        }
    }
}
