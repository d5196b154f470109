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
    /// NaN where there is no finite number.
    fn number(&self, index: usize) -> f64;
    fn integer(&self, index: usize) -> Option<i64>;
    fn boolean(&self, index: usize) -> Option<bool>;
    fn text(&self, index: usize) -> Option<Cow<'_, str>>;
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

fn finite(number: f64) -> f64 {
    if number.is_finite() { number } else { f64::NAN }
}

impl Cells for PgRow {
    fn instant(&self, index: usize) -> Option<i64> {
        instant(i64::from_be_bytes(eight(self, index)?))
    }

    fn number(&self, index: usize) -> f64 {
        finite(eight(self, index).map_or(f64::NAN, f64::from_be_bytes))
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

    fn number(&self, index: usize) -> f64 {
        let number = match stored(self, index) {
            Some(Stored::Integer(value)) => value as f64,
            Some(Stored::Real(value)) => value,
            Some(Stored::Bytes(bytes)) => parsed(bytes).unwrap_or(f64::NAN),
            None => f64::NAN,
        };
        finite(number)
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
}
