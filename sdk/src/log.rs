//! Lines for the tenant's own eyes: shown next to the panel's answer, bounded per call, never fatal.
//!
//! In a native build they are collected per thread; see [`testing::log_lines`](crate::testing::log_lines).

/// Something only the panel's author wants to know.
pub fn debug(message: &str) {
    write(Level::Debug, message);
}

/// Something worth knowing.
pub fn info(message: &str) {
    write(Level::Info, message);
}

/// Something is not as it should be; the panel is rendered all the same.
pub fn warn(message: &str) {
    write(Level::Warn, message);
}

/// Something went wrong.
pub fn error(message: &str) {
    write(Level::Error, message);
}

pub use crate::bindings::porthole::panel::log::Level;

#[cfg(target_family = "wasm")]
fn write(level: Level, message: &str) {
    crate::bindings::porthole::panel::log::write(level, message);
}

#[cfg(not(target_family = "wasm"))]
fn write(level: Level, message: &str) {
    LINES.with_borrow_mut(|lines| lines.push((level, message.to_owned())));
}

#[cfg(not(target_family = "wasm"))]
thread_local! {
    static LINES: std::cell::RefCell<Vec<(Level, String)>> = const { std::cell::RefCell::new(Vec::new()) };
}

/// Takes what this thread has logged.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn take() -> Vec<(Level, String)> {
    LINES.take()
}

/// Without this a panic is a bare trap: the host could say that the panel crashed, but not why.
#[cfg(target_family = "wasm")]
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| error(&panic.to_string())));
}
