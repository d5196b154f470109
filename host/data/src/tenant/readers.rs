//! Rows as columns of values.

use crate::cells::Cells;
use crate::digits;
use crate::frame::ColumnData;
use crate::sql::{Kind, Resolved};
use crate::text::{Shortener, TextLimits};

/// Gathers rows in columns.
pub(super) struct Readers {
    columns: Vec<ColumnData>,
    /// For each, whether its numbers have 32 bits.
    single: Vec<bool>,
    /// Characters of a number.
    most_digits: usize,
    texts: Shortener,
    /// Bytes of all but the texts.
    bytes: u64,
}

impl Readers {
    pub(super) fn new(source: &Resolved<'_>, texts: TextLimits) -> Self {
        let column = |index: usize| match (
            source.time_form(index),
            &source.table.columns[source.columns[index]].kind,
        ) {
            (Some(_), _) | (None, Kind::Time(_)) => ColumnData::Instants(Vec::new()),
            (None, Kind::Boolean) => ColumnData::Booleans(Vec::new()),
            (None, Kind::Integer) => ColumnData::Integers(Vec::new()),
            (None, Kind::Decimal) => ColumnData::Decimals(Vec::new()),
            (None, Kind::Number) => ColumnData::Numbers(Vec::new()),
            (None, Kind::Text | Kind::Opaque(_)) => ColumnData::Texts(Vec::new()),
        };
        Self {
            columns: (0..source.columns.len()).map(column).collect(),
            single: (source.columns.iter())
                .map(|place| source.table.columns[*place].single)
                .collect(),
            most_digits: texts.digits,
            texts: Shortener::new(texts),
            bytes: 0,
        }
    }

    /// Reads a row and returns its size in bytes.
    pub(super) fn read(&mut self, row: &dyn Cells) -> u64 {
        let mut size = 0;
        let before = self.texts.bytes();
        let most = self.most_digits;
        for (index, column) in self.columns.iter_mut().enumerate() {
            match column {
                ColumnData::Numbers(values) => values.push(match self.single[index] {
                    true => digits::single(row.number(index)),
                    false => row.number(index),
                }),
                ColumnData::Integers(values) => match row.integer(index) {
                    Some(value) => values.push(Some(value)),
                    // A column's type is a suggestion in SQLite: what is no whole number, or too large for one, is shown
                    // with its digits, and so are the others then.
                    None => match row.text(index).and_then(|text| digits::shown(text, most)) {
                        None => values.push(None),
                        Some(digits) => {
                            size += 16 + digits.len() as u64;
                            let whole = values.iter().map(|value| value.map(|value| value.to_string()));
                            let digits = whole.chain([Some(digits)]).collect();
                            *column = ColumnData::Decimals(digits);
                        }
                    },
                },
                ColumnData::Booleans(values) => values.push(row.boolean(index)),
                ColumnData::Instants(values) => values.push(row.instant(index)),
                ColumnData::Decimals(values) => {
                    let digits = row.text(index).and_then(|text| digits::shown(text, most));
                    size += 16 + digits.as_ref().map_or(0, |digits| digits.len() as u64);
                    values.push(digits);
                }
                ColumnData::Texts(values) => {
                    let text = row.text(index).map(|text| self.texts.take(&text));
                    size += 16;
                    values.push(text);
                }
            }
            size += 8;
        }
        self.bytes += size;
        size += self.texts.bytes() - before;
        if self.texts.is_full() {
            let texts = self.columns.iter_mut().filter_map(|column| match column {
                ColumnData::Texts(values) => Some(values.iter_mut().flatten()),
                _ => None,
            });
            self.texts.make_room(texts.flatten());
        }
        size
    }

    /// Bytes of all that was read and not taken.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes + self.texts.bytes()
    }

    /// Texts that are not whole.
    pub(super) fn shortened(&self) -> u64 {
        self.texts.shortened
    }

    /// Takes the values, and leaves columns of the same kinds.
    pub(super) fn take(&mut self) -> Vec<ColumnData> {
        self.bytes = 0;
        self.texts.handed_on();
        self.columns.iter_mut().map(emptied).collect()
    }
}

/// Takes the values and leaves a column of the same kind.
fn emptied(data: &mut ColumnData) -> ColumnData {
    match data {
        ColumnData::Numbers(values) => ColumnData::Numbers(std::mem::take(values)),
        ColumnData::Integers(values) => ColumnData::Integers(std::mem::take(values)),
        ColumnData::Decimals(values) => ColumnData::Decimals(std::mem::take(values)),
        ColumnData::Texts(values) => ColumnData::Texts(std::mem::take(values)),
        ColumnData::Booleans(values) => ColumnData::Booleans(std::mem::take(values)),
        ColumnData::Instants(values) => ColumnData::Instants(std::mem::take(values)),
    }
}
