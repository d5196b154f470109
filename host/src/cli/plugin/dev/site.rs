//! The temporary tenant that shows a crate's panels.

use std::path::{Path, PathBuf};

use anyhow::{Context, ensure};
use porthole_config::{Config, Environment, PanelEntry};
use porthole_sdk::testing::Fixture;
use porthole_toolkit::{Built, Project, write_if_changed};
use serde_json::Value;

use super::data;
use super::stem;

/// The tenant's id.
pub const TENANT: &str = "dev";

/// The tenant's folder and its data.
pub struct Site {
    /// The configuration folder, which holds `tenants/`.
    config: PathBuf,
    data: PathBuf,
    /// Somebody's own database.
    database: Option<String>,
    /// Each filling is a new file, so that nothing that reads the one before is disturbed.
    fillings: u32,
}

impl Site {
    /// A tenant without panels.
    pub fn new(config: &Path, data: &Path, database: Option<String>) -> anyhow::Result<Self> {
        let site = Self {
            config: config.to_path_buf(),
            data: data.to_path_buf(),
            database,
            fillings: 0,
        };
        std::fs::create_dir_all(site.tenant().join("plugins"))
            .context("the temporary folder cannot be written")?;
        Ok(site)
    }

    /// Puts the crate's panels on the dashboard and its data into the database.
    pub async fn show(&mut self, project: &Project) -> anyhow::Result<()> {
        let panels = project.panels();
        ensure!(
            !panels.is_empty(),
            "there is no panels/*.yaml in {}: a panel is shown as one of them says",
            project.folder.display()
        );
        for path in &panels {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("{} cannot be read", path.display()))?;
            let target = self.tenant().join("panels").join(format!("{}.yaml", stem(path)));
            write_if_changed(&target, often(&text).as_bytes())?;
        }
        let fixtures = load(project)?;
        let longest = fixtures
            .iter()
            .map(|(_, fixture)| fixture.range.end - fixture.range.start)
            .max();
        let ids: Vec<String> = panels.iter().map(|path| stem(path)).collect();
        self.write("dashboards/default.yaml", &dashboard(&ids, longest))?;
        let database = match &self.database {
            Some(url) => url.clone(),
            None => self.filled(&fixtures).await?,
        };
        // JSON is YAML, and nothing in a URL can break out of it.
        let url = Value::from(database);
        self.write(
            "tenant.yaml",
            &format!("tenant:\n  name: \"Preview\"\n  database:\n    url: {url}\n"),
        )
    }

    /// Lets a component answer.
    pub fn install(&self, project: &Project, built: &Built) -> anyhow::Result<()> {
        let file = self
            .tenant()
            .join("plugins")
            .join(format!("{}.wasm", project.library));
        write_if_changed(&file, &built.bytes).map(drop)
    }

    async fn filled(&mut self, fixtures: &[(String, Fixture)]) -> anyhow::Result<String> {
        self.fillings += 1;
        let name = format!("dev-{}.sqlite", self.fillings);
        // Any database will do to read the panels.
        self.write("tenant.yaml", "tenant:\n  name: \"Preview\"\n")?;
        let config = Config::load(&self.config, &Environment::default());
        let panels: Vec<_> = config
            .tenants
            .get(TENANT)
            .into_iter()
            .flat_map(|tenant| tenant.panels.values())
            .filter_map(PanelEntry::panel)
            .cloned()
            .collect();
        let url = format!("sqlite:{}", self.data.join(&name).display());
        data::fill(&url.into(), &panels, fixtures).await?;
        Ok(format!("sqlite:{name}"))
    }

    fn tenant(&self) -> PathBuf {
        self.config.join("tenants").join(TENANT)
    }

    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        write_if_changed(&self.tenant().join(name), text.as_bytes()).map(drop)
    }
}

/// The crate's fixtures by name.
fn load(project: &Project) -> anyhow::Result<Vec<(String, Fixture)>> {
    let fixtures = project.fixtures();
    fixtures
        .iter()
        .map(|path| Ok((stem(path), Fixture::load(path)?)))
        .collect()
}

/// The panel's file with an interval that shows a new build at once. Line by line, so that faults keep their places.
fn often(text: &str) -> String {
    text.lines()
        .map(|line| {
            let indent = line.len() - line.trim_start().len();
            match line.trim_start().starts_with("refresh_interval:") {
                true => format!("{}refresh_interval: 2\n", &line[..indent]),
                false => format!("{line}\n"),
            }
        })
        .collect()
}

/// One under the other; `longest`: milliseconds that the data is about.
fn dashboard(ids: &[String], longest: Option<i64>) -> String {
    const MINUTE: i64 = 60_000;
    let minutes = longest.map_or(24 * 60, |length| (length / MINUTE).clamp(1, 3_650 * 24 * 60));
    let range = match minutes {
        hours if hours % 60 == 0 => format!("now-{}h", hours / 60),
        minutes => format!("now-{minutes}m"),
    };
    let mut text = format!(
        "dashboard:\n  name: \"Preview\"\n  refresh_interval: 2\n  default_range: \"{range}\"\n  panels:\n"
    );
    for id in ids {
        text.push_str(&format!(
            "    - id: \"{id}\"\n      config_file: \"panels/{id}.yaml\"\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_is_asked_for_often_and_its_lines_stay_where_they_are() {
        let text = "panel:\n  title: \"x\"\n  refresh_interval: 3600 # an hour\n  type: \"y\"\n";
        assert_eq!(
            often(text),
            "panel:\n  title: \"x\"\n  refresh_interval: 2\n  type: \"y\"\n"
        );
    }

    #[test]
    fn the_dashboard_looks_at_the_time_the_data_is_about() {
        let ids = ["a".to_owned()];
        assert!(dashboard(&ids, Some(7 * 24 * 3_600_000)).contains("\"now-168h\""));
        assert!(dashboard(&ids, Some(90 * 60_000)).contains("\"now-90m\""));
        assert!(dashboard(&ids, None).contains("\"now-24h\""));
    }
}
