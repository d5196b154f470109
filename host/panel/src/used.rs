//! What the answers to a guest were made of, and what became of them: for the panel's own answer, and for what a reader
//! is told when there is none.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;
use porthole_config::Diagnostic;
use porthole_data::CUT;
use porthole_model::{Aggregation, Table};
use serde_json::Value;

/// What one call read.
#[derive(Default)]
pub struct Used {
    aggregation: Mutex<Option<Aggregation>>,
    kept: AtomicU64,
    shortened: AtomicU64,
    series: AtomicU64,
    cut: AtomicU64,
    things: AtomicU64,
    more_things: AtomicBool,
    exact: Mutex<Vec<Exact>>,
    slow: Mutex<Option<String>>,
    busy: AtomicBool,
    fault: Mutex<Option<Diagnostic>>,
    asked_for_series: Mutex<BTreeSet<String>>,
}

/// A column of exact numbers, some of which no double holds.
struct Exact {
    column: String,
    /// As the guest got them.
    numbers: Vec<f64>,
    /// Where a double is not exact.
    digits: Vec<Option<String>>,
}

impl Used {
    /// How points were made of rows: by the first series the guest asked for with the panel's own resolution.
    pub fn aggregation(&self) -> Option<Aggregation> {
        self.aggregation.lock().clone()
    }

    /// The first one stays.
    pub(crate) fn note_aggregation(&self, aggregation: impl FnOnce() -> Option<Aggregation>) {
        let mut seen = self.aggregation.lock();
        if seen.is_none() {
            *seen = aggregation();
        }
    }

    /// Whether some of the answers' buckets were known before.
    pub fn kept(&self) -> bool {
        self.kept.load(Ordering::Relaxed) > 0
    }

    /// So many buckets were known.
    pub(crate) fn note_kept(&self, buckets: u64) {
        self.kept.fetch_add(buckets, Ordering::Relaxed);
    }

    /// Texts of which the guest got only the beginning.
    pub fn shortened(&self) -> u64 {
        self.shortened.load(Ordering::Relaxed)
    }

    pub(crate) fn note_shortened(&self, texts: u64) {
        self.shortened.fetch_add(texts, Ordering::Relaxed);
    }

    /// How many series there were, where the guest did not get all of them; else 0.
    pub fn series(&self) -> u64 {
        self.series.load(Ordering::Relaxed)
    }

    pub(crate) fn note_series(&self, found: u64) {
        self.series.fetch_max(found, Ordering::Relaxed);
    }

    /// How many things a list of how they are was made of, and whether there are more that nobody has read.
    pub fn things(&self) -> (u64, bool) {
        (
            self.things.load(Ordering::Relaxed),
            self.more_things.load(Ordering::Relaxed),
        )
    }

    pub(crate) fn note_things(&self, read: u64, has_more: bool) {
        self.things.fetch_max(read, Ordering::Relaxed);
        self.more_things.fetch_or(has_more, Ordering::Relaxed);
    }

    /// Numbers that are shown with fewer digits than they have, as they say.
    pub fn cut_numbers(&self) -> u64 {
        self.cut.load(Ordering::Relaxed)
    }

    /// What the database said last, where a question took it too long.
    pub fn slow(&self) -> Option<String> {
        self.slow.lock().clone()
    }

    pub(crate) fn note_slow(&self, message: String) {
        *self.slow.lock() = Some(message);
    }

    /// Whether a question found no free connection, which is not the database's fault.
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    pub(crate) fn note_busy(&self) {
        self.busy.store(true, Ordering::Relaxed);
    }

    /// What of the panel's configuration the data showed to be wrong.
    pub fn fault(&self) -> Option<Diagnostic> {
        self.fault.lock().clone()
    }

    pub(crate) fn note_fault(&self, fault: Diagnostic) {
        self.fault.lock().get_or_insert(fault);
    }

    /// Whether a source was asked for points in time.
    pub fn asked_for_series(&self, source: &str) -> bool {
        self.asked_for_series.lock().contains(source)
    }

    pub(crate) fn note_asked_for_series(&self, source: &str) {
        self.asked_for_series.lock().insert(source.to_owned());
    }

    /// Keeps the digits of a column that a guest gets as doubles.
    pub(crate) fn note_exact(&self, column: &str, numbers: &[f64], digits: Vec<Option<String>>) {
        if digits.iter().any(Option::is_some) {
            self.exact.lock().push(Exact {
                column: column.to_owned(),
                numbers: numbers.to_vec(),
                digits,
            });
        }
    }

    /// Gives the columns of a table that are a source's own, number for number, the digits that no double holds. What a
    /// guest has computed is left as it is.
    pub fn restore_digits(&self, table: &mut Table) {
        for exact in self.exact.lock().iter() {
            let place = table
                .columns
                .iter()
                .position(|column| column.name == exact.column);
            let Some(place) = place.filter(|_| table.rows.len() == exact.numbers.len()) else {
                continue;
            };
            let is_same = |(row, number): (&Vec<Value>, &f64)| match row.get(place) {
                Some(Value::Null) => !number.is_finite(),
                Some(cell) => cell.as_f64() == Some(*number),
                None => false,
            };
            if !table.rows.iter().zip(&exact.numbers).all(is_same) {
                continue;
            }
            for (row, digits) in table.rows.iter_mut().zip(&exact.digits) {
                if let (Some(cell), Some(digits)) = (row.get_mut(place), digits) {
                    let is_cut = digits.ends_with(CUT);
                    self.cut.fetch_add(u64::from(is_cut), Ordering::Relaxed);
                    *cell = Value::from(digits.as_str());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use porthole_model::{ColumnFormat, TableColumn};
    use serde_json::json;

    use super::*;

    fn table(rows: Vec<Vec<Value>>) -> Table {
        Table {
            columns: vec![TableColumn {
                name: "amount".to_owned(),
                title: "Amount".to_owned(),
                format: ColumnFormat::Number { decimals: None },
                sortable: true,
                filterable: true,
            }],
            rows,
            ..Table::default()
        }
    }

    #[test]
    fn digits_return_to_the_column_they_came_from_and_to_no_other() {
        let used = Used::default();
        let digits = vec![None, Some("9007199254740993".to_owned()), None];
        used.note_exact("amount", &[1.5, 9_007_199_254_740_992.0, f64::NAN], digits);
        let mut own = table(vec![
            vec![json!(1.5)],
            vec![json!(9_007_199_254_740_992.0)],
            vec![Value::Null],
        ]);
        used.restore_digits(&mut own);
        assert_eq!(own.rows[1], [json!("9007199254740993")]);
        assert_eq!(own.rows[0], [json!(1.5)]);
        // Another number in it: the guest has done something with them.
        let computed = vec![
            vec![json!(3.0)],
            vec![json!(9_007_199_254_740_992.0)],
            vec![Value::Null],
        ];
        let mut other = table(computed.clone());
        used.restore_digits(&mut other);
        assert_eq!(other.rows, computed);
        assert_eq!(used.cut_numbers(), 0);
    }

    #[test]
    fn a_number_that_is_cut_is_counted_where_it_is_shown() {
        let used = Used::default();
        let digits = format!("{}{CUT}", "9".repeat(400));
        used.note_exact("amount", &[f64::NAN], vec![Some(digits.clone())]);
        assert_eq!(used.cut_numbers(), 0);
        let mut own = table(vec![vec![Value::Null]]);
        used.restore_digits(&mut own);
        assert_eq!((own.rows, used.cut_numbers()), (vec![vec![json!(digits)]], 1));
    }
}
