//! A load: so many connections, each asking again as soon as it has its answer, for so long.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Answers per second. Every answer must be a 200 of `expected` bytes.
pub async fn requests_per_second(
    address: SocketAddr,
    request: &str,
    expected: usize,
    connections: usize,
    duration: Duration,
) -> anyhow::Result<f64> {
    ensure!(address.ip().is_loopback(), "loads are for this machine only");
    let start = Instant::now();
    let until = start + duration;
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..connections {
        let request = request.to_owned();
        running.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let mut answers = 0u64;
            let mut buffer = vec![0; 64 * 1024];
            while Instant::now() < until {
                stream.write_all(request.as_bytes()).await?;
                read_answer(&mut stream, &mut buffer, expected).await?;
                answers += 1;
            }
            Ok::<_, anyhow::Error>(answers)
        });
    }
    let mut answers = 0;
    while let Some(done) = running.join_next().await {
        answers += done??;
    }
    Ok(answers as f64 / start.elapsed().as_secs_f64())
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
