//! What four rogues in endless loops cost a neighbour: the time a panel of another tenant takes, with and without them,
//! in turns on the same running host, over HTTP, each answer made anew by the sandbox and the database.

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::report::{Aim, Report};

const ROGUES: usize = 4;
/// Quiet and noisy turns follow each other, so that what else the machine does falls on both.
const TURNS: u32 = 3;
const READERS: usize = 2;
/// How long a reader looks at an answer before it asks again.
const PAUSE: Duration = Duration::from_millis(10);
const POINTS: i64 = 2_000;
const EMAIL: &str = "bench@example.org";
const PASSWORD: &str = "correct horse battery staple";

/// A process that ends with its owner.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Prints the neighbour's median and 99th percentile without and with rogues, and the ratio. `rogue` is the component
/// of `tests/rogues`; the rogues run for `seconds` in all.
pub async fn run(report: &mut Report, porthole: &Path, rogue: &Path, seconds: u64) -> anyhow::Result<()> {
    println!("\nA neighbour's panel beside a tenant with {ROGUES} rogues in endless loops, {seconds} s");
    let folder = tempfile::tempdir()?;
    configure(folder.path(), rogue)?;
    fill(porthole, folder.path())?;
    let (_host, url) = serve(porthole, folder.path()).await?;
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

fn configure(folder: &Path, rogue: &Path) -> anyhow::Result<()> {
    let write = |path: &str, text: &str| {
        let path = folder.join("config/tenants").join(path);
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        std::fs::write(path, text)
    };
    let tenant = |name: &str, more: &str| {
        format!("tenant:\n  name: {name}\n  database:\n    url: sqlite:{name}.sqlite\n{more}")
    };
    write("neighbour/tenant.yaml", &tenant("neighbour", ""))?;
    write(
        "neighbour/panels/load.yaml",
        "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      timestamp: timestamp\n      value: value\n",
    )?;
    // A minute of processor time each: nothing ends them while they are measured.
    write(
        "rogue/tenant.yaml",
        &tenant("rogue", "  limits: {cpu: 60s, wall: 60s}\n"),
    )?;
    for number in 0..ROGUES {
        write(
            &format!("rogue/panels/loop_{number}.yaml"),
            "panel:\n  type: rogue\n  title: Loop\n  parameters:\n    do: loop\n",
        )?;
    }
    write(
        "rogue/panels/nothing.yaml",
        "panel:\n  type: rogue\n  title: Nothing\n  parameters:\n    do: nothing\n",
    )?;
    let plugins = folder.join("config/tenants/rogue/plugins");
    std::fs::create_dir_all(&plugins)?;
    std::fs::copy(rogue, plugins.join("rogue.wasm")).with_context(|| rogue.display().to_string())?;
    std::fs::create_dir_all(folder.join("data"))?;
    Ok(())
}

fn command(porthole: &Path, folder: &Path) -> Command {
    let mut command = Command::new(porthole);
    command
        .current_dir(folder)
        .env("PORTHOLE_CONFIG_DIR", folder.join("config"))
        .env("PORTHOLE_DATA_DIR", folder.join("data"))
        .env("PORTHOLE_LOG_LEVEL", "error");
    command
}

/// The neighbour's data, an empty database for the rogue, and somebody who may see both.
fn fill(porthole: &Path, folder: &Path) -> anyhow::Result<()> {
    let file = folder.join("readings.csv");
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
        let mut import = command(porthole, folder);
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
    let mut user = command(porthole, folder);
    user.args([
        "user",
        "add",
        EMAIL,
        "--password-stdin",
        "--tenant",
        "neighbour",
        "--tenant",
        "rogue",
    ]);
    let mut user = user.stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    user.stdin
        .take()
        .context("no input")?
        .write_all(PASSWORD.as_bytes())?;
    ensure!(user.wait()?.success(), "the user cannot be added");
    Ok(())
}

async fn serve(porthole: &Path, folder: &Path) -> anyhow::Result<(Running, String)> {
    // Free now, and most likely still free in a moment.
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let mut host = command(porthole, folder);
    host.arg("serve")
        .env("PORTHOLE_LISTEN", format!("127.0.0.1:{port}"));
    let host = Running(host.stdin(Stdio::null()).stdout(Stdio::null()).spawn()?);
    let url = format!("http://127.0.0.1:{port}");
    for _ in 0..600 {
        if reqwest::get(format!("{url}/api/v1/health"))
            .await
            .is_ok_and(|answer| answer.status().is_success())
        {
            return Ok((host, url));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    anyhow::bail!("the host does not become healthy")
}

async fn log_in(url: &str) -> anyhow::Result<reqwest::Client> {
    let client = reqwest::Client::builder().cookie_store(true).no_proxy().build()?;
    client
        .post(format!("{url}/api/v1/auth/login"))
        .json(&serde_json::json!({ "email": EMAIL, "password": PASSWORD }))
        .send()
        .await?
        .error_for_status()?;
    Ok(client)
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

/// The figure that this share of all is not above; NaN of none.
fn percentile(figures: &mut [f64], share: f64) -> f64 {
    figures.sort_by(f64::total_cmp);
    let place = (figures.len() as f64 * share).ceil() as usize;
    figures.get(place.saturating_sub(1)).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_one_of_the_figures() {
        let mut figures: Vec<f64> = (1..=100).rev().map(f64::from).collect();
        assert_eq!(percentile(&mut figures, 0.99), 99.0);
        assert_eq!(percentile(&mut figures, 0.5), 50.0);
        assert!(percentile(&mut [], 0.5).is_nan());
    }
}
