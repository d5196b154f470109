//! Turning a component into machine code: in a process of its own where the host can start one.
//!
//! The compiler is the one part of a plugin's life that works on bytes of strangers with the host's own memory and
//! processor. A component made to be costly (one enormous function, a hundred thousand of them) must cost its author
//! an error, not the host its life. So a second process of the same program compiles: it has a limit of memory, a limit
//! of time, a lower priority, and its end is nobody else's.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wasmtime::Engine;

use crate::engine::{SandboxOptions, engine};
use crate::guest_text::{IN_MESSAGES, bounded};

/// Memory the compiling process may have, bytes.
const MEMORY: u64 = 4 << 30;
/// Processor time the compiling process may use, seconds.
const PROCESSOR_SECONDS: u64 = 60;
/// How much less urgent it is than the host.
const NICENESS: i32 = 10;
/// The largest machine code accepted, bytes.
const CODE: u64 = 1 << 30;

/// Where such a program writes what of it has run: set while coverage is measured.
const COUNTS: &str = "LLVM_PROFILE_FILE";

/// The process that compiles.
#[derive(Debug, Clone)]
pub struct Compiler {
    /// The program.
    pub program: PathBuf,
    /// What makes it call [`compile_for_parent`]; the numbers it needs are appended.
    pub arguments: Vec<String>,
    /// The longest it may take.
    pub patience: Duration,
}

/// Why there is no machine code.
pub(crate) enum Failure {
    /// The component cannot be compiled.
    Unreadable(String),
    /// It would cost too much.
    TooCostly(String),
    /// The host's own fault.
    Internal(String),
}

impl Compiler {
    /// The serialised form of a component, for the engine with these options.
    pub(crate) async fn compile(&self, options: &SandboxOptions, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        match tokio::time::timeout(self.patience, self.run(options, bytes)).await {
            Ok(outcome) => outcome,
            // The process ends with its handle.
            Err(_elapsed) => Err(Failure::TooCostly(format!(
                "it took longer than {} s",
                self.patience.as_secs()
            ))),
        }
    }

    async fn run(&self, options: &SandboxOptions, bytes: &[u8]) -> Result<Vec<u8>, Failure> {
        let internal = |what: &str, error: std::io::Error| Failure::Internal(format!("{what}: {error}"));
        let mut process = tokio::process::Command::new(&self.program)
            .args(&self.arguments)
            .args([options.calls.to_string(), options.max_memory_bytes.to_string()])
            .args([options.stack_bytes.to_string()])
            // Nothing of the host's settings, which hold secrets, is the compiler's business.
            .env_clear()
            // A program that was built to count what of it runs writes that into a file at its end, which this one may not.
            .envs(std::env::var_os(COUNTS).map(|_| (COUNTS, "/dev/null")))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| internal("the compiler cannot be started", error))?;
        let (Some(mut input), Some(output), Some(complaint)) =
            (process.stdin.take(), process.stdout.take(), process.stderr.take())
        else {
            return Err(Failure::Internal("the compiler has no pipes".to_owned()));
        };
        let write = async move {
            // A compiler that gives up early closes its end; how it ended says more than that.
            let _ = input.write_all(bytes).await;
            drop(input);
        };
        let (mut code, mut said) = (Vec::new(), Vec::new());
        let (mut output, mut complaint) = (output.take(CODE + 1), complaint.take(64 << 10));
        let (_, code_read, said_read) = tokio::join!(
            write,
            output.read_to_end(&mut code),
            complaint.read_to_end(&mut said)
        );
        code_read.map_err(|error| internal("the compiler's answer cannot be read", error))?;
        said_read.map_err(|error| internal("the compiler's complaint cannot be read", error))?;
        if code.len() as u64 > CODE {
            return Err(Failure::TooCostly(format!(
                "its code is larger than {} MiB",
                CODE >> 20
            )));
        }
        let status = process
            .wait()
            .await
            .map_err(|error| internal("the compiler's end cannot be seen", error))?;
        let said = String::from_utf8_lossy(&said);
        match status.code() {
            Some(0) => Ok(code),
            Some(REFUSED) => Err(Failure::Unreadable(bounded(said.trim(), IN_MESSAGES))),
            Some(UNFIT) => Err(Failure::Internal(bounded(said.trim(), IN_MESSAGES))),
            // Out of memory, an abort, a signal.
            _ => Err(Failure::TooCostly(format!(
                "the compiler ended with {status}; it may use {} MiB of memory and {PROCESSOR_SECONDS} s of processor time",
                MEMORY >> 20
            ))),
        }
    }
}

/// Exit codes of the compiling process.
const REFUSED: i32 = 3;
const UNFIT: i32 = 4;

/// The other side: reads a component from the standard input, writes its machine code to the standard output, and says
/// with which code to exit. `numbers` are those that the parent appended to the arguments.
///
/// Limits its own process first; nothing else may run in it.
pub fn compile_for_parent(numbers: &[String]) -> u8 {
    match compile(numbers) {
        Ok(()) => 0,
        Err((code, message)) => {
            eprintln!("{message}");
            u8::try_from(code).unwrap_or(1)
        }
    }
}

fn compile(numbers: &[String]) -> Result<(), (i32, String)> {
    use std::io::{Read, Write};
    let unfit = |message: String| (UNFIT, message);
    let [calls, memory, stack] = numbers else {
        return Err(unfit(
            "this command is the host's own: it compiles plugins".to_owned(),
        ));
    };
    let options = SandboxOptions {
        calls: calls
            .parse()
            .map_err(|_| unfit(format!("not a number: {calls}")))?,
        max_memory_bytes: memory
            .parse()
            .map_err(|_| unfit(format!("not a number: {memory}")))?,
        stack_bytes: stack
            .parse()
            .map_err(|_| unfit(format!("not a number: {stack}")))?,
        ..SandboxOptions::default()
    };
    limit_this_process().map_err(|error| unfit(format!("limits: {error}")))?;
    let engine: Engine = engine(&options).map_err(|error| unfit(format!("{error:#}")))?;
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .read_to_end(&mut bytes)
        .map_err(|error| unfit(format!("the component cannot be read: {error}")))?;
    let code = engine
        .precompile_component(&bytes)
        .map_err(|error| (REFUSED, format!("{error:#}")))?;
    let mut out = std::io::stdout().lock();
    out.write_all(&code)
        .and_then(|()| out.flush())
        .map_err(|error| unfit(format!("the code cannot be written: {error}")))
}

#[cfg(unix)]
fn limit_this_process() -> rustix::io::Result<()> {
    use rustix::process::{Resource, Rlimit, getrlimit, nice, setrlimit};
    let at_most = |resource, most: u64| {
        let now = getrlimit(resource);
        let lower = |had: Option<u64>| Some(had.map_or(most, |had| had.min(most)));
        setrlimit(
            resource,
            Rlimit {
                current: lower(now.current),
                maximum: lower(now.maximum),
            },
        )
    };
    // Memory that is reserved and not used (the engine reserves places for instances) does not count here.
    at_most(Resource::Data, MEMORY)?;
    // Should the parent be gone, nobody else ends it.
    at_most(Resource::Cpu, PROCESSOR_SECONDS)?;
    at_most(Resource::Core, 0)?;
    at_most(Resource::Fsize, 0)?;
    nice(NICENESS).map(drop)
}

#[cfg(not(unix))]
fn limit_this_process() -> std::io::Result<()> {
    Ok(())
}
