//! Reading values of a row, whichever database it came from.

use std::borrow::Cow;

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Decode, Row, Sqlite, TypeInfo, ValueRef};

/// Microseconds from the Unix epoch to PostgreSQL's, 2000-01-01.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

/// The values of one row. A value that is missing or of another type than asked for is none: data of a hostile
/// database must not be able to stop a request.
pub(crate) trait Cells {
    /// Milliseconds since the Unix epoch, UTC.
    fn instant(&self, index: usize) -> Option<i64>;
    /// A number as it is: NaN and the infinities, too.
    fn raw(&self, index: usize) -> Option<f64>;
    /// NaN where there is no finite number.
    fn number(&self, index: usize) -> f64 {
        finite(self.raw(index).unwrap_or(f64::NAN))
    }
    fn integer(&self, index: usize) -> Option<i64>;
    fn boolean(&self, index: usize) -> Option<bool>;
    fn text(&self, index: usize) -> Option<Cow<'_, str>>;
    /// Those of an array, as [`Cells::text`] reads them; `None`: it is no array, as in SQLite nothing is.
    fn texts(&self, index: usize) -> Option<Vec<Option<Cow<'_, str>>>>;
    /// Those of an array, as [`Cells::raw`] reads them; `None`: it is no array.
    fn numbers(&self, index: usize) -> Option<Vec<Option<f64>>>;
}

/// All our statements are prepared, so values come in PostgreSQL's binary form.
fn bytes(row: &PgRow, index: usize) -> Option<&[u8]> {
    row.try_get_raw(index).ok()?.as_bytes().ok()
}

fn eight(row: &PgRow, index: usize) -> Option<[u8; 8]> {
    bytes(row, index)?.try_into().ok()
}

/// Milliseconds since the Unix epoch from PostgreSQL's microseconds since its own.
fn instant(micros: i64) -> Option<i64> {
    // The ends stand for `infinity` and `-infinity`.
    if micros == i64::MAX || micros == i64::MIN {
        return None;
    }
    Some(micros.checked_add(POSTGRES_EPOCH)?.div_euclid(1000))
}

/// The elements of an array of one dimension, as PostgreSQL sends it: the number of dimensions, whether there are NULLs and the
/// elements' type; for the dimension its length and first index; then each element's length, -1 for NULL, and its bytes.
fn elements(array: &[u8]) -> Option<Vec<Option<&[u8]>>> {
    fn word(bytes: &mut &[u8]) -> Option<i32> {
        let (word, rest) = bytes.split_first_chunk()?;
        *bytes = rest;
        Some(i32::from_be_bytes(*word))
    }
    let mut rest = array;
    let (dimensions, _nulls, _type) = (word(&mut rest)?, word(&mut rest)?, word(&mut rest)?);
    if dimensions == 0 {
        return Some(Vec::new());
    }
    let (length, _first) = (word(&mut rest)?, word(&mut rest)?);
    // Each has four bytes at least, whatever the length says.
    let most = rest.len() / 4;
    let mut elements = Vec::with_capacity(usize::try_from(length).ok()?.min(most));
    for _ in 0..length {
        elements.push(match usize::try_from(word(&mut rest)?) {
            Err(_) => None,
            Ok(length) => {
                let (element, after) = rest.split_at_checked(length)?;
                rest = after;
                Some(element)
            }
        });
    }
    (dimensions == 1).then_some(elements)
}

fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { f64::NAN }
}

impl Cells for PgRow {
    fn instant(&self, index: usize) -> Option<i64> {
        instant(i64::from_be_bytes(eight(self, index)?))
    }

    fn raw(&self, index: usize) -> Option<f64> {
        eight(self, index).map(f64::from_be_bytes)
    }

    fn integer(&self, index: usize) -> Option<i64> {
        eight(self, index).map(i64::from_be_bytes)
    }

    fn boolean(&self, index: usize) -> Option<bool> {
        match bytes(self, index)? {
            [value] => Some(*value != 0),
            _ => None,
        }
    }

    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        bytes(self, index).map(String::from_utf8_lossy)
    }

    fn texts(&self, index: usize) -> Option<Vec<Option<Cow<'_, str>>>> {
        let texts = elements(bytes(self, index)?)?.into_iter();
        Some(texts.map(|text| text.map(String::from_utf8_lossy)).collect())
    }

    fn numbers(&self, index: usize) -> Option<Vec<Option<f64>>> {
        let number = |bytes: Option<&[u8]>| Some(f64::from_be_bytes(bytes?.try_into().ok()?));
        Some(elements(bytes(self, index)?)?.into_iter().map(number).collect())
    }
}

