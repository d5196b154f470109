//! A thousand tenants are configured and fifty are read: what that costs in start-up time, memory and connections, against
//! a host with the fifty alone. Each of the fifty has a database of its own on one PostgreSQL.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use porthole_tests::Cluster;

use crate::host::{Site, log_in};
use crate::report::{Aim, Report, median};

const CONFIGURED: usize = 1000;
const ACTIVE: usize = 50;
const TURNS: usize = 3;
/// Connections unused for 60 seconds are closed at the next look, which is once a minute; then a little.
const IDLE: Duration = Duration::from_secs(135);

/// Prints the figures.
pub async fn run(report: &mut Report, porthole: &Path) -> anyhow::Result<()> {
    println!("\n{CONFIGURED} tenants configured, {ACTIVE} read, against {ACTIVE} configured and read");
    // On this thread: the server ends with the thread that started it.
    let cluster = Cluster::start();
    let urls: Vec<String> = (0..ACTIVE)
        .map(|number| {
            let name = format!("tenant_{number}");
            let url = cluster.create_database(&name);
            cluster.sql(
                &name,
                "CREATE TABLE readings (timestamp timestamp, value double precision); \
                 INSERT INTO readings SELECT timestamp '2026-01-01' + n * interval '1 minute', n FROM generate_series(0, 2879) n; \
                 CREATE INDEX ON readings (timestamp)",
            );
            url
        })
        .collect();
    let few = measure(&cluster, porthole, &urls, ACTIVE).await?;
    let many = measure(&cluster, porthole, &urls, CONFIGURED).await?;
    report.figure("start", many.start, "ms", Aim::None);
    report.ratio("start, 1000 tenants / 50", many.start / few.start, Aim::None);
    report.figure("memory at rest", many.rest, "MiB", Aim::None);
    report.ratio(
        "memory at rest, 1000 tenants / 50",
        many.rest / few.rest,
        Aim::None,
    );
    report.figure("memory when 50 have been read", many.read, "MiB", Aim::None);
    report.ratio(
        "memory when read, 1000 tenants / 50",
        many.read / few.read,
        Aim::None,
    );
    report.figure(
        "connections when 50 have been read",
        many.connections,
        "",
        Aim::AtMost(50.0),
    );
    report.figure("connections two minutes later", many.idle, "", Aim::AtMost(0.0));
    Ok(())
}

struct Measured {
    start: f64,
    rest: f64,
    read: f64,
    connections: f64,
    idle: f64,
}

async fn measure(
    cluster: &Cluster,
    porthole: &Path,
    urls: &[String],
    configured: usize,
) -> anyhow::Result<Measured> {
    let site = Site::new(porthole)?;
    for number in 0..configured {
        // Nobody listens at port 1, and nobody asks.
        let nowhere = "postgres://nobody@127.0.0.1:1/nothing".to_owned();
        configure(&site, number, urls.get(number).unwrap_or(&nowhere))?;
    }
    site.add_reader((0..ACTIVE).map(tenant))?;
    let mut starts = Vec::new();
    for _ in 0..TURNS {
        let begin = Instant::now();
        let running = site.serve().await?;
        starts.push(begin.elapsed().as_secs_f64() * 1000.0);
        drop(running);
    }
    let (host, url) = site.serve().await?;
    let rest = memory(host.id())?;
    let client = log_in(&url).await?;
    for number in 0..urls.len() {
        let answer = client
            .get(format!(
                "{url}/api/v1/panels/load/data?start_date=2026-01-01T00:00:00Z&end_date=2026-01-02T12:00:00Z"
            ))
            .header("X-Porthole-Tenant", tenant(number))
            .send()
            .await?;
        ensure!(
            answer.status().is_success(),
            "{}: {}",
            tenant(number),
            answer.text().await?
        );
    }
    let count = || -> anyhow::Result<f64> {
        let text = cluster.sql(
            "postgres",
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'porthole'",
        );
        Ok(text.trim().parse()?)
    };
    let (read, connections) = (memory(host.id())?, count()?);
    // Only once: it takes its time.
    let idle = if configured == CONFIGURED {
        tokio::time::sleep(IDLE).await;
        count()?
    } else {
        0.0
    };
    Ok(Measured {
        start: median(starts),
        rest,
        read,
        connections,
        idle,
    })
}

fn tenant(number: usize) -> String {
    format!("tenant-{number:04}")
}

fn configure(site: &Site, number: usize, url: &str) -> anyhow::Result<()> {
    let name = tenant(number);
    site.write(
        &format!("{name}/tenant.yaml"),
        &format!(
            "tenant:\n  name: Tenant {number}\n  database:\n    url: \"{url}\"\n    max_connections: 1\n"
        ),
    )?;
    site.write(
        &format!("{name}/panels/load.yaml"),
        "panel:\n  type: timeseries\n  title: Load\n  data_source:\n    table: readings\n    columns:\n      timestamp: timestamp\n      value: value\n",
    )?;
    site.write(
        &format!("{name}/dashboards/default.yaml"),
        "dashboard:\n  name: Load\n  panels:\n    - id: load\n      config_file: panels/load.yaml\n",
    )
}

/// Resident memory of a process, MiB.
fn memory(process: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: f64 = line
        .and_then(|line| line.split_whitespace().next())
        .context("no VmRSS")?
        .parse()?;
    Ok(kib / 1024.0)
}
