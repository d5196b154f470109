//! What a call used up, beside what it was allowed, for people.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use porthole_model::{CacheOutcome, Usage};
use porthole_panel::{RenderError, Rendered};
use porthole_sandbox::{Limits, Receipt};

use crate::cli::settings::listed;

/// `cpu 3.1 of 500 ms · memory 1.4 of 64 MiB · …`.
pub fn receipt(receipt: &Receipt, limits: &Limits) -> String {
    line(&[
        ("cpu", milliseconds(receipt.guest_us), duration(limits.cpu)),
        ("wall", milliseconds(receipt.wall_us), duration(limits.longest())),
        (
            "memory",
            bytes(receipt.memory_bytes),
            bytes(limits.memory_bytes as u64),
        ),
        ("queries", receipt.queries.to_string(), limits.queries.to_string()),
        ("rows", grouped(receipt.rows), grouped(limits.rows)),
        ("data", bytes(receipt.bytes), bytes(limits.bytes)),
    ])
}

/// The same of an answer's own receipt, and how large the answer was.
pub fn usage(usage: &Usage, answer_bytes: usize) -> String {
    let allowed = &usage.allowed;
    let parts = line(&[
        (
            "cpu",
            milliseconds(usage.guest_us),
            milliseconds(allowed.guest_us),
        ),
        ("wall", milliseconds(usage.wall_us), milliseconds(allowed.wall_us)),
        ("memory", bytes(usage.memory_bytes), bytes(allowed.memory_bytes)),
        ("queries", usage.queries.to_string(), allowed.queries.to_string()),
        ("rows", grouped(usage.rows), grouped(allowed.rows)),
    ]);
    format!("{parts} · answer {}", bytes(answer_bytes as u64))
}

/// The limits of a call by their names in `tenant.yaml`, each with its value.
pub fn allowed(limits: &Limits) -> Vec<(&'static str, String)> {
    vec![
        ("cpu", duration(limits.cpu)),
        ("wall", duration(limits.wall)),
        ("waiting", duration(limits.waiting)),
        ("memory", bytes(limits.memory_bytes as u64)),
        ("result", bytes(limits.lifted_bytes as u64)),
        ("handles", limits.handles.to_string()),
        ("queries", limits.queries.to_string()),
        ("rows", grouped(limits.rows)),
        ("data", bytes(limits.bytes)),
        ("log_lines", limits.log_lines.to_string()),
        ("concurrent_calls", limits.calls_per_tenant.to_string()),
    ]
}

/// Prints what each view cost, or why there is none. A page that is open asks every few seconds: the same of a panel is
/// said again only after a while.
#[derive(Clone, Default)]
pub struct Observer(Arc<Mutex<HashMap<String, (String, Instant)>>>);

impl Observer {
    /// The same is said again after this.
    const AGAIN: Duration = Duration::from_secs(30);

    /// Says everything again: there is a new component.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Takes note of one answer.
    pub fn tell(&self, panel: &str, outcome: &Result<Rendered, RenderError>) {
        let (kind, text) = match outcome {
            Ok(rendered) if rendered.answer.cache != CacheOutcome::Miss => return,
            Ok(rendered) => {
                let usage_of = &rendered.answer.usage;
                let range = &rendered.answer.range;
                (
                    format!("{} {}", usage_of.version, span(&range.start, &range.end)),
                    usage(usage_of, rendered.body.len()),
                )
            }
            Err(RenderError::Configuration(faults)) => {
                let faults = listed(faults);
                (
                    faults.clone(),
                    format!("is configured wrongly\n{}", faults.trim_end()),
                )
            }
            Err(RenderError::Busy(message)) => (message.clone(), format!("waits: {message}")),
            Err(error) => (error.to_string(), format!("FAILED: {error}")),
        };
        let mut said = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let is_new = said
            .get(panel)
            .is_none_or(|(last, at)| *last != kind || now.duration_since(*at) >= Self::AGAIN);
        if is_new {
            said.insert(panel.to_owned(), (kind, now));
            eprintln!("{panel}  {text}");
        }
    }
}

/// How long a range is, which moving with the clock does not change.
fn span(start: &str, end: &str) -> String {
    let instant = |text| chrono::DateTime::parse_from_rfc3339(text).ok();
    match (instant(start), instant(end)) {
        (Some(start), Some(end)) => (end - start).to_string(),
        _ => String::new(),
    }
}

fn line(parts: &[(&str, String, String)]) -> String {
    let parts: Vec<String> = parts
        .iter()
        .map(|(name, used, allowed)| format!("{name} {used} of {allowed}"))
        .collect();
    parts.join(" · ")
}

fn duration(duration: Duration) -> String {
    milliseconds(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX))
}

/// `0.4 ms`, `500 ms`, `5 s`.
pub fn milliseconds(microseconds: u64) -> String {
    match microseconds {
        0..10_000 => format!("{} ms", tenths(microseconds as f64 / 1e3)),
        10_000..1_000_000 => format!("{:.0} ms", microseconds as f64 / 1e3),
        _ => format!("{} s", tenths(microseconds as f64 / 1e6)),
    }
}

/// `812 B`, `14.2 KiB`, `64 MiB`.
pub fn bytes(bytes: u64) -> String {
    const KIB: f64 = 1024.0;
    match bytes as f64 {
        small if small < KIB => format!("{bytes} B"),
        middle if middle < KIB * KIB => format!("{} KiB", tenths(middle / KIB)),
        large => format!("{} MiB", tenths(large / KIB / KIB)),
    }
}

/// One digit behind the point, unless it is 0.
fn tenths(value: f64) -> String {
    let text = format!("{value:.1}");
    text.strip_suffix(".0")
        .map_or_else(|| text.clone(), str::to_owned)
}

/// `1,000,000`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_unit_that_fits_them() {
        assert_eq!(milliseconds(0), "0 ms");
        assert_eq!(milliseconds(412), "0.4 ms");
        assert_eq!(milliseconds(500_000), "500 ms");
        assert_eq!(milliseconds(5_000_000), "5 s");
        assert_eq!(bytes(812), "812 B");
        assert_eq!(bytes(14_541), "14.2 KiB");
        assert_eq!(bytes(64 << 20), "64 MiB");
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(12_345_678), "12,345,678");
    }

    #[test]
    fn a_receipt_has_every_figure_beside_its_limit() {
        let text = receipt(&Receipt::default(), &Limits::default());
        assert!(
            text.starts_with("cpu 0 ms of 500 ms · wall 0 ms of 25 s · memory 0 B of 64 MiB"),
            "{text}"
        );
        assert!(
            text.ends_with("rows 0 of 1,000,000 · data 0 B of 64 MiB"),
            "{text}"
        );
    }
}