/// What SQLite really stored: a column's type is a suggestion there.
enum Stored<'r> {
    Integer(i64),
    Real(f64),
    Bytes(&'r [u8]),
}

fn stored(row: &SqliteRow, index: usize) -> Option<Stored<'_>> {
    let value = row.try_get_raw(index).ok()?;
    if value.is_null() {
        return None;
    }
    // The name is borrowed from the value, which decoding takes.
    let (is_integer, is_real) = match value.type_info().name() {
        "INTEGER" => (true, false),
        "REAL" => (false, true),
        _ => (false, false),
    };
    Some(if is_integer {
        Stored::Integer(<i64 as Decode<'_, Sqlite>>::decode(value).ok()?)
    } else if is_real {
        Stored::Real(<f64 as Decode<'_, Sqlite>>::decode(value).ok()?)
    } else {
        Stored::Bytes(<&[u8] as Decode<'_, Sqlite>>::decode(value).ok()?)
    })
}

fn parsed<T: std::str::FromStr>(bytes: &[u8]) -> Option<T> {
    std::str::from_utf8(bytes).ok()?.trim().parse().ok()
}

impl Cells for SqliteRow {
    fn instant(&self, index: usize) -> Option<i64> {
        self.integer(index)
    }

    fn raw(&self, index: usize) -> Option<f64> {
        match stored(self, index)? {
            Stored::Integer(value) => Some(value as f64),
            Stored::Real(value) => Some(value),
            Stored::Bytes(bytes) => parsed(bytes),
        }
    }

    fn integer(&self, index: usize) -> Option<i64> {
        match stored(self, index)? {
            Stored::Integer(value) => Some(value),
            // 2^63: what lies within is whole and fits.
            Stored::Real(value) if value.fract() == 0.0 && value.abs() < 9_223_372_036_854_775_808.0 => {
                Some(value as i64)
            }
            Stored::Real(_) => None,
            Stored::Bytes(bytes) => parsed(bytes),
        }
    }

    fn boolean(&self, index: usize) -> Option<bool> {
        match stored(self, index)? {
            Stored::Integer(value) => Some(value != 0),
            Stored::Real(value) => Some(value != 0.0),
            Stored::Bytes(bytes) => match std::str::from_utf8(bytes).ok()?.to_ascii_lowercase().as_str() {
                "true" | "t" | "yes" | "1" => Some(true),
                "false" | "f" | "no" | "0" => Some(false),
                _ => None,
            },
        }
    }

    fn text(&self, index: usize) -> Option<Cow<'_, str>> {
        Some(match stored(self, index)? {
            Stored::Integer(value) => Cow::Owned(value.to_string()),
            Stored::Real(value) => Cow::Owned(value.to_string()),
            Stored::Bytes(bytes) => String::from_utf8_lossy(bytes),
        })
    }

    fn texts(&self, _: usize) -> Option<Vec<Option<Cow<'_, str>>>> {
        None
    }

    fn numbers(&self, _: usize) -> Option<Vec<Option<f64>>> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An array as PostgreSQL sends it.
    fn sent(length: i32, elements: &[Option<&[u8]>]) -> Vec<u8> {
        let mut sent: Vec<u8> = [1, 0, 25, length, 1]
            .iter()
            .flat_map(|word: &i32| word.to_be_bytes())
            .collect();
        for element in elements {
            let length = element.map_or(-1, |bytes| bytes.len() as i32);
            sent.extend(length.to_be_bytes());
            sent.extend(element.unwrap_or_default());
        }
        sent
    }

    #[test]
    fn arrays_are_read_element_by_element() {
        let array = sent(3, &[Some(b"one"), None, Some(b"")]);
        assert_eq!(
            elements(&array),
            Some(vec![Some(&b"one"[..]), None, Some(&b""[..])])
        );
        let none: Vec<u8> = [0_i32, 0, 25]
            .iter()
            .flat_map(|word| word.to_be_bytes())
            .collect();
        assert_eq!(elements(&none), Some(vec![]));
    }

    #[test]
    fn what_is_no_array_is_none_however_much_it_promises() {
        let whole = sent(2, &[Some(b"one"), Some(b"two")]);
        for length in 0..whole.len() {
            assert_eq!(elements(&whole[..length]), None, "{length} bytes");
        }
        assert_eq!(elements(&sent(i32::MAX, &[Some(b"one")])), None);
        assert_eq!(elements(&sent(-1, &[])), None);
        let mut square = sent(1, &[Some(b"one")]);
        square[3] = 2;
        assert_eq!(elements(&square), None);
    }
}
