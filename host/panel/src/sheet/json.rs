//! A list of objects, one a line.

use serde_json::Value;

use super::{Head, instant};

/// Begins the list.
pub(super) fn begin(out: &mut Vec<u8>) {
    out.push(b'[');
}

/// Writes a row as an object, its keys in the order of the columns.
pub(super) fn row(heads: &[Head], row: &[Value], is_first: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if is_first { b"\n{" } else { b",\n{" });
    for (place, (head, value)) in heads.iter().zip(row).enumerate() {
        if place > 0 {
            out.push(b',');
        }
        // Into memory; there is nothing that could fail.
        let _ = serde_json::to_writer(&mut *out, &head.name);
        out.push(b':');
        let instant = head.is_instant.then(|| instant(value)).flatten();
        let _ = match instant {
            Some(instant) => serde_json::to_writer(&mut *out, &instant),
            None => serde_json::to_writer(&mut *out, value),
        };
    }
    out.push(b'}');
}

/// Ends the list.
pub(super) fn end(is_empty: bool, out: &mut Vec<u8>) {
    out.extend_from_slice(if is_empty { b"]\n" } else { b"\n]\n" });
}
