//! The interface in a real browser, on a real host: how heavy it is, how long after its slowest answer a dashboard is
//! drawn, and how long a frame takes while 100,000 points are panned; beside plotly.js, with the same answers in the same
//! browser and run. The browser's part is `bench/ui`.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, ensure};
use serde::Deserialize;
use serde_json::json;

use crate::host::{EMAIL, PASSWORD, Site, log_in};
use crate::report::{Aim, Report, median};

const TENANT: &str = "bench";
const ROUNDS: u32 = 5;
const PANELS: usize = 20;
const SERIES: usize = 5;
/// Of each series of each panel, one a minute.
const POINTS: usize = 600;
/// Of the large chart, one a second.
const MANY: usize = 100_000;
/// The whole first load, compressed.
const MOST_KILOBYTES: f64 = 250.0;

/// What the browser measured, in milliseconds.
#[derive(Deserialize)]
struct Figures {
    ours: Times,
    theirs: Times,
}

#[derive(Deserialize)]
struct Times {
    drawn: Vec<f64>,
    large: Vec<f64>,
    panned: Vec<f64>,
}

/// Prints the figures and their ratios. `browser` is the program; the packages of `bench/ui`, `tests/e2e` and `ui` must
/// be installed.
pub async fn run(report: &mut Report, porthole: &Path, browser: &Path) -> anyhow::Result<()> {
    println!("\nThe interface in a browser, against plotly.js (basic) with the same answers");
    report.figure(
        "first load, compressed",
        first_load(&workspace().join("ui/dist"))?,
        "KB",
        Aim::AtMost(MOST_KILOBYTES),
    );
    let site = Site::new(porthole)?;
    configure(&site)?;
    fill(&site)?;
    site.add_reader([TENANT.to_owned()].into_iter())?;
    let (_host, url) = site.serve().await?;
    let paths = Paths::new();
    // The first time the host has to make every answer, which is not what is measured here.
    let client = log_in(&url).await?;
    for path in paths.panels.iter().chain([&paths.raw]) {
        client
            .get(format!("{url}{path}"))
            .header("x-porthole-tenant", TENANT)
            .send()
            .await?
            .error_for_status()
            .with_context(|| format!("{path} is not answered"))?;
    }

    let Figures { ours, theirs } = measured(&url, &paths, browser)?;
    let mut compare = |what: &str, ours: Vec<f64>, theirs: Vec<f64>, most: f64, ratio: Aim| {
        let (ours, theirs) = (median(ours), median(theirs));
        report.figure(what, ours, "ms", Aim::AtMost(most));
        report.figure(&format!("{what}, plotly.js"), theirs, "ms", Aim::None);
        report.ratio(&format!("{what}: Porthole / plotly.js"), ours / theirs, ratio);
    };
    compare(
        &format!("{PANELS} charts after their slowest answer"),
        ours.drawn,
        theirs.drawn,
        1_000.0,
        Aim::AtMost(1.0),
    );
    // Ours is a page with the data as a table under the chart, theirs a bare chart.
    compare(
        "a chart of 100,000 points after its answer",
        ours.large,
        theirs.large,
        1_000.0,
        Aim::None,
    );
    // Sixty a second, and a little for the clock.
    compare(
        "a frame while 100,000 points are panned",
        ours.panned,
        theirs.panned,
        18.0,
        Aim::AtMost(1.0),
    );
    Ok(())
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Kilobytes that a browser fetches before it shows a dashboard: of each file the smallest form.
fn first_load(dist: &Path) -> anyhow::Result<f64> {
    let mut sizes = std::collections::BTreeMap::<String, u64>::new();
    for folder in [dist.to_owned(), dist.join("assets")] {
        let entries = std::fs::read_dir(&folder)
            .with_context(|| format!("{}: run `cargo xtask build --ui`", folder.display()))?;
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let plain = name.trim_end_matches(".br").trim_end_matches(".gz");
            if entry.file_type()?.is_file()
                && !plain.ends_with(".txt")
                && !plain.starts_with("desk-")
                && plain != "desk.html"
            {
                let size = sizes.entry(plain.to_owned()).or_insert(u64::MAX);
                *size = entry.metadata()?.len().min(*size);
            }
        }
    }
    ensure!(!sizes.is_empty(), "{} is empty", dist.display());
    Ok(sizes.values().sum::<u64>() as f64 / 1024.0)
}

/// Addresses of the host, all of a range that has ended.
struct Paths {
    board: String,
    large: String,
    panels: Vec<String>,
    raw: String,
}

