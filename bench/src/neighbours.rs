//! What four rogues in endless loops cost a neighbour: the time a panel of another tenant takes, with and without them,
//! in turns on the same running host, over HTTP, each answer made anew by the sandbox and the database.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::host::{Site, log_in};
use crate::report::{Aim, Report, percentile};

const ROGUES: usize = 4;
/// Quiet and noisy turns follow each other, so that what else the machine does falls on both.
const TURNS: u32 = 3;
const READERS: usize = 2;
/// How long a reader looks at an answer before it asks again.
const PAUSE: Duration = Duration::from_millis(10);
const POINTS: i64 = 2_000;

/// Prints the neighbour's median and 99th percentile without and with rogues, and the ratio. `rogue` is the component
/// of `tests/rogues`; the rogues run for `seconds` in all.
pub async fn run(report: &mut Report, porthole: &Path, rogue: &Path, seconds: u64) -> anyhow::Result<()> {
    println!("\nA neighbour's panel beside a tenant with {ROGUES} rogues in endless loops, {seconds} s");
    let site = Site::new(porthole)?;
    configure(&site, rogue)?;
    fill(&site)?;
    site.add_reader(["neighbour", "rogue"].map(str::to_owned).into_iter())?;
    let (_host, url) = site.serve().await?;
    let client = log_in(&url).await?;
    let asked = Asker { client, url };
    asked.neighbour().await.context("the neighbour's panel")?;
    // Until the plugin is loaded its panels are refused at once, and nothing would be measured.
    asked.rogue_is_there().await?;

    let turn = Duration::from_millis(seconds * 1000 / u64::from(TURNS));
    let (mut quiet, mut noisy) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        quiet.extend(asked.readers(turn).await?);
        let rogues = (0..ROGUES).map(|number| {
            let asked = asked.clone();
            tokio::spawn(async move { asked.rogue(number).await })
        });
        let rogues: Vec<_> = rogues.collect();
        tokio::time::sleep(Duration::from_millis(500)).await;
        noisy.extend(asked.readers(turn).await?);
        for rogue in &rogues {
            ensure!(!rogue.is_finished(), "a rogue ended before its turn did");
            rogue.abort();
        }
        // Their readers are gone, and so are they, soon.
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!("  {} answers without, {} with", quiet.len(), noisy.len());
    let (without, with) = (percentile(&mut quiet, 0.99), percentile(&mut noisy, 0.99));
    report.figure("median without", percentile(&mut quiet, 0.5), "ms", Aim::None);
    report.figure("median with", percentile(&mut noisy, 0.5), "ms", Aim::None);
    report.figure("p99 without", without, "ms", Aim::None);
    report.figure("p99 with", with, "ms", Aim::None);
    report.ratio(
        "neighbour's p99 with rogues / without",
        with / without,
        Aim::AtMost(1.5),
    );
    Ok(())
}

fn configure(site: &Site, rogue: &Path) -> anyhow::Result<()> {
    let tenant = |name: &str, more: &str| {
        format!("tenant:\n  name: {name}\n  database:\n    url: sqlite:{name}.sqlite\n{more}")
    };
    site.write("neighbour/tenant.yaml", &tenant("neighbour", ""))?;
    // The database is asked each time.
    site.write(
        "neighbour/panels/load.yaml",
        "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      timestamp: timestamp\n      value: value\n  aggregation:\n    keep: false\n",
    )?;
    // A minute of processor time each: nothing ends them while they are measured.
    site.write(
        "rogue/tenant.yaml",
        &tenant("rogue", "  limits: {cpu: 60s, wall: 60s}\n"),
    )?;
    for number in 0..ROGUES {
        site.write(
            &format!("rogue/panels/loop_{number}.yaml"),
            "panel:\n  type: rogue\n  title: Loop\n  parameters:\n    do: loop\n",
        )?;
    }
    site.write(
        "rogue/panels/nothing.yaml",
        "panel:\n  type: rogue\n  title: Nothing\n  parameters:\n    do: nothing\n",
    )?;
    let plugins = site.path().join("config/tenants/rogue/plugins");
    std::fs::create_dir_all(&plugins)?;
    std::fs::copy(rogue, plugins.join("rogue.wasm")).with_context(|| rogue.display().to_string())?;
    Ok(())
}

/// The neighbour's data, and an empty database for the rogue.
fn fill(site: &Site) -> anyhow::Result<()> {
    let file = site.path().join("readings.csv");
    let mut text = String::from("timestamp,value\n");
    for minute in 0..POINTS {
        let (day, hour) = (1 + minute / 1_440, minute / 60 % 24);
        text += &format!(
            "2026-01-{day:02} {hour:02}:{:02}:00,{}\n",
            minute % 60,
            minute % 97
        );
    }
    std::fs::write(&file, text)?;
    for tenant in ["neighbour", "rogue"] {
        let mut import = site.command();
        import
            .arg("import")
            .arg(&file)
            .args(["--tenant", tenant, "--table", "readings"]);
        let output = import.output()?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(())
}

#[derive(Clone)]
struct Asker {
    client: reqwest::Client,
    url: String,
}

impl Asker {
    fn panel(&self, tenant: &str, panel: &str) -> reqwest::RequestBuilder {
        let range = "start_date=2026-01-01T00:00:00Z&end_date=2026-01-03T00:00:00Z&fresh=true";
        self.client
            .get(format!("{}/api/v1/panels/{panel}/data?{range}", self.url))
            .header("x-porthole-tenant", tenant)
    }

    /// How long the neighbour's panel takes, milliseconds.
    async fn neighbour(&self) -> anyhow::Result<f64> {
        let start = Instant::now();
        let answer = self.panel("neighbour", "load").send().await?.error_for_status()?;
        let body = answer.bytes().await?;
        let took = start.elapsed().as_secs_f64() * 1000.0;
        ensure!(body.len() > 1_000, "an answer without points");
        Ok(took)
    }

    /// Readers that ask again and again, for so long.
    async fn readers(&self, duration: Duration) -> anyhow::Result<Vec<f64>> {
        let until = Instant::now() + duration;
        let mut readers = tokio::task::JoinSet::new();
        for reader in 0..READERS {
            let asked = self.clone();
            readers.spawn(async move {
                // Equal questions at the same moment would be answered by one call.
                tokio::time::sleep(PAUSE / 2 * reader as u32).await;
                let mut took = Vec::new();
                while Instant::now() < until {
                    took.push(asked.neighbour().await?);
                    tokio::time::sleep(PAUSE).await;
                }
                Ok::<_, anyhow::Error>(took)
            });
        }
        let mut all = Vec::new();
        while let Some(reader) = readers.join_next().await {
            all.extend(reader??);
        }
        Ok(all)
    }

    /// Asks for a panel that does not end.
    async fn rogue(&self, number: usize) {
        let _ = self.panel("rogue", &format!("loop_{number}")).send().await;
    }

    async fn rogue_is_there(&self) -> anyhow::Result<()> {
        let mut said = String::new();
        for _ in 0..300 {
            let answer = self.panel("rogue", "nothing").send().await?;
            if answer.status().is_success() {
                return Ok(());
            }
            said = answer.text().await?;
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        anyhow::bail!("the rogue is not loaded: {said}")
    }
}
