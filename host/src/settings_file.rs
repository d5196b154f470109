//! The settings' file, which is read once: whoever changes it while a host runs is told that the host goes on without the change.

use std::path::PathBuf;
use std::time::Duration;

/// The file as it was when the host started.
pub struct SettingsFile {
    path: PathBuf,
    started_with: Option<Vec<u8>>,
    last: Option<Vec<u8>>,
}

impl SettingsFile {
    /// To be called before the settings are read, so that a change in between is told.
    pub fn look(path: PathBuf) -> Self {
        let text = std::fs::read(&path).ok();
        Self {
            path,
            started_with: text.clone(),
            last: text,
        }
    }

    /// Looks at this interval, until the future is dropped.
    pub async fn follow(mut self, every: Duration) {
        loop {
            tokio::time::sleep(every).await;
            match self.changed() {
                Some(true) => tracing::warn!(
                    "{} has changed: this host goes on with the settings that it started with; restart it to take the change over, \
                     after `porthole validate`",
                    self.path.display()
                ),
                Some(false) => tracing::info!(
                    "{} is again as it was when this host started",
                    self.path.display()
                ),
                None => {}
            }
        }
    }

    /// Whether the file differs from what the host started with; none: that was so the last time, too. A file that cannot be read
    /// just now is one that is being replaced.
    fn changed(&mut self) -> Option<bool> {
        let now = std::fs::read(&self.path).ok()?;
        if self.last.as_ref() == Some(&now) {
            return None;
        }
        let differs = self.started_with.as_ref() != Some(&now);
        self.last = Some(now);
        Some(differs)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_change_is_told_once_and_so_is_that_it_was_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("porthole.yaml");
        let write = |text: &str| std::fs::write(&path, text).unwrap();
        write("reload: 2s\n");
        let mut file = SettingsFile::look(path.clone());
        assert_eq!(file.changed(), None);
        // Written anew, and the same.
        write("reload: 2s\n");
        assert_eq!(file.changed(), None);
        write("reload: 3s\n");
        assert_eq!(file.changed(), Some(true));
        assert_eq!(file.changed(), None);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(file.changed(), None);
        write("reload: 4s\n");
        assert_eq!(file.changed(), Some(true));
        write("reload: 2s\n");
        assert_eq!(file.changed(), Some(false));
        assert_eq!(file.changed(), None);
    }
}
