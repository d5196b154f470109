//! Chunks as bytes. Nothing is believed when they are read again: what does not fit is no chunk.

use super::chunk::{CHUNK, Chunk, Line, Measure};

/// Changes with the form of the bytes: those of another form are dropped.
const FORM: u8 = 1;
/// A label is cut to 1024 characters by the query that reads it.
const LONGEST_LABEL: usize = 4096;

/// A chunk as bytes, little-endian: form, measure, filled, when read, number of lines; for each line its label, the
/// buckets with rows, their values and, for means, their counts.
pub(super) fn write(chunk: &Chunk) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(chunk.bytes());
    bytes.extend([FORM, chunk.measure.number()]);
    bytes.extend(chunk.filled.to_le_bytes());
    bytes.extend(chunk.read_at.to_le_bytes());
    bytes.extend((chunk.lines.len() as u32).to_le_bytes());
    for line in &chunk.lines {
        bytes.extend((line.label.len() as u32).to_le_bytes());
        bytes.extend(line.label.as_bytes());
        bytes.extend(line.present.to_le_bytes());
        for value in &line.values {
            bytes.extend(value.to_le_bytes());
        }
        for count in &line.counts {
            bytes.extend(count.to_le_bytes());
        }
    }
    bytes
}

/// The chunk that these bytes are; none: they are something else.
pub(super) fn read(bytes: &[u8]) -> Option<Chunk> {
    let mut left = bytes;
    if take::<1>(&mut left)? != [FORM] {
        return None;
    }
    let [measure] = take::<1>(&mut left)?;
    let measure = Measure::numbered(measure)?;
    let filled = u64::from_le_bytes(take(&mut left)?);
    let read_at = i64::from_le_bytes(take(&mut left)?);
    let count = u32::from_le_bytes(take(&mut left)?) as usize;
    // Each line takes more than this.
    if count > left.len() / 12 {
        return None;
    }
    let mut lines: Vec<Line> = Vec::with_capacity(count);
    for _ in 0..count {
        let length = u32::from_le_bytes(take(&mut left)?) as usize;
        if length > LONGEST_LABEL {
            return None;
        }
        let (label, rest) = left.split_at_checked(length)?;
        left = rest;
        let label = std::str::from_utf8(label).ok()?;
        let present = u64::from_le_bytes(take(&mut left)?);
        let ordered = lines.last().is_none_or(|last| *last.label < *label);
        if present & !filled != 0 || !ordered {
            return None;
        }
        let points = present.count_ones() as usize;
        debug_assert!(points <= CHUNK as usize);
        let values = (0..points).map(|_| take(&mut left).map(f64::from_le_bytes));
        let values = values.collect::<Option<_>>()?;
        let counts = match measure {
            Measure::Mean => (0..points)
                .map(|_| take(&mut left).map(u32::from_le_bytes))
                .collect::<Option<_>>()?,
            _ => Box::default(),
        };
        lines.push(Line {
            label: label.into(),
            present,
            values,
            counts,
        });
    }
    left.is_empty().then_some(Chunk {
        measure,
        filled,
        read_at,
        lines,
    })
}

fn take<const N: usize>(left: &mut &[u8]) -> Option<[u8; N]> {
    let (taken, rest) = left.split_first_chunk::<N>()?;
    *left = rest;
    Some(*taken)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::chunk::{Draft, Part};
    use super::*;

    fn chunk(measure: Measure, points: &[(String, u32, f64)]) -> Chunk {
        let mut draft = Draft::new(measure, 1_769_860_800_000);
        for (label, slot, value) in points {
            draft.fill(1 << slot);
            let part = Part {
                value: *value,
                count: slot + 1,
            };
            draft.add(&Arc::from(label.as_str()), *slot, part);
        }
        draft.finish()
    }

    proptest! {
        #[test]
        fn what_was_written_is_read_again(
            measure in 0_u8..4,
            points in prop::collection::vec((".{0,8}", 0_u32..64, -1e9..1e9_f64), 0..60),
        ) {
            let chunk = chunk(Measure::numbered(measure).unwrap(), &points);
            prop_assert_eq!(read(&write(&chunk)), Some(chunk));
        }

        #[test]
        fn other_bytes_are_no_chunk_or_one_but_never_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes);
        }

        #[test]
        fn a_chunk_cut_short_is_none(cut in 0_usize..100) {
            let whole = write(&chunk(Measure::Mean, &[("a".into(), 3, 1.0), ("b".into(), 60, 2.0)]));
            if cut < whole.len() {
                prop_assert_eq!(read(&whole[..cut]), None);
            }
        }
    }
}
