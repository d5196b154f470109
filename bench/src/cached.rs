//! Cached panel requests per second: the real server with session, tenant, grant and view cache, against plain axum
//! that answers every request with the same bytes. Both are processes of their own and are asked in turns.

use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::host::Running;
use crate::load;
use crate::report::{Aim, Report, median, percentile};

const CONNECTIONS: usize = 8;
const TURNS: usize = 5;
const EACH: Duration = Duration::from_secs(2);

#[derive(Deserialize)]
struct Announcement {
    url: String,
    accounts: Vec<Account>,
}

#[derive(Deserialize)]
struct Account {
    email: String,
    password: String,
    tenants: Vec<String>,
}

/// Starts both servers and prints answers per second and their ratio, for a small and a large answer.
pub async fn run(report: &mut Report, porthole: Option<PathBuf>) -> anyhow::Result<()> {
    println!("\nCached panel requests per second, against plain axum answering with the same bytes");
    let porthole = match porthole {
        Some(path) => path,
        None => std::env::current_exe()?.with_file_name("porthole"),
    };
    let folder = tempfile::tempdir()?;
    let (_server, line) = started(
        Command::new(&porthole)
            .args(["demo", "--json", "--port", "0", "--data-dir"])
            .arg(folder.path().join("demo")),
    )
    .with_context(|| format!("{} demo", porthole.display()))?;
    let announced: Announcement = serde_json::from_str(&line)?;
    let account = announced.accounts.first().context("the demo has no accounts")?;
    let tenant = account.tenants.first().context("the account has no tenants")?;
    let address: SocketAddr = announced.url.trim_start_matches("http://").parse()?;

    let client = reqwest::Client::builder().build()?;
    let login = client
        .post(format!("{}/api/v1/auth/login", announced.url))
        .json(&serde_json::json!({ "email": account.email, "password": account.password }))
        .send()
        .await?
        .error_for_status()?;
    let cookie = login.headers().get("set-cookie").context("no cookie")?.to_str()?;
    let cookie = cookie.split(';').next().unwrap_or_default().to_owned();

    let panels = panels(&client, &announced.url, &cookie, tenant).await?;
    history_is_there(&client, &announced.url, &cookie, tenant, &panels.1).await?;
    for (what, panel) in [("a metric", &panels.0), ("a chart", &panels.1)] {
        // A range that has ended: the answer stays the same while it is asked for.
        let path = format!(
            "/api/v1/panels/{panel}/data?start_date={}&end_date={}",
            panels.2, panels.3
        );
        let ask = || {
            client
                .get(format!("{}{path}", announced.url))
                .header("cookie", &cookie)
                .header("x-porthole-tenant", tenant)
        };
        ask().send().await?.error_for_status()?;
        let body = ask().send().await?.error_for_status()?.bytes().await?;
        let file = folder.path().join(format!("{panel}.json"));
        std::fs::write(&file, &body)?;
        let (_plain, line) = started(Command::new(std::env::current_exe()?).arg("--plain").arg(&file))?;
        let plain_address: SocketAddr = line.trim().parse()?;

        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: localhost\r\ncookie: {cookie}\r\nx-porthole-tenant: {tenant}\r\n\r\n"
        );
        let (mut ours, mut theirs, mut times) = (Vec::new(), Vec::new(), Vec::new());
        for turn in 0..=TURNS {
            let one = load::ask(address, &request, body.len(), CONNECTIONS, EACH).await?;
            let other = load::ask(plain_address, &request, body.len(), CONNECTIONS, EACH).await?;
            // The first turn warms both up.
            if turn > 0 {
                ours.push(one.per_second);
                theirs.push(other.per_second);
                times.extend(one.times);
            }
        }
        let ratios: Vec<_> = ours.iter().zip(&theirs).map(|(one, other)| one / other).collect();
        println!("  {what}, {} bytes", body.len());
        report.figure("porthole", median(ours), "requests/s", Aim::None);
        report.figure(
            &format!("porthole, {CONNECTIONS} readers who never pause: 95 of 100 answers within"),
            percentile(&mut times, 0.95),
            "ms",
            Aim::AtMost(500.0),
        );
        report.figure("plain axum", median(theirs), "requests/s", Aim::None);
        report.ratio(
            &format!("porthole / plain axum, {what}"),
            median(ratios),
            Aim::AtLeast(0.7),
        );
    }
    Ok(())
}

/// Waits until the demo has filled in its history, which takes processor time that would be counted against it.
async fn history_is_there(
    client: &reqwest::Client,
    url: &str,
    cookie: &str,
    tenant: &str,
    chart: &str,
) -> anyhow::Result<()> {
    let mut before = 0;
    for _ in 0..60 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        // Long ago: the demo's history is a month.
        let path = "start_date=2020-01-01T00:00:00Z&fresh=true";
        let answer: serde_json::Value = client
            .get(format!("{url}/api/v1/panels/{chart}/data?{path}"))
            .header("cookie", cookie)
            .header("x-porthole-tenant", tenant)
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        let points = answer["view"]["series"][0]["instants"]
            .as_array()
            .map_or(0, Vec::len);
        if points > 0 && points == before {
            return Ok(());
        }
        before = points;
    }
    anyhow::bail!("the demo's history does not come to an end")
}

/// A kpi panel and a timeseries panel of the default dashboard, and a range that has ended.
async fn panels(
    client: &reqwest::Client,
    url: &str,
    cookie: &str,
    tenant: &str,
) -> anyhow::Result<(String, String, String, String)> {
    let dashboard: serde_json::Value = client
        .get(format!("{url}/api/v1/dashboards/default"))
        .header("cookie", cookie)
        .header("x-porthole-tenant", tenant)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let of_type = |kind: &str| {
        dashboard["panels"]
            .as_array()
            .into_iter()
            .flatten()
            .find(|panel| panel["type"] == kind)
            .and_then(|panel| panel["id"].as_str().map(str::to_owned))
    };
    let metric = of_type("kpi").context("no kpi on the default dashboard")?;
    let chart = of_type("timeseries").context("no timeseries on the default dashboard")?;
    // The demo's clock, from any answer's own range.
    let answer: serde_json::Value = client
        .get(format!("{url}/api/v1/panels/{metric}/data"))
        .header("cookie", cookie)
        .header("x-porthole-tenant", tenant)
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    let text = |name: &str| {
        answer["range"][name]
            .as_str()
            .map(str::to_owned)
            .context("the answer has no range")
    };
    Ok((metric, chart, text("start")?, text("end")?))
}

/// Starts a server that prints one line when it is ready.
fn started(command: &mut Command) -> anyhow::Result<(Running, String)> {
    let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
    let output = child.stdout.take().context("no output")?;
    let running = Running::new(child);
    let mut line = String::new();
    BufReader::new(output).read_line(&mut line)?;
    ensure!(!line.is_empty(), "it ended before it was ready");
    Ok((running, line))
}

/// Plain axum: one handler, the same bytes and type, nothing else.
pub async fn plain(body: &Path) -> anyhow::Result<()> {
    let body = axum::body::Bytes::from(std::fs::read(body)?);
    let handler = move || {
        let body = body.clone();
        async move { ([("content-type", "application/json")], body) }
    };
    let app = axum::Router::new().route("/api/v1/panels/{id}/data", axum::routing::get(handler));
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
