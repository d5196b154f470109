//! One more reading of a CSV file that has rows which do not fit: which, and why.
//!
//! What a column holds is known only after the first reading, and so is which cells do not fit it.

use std::path::Path;

use csv::StringRecord;

use super::header::Header;
use super::survey::Decided;
use super::{ImportError, REPORT_EVERY, RowFault, next};

/// More than these are counted, not told.
const MOST_FAULTS: usize = 20;

/// The first bad rows, in their order, and how many there are in all. `report` is told the bytes read.
pub(super) async fn find(
    file: &Path,
    header: &Header,
    columns: &[Decided],
    report: &mut (dyn FnMut(u64) + Send),
) -> Result<(Vec<RowFault>, u64), ImportError> {
    let mut reader = header.reader(file)?;
    let mut record = StringRecord::new();
    let mut faults = Vec::new();
    let (mut rows, mut total) = (0_u64, 0);
    while let Some(row) = next(&mut reader, &mut record, header) {
        let fault = match row {
            Ok(place) => fault(&record, columns).map(|message| (place, message)),
            Err(unreadable) => Some(unreadable),
        };
        if let Some((place, message)) = fault {
            total += 1;
            if faults.len() < MOST_FAULTS {
                let line = place.line_in(file);
                faults.push(RowFault { line, message });
            }
        }
        rows += 1;
        if rows.is_multiple_of(REPORT_EVERY) {
            report(reader.position().byte());
            tokio::task::yield_now().await;
        }
    }
    match total {
        // There were some a moment ago.
        0 => Err(ImportError::changed()),
        total => Ok((faults, total)),
    }
}

/// What is wrong with a row, in one sentence: its first bad cell, and how many there are besides.
fn fault(record: &StringRecord, columns: &[Decided]) -> Option<String> {
    let cells = record.iter().zip(columns);
    let mut faults = cells.filter_map(|(cell, column)| column.fault(cell));
    let first = faults.next()?;
    Some(match faults.count() {
        0 => first,
        1 => format!("{first}; one more cell of this row does not fit"),
        more => format!("{first}; {more} more cells of this row do not fit"),
    })
}
