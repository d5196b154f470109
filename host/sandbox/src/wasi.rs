//! WASI, linked and empty.
//!
//! Some languages' runtimes import it and cannot do without. They get no files, no environment, no arguments, no
//! sockets; a wall clock that stands still at the call's `now`, a monotonic clock in steps of 10 ms, random numbers
//! that are the same in every call; what they print goes to the log, what they print as errors as warnings.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use parking_lot::Mutex;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::random::Deterministic;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxView, WasiView};

use crate::guest_log::GuestLog;
use crate::limits::Limits;
use crate::receipt::LogLevel;
use crate::state::CallState;

/// The monotonic clock's step: coarse, so that a guest cannot time its neighbours.
const STEP: Duration = Duration::from_millis(10);
/// Streams, pollables and the like that one call may have.
const HANDLES: usize = 1_024;
/// Random bytes per call of the guest.
const RANDOM_BYTES: u64 = 64 << 10;
/// What may be printed at one go.
const WRITE_BYTES: usize = 64 << 10;

/// One call's WASI.
pub(crate) struct Wasi {
    context: WasiCtx,
    table: ResourceTable,
    printed: Arc<Mutex<Printed>>,
}

/// What was printed so far, in order: which stream, and its bytes.
#[derive(Default)]
struct Printed {
    pieces: Vec<(LogLevel, Vec<u8>)>,
    bytes: usize,
}

impl Wasi {
    fn new(now: i64, limits: &Limits) -> Self {
        let printed = Arc::new(Mutex::new(Printed::default()));
        // A character is at most four bytes; beyond this the log would cut it anyway.
        let room = limits
            .log_lines
            .saturating_mul(limits.log_line_chars)
            .saturating_mul(4);
        let printer = |level| Printer {
            printed: printed.clone(),
            level,
            room,
        };
        let mut builder = WasiCtx::builder();
        builder
            .wall_clock(StandingClock(Duration::from_millis(
                u64::try_from(now).unwrap_or(0),
            )))
            .monotonic_clock(CoarseClock(Instant::now()))
            .secure_random(Deterministic::new(seed()))
            .insecure_random(Deterministic::new(seed()))
            .insecure_random_seed(0)
            .max_random_size(RANDOM_BYTES)
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .stdout(printer(LogLevel::Info))
            .stderr(printer(LogLevel::Warn));
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self {
            context: builder.build(),
            table,
            printed,
        }
    }

    /// Writes what was printed to the log, line by line; empty lines are not worth their place.
    pub(crate) fn drain_output(&self, log: &mut GuestLog) {
        let printed = std::mem::take(&mut *self.printed.lock());
        for (level, piece) in printed.pieces {
            for line in String::from_utf8_lossy(&piece).lines() {
                if !line.trim().is_empty() {
                    log.write(level, line);
                }
            }
        }
    }
}

/// Bytes that look random enough for a hash table's seed, the same each time: a panel's answer depends on its data only.
fn seed() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut bytes = Vec::with_capacity(256);
    while bytes.len() < 256 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes
}

/// Adds the empty WASI to a linker. `wasi:http` is not part of it.
pub(crate) fn link(linker: &mut Linker<CallState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

impl WasiView for CallState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let wasi = self
            .wasi
            .get_or_insert_with(|| Box::new(Wasi::new(self.now, &self.limits)));
        WasiCtxView {
            ctx: &mut wasi.context,
            table: &mut wasi.table,
        }
    }
}

struct StandingClock(Duration);

impl HostWallClock for StandingClock {
    fn resolution(&self) -> Duration {
        Duration::from_millis(1)
    }

    fn now(&self) -> Duration {
        self.0
    }
}

struct CoarseClock(Instant);

impl HostMonotonicClock for CoarseClock {
    fn resolution(&self) -> u64 {
        u64::try_from(STEP.as_nanos()).unwrap_or(u64::MAX)
    }

    fn now(&self) -> u64 {
        let steps = self.0.elapsed().as_nanos() / STEP.as_nanos();
        u64::try_from(steps * STEP.as_nanos()).unwrap_or(u64::MAX)
    }
}

/// Keeps the first bytes that are printed and lets the rest go, so that printing never fails.
#[derive(Clone)]
struct Printer {
    printed: Arc<Mutex<Printed>>,
    level: LogLevel,
    room: usize,
}

impl Printer {
    fn keep(&self, bytes: &[u8]) {
        let printed = &mut *self.printed.lock();
        let free = self.room.saturating_sub(printed.bytes).min(bytes.len());
        if free == 0 {
            return;
        }
        printed.bytes += free;
        match printed.pieces.last_mut() {
            Some((level, piece)) if *level == self.level => piece.extend_from_slice(&bytes[..free]),
            _ => printed.pieces.push((self.level, bytes[..free].to_vec())),
        }
    }
}

impl IsTerminal for Printer {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printer {
    fn async_stream(&self) -> Box<dyn tokio::io::AsyncWrite + Send + Sync> {
        // Only asked for by later versions of WASI, which are not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait::async_trait]
impl Pollable for Printer {
    async fn ready(&mut self) {}
}

#[async_trait::async_trait]
impl OutputStream for Printer {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.keep(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE_BYTES)
    }
}
