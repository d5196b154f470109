//! A load: so many connections, each asking again as soon as it has its answer, for so long.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What came of a load.
pub struct Load {
    /// Answers per second, of all connections together.
    pub per_second: f64,
    /// How long each answer took, milliseconds.
    pub times: Vec<f64>,
}

/// Asks for so long. Every answer must be a 200 of `expected` bytes.
pub async fn ask(
    address: SocketAddr,
    request: &str,
    expected: usize,
    connections: usize,
    duration: Duration,
) -> anyhow::Result<Load> {
    ensure!(address.ip().is_loopback(), "loads are for this machine only");
    let start = Instant::now();
    let until = start + duration;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let request = request.to_owned();
        running.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut times = Vec::new();
            let mut buffer = vec![0; 64 * 1024];
            let mut asked = Instant::now();
            while asked < until {
                stream.write_all(request.as_bytes()).await?;
                read_answer(&mut stream, &mut buffer, expected).await?;
                let answered = Instant::now();
                times.push((answered - asked).as_secs_f64() * 1000.0);
                asked = answered;
            }
            Ok::<_, anyhow::Error>(times)
        });
    }
    let mut times = Vec::new();
    while let Some(done) = running.join_next().await {
        times.append(&mut done??);
    }
    Ok(Load {
        per_second: times.len() as f64 / start.elapsed().as_secs_f64(),
        times,
    })
}

async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8], expected: usize) -> anyhow::Result<()> {
    let mut filled = 0;
    let (head, length) = loop {
        let read = stream.read(&mut buffer[filled..]).await?;
        ensure!(read > 0, "the server closed the connection");
        filled += read;
        if let Some(end) = buffer[..filled]
            .windows(4)
            .position(|window| window == b"\r\n\r\n")
        {
            let head = std::str::from_utf8(&buffer[..end]).context("the answer's head is not text")?;
            ensure!(head.starts_with("HTTP/1.1 200 "), "not a 200: {head}");
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.trim().parse::<usize>().ok())
                .context("the answer has no length")?;
            break (end + 4, length);
        }
        if filled == buffer.len() {
            bail!("the answer's head does not end");
        }
    };
    ensure!(length == expected, "{length} bytes instead of {expected}");
    let mut left = (head + length).saturating_sub(filled);
    while left > 0 {
        let part = left.min(buffer.len());
        left -= stream.read_exact(&mut buffer[..part]).await?;
    }
    Ok(())
}