impl Paths {
    fn new() -> Self {
        let (start, end, late) = (
            "2026-01-01T00:00:00Z",
            "2026-01-01T10:00:00Z",
            "2026-01-02T04:00:00Z",
        );
        let data = |panel: &str, end: &str, more: &str| {
            format!("/api/v1/panels/{panel}/data?start_date={start}&end_date={end}{more}")
        };
        Self {
            board: format!("/t/{TENANT}/d/default?from={start}&to={end}"),
            large: format!("/t/{TENANT}/d/large/p/many?from={start}&to={late}&raw=1"),
            panels: (1..=PANELS)
                .map(|number| data(&format!("panel_{number}"), end, ""))
                .collect(),
            raw: data("many", late, "&disable_aggregation=true"),
        }
    }
}

fn configure(site: &Site) -> anyhow::Result<()> {
    site.write(
        &format!("{TENANT}/tenant.yaml"),
        &format!("tenant:\n  name: Bench\n  database:\n    url: sqlite:{TENANT}.sqlite\n"),
    )?;
    let panel = |title: &str, table: &str, more: &str| {
        format!(
            "panel:\n  type: timeseries\n  title: {title}\n  data_source:\n    table: {table}\n    columns:\n      \
             timestamp: timestamp\n      value: value\n      series_label: series\n{more}"
        )
    };
    let mut board = "dashboard:\n  name: Twenty charts\n  refresh_interval: 300\n  panels:\n".to_owned();
    for number in 1..=PANELS {
        site.write(
            &format!("{TENANT}/panels/panel_{number}.yaml"),
            &panel(&format!("Panel {number}"), "readings", ""),
        )?;
        let (row, col) = ((number - 1) / 2 * 2 + 1, (number - 1) % 2 * 6 + 1);
        writeln!(
            board,
            "    - id: panel_{number}\n      config_file: panels/panel_{number}.yaml\n      position: {{row: {row}, \
             col: {col}, width: 6, height: 2}}"
        )?;
    }
    site.write(&format!("{TENANT}/dashboards/default.yaml"), &board)?;
    site.write(&format!("{TENANT}/panels/many.yaml"), &panel("Many", "many", ""))?;
    site.write(
        &format!("{TENANT}/dashboards/large.yaml"),
        "dashboard:\n  name: A large chart\n  refresh_interval: 300\n  panels:\n    - id: many\n      config_file: \
         panels/many.yaml\n      position: {row: 1, col: 1, width: 12, height: 4}\n",
    )
}

fn fill(site: &Site) -> anyhow::Result<()> {
    let wave = |series: usize, step: usize| {
        let (x, s) = (step as f64, series as f64);
        50.0 + 20.0 * (x / 40.0 + s).sin() + 5.0 * (x * 1.7 + s * 3.0).sin()
    };
    let mut text = "timestamp,series,value\n".to_owned();
    for series in 1..=SERIES {
        for step in 0..POINTS {
            writeln!(
                text,
                "{},server-{series},{}",
                stamp(step * 60),
                wave(series, step)
            )?;
        }
    }
    import(site, "readings", &text)?;
    let mut text = "timestamp,series,value\n".to_owned();
    for step in 0..MANY {
        writeln!(text, "{},many,{}", stamp(step), wave(0, step))?;
    }
    import(site, "many", &text)
}

/// So many seconds after the start.
fn stamp(seconds: usize) -> String {
    let (day, rest) = (1 + seconds / 86_400, seconds % 86_400);
    format!(
        "2026-01-{day:02} {:02}:{:02}:{:02}",
        rest / 3_600,
        rest / 60 % 60,
        rest % 60
    )
}

fn import(site: &Site, table: &str, text: &str) -> anyhow::Result<()> {
    let file = site.path().join(format!("{table}.csv"));
    std::fs::write(&file, text)?;
    let output = site
        .command()
        .arg("import")
        .arg(&file)
        .args(["--tenant", TENANT, "--table", table])
        .output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

fn measured(url: &str, paths: &Paths, browser: &Path) -> anyhow::Result<Figures> {
    let site = json!({
        "url": url, "email": EMAIL, "password": PASSWORD, "tenant": TENANT, "rounds": ROUNDS,
        "board": paths.board, "large": paths.large, "panels": paths.panels, "raw": paths.raw,
    });
    let output = Command::new("node")
        .arg("run.mjs")
        .arg(site.to_string())
        .current_dir(workspace().join("bench/ui"))
        .env("PORTHOLE_CHROMIUM", browser)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .context("cannot run node")?;
    ensure!(output.status.success(), "bench/ui/run.mjs failed, see above");
    serde_json::from_slice(&output.stdout).context("bench/ui/run.mjs printed no figures")
}
